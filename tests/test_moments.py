"""The day that numbers are of: deals at their own last event, each other file at its own, and past days on which little is known."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.calendar import Calendar
from salesmetrics.engine.build import build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.library import load, report_on
from salesmetrics.metrics.catalog import catalog
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.answers.report import Metric, Report

MONEY = pl.Decimal(38, 8)
DAYS = st.dates(date(2025, 1, 1), date(2025, 6, 30))


def write(folder: Path, name: str, header: str, *rows: str) -> str:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return str(path)


def metric(report: Report, kpi: str) -> Metric:
    return next(m for m in report.metrics if m.id == kpi and not m.group)


CLOSE = Message("last_event_of", event=Message("event_close"), kind="deals")
CREATION = Message("last_event_of", event=Message("event_creation"), kind="deals")
DEAL = "Deal ID,Deal Stage,Amount,Create Date,Close Date"


def some_deals(*more: str) -> list[str]:
    start = date(2026, 1, 5)
    rows = [f"{i},Closed Won,100,{start + timedelta(days=i)},{start + timedelta(days=2 * i)}" for i in range(10)]
    return [*rows, "10,Proposal,100,2026-01-20,2026-02-01", *more]


@pytest.mark.parametrize(("word", "year"), [("Closed Won", 2062), ("Closed Lost", 2027)])
def test_one_far_close_moves_neither_the_day_nor_any_period(tmp_path: Path, word: str, year: int) -> None:
    path = write(
        tmp_path,
        "deals.csv",
        DEAL,
        *some_deals(f"11,{word},700,2026-01-10,{year}-01-10", "12,Closed Lost,5,2026-01-06,2026-01-15"),
    )
    dataset = load(path)
    assert dataset.last_event == (date(2026, 1, 23), CLOSE)
    (said,) = [f for f in dataset.findings if f.code == "date_far_later"]
    assert (said.severity, said.rows, said.count) == ("error", (13,), 1)
    assert f"{(date(year, 1, 10) - date(2026, 1, 23)).days:,} days after the last other event" in said.message
    report = report_on(dataset)
    assert metric(report, "won_deals").value == 10 + (word == "Closed Won")
    assert metric(report, "lost_deals").value == 1 + (word == "Closed Lost")
    assert metric(report, "open_deals").value == 1
    cycles = "sales_cycle_mean" if word == "Closed Won" else "time_to_loss_median"
    assert metric(report, cycles).n == (10 if word == "Closed Won" else 1)


def test_five_in_a_hundred_are_outliers_and_six_are_not(tmp_path: Path) -> None:
    rows = [f"{i},Closed Won,1,2026-01-01,2026-02-{i % 28 + 1:02d}" for i in range(95)]
    far = [f"f{i},Closed Lost,1,2026-01-01,2026-12-{i + 1:02d}" for i in range(6)]
    few = load(write(tmp_path, "few.csv", DEAL, *rows, *far[:5]))
    assert few.last_event == (date(2026, 2, 28), CLOSE)
    many = load(write(tmp_path, "many.csv", DEAL, *rows, *far))
    assert many.last_event == (date(2026, 12, 6), CLOSE)
    assert not [f for f in many.findings if f.code == "date_far_later"]


def test_a_new_deal_after_a_quiet_time_is_no_outlier(tmp_path: Path) -> None:
    rows = some_deals("11,Proposal,5,2026-11-01,2026-12-01")
    assert load(write(tmp_path, "deals.csv", DEAL, *rows)).last_event == (date(2026, 11, 1), CREATION)


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    deals = write(tmp_path, "deals.csv", DEAL, *some_deals())
    invoices = write(
        tmp_path, "invoices.csv", "Invoice Number,Account Name,Invoice Date,Due Date,Total,Paid Date",
        "R1,a,2026-01-10,2026-01-20,100,2026-01-15", "R2,b,2026-02-20,2026-02-25,50,", "R3,c,2026-03-30,2026-04-10,7,",
    )  # fmt: skip
    return [deals, f"invoices={invoices}"]


def test_other_files_are_measured_at_their_own_last_event(files: list[str]) -> None:
    report = report_on(*files)
    assert (report.as_of, metric(report, "invoiced").value) == (date(2026, 1, 23), 157)
    collected = metric(report, "collection_rate")
    assert (collected.numerator, collected.denominator) == (100, 150)
    (said,) = [f for f in report.findings if f.code == "as_of_differs"]
    assert "invoices at 2026-03-30; everything else at 2026-01-23" in said.message
    quarter = report_on(*files, period="2026-Q1")
    assert metric(quarter, "invoiced").value == 157
    assert metric(quarter, "won_deals").value == 10


def test_a_day_that_is_asked_for_leaves_later_records_out_and_counts_them(files: list[str]) -> None:
    report = report_on(*files, as_of=date(2026, 1, 12))
    assert metric(report, "invoiced").value == 100
    said = {f.kind: f for f in report.findings if f.code == "as_of_reconstructed"}
    assert said["invoices"].message == (
        "the export goes beyond 2026-01-12: 2 invoices issued later are left out; 1 invoice paid later counts as unpaid"
    )
    assert said["deals"].count == 7
    assert not [f for f in report.findings if f.code == "as_of_differs"]


def test_findings_are_about_the_day_that_is_asked_for(files: list[str]) -> None:
    def past(as_of: date | None) -> list[int]:
        report = report_on(*files, as_of=as_of)
        return [f.count for f in report.findings if f.code == "open_with_past_close"]

    assert past(None) == []
    assert past(date(2026, 2, 2)) == [1]
    assert past(date(2026, 1, 12)) == []


# --- past days, against an oracle that shares no code ------------------------------------------------------------------

ROW = st.fixed_dictionaries(
    {
        "created": DAYS,
        "length": st.none() | st.integers(0, 120),
        "outcome": st.sampled_from(["won", "lost", "other"]),
        "amount": st.none() | st.integers(1, 9),
        "probability": st.none() | st.sampled_from([0, 25, 50, 100]),
        "expected": st.none() | st.integers(0, 100),
    }
)


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    def of(row: dict[str, Any]) -> dict[str, Any]:
        done = row["length"] is not None
        closed = row["created"] + timedelta(days=row["length"]) if done else None
        expected = None if row["expected"] is None else row["created"] + timedelta(days=row["expected"])
        chance = {"won": Decimal(1), "lost": Decimal(0)}.get(row["outcome"] if done else "")
        told = None if row["probability"] is None else Decimal(row["probability"]) / 100
        return {
            "outcome": row["outcome"] if done else "open", "amount": row["amount"], "created": row["created"],
            "closed": closed, "expected_close": closed if done else expected, "stage": row["outcome"] if done else "Talk",
            "probability": chance if done else told,
        }  # fmt: skip

    types = {"amount": MONEY, "probability": MONEY, "closed": pl.Date, "expected_close": pl.Date, "created": pl.Date}
    return pl.DataFrame([of(row) for row in rows], schema_overrides=types)


@given(rows=st.lists(ROW, min_size=1, max_size=25), as_of=DAYS)
def test_the_state_on_a_past_day_takes_nothing_from_later(rows: list[dict[str, Any]], as_of: date) -> None:
    ids = ("open_deals", "open_pipeline", "weighted_pipeline", "overdue_deals", "deal_age_median", "won_deals")
    report = build_report(resolve(as_of, None, kpis=ids), {"deals": frame(rows)}, catalog())
    found = {m.id: m for m in report.metrics}
    there = [row for row in rows if row["created"] <= as_of]
    ends = [None if row["length"] is None else row["created"] + timedelta(days=row["length"]) for row in there]
    opened = [(row, end) for row, end in zip(there, ends, strict=True) if end is None or end > as_of]
    assert found["open_deals"].value == len(opened)
    amounts = [row["amount"] for row, _ in opened if row["amount"] is not None]
    assert found["open_pipeline"].value == (sum(amounts) if amounts else None if opened else 0)
    known = [row for row, end in opened if end is None]
    pairs = [(row["amount"], row["probability"]) for row in known]
    weighed = [a * p / 100 for a, p in pairs if a is not None and p is not None]
    if weighed:
        assert float(found["weighted_pipeline"].value or 0) == pytest.approx(sum(weighed))
    left_out = {e.code: e.count for e in found["weighted_pipeline"].excluded}
    assert left_out.get("missing_amount_or_probability", 0) == len(opened) - len(weighed)
    plans = [row["created"] + timedelta(days=row["expected"]) for row in known if row["expected"] is not None]
    assert found["overdue_deals"].denominator == len(plans)
    assert found["overdue_deals"].numerator == sum(plan < as_of for plan in plans)
    won = [row for row, end in zip(there, ends, strict=True) if end is not None and end <= as_of]
    assert found["won_deals"].value == sum(row["outcome"] == "won" for row in won)
    said = [f for f in report.findings if f.code == "as_of_reconstructed"]
    later = len(rows) - len(there) + len(opened) - len(known)
    assert [f.count for f in said] == ([later] if later else [])
    kept = sum(row["amount"] is not None for row, end in opened if end is not None)
    assert all((f"{kept} may have changed at the close" in f.message) == bool(kept) for f in said)


def test_a_stage_is_unknown_before_the_close_that_wrote_it() -> None:
    rows = [
        {"created": date(2025, 1, 1), "length": 90, "outcome": "won", "amount": 5, "probability": None, "expected": None},
        {"created": date(2025, 1, 2), "length": None, "outcome": "won", "amount": 7, "probability": 50, "expected": 9},
    ]  # fmt: skip
    request = resolve(date(2025, 2, 1), None, kpis=("open_pipeline",), by=("stage",), calendar=Calendar())
    report = build_report(request, {"deals": frame(rows)}, catalog())
    assert {m.group.get("stage"): m.value for m in report.metrics if m.group} == {"Talk": 7, None: 5}
