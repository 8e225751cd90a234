"""Who was a customer when, and what they paid: the same from every kind of list, and as a count of days has it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from oracle_lifetimes import DAY, Retention, Stay, paying
from salesmetrics.engine.build import build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.answers.report import Metric, Report

MONEY = pl.Decimal(38, 8)
KPIS = ("customer_retention", "logo_churn", "nrr", "grr", "ltv")
FIRST = date(2025, 1, 1)
AS_OF = date(2026, 6, 30)
PERIODS = {"2025-Q3": 3, "2026-02": 1, "2026-Q1": 3, "2025": 12, "2026-H1": 6}
LAST_DAYS = {
    "2025-Q3": (date(2025, 7, 1), date(2025, 9, 30)),
    "2026-02": (date(2026, 2, 1), date(2026, 2, 28)),
    "2026-Q1": (date(2026, 1, 1), date(2026, 3, 31)),
    "2025": (date(2025, 1, 1), date(2025, 12, 31)),
    "2026-H1": (date(2026, 1, 1), date(2026, 6, 30)),
}

days = st.integers(-60, 545).map(lambda n: FIRST + timedelta(days=n))
edges = st.sampled_from([day + step for pair in LAST_DAYS.values() for day in pair for step in (-DAY, 0 * DAY, DAY)])
a_stay = st.builds(
    lambda name, first, length, pays: Stay(
        name, first, None if length is None else first + timedelta(days=length), pays
    ),
    st.sampled_from("abcde"),
    days | edges,
    st.none() | st.integers(0, 300),
    st.integers(1, 9).map(lambda n: 10 * n),
)
some_stays = st.lists(a_stay, min_size=1, max_size=9)


def report(frames: dict[str, pl.DataFrame], period: str, as_of: date = AS_OF, **more: Any) -> Report:
    return build_report(resolve(as_of, None, period=period, **more), frames, catalog())


def values(frames: dict[str, pl.DataFrame], period: str, as_of: date = AS_OF) -> dict[str, Metric]:
    return {m.id: m for m in report(frames, period, as_of, kpis=KPIS).metrics}


def as_customers(stays: list[Stay]) -> dict[str, pl.DataFrame]:
    rows = [{"id": s.customer, "started": s.first, "ended": s.last, "mrr": Decimal(s.pays)} for s in stays]
    return {
        "customers": pl.DataFrame(rows, schema={"id": pl.String, "started": pl.Date, "ended": pl.Date, "mrr": MONEY})
    }


def as_subscriptions(stays: list[Stay]) -> dict[str, pl.DataFrame]:
    rows = [{"account": s.customer, "start": s.first, "end": s.last, "mrr": Decimal(s.pays)} for s in stays]
    return {
        "revenue": pl.DataFrame(rows, schema={"account": pl.String, "start": pl.Date, "end": pl.Date, "mrr": MONEY})
    }


def as_movements(stays: list[Stay]) -> dict[str, pl.DataFrame]:
    rows = []
    for name in sorted({s.customer for s in stays}):
        own = [s for s in stays if s.customer == name]
        level, moves = 0, sorted({s.first for s in own} | {s.last + DAY for s in own if s.last})
        for day in moves:
            now = paying(own, day).get(name, 0)
            kind = "churn" if now == 0 else "new" if level == 0 else "expansion" if now > level else "contraction"
            if now != level:
                rows.append({"account_id": name, "movement": kind, "amount": Decimal(now - level), "occurred": day})
            level = now
    schema = {"account_id": pl.String, "movement": pl.String, "amount": MONEY, "occurred": pl.Date}
    return {"revenue": pl.DataFrame(rows, schema=schema)}


def as_months(stays: list[Stay], *, by_day: bool) -> dict[str, pl.DataFrame]:
    """The level of every customer on the last day of each month."""
    rows = []
    month = date(2024, 11, 1)
    while month <= AS_OF:
        after = (month + timedelta(days=32)).replace(day=1)
        label: Any = after - DAY if by_day else f"{month:%Y-%m}"
        rows += [(name, label, Decimal(pays)) for name, pays in paying(stays, after - DAY).items()]
        rows += [("steady", label, Decimal(1))]
        month = after
    day = {"occurred": pl.Date} if by_day else {"period": pl.String}
    return {"revenue": pl.DataFrame(rows, schema={"account": pl.String, **day, "mrr": MONEY}, orient="row")}


def assert_like(found: dict[str, Metric], stays: list[Stay], period: str) -> None:
    oracle = Retention(stays, *LAST_DAYS[period])
    for kpi in KPIS:
        expected = oracle.ltv(PERIODS[period]) if kpi == "ltv" else getattr(oracle, kpi)()
        if expected is None:
            assert found[kpi].value is None, kpi
        else:
            assert found[kpi].value == pytest.approx(float(expected), rel=1e-12), (kpi, stays)


@settings(max_examples=tries(18))
@given(some_stays, st.sampled_from(sorted(PERIODS)))
def test_a_list_of_customers_and_one_of_subscriptions_are_levels_over_time(stays: list[Stay], period: str) -> None:
    assert_like(values(as_customers(stays), period), stays, period)
    assert_like(values(as_subscriptions(stays), period), stays, period)


@settings(max_examples=tries(18))
@given(some_stays, st.sampled_from(sorted(PERIODS)))
def test_movements_and_levels_by_month_tell_the_same(stays: list[Stay], period: str) -> None:
    assert_like(values(as_movements(stays), period), stays, period)
    steady = [*stays, Stay("steady", FIRST - 400 * DAY, None, 1)]
    for by_day in (False, True):
        assert_like(values(as_months(stays, by_day=by_day), period), steady, period)


@settings(max_examples=tries(18))
@given(some_stays, st.sampled_from(["2025-Q3", "2026-02", "2026-Q1"]))
def test_what_happened_after_a_period_changes_nothing_in_it(stays: list[Stay], period: str) -> None:
    last = LAST_DAYS[period][1]
    for frames in (as_customers(stays), as_movements(stays)):
        then = {m.id: m.value for m in values(frames, period, last).values()}
        assert then == {m.id: m.value for m in values(frames, period, AS_OF).values()}


@settings(max_examples=tries(18))
@given(some_stays)
def test_rows_of_a_customer_in_any_order_and_cut_in_two_are_one_customer(stays: list[Stay]) -> None:
    cut: list[Stay] = []
    for stay in stays:
        middle = stay.first + 20 * DAY
        if stay.last is None or stay.last > middle:
            cut += [stay._replace(last=middle), stay._replace(first=middle + DAY)]
        else:
            cut.append(stay)
    for make in (as_customers, as_subscriptions):
        whole, halves = (values(make(rows), "2026-Q1") for rows in (stays, cut[::-1]))
        assert {k: m.value for k, m in whole.items()} == {k: m.value for k, m in halves.items()}


def csv_report(tmp_path: Path, text: str, period: str, as_of: date | None = None) -> Report:
    path = tmp_path / "list.csv"
    path.write_text(text, "utf-8")
    dataset = load([str(path)])
    frames = {str(kind): frame for kind, frame in dataset.frames.items()}
    day, source = (as_of, None) if as_of else dataset.last_event or (None, None)
    return build_report(resolve(day, source, period=period, kpis=KPIS[:4]), frames, catalog())


LISTS = {
    "levels by month": "Client,Month,MRR\nOak,2025-06,200\nOak,2025-07,200\nOak,2025-09,300\nElm,2025-06,100\nElm,2025-07,100\n"
    "Yew,2025-08,70\n",
    "month ends": "Client,Date,MRR\nOak,2025-06-30,200\nOak,2025-07-31,200\nOak,2025-09-30,300\nElm,2025-06-30,100\n"
    "Elm,2025-07-31,100\nYew,2025-08-31,70\n",
    "subscriptions": "Client,Plan,Subscription Start,Subscription End,MRR\nOak,a,2025-01-05,2025-08-31,200\n"
    "Oak,b,2025-09-01,,300\nElm,a,2025-03-01,2025-08-15,100\n",
    "customers": "Company ID,Company Name,Industry,Customer Since,Churn Date,MRR\n1,Oak,Wood,2025-01-05,2025-08-31,200\n"
    "1,Oak,Wood,2025-09-01,,300\n2,Elm,Wood,2025-03-01,2025-08-15,100\n",
    "movements": "Date,Customer,Movement,MRR Change\n2025-01-05,Oak,new,200\n2025-09-01,Oak,expansion,100\n"
    "2025-03-01,Elm,new,100\n2025-08-16,Elm,churn,-100\n",
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_every_sort_of_list_is_read_without_options(tmp_path: Path, name: str) -> None:
    found = {m.id: m for m in csv_report(tmp_path, LISTS[name], "2025-Q3", date(2025, 9, 30)).metrics}
    assert (found["nrr"].numerator, found["nrr"].denominator) == (300, 300)
    assert (found["grr"].numerator, found["logo_churn"].value) == (200, 0.5)


def test_levels_by_month_bring_their_own_last_day(tmp_path: Path) -> None:
    found = csv_report(tmp_path, LISTS["levels by month"], "2025-Q3")
    assert found.as_of == date(2025, 9, 30)
    assert {m.id: m.value for m in found.metrics}["logo_churn"] == 0.5


def test_who_left_and_came_back_within_the_period_is_reported(tmp_path: Path) -> None:
    found = csv_report(tmp_path, LISTS["levels by month"], "2025-Q3")
    (note,) = [f for f in found.findings if f.code == "customers_came_back"]
    assert (note.count, note.severity.value) == (1, "note")
    lost = csv_report(tmp_path, LISTS["levels by month"], "2025-08", date(2025, 9, 30))
    assert {m.id: m.value for m in lost.metrics}["logo_churn"] == 1


def test_billing_days_of_a_month_are_its_level(tmp_path: Path) -> None:
    text = "Client,Date,MRR\nOak,2025-06-03,20\nElm,2025-06-17,10\nOak,2025-07-04,20\nElm,2025-07-15,10\n"
    found = {m.id: m for m in csv_report(tmp_path, text, "2025-07", date(2025, 7, 31)).metrics}
    assert (found["nrr"].value, found["logo_churn"].value) == (1, 0)


UNTOLD = {
    "customers": "Company ID,Company Name,Industry,Created,MRR\n1,Oak,Wood,2024-01-05,200\n2,Elm,Wood,2024-03-01,100\n",
    "customers with a status that says who": "Company ID,Company Name,Customer Status,Customer Since\n1,Oak,Active,2024-01-05\n"
    "2,Elm,Churned,2024-03-01\n",
    "subscriptions": "Client,Start Date,MRR\nOak,2024-01-05,200\nElm,2024-03-01,100\n",
}  # fmt: skip


@pytest.mark.parametrize("name", UNTOLD)
def test_a_list_without_an_end_says_nothing_of_who_left(tmp_path: Path, name: str) -> None:
    found = csv_report(tmp_path, UNTOLD[name], "2025", date(2025, 12, 31)).metrics
    assert {m.id for m in found} >= {"customer_retention", "logo_churn"}
    assert {(m.value, m.reason) for m in found} == {(None, "no_end_dates")}


def test_a_list_of_which_nobody_left_is_doubted(tmp_path: Path) -> None:
    text = "Company ID,Company Name,Customer Since,Churn Date\n1,Oak,2024-01-05,\n2,Elm,2024-03-01,\n"
    found = csv_report(tmp_path, text, "2025", date(2025, 12, 31))
    assert [f.code for f in found.findings if f.code == "nobody_left"]
    assert {m.id: m.value for m in found.metrics}["logo_churn"] == 0


def test_what_customers_paid_who_left_is_not_nothing() -> None:
    """A CRM that keeps today's revenue only shows none for those who left: revenue retention cannot be told from it."""
    frames = as_customers([Stay("a", FIRST, None, 10), Stay("b", FIRST, date(2026, 1, 20), 10)])
    left = pl.col("ended").is_not_null()
    frames["customers"] = frames["customers"].with_columns(mrr=pl.when(~left).then("mrr").otherwise(0).cast(MONEY))
    found = report(frames, "2026-Q1", families=("customers",))
    assert not {"nrr", "grr"} & {m.id for m in found.metrics}
    assert {m.id: m.value for m in found.metrics}["logo_churn"] == 0.5


