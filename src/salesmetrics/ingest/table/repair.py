"""Read an irregular file in bounded memory: whole records into frames, the others kept aside with their row numbers."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.bounds import MAX_CELL, MAX_COLUMNS
from salesmetrics.ingest.table.exact import Record, encode_record, records
from salesmetrics.ingest.table.raw import ROW
from salesmetrics.ingest.table.regular import LineEnd, read_regular

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["OddRow", "Repaired", "read_irregular", "rows_to_frame"]

_BATCH = 8 << 20
_PIECE = 4 << 20
MAX_ODD = 500_000
"""Rows that may be kept aside, where those that fit are fewer still."""
_SHOWN = 64 << 10
"""Bytes that are kept of a row that is not used."""

Fault = Literal["short", "long", "whole_line", "unclosed_quote", "long_cell", "long_line"]


@dataclass(frozen=True, slots=True)
class OddRow:
    """A record that is not as wide as the header, as it stands in the file."""

    row: int
    raw: bytes
    width: int
    fault: Fault
    column: int | None = None

    def cells(self, delimiter: bytes) -> list[str]:
        """Its cells, trimmed; of an open quote the rest of the line."""
        record = next(records(self.raw + b"\n", delimiter), None)
        found = [] if record is None else record.split(delimiter)
        return [cell.decode("utf-8", "replace").strip() for cell in found]


@dataclass(slots=True)
class Repaired:
    """What reading record by record found; all row numbers as a spreadsheet shows them."""

    frame: pl.DataFrame
    last_row: int
    blanks: int = 0
    odd: list[OddRow] = field(default_factory=list)
    extra_blank: list[int] = field(default_factory=list)
    quotes: list[int] = field(default_factory=list)
    swallowing: list[int] = field(default_factory=list)
    full: int = 0
    full_ending_blank: int = 0


class _Batches:
    """Collects whole records as regular text, and hands them to Polars some megabytes at a time."""

    def __init__(self, delimiter: bytes, width: int) -> None:
        self.delimiter, self.width = delimiter, width
        self.lines: list[bytes] = []
        self.numbers = array("I")
        self.size = 0
        self.frames: list[pl.DataFrame] = []

    def add(self, line: bytes, number: int) -> None:
        self.lines.append(line)
        self.numbers.append(number)
        self.size += len(line)
        if self.size > _BATCH:
            self.flush()

    def flush(self) -> None:
        if self.lines:
            self.frames.append(rows_to_frame(self.lines, self.numbers, self.delimiter, self.width))
            self.lines, self.numbers, self.size = [], array("I"), 0

    def add_frame(self, frame: pl.DataFrame) -> None:
        self.flush()
        self.frames.append(frame)

    def frame(self) -> pl.DataFrame:
        self.flush()
        return pl.concat(self.frames) if self.frames else rows_to_frame([], [], self.delimiter, self.width)


def rows_to_frame(lines: list[bytes], numbers: Sequence[int], delimiter: bytes, width: int) -> pl.DataFrame:
    """A frame of regular records: columns ``ROW`` (UInt32), ``0``, ``1``, … (String, blank as null)."""
    schema = {str(index): pl.String for index in range(width)}
    rows = pl.Series(ROW, numbers, dtype=pl.UInt32)
    if not lines:
        return pl.DataFrame(schema={ROW: pl.UInt32, **schema})
    frame = pl.read_csv(
        b"\n".join(lines) + b"\n",
        has_header=False,
        schema=schema,
        infer_schema=False,
        separator=delimiter.decode(),
        glob=False,
    )
    return frame.insert_column(0, rows)


def read_irregular(
    data: bytes, *, start: int, delimiter: bytes, width: int, first_row: int, ending: LineEnd | None, path: str = ""
) -> Repaired:
    """Read a file piece by piece: regular pieces by Polars, the others record by record.

    Args:
        data: UTF-8 text.
        start: Offset of the first record.
        delimiter: One byte.
        width: Cells of a whole record.
        first_row: Row number of the first record.
        ending: How lines end.
        path: The file, for the message.

    Raises:
        SalesmetricsError: ``rows_misfit``.

    A record with blank cells too many is taken without them; every other one that is not ``width`` cells wide goes to
    ``odd``, and so does the line on which a quote opens that never closes.
    """
    batches = _Batches(delimiter, width)
    found = Repaired(pl.DataFrame(), first_row - 1)
    position = start
    while position < len(data):
        end = _piece_end(data, position)
        frame = read_regular(
            data[position:end], start=0, delimiter=delimiter, width=width, first_row=found.last_row + 1, ending=ending
        )
        if frame is None:
            position = _read_piece(found, batches, data, position, end)
            if len(found.odd) > max(MAX_ODD, found.full):
                odd, read = f"{len(found.odd):,}", f"{found.last_row - first_row + 1:,}"
                raise SalesmetricsError("rows_misfit", path=path, odd=odd, read=read, width=width)
        else:
            batches.add_frame(frame)
            found.last_row += frame.height
            found.full += frame.height
            last = frame[str(width - 1)]
            found.full_ending_blank += last.null_count() + int((last == "").sum()) if width > 1 else 0
            position = end
    found.frame = batches.frame()
    return found


def _piece_end(data: bytes, position: int) -> int:
    end = min(position + _PIECE, len(data))
    if end == len(data):
        return end
    return data.rfind(b"\n", position, end) + 1 or data.find(b"\n", end) + 1 or len(data)


def _read_piece(found: Repaired, batches: _Batches, data: bytes, position: int, end: int) -> int:
    """Read records until the end of a piece, and return where the last of them ends."""
    delimiter, width = batches.delimiter, batches.width
    ends_blank = (delimiter, delimiter + b'""')
    for record in records(data, delimiter, start=position, width=width):
        found.last_row += 1
        number = found.last_row
        if record.too_long or (len(record.raw) > MAX_CELL and _has_long_cell(record, delimiter)):
            _set_long_aside(found, record, number, delimiter)
        elif record.width == width and record.unclosed is None:
            found.full += 1
            found.full_ending_blank += width > 1 and record.raw.endswith(ends_blank)
            if record.swallows:
                found.swallowing.append(number)
            if not record.strict:
                found.quotes.append(number)
            if width == 1 and not record.raw.strip():
                found.blanks += 1
            else:
                batches.add(_regular(record, delimiter), number)
        elif not record.raw.strip():
            found.blanks += 1
        else:
            _set_aside(found, batches, record, number)
        if record.end >= end:
            return record.end
    return len(data)


def _regular(record: Record, delimiter: bytes) -> bytes:
    return record.raw if record.strict or record.cells is None else encode_record(record.cells, delimiter)


def _has_long_cell(record: Record, delimiter: bytes) -> bool:
    return record.unclosed is None and any(len(cell) > MAX_CELL for cell in record.split(delimiter))


def _set_long_aside(found: Repaired, record: Record, number: int, delimiter: bytes) -> None:
    """Keep of a line or cell beyond bounds what its message shows."""
    if record.too_long:
        found.odd.append(OddRow(number, record.raw, record.width, "long_line"))
        return
    place = next(i for i, cell in enumerate(record.split(delimiter)) if len(cell) > MAX_CELL)
    found.odd.append(OddRow(number, record.raw[:_SHOWN], record.width, "long_cell", place))


def _set_aside(found: Repaired, batches: _Batches, record: Record, number: int) -> None:
    if record.unclosed is not None:
        found.odd.append(OddRow(number, record.raw[:_SHOWN], record.width, "unclosed_quote", record.unclosed))
        return
    delimiter, width = batches.delimiter, batches.width
    if record.width > MAX_COLUMNS:
        found.odd.append(OddRow(number, record.raw[:_SHOWN], record.width, "long"))
        return
    cells = record.split(delimiter)
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        found.extra_blank.append(number)
        batches.add(encode_record(cells[:width], delimiter), number)
    elif len(cells) == 1 and record.cells is not None and width > 1 and cells[0].count(delimiter) >= width - 1:
        found.odd.append(OddRow(number, record.raw, 1, "whole_line"))
    else:
        found.odd.append(OddRow(number, record.raw, len(cells), "short" if len(cells) < width else "long"))
