"""Periods cut into weeks, months, quarters or years, and days put into them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from salesmetrics.calendar.model import FIRST_YEAR, LAST_YEAR, Calendar, Every, Period, month_starts, unit_period

if TYPE_CHECKING:
    import polars as pl

__all__ = ["bucket_expression", "bucket_label", "bucket_starts", "overlap_days", "split"]


def bucket_label(day: date, every: Every, calendar: Calendar) -> str:
    """The name of the week, month, quarter or year that a day lies in.

    >>> bucket_label(date(2026, 2, 1), "quarter", Calendar())
    '2026-Q1'
    """
    return unit_period(day, every, calendar).label


def split(period: Period, every: Every, as_of: date, calendar: Calendar) -> list[Period]:
    """Cut a period into whole weeks, months, quarters or years, and what is left of them at its two ends.

    The pieces cover the period exactly. A piece is ``partial`` when its unit sticks out of the period, or is not over
    at the end of the as-of day. Hand in ``period.clipped(as_of)`` to have no pieces that lie in the future.

    Raises:
        ValueError: When the period has no beginning.

    >>> pieces = split(Period("x", date(2026, 1, 15), date(2026, 3, 1)), "month", date(2026, 12, 31), Calendar())
    >>> [(piece.label, piece.days, piece.partial) for piece in pieces]
    [('2026-01', 17, True), ('2026-02', 28, False)]
    """
    if period.start is None:
        msg = f"the period {period.label} has no beginning and cannot be split"
        raise ValueError(msg)
    pieces: list[Period] = []
    start = period.start
    while start < period.end:
        unit = unit_period(start, every, calendar)
        end = min(unit.end, period.end)
        cut = start != unit.start or end != unit.end
        pieces.append(replace(unit, start=start, end=end, partial=cut).seen_from(as_of))
        start = end
    return pieces


def bucket_starts(start: date, end: date, every: Every, calendar: Calendar) -> list[date]:
    """First days of all weeks, months, quarters or years that have a day in ``[start, end)``, in order.

    >>> bucket_starts(date(2026, 1, 15), date(2026, 3, 1), "month", Calendar())
    [datetime.date(2026, 1, 1), datetime.date(2026, 2, 1)]
    """
    starts: list[date] = []
    while start < end:
        unit = unit_period(start, every, calendar)
        if unit.start is not None:
            starts.append(unit.start)
        start = unit.end
    return starts


def overlap_days(first: Period, second: Period) -> int:
    """How many days two periods share, for example to take a part of a quarter's quota for one month.

    >>> overlap_days(Period("a", date(2026, 1, 1), date(2026, 4, 1)), Period("b", date(2026, 3, 30), date(2026, 5, 1)))
    2
    """
    start = max(first.start or date.min, second.start or date.min)
    return max(0, (min(first.end, second.end) - start).days)


def bucket_expression(day: pl.Expr, every: Every, calendar: Calendar) -> pl.Expr:
    """First day of the week, month, quarter or year that each day lies in.

    Args:
        day: A Date expression.
        every: The unit; fiscal where ``Calendar.takes_fiscal`` says so.
        calendar: The calendar in force.

    Returns:
        A Date expression; blank where the day is blank or (for years of weeks) outside 1970–2199.
    """
    if every == "week":
        shift = calendar.week_start - 1
        return day.dt.offset_by(f"-{shift}d").dt.truncate("1w").dt.offset_by(f"{shift}d")
    if calendar.of_weeks:
        return _bucket_of_weeks(day, every, calendar)
    if every == "month":
        return day.dt.truncate("1mo")
    shift = calendar.fiscal_start_month - 1
    unit = "1q" if every == "quarter" else "1y"
    return day.dt.truncate("1mo").dt.offset_by(f"-{shift}mo").dt.truncate(unit).dt.offset_by(f"{shift}mo")


def _bucket_of_weeks(day: pl.Expr, every: Every, calendar: Calendar) -> pl.Expr:
    import polars as pl

    step = {"month": 1, "quarter": 3, "year": 12}[every]
    years = range(FIRST_YEAR - 1, LAST_YEAR + 2)
    starts = [start for year in years for start in month_starts(year, calendar)[:12:step]]
    known = day.is_between(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
    place = pl.lit(pl.Series(starts)).search_sorted(day.fill_null(starts[0]), side="right").cast(pl.Int64) - 1
    return pl.when(known).then(pl.lit(pl.Series(starts)).gather(place.clip(0, len(starts) - 1)))
