"""A date as it is written: its shape, taken apart without deciding which of two numbers is the day; the commonest strict format read whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import polars as pl
from msgspec import Struct, field

from salesmetrics.calendar.months import MONTHS
from salesmetrics.ingest.parse.common import KEY, WHY
from salesmetrics.ingest.parse.number_text import DIGITS
from salesmetrics.ingest.parse.text import cleaned, is_ascii
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.ingest.parse.common import ParseOptions

__all__ = [
    "INSTANT_DTYPE",
    "THAI_YEARS",
    "YEAR_FIRST",
    "Fast",
    "Form",
    "Order",
    "date_parts",
    "form_of",
    "in_order",
    "nothing_fast",
    "read_fast",
    "real_date",
    "tidy_dates",
    "year_last",
]

THAI_YEARS = 543
"""How far the years of the Buddhist calendar are ahead: 2569 is 2026."""
_THAI = (2400, 2700)
_PERSIAN, _ISLAMIC, _HEBREW = (1300, 1419), (1420, 1500), (5600, 5900)
NO_YEAR, NO_DAY, THAI = "date_without_year", "month_without_day", "thai_date"
_PERSIAN_DATE, _ISLAMIC_DATE = "persian_date", "islamic_date"
_ISLAMIC_MONTHS = "محرم|صفر|ربيع|جمادى|رجب|شعبان|رمضان|شوال|ذو القعدة|ذو الحجة|muharram|safar|rabi|jumada|rajab|sha'?ban|ramadh?an|shawwal"
_PERSIAN_MONTHS = "فروردین|اردیبهشت|خرداد|تیر|مرداد|شهریور|مهر|آبان|آذر|دی|بهمن|اسفند|farvardin|ordibehesht|khordad|mordad|shahrivar|bahman|esfand"

_SPACES = dict.fromkeys("\xa0\u2009\u202f\u2007\u2002\u2003\u3000\t", " ")
_TIDY = {
    **DIGITS, **_SPACES, "／": "/", "．": ".", "：": ":", "－": "-", "−": "-", "–": "-", "‐": "-", "‑": "-", "，": ",", "،": ",",
    "年": "-", "月": "-", "日": " ", "號": " ", "号": " ", "時": ":", "时": ":", "点": ":", "點": ":", "分": ":", "秒": " ",
    "년": "-", "월": "-", "일": " ", "시": ":", "분": ":", "초": " ",
}  # fmt: skip
_THAI_MONTHS = {
    "ม.ค.": "january", "ก.พ.": "february", "มี.ค.": "march", "เม.ย.": "april", "พ.ค.": "may", "มิ.ย.": "june", "ก.ค.": "july",
    "ส.ค.": "august", "ก.ย.": "september", "ต.ค.": "october", "พ.ย.": "november", "ธ.ค.": "december", "พ.ศ.": "", "พ.ศ": "", "น.": "",
}  # fmt: skip
_CHINESE_MONTHS = tuple(
    (name, MONTHS[name]) for name in sorted(MONTHS, key=len, reverse=True) if name.endswith("月")
)  # longest first: 十二月 holds 二月

_AM = r"am|a\.m\.?|上午|早上|凌晨|ص|오전|pagi|pg|vorm\.?"
_PM = r"pm|p\.m\.?|下午|晚上|中午|م|오후|petang|ptg|malam|nachm\.?"
_OFFSET = r"z|(?:utc|gmt)?\s*[+-][0-9]{1,2}(?::?[0-9]{2})?|utc|gmt"
_WHEN = (
    rf"^(?<date>.*?[^\s,:])(?:(?:\s*,\s*|\s+)(?:(?:at|um|в|à|a las|às|klo|kl\.?|pukul|ore|alle)\s+)?(?<before>{_AM}|{_PM})?\s*"
    r"(?<hour>[0-9]{1,2})(?::(?<minute>[0-9]{1,2})(?::(?<second>[0-9]{1,2})(?:[.,](?<fraction>[0-9]{1,12}))?)?:?"
    rf"\s*(?<after>{_AM}|{_PM})?|\s*(?<alone>{_AM}|{_PM}))\s*(?<offset>{_OFFSET})?)?$"
)
_WHEN_PARTS = ("hour", "minute", "second", "fraction", "before", "after", "alone", "offset")
_PLAIN_WHEN = (  # the common case, which a regular expression engine reads in one pass
    r"^(?<date>[0-9./-]+)(?: (?<hour>[0-9]{1,2}):(?<minute>[0-9]{2})(?::(?<second>[0-9]{2}))?)?$"
)
_WEEKDAY = (
    r"^(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?|"
    r"(?:пн|вт|ср|чт|пт|сб|вс|поне|втор|сред|четв|пятн|субб|воск|lun|mié|mie|jue|vie|sáb|sab|dom|mer|jeu|ven|sam|dim|mo|di|mi|do|fr|sa|so)"
    r"[a-zа-я]{0,8}\.?,)\s+"
)
_WEEKDAY_AFTER = (
    r"\s*(?:\([\p{L}\p{M}]{1,4}\.?\)|[월화수목금토일]요일|[月火水木金土日]曜日?|(?:星期|周|週)[一二三四五六日天])"
)
_DOTTED = (
    (r"^([0-9]{4})\.\s?([0-9]{1,2})\.\s?([0-9]{1,2})\.?(\s|$)", "$1.$2.$3$4"),
    (r"^([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})\.?(\s|$)", "$1.$2.$3$4"),
    (r"^([0-9]{4})\.\s?(\p{L}+)\.?\s?([0-9]{1,2})\.(\s|$)", "$1 $2 $3$4"),
    (r"([0-9])\s(?:(?:klo|kl\.?|um|pukul|ore|alle)\s)?([0-9]{1,2})\.([0-9]{2})\.([0-9]{2})(?:\suhr)?$", "$1 $2:$3:$4"),
    (r"([0-9])\s(?:(?:klo|kl\.?|um|pukul|ore|alle)\s)?([0-9]{1,2})\.([0-9]{2})(?:\suhr)?$", "$1 $2:$3"),
)
"""Dates with a space or a point after each dot (Korean, Hungarian, Czech, Croatian), and times with a dot: what they are read as."""
_HAS_DOTTED = r"[0-9]\.\s[0-9\p{L}]|[0-9]\.(?:\s|$)|[0-9\p{L}.]\s[0-9]{1,2}\.[0-9]{2}"
_GAP = r"[\s./,\-]*"
_NAME = r"(?<name>\p{L}[\p{L}\p{M} ]*?)"
_YEAR = r"'?(?<year>[0-9]{4}|[0-9]{2})"
_ORDINAL = r"(?:st|nd|rd|th|er|º|ª)?"
_SHAPES: tuple[tuple[str, str], ...] = (
    ("iso", r"^(?<year>[0-9]{4})\s?(?<sep>[-/. ])\s?(?<month>[0-9]{1,2})\s?(?<sep2>[-/. ])\s?(?<day>[0-9]{1,2})\s?-?$"),
    ("compact", r"^(?<year>[0-9]{4})(?<month>[0-9]{2})(?<day>[0-9]{2})$"),
    (
        "numeric",
        r"^(?<first>[0-9]{1,2})(?<sep>[-/. ])\s?(?<second>[0-9]{1,2})(?<sep2>[-/. ])\s?'?(?<year>[0-9]{4}|[0-9]{2})$",
    ),
    ("name", rf"^(?<day>[0-9]{{1,2}}){_ORDINAL}{_GAP}{_NAME}{_GAP}{_YEAR}$"),
    ("name", rf"^{_NAME}{_GAP}(?<day>[0-9]{{1,2}}){_ORDINAL}[\s,/\-]+{_YEAR}$"),
    ("name", rf"^(?<year>[0-9]{{4}}){_GAP}{_NAME}{_GAP}(?<day>[0-9]{{1,2}})$"),
    ("number", r"^(?<number>[0-9]{5}(?:\.[0-9]+)?|[0-9]{10}(?:\.[0-9]+)?|(?:[0-9]{13}|[0-9]{16}|[0-9]{19})(?:\.0*)?)$"),
)
_TO = r"[-/.\s]{1,2}"
_MONTH_NAME = "|".join(sorted((re.escape(name) for name in MONTHS), key=len, reverse=True))
_NO_DATES: tuple[tuple[str, str], ...] = (
    (rf"^[0-9]{{1,2}}\s(?:{_ISLAMIC_MONTHS})\b.*[0-9]{{4}}|[0-9]\s?هـ?$", _ISLAMIC_DATE),
    (rf"^[0-9]{{1,2}}\s(?:{_PERSIAN_MONTHS})\b.*[0-9]{{4}}", _PERSIAN_DATE),
    (rf"^[0-9]{{1,2}}{_ORDINAL}{_GAP}(?:{_MONTH_NAME})\.?$|^(?:{_MONTH_NAME}){_GAP}[0-9]{{1,2}}{_ORDINAL}$", NO_YEAR),
    (
        r"^(?:0?[1-9]|1[0-2])[-/](?:0?[1-9]|[12][0-9]|3[01])$|^(?:0?[1-9]|[12][0-9]|3[01])(?:[-/](?:0?[1-9]|1[0-2])|\.(?:0?[1-9]|1[0-2])\.)$",
        NO_YEAR,
    ),
    (
        rf"^(?:{_MONTH_NAME}){_GAP}[0-9]{{4}}$|^(?:19|20)[0-9]{{2}}{_TO}(?:0?[1-9]|1[0-2])[-.]?$|^(?:0?[1-9]|1[0-2]){_TO}(?:19|20)[0-9]{{2}}$",
        NO_DAY,
    ),
    (
        r"^(?:民國|民国|roc)|^1[0-4][0-9]([-/.])[0-9]{1,2}[-/.][0-9]{1,2}(?: |$)",
        "taiwanese_date",
    ),
    (
        r"^(?:令和|平成|昭和|大正|明治|[rhs]\s?[0-9]{1,2}[-/.][0-9]{1,2}[-/.])",
        "japanese_date",
    ),
)
"""What is no date, but can be told apart from any other text: the pattern, and the code of what it is."""
_SCHEMA = {
    "shape": pl.String, "sep": pl.String, "year": pl.Int32, "month": pl.Int32, "day": pl.Int32, "first": pl.Int32,
    "second": pl.Int32, "short": pl.Boolean, "number": pl.String, "time": pl.Int64, "offset": pl.Int64, "wrong": pl.Boolean,
    "thai": pl.Boolean, WHY: pl.String,
}  # fmt: skip


def tidy_dates(texts: pl.Series) -> pl.Series:
    """Texts in lower case with ASCII digits and separators, without weekday, "de", "of", "г.", zone name in brackets."""
    tidy = cleaned(texts).str.to_lowercase()
    if not is_ascii(tidy):
        tidy = tidy.str.replace(_WEEKDAY_AFTER, "")
        for name, number in _CHINESE_MONTHS:
            tidy = tidy.str.replace(name, f"{number}月", literal=True)
        tidy = tidy.str.replace_many(_THAI_MONTHS)
        tidy = (
            tidy.str.replace_many(_TIDY)
            .str.replace_all(r":\s+([0-9])", ":$1")
            .str.replace(r"([0-9])\s?(?:г\.?|года|год)(,|\s|$)", "$1$2")
        )
    if tidy.str.contains(r"[a-z(]|[^\x00-\x7f]").any():
        tidy = (
            tidy.str.replace(r"\s*\([^)]*\)$", "")
            .str.replace(r"^([0-9]{8})[t ]([0-9]{2})([0-9]{2})([0-9]{2})", "$1 $2:$3:$4")
            .str.replace(r"([0-9])t([0-9])", "$1 $2")
            .str.replace_all(r"(\p{L}|[0-9]\.?)\s+(?:de|del|of|den)\s+", "$1 ")
            .str.replace(_WEEKDAY, "")
        )
    tidy = tidy.str.replace_all(r"\s+", " ").str.strip_chars(" ")
    if tidy.str.contains(_HAS_DOTTED).any():
        for pattern, plain in _DOTTED:
            tidy = tidy.str.replace(pattern, plain)
    return tidy


def date_parts(texts: pl.DataFrame) -> pl.DataFrame:
    """Take distinct date texts apart.

    Args:
        texts: Distinct texts as ``key``, and whatever else is known of them.

    Returns:
        One row per text with what was known of it; ``shape`` (``iso``, ``compact``, ``numeric``, ``name``, ``number``; null: no date at all);
        ``sep`` between the parts of a numeric date; ``year``, ``month``, ``day`` (Int32), of a numeric date ``first`` and
        ``second`` instead of day and month; ``short`` (Boolean: ``year`` is what is written, two digits); ``thai`` (Boolean:
        the year was one of the Buddhist calendar); ``why`` (String: what a text is that is no date, where that can be told);
        ``number`` (String: a serial day or
        an epoch); ``time`` (Int64: microseconds since midnight, null where none is written); ``offset`` (Int64: minutes east of
        UTC, null where none is written); ``wrong`` (Boolean: the time of day or the offset cannot be).
    """
    known = texts.columns
    tidy = texts.with_columns(tidy_dates(texts.get_column(KEY)).alias("tidy"))
    plain = tidy["tidy"].str.contains(_PLAIN_WHEN).fill_null(value=False)
    left = _split(tidy.filter(plain), _PLAIN_WHEN, known)
    if not plain.all():
        left = pl.concat([left, _split(tidy.filter(~plain), _WHEN, known)])
    pieces = [pl.DataFrame(schema={**texts.schema, **_SCHEMA})]
    for shape, pattern in _SHAPES:
        if not left.height:
            break
        fits = left["date"].str.contains(pattern).fill_null(value=False)
        if not fits.any():
            continue
        found = (
            left.filter(fits).with_columns(pl.col("date").str.extract_groups(pattern).alias("parts")).unnest("parts")
        )
        pieces.append(_typed(found, shape, known))
        left = left.filter(~fits)
    pieces.append(_typed(left, None, known).with_columns(_what_else(left["date"])))
    return pl.concat(pieces, how="diagonal").select(*known, *_SCHEMA)


def _what_else(texts: pl.Series) -> pl.Series:
    """What texts are that have the shape of no date."""
    if texts.null_count() == len(texts):
        return pl.Series(WHY, [None], dtype=pl.String).new_from_index(0, len(texts))
    found = pl.coalesce(
        pl.lit(None, dtype=pl.String), *(pl.when(pl.col("t").str.contains(p)).then(pl.lit(why)) for p, why in _NO_DATES)
    )
    return texts.alias("t").to_frame().select(found.alias(WHY)).to_series()


def _split(tidy: pl.DataFrame, pattern: str, known: list[str]) -> pl.DataFrame:
    """The date's text, the time of day and the offset."""
    parts = tidy.with_columns(pl.col("tidy").str.extract_groups(pattern).alias("when")).unnest("when")
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in _WHEN_PARTS if name not in parts.columns]
    return parts.with_columns(absent).select(*known, pl.col("date").str.strip_chars(" ,").alias("date"), *_time())


