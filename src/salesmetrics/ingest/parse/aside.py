"""What a column was parsed to, put aside while others are parsed. Own file: it changes with where columns lie, not with what they say."""

from __future__ import annotations

from functools import partial, reduce
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.columns import Columns, columns_beside
from salesmetrics.ingest.parse.column import (
    PLAIN,
    first_cells,
    labels_of,
    parse_again,
    parse_parts,
    parser_of,
    read_as_text,
    read_part,
)
from salesmetrics.ingest.parse.evidence import Evidence, merge, sample_of
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from salesmetrics.frames.far import FarFrame
    from salesmetrics.frames.store import Store
    from salesmetrics.ingest.parse.common import Parsed, ParseOptions
    from salesmetrics.ingest.parse.evidence import Part, Sample
    from salesmetrics.schema.fields import ColumnType

__all__ = ["Aside", "FarColumn", "parse_far", "parse_laid", "share"]


class Aside:
    """Takes columns that were parsed, and gives back what stands for them: themselves where all is in memory.

    Args:
        frame: The table that they are of; where it lies on disk, their values go there.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self.beside = columns_beside(frame)

    def __call__(self, parsed: Parsed) -> Parsed:
        """What stands for a column."""
        if self.beside.store is None:
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


class FarColumn(NamedTuple):
    """A column of text that lies on other machines.

    Attributes:
        type: Its canonical type.
        header: Its header.
        part: Takes its cells out of a part of the table.
    """

    type: ColumnType
    header: str
    part: Callable[[pl.DataFrame], Part]


def parse_far(
    frame: FarFrame, columns: Mapping[str, FarColumn], options: ParseOptions, path: str
) -> dict[str, Parsed | SalesmetricsError]:
    """Parse columns where they lie, all of them in three rounds; their values come here, to disk.

    Args:
        frame: The table.
        columns: Field → column.
        options: What is known beforehand.
        path: File, for errors.

    Returns:
        Field → what it was parsed to, or why it cannot be read by itself.
    """
    decided = {name: column for name, column in columns.items() if column.type not in PLAIN}
    parsers = {name: parser_of(column.type, options, column.header, path) for name, column in decided.items()}
    samples = _samples(frame, decided, first=True)
    if not all(sample.is_full for sample in samples.values()):
        samples = _samples(frame, decided, first=False)
    shown: dict[str, list[Evidence]] = {name: [Evidence()] for name in decided}
    for part in frame.work(partial(_evidence, decided, parsers, samples)) if decided else ():
        for name, evidence in part.items():
            shown[name].append(evidence)
    found: dict[str, Parsed | SalesmetricsError] = {}
    readings: dict[str, Any] = {}
    for name, parser in parsers.items():
        try:
            readings[name] = parser.decide(reduce(merge, shown[name]), samples[name])
        except SalesmetricsError as error:
            found[name] = error
    read = {name: column for name, column in columns.items() if name not in found}
    aside = {name: _Laid(frame.store) for name in read}
    hows: dict[str, Message] = dict.fromkeys(read, Message("text"))
    labels: dict[str, set[str]] = {name: set() for name in read}
    for piece in frame.work_large(partial(_parsed, read, parsers, samples, readings, options, path)):
        for name, parsed in piece.items():
            aside[name].take(parsed)
            hows[name] = parsed.how
            labels[name] |= labels_of(parsed.how)
    for name in read:
        found[name] = aside[name].done(hows[name] if name in decided else read_as_text(labels[name]))
    return found


def _samples(frame: FarFrame, columns: Mapping[str, FarColumn], *, first: bool) -> dict[str, Sample]:
    parts = list(frame.work(partial(_first_cells, columns), first=first)) if columns else []
    return {name: first_cells(part[name] for part in parts) for name in columns}


def _first_cells(columns: Mapping[str, FarColumn], frame: pl.DataFrame) -> dict[str, Sample]:
    return {name: sample_of(column.part(frame)) for name, column in columns.items()}


def _evidence(
    columns: Mapping[str, FarColumn], parsers: Mapping[str, Any], samples: Mapping[str, Sample], frame: pl.DataFrame
) -> dict[str, Evidence]:
    return {
        name: parsers[name].evidence(parsers[name].look(column.part(frame), samples[name]))
        for name, column in columns.items()
    }


def _parsed(
    columns: Mapping[str, FarColumn],
    parsers: Mapping[str, Any],
    samples: Mapping[str, Sample],
    readings: Mapping[str, Any],
    options: ParseOptions,
    path: str,
    frame: pl.DataFrame,
) -> dict[str, Parsed]:
    found = {}
    for name, (type_, header, taken) in columns.items():
        part = taken(frame)
        if name in parsers:
            found[name] = read_part(parsers[name], part, samples[name], readings[name], type_, header)
        else:
            (found[name],) = parse_parts([part], type_, options, header=header, path=path)
    return found


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
