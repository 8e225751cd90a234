"""Durations: clocks, units, ISO 8601, plain seconds."""

from __future__ import annotations

import polars as pl

from salesmetrics.ingest.parse.common import (
    KEY,
    NOTE,
    WHY,
    Parsed,
    ParseOptions,
    Place,
    Reading,
    notes_of,
    over_distinct,
    why_of,
)
from salesmetrics.ingest.parse.number_text import broken, hidden, tidied
from salesmetrics.ingest.parse.numbers import BROKEN, TWO_WAYS, Style, parse_numbers
from salesmetrics.ingest.parse.text import TYPED_NULL_WORDS, blank, cleaned

__all__ = ["parse_durations"]

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


def parse_durations(text: pl.Series, options: ParseOptions, place: Place) -> Parsed:
    """Parse durations as ``Duration("us")``.

    ``0:05:31`` and ``2 days, 0:17:26`` are hours:minutes:seconds. Two parts are minutes:seconds, the way call logs write
    them, unless the header says ``hh:mm``. A plain number is seconds, unless the header names minutes, hours or
    milliseconds; its separators are those of any number. ``1h 20m``, ``90 min``, ``2 ч 15 мин`` and ISO 8601 (``PT1H30M``)
    are read by their units; ``1,556 s`` only where the column has decimals of units, or ``options.decimal`` says what it is.
    """
    folded = place.header.casefold()
    hours_minutes = "h:mm" in folded.replace("hh", "h") and "ss" not in folded
    unit, unit_name = _unit_of(folded)

    def read(texts: pl.Series) -> Reading:
        frame = texts.to_frame(KEY).with_columns(tidied(texts).str.to_lowercase().alias("tidy"))
        plain = frame.select(pl.when(pl.col("tidy").str.contains(_PLAIN)).then(KEY).alias(KEY)).to_series()
        numbers = parse_numbers(plain, options, place, Style(silent=True))
        nothing = pl.Series([None], dtype=pl.String).new_from_index(0, len(plain))
        frame = frame.with_columns(
            _without_groups(frame["tidy"], options),
            numbers.values.cast(pl.Float64).alias("number"),
            (nothing if numbers.why is None else numbers.why).alias(WHY),
            hidden(texts).alias(f"{NOTE}invisible_marks"),
            broken(texts).alias("broken"),
        )
        two_ways = _two_ways(frame["tidy"], options)
        seconds = pl.coalesce(
            pl.col("number") * unit,
            _clock(hours_minutes=hours_minutes),
            _in_units(_IN_UNITS),
            _in_units(_ISO),
        )
        micro = (seconds * 1_000_000).round()
        possible = (micro.abs() < 2.0**62) & ~pl.col("broken") & ~two_ways
        frame = frame.with_columns(
            value=pl.when(possible).then(micro).cast(pl.Int64, strict=False).cast(DURATION_DTYPE)
        )
        words = TYPED_NULL_WORDS | options.null_words
        why = pl.when("broken").then(pl.lit(BROKEN)).when(two_ways).then(pl.lit(TWO_WAYS)).otherwise(WHY)
        frame = frame.with_columns(
            (pl.col("value").is_null() & ~blank(cleaned(texts), words)).alias("bad"),
            why.alias(WHY),
            pl.col(f"{NOTE}invisible_marks") & pl.col("value").is_not_null(),
        )
        kept = frame.select(KEY, "value", "bad", WHY, f"{NOTE}invisible_marks")
        return Reading(kept, _words(frame, unit_name, hours_minutes=hours_minutes))

    nothing = pl.Series(text.name, [None], dtype=DURATION_DTYPE).new_from_index(0, len(text))
    frame, how = over_distinct(text, nothing, text.is_not_null(), read)
    values, said = frame["value"].alias(text.name), ", ".join(how) or "duration"
    return Parsed(values, frame["bad"], said, why=why_of(frame), notes=notes_of(frame))


def _two_ways(tidy: pl.Series, options: ParseOptions) -> pl.Series:
    """Which texts are such as ``1,556 s`` in a column where nothing says that units have decimals."""
    two = tidy.str.contains(_THREE_BEFORE_UNIT).fill_null(value=False)
    settled = options.decimal is not None or tidy.str.contains(_DECIMALS_BEFORE_UNIT).any()
    return two & (not settled)


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


def _words(frame: pl.DataFrame, unit_name: str, *, hours_minutes: bool) -> tuple[str, ...]:
    good = frame.filter(pl.col("value").is_not_null())["tidy"]
    words = []
    if good.str.contains(r"^[+-]?[0-9.,]+$").any():
        words.append(f"plain numbers as {unit_name}")
    if good.str.contains(r":[0-9]+:").any():
        words.append("hours:minutes:seconds")
    if good.str.contains(r"^[^:]*:[^:]*$").any():
        words.append("hours:minutes" if hours_minutes else "minutes:seconds")
    if good.str.contains(r"\p{L}").any():
        words.append("units in the cells")
    return tuple(words)
