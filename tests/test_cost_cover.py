"""Costs that cover a part of the period: what is divided by them is of the same months."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.calendar import Calendar
from salesmetrics.engine.build import build_report
from salesmetrics.engine.cost_cover import cost_shift
from salesmetrics.engine.resolve import resolve
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.user import UserKpi, with_user_kpis

if TYPE_CHECKING:
    from salesmetrics.answers.report import Metric, Report

MONEY = pl.Decimal(38, 8)
AS_OF = date(2026, 6, 30)
MONTHS = [f"2025-{m:02d}" for m in range(7, 13)] + [f"2026-{m:02d}" for m in range(1, 7)]
KPIS = ("cac", "sales_efficiency", "roi", "cost_per_lead", "cost_per_rep", "tooling_cost_per_rep", "magic_number")


def company(costs: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Every month: one new customer, 900 won with a cost of 300, two leads, one rep, 100 more recurring revenue."""
    days = [date(int(month[:4]), int(month[5:]), 10) for month in MONTHS]
    deals = [("won", day, Decimal(900), Decimal(300), f"A{i}") for i, day in enumerate(days)]
    revenue = [(f"A{i}", "new", Decimal(100), day) for i, day in enumerate(days)]
    return {
        "deals": pl.DataFrame(
            deals,
            {"outcome": pl.String, "closed": pl.Date, "amount": MONEY, "cost": MONEY, "account_id": pl.String},
            orient="row",
        ),
        "leads": pl.DataFrame({"created": [day for day in days for _ in range(2)]}),
        "revenue": pl.DataFrame(
            revenue,
            {"account_id": pl.String, "movement": pl.String, "amount": MONEY, "occurred": pl.Date},
            orient="row",
        ),
        "reps": pl.DataFrame({"name": ["Ann"], "hired": [date(2020, 1, 1)]}),
        "costs": costs,
    }


def by_month(*months: str, amount: int = 300) -> pl.DataFrame:
    rows = [(month, kind, Decimal(amount)) for month in months for kind in ("marketing", "tooling")]
    return pl.DataFrame(rows, {"period": pl.String, "category": pl.String, "amount": MONEY}, orient="row")


def on_days(*days: date) -> pl.DataFrame:
    rows = [(day, kind, Decimal(300)) for day in days for kind in ("marketing", "tooling")]
    return pl.DataFrame(rows, {"date": pl.Date, "category": pl.String, "amount": MONEY}, orient="row")


def report(costs: pl.DataFrame, period: str, *kpis: str, **more: Any) -> Report:
    request = resolve(AS_OF, None, period=period, kpis=kpis or KPIS, calendar=Calendar(), **more)
    return build_report(request, company(costs), catalog())


def found(costs: pl.DataFrame, period: str, *kpis: str) -> dict[str, Metric]:
    return {m.id: m for m in report(costs, period, *kpis).metrics}


# Of every month that costs cover: 600 spent, so these whatever the period.
PER_MONTH = {"cac": 600, "sales_efficiency": 1.5, "roi": 0, "cost_per_lead": 150, "cost_per_rep": 600}
PER_MONTH |= {"tooling_cost_per_rep": 300, "magic_number": 2}


@pytest.mark.parametrize(
    ("period", "covered", "first", "last"),
    [
        ("2026-Q2", MONTHS, None, None),
        ("2026-Q2", [*MONTHS[:10]], date(2026, 4, 1), date(2026, 4, 30)),
        ("2026-Q2", [*MONTHS[3:9], *MONTHS[10:]], date(2026, 5, 1), date(2026, 6, 30)),
        ("2026-Q1", MONTHS[4:8], date(2026, 1, 1), date(2026, 2, 28)),
        ("2026", MONTHS[7:11], date(2026, 2, 1), date(2026, 5, 31)),
    ],
)  # fmt: skip
def test_both_sides_are_of_the_months_that_costs_cover(
    period: str, covered: list[str], first: date | None, last: date | None
) -> None:
    metrics = found(by_month(*covered), period)
    for kpi in KPIS[:6]:
        assert metrics[kpi].value == pytest.approx(PER_MONTH[kpi], rel=1e-9), kpi
        here = metrics[kpi].period
        days = None if here is None or here.end is None else (here.start, here.end - timedelta(days=1))
        assert days == (None if first is None else (first, last)), kpi


