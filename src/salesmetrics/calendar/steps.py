"""Steps from day to day and from month to month, of single days and of columns; what else steps asks here.

Ranges are half-open, so the day after the last one ends them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import polars as pl

    _Column = TypeVar("_Column", pl.Expr, pl.Series)

__all__ = [
    "beginning",
    "day_after",
    "day_before",
    "days_after",
    "days_later",
    "first_of_month",
    "month_after",
    "months_after",
    "months_later",
    "months_of",
]

_DAY = timedelta(days=1)


def day_after(day: date) -> date:
    """The next day: where a range ends that a day is the last of."""
    return day + _DAY


def day_before(end: date) -> date:
    """The last day of a range that ends before a day."""
    return end - _DAY


def days_after(day: date, number: int) -> date:
    """The day so many days after another; before it where the number is below 0."""
    return day + timedelta(days=number)


def first_of_month(day: date) -> date:
    """The first day of the month that a day lies in."""
    return day.replace(day=1)


def months_after(day: date, number: int) -> date:
    """The first day of the month so many after the one that a day lies in.

    >>> months_after(date(2026, 1, 31), 1), months_after(date(2026, 1, 31), -1)
    (datetime.date(2026, 2, 1), datetime.date(2025, 12, 1))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
    return date(year, month + 1, 1)


def month_after(day: date) -> date:
    """The first day of the next month."""
    return months_after(day, 1)


def months_of(first: date, last: date) -> list[date]:
    """The first days of the months from that of a day to that of another, both included.

    >>> [f"{month:%Y-%m}" for month in months_of(date(2025, 12, 31), date(2026, 2, 1))]
    ['2025-12', '2026-01', '2026-02']
    """
    number = (last.year - first.year) * 12 + last.month - first.month
    return [months_after(first, i) for i in range(number + 1)]


# --- columns ---


def days_later(column: _Column, number: int = 1) -> _Column:
    """Days so many days after those of a column."""
    return column.dt.offset_by(f"{number}d")


def months_later(column: _Column, number: int = 1) -> _Column:
    """Days so many months after those of a column; the last day of a month stands for one that it lacks."""
    return column.dt.offset_by(f"{number}mo")


def beginning(column: _Column, every: str) -> _Column:
    """The first day of the period that each day of a column lies in: ``1w`` a week, ``1mo`` a month."""
    return column.dt.truncate(every)
