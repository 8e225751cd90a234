"""The range of days that a period is compared with, like for like."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec.structs import replace

from salesmetrics.calendar.model import FIRST_YEAR, Calendar, Period, named_period, unit_period
from salesmetrics.errors import RefusedError, SalesmetricsError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from salesmetrics.calendar.model import Every

__all__ = ["Comparison", "comparison", "last_complete", "last_units", "periods_before", "ranges_before", "years_before"]


_DAY = timedelta(days=1)


class Comparison(msgspec.Struct, frozen=True):
    """The days ``[start, end)`` beside a period; ``to_date`` when both are cut to what has elapsed of the period."""

    label: str
    start: date
    end: date
    to_date: bool


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
        as_of: The report date.
        kind: Which comparison.
        calendar: The calendar in force.

    Raises:
        SalesmetricsError: ``option_invalid`` when there is nothing to compare with.

    >>> quarter = Period("2017-Q4", date(2017, 10, 1), date(2018, 1, 1), "quarter")
    >>> print(comparison(quarter, date(2017, 11, 15), "previous", Calendar()).end)
    2017-08-16
    """
    if period is None or period.start is None:
        raise _refused(kind, Message("period_without_beginning"), Message("period_this_quarter"))
    if period.start > as_of:
        cause = Message("period_begins_after", period=period.label, as_of=as_of)
        raise _refused(kind, cause, Message("period_begun"))
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


def _refused(kind: str, cause: Message, fix: Message) -> SalesmetricsError:
    return SalesmetricsError("option_invalid", option="--compare", value=kind, cause=cause, fix=fix)


def _start(period: Period) -> date:
    return period.start or date.min


def _named(beside: Period, end: date, *, to_date: bool) -> Comparison:
    return Comparison(replace(beside, to_date=to_date).label, _start(beside), end, to_date)


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
        raise _refused(kind, Message("no_years_before", year=FIRST_YEAR), Message("without_compare"))
    try:
        return named_period(year - 1, unit, index, calendar, fiscal=whole.fiscal)
    except RefusedError:
        return named_period(year - 1, unit, index - 1, calendar, fiscal=whole.fiscal)


def _position(whole: Period) -> tuple[int, int]:
    """Year and number that the label of a unit holds."""
    year, _, part = whole.name.removeprefix("FY").partition("-")
    return int(year), int(part.lstrip("QMW") or 1)


def _beside_range(period: Period, start: date, end: date, kind: str) -> Comparison:
    to_date = end < period.end or period.to_date
    if kind == "year-ago":
        first, after = years_before(start), years_before(end - _DAY) + _DAY
    else:
        first = start - (period.end - start)
        after = first + (end - start)
    return Comparison(f"{first}..{after - _DAY}", first, after, to_date)


# --- periods that nobody asked for by name: the last complete quarter, the twelve months up to a day, the units before one ---


_DAY = timedelta(days=1)
_UNITS: tuple[Every, ...] = ("week", "month", "quarter", "year")


def years_before(day: date, years: int = 1) -> date:
    """The same date some years earlier; 29 February becomes the 28th, also where the earlier year has one.

    >>> years_before(date(2028, 2, 29), 4), years_before(date(2026, 7, 1))
    (datetime.date(2024, 2, 28), datetime.date(2025, 7, 1))
    """
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28) if leap else day.replace(year=day.year - years)


def last_complete(as_of: date, unit: Every, calendar: Calendar) -> Period:
    """The last week, month, quarter or year that is over at the end of a day; the one that the day itself completes is.

    >>> last_complete(date(2026, 3, 30), "quarter", Calendar()).label
    '2025-Q4'
    >>> last_complete(date(2026, 3, 31), "quarter", Calendar()).label
    '2026-Q1'
    >>> last_complete(date(2026, 4, 30), "quarter", Calendar(fiscal_start_month=2)).label
    'FY2027-Q1'
    """
    running = unit_period(as_of + _DAY, unit, calendar)
    return unit_period((running.start or as_of) - _DAY, unit, calendar)


def last_units(as_of: date, unit: Every, number: int, calendar: Calendar) -> list[Period]:
    """The unit that a day lies in and those before it, the earliest first.

    >>> [unit.label for unit in last_units(date(2026, 1, 15), "month", 3, Calendar())]
    ['2025-11', '2025-12', '2026-01']
    """
    units = [unit_period(as_of, unit, calendar)]
    while len(units) < number:
        units.append(unit_period((units[-1].start or as_of) - _DAY, unit, calendar))
    return units[::-1]


def periods_before(start: date, end: date, number: int, calendar: Calendar) -> list[tuple[date, date]]:
    """The periods of the same kind right before one, the latest first: units of the calendar, or so many months.

    Nothing where a period is neither a week, month, quarter or year (of the fiscal calendar, or the civil one), nor
    whole months.

    >>> [str(low) for low, _ in periods_before(date(2026, 1, 1), date(2026, 4, 1), 2, Calendar())]
    ['2025-10-01', '2025-07-01']
    """
    for unit in _UNITS:
        for fiscal in (calendar.takes_fiscal(unit), False):
            here = unit_period(start, unit, calendar, fiscal=fiscal)
            if (here.start, here.end) == (start, end):
                return _units_before(here, number, calendar)
    months = (end.year - start.year) * 12 + end.month - start.month
    if start.day != 1 or end.day != 1 or months < 1:
        return []
    edges = [_months_before(start, k * months) for k in range(number + 1)]
    return list(zip(edges[1:], edges[:-1], strict=True))


def ranges_before(period: Period, as_of: date, number: int, calendar: Calendar) -> list[tuple[date, date]]:
    """The ranges of days before a period that are like it, the latest first; each is cut as the period is.

    The first is what ``comparison`` has for ``previous``, the second what it has for that one, and so on.

    Args:
        period: What a report is for, as it was parsed and not clipped, with a beginning.
        as_of: The report date; of a period that is not over only so many days count as have elapsed.
        number: How many.
        calendar: The calendar in force.

    >>> quarter = Period("2017-Q4", date(2017, 10, 1), date(2018, 1, 1), "quarter")
    >>> [str(end) for _, end in ranges_before(quarter, date(2017, 11, 15), 2, Calendar())]
    ['2017-08-16', '2017-05-17']
    """
    start = _start(period)
    elapsed = min(period.end, as_of + _DAY) - start
    whole = _whole(period, calendar)
    if whole is not None:
        over = start + elapsed == whole.end
        units = _units_before(whole, number, calendar)
        return [(first, end if over else min(first + elapsed, end)) for first, end in units]
    length = period.end - start
    found: list[tuple[date, date]] = []
    while len(found) < number and (start - date(FIRST_YEAR, 1, 1)) >= length > timedelta(0):
        start -= length
        found.append((start, start + elapsed))
    return found


def _units_before(here: Period, number: int, calendar: Calendar) -> list[tuple[date, date]]:
    found: list[tuple[date, date]] = []
    while len(found) < number and here.start is not None and here.start.year > FIRST_YEAR:
        here = unit_period(here.start - _DAY, here.unit or "day", calendar, fiscal=here.fiscal)
        if here.start is not None:
            found.append((here.start, here.end))
    return found


def _months_before(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(year, month + 1, 1)
