"""Time that passes while the office is open. Own file: hours, where the rest of the room counts days."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.calendar import Change

__all__ = ["BusinessHours", "at_changes", "business_hours", "seconds_between"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 86_400
WEEK = 7 * DAY
A_MONDAY = datetime(1969, 12, 29)
"""Weeks are counted from here: before every day that a record can have."""

_SPELLING = re.compile(
    r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})(?:\s+([a-z]{3})(?:\s*-\s*([a-z]{3}))?)?", re.IGNORECASE
)


class BusinessHours(msgspec.Struct, frozen=True):
    """Opening and closing in seconds of the day, and the weekdays (Monday 0) on which it is so."""

    opens: int
    closes: int
    days: frozenset[int]


def business_hours(text: str) -> BusinessHours:
    """Read opening hours.

    Args:
        text: ``HH:MM-HH:MM``, optionally followed by a weekday or a range of them; without, Monday to Friday.

    Raises:
        SalesmetricsError: ``business_hours_invalid``.

    >>> hours = business_hours("09:15-18:00 Sun-Thu")
    >>> hours.opens, hours.closes, sorted(hours.days)
    (33300, 64800, [0, 1, 2, 3, 6])
    """
    match = _SPELLING.fullmatch(text.strip())
    if match is None:
        raise SalesmetricsError("business_hours_invalid", text=text)
    from_hour, from_minute, to_hour, to_minute, first, last = match.groups()
    opens = int(from_hour) * 3600 + int(from_minute) * 60
    closes = int(to_hour) * 3600 + int(to_minute) * 60
    names = [(first or "mon").lower(), (last or first or "fri").lower()]
    sensible = opens < closes <= DAY and int(from_minute) < 60 and int(to_minute) < 60
    if not sensible or not set(names) <= set(WEEKDAYS):
        raise SalesmetricsError("business_hours_invalid", text=text)
    start, end = (WEEKDAYS.index(name) for name in names)
    return BusinessHours(opens, closes, frozenset((start + i) % 7 for i in range((end - start) % 7 + 1)))


def seconds_between(start: pl.Expr, end: pl.Expr, hours: BusinessHours | None = None) -> pl.Expr:
    """Whole seconds from one instant to another, of the opening hours only where there are some.

    The open time since a Monday long ago is a piecewise linear function of the instant; the answer is its difference.

    Args:
        start: Datetime.
        end: Datetime, not before ``start``.
        hours: Opening hours; None counts every second.

    From Friday 17:59 to Monday 9:01 two minutes pass:

    >>> frame = pl.DataFrame({"a": [datetime(2026, 1, 2, 17, 59)], "b": [datetime(2026, 1, 5, 9, 1)]})
    >>> frame.select(seconds_between(pl.col("a"), pl.col("b"), business_hours("09:00-18:00 Mon-Fri"))).item()
    120
    """
    if hours is None:
        return (end - start).dt.total_seconds()
    return _open_seconds(end, hours) - _open_seconds(start, hours)


def at_changes(start: pl.Expr, end: pl.Expr, hours: BusinessHours, changes: Sequence[Change]) -> pl.Expr:
    """Open seconds that wall clocks seem to pass from one instant to another, and that are a change of the clocks.

    Args:
        start: Datetime in UTC.
        end: Datetime in UTC.
        hours: Opening hours.
        changes: Changes of the clocks.
    """
    found = [pl.lit(0)]
    for change in changes:
        ends = pl.DataFrame({"before": [change.before], "after": [change.after]})
        seconds = ends.select(_open_seconds(pl.col("after"), hours) - _open_seconds(pl.col("before"), hours)).item()
        if seconds:
            passed = (start < pl.lit(change.utc)) & (end >= pl.lit(change.utc))
            found.append(pl.when(passed).then(seconds).otherwise(0))
    return pl.sum_horizontal(found)


def _open_seconds(instant: pl.Expr, hours: BusinessHours) -> pl.Expr:
    since = (instant - pl.lit(A_MONDAY)).dt.total_seconds()
    day = since % WEEK // DAY
    full = hours.closes - hours.opens
    today = (since % DAY).clip(hours.opens, hours.closes) - hours.opens
    passed = (
        pl.when(day > open_day).then(full).when(day == open_day).then(today).otherwise(0) for open_day in hours.days
    )
    return since // WEEK * (full * len(hours.days)) + pl.sum_horizontal(list(passed))
