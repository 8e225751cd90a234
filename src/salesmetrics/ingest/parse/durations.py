"""Durations: clocks, units, ISO 8601, plain seconds. Own file: a type of column, like numbers and dates."""

from __future__ import annotations

from typing import Literal

import polars as pl
from msgspec import Struct

from salesmetrics.ingest.parse.common import KEY, NOTE, WHY, Parsed, ParseOptions, notes_of, spread, why_of
from salesmetrics.ingest.parse.evidence import ROW, Evidence, Part, Sample, distinct_texts, sorts_of
from salesmetrics.ingest.parse.number_text import broken, hidden, tidied
from salesmetrics.ingest.parse.numbers import (
    BROKEN,
    TWO_WAYS,
    Doubt,
    NumberLook,
    NumberParser,
    NumberReading,
    Style,
)
from salesmetrics.ingest.parse.text import TYPED_NULL_WORDS, blank, cleaned
from salesmetrics.schema.message import Message

__all__ = ["DURATION_DTYPE", "DurationLook", "DurationParser", "DurationReading"]

DURATION_DTYPE = pl.Duration("us")
_UNITS: dict[str, tuple[int, str]] = {
    "weeks": (604_800, r"w|wks?|weeks?|нед\.?|недел[яьи]|周|星期|semanas?|wochen?|semaines?|minggu"),
    "days": (86_400, r"d|days?|дн\.?|дней|день|дня|д\.?|天|日|días?|dias?|tage?|jours?|hari"),
    "hours": (3_600, r"h|hrs?\.?|hours?|ч\.?|час(?:а|ов)?|小时|小時|时|時|horas?|std\.?|stunden?|heures?|jam"),
    "minutes": (60, r"m|mins?\.?|minutes?|мин\.?|минут[аы]?|分钟|分鐘|分|minutos?|minuten?|minit"),
    "seconds": (1, r"s|secs?\.?|seconds?|с|сек\.?|секунд[аы]?|秒|segundos?|sekunden?|secondes?|saat"),
}
_IN_UNITS = (
    "^(?<sign>-)?"
    + "".join(
        rf"(?:(?<{name}>[0-9]+(?:[.,][0-9]+)?)\s*(?:{words})(?:[\s,]+|$|(?=[0-9]))?)?".replace("|(?=[0-9])", "")
        for name, (_, words) in _UNITS.items()
    )
    + "$"
)
_CLOCK = (
    r"^(?<sign>-)?(?:(?<days>[0-9]+)\s*(?:days?|d|дн\.?|дней|день|дня|天|tage?|días?|dias?|jours?|hari)?,?\s+|(?<dotted>[0-9]+)\.)?"
    r"(?<a>[0-9]{1,6}):(?<b>[0-9]{1,2})(?::(?<c>[0-9]{1,2})(?:[.,](?<fraction>[0-9]{1,9}))?)?$"
)
_ISO = (
    r"^(?<sign>-)?p(?:(?<weeks>[0-9]+)w)?(?:(?<days>[0-9]+(?:\.[0-9]+)?)d)?"
    r"(?:t(?:(?<hours>[0-9]+(?:\.[0-9]+)?)h)?(?:(?<minutes>[0-9]+(?:\.[0-9]+)?)m)?(?:(?<seconds>[0-9]+(?:\.[0-9]+)?)s)?)?$"
)


_THREE_BEFORE_UNIT = r"(?:^|[^0-9.,])[1-9][0-9]{0,2}[.,][0-9]{3}\s*\p{L}"
_DECIMALS_BEFORE_UNIT = (
    r"(?:^|[^0-9.,])(?:0?[.,][0-9]{3}|[0-9]{4,}[.,][0-9]{3}|[0-9]+[.,][0-9]{1,2}|[0-9]+[.,][0-9]{4,})\s*\p{L}"
)
_PLAIN = r"^[+-]?[0-9][0-9.,'⎖ ]*$"


class DurationLook(Struct, frozen=True):
    """One look at a part: its cells, and its distinct texts taken apart, with those that are plain numbers as a part of their own."""

    part: Part
    texts: pl.DataFrame
    numbers: NumberLook | None = None


class DurationReading(Struct, frozen=True):
    """How the durations of a column are read: its numbers, whether units have decimals, and what was recognised."""

    numbers: NumberReading
    decimals: bool
    how: Message


