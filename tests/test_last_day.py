"""On the last day of a quarter that quarter is complete, and `last-quarter` is still the one before it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from salesmetrics.engine.build import build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from salesmetrics.answers.report import Report

MONEY = pl.Decimal(38, 8)


def report(as_of: date, period: str, *kpis: str) -> Report:
    days = [date(2026, 5, 1), date(2026, 8, 1), date(2026, 9, 30)]
    deals = {
        "owner": ["ann"] * 3, "outcome": ["won", "won", "open"], "amount": [Decimal(100)] * 3,
        "created": days, "closed": [*days[:2], None], "expected_close": [*days[:2], date(2026, 9, 30)],
    }  # fmt: skip
    quotas = {"owner": ["ann"] * 2, "period": ["2026-Q2", "2026-Q3"], "amount": [Decimal(200)] * 2}
    frames = {
        "deals": pl.DataFrame(deals, schema_overrides={"amount": MONEY}),
        "quotas": pl.DataFrame(quotas, schema_overrides={"amount": MONEY}),
    }
    return build_report(resolve(as_of, None, period=period, kpis=kpis), frames, catalog())


def said(as_of: date, period: str) -> list[str]:
    return [f.message for f in report(as_of, period, "revenue").findings if f.code == "period_complete_today"]


@pytest.mark.parametrize(
    ("period", "message"),
    [
        ("last-quarter", "2026-Q3 ends on the report date 2026-09-30, so `last-quarter` is the one before it, 2026-Q2"),
        ("Last Quarter", "2026-Q3 ends on the report date 2026-09-30, so `last-quarter` is the one before it, 2026-Q2"),
        ("last-month", "2026-09 ends on the report date 2026-09-30, so `last-month` is the one before it, 2026-08"),
    ],
)
def test_the_day_that_completes_a_unit_is_pointed_out(period: str, message: str) -> None:
    assert said(date(2026, 9, 30), period) == [message]


@pytest.mark.parametrize("period", ["all", "last-year", "last-week", "this-quarter", "2026-Q2", "last-90-days", "qtd"])
def test_nothing_is_said_of_any_other_period(period: str) -> None:
    assert said(date(2026, 9, 30), period) == []


def test_nor_on_any_other_day() -> None:
    days = [date(2026, 9, 1) + timedelta(days=n) for n in range(40)]
    assert [day for day in days if said(day, "last-quarter")] == [date(2026, 9, 30)]


TARGETS = ("quota_attainment", "pipeline_coverage", "pipeline_coverage_remaining")


def test_every_kpi_of_a_quota_names_the_quarter_that_it_is_about() -> None:
    found = report(date(2026, 9, 20), "all", *TARGETS).metrics
    assert [(m.id, m.period.label if m.period else None, m.own_period) for m in found] == [
        (kpi, "2026-Q3", True) for kpi in TARGETS
    ]
    found = report(date(2026, 9, 20), "this-quarter", *TARGETS).metrics
    assert [m.period.label if m.period else None for m in found] == [None, "on 2026-09-20", "on 2026-09-20"]
