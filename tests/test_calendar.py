"""Periods and comparisons against a table of dates worked out by hand, and properties that hold for every calendar."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.calendar import (
    PERIOD_FORMS,
    Calendar,
    Every,
    LastEvent,
    Period,
    bucket_expression,
    bucket_label,
    bucket_starts,
    comparison,
    last_event_day,
    overlap_days,
    parse_as_of,
    parse_period,
    parse_period_label,
    periods_of_column,
    split,
    unit_period,
)
from salesmetrics.calendar.comparison import ranges_before
from salesmetrics.calendar.model import FIRST_YEAR, LAST_YEAR, month_starts
from salesmetrics.calendar.periods import range_expression
from salesmetrics.calendar.windows import Window, _of_costs, covered
from salesmetrics.calendar.zones import clock_changes
from salesmetrics.errors import SalesmetricsError

DAY = timedelta(days=1)
ISO = Calendar()
SUNDAY = Calendar(week_start=7)
FEBRUARY = Calendar(fiscal_start_month=2)
FEBRUARY_START = Calendar(fiscal_start_month=2, fiscal_year_name="start")
# The retail calendar: 4-5-4, the year ends on the Saturday nearest to 31 January and is called after its start.
RETAIL = Calendar(week_start=7, fiscal_start_month=2, pattern="454", year_end="nearest", fiscal_year_name="start")
# Years that end on the last Saturday of July.
JULY = Calendar(week_start=7, fiscal_start_month=8, pattern="445")

calendars = st.builds(
    Calendar,
    week_start=st.integers(1, 7),
    fiscal_start_month=st.integers(1, 12),
    pattern=st.sampled_from(["months", "445", "454", "544"]),
    year_end=st.sampled_from(["last", "nearest"]),
    fiscal_year_name=st.sampled_from(["start", "end"]),
)
days = st.dates(date(1972, 1, 1), date(2190, 12, 31))
everies = st.sampled_from(["week", "month", "quarter", "year"])


def d(text: str) -> date:
    return date.fromisoformat(text)


# what is typed, as-of, calendar → label, first day, last day, partial
PERIODS = [
    ("this-week", "2017-11-15", ISO, "2017-W46", "2017-11-13", "2017-11-19", True),
    ("last-week", "2017-11-15", ISO, "2017-W45", "2017-11-06", "2017-11-12", False),
    ("wtd", "2017-11-15", ISO, "2017-W46 to date", "2017-11-13", "2017-11-15", True),
    ("this-month", "2017-11-15", ISO, "2017-11", "2017-11-01", "2017-11-30", True),
    ("last-month", "2017-11-15", ISO, "2017-10", "2017-10-01", "2017-10-31", False),
    ("last-month", "2026-01-31", ISO, "2025-12", "2025-12-01", "2025-12-31", False),
    ("mtd", "2017-11-15", ISO, "2017-11 to date", "2017-11-01", "2017-11-15", True),
    ("mtd", "2017-11-30", ISO, "2017-11", "2017-11-01", "2017-11-30", False),
    ("this-quarter", "2017-11-15", ISO, "2017-Q4", "2017-10-01", "2017-12-31", True),
    ("this-quarter", "2017-12-31", ISO, "2017-Q4", "2017-10-01", "2017-12-31", False),
    ("last-quarter", "2026-01-01", ISO, "2025-Q4", "2025-10-01", "2025-12-31", False),
    ("qtd", "2017-11-15", ISO, "2017-Q4 to date", "2017-10-01", "2017-11-15", True),
    ("this-year", "2017-11-15", ISO, "2017", "2017-01-01", "2017-12-31", True),
    ("last-year", "2017-11-15", ISO, "2016", "2016-01-01", "2016-12-31", False),
    ("ytd", "2024-02-29", ISO, "2024 to date", "2024-01-01", "2024-02-29", True),
    ("last-90-days", "2017-12-31", ISO, "last-90-days", "2017-10-03", "2017-12-31", False),
    ("last-1-day", "2017-12-31", ISO, "last-1-day", "2017-12-31", "2017-12-31", False),
    ("2026", "2026-11-21", ISO, "2026", "2026-01-01", "2026-12-31", True),
    ("2026-Q1", "2026-11-21", ISO, "2026-Q1", "2026-01-01", "2026-03-31", False),
    ("2024-02", "2026-11-21", ISO, "2024-02", "2024-02-01", "2024-02-29", False),
    ("2026-W05", "2026-11-21", ISO, "2026-W05", "2026-01-26", "2026-02-01", False),
    ("2026-W01", "2026-11-21", ISO, "2026-W01", "2025-12-29", "2026-01-04", False),
    ("2020-W53", "2026-11-21", ISO, "2020-W53", "2020-12-28", "2021-01-03", False),
    ("2026-W53", "2027-01-02", ISO, "2026-W53", "2026-12-28", "2027-01-03", True),
    ("this-week", "2021-01-03", ISO, "2020-W53", "2020-12-28", "2021-01-03", False),
    ("this-week", "2021-01-04", ISO, "2021-W01", "2021-01-04", "2021-01-10", True),
    ("2026-01-05", "2026-11-21", ISO, "2026-01-05", "2026-01-05", "2026-01-05", False),
    ("2026-01-01..2026-03-31", "2026-11-21", ISO, "2026-01-01..2026-03-31", "2026-01-01", "2026-03-31", False),
    ("2026-02 .. 2026-Q2", "2026-11-21", ISO, "2026-02-01..2026-06-30", "2026-02-01", "2026-06-30", False),
    ("2026-01-01..", "2026-11-21", ISO, "2026-01-01..", "2026-01-01", "2026-11-21", False),
    ("..2026-03-31", "2026-11-21", ISO, "..2026-03-31", None, "2026-03-31", False),
    ("2027-Q1", "2026-11-21", ISO, "2027-Q1", "2027-01-01", "2027-03-31", True),
    ("this-week", "2017-11-15", SUNDAY, "2017-W46", "2017-11-12", "2017-11-18", True),
    ("last-week", "2017-11-12", SUNDAY, "2017-W45", "2017-11-05", "2017-11-11", False),
    ("2017-W01", "2017-11-12", SUNDAY, "2017-W01", "2017-01-01", "2017-01-07", False),
    ("FY2026", "2026-11-21", ISO, "FY2026", "2026-01-01", "2026-12-31", True),
    ("FY2026", "2026-11-21", FEBRUARY, "FY2026", "2025-02-01", "2026-01-31", False),
    ("FY2026-Q2", "2026-11-21", FEBRUARY, "FY2026-Q2", "2025-05-01", "2025-07-31", False),
    ("FY2026-Q4", "2026-11-21", FEBRUARY, "FY2026-Q4", "2025-11-01", "2026-01-31", False),
    ("fy26-p3", "2026-11-21", FEBRUARY, "FY2026-M03", "2025-04-01", "2025-04-30", False),
    ("FY2026-M12", "2026-11-21", FEBRUARY, "FY2026-M12", "2026-01-01", "2026-01-31", False),
    ("FY2026", "2026-11-21", FEBRUARY_START, "FY2026", "2026-02-01", "2027-01-31", True),
    ("this-quarter", "2026-01-31", FEBRUARY, "FY2026-Q4", "2025-11-01", "2026-01-31", False),
    ("Q3", "2026-10-01", Calendar(), "2026-Q3", "2026-07-01", "2026-09-30", False),
    ("q3", "2026-06-30", Calendar(), "2025-Q3", "2025-07-01", "2025-09-30", False),
    ("Q3", "2026-08-15", Calendar(), "2026-Q3", "2026-07-01", "2026-09-30", True),
    ("Q4", "2026-01-31", FEBRUARY, "FY2026-Q4", "2025-11-01", "2026-01-31", False),
    ("Q1", "2026-01-31", FEBRUARY, "FY2026-Q1", "2025-02-01", "2025-04-30", False),
    ("this-fiscal-quarter", "2026-02-01", FEBRUARY, "FY2027-Q1", "2026-02-01", "2026-04-30", True),
    ("last-fiscal-year", "2026-02-01", FEBRUARY_START, "FY2025", "2025-02-01", "2026-01-31", False),
    ("this-month", "2026-01-31", FEBRUARY, "2026-01", "2026-01-01", "2026-01-31", False),
    ("last-fiscal-month", "2026-01-31", FEBRUARY, "FY2026-M11", "2025-12-01", "2025-12-31", False),
    ("2026-Q1", "2026-11-21", FEBRUARY, "2026-Q1", "2026-01-01", "2026-03-31", False),
    ("ytd", "2026-01-15", FEBRUARY, "FY2026 to date", "2025-02-01", "2026-01-15", True),
    ("FY2022", "2026-11-21", RETAIL, "FY2022", "2022-01-30", "2023-01-28", False),
    ("FY2023", "2026-11-21", RETAIL, "FY2023", "2023-01-29", "2024-02-03", False),
    ("FY2024", "2026-11-21", RETAIL, "FY2024", "2024-02-04", "2025-02-01", False),
    ("FY2024-M01", "2026-11-21", RETAIL, "FY2024-M01", "2024-02-04", "2024-03-02", False),
    ("FY2024-M02", "2026-11-21", RETAIL, "FY2024-M02", "2024-03-03", "2024-04-06", False),
    ("FY2024-Q1", "2026-11-21", RETAIL, "FY2024-Q1", "2024-02-04", "2024-05-04", False),
    ("FY2023-M12", "2026-11-21", RETAIL, "FY2023-M12", "2023-12-31", "2024-02-03", False),
    ("this-month", "2024-03-03", RETAIL, "FY2024-M02", "2024-03-03", "2024-04-06", True),
    ("last-month", "2024-02-04", RETAIL, "FY2023-M12", "2023-12-31", "2024-02-03", False),
    ("FY2023", "2026-11-21", JULY, "FY2023", "2022-07-31", "2023-07-29", False),
    ("FY2024", "2026-11-21", JULY, "FY2024", "2023-07-30", "2024-07-27", False),
    ("FY2024-Q1", "2026-11-21", JULY, "FY2024-Q1", "2023-07-30", "2023-10-28", False),
    ("FY2024-M03", "2026-11-21", JULY, "FY2024-M03", "2023-09-24", "2023-10-28", False),
]


@pytest.mark.parametrize(("text", "as_of", "calendar", "label", "first", "last", "partial"), PERIODS)
def test_period_table(
    text: str, as_of: str, calendar: Calendar, label: str, first: str | None, last: str, partial: bool
) -> None:
    period = parse_period(text, as_of=d(as_of), calendar=calendar)
    assert period is not None
    assert (period.label, period.start, period.end - DAY) == (label, d(first) if first else None, d(last))
    assert period.partial is partial


# period, as-of, calendar, kind → label, first day, last day, to date
COMPARISONS = [
    ("2017-Q4", "2017-12-31", ISO, "previous", "2017-Q3", "2017-07-01", "2017-09-30", False),
    ("2017-Q4", "2017-11-15", ISO, "previous", "2017-Q3 to date", "2017-07-01", "2017-08-15", True),
    ("qtd", "2017-11-15", ISO, "previous", "2017-Q3 to date", "2017-07-01", "2017-08-15", True),
    ("2017-Q4", "2017-11-15", ISO, "year-ago", "2016-Q4 to date", "2016-10-01", "2016-11-15", True),
    ("2026-Q1", "2026-11-21", ISO, "previous", "2025-Q4", "2025-10-01", "2025-12-31", False),
    ("mtd", "2026-03-30", ISO, "previous", "2026-02 to date", "2026-02-01", "2026-02-28", True),
    ("this-month", "2026-03-31", ISO, "previous", "2026-02", "2026-02-01", "2026-02-28", False),
    ("2024-02-29", "2026-11-21", ISO, "year-ago", "2023-02-28..2023-02-28", "2023-02-28", "2023-02-28", False),
    ("2024-02-29", "2026-11-21", ISO, "previous", "2024-02-28..2024-02-28", "2024-02-28", "2024-02-28", False),
    ("ytd", "2024-02-29", ISO, "year-ago", "2023 to date", "2023-01-01", "2023-02-28", True),
    ("ytd", "2024-02-29", ISO, "previous", "2023 to date", "2023-01-01", "2023-03-01", True),
    ("2017", "2017-03-01", ISO, "year-ago", "2016 to date", "2016-01-01", "2016-03-01", True),
    ("2017", "2017-03-01", ISO, "previous", "2016 to date", "2016-01-01", "2016-02-29", True),
    ("2025-02", "2025-12-31", ISO, "year-ago", "2024-02", "2024-02-01", "2024-02-29", False),
    ("2020-W53", "2021-02-01", ISO, "year-ago", "2019-W52", "2019-12-23", "2019-12-29", False),
    ("2026-W53", "2027-02-01", ISO, "year-ago", "2025-W52", "2025-12-22", "2025-12-28", False),
    ("2021-W01", "2021-02-01", ISO, "previous", "2020-W53", "2020-12-28", "2021-01-03", False),
    ("2021-W01", "2021-02-01", ISO, "year-ago", "2020-W01", "2019-12-30", "2020-01-05", False),
    ("this-week", "2017-11-15", ISO, "previous", "2017-W45 to date", "2017-11-06", "2017-11-08", True),
    ("this-week", "2017-11-15", ISO, "year-ago", "2016-W46 to date", "2016-11-14", "2016-11-16", True),
    ("wtd", "2017-11-15", SUNDAY, "previous", "2017-W45 to date", "2017-11-05", "2017-11-08", True),
    ("2017-01-10..2017-01-19", "2017-12-31", ISO, "previous", "2016-12-31..2017-01-09", "2016-12-31", "2017-01-09", 0),
    ("2017-01-10..2017-01-19", "2017-12-31", ISO, "year-ago", "2016-01-10..2016-01-19", "2016-01-10", "2016-01-19", 0),
    ("2026-01-01..2026-03-31", "2026-02-14", ISO, "previous", "2025-10-03..2025-11-16", "2025-10-03", "2025-11-16", 1),
    ("last-90-days", "2017-12-31", ISO, "previous", "2017-07-05..2017-10-02", "2017-07-05", "2017-10-02", False),
    ("last-90-days", "2017-12-31", ISO, "year-ago", "2016-10-03..2016-12-31", "2016-10-03", "2016-12-31", False),
    ("FY2026-Q1", "2026-11-21", FEBRUARY, "previous", "FY2025-Q4", "2024-11-01", "2025-01-31", False),
    ("FY2026-Q1", "2026-11-21", FEBRUARY, "year-ago", "FY2025-Q1", "2024-02-01", "2024-04-30", False),
    ("this-quarter", "2025-03-10", FEBRUARY, "previous", "FY2025-Q4 to date", "2024-11-01", "2024-12-08", True),
    ("FY2026", "2025-03-10", FEBRUARY, "year-ago", "FY2025 to date", "2024-02-01", "2024-03-10", True),
    ("FY2024", "2026-11-21", RETAIL, "year-ago", "FY2023", "2023-01-29", "2024-02-03", False),
    ("FY2024-M12", "2026-11-21", RETAIL, "year-ago", "FY2023-M12", "2023-12-31", "2024-02-03", False),
    ("FY2024-Q2", "2024-05-20", RETAIL, "year-ago", "FY2023-Q2 to date", "2023-04-30", "2023-05-15", True),
    ("FY2024-M01", "2026-11-21", RETAIL, "previous", "FY2023-M12", "2023-12-31", "2024-02-03", False),
]


@pytest.mark.parametrize(("text", "as_of", "calendar", "kind", "label", "first", "last", "to_date"), COMPARISONS)
def test_comparison_table(
    text: str, as_of: str, calendar: Calendar, kind: str, label: str, first: str, last: str, to_date: bool
) -> None:
    period = parse_period(text, as_of=d(as_of), calendar=calendar)
    beside = comparison(period, d(as_of), kind, calendar)  # type: ignore[arg-type]
    assert (beside.label, beside.start, beside.end - DAY) == (label, d(first), d(last))
    assert beside.to_date is bool(to_date)


def test_all_is_no_period_and_has_nothing_beside_it() -> None:
    assert parse_period(" ALL ", as_of=d("2026-01-01"), calendar=ISO) is None
    for period in (None, parse_period("..2026-01-01", as_of=d("2026-05-01"), calendar=ISO)):
        with pytest.raises(SalesmetricsError, match="has no start") as caught:
            comparison(period, d("2026-05-01"), "previous", ISO)
        assert caught.value.code == "option_invalid"
        assert "--period this-quarter" in caught.value.hint


@pytest.mark.parametrize(("text", "words"), [("2027", "starts after"), ("1970", "years before 1970")])
def test_nothing_is_compared_outside_of_time(text: str, words: str) -> None:
    period = parse_period(text, as_of=d("2026-05-01"), calendar=ISO)
    with pytest.raises(SalesmetricsError, match=words):
        comparison(period, d("2026-05-01"), "year-ago", ISO)


@pytest.mark.parametrize("form", [form for form in PERIOD_FORMS if form != "all"])
def test_every_form_that_is_offered_is_understood(form: str) -> None:
    spaced = form.upper().replace("LAST-", "Last ").replace("THIS-", "this_")
    period = parse_period(form, as_of=d("2026-06-30"), calendar=ISO)
    assert period is not None
    assert parse_period(f" {spaced} ", as_of=d("2026-06-30"), calendar=ISO) == period


@pytest.mark.parametrize(
    ("text", "cause", "fix"),
    [
        ("last-quater", "unknown period", "did you mean `last-quarter`?"),
        ("qdt", "unknown period", "did you mean `qtd`?"),
        ("soon", "unknown period", "last-90-days"),
        ("", "unknown period", "2026-01-01..2026-03-31"),
        ("2026-13", "2026 has 12 months", "for example `--period 2026-12`"),
        ("FY2026-M13", "2026 has 12 months", "for example `--period FY2026-M12`"),
        ("2026-Q5", "a year has 4 quarters", "for example `--period 2026-Q4`"),
        ("Q5", "a year has 4 quarters", "for example `--period 2026-Q4`"),
        ("FY26Q5", "a year has 4 quarters", "for example `--period FY2026-Q4`"),
        ("Q0 FY26", "a year has 4 quarters", "for example `--period FY2026-Q1`"),
        ("2026-H3", "a year has 2 half-years", "for example `--period 2026-H2`"),
        ("2025-W53", "2025 has 52 weeks", "for example `--period 2025-W52`"),
        ("2026-W00", "2026 has 53 weeks", "for example `--period 2026-W53`"),
        ("kw60", "a year has 53 weeks", "for example `--period 2026-W53`"),
        ("W05", "the year is missing", "for example `--period 2026-W05`"),
        ("W01", "the year is missing", "for example `--period 2026-W01`"),
        ("M3", "the year is missing", "for example `--period 2026-03`"),
        ("March", "the year is missing", "for example `--period 2026-03`"),
        ("30d", "unknown period", "for example `--period last-30-days`"),
        ("last 30 d", "unknown period", "for example `--period last-30-days`"),
        ("yesterday", "unknown period", "for example `--period 2026-11-20`"),
        ("2026-02-29", "this day does not exist", "2026-03-31"),
        ("2206-01-01", "must be 1970 to 2199", "2026"),
        ("0206", "must be 1970 to 2199", "2026"),
        ("2026-03-31..2026-01-01", "it ends before it starts", "first day"),
        ("2027-01-01..", "starts after the as-of date 2026-11-21", "first day"),
        ("..", "must have a first or a last day", "2026-01-01..2026-03-31"),
        ("2026-01-01..x", "unknown period", "2026-03-31"),
        ("last-0-days", "1 to 36500", "last-90-days"),
        ("last-36501-days", "1 to 36500", "last-90-days"),
        ("last-99999-days", "1 to 36500", "last-90-days"),
    ],
)
def test_what_names_no_period_is_refused_with_the_way_out(text: str, cause: str, fix: str) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        parse_period(text, as_of=d("2026-11-21"), calendar=ISO)
    assert caught.value.code == "option_invalid"
    assert caught.value.message.startswith(f"invalid `--period {text}`")
    assert cause in caught.value.message
    assert fix in caught.value.hint
    if fix.startswith("for example"):
        assert parse_period(fix.split()[-1].strip("`"), as_of=d("2026-11-21"), calendar=ISO) is not None


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("2026-Q1", "2026-Q1"),
        ("2026Q1", "2026-Q1"),
        ("Q1 2026", "2026-Q1"),
        ("q1/2026", "2026-Q1"),
        ("Q1'26", "2026-Q1"),
        ("1Q26", "2026-Q1"),
        ("2026-03", "2026-03"),
        ("2026-3", "2026-03"),
        ("202603", "2026-03"),
        ("03/2026", "2026-03"),
        ("Mar 2026", "2026-03"),
        ("MARCH-2026", "2026-03"),
        ("Mar-26", "2026-03"),
        ("2026 Sept.", "2026-09"),
        ("2026", "2026"),
        ("FY26-Q1", "FY2026-Q1"),
        ("Q1 FY2026", "FY2026-Q1"),
        ("FY 26", "FY2026"),
        ("FY2026-P03", "FY2026-M03"),
        ("2026年3月", "2026-03"),
        ("2026 年 03 月", "2026-03"),
        ("2026年", "2026"),
        ("2026年第1季度", "2026-Q1"),
        ("2026年一季度", "2026-Q1"),
        ("2026年Q1", "2026-Q1"),
        ("2026年3月5日", "2026-03-05"),
        ("март 2026", "2026-03"),
        ("Мая 2026 г.", "2026-05"),
        ("1 кв. 2026", "2026-Q1"),
        ("IV квартал 2026 года", "2026-Q4"),
        ("1-й квартал 2026", "2026-Q1"),
        ("Mac 2026", "2026-03"),
        ("Ogos 2026", "2026-08"),
        ("Suku Tahun 2 2026", "2026-Q2"),
        ("مارس 2026", "2026-03"),
        ("كانون الثاني ٢٠٢٦", "2026-01"),
        ("الربع الثاني 2026", "2026-Q2"),
        ("2026-W05", "2026-W05"),
        ("2026-H2", "2026-H2"),
        ("2026-01-01", "2026-01-01"),
    ],
)
def test_labels_in_files(label: str, expected: str) -> None:
    period = parse_period_label(f" {label} ")
    assert period is not None
    assert period.label == expected


@pytest.mark.parametrize(
    "label", ["", "north", "marketing 2026", "26", "2026-13", "2026-02-30", "Q5 2026", "12 2026 5 6", "1899", "Q1"]
)
def test_labels_that_name_nothing(label: str) -> None:
    assert parse_period_label(label) is None


def test_a_half_year_is_two_quarters() -> None:
    period = parse_period_label("H2 2026")
    assert period == Period("2026-H2", d("2026-07-01"), d("2027-01-01"))


def test_fiscal_labels_follow_the_calendar_and_plain_ones_do_not() -> None:
    fiscal, plain = parse_period_label("FY26-Q1", FEBRUARY), parse_period_label("2026-Q1", FEBRUARY)
    assert fiscal is not None
    assert plain is not None
    assert (fiscal.start, plain.start) == (d("2025-02-01"), d("2026-01-01"))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["2026-01-01", "2026-02-01", "2026-02-01"], ["2026-01", "2026-02", "2026-02"]),
        (["2026-04-01", "2026-01-01"], ["2026-Q2", "2026-Q1"]),
        (["2025-01-01", "2026-01-01"], ["2025", "2026"]),
        (["2026-01-01"], ["2026-01"]),
        (["2026-01-01", "2026-01-15"], ["2026-01-01", "2026-01-15"]),
        (["2026-01-01", "2026-Q2"], ["2026-01-01", "2026-Q2"]),
        (["2026-01-01", "x"], ["2026-01", None]),
        ([], []),
    ],
)
def test_a_column_of_first_days_is_of_what_begins_on_them(labels: list[str], expected: list[str | None]) -> None:
    assert [period and period.label for period in periods_of_column(labels)] == expected


def test_as_of() -> None:
    assert parse_as_of("1970-01-01") == d("1970-01-01")
    assert parse_as_of("2199-12-31") == d("2199-12-31")
    assert parse_as_of(" 2026-01-31 ") == d("2026-01-31")
    assert parse_as_of("Today", today=d("2026-11-21")) == d("2026-11-21")


@pytest.mark.parametrize(
    ("text", "cause", "fix"),
    [
        ("2026-02-30", "this day does not exist", "year-month-day"),
        ("31.01.2026", "not a date", "--as-of 2026-01-31"),
        ("01/31/2026", "not a date", "--as-of 2026-01-31"),
        ("05/06/2026", "not a date", "--as-of today"),
        ("tody", "not a date", "did you mean `today`?"),
        ("today", "not a date", "2026-01-31"),
        ("2206-01-01", "1970 to 2199", "correct the year"),
    ],
)
def test_as_of_that_is_no_day_is_refused(text: str, cause: str, fix: str) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        parse_as_of(text)
    assert caught.value.message.startswith(f"invalid `--as-of {text}`")
    assert cause in caught.value.message
    assert fix in caught.value.hint


def spread(n: int, step: int = 3) -> list[date]:
    return [d("2016-01-01") + i * step * DAY for i in range(n)]


@pytest.mark.parametrize(
    ("days", "records", "last", "stray"),
    [
        (spread(100), 100, "2016-10-24", 0),
        ([*spread(100), d("2061-01-01")], 101, "2016-10-24", 1),
        ([*spread(10), d("2061-01-01")], 11, "2016-01-28", 1),
        ([*spread(100), d("2040-01-01"), d("2061-01-01")], 102, "2016-10-24", 2),
        ([*spread(40), *[d("2026-01-01") + n * DAY for n in range(2)]], 42, "2016-04-27", 2),  # 5 % of 42 are two
        ([*spread(37), *[d("2026-01-01") + n * DAY for n in range(2)]], 39, "2026-01-02", 0),  # and one of 39
        ([*spread(100), d("2016-10-24") + 90 * DAY], 101, "2017-01-22", 0),
        ([*spread(100), d("2016-10-24") + 91 * DAY], 101, "2016-10-24", 1),
        ([*spread(4, step=120), d("2016-12-26") + 360 * DAY], 5, "2017-12-21", 0),  # three times, and no more
        ([*spread(4, step=120), d("2016-12-26") + 361 * DAY], 5, "2016-12-26", 1),
        ([d("2016-01-01"), d("2061-01-01")], 2, "2061-01-01", 0),  # no gap to measure by
    ],
)
def test_a_day_beyond_all_the_rest_does_not_move_the_last_one(
    days: list[date], records: int, last: str, stray: int
) -> None:
    found = last_event_day(days, records, lambda day: sum(other > day for other in days))
    assert found == LastEvent(d(last), stray)


def test_records_that_cannot_be_strays_move_the_day() -> None:
    assert last_event_day([*spread(10), d("2061-01-01")], 11, lambda _: None) == LastEvent(d("2061-01-01"))


def test_no_events_have_no_last_day() -> None:
    assert last_event_day([], 0, lambda _: 0) is None


@given(days)
def test_weeks_are_those_of_the_standard(day: date) -> None:
    year, week, _ = day.isocalendar()
    assert bucket_label(day, "week", ISO) == f"{year}-W{week:02d}"


@given(calendars, st.integers(1975, 2190))
def test_years_of_weeks_follow_their_pattern_and_end_where_they_should(calendar: Calendar, year: int) -> None:
    fiscal = parse_period_label(f"FY{year}", calendar)
    assert fiscal is not None
    assert fiscal.start is not None
    months = [parse_period_label(f"FY{year}-M{month}", calendar) for month in range(1, 13)]
    quarters = [parse_period_label(f"FY{year}-Q{quarter}", calendar) for quarter in range(1, 5)]
    assert [q.start for q in quarters if q] == [m.start for m in months[::3] if m]
    assert [q.end for q in quarters if q] == [m.end for m in months[2::3] if m]
    last = fiscal.end - DAY
    named_after = last if calendar.fiscal_year_name == "end" else fiscal.start
    assert abs((named_after - date(year, 7, 1)).days) <= 190
    if calendar.pattern == "months":
        assert (fiscal.start.month, fiscal.start.day) == (calendar.fiscal_start_month, 1)
        return
    weeks = [(month.days or 0) / 7 for month in months if month]
    pattern = [int(digit) for digit in calendar.pattern] * 4
    assert weeks in (pattern, [*pattern[:-1], pattern[-1] + 1])
    assert fiscal.start.isoweekday() == calendar.week_start
    nominal = [date(y, calendar.fiscal_start_month, 1) - DAY for y in (last.year, last.year + 1)]
    before = [(end - last).days for end in nominal]
    allowed = range(7) if calendar.year_end == "last" else range(-3, 4)
    assert any(days in allowed for days in before)


@given(calendars, days, everies)
def test_every_day_is_in_exactly_one_bucket(calendar: Calendar, day: date, every: Every) -> None:
    unit = unit_period(day, every, calendar)
    assert unit.start is not None
    assert day in unit
    assert unit_period(unit.start, every, calendar) == unit == unit_period(unit.end - DAY, every, calendar)
    following = unit_period(unit.end, every, calendar)
    assert following.start == unit.end
    assert following.label != unit.label


@given(calendars, days, everies)
def test_the_label_of_a_bucket_reads_back(calendar: Calendar, day: date, every: Every) -> None:
    unit = unit_period(day, every, calendar)
    assert parse_period_label(bucket_label(day, every, calendar), calendar) == unit


@given(calendars, days, st.integers(1, 1200), everies, days)
def test_split_covers_the_period_exactly(
    calendar: Calendar, start: date, length: int, every: Every, as_of: date
) -> None:
    period = Period("x", start, start + length * DAY)
    pieces = split(period, every, as_of, calendar)
    assert pieces[0].start == period.start
    assert pieces[-1].end == period.end
    assert all(a.end == b.start for a, b in pairwise(pieces))
    assert sum(overlap_days(piece, period) for piece in pieces) == length
    starts = bucket_starts(start, period.end, every, calendar)
    assert len(starts) == len(pieces)
    for begin, piece in zip(starts, pieces, strict=True):
        whole = unit_period(begin, every, calendar)
        assert piece.label == whole.label
        assert piece.partial is ((piece.start, piece.end) != (whole.start, whole.end) or piece.end > as_of + DAY)


@given(calendars, days, days, everies, st.booleans())
def test_previous_never_overlaps_and_touches_whole_periods(
    calendar: Calendar, day: date, as_of: date, every: Every, clip: bool
) -> None:
    period = unit_period(day, every, calendar)
    assert period.start is not None
    if period.start > as_of:
        return
    shown = period.clipped(as_of) if clip else period.seen_from(as_of)
    beside = comparison(shown, as_of, "previous", calendar)
    assert beside.start < beside.end <= period.start
    assert beside.to_date is (period.end > as_of + DAY)
    elapsed = (min(period.end, as_of + DAY) - period.start).days
    if beside.to_date:
        assert (beside.end - beside.start).days <= elapsed
    else:
        assert beside.end == period.start


@given(calendars, days, days, everies)
def test_year_ago_lies_a_year_before(calendar: Calendar, day: date, as_of: date, every: Every) -> None:
    period = unit_period(day, every, calendar).seen_from(as_of)
    assert period.start is not None
    if period.start > as_of:
        return
    beside = comparison(period, as_of, "year-ago", calendar)
    assert beside.end <= period.end
    assert 357 <= (period.start - beside.start).days <= 373
    assert beside.start < beside.end


@given(days, st.integers(1, 400), days, st.sampled_from(["previous", "year-ago"]))
def test_ranges_are_compared_with_as_many_days(start: date, length: int, as_of: date, kind: str) -> None:
    period = Period("x", start, start + length * DAY)
    if start > as_of:
        return
    beside = comparison(period, as_of, kind, ISO)  # type: ignore[arg-type]
    elapsed = (min(period.end, as_of + DAY) - start).days
    if kind == "previous":
        assert (beside.end - beside.start).days == elapsed
        assert beside.end <= start
        assert beside.start == start - length * DAY
    else:
        assert abs((beside.end - beside.start).days - elapsed) <= 1


@pytest.mark.parametrize(("start", "end"), [("2026-01-15", "2026-02-01"), ("2026-01-01", "2026-02-10")])
def test_what_is_no_whole_month_is_compared_with_as_many_days(start: str, end: str) -> None:
    beside = comparison(Period("2026-01", d(start), d(end), "month"), d("2026-03-31"), "previous", ISO)
    assert (beside.start, beside.end) == (d(start) - (d(end) - d(start)), d(start))


@given(calendars, st.lists(st.none() | st.dates(date(1970, 1, 1), date(2199, 12, 31)), max_size=30), everies)
def test_bucket_expression_is_the_bucket_of_each_day(
    calendar: Calendar, column: list[date | None], every: Every
) -> None:
    frame = pl.DataFrame({"day": pl.Series(column, dtype=pl.Date)})
    expected = [None if day is None else unit_period(day, every, calendar).start for day in column]
    for lazy in (False, True):
        expression = bucket_expression(pl.col("day"), every, calendar).alias("start")
        found = frame.lazy().select(expression).collect() if lazy else frame.select(expression)
        assert found.schema == {"start": pl.Date}
        assert found["start"].to_list() == expected


def test_years_of_weeks_have_buckets_from_the_first_day_that_is_known_to_the_last() -> None:
    days = [d("1969-12-31"), d("1970-01-01"), d("2199-12-31"), d("2200-01-01")]
    found = pl.DataFrame({"day": days}).select(bucket_expression(pl.col("day"), "month", RETAIL)).to_series().to_list()
    assert found == [None, *(unit_period(day, "month", RETAIL).start for day in days[1:3]), None]


@pytest.mark.parametrize("calendar", [ISO, SUNDAY, FEBRUARY, RETAIL])
def test_bucket_expression_can_be_a_key(calendar: Calendar) -> None:
    frame = pl.DataFrame({"day": [d("2024-02-03"), d("2024-02-04"), d("2024-02-05"), None], "value": [1, 2, 4, 8]})
    key = bucket_expression(pl.col("day"), "year", calendar).alias("start")
    found = frame.group_by(key).agg(pl.col("value").sum()).sort("start", nulls_last=True)
    expected: dict[date | None, int] = {}
    for day, value in frame.iter_rows():
        start = None if day is None else unit_period(day, "year", calendar).start
        expected[start] = expected.get(start, 0) + value
    assert dict(found.iter_rows()) == expected


def test_clipping_leaves_what_is_over_and_empties_what_has_not_begun() -> None:
    quarter = Period("2026-Q1", d("2026-01-01"), d("2026-04-01"), "quarter")
    assert quarter.clipped(d("2026-03-31")) is quarter
    future = quarter.clipped(d("2025-12-01"))
    assert (future.start, future.end, future.days) == (d("2026-01-01"), d("2026-01-01"), 0)
    once = quarter.clipped(d("2026-02-10"))
    assert once.clipped(d("2026-02-09")).label == once.label == "2026-Q1 to date"
    assert Period("..", None, d("2026-04-01")).clipped(d("2026-02-10")).end == d("2026-02-11")


def test_ranges_without_a_beginning() -> None:
    period = Period("..2026-03-31", None, d("2026-04-01"))
    assert period.days is None
    assert d("1980-01-01") in period
    assert d("2026-04-01") not in period
    assert overlap_days(period, Period("x", d("2026-03-30"), d("2026-05-01"))) == 2
    assert overlap_days(Period("x", d("2026-05-01"), d("2026-06-01")), period) == 0
    with pytest.raises(ValueError, match="no beginning"):
        split(period, "month", d("2026-04-01"), ISO)


@pytest.mark.parametrize(
    "wrong",
    [
        {"week_start": 0},
        {"week_start": 8},
        {"fiscal_start_month": 0},
        {"fiscal_start_month": 13},
        {"pattern": "444"},
        {"timezone": "Mars/Olympus"},
    ],
)
def test_impossible_calendars_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"not |unknown time zone"):
        Calendar(**wrong)  # type: ignore[arg-type]


def test_a_known_time_zone_is_taken() -> None:
    assert Calendar(timezone="Europe/Berlin").timezone == "Europe/Berlin"


def test_the_calendar_needs_no_polars() -> None:
    code = "import sys, salesmetrics.calendar; sys.exit('polars' in sys.modules or 'pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- ends of what is known ---


def test_a_day_is_compared_with_the_days_before_it() -> None:
    day = date(2026, 3, 1)
    before = [(day - timedelta(n), day - timedelta(n - 1)) for n in (1, 2, 3)]
    assert ranges_before(Period("free", day, day + timedelta(1)), day, 3, Calendar()) == before


@pytest.mark.parametrize("calendar", [Calendar(), Calendar(fiscal_start_month=7), Calendar(pattern="445")])
def test_a_year_of_months_has_twelve_beginnings_and_an_end(calendar: Calendar) -> None:
    starts = month_starts(2026, calendar)
    assert len(starts) == 13
    assert starts[-1] == month_starts(2027, calendar)[0]


def test_the_last_day_that_is_known_is_a_period() -> None:
    for year in (FIRST_YEAR, LAST_YEAR):
        found = parse_period_label(f"{year}-12-31", Calendar())
        assert found is not None
        assert found.start == date(year, 12, 31)


def test_labels_of_a_column_are_read_by_the_calendar_given() -> None:
    (found,) = periods_of_column(["FY2026-Q1"], Calendar(fiscal_start_month=7))
    assert found is not None
    assert found.start == date(2025, 7, 1)


@pytest.mark.parametrize("ahead", [0, 1, 40])
def test_a_file_covers_its_days_up_to_that_of_the_report(ahead: int) -> None:
    first = date(2026, 3, 1)
    days = pl.DataFrame({"day": [first, first + timedelta(ahead)]})
    assert covered(days, first) == Window(first, first + timedelta(1))
    assert covered(days, first - timedelta(1)) is None
    assert covered(days, date(2026, 12, 31)) == Window(first, first + timedelta(ahead + 1))


def test_a_cost_of_one_day_is_for_its_month() -> None:
    costs = pl.DataFrame({"__start__": [date(2026, 12, 15)], "__end__": [date(2026, 12, 16)]})
    assert _of_costs(costs, date(2027, 6, 1)) == Window(date(2026, 12, 1), date(2027, 1, 1))


def test_no_change_of_the_clock_is_looked_for_beyond_the_last_day() -> None:
    for first in (date(2026, 3, 27), date(2026, 3, 28)):
        assert clock_changes("Europe/Berlin", first, date(2026, 3, 28)) == []
    assert len(clock_changes("Europe/Berlin", date(2026, 3, 27), date(2026, 3, 29))) == 1


def test_one_range_takes_the_days_within_it() -> None:
    day, start, end = date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 4)
    days = pl.DataFrame({"day": [None, day - DAY, day, end - DAY, end]}, {"day": pl.Date})
    found = days.select(found=range_expression(pl.col("day"), [(start, end)]))["found"].to_list()
    assert found == [None, None, start, start, None]