def _typed(found: pl.DataFrame, shape: str | None, known: list[str]) -> pl.DataFrame:
    """The parts of one shape as numbers; a month name nobody knows or two different separators make it no date."""
    columns = set(found.columns)
    found = found.with_columns(pl.lit(shape, dtype=pl.String).alias("shape"))
    if "name" in columns:
        month = pl.col("name").str.strip_chars(" .").replace_strict(MONTHS, default=None, return_dtype=pl.Int32)
        found = found.with_columns(month.alias("month"))
        found = found.with_columns(pl.when(pl.col("month").is_not_null()).then("shape").alias("shape"))
    if "sep2" in columns:
        found = found.with_columns(pl.when(pl.col("sep") == pl.col("sep2")).then("shape").alias("shape"))
    if "year" in columns:
        found = found.with_columns(*_gregorian(pl.col("year")))
    numbers = [name for name in ("month", "day", "first", "second") if name in found.columns]
    found = found.with_columns(pl.col(numbers).cast(pl.Int32))
    return found.select(*known, *(name for name in _SCHEMA if name in found.columns))


def _gregorian(text: pl.Expr) -> tuple[pl.Expr, ...]:
    """The year as a number, a Buddhist one as ours; and what is known of the calendar."""
    year = text.cast(pl.Int32)
    thai = year.is_between(*_THAI)
    why = (
        pl.when(year.is_between(*_PERSIAN))
        .then(pl.lit(_PERSIAN_DATE))
        .when(year.is_between(*_ISLAMIC))
        .then(pl.lit(_ISLAMIC_DATE))
        .when(year.is_between(*_HEBREW))
        .then(pl.lit("hebrew_date"))
    )
    return (
        pl.when(thai).then(year - THAI_YEARS).otherwise(year).alias("year"),
        (text.str.len_bytes() == 2).alias("short"),
        thai.alias("thai"),
        why.alias(WHY),
    )


