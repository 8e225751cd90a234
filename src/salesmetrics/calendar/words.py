"""Periods as they are typed: ``last-quarter``, ``qtd``, ``2026-Q1``, ``2026-01-01..2026-03-31``."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from difflib import get_close_matches
from typing import cast

from salesmetrics.calendar.labels import read_label
from salesmetrics.calendar.model import Calendar, Period, Unit, unit_period
from salesmetrics.errors import SalesmetricsError

__all__ = ["PERIOD_FORMS", "parse_period"]

_DAY = timedelta(days=1)
_UNITS = ("week", "month", "quarter", "year")
_WORDS = {f"{which}-{unit}": (which, unit) for which in ("this", "last") for unit in _UNITS}
_FISCAL_WORDS = {f"{which}-fiscal-{unit}": (which, unit) for which in ("this", "last") for unit in _UNITS[1:]}
_TO_DATE = {f"{unit[0]}td": unit for unit in _UNITS}
_LAST_DAYS = re.compile(r"last-(\d{1,5})-days?")
_EXAMPLES = (
    *("last-90-days", "2026", "2026-Q1", "2026-03", "2026-W05", "2026-03-31"),
    *("FY2026", "FY2026-Q2", "FY2026-M03", "2026-01-01..2026-03-31"),
)

PERIOD_FORMS = ("all", *_WORDS, *_TO_DATE, *_EXAMPLES)
"""Every form that ``--period`` takes, by word or by example."""


def parse_period(text: str, *, as_of: date, calendar: Calendar) -> Period | None:
    """The period that an option names; ``None`` for ``all``.

    ``this-`` and ``last-`` follow the fiscal calendar where one is set (quarters and years; months only when they are
    made of weeks), and so do ``qtd`` and ``ytd``; ``this-fiscal-quarter`` is the same said aloud. A label such as
    2026-Q1 is always civil, one with FY always fiscal. ``last-90-days`` ends with the as-of day. Both ends of a range
    are included, may be any label (``2026-01..2026-03``), and may be left out: without an end it stops at the as-of
    day.

    Args:
        text: What was typed; case and surrounding blanks do not matter, ``_`` and blanks are read as ``-``.
        as_of: The day the report speaks for.
        calendar: The calendar in force.

    Raises:
        SalesmetricsError: ``option_invalid``, with the reason and what to type instead.

    >>> period = parse_period("qtd", as_of=date(2017, 11, 15), calendar=Calendar())
    >>> print(period.label, period.start, period.end)
    2017-Q4 to date 2017-10-01 2017-11-16
    """
    word = re.sub(r"[\s_]+", "-", text.strip().casefold())
    if word == "all":
        return None
    if word in _WORDS or word in _FISCAL_WORDS:
        which, unit = (_WORDS | _FISCAL_WORDS)[word]
        return _relative(which, unit, as_of, calendar, fiscal=True if word in _FISCAL_WORDS else None)
    if word in _TO_DATE:
        return unit_period(as_of, cast("Unit", _TO_DATE[word]), calendar).clipped(as_of)
    days = _LAST_DAYS.fullmatch(word)
    if days:
        return _last_days(text, int(days[1]), as_of)
    if ".." in text:
        return _range(text, as_of, calendar)
    return _fixed(text, text, calendar).seen_from(as_of)


def _relative(which: str, unit: str, as_of: date, calendar: Calendar, *, fiscal: bool | None) -> Period:
    period = unit_period(as_of, cast("Unit", unit), calendar, fiscal=fiscal)
    if which == "last" and period.start:
        period = unit_period(period.start - _DAY, cast("Unit", unit), calendar, fiscal=fiscal)
    return period.seen_from(as_of)


def _last_days(text: str, days: int, as_of: date) -> Period:
    if not 1 <= days <= 36_500:
        raise _refused(text, "it has to be 1 to 36500 days", "for example `--period last-90-days`")
    return Period(f"last-{days}-days" if days > 1 else "last-1-day", as_of - (days - 1) * _DAY, as_of + _DAY)


def _range(text: str, as_of: date, calendar: Calendar) -> Period:
    first, _, last = (part.strip() for part in text.strip().partition(".."))
    if not first and not last:
        raise _refused(text, "it has neither a first nor a last day", "for example `--period 2026-01-01..2026-03-31`")
    start = _fixed(first, text, calendar).start if first else None
    end = _fixed(last, text, calendar).end if last else as_of + _DAY
    if start and end <= start:
        cause = "it ends before it begins" if last else f"it begins after the as-of date {as_of}"
        raise _refused(text, cause, "give the first day, two dots, and the last day")
    label = f"{start or ''}..{end - _DAY if last else ''}"
    return Period(label, start, end).seen_from(as_of)


def _fixed(part: str, text: str, calendar: Calendar) -> Period:
    try:
        period = read_label(part, calendar)
    except ValueError as reason:
        raise _refused(text, str(reason), f"forms: {', '.join(_EXAMPLES)}") from None
    if period is None:
        near = get_close_matches(part.strip().casefold().replace(" ", "-"), [*PERIOD_FORMS, *_FISCAL_WORDS], n=1)
        hint = f"did you mean `{near[0]}`? " if near else ""
        raise _refused(text, "no such period is known", f"{hint}forms: {', '.join(PERIOD_FORMS)}")
    return period if period.unit != "day" else replace(period, unit=None)


def _refused(text: str, cause: str, fix: str) -> SalesmetricsError:
    return SalesmetricsError("option_invalid", option="--period", value=text, cause=cause, fix=fix)
