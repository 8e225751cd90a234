"""One door to all parsers: a column of text, or an already typed one, becomes canonical values."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import polars as pl
from msgspec import Struct
from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.parse.common import (
    KEY,
    MONEY_DTYPE,
    NOTE,
    WHY,
    Parsed,
    ParseOptions,
    notes_of,
    plain_text,
    read_by_text,
    spread,
    why_of,
)
from salesmetrics.ingest.parse.dates import INSTANT_DTYPE, DateParser
from salesmetrics.ingest.parse.durations import DURATION_DTYPE, DurationParser
from salesmetrics.ingest.parse.evidence import (
    CELLS,
    FIRST,
    FIRST_TEXT,
    ROW,
    Evidence,
    Parser,
    Part,
    Sample,
    distinct_texts,
    merge,
    merge_samples,
    sample_of,
    sorts_of,
)
from salesmetrics.ingest.parse.instants import instants_of
from salesmetrics.ingest.parse.number_text import header_unit, in_units, tidied
from salesmetrics.ingest.parse.numbers import SCALED, NumberLook, NumberParser, NumberReading, Style
from salesmetrics.ingest.parse.text import (
    INVISIBLE,
    TYPED_NULL_WORDS,
    blank,
    blank_labels,
    cleaned,
    is_ascii,
    parse_text,
)
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "FALSE_WORDS",
    "PLAIN",
    "TRUE_WORDS",
    "first_cells",
    "labels_of",
    "parse_again",
    "parse_column",
    "parse_parts",
    "parser_of",
    "read_as_text",
    "read_part",
]

PLAIN = frozenset({ColumnType.ID, ColumnType.TEXT, ColumnType.PERIOD})
"""Types whose text has nothing to be decided."""


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
    silent = text.dtype.is_float()
    if silent and type in (ColumnType.DAY, ColumnType.INSTANT):
        text = _whole_floats(text)
    if text.dtype != pl.String:
        options = replace(options, decimal="point")
    part = Part(plain_text(text), rows)
    return parse_parts([part], type, options, header=header, path=path, silent=silent)[0]


def parse_parts(
    parts: Iterable[Part],
    type: ColumnType,  # noqa: A002
    options: ParseOptions,
    *,
    header: str,
    path: str,
    silent: bool = False,
) -> list[Parsed]:
    """Parse a column that comes in parts: the sample of all, the evidence of each, one reading, and that applied to each.

    Nothing but samples, evidence and the reading passes from one part to another.

    Args:
        parts: The parts, in any order.
        type: The canonical type.
        options: What is known beforehand.
        header: Header of the column.
        path: File, for errors.
        silent: Numbers were floats before: rounding them to 8 decimals is not worth a note.

    Returns:
        What each part is parsed to.

    Raises:
        SalesmetricsError: As :func:`parse_column`.
    """
    parts = list(parts)
    if type in PLAIN:
        read = [parse_text(part.text, options.null_words, plain=options.plain) for part in parts]
        labels = {label for part, values in zip(parts, read, strict=True) for label in blank_labels(part.text, values)}
        return [Parsed(values, _no(len(values)), read_as_text(labels)) for values in read]
    parser = parser_of(type, options, header, path, silent=silent)
    alone = len(parts) == 1
    sample = merge_samples(sample_of(part) for part in parts)
    looks = [parser.look(part, sample, alone=alone) for part in parts]
    reading = parser.decide(reduce(merge, (parser.evidence(look) for look in looks)), sample)
    return [_of_type(parser.apply(look, reading), type, header) for look in looks]


def parse_again(
    parts: Callable[[], Iterable[Part]],
    type: ColumnType,  # noqa: A002
    options: ParseOptions,
    take: Callable[[Parsed], None],
    *,
    header: str,
    path: str,
) -> Message:
    """Parse a column that does not stand in memory: its parts are brought in once for what they show, and again to be read.

    Args:
        parts: Gives the parts anew each time, in order of rows; there is at least one.
        type: The canonical type.
        options: What is known beforehand.
        take: Takes what each part is parsed to, in order.
        header: Header of the column.
        path: File, for errors.

    Returns:
        What was recognised; what ``take`` is given may say less.

    Raises:
        SalesmetricsError: As :func:`parse_column`.
    """
    if type in PLAIN:
        labels: set[str] = set()
        for part in parts():
            (parsed,) = parse_parts([part], type, options, header=header, path=path)
            labels |= labels_of(parsed.how)
            take(parsed)
        return read_as_text(labels)
    parser = parser_of(type, options, header, path)
    sample = first_cells(sample_of(part) for part in parts())
    evidence = Evidence()
    for part in parts():
        evidence = merge(evidence, parser.evidence(parser.look(part, sample)))
    reading = parser.decide(evidence, sample)
    how = Message("text")
    for part in parts():
        parsed = read_part(parser, part, sample, reading, type, header)
        how = parsed.how
        take(parsed)
    return how


def first_cells(samples: Iterable[Sample]) -> Sample:
    """The sample of parts that come in order of rows; as soon as it is full no further one is asked for."""
    sample = Sample(pl.DataFrame())
    for one in samples:
        sample = merge_samples([sample, one]) if sample.cells.width else one
        if sample.is_full:
            break
    return sample


def read_part(
    parser: Parser[Any, Any],
    part: Part,
    sample: Sample,
    reading: Any,
    type: ColumnType,  # noqa: A002
    header: str,
) -> Parsed:
    """A part of a column, read as its column is.

    Args:
        parser: That of the type.
        part: The part.
        sample: The first cells of the column.
        reading: What was decided.
        type: The canonical type.
        header: Header of the column.
    """
    return _of_type(parser.apply(parser.look(part, sample), reading), type, header)


def read_as_text(labels: Iterable[str]) -> Message:
    """How ids and texts were read, with the labels that are no value."""
    return Message("text_and_labels", labels=sorted(labels)) if labels else Message("text")


def labels_of(how: Message) -> set[str]:
    """The labels that a reading of text names."""
    return set(how.details.get("labels", ()))


def parser_of(
    type: ColumnType,  # noqa: A002
    options: ParseOptions,
    header: str,
    path: str,
    *,
    silent: bool = False,
) -> Parser[Any, Any]:
    """The parser of a type that is decided per column; ids and texts have nothing to decide.

    Args:
        type: The canonical type.
        options: What is known beforehand.
        header: Header of the column.
        path: File, for errors.
        silent: Rounding numbers to 8 decimals is not worth a note.
    """
    if type in (ColumnType.DAY, ColumnType.INSTANT):
        return DateParser(options, type is ColumnType.INSTANT, header, path)
    if type is ColumnType.FLAG:
        return FlagParser(options)
    if type is ColumnType.DURATION:
        return DurationParser(options, header)
    if type is ColumnType.SHARE:
        return ShareParser(options, header, path)
    if type in (ColumnType.COUNT, ColumnType.SCORE):
        return NumberParser(options, Style(exact=True, ambiguous="whole"), header, path)
    return NumberParser(options, Style(money=type is ColumnType.MONEY, silent=silent), header, path)


def _of_type(parsed: Parsed, type: ColumnType, header: str) -> Parsed:  # noqa: A002
    """What was read, as its type has it: whole numbers, and money in the unit of the header."""
    if type in (ColumnType.COUNT, ColumnType.SCORE):
        return _whole(parsed)
    return _scaled(parsed, header) if type is ColumnType.MONEY else parsed


IN_UNITS = "in_units_of_header"
"""Code of the reading of amounts that the header gives in thousands or millions."""


def _scaled(parsed: Parsed, header: str) -> Parsed:
    """Money in the unit that the header names; where cells name units of their own, these hold."""
    unit = header_unit(header)
    parts = parsed.how.details.get("parts", ())
    if unit == 1 or any(part.code == SCALED for part in parts):
        return parsed
    values = in_units(parsed.values, unit)
    beyond = values.is_null() & parsed.values.is_not_null()
    return replace(parsed, values=values, bad=parsed.bad | beyond, how=Message(IN_UNITS, how=parsed.how, unit=unit))


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
        return Parsed(values.cast(target), _no(len(values)), Message("dates_of_file"), utc=utc)
    if dtype == pl.Boolean and type is ColumnType.FLAG:
        return Parsed(values, _no(len(values)), Message("flags_of_file"))
    if dtype == pl.Duration and type is ColumnType.DURATION:
        return Parsed(values.cast(DURATION_DTYPE), _no(len(values)), Message("durations_of_file"))
    if dtype == pl.Time and type is ColumnType.DURATION:
        return Parsed(values.cast(pl.Duration("ns")).cast(DURATION_DTYPE), _no(len(values)), Message("times_of_file"))
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


class FlagParser(Struct, frozen=True):
    """Yes and no as Boolean; a word that means neither is bad, a blank is null (never "no")."""

    options: ParseOptions

    def look(self, part: Part, sample: Sample, *, alone: bool = False) -> tuple[Part, pl.DataFrame]:  # noqa: ARG002
        """The part, and its distinct texts with their meaning."""
        words = dict.fromkeys(TRUE_WORDS, True) | dict.fromkeys(FALSE_WORDS, False)
        texts = distinct_texts(part, (part.text != "").fill_null(value=False))
        tidy = cleaned(texts.get_column(KEY))
        value = tidy.str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Boolean)
        empty = blank(tidy, (TYPED_NULL_WORDS | self.options.null_words) - words.keys())
        return part, texts.with_columns(value.alias("value"), (value.is_null() & ~empty).alias("bad"))

    def evidence(self, look: tuple[Part, pl.DataFrame]) -> Evidence:
        """The words that mean yes or no."""
        return Evidence(facts=frozenset(look[1].filter(pl.col("value").is_not_null())[KEY].sort().head(6).to_list()))

    def decide(self, evidence: Evidence, sample: Sample) -> Message:  # noqa: ARG002
        """What was recognised."""
        words = tuple(sorted(evidence.facts)[:6])
        return Message("flags_as", words=words) if words else Message("flags")

    def apply(self, look: tuple[Part, pl.DataFrame], reading: Message) -> Parsed:
        """Read a part.

        >>> parsed = parse_column(pl.Series(["Да", "нет", "", "maybe"]), ColumnType.FLAG, ParseOptions(), header="", path="", rows=pl.Series(range(4), dtype=pl.UInt32))
        >>> parsed.values.to_list(), parsed.bad.to_list()
        ([True, False, None, None], [False, False, False, True])
        """
        text, table = look[0].text, look[1].select(KEY, "value", "bad")
        nothing = pl.Series(text.name, [None], dtype=pl.Boolean).new_from_index(0, len(text))
        frame = spread(text, nothing, (text != "").fill_null(value=False), table, pl.Series([], dtype=pl.String))
        return Parsed(frame["value"].alias(text.name), frame["bad"], reading)


# --- shares and probabilities as 0–1 ---


# "65 %", "90% – Commit" and Turkish "%65"; what follows the first percent sign is a label.
_PERCENT = r"^([^%A-Za-z]*[0-9][^%A-Za-z]*)%(?:$|(?:\s*[-–—:.,(]|\s+\p{L})[^%]*$)"
_PERCENT_FIRST = r"^%\s*([0-9][0-9.,]*)$"


class ShareLook(Struct, frozen=True):
    """One look at a part: its distinct texts, which of them carry a percent sign, and the numbers without it."""

    part: Part
    texts: pl.DataFrame
    numbers: NumberLook


class ShareReading(Struct, frozen=True):
    """How the shares of a column are read: its numbers, whether those without a sign are of 0–100, and how."""

    numbers: NumberReading
    per_hundred: bool
    how: Message


class ShareParser(Struct, frozen=True):
    """Shares as ``Decimal(38, 8)`` between 0 and 1, rounded to 8 decimals.

    A percent sign makes a value 0–100 by itself; a label after it (``90% – Commit``) is left out. The others are decided
    together: all at most 1 means 0–1, so a column of only 0 and 1 is 0–1; a value above 1 means 0–100, unless another one lies
    strictly between 0 and 1, which is refused. What is out of range stays so (1000 becomes 10): the rules report it.

    Args:
        options: What is known of the file.
        header: Header of the column, for errors.
        path: Its file, for errors.
    """

    options: ParseOptions
    header: str
    path: str

    @property
    def _numbers(self) -> NumberParser:
        return NumberParser(self.options, Style(ambiguous="fraction", silent=True))

    def look(self, part: Part, sample: Sample, *, alone: bool = False) -> ShareLook:
        """Take a part apart; ``alone``: it is the whole column."""
        texts = distinct_texts(part)
        text = texts.get_column(KEY)
        has_sign = text.str.contains("[%％٪]")
        signed, bare = has_sign, text
        if has_sign.any():
            tidy = tidied(text)
            number = tidy.str.extract(_PERCENT, 1)
            number = number.zip_with(number.is_not_null(), tidy.str.extract(_PERCENT_FIRST, 1))
            signed = has_sign & number.is_not_null()
            bare = number.zip_with(signed, text)
            if not is_ascii(tidy := text.filter(has_sign)) and tidy.str.contains(INVISIBLE).any():
                # With its marks, so that they are judged as those of any number.
                marked = signed & text.str.contains(INVISIBLE)
                bare = text.str.replace_all("[%％٪]", "").zip_with(marked, bare)
        numbers = self._numbers.look(Part(bare, texts.get_column(ROW)), sample, alone=alone)
        return ShareLook(part, texts.with_columns(signed.alias("signed")), numbers)

    def evidence(self, look: ShareLook) -> Evidence:
        """What a part shows of its numbers, and of how large those without a percent sign are."""
        sizes = [_size(self._numbers.apply(look.numbers, way).values).alias(name) for name, way in _WAYS.items()]
        unsigned = look.texts.with_columns(sizes).filter(~pl.col("signed"))
        signed = look.texts.filter("signed").get_column(CELLS).sum()
        counts = {"cells": len(look.part.text), "signed": int(signed)}
        within = {"numbers": self._numbers.evidence(look.numbers)}
        return Evidence(sorts_of(unsigned, list(_WAYS)), counts, within=within)

    def decide(self, evidence: Evidence, sample: Sample) -> ShareReading:
        """The reading of the column.

        Raises:
            SalesmetricsError: ``probability_scale_mixed``.
        """
        numbers = self._numbers.decide(evidence.within.get("numbers", Evidence()), sample)
        size = pl.col(
            next(
                (name for name, way in _WAYS.items() if (way.mark, way.doubt) == (numbers.mark, numbers.doubt)),
                "either",
            )
        )
        sorts = evidence.sorts.select(size.alias("size"), CELLS, FIRST, FIRST_TEXT).drop_nulls("size").sort(FIRST)
        above, between = (sorts.filter(pl.col("size") == which) for which in ("above", "between"))
        if above.height and between.height:
            raise SalesmetricsError(
                "probability_scale_mixed",
                column=self.header,
                path=self.path,
                value=between[FIRST_TEXT][0],
                row=between[FIRST][0],
                other=above[FIRST_TEXT][0],
            )
        signed, all_signed = evidence.count("signed"), evidence.count("signed") == evidence.count("cells")
        scale = Message("scale_of_100" if above.height or all_signed else "scale_of_1")
        return ShareReading(
            numbers, bool(above.height), Message("percent_signs") if signed and not sorts.height else scale
        )

    def apply(self, look: ShareLook, reading: ShareReading) -> Parsed:
        """Read a part as its column is read."""
        text = look.part.text
        numbers = self._numbers.apply(look.numbers, reading.numbers)
        divided = look.texts.get_column("signed") | reading.per_hundred
        values = numbers.values
        if divided.any():
            hundredth = values * pl.Series([1], dtype=MONEY_DTYPE) / pl.Series([100], dtype=MONEY_DTYPE)
            values = hundredth.zip_with(divided, values)
        why = {} if numbers.why is None else {WHY: numbers.why}
        notes = {f"{NOTE}{code}": cells for code, cells in numbers.notes.items()}
        table = pl.DataFrame(
            {KEY: look.texts.get_column(KEY), "value": values.cast(MONEY_DTYPE), "bad": numbers.bad, **why, **notes}
        )
        frame = read_by_text(text, table)
        return Parsed(
            frame["value"].alias(text.name),
            frame["bad"].fill_null(value=False),
            reading.how,
            why=why_of(frame),
            notes=notes_of(frame),
        )


_WAYS = {
    "either": NumberReading(None, "none", Message("plain_number"), shortened=False),
    "by_point": NumberReading("point", "none", Message("plain_number"), shortened=False),
    "by_comma": NumberReading("comma", "none", Message("plain_number"), shortened=False),
    "clear": NumberReading(None, "two_ways", Message("plain_number"), shortened=False),
}
"""The readings of numbers that a column of shares can have, and the column of the evidence for each."""


def _size(values: pl.Series) -> pl.Series:
    """Whether values are above 1, or strictly between 0 and 1."""
    between = pl.when((pl.col("v") > 0) & (pl.col("v") < 1)).then(pl.lit("between")).otherwise(pl.lit("other"))
    size = pl.when(pl.col("v") > 1).then(pl.lit("above")).otherwise(between)
    return values.alias("v").to_frame().select(pl.when(pl.col("v").is_not_null()).then(size).alias("size")).to_series()
