"""A value that can still grow stands beside no other; what needs a year says so; weeks that differ are told per day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from salesmetrics.calendar import Calendar
from salesmetrics.engine.build import build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.engine.trend import build_trend
from salesmetrics.metrics.catalog import catalog
from salesmetrics.render.layouts.words import verdict_text

if TYPE_CHECKING:
    from salesmetrics.answers.report import Metric, Report

MONEY = pl.Decimal(38, 8)


def deals(*rows: tuple[str, date, date | None]) -> pl.DataFrame:
    columns = {
        "id": [str(i) for i in range(len(rows))],
        "account": ["a"] * len(rows),
        "outcome": [row[0] for row in rows],
        "created": [row[1] for row in rows],
        "closed": [row[2] for row in rows],
        "amount": [Decimal(10)] * len(rows),
    }
    return pl.DataFrame(columns, schema_overrides={"amount": MONEY, "closed": pl.Date})


def quarters(last: str) -> pl.DataFrame:
    """Two quarters of twenty deals: half of the first are won, and of the second one in four, with one more in the end."""
    rows = []
    for start, won in ((date(2026, 1, 5), 10), (date(2026, 4, 6), 5)):
        days = [start + timedelta(days=3 * n) for n in range(20)]
        rows += [("won" if n < won else "lost", day, day + timedelta(days=9)) for n, day in enumerate(days)]
    return deals(*rows, (last, date(2026, 6, 20), date(2026, 6, 30) if last != "open" else None))


def created_rate(frame: pl.DataFrame, as_of: date) -> Metric:
    request = resolve(as_of, None, period="2026-Q2", compare="previous", kpis=("win_rate_created",))
    return build_report(request, {"deals": frame}, catalog()).metrics[0]


def test_a_rate_of_created_deals_is_not_compared_before_it_has_matured() -> None:
    found = created_rate(quarters("open"), date(2026, 6, 30))
    assert found.value == 5 / 21
    assert found.change is not None
    assert (found.change.absolute, found.change.verdict, verdict_text(found)) == (None, None, "still maturing")


@pytest.mark.parametrize(("last", "as_of"), [("lost", date(2026, 6, 30)), ("open", date(2026, 12, 28))])
def test_it_is_compared_when_none_is_open_or_the_horizon_has_passed(last: str, as_of: date) -> None:
    change = created_rate(quarters(last), as_of).change
    assert change is not None
    assert float(change.absolute or 0) == pytest.approx(5 / 21 - 0.5)
    assert created_rate(quarters("open"), date(2026, 12, 27)).change != change


@pytest.mark.parametrize("kpi", ["lead_conversion_rate", "lead_qualification_rate"])
@pytest.mark.parametrize(("as_of", "matures"), [(date(2026, 6, 30), True), (date(2026, 12, 28), False)])
def test_a_rate_of_leads_matures_like_that_of_deals(kpi: str, as_of: date, matures: bool) -> None:
    days = [date(2026, 1, 5) + timedelta(days=4 * n) for n in range(44)]
    outcomes = ["converted" if n % 3 else "open" for n in range(44)]
    created, converted = pl.col("created").cast(pl.Datetime("us")), pl.col("outcome") == "converted"
    leads = pl.DataFrame({"created": days, "outcome": outcomes}).with_columns(
        created, is_converted=converted, qualified_at=pl.when(converted).then(created)
    )
    request = resolve(as_of, None, period="2026-Q2", compare="previous", kpis=(kpi,))
    (found,) = build_report(request, {"leads": leads}, catalog()).metrics
    assert found.value is not None
    assert found.change is not None
    assert (found.change.absolute is None) == matures
    assert (verdict_text(found) == "still maturing") == matures


def test_nor_does_a_trend_show_it() -> None:
    request = resolve(date(2026, 6, 30), None, kpis=("win_rate_created",), every="quarter")
    first, second = build_trend(request, {"deals": quarters("open")}, catalog()).metrics
    assert (first.value, second.value, second.reason) == (0.5, None, "still_maturing")
    assert (second.numerator, second.denominator) == (5, 21)


def said(report: Report, code: str) -> list[str]:
    return [finding.message for finding in report.findings if finding.code == code]


def test_a_quarter_is_too_short_for_repeat_purchases_and_says_so() -> None:
    frames = {"deals": quarters("lost")}
    short = resolve(date(2026, 6, 30), None, period="2026-Q1", kpis=("repeat_purchase_rate", "won_deals"))
    assert "Repeat purchase rate" in said(build_report(short, frames, catalog()), "period_too_short")[0]
    for period in ("all", "last-365-days"):
        year = resolve(date(2026, 6, 30), None, period=period, kpis=("repeat_purchase_rate",))
        assert not said(build_report(year, frames, catalog()), "period_too_short")
    every = resolve(date(2026, 6, 30), None, kpis=("repeat_purchase_rate",), every="quarter")
    assert said(build_report(every, frames, catalog()), "period_too_short")


def test_a_year_of_53_weeks_is_compared_per_day_too() -> None:
    weeks = Calendar(pattern="445")
    days = [date(2020, 1, 1) + timedelta(days=n) for n in range(365 * 7)]  # one win of 10 each day
    frames = {"deals": deals(*(("won", day, day) for day in days))}
    as_of = date(2026, 12, 26)
    labels = [f"FY{year}" for year in range(2022, 2026)]
    for label in labels:
        request = resolve(as_of, None, period=label, compare="previous", calendar=weeks, kpis=("revenue",))
        report = build_report(request, frames, catalog())
        change = report.metrics[0].change
        assert change is not None
        assert report.period.start is not None
        assert report.period.end is not None
        assert report.comparison is not None
        now = (report.period.end - report.period.start).days
        before = (report.comparison.end - report.comparison.start).days
        if now == before:
            assert change.per_day is None
            assert not said(report, "lengths_differ")
        else:
            assert {now, before} == {364, 371}
            assert change.per_day == pytest.approx(0)
            assert said(report, "lengths_differ")[0].endswith("change per day: Revenue +0.0 %")


def test_closed_deals_without_a_day_leave_the_horizon_empty() -> None:
    start = date(2025, 1, 1)
    dated = [("won", start, start + timedelta(days=9))] * 38
    for missing, reason in ((2, None), (3, "missing_close_dates")):
        frame = deals(*dated, *[("lost", start, None)] * missing)
        request = resolve(date(2026, 1, 1), None, kpis=("win_rate_horizon", "time_to_win"))
        found = build_report(request, {"deals": frame}, catalog()).metrics
        assert [m.reason for m in found] == [reason, reason]


def test_coverage_of_what_remains_is_coverage_before_the_quarter_begins() -> None:
    frame = deals(("won", date(2026, 1, 5), date(2026, 3, 5)), ("open", date(2026, 2, 1), None))
    frame = frame.with_columns(owner=pl.lit("ann"), expected_close=pl.lit(date(2026, 5, 1)))
    quotas = pl.DataFrame(
        {"owner": ["ann"], "period": ["2026-Q2"], "amount": [Decimal(40)]}, schema_overrides={"amount": MONEY}
    )
    kpis = ("pipeline_coverage", "pipeline_coverage_remaining")
    request = resolve(date(2026, 3, 10), None, period="2026-Q2", kpis=kpis)
    found = build_report(request, {"deals": frame, "quotas": quotas}, catalog()).metrics
    assert [m.value for m in found] == [0.25, 0.25]
