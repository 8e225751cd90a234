"""Stretches that nobody asked for by name: the last complete quarter, the twelve months up to a day, the units before one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from salesmetrics.calendar.model import FIRST_YEAR, Calendar, Period, unit_period

if TYPE_CHECKING:
    from salesmetrics.calendar.model import Every

__all__ = ["last_complete", "last_units", "stretches_before", "years_before"]

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


def stretches_before(start: date, end: date, number: int, calendar: Calendar) -> list[tuple[date, date]]:
    """The stretches of the same kind right before one, the latest first: units of the calendar, or so many months.

    Nothing where a stretch is neither a week, month, quarter or year (of the fiscal calendar, or the civil one), nor
    whole months.

    >>> [str(low) for low, _ in stretches_before(date(2026, 1, 1), date(2026, 4, 1), 2, Calendar())]
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