@pytest.mark.parametrize(
    ("covered", "first", "last"),
    [
        (MONTHS[6:7], date(2026, 4, 1), date(2026, 4, 30)),
        (MONTHS[7:9], date(2026, 5, 1), date(2026, 6, 30)),
        (MONTHS[8:9], date(2026, 6, 1), date(2026, 6, 30)),
        (MONTHS[6:9], None, None),
    ],
)
def test_the_magic_number_takes_the_months_alike_of_both_quarters(
    covered: list[str], first: date | None, last: date | None
) -> None:
    (metric,) = report(by_month(*covered), "2026-Q2", "magic_number").metrics
    assert metric.value == PER_MONTH["magic_number"]
    here = metric.period
    days = None if here is None or here.end is None else (here.start, here.end - timedelta(days=1))
    assert days == (None if first is None else (first, last))


@pytest.mark.parametrize("costs", [by_month(*MONTHS[:3]), on_days(date(2025, 8, 31))])
def test_without_costs_in_the_period_there_is_no_number(costs: pl.DataFrame) -> None:
    for metric in report(costs, "2026-Q2").metrics:
        assert metric.value is None, metric.id
        assert metric.reason in {"no_costs", "outside_data"}


def test_a_cost_of_a_single_day_is_for_its_month() -> None:
    costs = on_days(date(2026, 4, 30), date(2026, 5, 31))
    metrics = found(costs, "2026-Q2")
    assert metrics["cac"].value == 600
    assert metrics["cac"].period is not None
    assert (metrics["cac"].period.start, metrics["cac"].period.end) == (date(2026, 4, 1), date(2026, 6, 1))
    alone = found(costs, "all")
    assert (alone["cac"].value, alone["sales_efficiency"].value) == (600, 1.5)


def test_a_week_without_a_bill_has_no_cost_of_its_own() -> None:
    costs = on_days(date(2026, 4, 30))
    assert {m.value for m in report(costs, "2026-04-06..2026-04-12", "cac", "roi").metrics} == {None}
    spread = found(by_month("2026-04"), "2026-04-06..2026-04-15", "cac")
    assert spread["cac"].value == pytest.approx(200, rel=1e-9)


def test_a_part_is_reported_and_a_series_leaves_it_out() -> None:
    made = report(by_month(*MONTHS[:10]), "2026-Q2", "cac")
    (note,) = [f for f in made.findings if f.code == "costs_partial"]
    assert "2026-04-01 to 2026-04-30" in note.message
    series = report(by_month(*MONTHS[:10]), "2026", "cac", every="quarter").metrics
    values = {m.period.label: (m.value, m.reason) for m in series if m.period and not m.own_period}
    assert values == {"2026-Q1": (600, None), "2026-Q2": (None, "costs_partial")}


def test_a_kpi_of_ones_own_is_about_the_months_of_the_costs_too() -> None:
    own = with_user_kpis(catalog(), (UserKpi("spent_per_win", "cost / won_deals", "Spent per win"),), "x.toml")
    for period in ("2026-Q2", "all"):
        request = resolve(AS_OF, None, period=period, kpis=("spent_per_win",))
        (metric,) = build_report(request, company(by_month(*MONTHS[8:10])), own).metrics
        assert float(metric.value or 0) == pytest.approx(600)


def test_of_no_marketing_no_lead_is_free() -> None:
    costs = by_month(*MONTHS).filter(pl.col("category") == "tooling")
    metrics = found(costs, "2026-Q2", "cost_per_lead", "cac")
    assert (metrics["cost_per_lead"].value, metrics["cost_per_lead"].reason) == (None, "no_costs")
    assert metrics["cac"].value == 300


def test_every_kpi_of_cost_is_known_as_one() -> None:
    known = {kpi.id for kpi in catalog().kpis.values() if cost_shift(kpi, catalog()) is not None}
    assert known == {*KPIS, "cac_payback", "ltv_cac"}


@settings(max_examples=tries(20))
@given(st.sets(st.sampled_from(MONTHS), min_size=1), st.sampled_from(["2026-Q1", "2026-Q2", "2026", "2025"]))
def test_whatever_months_have_costs_what_a_month_costs_stays(covered: set[str], period: str) -> None:
    for metric in report(by_month(*sorted(covered)), period).metrics:
        assert metric.value is None or metric.value == pytest.approx(PER_MONTH[metric.id], rel=1e-9), metric.id


def test_a_cost_of_a_quarter_is_exact_in_a_month_of_it() -> None:
    """A hundred, a hundred and seventy-six over 92 days are 93 in the 31 of July: no day has a decimal number of it."""
    plan = [("2025-Q3", "marketing", Decimal(100)), ("2025-Q3", "tooling", Decimal(176))]
    costs = pl.DataFrame(plan, {"period": pl.String, "category": pl.String, "amount": MONEY}, orient="row")
    metrics = found(costs, "2025-07")
    assert (metrics["cac"].value, metrics["cac"].numerator) == (93, 93)
    assert metrics["cost_per_lead"].numerator == Decimal("33.69565217")
