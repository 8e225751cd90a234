"""Periods as they are typed: ``last-quarter``, ``qtd``, ``2026-Q1``, ``2026-01-01..2026-03-31``."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, cast

from msgspec.structs import replace

from salesmetrics.calendar.model import (
    FIRST_YEAR,
    LAST_YEAR,
    Calendar,
    Every,
    Period,
    Unit,
    month_starts,
    named_period,
    unit_period,
)
from salesmetrics.calendar.months import MONTHS
from salesmetrics.errors import RefusedError, SalesmetricsError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

__all__ = [
    "PERIOD_FORMS",
    "PERIOD_WORDS",
    "bucket_expression",
    "bucket_label",
    "bucket_starts",
    "overlap_days",
    "parse_period",
    "parse_period_label",
    "periods_of_column",
    "read_label",
    "split",
]


_DAY = timedelta(days=1)
_UNITS = ("week", "month", "quarter", "year")
_WORDS = {f"{which}-{unit}": (which, unit) for which in ("this", "last") for unit in _UNITS}
_FISCAL_WORDS = {f"{which}-fiscal-{unit}": (which, unit) for which in ("this", "last") for unit in _UNITS[1:]}
_TO_DATE = {f"{unit[0]}td": unit for unit in _UNITS}
_QUARTER_ALONE = re.compile(r"q([1-4])")
_LAST_DAYS = re.compile(r"last-(\d{1,5})-days?")
_EXAMPLES = (
    *("last-90-days", "Q3", "2026", "2026-Q1", "2026-03", "2026-W05", "2026-03-31"),
    *("FY2026", "FY2026-Q2", "FY2026-M03", "2026-01-01..2026-03-31"),
)

PERIOD_WORDS = ("all", *_WORDS, *_FISCAL_WORDS, *_TO_DATE)
"""Every word that ``--period`` takes."""

PERIOD_FORMS = ("all", *_WORDS, *_TO_DATE, *_EXAMPLES)
"""Every form that ``--period`` takes, by word or by example."""


def parse_period(text: str, *, as_of: date, calendar: Calendar) -> Period | None:
    """The period that an option names; ``None`` for ``all``.

    ``this-`` and ``last-`` follow the fiscal calendar where one is set (quarters and years; months only when they are
    made of weeks), and so do ``qtd`` and ``ytd``; ``this-fiscal-quarter`` is the same said aloud. A label such as
    2026-Q1 is always civil, one with FY always fiscal. ``Q3`` is the last third quarter that has begun, of the calendar that
    is in force. ``last-90-days`` ends with the as-of day. Both ends of a range
    are included, may be any label (``2026-01..2026-03``), and may be left out: without an end it stops at the as-of
    day.

    Args:
        text: What was typed; case and surrounding blanks do not matter, ``_`` and blanks are read as ``-``.
        as_of: The report date.
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
    alone = _QUARTER_ALONE.fullmatch(word)
    if alone:
        return _last_quarter(int(alone[1]), as_of, calendar)
    days = _LAST_DAYS.fullmatch(word)
    if days:
        return _last_days(text, int(days[1]), as_of)
    if ".." in text:
        return _range(text, as_of, calendar)
    return _fixed(text, text, as_of, calendar).seen_from(as_of)


def _relative(which: str, unit: str, as_of: date, calendar: Calendar, *, fiscal: bool | None) -> Period:
    period = unit_period(as_of, cast("Unit", unit), calendar, fiscal=fiscal)
    if which == "last" and period.start:
        period = unit_period(period.start - _DAY, cast("Unit", unit), calendar, fiscal=fiscal)
    return period.seen_from(as_of)


def _last_quarter(number: int, as_of: date, calendar: Calendar) -> Period:
    period = unit_period(as_of, "quarter", calendar)
    while not period.label.endswith(f"Q{number}") and period.start:
        period = unit_period(period.start - _DAY, "quarter", calendar)
    return period.seen_from(as_of)


def _last_days(text: str, days: int, as_of: date) -> Period:
    if not 1 <= days <= 36_500:
        raise _refused(text, Message("period_days"), Message("period_last_days"))
    return Period(f"last-{days}-days" if days > 1 else "last-1-day", as_of - (days - 1) * _DAY, as_of + _DAY)


def _range(text: str, as_of: date, calendar: Calendar) -> Period:
    first, _, last = (part.strip() for part in text.strip().partition(".."))
    if not first and not last:
        raise _refused(text, Message("period_without_days"), Message("period_range"))
    start = _fixed(first, text, as_of, calendar).start if first else None
    end = _fixed(last, text, as_of, calendar).end if last else as_of + _DAY
    if start and end <= start:
        cause = Message("period_reversed") if last else Message("period_begins_late", as_of=as_of)
        raise _refused(text, cause, Message("period_two_dots"))
    label = f"{start or ''}..{end - _DAY if last else ''}"
    return Period(label, start, end).seen_from(as_of)


