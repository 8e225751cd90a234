"""One door to all parsers: a column of text, or an already typed one, becomes canonical values."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.common import (
    KEY,
    MONEY_DTYPE,
    Parsed,
    ParseOptions,
    Place,
    Reading,
    over_distinct,
    plain_text,
)
from salesmetrics.ingest.parse.dates import INSTANT_DTYPE, instants_of, parse_dates
from salesmetrics.ingest.parse.durations import DURATION_DTYPE, parse_durations
from salesmetrics.ingest.parse.number_text import header_unit, in_units, tidied
from salesmetrics.ingest.parse.numbers import Style, parse_numbers
from salesmetrics.ingest.parse.text import INVISIBLE, TYPED_NULL_WORDS, blank, cleaned, is_ascii, parse_text
from salesmetrics.schema.fields import ColumnType

__all__ = ["FALSE_WORDS", "TRUE_WORDS", "parse_column", "parse_flags", "parse_shares"]


_WHOLE = Style(exact=True, ambiguous="whole")


def parse_column(
    text: pl.Series,
    type: ColumnType,  # noqa: A002
    options: ParseOptions,
    *,
    header: str,
    path: str,
    rows: pl.Series,
) -> Parsed:
    """Parse a column.

    Args:
        text: The cells: String, or what a Parquet or XLSX file gives (dates, numbers, booleans, durations).
        type: The canonical type.
        options: What is known beforehand.
        header: Header of the column, for errors (and for durations, whose unit may stand in it).
        path: File, for errors.
        rows: Row numbers (UInt32), as long as ``text``, for errors.

    Returns:
        Values of the canonical dtype, the mask of unreadable cells, and what was recognised.

    Raises:
        SalesmetricsError: ``date_order_ambiguous``, ``date_order_mixed``, ``decimal_ambiguous``, ``probability_scale_mixed``.
    """
    typed = _typed(text, type, options)
    if typed is not None:
        return typed
    if text.dtype.is_float() and type in (ColumnType.DAY, ColumnType.INSTANT):
        text = _whole_floats(text)
    cells = plain_text(text)
    if text.dtype != pl.String:
        options = replace(options, decimal="point")
    place = Place(header, path, rows, cells)
    if type in (ColumnType.ID, ColumnType.TEXT, ColumnType.PERIOD):
        return Parsed(parse_text(cells, options.null_words, plain=options.plain), _no(len(cells)), "text")
    if type in (ColumnType.DAY, ColumnType.INSTANT):
        return parse_dates(cells, options, place, instant=type is ColumnType.INSTANT)
    if type is ColumnType.FLAG:
        return parse_flags(cells, options)
    if type is ColumnType.DURATION:
        return parse_durations(cells, options, place)
    if type is ColumnType.SHARE:
        return parse_shares(cells, options, place)
    if type in (ColumnType.COUNT, ColumnType.SCORE):
        return _whole(parse_numbers(cells, options, place, _WHOLE))
    money = type is ColumnType.MONEY
    parsed = parse_numbers(cells, options, place, Style(money=money, silent=text.dtype.is_float()))
    return _scaled(parsed, header) if type is ColumnType.MONEY else parsed


def _scaled(parsed: Parsed, header: str) -> Parsed:
    """Money in the unit that the header names; where cells name units of their own, these hold."""
    unit = header_unit(header)
    if unit == 1 or "thousands words" in parsed.how:
        return parsed
    values = in_units(parsed.values, unit)
    beyond = values.is_null() & parsed.values.is_not_null()
    return replace(
        parsed, values=values, bad=parsed.bad | beyond, how=f"{parsed.how}; times {unit:,}, as the header says"
    )


def _whole_floats(values: pl.Series) -> pl.Series:
    """Epochs that a file holds as floats, as whole numbers: their text would be in scientific notation."""
    whole = values.fill_nan(None).cast(pl.Int64, strict=False)
    return whole if whole.cast(values.dtype).equals(values.fill_nan(None)) else values


def _no(length: int) -> pl.Series:
    return pl.repeat(value=False, n=length, dtype=pl.Boolean, eager=True)


def _typed(values: pl.Series, type: ColumnType, options: ParseOptions) -> Parsed | None:  # noqa: A002
    """Columns that the file itself types and that need no reading; ``None`` for all others."""
    dtype = values.dtype
    if dtype in (pl.Date, pl.Datetime) and type in (ColumnType.DAY, ColumnType.INSTANT):
        utc = None
        if isinstance(dtype, pl.Datetime) and dtype.time_zone:
            utc = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None).cast(INSTANT_DTYPE)
            moved = values.dt.convert_time_zone(options.timezone) if options.timezone else values
            values = moved.dt.replace_time_zone(None)
        target = pl.Date() if type is ColumnType.DAY else INSTANT_DTYPE
        if type is ColumnType.INSTANT and dtype == pl.Datetime and utc is None and options.timezone:
            utc = instants_of(values.cast(INSTANT_DTYPE), pl.DataFrame(), options.timezone, zulu=None)
        return Parsed(values.cast(target), _no(len(values)), "dates of the file", utc=utc)
    if dtype == pl.Boolean and type is ColumnType.FLAG:
        return Parsed(values, _no(len(values)), "yes/no of the file")
    if dtype == pl.Duration and type is ColumnType.DURATION:
        return Parsed(values.cast(DURATION_DTYPE), _no(len(values)), "durations of the file")
    if dtype == pl.Time and type is ColumnType.DURATION:
        return Parsed(values.cast(pl.Duration("ns")).cast(DURATION_DTYPE), _no(len(values)), "clock times of the file")
    return None


def _whole(parsed: Parsed) -> Parsed:
    """Decimals as Int64; what is not whole, or does not fit, is bad."""
    numbers = parsed.values
    whole = numbers.cast(pl.Int64, strict=False)
    kept = (whole.cast(MONEY_DTYPE, strict=False) == numbers).fill_null(value=False)
    nothing = pl.Series(numbers.name, [None], dtype=pl.Int64).new_from_index(0, len(numbers))
    bad = parsed.bad | (numbers.is_not_null() & ~kept)
    return replace(parsed, values=whole.zip_with(kept, nothing), bad=bad)


# --- yes and no in the languages of the exports ---


TRUE_WORDS = frozenset(
    {
        "true", "yes", "y", "t", "1", "1.0", "1,0", "on", "x", "✓", "✔", "☑", "✅", "checked", "done", "completed", "active", "enabled",
        "да", "истина", "д", "выполнено", "активен", "активна", "是", "真", "有", "对", "對", "启用", "已启用", "ya", "benar", "نعم", "صحيح",
        "sí", "si", "sì", "s", "sim", "verdadeiro", "verdadero", "vero", "ja", "j", "wahr", "oui", "o", "vrai", "tak", "evet",
        "prawda", "doğru", "waar", "sant", "sandt", "sann", "kyllä", "tosi", "ano", "áno", "pravda", "igen", "igaz", "da", "adevărat",
        "ναι", "ναί", "αληθές", "так", "вірно", "हाँ", "हां", "iya", "có", "đúng", "ใช่", "จริง", "예", "네", "참", "はい", "כן", "נכון",
    }
)  # fmt: skip
FALSE_WORDS = frozenset(
    {
        "false", "no", "n", "f", "0", "0.0", "0,0", "off", "✗", "✘", "☐", "❌", "unchecked", "undone", "not done", "not completed",
        "inactive", "disabled", "нет", "ложь", "н", "не выполнено", "неактивен", "неактивна", "否", "假", "无", "不", "不是", "停用", "未启用",
        "tidak", "salah", "لا", "خطأ", "não", "nao", "falso", "nein", "falsch", "non", "faux", "nie", "hayır",
        "hayir", "yanlış", "fałsz", "nee", "onwaar", "nej", "falskt", "falsk", "nei", "usann", "ei", "epätosi", "ne", "nepravda", "nem",
        "hamis", "nu", "fals", "όχι", "οχι", "ψευδές", "ні", "नहीं", "नही", "không", "sai", "ไม่", "ไม่ใช่", "เท็จ", "아니오", "아니요",
        "거짓", "いいえ", "לא", "לא נכון",
    }
)  # fmt: skip


def parse_flags(text: pl.Series, options: ParseOptions) -> Parsed:
    """Parse yes and no as Boolean; a word that means neither is bad, a blank is null (never "no").

    >>> parsed = parse_flags(pl.Series(["Да", "нет", "", "maybe"]), ParseOptions())
    >>> parsed.values.to_list(), parsed.bad.to_list()
    ([True, False, None, None], [False, False, False, True])
    """
    words = dict.fromkeys(TRUE_WORDS, True) | dict.fromkeys(FALSE_WORDS, False)
    null_words = (TYPED_NULL_WORDS | options.null_words) - words.keys()

    def read(texts: pl.Series) -> Reading:
        tidy = cleaned(texts)
        value = tidy.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
        bad = value.is_null() & ~blank(tidy, null_words)
        table = pl.DataFrame({KEY: texts, "value": value, "bad": bad})
        return Reading(table, tuple(sorted(table.filter(pl.col("value").is_not_null())[KEY])[:6]))

    nothing = pl.Series(text.name, [None], dtype=pl.Boolean).new_from_index(0, len(text))
    frame, seen = over_distinct(text, nothing, text.is_not_null(), read)
    return Parsed(frame["value"].alias(text.name), frame["bad"], "yes/no as " + ", ".join(seen) if seen else "yes/no")


# --- shares and probabilities as 0–1 ---


# "65 %", "90% – Commit" and Turkish "%65"; what follows the first percent sign is a label.
_PERCENT = r"^([^%A-Za-z]*[0-9][^%A-Za-z]*)%(?:$|(?:\s*[-–—:.,(]|\s+\p{L})[^%]*$)"
_PERCENT_FIRST = r"^%\s*([0-9][0-9.,]*)$"


def parse_shares(text: pl.Series, options: ParseOptions, place: Place) -> Parsed:
    """Parse shares as ``Decimal(38, 8)`` between 0 and 1, rounded to 8 decimals.

    A percent sign makes a value 0–100 by itself; a label after it (``90% – Commit``) is left out. The others are decided
    together: all at most 1 means 0–1, so a column of only 0 and 1 is 0–1; a value above 1 means 0–100, unless another one lies
    strictly between 0 and 1, which is refused. What is out of range stays so (1000 becomes 10): the rules report it.

    Raises:
        SalesmetricsError: ``probability_scale_mixed``, ``decimal_ambiguous``.
    """
    has_sign = text.str.contains("[%％٪]").fill_null(value=False)
    signed = has_sign
    bare = text
    if has_sign.any():
        tidy = tidied(text)
        number = tidy.str.extract(_PERCENT, 1)
        number = number.zip_with(number.is_not_null(), tidy.str.extract(_PERCENT_FIRST, 1))
        signed = has_sign & number.is_not_null()
        bare = number.zip_with(signed, text)
        if not is_ascii(tidy := text.filter(has_sign)) and tidy.str.contains(INVISIBLE).any():
            # With its marks, so that they are judged as those of any number.
            marked = signed & text.str.contains(INVISIBLE).fill_null(value=False)
            bare = text.str.replace_all("[%％٪]", "").zip_with(marked, bare)
    parsed = parse_numbers(bare, options, place, Style(ambiguous="fraction", silent=True))
    per_hundred = _is_per_hundred(text, parsed.values.filter(~signed), parsed.values, signed, place)
    divided = signed | per_hundred
    values = parsed.values
    if divided.any():
        hundredth = values * pl.Series([1], dtype=MONEY_DTYPE) / pl.Series([100], dtype=MONEY_DTYPE)
        values = hundredth.zip_with(divided, values)
    scale = "scale 0–100" if per_hundred or signed.all() else "scale 0–1"
    how = "percent signs" if signed.any() and bool((signed | parsed.values.is_null()).all()) else scale
    return replace(parsed, values=values.cast(MONEY_DTYPE).alias(text.name), how=how, currency=None)


def _is_per_hundred(text: pl.Series, unsigned: pl.Series, values: pl.Series, signed: pl.Series, place: Place) -> bool:
    """Whether the values without a percent sign are of 0–100."""
    above = (unsigned > 1).any()
    if not above:
        return False
    between = ((values > 0) & (values < 1) & ~signed).fill_null(value=False)
    if between.any():
        other = ((values > 1) & ~signed).fill_null(value=False)
        fraction, percent = text.filter(between)[0], text.filter(other)[0]
        raise SalesmetricsError(
            "probability_scale_mixed",
            column=place.header,
            path=place.path,
            value=fraction,
            row=place.row_of(fraction),
            other=percent,
        )
    return True
