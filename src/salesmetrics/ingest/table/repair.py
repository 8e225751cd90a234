"""Read an irregular file in bounded memory: whole records into frames, the others kept aside with their row numbers."""

from __future__ import annotations

import io
from array import array
from collections import deque
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec
import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.bounds import MAX_CELL, MAX_COLUMNS, MAX_LINE
from salesmetrics.ingest.table.raw import ROW
from salesmetrics.ingest.table.regular import LineEnd, read_regular
from salesmetrics.ingest.together import in_turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from salesmetrics.ingest.together import Together

__all__ = [
    "OddRow",
    "Pile",
    "Record",
    "Repaired",
    "encode_record",
    "read_irregular",
    "records",
    "rows_to_frame",
    "tokenise",
]

_BATCH = 8 << 20
_PIECE = 4 << 20
MAX_ODD = 500_000
"""Rows that may be kept aside, where those that fit are fewer still."""
_SHOWN = 64 << 10
"""Bytes that are kept of a row that is not used."""

Fault = Literal["short", "long", "whole_line", "unclosed_quote", "long_cell", "long_line"]


class OddRow(msgspec.Struct, frozen=True):
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


class Repaired(msgspec.Struct):
    """What reading record by record found; all row numbers as a spreadsheet shows them."""

    frame: pl.DataFrame
    last_row: int
    blanks: int = 0
    odd: list[OddRow] = msgspec.field(default_factory=list)
    extra_blank: list[int] = msgspec.field(default_factory=list)
    quotes: list[int] = msgspec.field(default_factory=list)
    swallowing: list[int] = msgspec.field(default_factory=list)
    full: int = 0
    full_ending_blank: int = 0


class Pile(Protocol):
    """What takes frames of records, one below the other."""

    def add(self, frame: pl.DataFrame) -> None:
        """Take one more."""


class _Held:
    """The same in memory."""

    def __init__(self) -> None:
        self.frames: list[pl.DataFrame] = []

    def add(self, frame: pl.DataFrame) -> None:
        self.frames.append(frame)