class DurationParser(Struct, frozen=True):
    """Durations as ``Duration("us")``.

    ``0:05:31`` and ``2 days, 0:17:26`` are hours:minutes:seconds. Two parts are minutes:seconds, the way call logs write
    them, unless the header says ``hh:mm``. A plain number is seconds, unless the header names minutes, hours or
    milliseconds; its separators are those of any number. ``1h 20m``, ``90 min``, ``2 ч 15 мин`` and ISO 8601 (``PT1H30M``)
    are read by their units; ``1,556 s`` only where the column has decimals of units, or ``options.decimal`` says what it is.

    Args:
        options: What is known of the file.
        header: Of the column: the unit may stand in it.
    """

    options: ParseOptions
    header: str

    @property
    def _numbers(self) -> NumberParser:
        return NumberParser(self.options, Style(silent=True))

    @property
    def _hours_minutes(self) -> bool:
        folded = self.header.casefold()
        return "h:mm" in folded.replace("hh", "h") and "ss" not in folded

    def look(self, part: Part, sample: Sample, *, alone: bool = False) -> DurationLook:
        """Take a part apart; ``alone``: it is the whole column."""
        texts = distinct_texts(part, (part.text != "").fill_null(value=False))
        if not texts.height:
            return DurationLook(part, texts)
        keys = texts.get_column(KEY)
        frame = texts.with_columns(tidied(keys).str.to_lowercase().alias("tidy"))
        plain = frame.select(pl.when(pl.col("tidy").str.contains(_PLAIN)).then(KEY).alias(KEY)).to_series()
        numbers = self._numbers.look(Part(plain, frame.get_column(ROW)), sample, alone=alone)
        seconds = pl.coalesce(
            _clock(hours_minutes=self._hours_minutes),
            _in_units(_IN_UNITS),
            _in_units(_ISO),
        )
        frame = frame.with_columns(
            _without_groups(frame["tidy"], self.options),
            hidden(keys).alias(f"{NOTE}invisible_marks"),
            broken(keys).alias("broken"),
            blank(cleaned(keys), TYPED_NULL_WORDS | self.options.null_words).alias("empty"),
        )
        return DurationLook(part, frame.with_columns(seconds.alias("seconds"), *_writings()), numbers)

    def evidence(self, look: DurationLook) -> Evidence:
        """What a part shows of its numbers, and whether units have decimals."""
        if look.numbers is None:
            return Evidence()
        texts = look.texts
        decimals = texts["tidy"].str.contains(_DECIMALS_BEFORE_UNIT).any()
        two = texts["tidy"].str.contains(_THREE_BEFORE_UNIT).alias("two_ways")
        ways = [self._is_number(look.numbers, *way) for way in _NUMBER_WAYS]
        timed = pl.col("seconds").is_not_null().alias("timed")
        by = ["two_ways", *(name for *_, name in _NUMBER_WAYS), "timed", "broken", *_WRITINGS]
        sorts = sorts_of(texts.with_columns(two, timed, *ways), by)
        facts = frozenset({"decimals"} if decimals else set())
        return Evidence(sorts, {}, facts, within={"numbers": self._numbers.evidence(look.numbers)})

    def _is_number(
        self, look: NumberLook, mark: Literal["point", "comma"] | None, doubt: Doubt, name: str
    ) -> pl.Series:
        read = self._numbers.apply(look, NumberReading(mark, doubt, Message("plain_number"), shortened=False))
        return read.values.is_not_null().alias(name)

    def decide(self, evidence: Evidence, sample: Sample) -> DurationReading:
        """The reading of the column."""
        numbers = self._numbers.decide(evidence.within.get("numbers", Evidence()), sample)
        decimals = self.options.decimal is not None or "decimals" in evidence.facts
        if not evidence.sorts.width:
            return DurationReading(numbers, decimals, Message("duration"))
        number = pl.col("by_point") | pl.col("by_comma") if numbers.mark is None else pl.col(f"by_{numbers.mark}")
        number = pl.col("clear") if numbers.doubt == "two_ways" else number
        good = (number | pl.col("timed")) & ~pl.col("broken") & ~(pl.col("two_ways") & (not decimals))
        seen = evidence.sorts.filter(good).select(pl.col(_WRITINGS).any()).row(0, named=True)
        writings = {
            "bare": Message(f"numbers_as_{_unit_of(self.header.casefold())[1]}"),
            "clock3": "hours:minutes:seconds",
            "clock2": "hours:minutes" if self._hours_minutes else "minutes:seconds",
            "units": Message("units_in_cells"),
        }
        found = tuple(writings[name] for name in _WRITINGS if seen[name])
        return DurationReading(
            numbers, decimals, Message("duration_writing", writings=found) if found else Message("duration")
        )

    def apply(self, look: DurationLook, reading: DurationReading) -> Parsed:
        """Read a part as its column is read."""
        text = look.part.text
        nothing = pl.Series(text.name, [None], dtype=DURATION_DTYPE).new_from_index(0, len(text))
        rest = (text != "").fill_null(value=False)
        if look.numbers is None:
            return Parsed(nothing, pl.repeat(value=False, n=len(text), dtype=pl.Boolean, eager=True), reading.how)
        numbers = self._numbers.apply(look.numbers, reading.numbers)
        unwritten = pl.Series([None], dtype=pl.String).new_from_index(0, look.texts.height)
        two_ways = look.texts["tidy"].str.contains(_THREE_BEFORE_UNIT).fill_null(value=False) & (not reading.decimals)
        frame = look.texts.with_columns(
            numbers.values.cast(pl.Float64).alias("number"),
            (unwritten if numbers.why is None else numbers.why).alias(WHY),
            two_ways.alias("two_ways"),
        )
        unit = _unit_of(self.header.casefold())[0]
        micro = (pl.coalesce(pl.col("number") * unit, "seconds") * 1_000_000).round()
        possible = (micro.abs() < 2.0**62) & ~pl.col("broken") & ~pl.col("two_ways")
        value = pl.when(possible).then(micro).cast(pl.Int64, strict=False).cast(DURATION_DTYPE)
        why = pl.when("broken").then(pl.lit(BROKEN)).when("two_ways").then(pl.lit(TWO_WAYS)).otherwise(WHY)
        frame = frame.with_columns(value=value).select(
            KEY,
            "value",
            (pl.col("value").is_null() & ~pl.col("empty")).alias("bad"),
            why.alias(WHY),
            pl.col(f"{NOTE}invisible_marks") & pl.col("value").is_not_null(),
        )
        found = spread(text, nothing, rest, frame, pl.Series([], dtype=pl.String))
        values = found["value"].alias(text.name)
        return Parsed(values, found["bad"], reading.how, why=why_of(found), notes=notes_of(found))


