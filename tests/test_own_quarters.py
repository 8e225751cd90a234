"""KPIs with a quarter of their own take that of the calendar in force: fiscal months, years of weeks, the last day itself."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.calendar import Calendar, last_complete, last_units, periods_before
from salesmetrics.calendar.windows import span_windows
from salesmetrics.engine.build import build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.metrics.catalog import catalog

MONEY = pl.Decimal(38, 8)
DAY = timedelta(days=1)
CALENDARS = [
    Calendar(),
    *[Calendar(fiscal_start_month=month) for month in range(2, 13)],
    *[Calendar(pattern=pattern, fiscal_start_month=month) for pattern in ("445", "454", "544") for month in (1, 2, 10)],
    Calendar(pattern="445", year_end="nearest", week_start=7, fiscal_start_month=2),
    Calendar(pattern="544", year_end="nearest", week_start=4),
]
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


def quarter_starts(calendar: Calendar, around: date) -> list[date]:
    """First days of quarters near a day, counted out day by day: an oracle that shares no code."""
    days = [around + timedelta(days=n) for n in range(-1200, 400)]
    months = {(calendar.fiscal_start_month + 3 * n - 1) % 12 + 1 for n in range(4)}
    if calendar.pattern == "months":
        return [day for day in days if day.day == 1 and day.month in months]
    starts = []
    for day in days:
        eve = day - DAY  # the last day of a year: the closing weekday at the end of the fiscal year's last month
        if day.isoweekday() != calendar.week_start:
            continue
        near = 3 if calendar.year_end == "nearest" else 0
        candidates = [eve + timedelta(days=n) for n in range(-near, 7 - near)]
        if any((other + DAY).day == 1 and (other + DAY).month == calendar.fiscal_start_month for other in candidates):
            starts += [day + timedelta(weeks=13 * n) for n in range(4)]
    return starts


@given(calendar=st.sampled_from(CALENDARS), as_of=DAYS)
def test_the_last_complete_quarter_is_the_one_counted_out_by_hand(calendar: Calendar, as_of: date) -> None:
    ends = [day for day in quarter_starts(calendar, as_of) if day <= as_of + DAY]
    quarter = last_complete(as_of, "quarter", calendar)
    assert (quarter.start, quarter.end) == (ends[-2], ends[-1])
    windows = span_windows("quarter", {}, as_of, calendar)
    assert windows[""][:2] == (ends[-2], ends[-1])
    assert windows["previous"][:2] == (ends[-3], ends[-2])
    assert windows["year_ago"][:2] == (ends[-6], ends[-5])


@pytest.mark.parametrize("calendar", CALENDARS, ids=str)
def test_a_quarter_counts_from_its_last_day_on(calendar: Calendar) -> None:
    for start in quarter_starts(calendar, date(2026, 6, 15))[-6:-2]:
        eve = start - DAY
        assert last_complete(eve, "quarter", calendar).end == start
        assert last_complete(eve - DAY, "quarter", calendar).end < start
        assert last_complete(start, "quarter", calendar).end == start


@given(calendar=st.sampled_from(CALENDARS), as_of=DAYS, unit=st.sampled_from(["week", "month", "quarter", "year"]))
def test_units_up_to_a_day_follow_each_other_without_a_gap(calendar: Calendar, as_of: date, unit: str) -> None:
    units = last_units(as_of, unit, 6, calendar)
    assert as_of in units[-1]
    assert all(first.end == second.start for first, second in pairwise(units))
    here = units[-1]
    before = periods_before(here.start, here.end, 5, calendar)
    assert before == [(one.start, one.end) for one in units[-2::-1]]


def test_periods_before_whole_months_and_none_before_odd_days() -> None:
    two = periods_before(date(2026, 3, 1), date(2026, 5, 1), 2, Calendar())
    assert two == [(date(2026, 1, 1), date(2026, 3, 1)), (date(2025, 11, 1), date(2026, 1, 1))]
    assert periods_before(date(2026, 3, 3), date(2026, 5, 1), 2, Calendar()) == []
    assert periods_before(date(2026, 3, 1), date(2026, 5, 2), 2, Calendar()) == []


def deals(wins: dict[date, int]) -> pl.DataFrame:
    columns = {
        "id": [str(i) for i in range(len(wins))],
        "outcome": ["won"] * len(wins),
        "amount": [Decimal(amount) for amount in wins.values()],
        "created": list(wins),
        "closed": list(wins),
    }
    return pl.DataFrame(columns, schema_overrides={"amount": MONEY})


def months_of_wins() -> dict[date, int]:
    """On the 10th of each month an amount that tells the month: 1, 2, 4 … so that every sum says what is in it."""
    days = [date(2024 + n // 12, n % 12 + 1, 10) for n in range(28)]
    return {day: 2**n for n, day in enumerate(days)}


def value(frames: dict[str, pl.DataFrame], kpi: str, as_of: date, calendar: Calendar) -> object:
    report = build_report(resolve(as_of, None, calendar=calendar, kpis=(kpi,)), frames, catalog())
    (metric,) = report.metrics
    return metric.value


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("as_of", [date(2026, 3, 31), date(2026, 4, 29), date(2026, 4, 30)])
def test_growth_is_that_of_the_quarter_of_the_calendar(month: int, as_of: date) -> None:
    calendar, wins = Calendar(fiscal_start_month=month), months_of_wins()
    ends = [day for day in quarter_starts(calendar, as_of) if day <= as_of + DAY]

    def sold(low: date, high: date) -> int:
        return sum(amount for day, amount in wins.items() if low <= day < high)

    now, before = sold(ends[-2], ends[-1]), sold(ends[-3], ends[-2])
    assert value({"deals": deals(wins)}, "revenue_growth", as_of, calendar) == pytest.approx((now - before) / before)


def test_the_magic_number_and_dso_take_the_fiscal_quarter_too() -> None:
    calendar = Calendar(fiscal_start_month=2)  # on 30 April the quarter of February to April is complete
    days = [date(2025, 11, 1) + timedelta(days=30 * n) for n in range(6)]
    revenue = pl.DataFrame(
        {"account": list("abcdef"), "occurred": days, "movement": ["new"] * 6, "amount": [Decimal(10**n) for n in range(6)]},
        schema_overrides={"amount": MONEY},
    )  # fmt: skip
    costs = pl.DataFrame(
        {"period": ["2025-11", "2025-12", "2026-01", "2026-02", "2026-03", "2026-04"],
         "category": ["x"] * 6, "amount": [Decimal(2)] * 3 + [Decimal(500)] * 3},
        schema_overrides={"amount": MONEY},
    )  # fmt: skip
    added = sum(10**n for n, day in enumerate(days) if date(2026, 2, 1) <= day < date(2026, 5, 1))
    frames = {"revenue": revenue, "costs": costs}
    assert value(frames, "magic_number", date(2026, 4, 30), calendar) == pytest.approx(12 * added / 6)
    invoices = pl.DataFrame(
        {"issued": [date(2026, 1, 15), date(2026, 3, 1)], "amount": [Decimal(100), Decimal(60)],
         "paid_amount": [Decimal(0), Decimal(30)], "paid_on": [None, date(2026, 3, 20)]},
        schema_overrides={"amount": MONEY, "paid_amount": MONEY, "paid_on": pl.Date},
    )  # fmt: skip
    assert value({"invoices": invoices}, "dso", date(2026, 4, 30), calendar) == pytest.approx(130 / 60 * 89)
