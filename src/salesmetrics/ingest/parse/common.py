"""What the parsers share: their options, their result, the place of a column, and work done once per distinct value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["KEY", "MONEY_DTYPE", "NOTE", "WHY", "ParseOptions", "Parsed", "Place", "Reading", "notes_of", "over_distinct", "plain_text", "why_of"]  # fmt: skip

KEY = "key"
WHY = "why"
NOTE = "note:"
"""How a column begins that says which cells a finding is about; its code follows."""
MONEY_DTYPE = pl.Decimal(38, 8)


@dataclass(frozen=True, slots=True)
class ParseOptions:
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
    symbols: Mapping[str, str] = field(default_factory=dict)
    decimal_beside: Literal["point", "comma"] | None = None
    date_order_beside: Literal["dmy", "mdy"] | None = None
    undecided: Literal["refuse", "reject"] = "refuse"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A column as values.

    Args:
        values: The canonical dtype of the column's type; null where blank or bad.
        bad: Boolean: the cell holds text that cannot be read as this type.
        how: What was recognised, in words for ``inspect``.
        currency: ISO codes found in money cells, or the sign where several currencies share it; ``None`` when no cell carries
            a symbol or code.
        uniform: All cells are known to be written in one strict format.
        why: What is wrong with a bad cell, in words without its value, where more is known than that it is not of this type.
        notes: Code of a finding → Boolean: the cells that it is about.
        utc: Of instants the clock in UTC where it is known; ``None`` where it is of no cell.
    """

    values: pl.Series
    bad: pl.Series
    how: str
    currency: pl.Series | None = None
    uniform: bool = False
    why: pl.Series | None = None
    notes: Mapping[str, pl.Series] = field(default_factory=dict)
    utc: pl.Series | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a column stands, so that an error can name the cell."""

    header: str
    path: str
    rows: pl.Series
    text: pl.Series

    def row_of(self, value: str) -> int:
        """Number of the first row whose cell is ``value`` (0 when there is none)."""
        found = (self.text == value).fill_null(value=False).arg_true()
        return int(self.rows[int(found[0])]) if len(found) else 0

    def are_few(self, values: pl.Series, more: int = 0) -> bool:
        """Whether at most half of the cells that are filled hold one of these texts, ``more`` cells counted with them."""
        filled = int((self.text != "").sum())
        return 2 * (int(self.text.is_in(values.implode()).sum()) + more) <= filled


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of distinct texts: ``table`` has the columns ``key``, ``value`` and ``bad``, one row per text."""

    table: pl.DataFrame
    how: tuple[str, ...] = ()


def over_distinct(
    text: pl.Series, fast: pl.Series, rest: pl.Series, read: Callable[[pl.Series], Reading]
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Complete a fast reading with a slow one that runs once per distinct text.

    Args:
        text: The cells (String).
        fast: The values of the cells that the fast reading settled.
        rest: Boolean: the cells left to the slow reading; empty ones among them are null without it.
        read: The slow reading of distinct, non-null texts.

    Returns:
        A frame with ``value`` and ``bad`` (and whatever else the reading's table has), as long as ``text``, and the
        words of the reading.
    """
    rest = rest & (text != "").fill_null(value=False)
    if not rest.any():
        nothing = pl.repeat(value=False, n=len(text), dtype=pl.Boolean, eager=True)
        return pl.DataFrame({"value": fast, "bad": nothing}), ()
    remaining = text.filter(rest).alias(KEY)
    reading = read(remaining.unique())
    found = remaining.to_frame().join(reading.table, on=KEY, how="left", maintain_order="left").drop(KEY)
    position = rest.cum_sum().cast(pl.Int64) - 1
    spread = found.select(pl.all().gather(position.clip(0)))
    columns = [
        fast.zip_with(~rest, spread["value"].cast(fast.dtype)).alias("value"),
        (spread["bad"] & rest).alias("bad"),
    ]
    for name in spread.columns:
        if name not in {"value", "bad"}:
            empty = pl.Series(name, [None], dtype=spread[name].dtype).new_from_index(0, len(text))
            columns.append(spread[name].zip_with(rest, empty))
    return pl.DataFrame(columns), reading.how


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
