"""What a week, a month, a quarter and a year are: the civil ones, and those of a fiscal calendar."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import msgspec
from msgspec.structs import replace

from salesmetrics.errors import RefusedError, SalesmetricsError
from salesmetrics.messages import told
from salesmetrics.schema.message import Message

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "Calendar",
    "Every",
    "Pattern",
    "Period",
    "Unit",
    "check_zone",
    "named_period",
    "unit_period",
    "zone_refused",
]

Unit = Literal["day", "week", "month", "quarter", "year"]
Every = Literal["week", "month", "quarter", "year"]
Pattern = Literal["months", "445", "454", "544"]

FIRST_YEAR, LAST_YEAR = 1970, 2199
_DAY = timedelta(days=1)
_TOO_MANY = {"quarter": "quarters_of_year", "month": "months_of_year", "week": "weeks_of_year"}


class Calendar(msgspec.Struct, frozen=True):
    """How days are put into weeks and fiscal years.

    Args:
        week_start: First day of the week, 1 Monday to 7 Sunday. Week 1 of a year is the one that holds 4 January: with
            Monday the ISO week, with Sunday the MMWR week.
        fiscal_start_month: Month in which the fiscal year begins.
        pattern: ``months``, or the weeks of the three months of a quarter: ``445``, ``454``, ``544``. Such years have
            52 weeks or 53; the 53rd belongs to the last month.
        year_end: Where a year of weeks ends: on the ``last`` closing weekday of its last month, or on the one
            ``nearest`` to the end of that month. The closing weekday is the one before ``week_start``.
        fiscal_year_name: Whether a fiscal year is called after the civil year it ends or begins in.
        timezone: The report's time zone, which decides the day of an instant; ``None`` is the wall clock as written.

    Raises:
        RefusedError: When a value is out of range.
    """

    week_start: int = 1
    fiscal_start_month: int = 1
    pattern: Pattern = "months"
    year_end: Literal["last", "nearest"] = "last"
    fiscal_year_name: Literal["end", "start"] = "end"
    timezone: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no calendar can have."""
        if not 1 <= self.week_start <= 7:
            raise RefusedError(Message("week_start_range", value=self.week_start))
        if not 1 <= self.fiscal_start_month <= 12:
            raise RefusedError(Message("fiscal_month_range", value=self.fiscal_start_month))
        if self.pattern not in ("months", "445", "454", "544"):
            raise RefusedError(Message("pattern_unknown", value=self.pattern))
        if self.timezone is not None:
            check_zone(self.timezone)

    @property
    def is_fiscal(self) -> bool:
        """Whether quarters and years differ from the civil ones."""
        return self.fiscal_start_month != 1 or self.of_weeks

    @property
    def of_weeks(self) -> bool:
        """Whether fiscal months are whole weeks."""
        return self.pattern != "months"

    def takes_fiscal(self, unit: Unit) -> bool:
        """Whether ``this-<unit>`` and a split by it follow the fiscal calendar.

        Quarters and years do when there is one; months only when they are made of weeks, for else they are the same;
        weeks never.
        """
        return self.is_fiscal if unit in ("quarter", "year") else self.of_weeks and unit == "month"


class Period(msgspec.Struct, frozen=True):
    """A range of days ``[start, end)``.

    ``start`` is ``None`` only for a range without a beginning. ``unit`` is set when the period is one week, month,
    quarter or year, of the ``fiscal`` calendar or the civil one, or the elapsed part of one. ``partial`` says that the
    period is not over, or that only a part of its unit is meant; ``to_date`` that it was cut to what has elapsed of it.
    """

    name: str
    start: date | None
    end: date
    unit: Unit | None = None
    fiscal: bool = False
    partial: bool = False
    to_date: bool = False

    @property
    def label(self) -> str:
        """Its name, and that it was cut."""
        return told(Message("period_to_date", period=self.name)) if self.to_date else self.name

    def __contains__(self, day: date) -> bool:
        """Whether a day lies in it."""
        return (self.start is None or self.start <= day) and day < self.end

    @property
    def days(self) -> int | None:
        """How many days it has; ``None`` without a beginning."""
        return None if self.start is None else (self.end - self.start).days

    def seen_from(self, as_of: date) -> Period:
        """The same period, marked as partial when it is not over at the end of the as-of day."""
        return replace(self, partial=self.partial or self.end > as_of + _DAY)

    def clipped(self, as_of: date) -> Period:
        """What has elapsed of it by the end of the as-of day; empty when it has not begun.

        >>> Period("2017-Q4", date(2017, 10, 1), date(2018, 1, 1)).clipped(date(2017, 11, 15)).end
        datetime.date(2017, 11, 16)
        """
        end = as_of + _DAY
        if self.end <= end:
            return self
        if self.start is not None:
            end = max(end, self.start)
        return replace(self, end=end, partial=True, to_date=True)


def zone_refused(name: str) -> SalesmetricsError:
    """What is said of an option that names a time zone which does not exist."""
    cause, fix = Message("no_such_zone"), Message("zone_example")
    return SalesmetricsError("option_invalid", option="--timezone", value=name, cause=cause, fix=fix)


