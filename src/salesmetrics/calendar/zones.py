"""Clocks of a zone: what they say in UTC, and when they are changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

__all__ = ["Change", "clock_changes", "utc_of_wall"]


class Change(NamedTuple):
    """A change of the clocks: when it is in UTC, and what they say just before and from then on."""

    utc: datetime
    before: datetime
    after: datetime


def clock_changes(zone: str, first: date, last: date) -> list[Change]:
    """The changes of the clocks of a zone from the first day to the last, in UTC.

    >>> from datetime import date
    >>> [(str(c.utc), str(c.after - c.before)) for c in clock_changes("Europe/Berlin", date(2026, 1, 1), date(2026, 6, 1))]
    [('2026-03-29 01:00:00', '1:00:00')]
    """
    from zoneinfo import ZoneInfo

    there = ZoneInfo(zone)

    def offset(at: datetime) -> timedelta:
        return at.replace(tzinfo=UTC).astimezone(there).utcoffset() or timedelta()

    found = []
    low = datetime(first.year, first.month, first.day)
    end = datetime(last.year, last.month, last.day) + timedelta(days=1)
    while low < end:
        high = low + timedelta(days=1)
        if offset(low) != offset(high):
            left, right = low, high
            while right - left > timedelta(seconds=1):
                middle = left + (right - left) // 2
                left, right = (middle, right) if offset(middle) == offset(low) else (left, middle)
            right = right.replace(microsecond=0)
            found.append(Change(right, right + offset(low), right + offset(high)))
        low = high
    return found


def utc_of_wall(wall: pl.Expr, zone: str) -> pl.Expr:
    """The clock in UTC of wall clocks in a zone: of the hour that comes twice the first, of the one left out as if it were there.

    >>> import polars as pl
    >>> clocks = pl.DataFrame({"at": [datetime(2026, 3, 29, 2, 30), datetime(2026, 10, 25, 2, 30)]})
    >>> clocks.select(utc_of_wall(pl.col("at"), "Europe/Berlin").dt.hour())["at"].to_list()
    [1, 0]
    """
    import polars as pl

    hour = pl.duration(hours=1)

    def of(clock: pl.Expr) -> pl.Expr:
        there = clock.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
        return there.dt.convert_time_zone("UTC").dt.replace_time_zone(None)

    return pl.coalesce(of(wall), of(wall - hour) + hour)