def _time() -> tuple[pl.Expr, ...]:
    """Microseconds since midnight, minutes of offset, and whether one of them cannot be."""
    hour, minute, second = (pl.col(name).cast(pl.Int64) for name in ("hour", "minute", "second"))
    minute, second = minute.fill_null(0), second.fill_null(0)
    micro = pl.col("fraction").fill_null("").str.pad_end(6, "0").str.slice(0, 6).cast(pl.Int64)
    half = pl.coalesce("before", "after", "alone")
    pm = half.str.contains(rf"^(?:{_PM})$")
    am = half.is_not_null() & ~pm
    hour24 = pl.when(pm & (hour < 12)).then(hour + 12).when(am & (hour == 12)).then(0).otherwise(hour)
    bad_half = (
        (half.is_not_null() & (hour == 0) & pm)
        | (am & (hour > 12))
        | (pl.col("before").is_not_null() & pl.col("after").is_not_null())
    )
    digits = pl.col("offset").str.replace_all(r"[^0-9+-]", "")
    east = digits.str.extract(r"^[+-]([0-9]{1,2})", 1).cast(pl.Int64).fill_null(0)
    rest = digits.str.extract(r"^[+-][0-9]{2}([0-9]{2})$", 1).cast(pl.Int64).fill_null(0)
    minutes = (east * 60 + rest) * pl.when(digits.str.starts_with("-")).then(-1).otherwise(1)
    wrong = (hour > 23) | (minute > 59) | (second > 59) | bad_half | (minutes.abs() > 14 * 60) | (rest > 59)
    return (
        (((hour24 * 60 + minute) * 60 + second) * 1_000_000 + micro).alias("time"),
        pl.when(pl.col("offset").is_not_null()).then(minutes).alias("offset"),
        wrong.fill_null(value=False).alias("wrong"),
    )


