"""What a column was parsed to, put aside while others are parsed. Own file: it changes with where columns lie, not with what they say."""

from __future__ import annotations

from functools import partial, reduce
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.columns import Columns, columns_beside
from salesmetrics.frames.far import PLACE
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
from salesmetrics.ingest.parse.text import id_evidence
from salesmetrics.ingest.table.raw import ROW
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from salesmetrics.frames.far import FarFrame
    from salesmetrics.frames.laid import LaidFrame
    from salesmetrics.frames.store import Store
    from salesmetrics.ingest.parse.common import Parsed, ParseOptions
    from salesmetrics.ingest.parse.evidence import Part, Sample

__all__ = ["Aside", "FarColumn", "has", "ids_evidence", "parse_far", "parse_laid", "put", "share", "share_rows"]


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
    """Parse columns where they lie, all of them in three rounds; their values stay there.

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
    work = partial(_kept, read, partial(_parsed, read, parsers, samples, readings, options, path))
    typed, parts = frame.settled(work, work(frame.there)[0])
    there = {name: _There(typed, name) for name in read}
    hows: dict[str, Message] = dict.fromkeys(read, Message("text"))
    labels: dict[str, set[str]] = {name: set() for name in read}
    for known in parts:
        for name, marks in known.items():
            there[name].mark(marks)
            hows[name] = marks.how
            labels[name] |= labels_of(marks.how)
    for name in read:
        found[name] = there[name].done(hows[name] if name in decided else read_as_text(labels[name]))
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


class _Marks(NamedTuple):
    """What is to be known here of a part of a column whose values stay where they are."""

    size: int
    how: Message
    uniform: bool
    bad: pl.Series | None
    why: pl.Series | None
    notes: dict[str, pl.Series]
    beside: tuple[str, ...]
    ids: Evidence


_BESIDE: Mapping[str, tuple[tuple[ColumnType, ...], pl.DataType]] = {
    "currency": ((ColumnType.MONEY,), pl.String()),
    "utc": ((ColumnType.DAY, ColumnType.INSTANT), pl.Datetime("us")),
}
"""What a parsed column may have beside its values, of which types."""


def _kept(
    columns: Mapping[str, FarColumn], parsed: Callable[[pl.DataFrame], dict[str, Parsed]], frame: pl.DataFrame
) -> tuple[pl.DataFrame, dict[str, _Marks]]:
    """The values of all columns of a part, and what is to be known of them."""
    made = [frame.get_column(name) for name in (PLACE, ROW)]
    marks = {}
    for name, one in parsed(frame).items():
        made.append(one.values.alias(name))
        beside = {part: getattr(one, part) for part in _BESIDE}
        for part, (types, dtype) in _BESIDE.items():
            if columns[name].type in types:
                blank = pl.Series([None], dtype=dtype).new_from_index(0, frame.height)
                column = blank if beside[part] is None else beside[part]
                made.append(column.alias(_name(name, part)))
        marks[name] = _Marks(
            len(one.values),
            one.how,
            one.uniform,
            one.bad if one.bad.any() else None,
            one.why if one.bad.any() else None,
            {code: note for code, note in one.notes.items() if note.any()},
            tuple(part for part, column in beside.items() if column is not None),
            id_evidence(one.values) if columns[name].type is ColumnType.ID else Evidence(),
        )
    return pl.DataFrame(made), marks


def _name(column: str, part: str) -> str:
    return f"{column}\0{part}"


def share(parsed: Parsed, columns: Columns, name: str, part: str = "values") -> None:
    """Put the values of a parsed column among others, without writing them twice.

    Args:
        parsed: The column.
        columns: The others.
        name: Its name among them.
        part: What of it: ``values``, or ``utc`` where it has that.
    """
    found: object = parsed
    if isinstance(found, _There):
        columns.leave(name, found.frame, found.name if part == "values" else _name(found.name, part))
    elif isinstance(found, _Laid):
        columns.share(name, found.columns, part)
    else:
        columns[name] = getattr(parsed, part)


def share_rows(parsed: Mapping[str, Parsed], columns: Columns, rows: pl.Series) -> None:
    """Put the numbers of rows among columns, where those stay on other machines from there.

    Args:
        parsed: All columns.
        columns: Where they are put together.
        rows: The numbers.
    """
    found: list[object] = list(parsed.values())
    there = next((column for column in found if isinstance(column, _There)), None)
    if there is None:
        columns[ROW] = rows.rechunk()
    else:
        columns.leave(ROW, there.frame, ROW)


def put(parsed: Parsed | None, columns: Columns, name: str, column: pl.Series) -> None:
    """Put a column among others that was made of a parsed one; where nothing became of it, it stays where it is.

    Args:
        parsed: What it was made of.
        columns: The others.
        name: Its name.
        column: The column.
    """
    found: object = parsed
    if isinstance(found, _There) and column.equals(found.values):
        columns.leave(name, found.frame, found.name)
    else:
        columns[name] = column


def ids_evidence(parsed: Parsed | None) -> Evidence | None:
    """What the ids of a column show of a program that has written them as numbers, where other machines have looked; else None."""
    found: object = parsed
    return found.ids if isinstance(found, _There) else None


def has(parsed: Parsed, part: str) -> bool:
    """Whether a parsed column has something beside its values; it is not brought into memory for that.

    Args:
        parsed: The column.
        part: ``utc``, say.
    """
    found: object = parsed
    if isinstance(found, _There):
        return part in found.beside
    return part in found.columns if isinstance(found, _Laid) else getattr(parsed, part) is not None


class _Laid:
    """A parsed column whose values lie on disk; its marks stay in memory."""

    def __init__(self, store: Store) -> None:
        self.store, self.columns = store, Columns(store)
        self.pile = store.pile()
        self._sizes: list[int] = []
        self._bad: list[pl.Series] = []
        self._bad_of: list[pl.Series | None] = []
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
        self._marked()
        return cast("Parsed", self)

    def _marked(self) -> None:
        self.why = self._joined(self._why)
        codes = dict.fromkeys(code for notes in self._notes for code in notes)
        self.notes = {code: self._joined([notes.get(code) for notes in self._notes], blank=False) for code in codes}
        self._bad, self._bad_of, self._why, self._notes, self._more = [], [], [], [], {}

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


class _There(_Laid):
    """A parsed column whose values lie on other machines; its marks stay in memory here."""

    def __init__(self, frame: LaidFrame, name: str) -> None:
        super().__init__(frame.store)
        self.frame, self.name, self.ids = frame, name, Evidence()
        self.beside = set[str]()

    def mark(self, marks: _Marks) -> None:
        """Take what is to be known of one more part."""
        self._sizes.append(marks.size)
        self._bad_of.append(marks.bad)
        self._why.append(marks.why)
        self._notes.append(marks.notes)
        self.beside |= set(marks.beside)
        self.uniform = self.uniform and marks.uniform
        self.ids = merge(self.ids, marks.ids)

    def done(self, how: Message) -> Parsed:
        """The column of all parts."""
        self.how = how
        nothing = pl.Series([False]).new_from_index(0, sum(self._sizes))
        self.bad = nothing if (bad := self._joined(self._bad_of, blank=False)) is None else bad
        self._marked()
        return cast("Parsed", self)

    @property
    def values(self) -> pl.Series:
        return self.frame.get_column(self.name)

    @property
    def currency(self) -> pl.Series | None:
        return self._part("currency")

    @property
    def utc(self) -> pl.Series | None:
        return self._part("utc")

    def _part(self, part: str) -> pl.Series | None:
        return self.frame.get_column(_name(self.name, part)) if part in self.beside else None