def check_zone(name: str) -> None:
    """Refuse a name that no time zone has.

    Raises:
        RefusedError: There is none.
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RefusedError(Message("zone_unknown", name=name)) from None


def unit_period(day: date, unit: Unit, calendar: Calendar, *, fiscal: bool | None = None) -> Period:
    """The day, week, month, quarter or year that a day lies in.

    Args:
        day: Any day.
        unit: What to look for.
        calendar: The calendar in force.
        fiscal: Civil or fiscal; by default what ``Calendar.takes_fiscal`` says.

    >>> unit_period(date(2027, 1, 2), "week", Calendar()).label
    '2026-W53'
    >>> unit_period(date(2026, 1, 31), "quarter", Calendar(fiscal_start_month=2)).label
    'FY2026-Q4'
    """
    if unit == "day":
        return Period(day.isoformat(), day, day + _DAY, "day")
    if unit == "week":
        start = day - timedelta(days=(day.isoweekday() - calendar.week_start) % 7)
        year = (start + timedelta(days=3)).year
        number = (start - first_week(year, calendar)).days // 7 + 1
        return Period(f"{year}-W{number:02d}", start, start + timedelta(days=7), "week")
    fiscal = calendar.takes_fiscal(unit) if fiscal is None else fiscal
    year = year_of(day, calendar) if fiscal else day.year
    month = bisect_right(month_starts(year, calendar if fiscal else _CIVIL), day)
    index = {"month": month, "quarter": (month + 2) // 3}.get(unit, 1)
    return _part_of_year(year_name(year, calendar) if fiscal else year, unit, index, calendar, fiscal=fiscal)


def named_period(year: int, unit: Unit, index: int, calendar: Calendar, *, fiscal: bool) -> Period:
    """A year, or one of its quarters, months or weeks by number from 1.

    Args:
        year: As it is written in a label; of a fiscal year its name.
        unit: ``week``, ``month``, ``quarter`` or ``year``.
        index: Which one; not looked at for a year.
        calendar: The calendar in force.
        fiscal: Whether the label began with FY.

    Raises:
        RefusedError: When there is no such year, quarter, month or week.

    >>> named_period(2026, "quarter", 2, Calendar(fiscal_start_month=2), fiscal=True).start
    datetime.date(2025, 5, 1)
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise RefusedError(Message("years_known", first=FIRST_YEAR, last=LAST_YEAR))
    most = {"month": 12, "quarter": 4, "week": _weeks(year, calendar)}.get(unit, 1)
    if not 1 <= index <= most:
        raise RefusedError(Message(_TOO_MANY[unit], year=year, most=most))
    if unit == "week":
        return unit_period(first_week(year, calendar) + timedelta(weeks=index - 1), "week", calendar)
    return _part_of_year(year, unit, index, calendar, fiscal=fiscal)


def _part_of_year(year: int, unit: Unit, index: int, calendar: Calendar, *, fiscal: bool) -> Period:
    starts = month_starts(year_number(year, calendar), calendar) if fiscal else month_starts(year, _CIVIL)
    months = {"month": 1, "quarter": 3}.get(unit, 12)
    part = {"month": f"-M{index:02d}" if fiscal else f"-{index:02d}", "quarter": f"-Q{index}"}.get(unit, "")
    label = f"{'FY' if fiscal else ''}{year}{part}"
    return Period(label, starts[(index - 1) * months], starts[index * months], unit, fiscal)


def _weeks(year: int, calendar: Calendar) -> int:
    return (first_week(year + 1, calendar) - first_week(year, calendar)).days // 7


def first_week(year: int, calendar: Calendar) -> date:
    """First day of week 1, the week that holds 4 January."""
    fourth = date(year, 1, 4)
    return fourth - timedelta(days=(fourth.isoweekday() - calendar.week_start) % 7)


def year_of(day: date, calendar: Calendar) -> int:
    """The fiscal year that a day lies in, as the civil year in which it nominally ends."""
    year = day.year + 1
    while month_starts(year, calendar)[0] > day:
        year -= 1
    return year


def year_name(year: int, calendar: Calendar) -> int:
    """What the fiscal year that nominally ends in a civil year is called."""
    return year - _offset(calendar)


def year_number(name: int, calendar: Calendar) -> int:
    """The civil year in which the fiscal year of this name nominally ends."""
    return name + _offset(calendar)


def _offset(calendar: Calendar) -> int:
    return int(calendar.fiscal_year_name == "start" and calendar.fiscal_start_month > 1)


@lru_cache(maxsize=1024)
def month_starts(year: int, calendar: Calendar) -> tuple[date, ...]:
    """First days of the twelve months of the fiscal year that ends in a civil year, and the first day after it."""
    first = calendar.fiscal_start_month
    if not calendar.of_weeks:
        begin = 12 * (year - (first > 1)) + first - 1
        return tuple(date(month // 12, month % 12 + 1, 1) for month in range(begin, begin + 13))
    starts = [_last_day(year - 1, calendar) + _DAY]
    starts.extend(starts[0] + timedelta(weeks=weeks) for weeks in _weeks_before(calendar.pattern))
    return (*starts, _last_day(year, calendar) + _DAY)


def _weeks_before(pattern: Pattern) -> list[int]:
    """Weeks from the start of the year to the start of its second, third … twelfth month."""
    lengths = [int(digit) for digit in pattern] * 4
    return [sum(lengths[:count]) for count in range(1, 12)]


def _last_day(year: int, calendar: Calendar) -> date:
    """Last day of the year of weeks whose last month lies in a civil year."""
    first = calendar.fiscal_start_month
    month_end = date(year + (first == 1), first, 1) - _DAY
    closing = (calendar.week_start - 2) % 7 + 1
    over = (month_end.isoweekday() - closing) % 7
    days = 7 - over if calendar.year_end == "nearest" and over > 3 else -over
    return month_end + timedelta(days=days)


_CIVIL = Calendar()
