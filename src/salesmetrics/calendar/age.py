"""The age of an export: how long ago its last event was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.errors import counted

if TYPE_CHECKING:
    from datetime import date

__all__ = ["age_fault", "parse_age"]

_DAYS = {"d": 1, "w": 7}


def parse_age(text: str) -> int:
    """An age in days.

    Raises:
        ValueError: It is not a number of days or weeks.

    >>> parse_age("7d"), parse_age("2w")
    (7, 14)
    """
    match = re.fullmatch(r"\s*(\d{1,4})\s*([dw])\s*", text)
    if match is None:
        raise ValueError("an age is a number of days or weeks, for example 7d or 2w")
    return int(match[1]) * _DAYS[match[2]]


def age_fault(last_event: tuple[date, str] | None, max_age: str, today: date) -> str | None:
    """What is wrong with the age of an export, in one line; None when it is fresh.

    Args:
        last_event: The last day with an event, and where it comes from in words; None for data without dates.
        max_age: The age in days at which an export is not stale yet.
        today: The day that it is.

    Raises:
        ValueError: ``max_age`` cannot be read.

    >>> from datetime import date
    >>> age_fault((date(2026, 1, 1), "last close in deals"), "7d", date(2026, 1, 9))
    'stale export: its last event is of 2026-01-01 (last close in deals), 8 days before today, 2026-01-09; at most 7d are allowed'
    >>> age_fault((date(2026, 1, 1), "last close in deals"), "7d", date(2026, 1, 8))
    """
    allowed = parse_age(max_age)
    if last_event is None:
        return f"stale export: it has no dates, so that its age is not known; at most {max_age} are allowed"
    day, source = last_event
    age = (today - day).days
    if age <= allowed:
        return None
    return (
        f"stale export: its last event is of {day} ({source}), {counted(age, 'day')} before today, {today}; "
        f"at most {max_age} are allowed"
    )
