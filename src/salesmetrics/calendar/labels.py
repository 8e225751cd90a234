"""Names of fixed periods, as people write them in options and in the ``period`` column of quota and cost files."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

from salesmetrics.calendar.model import FIRST_YEAR, LAST_YEAR, Calendar, Period, Unit, named_period, unit_period

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["parse_period_label", "periods_of_column", "read_label"]

_MONTHS = """
january jan januari januar يناير كانون_الثاني январь января янв
february feb februari фев февраль февраля февр فبراير شباط
march mar mac مارس آذار март марта мар
april apr أبريل ابريل نيسان апрель апреля апр
may mei مايو أيار май мая
june jun يونيو حزيران июнь июня июн
july jul julai يوليو تموز июль июля июл
august aug ogos ogo أغسطس اغسطس آب август августа авг
september sep sept أيلول سبتمبر сентябрь сентября сен сент
october oct oktober okt أكتوبر اكتوبر تشرين_الأول октябрь октября окт
november nov نوفمبر تشرين_الثاني ноябрь ноября ноя нояб
december dec disember dis ديسمبر كانون_الأول декабрь декабря дек
"""
_MONTH_NUMBER = {
    name.replace("_", " "): number
    for number, line in enumerate(_MONTHS.strip().splitlines(), start=1)
    for name in line.split()
}
_ORDINALS = {
    word: number
    for number, words in enumerate(["i 一 الأول", "ii 二 الثاني", "iii 三 الثالث", "iv 四 الرابع"], start=1)
    for word in words.split()
}

_NAME = "(?P<name>" + "|".join(sorted(map(re.escape, _MONTH_NUMBER), key=len, reverse=True)) + ")"
_YEAR = r"(?P<year>\d{4})"
_ANY_YEAR = r"(?P<year>\d{4}|\d{2})"
_FISCAL = r"(?P<fiscal>fy ?)"
_QUARTER = r"(?P<quarter>[1-4])"
_MONTH = r"(?P<month>\d{1,2})"

# Left as text: compiled (and kept by ``re``) when a label is first read, not when the command line starts.
_PATTERNS = (
    _YEAR,
    rf"{_YEAR} ?年",
    rf"{_FISCAL}{_ANY_YEAR}",
    rf"{_YEAR} {_MONTH}",
    rf"{_MONTH} {_YEAR}",
    r"(?P<year>\d{4})(?P<month>0[1-9]|1[0-2])",
    rf"{_YEAR} ?年 ?{_MONTH} ?月",
    rf"{_NAME} {_ANY_YEAR}",
    rf"{_YEAR} {_NAME}",
    rf"{_FISCAL}{_ANY_YEAR} ?[mp]{_MONTH}",
    rf"{_YEAR} {_MONTH} (?P<day>\d{{1,2}})",
    rf"{_YEAR} ?年 ?{_MONTH} ?月 ?(?P<day>\d{{1,2}}) ?日",
    rf"{_YEAR} ?q{_QUARTER}",
    rf"{_FISCAL}{_ANY_YEAR} ?q{_QUARTER}",
    rf"q{_QUARTER} ?{_FISCAL}?{_ANY_YEAR}",
    rf"{_QUARTER}q ?{_FISCAL}?{_ANY_YEAR}",
    rf"{_YEAR} ?年 ?(?:q|第)? ?(?P<quarter>[1-4一二三四]) ?(?:季度?)?",
    rf"(?P<quarter>[1-4]|i{{1,3}}|iv) ?(?:й |ый |ий |ой )?кв(?:артал[аеу]?)? {_YEAR}",
    rf"suku (?:tahun )?(?:ke ?)?{_QUARTER} {_YEAR}",
    rf"الربع (?P<quarter>الأول|الثاني|الثالث|الرابع) (?:من )?(?:عام )?{_YEAR}",
    rf"{_YEAR} ?w(?P<week>\d{{1,2}})",
    rf"{_YEAR} ?h(?P<half>[12])",
    rf"h(?P<half>[12]) {_YEAR}",
)


def parse_period_label(text: str, calendar: Calendar | None = None) -> Period | None:
    """The period that a label in a file names; ``None`` when it names none.

    Understood, in English, Russian, Chinese, Malay and Arabic where they have their own words: years, halves,
    quarters, months, weeks by number, and days. A label with FY is of the fiscal calendar, one without is civil. A
    two-digit year is of this century.

    >>> labels = ["2026-Q1", "1 кв. 2026", "2026年3月", "Mar 2026", "FY26-Q1", "2026", "2026-W05", "north"]
    >>> [period.label if (period := parse_period_label(label)) else None for label in labels]
    ['2026-Q1', '2026-Q1', '2026-03', '2026-03', 'FY2026-Q1', '2026', '2026-W05', None]
    """
    try:
        return read_label(text, calendar or Calendar())
    except ValueError:
        return None


def read_label(text: str, calendar: Calendar) -> Period | None:
    """As ``parse_period_label``, but a label of a known form that names nothing, such as 2026-13, says why.

    Raises:
        ValueError: With the reason.
    """
    plain = _plain(text)
    for pattern in _PATTERNS:
        match = re.fullmatch(pattern, plain)
        if match:
            return _period({key: value for key, value in match.groupdict().items() if value}, calendar)
    return None


def _plain(text: str) -> str:
    """Lower case, one kind of digit and separator, and without the word for year that Russian and Arabic add."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[\s_/.,'’–—-]+", " ", text).strip()
    return re.sub(r" ?(?:г|год|года)$", "", text)