def _fixed(part: str, text: str, as_of: date, calendar: Calendar) -> Period:
    try:
        period = read_label(part, calendar)
    except RefusedError as refusal:
        raise _refused(text, refusal.cause, _last_unit(refusal.cause, part)) from None
    if period is None:
        _refuse_number(part, text, as_of)
        near = get_close_matches(part.strip().casefold().replace(" ", "-"), [*PERIOD_FORMS, *_FISCAL_WORDS], n=1)
        hint = Message("did_you_mean", near=near[0]) if near else None
        raise _refused(text, Message("period_unknown"), Message("period_forms", near=hint, forms=PERIOD_FORMS))
    return period if period.unit != "day" else replace(period, unit=None)


_NUMBERED = r"(fy ?)?(\d{4}|\d{2})? ?(q|h|m|w|kw)(\d{1,2})(?: ?(fy ?)?(\d{4}|\d{2}))?"
_TOO_MANY = {
    "half-year": "half_years_of_any_year",
    "quarter": "quarters_of_any_year",
    "month": "months_of_any_year",
    "week": "weeks_of_any_year",
}
_OF_A_YEAR = {"q": ("quarter", 4), "h": ("half-year", 2), "m": ("month", 12), "w": ("week", 53), "kw": ("week", 53)}
_DAYS_BACK = r"(?:last )?(\d{1,4}) ?d(?:ays?)?"


def _refuse_number(part: str, text: str, as_of: date) -> None:
    """Refuse what is nearly a period: a fifth quarter, a week or a month without a year, days without ``last``."""
    plain = _plain(part)
    days = re.fullmatch(_DAYS_BACK, plain)
    if days:
        raise _refused(text, Message("period_unknown"), Message("period_example", label=f"last-{days[1]}-days"))
    if plain in ("today", "yesterday"):
        day = as_of if plain == "today" else as_of - _DAY
        raise _refused(text, Message("period_unknown"), Message("period_example", label=str(day)))
    if month := _month(plain):
        raise _refused(text, Message("year_missing"), Message("period_example", label=f"{as_of.year}-{month:02}"))
    found = re.fullmatch(_NUMBERED, plain)
    if found is None:
        return
    fiscal, year, sign, number = found[1] or found[5], found[2] or found[6], found[3], int(found[4])
    unit, most = _OF_A_YEAR[sign]
    of_year = f"{'FY' if fiscal else ''}{year if year is None or len(year) == 4 else f'20{year}'}"
    label = f"{of_year if year else as_of.year}-{sign[-1].upper()}{min(max(number, 1), most):0{len(str(most))}}"
    if not 1 <= number <= most:
        cause = Message(_TOO_MANY[unit], most=most)
    elif year is None:
        cause = Message("year_missing")
    else:
        return
    raise _refused(
        text, cause, Message("period_example", label=label if sign != "m" or fiscal else label.replace("M", ""))
    )


def _last_unit(cause: Message, part: str) -> Message:
    """The last month or week of a year that has no such one."""
    unit, of_year, _ = cause.code.partition("s_of_year")
    if not of_year:
        return Message("period_forms", near=None, forms=_EXAMPLES)
    year, most = (cause.details[name] for name in ("year", "most"))
    fiscal = _plain(part).startswith("fy")
    sign = {"week": "W", "quarter": "Q"}.get(unit, "M" if fiscal else "")
    return Message("period_example", label=f"{'FY' if fiscal else ''}{year}-{sign}{most}")


def _refused(text: str, cause: Message, fix: Message) -> SalesmetricsError:
    return SalesmetricsError("option_invalid", option="--period", value=text, cause=cause, fix=fix)


# --- names of fixed periods, as people write them in options and in the ``period`` column of quota and cost files ---


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
        RefusedError: With the reason.
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
        raise RefusedError(Message("years_known", first=FIRST_YEAR, last=LAST_YEAR))
    try:
        return unit_period(date(year, month, day), "day", calendar)
    except ValueError:
        raise RefusedError(Message("no_such_day")) from None


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


# --- periods cut into weeks, months, quarters or years, and days put into them ---


def bucket_label(day: date, every: Every, calendar: Calendar) -> str:
    """The name of the week, month, quarter or year that a day lies in.

    >>> bucket_label(date(2026, 2, 1), "quarter", Calendar())
    '2026-Q1'
    """
    return unit_period(day, every, calendar).label