class _Batches:
    """Collects whole records as regular text, and hands them to Polars some megabytes at a time."""

    def __init__(self, delimiter: bytes, width: int, pile: Pile) -> None:
        self.delimiter, self.width, self.pile = delimiter, width, pile
        self.lines: list[bytes] = []
        self.numbers = array("I")
        self.size = 0

    def add(self, line: bytes, number: int) -> None:
        self.lines.append(line)
        self.numbers.append(number)
        self.size += len(line)
        if self.size > _BATCH:
            self.flush()

    def flush(self) -> None:
        if self.lines:
            self.pile.add(rows_to_frame(self.lines, self.numbers, self.delimiter, self.width))
            self.lines, self.numbers, self.size = [], array("I"), 0

    def add_frame(self, frame: pl.DataFrame) -> None:
        self.flush()
        self.pile.add(frame)


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
    data: bytes | Text,
    *,
    start: int,
    delimiter: bytes,
    width: int,
    first_row: int,
    ending: LineEnd | None,
    path: str = "",
    together: Together = in_turn,
    pile: Pile | None = None,
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
        together: How several things are done at once.
        pile: Takes the whole records, which then do not stand in memory; the frame is empty then.

    Raises:
        SalesmetricsError: ``rows_misfit``.

    A record with blank cells too many is taken without them; every other one that is not ``width`` cells wide goes to
    ``odd``, and so does the line on which a quote opens that never closes.
    """
    held = _Held()
    batches = _Batches(delimiter, width, held if pile is None else pile)
    found = Repaired(pl.DataFrame(), first_row - 1)
    position = start
    while position < len(data):
        end = _piece_end(data, position)
        frame = read_regular(
            data[position:end],
            start=0,
            delimiter=delimiter,
            width=width,
            first_row=found.last_row + 1,
            ending=ending,
            together=together,
        )
        if frame is None:
            position = _read_piece(found, batches, data, position, end)
            if len(found.odd) > max(MAX_ODD, found.full):
                odd, read = len(found.odd), found.last_row - first_row + 1
                raise SalesmetricsError("rows_misfit", path=path, odd=odd, read=read, width=width)
        else:
            batches.add_frame(frame)
            found.last_row += frame.height
            found.full += frame.height
            last = frame[str(width - 1)]
            found.full_ending_blank += last.null_count() + int((last == "").sum()) if width > 1 else 0
            position = end
    batches.flush()
    found.frame = pl.concat(held.frames) if held.frames else rows_to_frame([], [], delimiter, width)
    return found


def _piece_end(data: bytes | Text, position: int) -> int:
    end = min(position + _PIECE, len(data))
    if end == len(data):
        return end
    return data.rfind(b"\n", position, end) + 1 or data.find(b"\n", end) + 1 or len(data)


def _read_piece(found: Repaired, batches: _Batches, data: bytes | Text, position: int, end: int) -> int:
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


# --- the slow exact reader: finds the row where a file breaks its own rules, and goes on after it ---


_WINDOW = 4 << 20
_SHOWN_OF_LINE = 4 << 10
MAX_CELL_LINES = 2_000
_MAX_SWALLOWED = 100


class Text(Protocol):
    """What bytes of text offer here, wherever they are."""

    def __len__(self) -> int: ...
    def __getitem__(self, part: slice, /) -> bytes: ...
    def find(self, mark: bytes, begin: int = 0, end: int | None = None, /) -> int: ...
    def rfind(self, mark: bytes, begin: int, end: int, /) -> int: ...
    def lines(self, position: int) -> Iterator[bytes]: ...


class Record(msgspec.Struct):
    """One record as it stands in the file.

    ``cells`` is None for a line without quotes: then ``width`` was counted and nothing more needs to be known.
    """

    raw: bytes
    start: int
    end: int
    width: int
    cells: list[bytes] | None = None
    strict: bool = True
    unclosed: int | None = None
    too_long: bool = False
    swallows: bool = False

    def split(self, delimiter: bytes) -> list[bytes]:
        """The cells, cut now if they were not needed before; of a quote that never closes, the line as it stands."""
        return self.raw.split(delimiter) if self.cells is None else self.cells


def _lines(data: bytes | Text, position: int) -> Iterator[bytes]:
    """Physical lines with their ends, without a second copy of the file.

    A CR alone ends a line only in a file whose first line it ends: elsewhere it is part of a cell.
    """
    newline = data.find(b"\n")
    cr = data.find(b"\r", 0, newline if newline >= 0 else len(data))
    if cr >= 0 and cr != newline - 1:
        return _any_lines(data, position)
    if not isinstance(data, bytes):
        return data.lines(position)
    stream = io.BytesIO(data)
    stream.seek(position)
    return iter(stream)


def _any_lines(data: bytes | Text, position: int) -> Iterator[bytes]:
    """Lines that end in LF, CRLF or CR."""
    size = len(data)
    step = _WINDOW
    while position < size:
        end = min(position + step, size)
        window = data[position:end].splitlines(keepends=True)
        if end < size:
            # The last line may go on, and a CR there may be half of a CRLF.
            window.pop()
            if not window:
                step *= 2
                continue
        step = _WINDOW
        for line in window:
            yield line
            position += len(line)


def _body(line: bytes) -> bytes:
    if line.endswith(b"\r\n"):
        return line[:-2]
    return line[:-1] if line.endswith((b"\n", b"\r")) else line


def tokenise(
    body: bytes, delimiter: bytes, cells: list[bytes], partial: bytes | None = None
) -> tuple[bytes | None, bool]:
    """Cut one line into cells.

    Args:
        body: The line without its end.
        delimiter: One byte.
        cells: Takes the finished cells.
        partial: What a quoted cell held before this line, if it is still open.

    Returns:
        What the open quoted cell holds at the end of the line (None when none is open), and whether a quote stood where
        RFC 4180 allows none; such a quote is kept as text.

    >>> cells = []
    >>> tokenise(b'1,"a ""b"" c",x"y', b",", cells), cells
    ((None, True), [b'1', b'a "b" c', b'x"y'])
    """
    position, odd, inside = 0, False, partial is not None
    # Pieces, joined once: a cell of a million quotes would else be copied a million times.
    held = [partial] if partial is not None else []
    while True:
        if not inside:
            if body[position : position + 1] != b'"':
                end = body.find(delimiter, position)
                cell = body[position:] if end < 0 else body[position:end]
                odd = odd or b'"' in cell
                cells.append(cell)
                if end < 0:
                    return None, odd
                position = end + 1
                continue
            held, inside, position = [], True, position + 1
        end = body.find(b'"', position)
        if end < 0:
            return b"".join([*held, body[position:]]), odd
        after = body[end + 1 : end + 2]
        if after in (b"", delimiter):
            cells.append(b"".join([*held, body[position:end]]))
            if not after:
                return None, odd
            inside, position = False, end + 2
        else:
            held.append(body[position : end + 1])
            position = end + (2 if after == b'"' else 1)
            odd = odd or after != b'"'


class _Reader:
    """The state of one run over a file: lines put back, and how patient to be with open quotes."""

    def __init__(self, data: bytes | Text, delimiter: bytes, start: int, width: int | None, patience: int) -> None:
        self.lines = _lines(data, start)
        self.back: deque[bytes] = deque()
        self.delimiter = delimiter
        self.width = width
        self.patience = patience
        self.failures = 0

    def next_line(self) -> bytes | None:
        return self.back.popleft() if self.back else next(self.lines, None)

    def is_full(self, body: bytes) -> bool:
        """Whether a line alone is a whole record: then an open quote above it has probably swallowed it."""
        if self.width is None or self.width < 3:
            return False
        if b'"' not in body:
            return body.count(self.delimiter) == self.width - 1
        cells: list[bytes] = []
        partial, odd = tokenise(body, self.delimiter, cells)
        return partial is None and not odd and len(cells) == self.width

    def record(self, line: bytes, start: int) -> Record:
        body = _body(line)
        if len(body) > MAX_LINE:
            return Record(body[:_SHOWN_OF_LINE], start, start + len(line), 0, too_long=True)
        if b'"' not in body:
            return Record(body, start, start + len(line), body.count(self.delimiter) + 1)
        cells = self.quoted_cells(body)
        if cells is not None:
            return Record(body, start, start + len(line), len(cells), cells)
        cells = []
        partial, odd = tokenise(body, self.delimiter, cells)
        if partial is None:
            return Record(body, start, start + len(line), len(cells), cells, strict=not odd)
        return self.open_record(line, start, cells, partial, odd=odd)

    def quoted_cells(self, body: bytes) -> list[bytes] | None:
        """The cells of the common line where every cell is quoted and holds no quote; None for any other."""
        if not (len(body) > 1 and body.startswith(b'"') and body.endswith(b'"')):
            return None
        cells = body[1:-1].split(b'"' + self.delimiter + b'"')
        return cells if body.count(b'"') == 2 * len(cells) else None

    def open_record(self, line: bytes, start: int, cells: list[bytes], partial: bytes | None, *, odd: bool) -> Record:
        """A record whose quoted cell goes on below, or seems to."""
        column, taken, swallowed = len(cells), [line], 0
        patience = max(10, self.patience // (1 + self.failures))
        size = len(line)
        while partial is not None:
            partial += taken[-1][len(_body(taken[-1])) :]
            following = self.next_line()
            if following is None:
                return self.give_up(taken, start, column)
            taken.append(following)
            size += len(following)
            body = _body(following)
            full = self.is_full(body)
            partial, line_odd = tokenise(body, self.delimiter, cells, partial)
            odd = odd or line_odd
            swallowed += full
            too_long = size > MAX_CELL or len(taken) > patience or swallowed > _MAX_SWALLOWED
            if partial is not None and (too_long or (odd and swallowed)):
                return self.give_up(taken, start, column)
        if swallowed and (odd or len(cells) != self.width):
            return self.give_up(taken, start, column)
        raw = _body(b"".join(taken))
        return Record(raw, start, start + size, len(cells), cells, strict=not odd, swallows=swallowed > 0)

    def give_up(self, taken: list[bytes], start: int, column: int) -> Record:
        self.failures += 1
        self.back.extendleft(reversed(taken[1:]))
        line = taken[0]
        return Record(_body(line), start, start + len(line), column + 1, strict=False, unclosed=column)


def records(
    data: bytes | Text, delimiter: bytes, *, start: int = 0, width: int | None = None, patience: int = MAX_CELL_LINES
) -> Iterator[Record]:
    r"""The records of a file in order.

    Args:
        data: UTF-8 text.
        delimiter: One byte.
        start: Offset of the first record.
        width: Number of cells of a whole record, if known: it tells a quote that never closes from a cell with
            line breaks.
        patience: How many lines a cell may have before its quote counts as never closed.

    >>> [record.width for record in records(b'a,b\n1,"2\n3"\n', b",")]
    [2, 2]
    """
    reader = _Reader(data, delimiter, start, width, patience)
    position = start
    while (line := reader.next_line()) is not None:
        record = reader.record(line, position)
        position = record.end
        yield record


def encode_record(cells: list[bytes], delimiter: bytes) -> bytes:
    """A record written by the book, every cell quoted where it needs to be."""
    specials = (delimiter, b'"', b"\n", b"\r")
    return delimiter.join(
        b'"' + cell.replace(b'"', b'""') + b'"' if any(special in cell for special in specials) else cell
        for cell in cells
    )
