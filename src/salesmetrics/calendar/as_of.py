"""The day that a report speaks for: as it is typed, or the last day on which the data say that something happened."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING

import msgspec

from salesmetrics.calendar.model import FIRST_YEAR, LAST_YEAR
from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["LastEvent", "day_in_name", "last_event_day", "parse_as_of"]

_LONG_GAP_DAYS = 90
_LONG_GAP_FACTOR = 3
_STRAYS_ONE_IN = 20
_DAY_IN_NAME = re.compile(r"(?<!\d)(\d{4})([-_.]?)(\d{2})\2(\d{2})(?!\d)")


def parse_as_of(text: str, *, today: date | None = None) -> date:
    """The day that ``--as-of`` names: an ISO date, or ``today``, which only the caller knows.

    Raises:
        SalesmetricsError: ``option_invalid`` when it is neither, or ``today`` is not known here.

    >>> parse_as_of("today", today=date(2026, 1, 31)), parse_as_of("2026-02-01")
    (datetime.date(2026, 1, 31), datetime.date(2026, 2, 1))
    """
    word = text.strip().casefold()
    if word == "today" and today is not None:
        return _known(text, today)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", word):
        try:
            day = date.fromisoformat(word)
        except ValueError:
            raise _refused(text, Message("no_such_day"), Message("day_example")) from None
        return _known(text, day)
    if meant := _written_otherwise(word, today):
        raise _refused(text, Message("not_a_date"), Message("day_as_iso", day=meant))
    near = Message("did_you_mean", near="today") if get_close_matches(word, ["today"]) else None
    raise _refused(text, Message("not_a_date"), Message("day_or_today", near=near))


def _known(text: str, day: date) -> date:
    """A day of a year that can be reckoned with; a clock may be as far off as a typed year."""
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    raise _refused(text, Message("years_known", first=FIRST_YEAR, last=LAST_YEAR), Message("year_wrong"))


def day_in_name(path: str) -> date | None:
    """The day in the name of a file: year, month, day; None where there is none, or more than one.

    >>> day_in_name("exports/deals-2026-09-30.csv"), day_in_name("2026/deals_20260930.csv.gz")
    (datetime.date(2026, 9, 30), datetime.date(2026, 9, 30))
    >>> day_in_name("deals.csv"), day_in_name("deals-2026-01-01-2026-03-31.csv"), day_in_name("deals-2026-13-01.csv")
    (None, None, None)
    """
    name = re.split(r"[/\\]", path)[-1]
    days = set()
    for year, _, month, day in _DAY_IN_NAME.findall(name):
        try:
            days.add(date.fromisoformat(f"{year}-{month}-{day}"))
        except ValueError:
            continue
    return days.pop() if len(days) == 1 else None


def _written_otherwise(word: str, today: date | None) -> date | None:
    """The day that is meant, where there is one way only to read it."""
    if word == "yesterday" and today is not None and today > date.min:
        return today - timedelta(days=1)
    match = re.fullmatch(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", word)
    found = set()
    for day, month in [(match[1], match[2]), (match[2], match[1])] if match else []:
        with suppress(ValueError):
            found.add(date(int(match[3]), int(month), int(day)))  # type: ignore[index]
    return found.pop() if len(found) == 1 else None


def _refused(text: str, cause: Message, fix: Message) -> SalesmetricsError:
    return SalesmetricsError("option_invalid", option="--as-of", value=text, cause=cause, fix=fix)


class LastEvent(msgspec.Struct, frozen=True):
    """The last day that the data vouch for, and how many records reach so far beyond it that they look mistyped."""

    day: date
    stray: int = 0


def last_event_day(days: Iterable[date], records: int, beyond: Callable[[date], int | None]) -> LastEvent | None:
    """The last day with events, unless what is there lies beyond all the rest.

    Records are strays when they reach beyond a gap of more than 90 days that is also more than three times as long as
    the longest gap before it, and are one record or at most 5 % of all. Strays are told to the user and do not move the
    day; they are not corrected or dropped here.

    Args:
        days: The days with events, each once, in order.
        records: How many records have events.
        beyond: How many records have an event after a day; None where they cannot be strays, for another reason. It is
            only asked at gaps that are long enough.

    Returns:
        ``None`` when there are no events.

    >>> quarter = [date(2026, 1, day) for day in range(1, 31)]
    >>> last_event_day([*quarter, date(2062, 1, 5)], 90, lambda day: 1)
    LastEvent(day=datetime.date(2026, 1, 30), stray=1)
    """
    last: date | None = None
    longest = 0
    for day in days:
        gap = 0 if last is None else (day - last).days
        if last is not None and longest and gap > max(_LONG_GAP_DAYS, _LONG_GAP_FACTOR * longest):
            stray = beyond(last)
            if stray is not None and stray <= max(1, records // _STRAYS_ONE_IN):
                return LastEvent(last, stray)
        longest, last = max(longest, gap), day
    return None if last is None else LastEvent(last)