def _period(parts: dict[str, str], calendar: Calendar) -> Period:
    year = int(parts["year"])
    if year < 100:
        year += 2000
    fiscal = "fiscal" in parts
    if "day" in parts:
        return _day(year, int(parts["month"]), int(parts["day"]), calendar)
    if "half" in parts:
        return _half(year, int(parts["half"]), calendar)
    if "name" in parts:
        return named_period(year, "month", _MONTH_NUMBER[parts["name"]], calendar, fiscal=False)
    if "quarter" in parts:
        quarter = _ORDINALS.get(parts["quarter"]) or int(parts["quarter"])
        return named_period(year, "quarter", quarter, calendar, fiscal=fiscal)
    units: tuple[Unit, ...] = ("week", "month")
    for unit in units:
        if unit in parts:
            return named_period(year, unit, int(parts[unit]), calendar, fiscal=fiscal)
    return named_period(year, "year", 1, calendar, fiscal=fiscal)


def _day(year: int, month: int, day: int, calendar: Calendar) -> Period:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        msg = f"years from {FIRST_YEAR} to {LAST_YEAR} are understood"
        raise ValueError(msg)
    try:
        return unit_period(date(year, month, day), "day", calendar)
    except ValueError:
        msg = "there is no such day"
        raise ValueError(msg) from None


def _half(year: int, half: int, calendar: Calendar) -> Period:
    first, last = (named_period(year, "quarter", 2 * half - back, calendar, fiscal=False) for back in (1, 0))
    return Period(f"{year}-H{half}", first.start, last.end)


def periods_of_column(labels: Sequence[str], calendar: Calendar | None = None) -> list[Period | None]:
    """The periods that a whole column of labels names, where days may stand for what begins on them.

    When every label is a day, and every day begins a month, the column is of months; when there are several days, and
    every one begins a quarter (or a year), it is of those. Otherwise each label speaks for itself.

    >>> [period.label for period in periods_of_column(["2026-01-01", "2026-04-01"]) if period]
    ['2026-Q1', '2026-Q2']
    >>> [period.label for period in periods_of_column(["2026-01-01", "2026-02-01"]) if period]
    ['2026-01', '2026-02']
    """
    calendar = calendar or Calendar()
    periods = [parse_period_label(label, calendar) for label in labels]
    days = sorted({period.start for period in periods if period and period.unit == "day" and period.start})
    known = [period for period in periods if period]
    if not days or any(period.unit != "day" for period in known) or any(day.day != 1 for day in days):
        return periods
    unit = _unit_begun(days)
    return [period and unit_period(period.start or date.min, unit, calendar, fiscal=False) for period in periods]


def _unit_begun(days: list[date]) -> Unit:
    if len(days) > 1 and all(day.month == 1 for day in days):
        return "year"
    if len(days) > 1 and all(day.month in (1, 4, 7, 10) for day in days):
        return "quarter"
    return "month"
