"""The stretch of days that a period is compared with, like for like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from salesmetrics.calendar.model import FIRST_YEAR, Calendar, Period, named_period, unit_period
from salesmetrics.calendar.stretches import years_before
from salesmetrics.errors import SalesmetricsError

__all__ = ["Comparison", "comparison"]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The days ``[start, end)`` beside a period; ``to_date`` when both are cut to what has elapsed of the period."""

    label: str
    start: date
    end: date
    to_date: bool = False


def comparison(
    period: Period | None, as_of: date, kind: Literal["previous", "year-ago"], calendar: Calendar
) -> Comparison:
    """What a period is compared with.

    ``previous`` of a week, month, quarter or year is the one before it; of any other range the same number of days
    just before it. When the period is not over, the first so many days of the one before, as many as have elapsed, but
    never more than it has.

    ``year-ago`` is the same dates a year earlier, 29 February becoming the 28th; of a week the week of the same number
    (the last week when there is no 53rd); in a year of weeks the same fiscal month, quarter or year. When the period
    is not over, up to the same date, in weeks up to the same number of days.

    Args:
        period: What the report is for, as it was parsed and not clipped; ``None`` (all) has nothing beside it.
        as_of: The day the report speaks for.
        kind: Which comparison.
        calendar: The calendar in force.

    Raises:
        SalesmetricsError: ``option_invalid`` when there is nothing to compare with.

    >>> quarter = Period("2017-Q4", date(2017, 10, 1), date(2018, 1, 1), "quarter")
    >>> print(comparison(quarter, date(2017, 11, 15), "previous", Calendar()).end)
    2017-08-16
    """
    if period is None or period.start is None:
        raise _refused(kind, "the period has no beginning, so nothing lies before it", "add `--period this-quarter`")
    if period.start > as_of:
        raise _refused(kind, f"{period.label} begins after the as-of date {as_of}", "choose a period that has begun")
    end = min(period.end, as_of + _DAY)
    whole = _whole(period, calendar)
    if whole is None:
        return _beside_range(period, period.start, end, kind)
    beside = _unit_before(whole, kind, calendar)
    if end == whole.end:
        return _named(beside, beside.end, to_date=False)
    if kind == "year-ago" and whole.unit != "week" and not (whole.fiscal and calendar.of_weeks):
        return _named(beside, min(years_before(end - _DAY) + _DAY, beside.end), to_date=True)
    return _named(beside, min(_start(beside) + (end - period.start), beside.end), to_date=True)


def _refused(kind: str, cause: str, fix: str) -> SalesmetricsError:
    return SalesmetricsError("option_invalid", option="--compare", value=kind, cause=cause, fix=fix)


def _start(period: Period) -> date:
    return period.start or date.min


def _named(beside: Period, end: date, *, to_date: bool) -> Comparison:
    return Comparison(f"{beside.label} to date" if to_date else beside.label, _start(beside), end, to_date)


def _whole(period: Period, calendar: Calendar) -> Period | None:
    """The full week, month, quarter or year that a period is, or is the first part of."""
    if period.unit is None or period.unit == "day" or period.start is None:
        return None
    whole = unit_period(period.start, period.unit, calendar, fiscal=period.fiscal)
    return whole if whole.start == period.start and period.end <= whole.end else None


def _unit_before(whole: Period, kind: str, calendar: Calendar) -> Period:
    """The unit before this one, or the one at the same place in the year before."""
    unit = whole.unit or "day"
    if kind == "previous":
        return unit_period(_start(whole) - _DAY, unit, calendar, fiscal=whole.fiscal)
    year, index = _position(whole)
    if year <= FIRST_YEAR:
        raise _refused(kind, f"no years before {FIRST_YEAR} are known", "leave `--compare` out")
    try:
        return named_period(year - 1, unit, index, calendar, fiscal=whole.fiscal)
    except ValueError:
        return named_period(year - 1, unit, index - 1, calendar, fiscal=whole.fiscal)


def _position(whole: Period) -> tuple[int, int]:
    """Year and number that the label of a unit holds."""
    year, _, part = whole.label.removeprefix("FY").partition("-")
    return int(year), int(part.lstrip("QMW") or 1)


def _beside_range(period: Period, start: date, end: date, kind: str) -> Comparison:
    to_date = end < period.end or period.label.endswith(" to date")
    if kind == "year-ago":
        first, after = years_before(start), years_before(end - _DAY) + _DAY
    else:
        first = start - (period.end - start)
        after = first + (end - start)
    return Comparison(f"{first}..{after - _DAY}", first, after, to_date)