_NUMBER_WAYS: tuple[tuple[Literal["point", "comma"] | None, Doubt, str], ...] = (
    ("point", "none", "by_point"),
    ("comma", "none", "by_comma"),
    (None, "two_ways", "clear"),
)
"""Readings of a bare number, and the column of the evidence that says whether a text is one by it."""
_WRITINGS = ("bare", "clock3", "clock2", "units")


def _writings() -> list[pl.Expr]:
    """How a text is written: a bare number, a clock of three or of two parts, or with units."""
    patterns = (r"^[+-]?[0-9.,]+$", r":[0-9]+:", r"^[^:]*:[^:]*$", r"\p{L}")
    return [pl.col("tidy").str.contains(shape).alias(name) for name, shape in zip(_WRITINGS, patterns, strict=True)]


def _without_groups(tidy: pl.Series, options: ParseOptions) -> pl.Series:
    """Texts without the separators that group thousands, where an option says which these are."""
    if options.decimal is None:
        return tidy
    group = "," if options.decimal == "point" else "[.]"
    return tidy.str.replace_all(rf"([0-9]){group}([0-9]{{3}}\s*\p{{L}})", "$1$2")


def _unit_of(folded_header: str) -> tuple[float, str]:
    """Seconds in one unit of a plain number, by the header."""
    for words, factor, name in (
        (("millisecond", "(ms)", "毫秒", "мс"), 0.001, "milliseconds"),
        (("minute", "(min", "分钟", "мин", "minuten", "minutos", "minit"), 60.0, "minutes"),
        (("hours", "(h)", "(hrs)", "小时", "(ч)", "stunden"), 3600.0, "hours"),
    ):
        if any(word in folded_header for word in words):
            return factor, name
    return 1.0, "seconds"


def _part(parts: pl.Expr, name: str) -> pl.Expr:
    return parts.struct.field(name).str.replace(",", ".").cast(pl.Float64)


def _clock(*, hours_minutes: bool) -> pl.Expr:
    parts = pl.col("tidy").str.extract_groups(_CLOCK)
    a, b, c = (_part(parts, name) for name in "abc")
    days = pl.coalesce(_part(parts, "days"), _part(parts, "dotted")).fill_null(0)
    fraction = pl.concat_str(pl.lit("0."), parts.struct.field("fraction")).cast(pl.Float64).fill_null(0)
    two = a * 3600 + b * 60 if hours_minutes else a * 60 + b
    clock = pl.when(c.is_null()).then(two).otherwise(a * 3600 + b * 60 + c + fraction)
    ok = (b < 60) & (c.is_null() | (c < 60))
    return pl.when(ok).then((clock + days * 86_400) * _sign(parts))


def _in_units(pattern: str) -> pl.Expr:
    parts = pl.col("tidy").str.extract_groups(pattern)
    amounts = [_part(parts, name) * factor for name, (factor, _) in _UNITS.items()]
    some = pl.any_horizontal(amount.is_not_null() for amount in amounts)
    return pl.when(some).then(pl.sum_horizontal(amounts) * _sign(parts))


def _sign(parts: pl.Expr) -> pl.Expr:
    return pl.when(parts.struct.field("sign") == "-").then(-1.0).otherwise(1.0)
