"""What the parsers share: their options, their result, and work done once per distinct value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
import polars as pl
from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.schema.message import Message

__all__ = ["KEY", "MONEY_DTYPE", "NOTE", "WHY", "ParseOptions", "Parsed", "Place", "by_words", "notes_of", "plain_text", "read_by_text", "spread", "why_of"]  # fmt: skip

KEY = "key"
WHY = "why"
NOTE = "note:"
"""How a column begins that says which cells a finding is about; its code follows."""
MONEY_DTYPE = pl.Decimal(38, 8)


class ParseOptions(msgspec.Struct, frozen=True):
    """What is known about a file's values before they are looked at.

    Args:
        date_order: Order of day, month and year in numeric dates; never applied to ISO dates.
        decimal: The decimal mark of numbers.
        null_words: Casefolded words that mean "no value", beyond the built-in ones.
        timezone: IANA name; instants with an offset are moved to it. ``None`` keeps the wall clock as written.
        plain: Every cell is known to be ASCII without NUL, which saves looking.
        symbols: Casefolded currency sign or name → the currency that it stands for in this file.
        decimal_beside: The decimal mark that the other columns prove; it holds where the column proves none itself.
        date_order_beside: The same of the order of day and month.
        undecided: What is done where few numbers or dates of a column read two ways and nothing settles them: the column is
            refused, or those cells are bad.
    """

    date_order: Literal["dmy", "mdy", "ymd"] | None = None
    decimal: Literal["point", "comma"] | None = None
    null_words: frozenset[str] = frozenset()
    timezone: str | None = None
    plain: bool = False
    symbols: Mapping[str, str] = msgspec.field(default_factory=dict)
    decimal_beside: Literal["point", "comma"] | None = None
    date_order_beside: Literal["dmy", "mdy"] | None = None
    undecided: Literal["refuse", "reject"] = "refuse"


class Parsed(msgspec.Struct, frozen=True):
    """A column as values.

    Args:
        values: The canonical dtype of the column's type; null where blank or bad.
        bad: Boolean: the cell holds text that cannot be read as this type.
        how: What was recognised, for ``inspect``.
        currency: ISO codes found in money cells, or the sign where several currencies share it; ``None`` when no cell carries
            a symbol or code.
        uniform: All cells are known to be written in one strict format.
        why: Code of what is wrong with a bad cell, where more is known than that it is not of this type.
        notes: Code of a finding → Boolean: the cells that it is about.
        utc: Of instants the clock in UTC where it is known; ``None`` where it is of no cell.
    """

    values: pl.Series
    bad: pl.Series
    how: Message
    currency: pl.Series | None = None
    uniform: bool = False
    why: pl.Series | None = None
    notes: Mapping[str, pl.Series] = msgspec.field(default_factory=dict)
    utc: pl.Series | None = None


class Place(Struct, frozen=True):
    """A column of a file: its header, the file, its row numbers and its cells."""

    header: str
    path: str
    rows: pl.Series
    text: pl.Series


_FEW = 5_000
"""So many different texts are told apart by numbers; more are found in a table of hashes."""


def read_by_text(text: pl.Series, table: pl.DataFrame) -> pl.DataFrame:
    """What a table says of each cell, in order.

    Args:
        text: The cells (String).
        table: ``key`` (distinct texts) and what is known of each.

    Returns:
        The table's other columns, as long as ``text``; null where the table does not know the text.
    """
    if table.height > _FEW or len(text) < table.height:
        return text.alias(KEY).to_frame().join(table, on=KEY, how="left", maintain_order="left").drop(KEY)
    codes = text.cast(pl.Enum(table.get_column(KEY)), strict=False).to_physical()
    return table.drop(KEY).select(pl.all().gather(codes))


def by_words(column: str, meanings: Mapping[str, object], dtype: pl.DataType) -> pl.Expr:
    """What each word of a column means; null for a word that is not among them.

    Args:
        column: Of text.
        meanings: Word → what it means.
        dtype: Of the meanings.

    >>> pl.DataFrame({"type": ["New", "new", None]}).select(by_words("type", {"New": "new"}, pl.String())).to_series().to_list()
    ['new', None, None]
    """
    codes = pl.col(column).cast(pl.Enum(list(meanings)), strict=False).to_physical()
    return pl.lit(pl.Series(column, list(meanings.values()), dtype=dtype)).gather(codes).alias(column)


def spread(
    text: pl.Series, settled: pl.Series, rest: pl.Series, table: pl.DataFrame, blanks: pl.Series
) -> pl.DataFrame:
    """Complete what is settled with a table of distinct texts.

    Args:
        text: The cells (String).
        settled: The values of the cells that need no table.
        rest: Boolean: the cells that the table reads.
        table: ``key``, ``value``, ``bad`` and whatever else is known, one row per distinct text.
        blanks: Distinct texts that mean "no value" (String).

    Returns:
        ``value``, ``bad`` and those of the table's other columns that say something, as long as ``text``.
    """
    if not rest.any():
        nothing = pl.repeat(value=False, n=len(text), dtype=pl.Boolean, eager=True)
        return pl.DataFrame({"value": settled, "bad": nothing})
    empty = blanks.alias(KEY).to_frame().with_columns(bad=pl.lit(value=False))
    known = (
        pl.concat([table, empty], how="diagonal")
        if table.width
        else empty.with_columns(value=pl.lit(None, settled.dtype))
    )
    telling = [name for name in known.columns if name in ("value", "bad", KEY) or _tells(known[name])]
    found = read_by_text(text.filter(rest), known.select(telling))
    if len(found) == len(text):
        return found.with_columns(pl.col("value").cast(settled.dtype))
    places = rest.arg_true()
    columns = [settled.clone().scatter(places, found["value"].cast(settled.dtype)).alias("value")]
    for column in found.drop("value").get_columns():
        blank = pl.Series([False if column.dtype == pl.Boolean else None], dtype=column.dtype)
        columns.append(blank.new_from_index(0, len(text)).scatter(places, column).alias(column.name))
    return pl.DataFrame(columns)


def _tells(column: pl.Series) -> bool:
    """Whether a column says anything of any text."""
    return bool(column.any()) if column.dtype == pl.Boolean else column.count() > 0


def notes_of(frame: pl.DataFrame) -> dict[str, pl.Series]:
    """The notes of a reading: code of a finding → Boolean, for those that concern a cell at all."""
    columns = {name.removeprefix(NOTE): frame[name] for name in frame.columns if name.startswith(NOTE)}
    return {code: cells.fill_null(value=False) for code, cells in columns.items() if cells.any()}


def why_of(frame: pl.DataFrame) -> pl.Series | None:
    """What is wrong with bad cells, where the reading knows more than that they are bad."""
    return frame[WHY] if WHY in frame.columns and frame[WHY].count() else None


def plain_text(series: pl.Series) -> pl.Series:
    """The cells as text: a String column as it is, a typed one (Parquet, XLSX) in its shortest writing.

    A whole number held as a float loses its ``.0``, so that an id stays the id it was.

    >>> plain_text(pl.Series([12.0, 0.5])).to_list()
    ['12', '0.5']
    """
    if series.dtype == pl.String:
        return series
    if series.dtype == pl.Null:
        return series.cast(pl.String)
    if series.dtype.is_float():
        return series.fill_nan(None).cast(pl.String).str.strip_suffix(".0")
    try:
        return series.cast(pl.String)
    except pl.exceptions.PolarsError:
        return pl.Series(series.name, [None if cell is None else str(cell) for cell in series], dtype=pl.String)
