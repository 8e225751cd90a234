"""Names of fixed periods, as people write them in options and in the ``period`` column of quota and cost files."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

from salesmetrics.calendar.model import FIRST_YEAR, LAST_YEAR, Calendar, Period, Unit, named_period, unit_period
from salesmetrics.calendar.months import MONTHS

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["parse_period_label", "periods_of_column", "read_label"]

_NUMBERS = {
    word: number
    for number, words in enumerate(["i 一 الأول 上", "ii 二 الثاني 下", "iii 三 الثالث", "iv 四 الرابع"], start=1)
    for word in words.split()
}
_QUARTERS = (
    "quarter|qtr|quartal|trimestre?|trim|trimestr|kwartaal|kwartał|kvartal|kvartál|štvrťrok|čtvrtletí|kvartaali|neljännes|neljännesvuosi"
    "|çeyrek|negyedév|кв|квартал[ауеі]?|τρίμηνο|kuartal|triwulan|quý|ไตรมาส|ไตรมาสที่|तिमाही|רבעון|분기|四半期|季度"
)
_HALVES = "half|halbjahr|halvår|semestre?|semester|полугоди[ея]|півріччя|półrocze|pololetí|félév|반기|半期"

_NAME = r"(?P<name>[^\W\d][^\d]*?)"
_YEAR = r"(?P<year>\d{4})"
_ANY_YEAR = r"(?P<year>\d{4}|\d{2})"
_FISCAL = r"(?P<fiscal>fy ?)"
_QUARTER = r"(?P<quarter>[1-4])"
_MONTH = r"(?P<month>\d{1,2})"
_OF = r" (?:de |del |of |di |من |عام )*"
_TH = r" ?(?:er|ère|e|o|a|°|st|nd|rd|th|й|ый|ий|ой|е|ое|я|eme|ème)? ?"
_NTH_QUARTER, _NTH_HALF = r"(?P<quarter>[1-4]|i{1,3}|iv)", r"(?P<half>[12]|i{1,2})"
_NEN, _TSUKI, _HI = "(?:年|년)", "(?:月|월)", "(?:日|일)"

# Left as text: compiled (and kept by ``re``) when a label is first read, not when the command line starts.
_PATTERNS = (
    _YEAR,
    rf"{_YEAR} ?{_NEN}",
    rf"{_FISCAL}{_ANY_YEAR}",
    rf"{_YEAR} {_MONTH}",
    rf"{_MONTH} {_YEAR}",
    r"(?P<year>\d{4})(?P<month>0[1-9]|1[0-2])",
    rf"{_YEAR} ?{_NEN} ?{_MONTH} ?{_TSUKI} ?[分度份]?",
    rf"{_YEAR} ?年 ?{_NAME}",
    rf"{_NAME}{_OF}{_ANY_YEAR}",
    rf"{_YEAR} {_NAME}",
    rf"{_FISCAL}{_ANY_YEAR} ?[mp]{_MONTH}",
    rf"{_YEAR} {_MONTH} (?P<day>\d{{1,2}})",
    rf"{_YEAR} ?{_NEN} ?{_MONTH} ?{_TSUKI} ?(?P<day>\d{{1,2}}) ?{_HI}",
    rf"{_YEAR} ?(?:q|t|k|kv|ç){_QUARTER}",
    rf"{_FISCAL}{_ANY_YEAR} ?q{_QUARTER}",
    rf"q{_QUARTER} ?{_FISCAL}?{_ANY_YEAR}",
    rf"(?:t|k|kv|ç){_QUARTER} ?{_ANY_YEAR}",
    rf"{_QUARTER}(?:t|k|kv|ç) ?{_ANY_YEAR}",
    rf"{_QUARTER} ?q ?{_FISCAL}?{_ANY_YEAR}",
    rf"{_YEAR} ?年 ?(?:q|第)? ?(?P<quarter>[1-4一二三四]) ?(?:季度?)?",
    rf"{_YEAR} ?{_NEN}? ?第? ?{_QUARTER} ?(?:四半期|분기)",
    rf"{_NTH_QUARTER}{_TH}(?:{_QUARTERS}){_OF}{_YEAR}",
    rf"(?:{_QUARTERS}) ?{_NTH_QUARTER}{_OF}{_YEAR}",
    rf"{_YEAR} {_NTH_QUARTER}{_TH}(?:{_QUARTERS})",
    rf"{_YEAR} (?:{_QUARTERS}) ?{_NTH_QUARTER}",
    rf"suku (?:tahun )?(?:ke ?)?{_QUARTER} {_YEAR}",
    rf"الربع (?P<quarter>الأول|الثاني|الثالث|الرابع) (?:من )?(?:عام )?{_YEAR}",
    rf"{_YEAR} ?(?:w|kw|week) ?(?P<week>\d{{1,2}})",
    rf"(?:w|kw|week) ?(?P<week>\d{{1,2}}) {_YEAR}",
    rf"{_YEAR} ?h(?P<half>[12])",
    rf"h(?P<half>[12]) {_YEAR}",
    rf"{_NTH_HALF}{_TH}(?:{_HALVES}){_OF}{_YEAR}",
    rf"(?:{_HALVES}) ?{_NTH_HALF}{_OF}{_YEAR}",
    rf"{_YEAR} {_NTH_HALF}{_TH}(?:{_HALVES})",
    rf"{_YEAR} ?{_NEN} ?(?P<half>[上下12]) ?(?:半年|半期|반기)",
)


def parse_period_label(text: str, calendar: Calendar | None = None) -> Period | None:
    """The period that a label in a file names; ``None`` when it names none.

    Understood, in the languages of the known exports: years, halves,
    quarters, months, weeks by number, and days. A label with FY is of the fiscal calendar, one without is civil. A
    two-digit year is of this century.

    >>> labels = ["2026-Q1", "1 кв. 2026", "2026年3月", "Mar 2026", "FY26-Q1", "2026", "T1 2026", "north"]
    >>> [period.label if (period := parse_period_label(label)) else None for label in labels]
    ['2026-Q1', '2026-Q1', '2026-03', '2026-03', 'FY2026-Q1', '2026', '2026-Q1', None]
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
        if match and _month(match.groupdict().get("name", "may")):
            return _period({key: value for key, value in match.groupdict().items() if value}, calendar)
    return None


def _month(name: str) -> int | None:
    """The number of a month; folding the case of Greek names took their final sigma."""
    return MONTHS.get(name) or MONTHS.get(name.removesuffix("σ") + "ς")


def _plain(text: str) -> str:
    """Lower case, one kind of digit and separator, and without the word for year that Russian and Arabic add."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[\s_/.,'’–—-]+", " ", text).strip()
    return re.sub(r"(?<=\d) ?(?:г|год|года|р|рік|року|م)$", "", text)


def _period(parts: dict[str, str], calendar: Calendar) -> Period:
    year = int(parts["year"])
    if year < 100:
        year += 2000
    fiscal = "fiscal" in parts
    if "day" in parts:
        return _day(year, int(parts["month"]), int(parts["day"]), calendar)
    if "half" in parts:
        return _half(year, _NUMBERS.get(parts["half"]) or int(parts["half"]), calendar)
    if "name" in parts:
        return named_period(year, "month", _month(parts["name"]) or 0, calendar, fiscal=False)
    if "quarter" in parts:
        quarter = _NUMBERS.get(parts["quarter"]) or int(parts["quarter"])
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
