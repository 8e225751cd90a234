"""What a column was parsed to, put aside while others are parsed. Own file: it changes with where columns lie, not with what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import polars as pl

from salesmetrics.frames.columns import Columns, columns_beside
from salesmetrics.ingest.parse.column import parse_again

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from salesmetrics.frames.store import Store
    from salesmetrics.ingest.parse.common import Parsed, ParseOptions
    from salesmetrics.ingest.parse.evidence import Part
    from salesmetrics.schema.fields import ColumnType
    from salesmetrics.schema.message import Message

__all__ = ["Aside", "parse_laid", "share"]


class Aside:
    """Takes columns that were parsed, and gives back what stands for them: themselves where all is in memory.

    Args:
        frame: The table that they are of; where it lies on disk, their values go there.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self.beside = columns_beside(frame)

    def __call__(self, parsed: Parsed) -> Parsed:
        """What stands for a column."""
        if self.beside.store is None or isinstance(cast("object", parsed), _Laid):
            return parsed
        found = _Laid(self.beside.store)
        found.take(parsed)
        return found.done(parsed.how)


def parse_laid(
    parts: Callable[[], Iterable[Part]],
    type_: ColumnType,
    options: ParseOptions,
    store: Store,
    *,
    header: str,
    path: str,
) -> Parsed:
    """Parse a column of text that lies on disk, a part at a time; its values go there, too.

    Args:
        parts: Gives the parts anew each time, in order of rows.
        type_: The canonical type.
        options: What is known beforehand.
        store: Takes the values.
        header: Header of the column.
        path: File, for errors.

    Raises:
        SalesmetricsError: As :func:`salesmetrics.ingest.parse.column.parse_column`.
    """
    found = _Laid(store)
    return found.done(parse_again(parts, type_, options, found.take, header=header, path=path))


def share(parsed: Parsed, columns: Columns, name: str) -> None:
    """Put the values of a parsed column among others, without writing them twice.

    Args:
        parsed: The column.
        columns: The others.
        name: Its name among them.
    """
    found: object = parsed
    if isinstance(found, _Laid):
        columns.share(name, found.columns, "values")
    else:
        columns[name] = parsed.values


class _Laid:
    """A parsed column whose values lie on disk; its marks stay in memory."""

    def __init__(self, store: Store) -> None:
        self.store, self.columns = store, Columns(store)
        self.pile = store.pile()
        self._sizes: list[int] = []
        self._bad: list[pl.Series] = []
        self._why: list[pl.Series | None] = []
        self._notes: list[Mapping[str, pl.Series]] = []
        self._more: dict[str, list[pl.Series | None]] = {"currency": [], "utc": []}
        self.uniform = True

    def take(self, parsed: Parsed) -> None:
        """Put a part aside, below those that were."""
        self.pile.add(pl.DataFrame([parsed.values.alias("values")]))
        self._sizes.append(len(parsed.values))
        self._bad.append(parsed.bad)
        self._why.append(parsed.why)
        self._notes.append(parsed.notes)
        self._more["currency"].append(parsed.currency)
        self._more["utc"].append(parsed.utc)
        self.uniform = self.uniform and parsed.uniform

    def done(self, how: Message) -> Parsed:
        """The column of all parts."""
        self.how = how
        self.columns.put("values", self.pile.laid())
        for name, parts in self._more.items():
            if (column := self._joined(parts)) is not None:
                self.columns[name] = column
        self.bad = pl.concat(self._bad)
        self.why = self._joined(self._why)
        codes = dict.fromkeys(code for notes in self._notes for code in notes)
        self.notes = {code: self._joined([notes.get(code) for notes in self._notes], blank=False) for code in codes}
        self._bad, self._why, self._notes, self._more = [], [], [], {}
        return cast("Parsed", self)

    def _joined(self, parts: list[pl.Series | None], *, blank: bool | None = None) -> pl.Series | None:
        """The parts of a column one below the other, those that are not there as blanks; None where none is there."""
        known = next((part for part in parts if part is not None), None)
        if known is None:
            return None
        empty = pl.Series(known.name, [blank], dtype=known.dtype)
        sizes = zip(parts, self._sizes, strict=True)
        return pl.concat([empty.new_from_index(0, size) if part is None else part for part, size in sizes])

    @property
    def values(self) -> pl.Series:
        return self.columns["values"]

    @property
    def currency(self) -> pl.Series | None:
        return self.columns.get("currency")

    @property
    def utc(self) -> pl.Series | None:
        return self.columns.get("utc")
