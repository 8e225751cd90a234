"""The age of an export: how long ago its last event was."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.errors import RefusedError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from datetime import date

__all__ = ["age_fault", "parse_age"]

_DAYS = {"d": 1, "w": 7}


def parse_age(text: str) -> int:
    """An age in days.

    Raises:
        RefusedError: It is not a number of days or weeks.

    >>> parse_age("7d"), parse_age("2w")
    (7, 14)
    """
    match = re.fullmatch(r"\s*(\d{1,4})\s*([dw])\s*", text)
    if match is None:
        raise RefusedError(Message("not_an_age"))
    return int(match[1]) * _DAYS[match[2]]


def age_fault(last_event: tuple[date, Message] | None, max_age: str, today: date) -> Message | None:
    """What is wrong with the age of an export; None when it is fresh.

    Args:
        last_event: The last day with an event, and where it comes from; None for data without dates.
        max_age: The age in days at which an export is not stale yet.
        today: The day that it is.

    Raises:
        RefusedError: ``max_age`` cannot be read.

    >>> from datetime import date
    >>> source = Message("last_event_of", event=Message("event_close"), kind="deals")
    >>> fault = age_fault((date(2026, 1, 1), source), "7d", date(2026, 1, 9))
    >>> fault.code, fault.details["age"]
    ('export_stale', 8)
    >>> age_fault((date(2026, 1, 1), source), "7d", date(2026, 1, 8))
    """
    allowed = parse_age(max_age)
    if last_event is None:
        return Message("export_without_dates", max_age=max_age)
    day, source = last_event
    age = (today - day).days
    if age <= allowed:
        return None
    return Message("export_stale", day=day, source=source, age=age, today=today, max_age=max_age)
