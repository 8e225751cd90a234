"""The fast reader: Polars reads a file whole, and the file is proved regular while at it.

Polars pads short rows and drops odd quotes in silence, so its word is not enough. Two facts make it enough. Quotes: each
stands where RFC 4180 lets one stand. Bytes: the file is exactly as long as its cells, plus ``width - 1`` delimiters and
one line end per row, plus its quotes; rows that are too long are refused by Polars, so no short row can hide in the sum.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

import polars as pl

from salesmetrics.ingest.source.bounds import MAX_CELL
from salesmetrics.ingest.table.raw import ROW
from salesmetrics.ingest.together import in_turn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from salesmetrics.ingest.together import Together

__all__ = ["LineEnd", "Quotes", "count_quotes", "line_end", "read_regular"]

LineEnd = Literal["lf", "crlf", "cr", "mixed"]

_CHUNK = 1 << 18
_QUOTE = 34
_MANY = 500_000
"""From so many quotes on, arrays pay for the import of numpy."""


class Quotes(NamedTuple):
    """The quotes of a text: how many, how many are doubled ones inside cells, and whether a cell may hold a line end."""

    total: int
    doubled: int
    over_lines: bool


def line_end(data: bytes) -> LineEnd | None:
    """How the first line ends; ``mixed`` when CR ends it and LF occurs too, None for a single line."""
    newline = data.find(b"\n")
    if newline < 0:
        return "cr" if b"\r" in data else None
    cr = data.find(b"\r", 0, newline)
    if cr < 0:
        return "lf"
    return "crlf" if cr == newline - 1 else "mixed"


def count_quotes(data: bytes, start: int, delimiter: bytes) -> Quotes | None:
    """Prove that quotes stand by the book, and count them.

    Args:
        data: UTF-8 text.
        start: Offset of a record's first byte.
        delimiter: One byte.

    Returns:
        What was counted; None when a quote stands where it may not.

    >>> count_quotes(b'a,"b ""c"" d"', 0, b",")
    Quotes(total=6, doubled=2, over_lines=False)
    >>> count_quotes(b'a"b', 0, b",")
    """
    if data.find(b'"', start) < 0:
        return Quotes(0, 0, over_lines=False)
    seen = data.count(b'"', start, start + _CHUNK)
    if seen * (len(data) - start) // _CHUNK < _MANY:
        return _count_cells(data, start, delimiter)
    return _count_by_position(data, start, delimiter)


def _count_cells(data: bytes, start: int, delimiter: bytes) -> Quotes | None:
    """The proof for few quotes: every one of them belongs to a cell that is quoted by the book."""
    other = rb"[^%s\n\r]" % re.escape(delimiter)
    quoted = re.compile(rb'"(?<!%s")[^"]*+(?:""[^"]*+)*+"(?!%s)' % (other, other))
    cells = quoted.findall(memoryview(data)[start:])
    inside = b"".join(cells)
    total = data.count(b'"', start)
    if inside.count(b'"') < total:
        return None
    return Quotes(total, total // 2 - len(cells), over_lines=(b"\n" if b"\n" in data else b"\r") in inside)


def _count_by_position(data: bytes, start: int, delimiter: bytes) -> Quotes | None:
    """The same over arrays of positions, for files of many quotes."""
    import numpy as np

    view = np.frombuffer(data, np.uint8)
    total = doubled = parity = 0
    begin = start
    while begin < len(data):
        end = _seam(data, begin) if parity == 0 else min(begin + _CHUNK, len(data))
        is_quote = view[begin:end] == _QUOTE
        count = int(np.count_nonzero(is_quote))
        if count and not (parity == 0 and _only_seams(view[begin:end], is_quote, count, delimiter[0])):
            seen = _check_pairs(view, start, np.flatnonzero(is_quote) + begin, parity, delimiter[0])
            if seen is None:
                return None
            doubled += seen
        total, parity, begin = total + count, parity ^ (count & 1), end
    return Quotes(total, doubled, over_lines=True) if parity == 0 else None


def _seam(data: bytes, begin: int) -> int:
    """Where to end a chunk: before a quote that opens a line, if there is one in reach."""
    if begin + _CHUNK >= len(data):
        return len(data)
    seam = data.rfind(b'\n"', begin, begin + _CHUNK)
    return seam + 1 if seam > begin else begin + _CHUNK


def _only_seams(chunk: NDArray[np.uint8], is_quote: NDArray[np.bool_], count: int, delimiter: int) -> bool:
    """Whether every cell of a chunk is quoted and no quote stands elsewhere: the common dense case, checked quickly.

    A seam is quote-delimiter-quote or quote-newline-quote. When no two seams share a quote, and they use up all quotes
    but the first and the last of the chunk, quotes open and close cells in turn. A chunk that is not so may still be
    regular: the answer is then left to the pairwise check.
    """
    import numpy as np

    if count * 64 < len(chunk) or len(chunk) < 8 or chunk[0] != _QUOTE or chunk[-1] != 10:
        return False
    crlf = bool(chunk[-2] == 13)
    last = len(chunk) - (3 if crlf else 2)
    edges = (delimiter, 10, 13)
    if chunk[last] != _QUOTE or chunk[1] in edges or chunk[last - 1] in edges:
        return False
    middle = chunk[1:-1]
    seams = middle == delimiter
    if not crlf:
        seams |= middle == 10
    seams &= is_quote[:-2]
    seams &= is_quote[2:]
    found = int(np.count_nonzero(seams))
    if crlf:
        line_seams = is_quote[:-3] & is_quote[3:] & (chunk[1:-2] == 13) & (chunk[2:-1] == 10)
        found += int(np.count_nonzero(line_seams))
        seams[:-1] |= line_seams
        if (seams[:-3] & seams[3:]).any() and (line_seams[:-3] & seams[3:-1]).any():
            return False
    return 2 * found + 2 == count and not (seams[:-2] & seams[2:]).any()


def _check_pairs(
    view: NDArray[np.uint8], start: int, positions: NDArray[np.int64], parity: int, delimiter: int
) -> int | None:
    """Check quotes one by one and count the doubled ones; None when one stands where it may not.

    Those that open follow a delimiter, a line end or the quote that they double; those that close stand before one.
    """
    import numpy as np

    size = len(view)
    opening, closing = positions[parity::2], positions[1 - parity :: 2]
    before = view[np.maximum(opening - 1, 0)]
    after = view[np.minimum(closing + 1, size - 1)]
    opens = (before == delimiter) | (before == 10) | (before == 13) | (before == _QUOTE) | (opening == start)
    doubled = (after == _QUOTE) & (closing != size - 1)
    closes = (after == delimiter) | (after == 10) | (after == 13) | doubled | (closing == size - 1)
    return int(np.count_nonzero(doubled)) if bool(opens.all()) and bool(closes.all()) else None


def read_regular(
    data: bytes,
    *,
    start: int,
    delimiter: bytes,
    width: int,
    first_row: int,
    ending: LineEnd | None,
    together: Together = in_turn,
) -> pl.DataFrame | None:
    """Read the records of a regular file.

    Args:
        data: UTF-8 text.
        start: Offset of the first record.
        delimiter: One byte.
        width: Cells per record.
        first_row: Row number of the first record.
        ending: How lines end.
        together: How several things are done at once.

    Returns:
        Columns ``0``, ``1``, … (String, blank as null) and ``ROW`` (UInt32); None when the file is not regular.
    """
    if ending == "mixed" or start >= len(data):
        return None
    eol = b"\r" if ending == "cr" else b"\n"
    if _has_long_line(data, start, eol):
        return None
    # Polars leaves this core to the count for most of the time.
    works = (lambda: count_quotes(data, start, delimiter), lambda: _read(data, start, delimiter, width, first_row, eol))
    quotes, frame = together(works)
    if not isinstance(frame, pl.DataFrame) or not isinstance(quotes, Quotes):
        return None
    regular = _adds_up(frame, data, start, width, quotes, 2 if ending == "crlf" else 1)
    if not regular or (quotes.over_lines and _swallows_rows(frame, data, start, delimiter, eol)):
        return None
    return frame


def _has_long_line(data: bytes, start: int, eol: bytes) -> bool:
    """Whether a line is as long as no cell may be: over millions of cells in one line Polars takes gigabytes."""
    while len(data) - start > MAX_CELL:
        end = data.rfind(eol, start, start + MAX_CELL)
        if end < 0:
            return True
        start = end + 1
    return False


def _read(data: bytes, start: int, delimiter: bytes, width: int, first_row: int, eol: bytes) -> pl.DataFrame | None:
    try:
        return pl.read_csv(
            data,
            has_header=False,
            skip_lines=data.count(eol, 0, start),
            schema={str(index): pl.String for index in range(width)},
            infer_schema=False,
            separator=delimiter.decode(),
            quote_char='"' if data.find(b'"', start) >= 0 else None,
            eol_char=eol.decode(),
            extra_columns="raise",
            row_index_name=ROW,
            row_index_offset=first_row,
            glob=False,
        )
    except pl.exceptions.PolarsError:
        return None


def _adds_up(frame: pl.DataFrame, data: bytes, start: int, width: int, quotes: Quotes, eol: int) -> bool:
    columns = [str(index) for index in range(width)]
    bytes_ = pl.col(columns).str.len_bytes()
    lengths = frame.select(bytes_.sum()).row(0)
    if max(lengths) > MAX_CELL and max(size or 0 for size in frame.select(bytes_.max()).row(0)) > MAX_CELL:
        return False
    ends = frame.height if data.endswith((b"\n", b"\r")) else frame.height - 1
    expected = sum(lengths) + (width - 1) * frame.height + eol * ends + quotes.total - quotes.doubled
    return bool(expected == len(data) - start)


def _swallows_rows(frame: pl.DataFrame, data: bytes, start: int, delimiter: bytes, eol: bytes) -> bool:
    """Whether a cell holds line breaks and as many delimiters as a whole row: a lost quote may have put rows into it."""
    columns = [name for name in frame.columns if name != ROW]
    if len(columns) < 3 or data.count(eol, start) <= frame.height:
        return False
    text = pl.col(columns)
    broken = frame.select(text.str.contains(eol.decode(), literal=True).any()).row(0)
    suspects = [name for name, found in zip(columns, broken, strict=True) if found]
    count = pl.col(suspects).str.count_matches(delimiter.decode(), literal=True).max() >= len(columns) - 1
    return bool(suspects) and any(frame.select(count).row(0))
