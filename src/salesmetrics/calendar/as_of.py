"""The day that a report speaks for: as it is typed, or the last day on which the data say that something happened."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from typing import TYPE_CHECKING

from salesmetrics.calendar.model import FIRST_YEAR, LAST_YEAR
from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["LastEvent", "last_event_day", "parse_as_of"]

_LONG_GAP_DAYS = 180
_LONG_GAP_FACTOR = 20


def parse_as_of(text: str, *, today: date | None = None) -> date:
    """The day that ``--as-of`` names: an ISO date, or ``today``, which only the caller knows.

    Raises:
        SalesmetricsError: ``option_invalid`` when it is neither, or ``today`` is not known here.

    >>> parse_as_of("today", today=date(2026, 1, 31)), parse_as_of("2026-02-01")
    (datetime.date(2026, 1, 31), datetime.date(2026, 2, 1))
    """
    word = text.strip().casefold()
    if word == "today" and today is not None:
        return today
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", word):
        try:
            day = date.fromisoformat(word)
        except ValueError:
            raise _refused(
                text, "there is no such day", "write year-month-day, for example `--as-of 2026-01-31`"
            ) from None
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
        raise _refused(text, f"years from {FIRST_YEAR} to {LAST_YEAR} are understood", "correct the year")
    near = "did you mean `today`? " if get_close_matches(word, ["today"]) else ""
    raise _refused(text, "it is not a date", f"{near}write `--as-of 2026-01-31` or `--as-of today`")


def _refused(text: str, cause: str, fix: str) -> SalesmetricsError:
    return SalesmetricsError("option_invalid", option="--as-of", value=text, cause=cause, fix=fix)


@dataclass(frozen=True, slots=True)
class LastEvent:
    """The last day that the data vouch for, and how many events stand so far after it that they look mistyped."""

    day: date
    stray: int = 0


def last_event_day(events: Iterable[tuple[date, int]]) -> LastEvent | None:
    """The last day with events, unless what is there looks like a mistyped year.

    The latest events are strays when they are at most one in a thousand (one, from 20 events on) and stand after a
    gap of more than 180 days that is also more than 20 times as long as the middle gap between days with events.
    Strays are told to the user and do not move the day; they are not corrected or dropped here.

    Args:
        events: ``(day, number of events)`` in any order; a day may occur more than once.

    Returns:
        ``None`` when there are no events.

    >>> quarter = [(date(2026, 1, day), 3) for day in range(1, 31)]
    >>> last_event_day([*quarter, (date(2062, 1, 5), 1)])
    LastEvent(day=datetime.date(2026, 1, 30), stray=1)
    """
    totals: dict[date, int] = {}
    for day, number in events:
        totals[day] = totals.get(day, 0) + number
    days = sorted(day for day, number in totals.items() if number > 0)
    if not days:
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    long_gap = max(_LONG_GAP_DAYS, _LONG_GAP_FACTOR * sorted(gaps)[len(gaps) // 2]) if gaps else 0
    n = sum(totals.values())
    allowed = max(n // 1000, int(n >= 20))
    last, stray, after = len(days) - 1, 0, 0
    for place in range(len(days) - 1, 0, -1):
        after += totals[days[place]]
        if after > allowed:
            break
        if gaps[place - 1] > long_gap:
            last, stray = place - 1, after
    return LastEvent(days[last], stray)