def split(period: Period, every: Every, as_of: date, calendar: Calendar) -> list[Period]:
    """Cut a period into whole weeks, months, quarters or years, and what is left of them at its two ends.

    The pieces cover the period exactly. A piece is ``partial`` when its unit sticks out of the period, or is not over
    at the end of the as-of day. Hand in ``period.clipped(as_of)`` to have no pieces that lie in the future.

    Raises:
        ValueError: When the period has no beginning.

    >>> pieces = split(Period("x", date(2026, 1, 15), date(2026, 3, 1)), "month", date(2026, 12, 31), Calendar())
    >>> [(piece.label, piece.days, piece.partial) for piece in pieces]
    [('2026-01', 17, True), ('2026-02', 28, False)]
    """
    if period.start is None:
        msg = f"the period {period.label} has no beginning and cannot be split"
        raise ValueError(msg)
    pieces: list[Period] = []
    start = period.start
    while start < period.end:
        unit = unit_period(start, every, calendar)
        end = min(unit.end, period.end)
        cut = start != unit.start or end != unit.end
        pieces.append(replace(unit, start=start, end=end, partial=cut).seen_from(as_of))
        start = end
    return pieces


def bucket_starts(start: date, end: date, every: Every, calendar: Calendar) -> list[date]:
    """First days of all weeks, months, quarters or years that have a day in ``[start, end)``, in order.

    >>> bucket_starts(date(2026, 1, 15), date(2026, 3, 1), "month", Calendar())
    [datetime.date(2026, 1, 1), datetime.date(2026, 2, 1)]
    """
    starts: list[date] = []
    while start < end:
        unit = unit_period(start, every, calendar)
        if unit.start is not None:
            starts.append(unit.start)
        start = unit.end
    return starts


def overlap_days(first: Period, second: Period) -> int:
    """How many days two periods share, for example to take a part of a quarter's quota for one month.

    >>> overlap_days(Period("a", date(2026, 1, 1), date(2026, 4, 1)), Period("b", date(2026, 3, 30), date(2026, 5, 1)))
    2
    """
    start = max(first.start or date.min, second.start or date.min)
    return max(0, (min(first.end, second.end) - start).days)


def bucket_expression(day: pl.Expr, every: Every, calendar: Calendar) -> pl.Expr:
    """First day of the week, month, quarter or year that each day lies in.

    Args:
        day: A Date expression.
        every: The unit; fiscal where ``Calendar.takes_fiscal`` says so.
        calendar: The calendar in force.

    Returns:
        A Date expression; blank where the day is blank or (for years of weeks) outside 1970–2199.
    """
    if every == "week":
        shift = calendar.week_start - 1
        return day.dt.offset_by(f"-{shift}d").dt.truncate("1w").dt.offset_by(f"{shift}d")
    if calendar.of_weeks:
        return _bucket_of_weeks(day, every, calendar)
    if every == "month":
        return day.dt.truncate("1mo")
    shift = calendar.fiscal_start_month - 1
    unit = "1q" if every == "quarter" else "1y"
    return day.dt.truncate("1mo").dt.offset_by(f"-{shift}mo").dt.truncate(unit).dt.offset_by(f"{shift}mo")


def range_expression(day: pl.Expr, ranges: Sequence[tuple[date, date]]) -> pl.Expr:
    """First day of the range of days that each day lies in.

    Args:
        day: A Date expression.
        ranges: Half-open ranges that do not overlap, in any order.

    Returns:
        A Date expression; blank where the day is blank or in no range.
    """
    import polars as pl

    starts, ends = (pl.Series(days, dtype=pl.Date) for days in zip(*sorted(ranges), strict=True))
    place = pl.lit(starts).search_sorted(day.fill_null(starts[0]), side="right").cast(pl.Int64) - 1
    at = place.clip(0)
    return pl.when((place >= 0) & (day < pl.lit(ends).gather(at))).then(pl.lit(starts).gather(at))


def _bucket_of_weeks(day: pl.Expr, every: Every, calendar: Calendar) -> pl.Expr:
    import polars as pl

    step = {"month": 1, "quarter": 3, "year": 12}[every]
    years = range(FIRST_YEAR - 1, LAST_YEAR + 2)
    starts = [start for year in years for start in month_starts(year, calendar)[:12:step]]
    known = day.is_between(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
    place = pl.lit(pl.Series(starts)).search_sorted(day.fill_null(starts[0]), side="right").cast(pl.Int64) - 1
    return pl.when(known).then(pl.lit(pl.Series(starts)).gather(place.clip(0)))