def test_the_revenue_file_tells_who_left_where_the_list_of_customers_does_not() -> None:
    stays = [Stay("a", FIRST, None, 10), Stay("b", FIRST, date(2026, 1, 20), 30)]
    names = pl.DataFrame({"id": ["a", "b", "c"], "name": ["A", "B", "C"], "started": [FIRST] * 3})
    found = values({**as_movements(stays), "customers": names}, "2026-Q1")
    assert_like(found, stays, "2026-Q1")


def test_a_past_period_has_the_customers_and_the_revenue_of_its_end() -> None:
    then = [Stay(name, FIRST - 90 * DAY, None, 10) for name in "abcd"] + [Stay("e", FIRST, date(2025, 8, 1), 10)]
    later = [Stay(f"n{i}", date(2026, 5, 1), None, 9000) for i in range(5)]
    growth = [Stay(name, date(2026, 4, 1), None, 5000) for name in "abcd"]
    for frames in (as_customers([*then, *later, *growth]), as_movements([*then, *later, *growth])):
        assert values(frames, "2025-Q3")["ltv"].value == pytest.approx(10 * 3 * 5)


def test_a_level_below_nothing_is_none_and_reported(tmp_path: Path) -> None:
    text = LISTS["levels by month"] + "Yew,2025-06,50\nYew,2025-07,-5\nYew,2025-09,50\n"
    found = csv_report(tmp_path, text, "2025-07", date(2025, 9, 30))
    assert [f.rows for f in found.findings if f.code == "mrr_negative"] == [(9,)]
    assert {m.id: m.numerator for m in found.metrics}["nrr"] == 300


def test_a_month_in_which_nobody_has_a_level_is_reported(tmp_path: Path) -> None:
    text = "Client,Month,MRR\nOak,2025-05,20\nOak,2025-06,20\nOak,2025-09,20\n"
    found = csv_report(tmp_path, text, "2025-Q3", date(2025, 9, 30))
    (gap,) = [f for f in found.findings if f.code == "levels_gap"]
    assert "2025-07" in gap.message
    assert {m.id: m.value for m in found.metrics}["nrr"] == 1
