"""The slow exact reader: finds the row where a file breaks its own rules, and goes on after it.

It works on UTF-8 bytes line by line, so that a quote that never closes costs one row and not the rest of the file.
"""

from __future__ import annotations

import io
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from salesmetrics.ingest.source.bounds import MAX_CELL, MAX_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Record", "encode_record", "records", "tokenise"]

_WINDOW = 4 << 20
_SHOWN = 4 << 10
MAX_CELL_LINES = 2_000
_MAX_SWALLOWED = 100


@dataclass(slots=True)
class Record:
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


def _lines(data: bytes, position: int) -> Iterator[bytes]:
    """Physical lines with their ends, without a second copy of the file.

    A CR alone ends a line only in a file whose first line it ends: elsewhere it is part of a cell.
    """
    newline = data.find(b"\n")
    cr = data.find(b"\r", 0, newline if newline >= 0 else len(data))
    if cr >= 0 and cr != newline - 1:
        return _any_lines(data, position)
    stream = io.BytesIO(data)
    stream.seek(position)
    return iter(stream)


def _any_lines(data: bytes, position: int) -> Iterator[bytes]:
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

    def __init__(self, data: bytes, delimiter: bytes, start: int, width: int | None, patience: int) -> None:
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
            return Record(body[:_SHOWN], start, start + len(line), 0, too_long=True)
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
    data: bytes, delimiter: bytes, *, start: int = 0, width: int | None = None, patience: int = MAX_CELL_LINES
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
