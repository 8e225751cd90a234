"""``--period`` and what else is typed of the calendar: a day, an age, opening hours, a time zone, labels in files."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, get_args

from ground import Door, by_words, outcome, typed, untouched

from salesmetrics.calendar import Calendar
from salesmetrics.calendar.age import parse_age
from salesmetrics.calendar.as_of import day_in_name, parse_as_of
from salesmetrics.calendar.business_hours import business_hours
from salesmetrics.calendar.comparison import comparison, periods_before, ranges_before
from salesmetrics.calendar.model import FIRST_YEAR, LAST_YEAR, Every, Period
from salesmetrics.calendar.months import MONTHS
from salesmetrics.calendar.periods import (
    PERIOD_FORMS,
    PERIOD_WORDS,
    bucket_starts,
    parse_period,
    parse_period_label,
    periods_of_column,
    split,
)
from salesmetrics.settings.checks import check_zone

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["DOOR"]

CALENDARS = (
    Calendar(),
    Calendar(week_start=7),
    Calendar(fiscal_start_month=4),
    Calendar(fiscal_start_month=2, fiscal_year_name="start"),
    Calendar(pattern="445", fiscal_start_month=2),
    Calendar(pattern="454", year_end="nearest", week_start=7),
    Calendar(pattern="544", fiscal_start_month=10, fiscal_year_name="start", week_start=3),
    Calendar(timezone="America/New_York"),
)
DAYS = (
    date(2026, 9, 30),
    date(2024, 2, 29),
    date(2026, 1, 1),
    date(2025, 12, 31),
    date(FIRST_YEAR, 1, 1),
    date(FIRST_YEAR, 12, 31),
    date(LAST_YEAR, 1, 1),
    date(LAST_YEAR, 12, 31),
)
_LONGEST = 4_000
"""Days of a period that is cut into weeks: more of them say nothing new."""


def go(data: bytes) -> None:
    """A text is refused, or a period whose pieces cover it, and whose label names it again."""
    calendar, as_of = CALENDARS[data[0] % 8 if data else 0], DAYS[data[1] % 8 if len(data) > 1 else 0]
    words = typed(data[2:])
    with untouched():
        outcome(lambda: parse_as_of(words, today=as_of))
        outcome(lambda: parse_age(words))
        outcome(lambda: business_hours(words))
        outcome(lambda: check_zone(words))
        day_in_name(words)
        for period in periods_of_column(words.splitlines(), calendar):
            if period is not None:
                _whole(period)
        found = outcome(lambda: parse_period(words, as_of=as_of, calendar=calendar))
        if found is not None:
            _holds(found, as_of, calendar)


def _whole(period: Period) -> None:
    assert period.start is None or period.start < period.end, period
    assert period.label.strip()


def _holds(period: Period, as_of: date, calendar: Calendar) -> None:
    _whole(period)
    year = re.search(r"[0-9]{4}", period.name)
    known = year is not None and FIRST_YEAR <= int(year[0]) <= LAST_YEAR  # others are the neighbours of one that is
    if period.unit is not None and not period.to_date and known:
        again = parse_period_label(period.name, calendar)
        assert again is not None, period
        assert (again.start, again.end, again.unit) == (period.start, period.end, period.unit), (again, period)
    kinds: tuple[Any, ...] = ("previous", "year-ago")
    compared = [outcome(lambda kind=kind: comparison(period, as_of, kind, calendar)) for kind in kinds]  # type: ignore[misc]
    assert all(beside is None or beside.start < beside.end for beside in compared), (period, compared)
    clipped = period.clipped(as_of)
    assert clipped.end <= period.end
    if period.start is None or (period.end - period.start).days > _LONGEST:
        return
    for every in get_args(Every):
        pieces = split(period, every, as_of, calendar)
        assert (pieces[0].start, pieces[-1].end) == (period.start, period.end)
        assert all(one.end == other.start for one, other in pairwise(pieces))
        starts = bucket_starts(period.start, period.end, every, calendar)
        assert starts == sorted(set(starts))
    before = periods_before(period.start, period.end, 5, calendar)
    if period.start <= as_of:  # no other one is compared with anything
        before += ranges_before(period, as_of, 5, calendar)
    assert all(low < high <= period.end for low, high in before), (period, before)


def seeds() -> Iterator[bytes]:
    """Every word and form, in each calendar once."""
    for number, form in enumerate([*PERIOD_FORMS, *PERIOD_WORDS]):
        yield bytes([number % 8, number // 8 % 8]) + form.encode()
    for label in (
        "1 кв. 2026",
        "2026年3月",
        "Mar 2026",
        "T1 2026",
        "الربع الأول 2026",
        "2026-H1",
        "KW 5 2026",
        "3. Quartal 2026",
    ):
        yield b"\0\0" + label.encode()
    yield from (
        b"\0\0" + text
        for text in (
            b"today",
            b"31.12.2025",
            b"7d",
            b"09:00-18:00 Sun-Thu",
            b"Europe/Berlin",
            b"2026-01-01\n2026-04-01",
        )
    )


_WORDS = (
    *PERIOD_FORMS,
    *PERIOD_WORDS,
    *list(MONTHS)[::3],
    *(
        "last-",
        "-days",
        "Q",
        "q1",
        "Q4",
        "FY",
        "fy26",
        "W",
        "W53",
        "KW",
        "M",
        "H1",
        "h2",
        "..",
        "-",
        "/",
        ".",
        " ",
        "\n",
        "_",
        ",",
        "’",
    ),
    *(
        "1970",
        "1969",
        "2199",
        "2200",
        "2026",
        "26",
        "0000",
        "9999",
        "13",
        "53",
        "00",
        "01",
        "12",
        "31",
        "29",
        "02",
        "٢٠٢٦",
        "２０２６",
    ),
    *(
        "年",
        "月",
        "日",
        "년",
        "월",
        "일",
        "上半年",
        "第",
        "四半期",
        "季度",
        "分",
        "кв",
        "квартал",
        "года",
        "г",
        "الربع",
        "الأول",
        "من",
        "عام",
        "م",
    ),
    *(
        "quarter",
        "quartal",
        "trimestre",
        "half",
        "semester",
        "suku tahun ke",
        "iv",
        "ii",
        "st",
        "er",
        "º",
        "ª",
        "de",
        "of",
        "week",
    ),
    *(
        "today",
        "yesterday",
        "d",
        "w",
        "09:00",
        "-24:00",
        "00:00",
        " Mon-Fri",
        " sun",
        "UTC",
        "Europe/",
        "../",
        "\x00",
        "\udcff",
        "²",
        "Ⅳ",
    ),
)
DOOR = Door("period", go, seeds, _WORDS, 120, 160, by_words(_WORDS, head=2))
