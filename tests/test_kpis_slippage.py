"""Slip rate and pushes against plain loops over generated histories: total, by owner, by month and by quarter."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from oracle_slippage import AS_OF, OWNERS, Row, expected, make
from salesmetrics.answers.report import Period
from salesmetrics.drilldown.rows import kpi_rows
from salesmetrics.drilldown.working import explain_working
from salesmetrics.engine.build import Request, build_report
from salesmetrics.engine.trend import per_period
from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from salesmetrics.answers.report import Metric

KPIS = ("slip_rate", "slip_rate_value", "push_count", "push_days_mean")
DEALS = {
    "id": pl.String, "owner": pl.String, "outcome": pl.String, "created": pl.Date, "closed": pl.Date,
    "amount": pl.Decimal(38, 8), "currency": pl.String, "expected_close": pl.Date,
}  # fmt: skip
STAGES = {
    "deal_id": pl.String, "stage": pl.String, "entered": pl.Datetime("us"), "expected_close": pl.Date,
    "amount": pl.Decimal(38, 8),
}  # fmt: skip
QUARTER = (date(2026, 1, 1), date(2026, 4, 1))
WINDOWS = [
    QUARTER,
    (date(2026, 2, 1), date(2026, 3, 1)),
    (date(2026, 3, 1), date(2026, 4, 1)),
    (date(2026, 6, 1), date(2026, 7, 1)),
]


def frames_of(deals: list[Row], moves: list[Row]) -> dict[str, pl.DataFrame]:
    return {"deals": pl.DataFrame(deals, schema=DEALS), "stages": pl.DataFrame(moves, schema=STAGES)}


def request(window: tuple[date, date] | None = None, **asked: Any) -> Request:
    if window is not None:
        asked["period"] = Period(label="window", start=window[0], end=window[1])
    return Request(as_of=AS_OF, as_of_source=None, **{"kpis": KPIS, **asked})


def metrics_of(frames: dict[str, pl.DataFrame], asked: Request) -> list[Metric]:
    return build_report(asked, frames, catalog()).metrics


def excluded(metric: Metric) -> dict[str, int]:
    return {item.code: item.count for item in metric.excluded}


def assert_agrees(metrics: list[Metric], theirs: Callable[[str | None], Row]) -> None:
    ours = {(m.id, m.currency): m for m in metrics}
    plain = theirs(None)
    rate, pushes, mean = (ours[name, None] for name in ("slip_rate", "push_count", "push_days_mean"))
    assert (rate.numerator, rate.denominator) == (plain["slipped"], plain["due"])
    assert rate.value == (plain["slipped"] / plain["due"] if plain["due"] else None)
    assert excluded(rate) == {
        "other_outcome": plain["void"], "no_close_date_history": plain["dark"], "missing_close_date": plain["vague"],
    }  # fmt: skip
    assert (pushes.value, pushes.n) == (plain["pushes"], plain["tracked"])
    assert excluded(pushes) == {"no_close_date_history": plain["untracked"], "missing_close_date": plain["vague"]}
    assert (mean.numerator, mean.n) == (sum(plain["days"]), len(plain["days"]))
    for currency in ("EUR", "USD"):
        own, value = theirs(currency), ours["slip_rate_value", currency]
        assert (value.n or 0) == own["priced"]
        assert excluded(value)["missing_amount"] == own["unpriced"]
        if own["priced"]:
            assert (Decimal(value.numerator), Decimal(value.denominator)) == (own["slipped_sum"], own["due_sum"])


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("window", WINDOWS, ids=lambda w: w[0].isoformat())
def test_against_a_plain_loop(seed: int, window: tuple[date, date]) -> None:
    deals, moves = make(seed)
    metrics = metrics_of(frames_of(deals, moves), request(window))
    assert_agrees(metrics, lambda code: expected(deals, moves, *window, code))
    assert expected(deals, moves, *window, None)["due"] > 5


@pytest.mark.parametrize("seed", [4, 5])
def test_by_owner(seed: int) -> None:
    deals, moves = make(seed)
    metrics = metrics_of(frames_of(deals, moves), request(QUARTER, by=("owner",)))
    for owner in OWNERS:
        own = [deal for deal in deals if deal["owner"] == owner]
        grouped = [m for m in metrics if m.group == {"owner": owner}]
        assert_agrees(grouped, lambda code, own=own: expected(own, moves, *QUARTER, code))


def test_without_a_period_it_is_the_last_complete_quarter() -> None:
    frames = frames_of(*make(6))
    alone, asked = metrics_of(frames, request()), metrics_of(frames, request(QUARTER))
    assert [m.value for m in alone] == [m.value for m in asked]
    assert {m.period.label for m in alone if m.period} == {"2026-Q1"}


# --- by hand ----------------------------------------------------------------------------------------------------------


def deal(**columns: Any) -> Row:
    return {"id": "D", "owner": "ann", "outcome": "open", "created": date(2025, 11, 1), "closed": None} | {
        "amount": Decimal(50), "currency": "EUR", "expected_close": None
    } | columns  # fmt: skip


def note(day: date, planned: date | None, **columns: Any) -> Row:
    made = {"deal_id": "D", "stage": "talk", "entered": datetime.combine(day, time(12)), "expected_close": planned}
    return made | {"amount": Decimal(100)} | columns


def test_moving_the_date_within_the_period_does_not_help_and_a_lost_deal_did_not_slip() -> None:
    notes = [note(date(2025, 11, 1), date(2026, 2, 10)), note(date(2026, 1, 1), date(2026, 5, 1), amount=Decimal(900))]
    for outcome, closed, slipped in [
        ("open", None, 1),
        ("won", date(2026, 4, 1), 1),
        ("won", date(2026, 3, 31), 0),
        ("lost", date(2026, 1, 1), 0),
    ]:
        frames = frames_of([deal(outcome=outcome, closed=closed)], notes)
        found = {m.id: m for m in metrics_of(frames, request(QUARTER))}
        assert (found["slip_rate"].numerator, found["slip_rate"].denominator) == (slipped, 1)
        # the amount of the eve, not that of the move nor that of the export
        assert found["slip_rate_value"].denominator == 100


def test_every_move_counts_also_one_that_is_taken_back() -> None:
    days = [date(2026, 3, 1), date(2026, 3, 20), date(2026, 3, 1), date(2026, 4, 9), None, date(2026, 4, 9)]
    notes = [note(date(2026, 1, 5 + i), day) for i, day in enumerate(days)]
    found = {m.id: m for m in metrics_of(frames_of([deal()], notes), request(QUARTER))}
    assert found["push_count"].value == 2
    assert found["push_days_mean"].value == (19 + 39) / 2


def test_a_deal_without_history_is_never_taken_for_not_pushed() -> None:
    notes = [note(date(2026, 5, 1), date(2026, 7, 1))]
    frames = frames_of([deal(), deal(id="E")], notes)
    found = {m.id: m for m in metrics_of(frames, request(QUARTER))}
    assert (found["push_count"].value, found["push_count"].reason) == (None, "no_close_date_history")
    assert excluded(found["push_count"])["no_close_date_history"] == 2
    assert (found["slip_rate"].value, excluded(found["slip_rate"])["no_close_date_history"]) == (None, 2)


def test_amounts_of_the_deal_where_the_history_has_none() -> None:
    frames = frames_of([deal()], [note(date(2025, 11, 1), date(2026, 2, 10))])
    frames["stages"] = frames["stages"].drop("amount")
    found = {m.id: m for m in metrics_of(frames, request(QUARTER))}
    assert found["slip_rate_value"].denominator == 50


def test_a_history_in_another_currency_takes_the_rate_of_its_deal() -> None:
    frames = frames_of([deal(currency="USD")], [note(date(2025, 11, 1), date(2026, 2, 10))])
    frames["rates"] = pl.DataFrame({"currency": ["USD"], "to_currency": ["EUR"], "rate": [Decimal("0.5")]})
    found = {m.id: m for m in metrics_of(frames, request(QUARTER, currency="EUR"))}
    assert (found["slip_rate_value"].denominator, found["slip_rate_value"].currency) == (50, "EUR")


@pytest.mark.parametrize("kinds", [("deals",), ("deals", "stages")])
def test_without_such_a_history_it_is_said_what_would_unlock_it(kinds: tuple[str, ...]) -> None:
    frames = frames_of(*make(7))
    frames["stages"] = frames["stages"].drop("expected_close")
    report = build_report(request(QUARTER, kpis=(*KPIS, "won_deals")), {k: frames[k] for k in kinds}, catalog())
    refused = {item.id: item.needs for item in report.not_computed}
    assert refused.keys() == set(KPIS)
    assert all("a stages file with a column for expected_close" in needs for needs in refused.values())


@pytest.mark.parametrize("kpi", ["slip_rate", "push_count", "push_days_mean"])
def test_rows_and_working_agree_with_the_value(kpi: str) -> None:
    frames = frames_of(*make(8))
    asked = request(QUARTER, kpis=(kpi,))
    (metric,) = metrics_of(frames, asked)
    rows = kpi_rows(asked, frames, catalog())
    assert {"known_from", "planned_close"} <= set(rows.columns)
    if metric.numerator is not None and kpi == "slip_rate":
        assert (rows["numerator"].sum(), rows["denominator"].sum()) == (metric.numerator, metric.denominator)
    else:
        assert rows["value"].sum() == (metric.value if kpi == "push_count" else metric.numerator)
    left_out = rows["left_out"].drop_nulls().value_counts().rows()
    assert dict(left_out) == {code: count for code, count in excluded(metric).items() if count}
    working = explain_working(asked, frames, catalog(), [])
    assert working.metrics[0].value == metric.value
    assert working.ingredients


def test_one_value_per_month() -> None:
    deals, moves = make(9)
    kpi = catalog().kpis["push_count"]
    asked = request((date(2026, 1, 1), date(2026, 4, 1)), kpis=("push_count",), every="month")
    months = [m.value for m in per_period(asked, kpi, frames_of(deals, moves), catalog())]
    edges = [date(2026, month, 1) for month in (1, 2, 3, 4)]
    theirs = [expected(deals, moves, start, end, None)["pushes"] for start, end in pairwise(edges)]
    assert months == theirs
    assert sum(theirs) == metrics_of(frames_of(deals, moves), request(QUARTER, kpis=("push_count",)))[0].value


def test_a_report_of_salesforce_history_is_read(tmp_path: Path) -> None:
    (tmp_path / "opps.csv").write_text(
        "Opportunity ID,Opportunity Name,Opportunity Owner,Stage,Amount,Close Date,Created Date\n"
        "0061,Acme,Ann,Prospecting,1000,2026-06-30,2026-01-05\n"
        "0062,Beta,Ann,Closed Won,500,2026-03-30,2026-01-05\n",
        "utf-8",
    )
    (tmp_path / "history.csv").write_text(
        "Opportunity ID,From Stage,To Stage,Amount,Close Date,Last Modified\n"
        "0061,,Prospecting,1000,2026-03-31,2026-01-05 10:00\n"
        "0061,Prospecting,Prospecting,1000,2026-06-30,2026-03-20 10:00\n"
        "0062,,Prospecting,500,2026-02-28,2026-01-05 10:00\n"
        "0062,Prospecting,Closed Won,500,2026-03-30,2026-03-30 10:00\n",
        "utf-8",
    )
    dataset = load([str(tmp_path / "opps.csv"), str(tmp_path / "history.csv")])
    frames = {str(kind): frame for kind, frame in dataset.frames.items()}
    window = (date(2026, 2, 1), date(2026, 4, 1))
    found = {m.id: m for m in metrics_of(frames, request(window))}
    assert (found["slip_rate"].numerator, found["slip_rate"].denominator) == (1, 2)
    assert (found["push_count"].value, found["push_days_mean"].value) == (1, 91)


def test_a_change_of_the_date_is_no_new_entry_into_the_stage() -> None:
    notes = [note(date(2026, 1, 1), date(2026, 3, 1)), note(date(2026, 6, 14), date(2026, 9, 1))]
    found = metrics_of(frames_of([deal(stage="talk")], notes), request(kpis=("stalled_deals_in_stage",)))
    assert found[0].value == 1


def test_a_close_date_does_not_make_a_history_of_a_few_deals(tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text("Deal ID,Stage,Amount,Close Date\n1,Open,5,2026-03-01\n", "utf-8")
    assert list(load([str(tmp_path / "few.csv")]).frames) == ["deals"]