def real_date(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """The date, or null where the calendar has no such day; month and day have at most two digits."""
    digits = (year * 10_000 + month * 100 + day).cast(pl.String).str.zfill(8)
    return pl.when(year.is_between(1, 9999)).then(digits).str.to_date("%Y%m%d", strict=False, cache=False)


# --- a column whose commonest writing is one strict format: read by that format, the few others left to the slow reading ---


Order = Literal["dmy", "mdy"]

INSTANT_DTYPE = pl.Datetime("us")
_SAMPLE = 200
_YEARS = (1900, 2199)
"""Years that are what they seem."""
YEAR_FIRST = Message("ymd", sep="-")
"""How dates are written where the year stands first."""
_YEAR_FIRST_TIMED, _DOTTED_TIMED = Message("ymd_and_time", sep="-"), Message("dmy_and_time", sep=".")
_YEAR_LAST = frozenset({"dmy", "mdy", "dmy_and_time"})
# What a format string reads without a second opinion: the separators and the year's length leave no other reading.
_D, _T = "[0-9]{2}[.][0-9]{2}[.][0-9]{4}", "[0-9]{2}:[0-9]{2}"
_FAST: tuple[tuple[str, str, Message], ...] = (
    (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "%Y-%m-%d", YEAR_FIRST),
    (r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$", "%Y-%m-%d %H:%M:%S", _YEAR_FIRST_TIMED),
    (r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$", "%Y-%m-%d %H:%M", _YEAR_FIRST_TIMED),
    (r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$", "%Y-%m-%dT%H:%M:%S", _YEAR_FIRST_TIMED),
    (
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]+)?Z$",
        "%Y-%m-%dT%H:%M:%S%.fZ",
        _YEAR_FIRST_TIMED,
    ),
    (rf"^{_D}$", "%d.%m.%Y", Message("dmy", sep=".")),
    (rf"^{_D} {_T}:[0-9]{{2}}$", "%d.%m.%Y %H:%M:%S", _DOTTED_TIMED),
    (rf"^{_D} {_T}$", "%d.%m.%Y %H:%M", _DOTTED_TIMED),
    (r"^[0-9]{4}/[0-9]{2}/[0-9]{2}$", "%Y/%m/%d", Message("ymd", sep="/")),
)
_TIMES = (("", ""), (f" {_T}", " %H:%M"), (f" {_T}:[0-9]{{2}}", " %H:%M:%S"))
_NUMERIC: tuple[tuple[str, str, str], ...] = tuple(
    (rf"^[0-9]{{1,2}}{sep}[0-9]{{1,2}}{sep}[0-9]{{4}}{pattern}$", sep, time) for sep in "/-" for pattern, time in _TIMES
)


class Form(Struct, frozen=True):
    """The commonest strict format among the first cells of a column.

    Args:
        shape: How it is written; of dates with the year last only where an option names the order.
        format: As ``strptime`` takes it; of dates with the year last without day and month: what follows the year.
        sep: What separates day and month of dates with the year last; empty for others.
    """

    shape: Message | None
    format: str
    sep: str = ""

    @property
    def zulu(self) -> bool:
        """Whether it is written in UTC."""
        return self.format.endswith("Z")


def form_of(sample: pl.Series, options: ParseOptions) -> Form | None:
    """The strict format that most of the first cells are written in; None where they show none."""
    sample = sample.head(_SAMPLE)
    hits = [count * _may_use(form, options) for count, (_, form, _) in zip(_hits(sample, _FAST), _FAST, strict=True)]
    if max(hits):
        _, form, shape = _FAST[hits.index(max(hits))]
        return Form(shape, form)
    hits = _hits(sample, _NUMERIC)
    if max(hits):
        _, sep, time = _NUMERIC[hits.index(max(hits))]
        return Form(in_order(sep, options.date_order), time, sep)
    return None


def _hits(sample: pl.Series, forms: Sequence[tuple[str, str, object]]) -> list[int]:
    cells = sample.alias("cells").to_frame()
    counts = cells.select(pl.col("cells").str.contains(form[0]).sum().alias(form[0]) for form in forms)
    return [int(count) for count in counts.row(0)]


def in_order(sep: str, order: str | None) -> Message | None:
    """How dates with the year last are written; None where no order is decided."""
    return Message(order, sep=sep) if order in _YEAR_LAST else None


def year_last(shape: Message | None) -> bool:
    """Whether dates of a shape have the year last."""
    return shape is not None and shape.code in _YEAR_LAST


class Fast(Struct, frozen=True):
    """What one format reads.

    Args:
        values: The values of its cells.
        rest: Boolean: the cells left over.
        shape: How they are written; None where nothing is read by one format.
        proven: Separator → the order of day and month that it has proven.
    """

    values: pl.Series
    rest: pl.Series
    shape: Message | None = None
    proven: dict[str, Order] = field(default_factory=dict)

    @property
    def numeric(self) -> bool:
        """Whether the format has the year last."""
        return year_last(self.shape)


def nothing_fast(text: pl.Series, dtype: pl.DataType) -> Fast:
    """Leave every cell to the slow reading."""
    return Fast(pl.Series(text.name, [None], dtype=dtype).new_from_index(0, len(text)), text.is_not_null())


def read_fast(text: pl.Series, dtype: pl.DataType, form: Form | None, options: ParseOptions, *, alone: bool) -> Fast:
    """Read the cells of a part that are written in the strict format of their column.

    Args:
        text: The cells (String).
        dtype: ``Date`` or ``Datetime("us")``.
        form: The format; nothing is read without one.
        options: ``date_order`` is used.
        alone: The part is the whole column, so that it may prove the order of day and month by itself.
    """
    if form is None:
        return nothing_fast(text, dtype)
    if not form.sep:
        return _checked(text, _read(text, form.format, dtype), form.shape, {})
    forms: dict[Order, str] = {
        "dmy": f"%d{form.sep}%m{form.sep}%Y{form.format}",
        "mdy": f"%m{form.sep}%d{form.sep}%Y{form.format}",
    }
    if options.date_order == "dmy" or options.date_order == "mdy":
        return _checked(text, _read(text, forms[options.date_order], dtype), form.shape, {})
    if not alone:
        return nothing_fast(text, dtype)
    readings = {order: _read(text, written, dtype) for order, written in forms.items()}
    day, month = readings["dmy"].is_not_null(), readings["mdy"].is_not_null()
    proves_day, proves_month = (day & ~month).any(), (month & ~day).any()
    if proves_day == proves_month:
        return nothing_fast(text, dtype)
    order: Order = "dmy" if proves_day else "mdy"
    return _checked(text, readings[order], in_order(form.sep, order), {form.sep: order})


def _read(text: pl.Series, form: str, dtype: pl.DataType) -> pl.Series:
    # Days repeat, instants do not: remembering them costs more than reading them.
    if "%H" in form and "%S" not in form and dtype == pl.Date:
        return text.str.to_date(form, strict=False, cache=False)
    if "%H" in form:
        return text.str.to_datetime(form, strict=False, time_unit="us", cache=False).cast(dtype)
    return text.str.to_date(form, strict=False).cast(dtype)


def _checked(text: pl.Series, values: pl.Series, shape: Message | None, proven: dict[str, Order]) -> Fast:
    """Leave over what the format takes too easily: years of fewer digits or another calendar, and 9999 for "no end"."""
    rest = values.is_null() & (text != "").fill_null(value=False)
    low, high = values.min(), values.max()
    if low is not None and not (_YEARS[0] <= low.year and high.year <= _YEARS[1]):  # type: ignore[union-attr]
        strange = (~values.dt.year().is_between(*_YEARS)).fill_null(value=False)
        rest |= strange
        values = values.zip_with(~strange, pl.Series([None], dtype=values.dtype).new_from_index(0, len(text)))
    return Fast(values, rest, shape, proven)


def _may_use(form: str, options: ParseOptions) -> bool:
    """Whether the options leave this format its one reading: a zone moves instants, and month-first moves dotted dates."""
    return not (form.endswith("Z") and options.timezone) and not (form[:2] == "%d" and options.date_order == "mdy")
