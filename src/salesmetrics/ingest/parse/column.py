"""One door to all parsers: a column of text, or an already typed one, becomes canonical values."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from salesmetrics.ingest.parse.blanks import parse_text
from salesmetrics.ingest.parse.common import MONEY_DTYPE, Parsed, ParseOptions, Place, plain_text
from salesmetrics.ingest.parse.dates import INSTANT_DTYPE, parse_dates
from salesmetrics.ingest.parse.durations import DURATION_DTYPE, parse_durations
from salesmetrics.ingest.parse.flags import parse_flags
from salesmetrics.ingest.parse.instants import instants_of
from salesmetrics.ingest.parse.numbers import Style, parse_numbers
from salesmetrics.ingest.parse.shares import parse_shares
from salesmetrics.ingest.parse.units import header_unit, in_units
from salesmetrics.schema.fields import ColumnType

__all__ = ["parse_column"]

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
