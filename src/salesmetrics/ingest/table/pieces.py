"""A large file, read a piece at a time: its text never stands in memory whole, and its cells lie on disk by columns. Own file: a second way to read."""

from __future__ import annotations

import codecs
import os
from pathlib import Path
from typing import TYPE_CHECKING, Self

from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.laid import laid
from salesmetrics.ingest.source import encoding as encodings
from salesmetrics.ingest.source.container import PARQUET, Payload, is_parquet, is_text, unwrap
from salesmetrics.ingest.source.fetch import changed, read_file, reading
from salesmetrics.ingest.table.dialect import sniff, with_doubled_quotes
from salesmetrics.ingest.table.regular import line_end, read_regular
from salesmetrics.ingest.table.repair import Repaired, read_irregular
from salesmetrics.ingest.table.table import Cut, Facts, delimiter_option, head_of, made_of, open_tables, table_of
from salesmetrics.ingest.table.workbook import scan_parquet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from salesmetrics.frames.store import Store
    from salesmetrics.ingest.source.encoding import Encoding
    from salesmetrics.ingest.table.raw import RawTable
    from salesmetrics.ingest.table.regular import LineEnd

__all__ = ["TextOnDisk", "last_whole", "open_in_pieces"]

_STEP = 4 << 20
_HEAD = 64 << 20


def open_in_pieces(
    path: str, store: Store, *, encoding: str | None = None, delimiter: str | None = None
) -> list[RawTable]:
    """Every table of a file, as :func:`salesmetrics.ingest.table.table.open_tables` gives it, its cells on disk.

    A file of text in UTF-8 is read a piece at a time, and so is a Parquet file. What is packed, a workbook, and text in another
    encoding stands in memory until it is unpacked or decoded.

    Args:
        path: The file.
        store: Takes the cells.
        encoding: What the user said; recognised if None.
        delimiter: One character, or ``tab``; recognised if None.

    Raises:
        SalesmetricsError: As :func:`salesmetrics.ingest.table.table.open_tables`.
    """
    with reading(path):
        return _open(path, store, encoding, delimiter)


def _open(path: str, store: Store, encoding: str | None, delimiter: str | None) -> list[RawTable]:
    cut = delimiter_option(delimiter)
    with Path(path).open("rb") as stream:
        beginning = stream.read(_STEP)
        stream.seek(-min(len(PARQUET), len(beginning)), os.SEEK_END)
        ending = stream.read()
    if is_parquet(beginning, ending):
        return [scan_parquet(path, store)]
    if is_text(path, beginning) and (guess := _of_utf8(path, beginning, encoding)) is not None:
        with TextOnDisk(path, len(codecs.BOM_UTF8) if guess.name == "utf-8-sig" else 0) as text:
            facts = _facts(text)
            if facts is not None:
                return [_read(text, facts, Payload(path, "plain", b""), guess, cut, store)]
    data = read_file(path)
    payloads = unwrap(path, data)
    if payloads[0].container in ("parquet", "xlsx"):
        return [_laid_aside(table, store) for table in open_tables(path, data, delimiter=delimiter)]
    return [_decoded(payload, encoding, cut, store) for payload in payloads]


def _of_utf8(path: str, beginning: bytes, option: str | None) -> Encoding | None:
    """The encoding of a file that is UTF-8, if it goes on as it begins; None for any other."""
    whole = beginning[: max(beginning.rfind(b"\n"), 0) + 1] or beginning
    if encodings.is_wide(whole) or not encodings.is_utf8(whole):
        return None
    guess = encodings.detect(whole, path=path, option=option)
    return guess if guess.name in ("utf-8", "utf-8-sig", "ascii") and not guess.damaged else None


def _facts(text: TextOnDisk) -> Facts | None:
    """What a text holds; None where it is not UTF-8 throughout."""
    facts = Facts()
    for piece in text.whole_lines():
        if not encodings.is_utf8(piece):
            return None
        facts.add(piece)
    return facts


def _decoded(payload: Payload, encoding: str | None, delimiter: str | None, store: Store) -> RawTable:
    """The table in a text that had to be unpacked or decoded in memory."""
    guess = encodings.detect(payload.data, path=payload.path, option=encoding)
    decoded = store.keep(encodings.to_utf8(payload.data, guess))
    facts = Facts()
    with TextOnDisk(decoded, name=payload.path) as text:
        for piece in text.whole_lines():
            facts.add(piece)
        table = _read(text, facts, replace(payload, data=b""), guess, delimiter, store)
    decoded.unlink()
    return table


def _laid_aside(table: RawTable, store: Store) -> RawTable:
    return replace(table, frame=laid(store.lay(table.frame), store, table.frame.height))


def _read(
    text: TextOnDisk, facts: Facts, payload: Payload, guess: Encoding, delimiter: str | None, store: Store
) -> RawTable:
    if not facts.filled:
        raise SalesmetricsError("file_empty", path=payload.path)
    beginning = text[:_HEAD]
    dialect = sniff(beginning, delimiter)
    if facts.escapes and with_doubled_quotes(text[:], dialect.delimiter) is not None:
        return _laid_aside(table_of(text[:], payload, guess, delimiter), store)
    ending = line_end(beginning)
    head = head_of(beginning, dialect, payload.path, guess)
    how = head.cut(dialect)
    found = _regular(text, how, ending, store) or _irregular(text, how, ending, payload.path, store)
    return made_of(found, payload, guess, dialect, ending, head, facts)


def _regular(text: TextOnDisk, how: Cut, ending: LineEnd | None, store: Store) -> Repaired | None:
    """The records of a regular file; None as soon as a piece is not regular."""
    if ending in ("mixed", "cr") or how["start"] >= len(text):
        return None
    laid_down, row = store.pile(), how["first_row"]
    for piece in text.pieces(how["start"], store.piece):
        cut: Cut = {**how, "start": 0, "first_row": row}
        frame = read_regular(piece, **cut, ending=ending)
        if frame is None:
            return None
        laid_down.add(frame)
        row += frame.height
    return Repaired(laid(laid_down.laid(), store, laid_down.height), row - 1, full=laid_down.height)


def _irregular(text: TextOnDisk, how: Cut, ending: LineEnd | None, path: str, store: Store) -> Repaired:
    laid_down = store.pile()
    found = read_irregular(text, **how, ending=ending, path=path, pile=laid_down)
    if laid_down.height:
        found.frame = laid(laid_down.laid(), store, laid_down.height)
    return found


class TextOnDisk:
    """The text of a file, as bytes of UTF-8 that are brought in as they are asked for.

    Args:
        path: The file.
        start: Where the text begins, behind a byte order mark.
        name: The file in messages.
    """

    def __init__(self, path: str | Path, start: int = 0, name: str = "") -> None:
        self.path, self.start, self.name = Path(path), start, name or str(path)
        self._stream = self.path.open("rb")
        self._size = os.fstat(self._stream.fileno()).st_size - start

    def __enter__(self) -> Self:
        """The text, which is open already."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Close the file."""
        self._stream.close()

    def __len__(self) -> int:
        """Bytes of text."""
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        """Some of them, in memory."""
        begin, end, _ = part.indices(self._size)
        if begin >= end:
            return b""
        self._stream.seek(self.start + begin)
        found = self._stream.read(end - begin)
        if len(found) < end - begin:
            raise changed(self.name)
        return found

    def find(self, mark: bytes, begin: int = 0, end: int | None = None) -> int:
        """Where a mark of one byte stands first; -1 where it does not."""
        end = self._size if end is None else min(end, self._size)
        while begin < end:
            place = self[begin : min(begin + _STEP, end)].find(mark)
            if place >= 0:
                return begin + place
            begin += _STEP
        return -1

    def rfind(self, mark: bytes, begin: int, end: int) -> int:
        """Where a mark of one byte stands last; -1 where it does not."""
        place = self[begin:end].rfind(mark)
        return begin + place if place >= 0 else -1

    def lines(self, position: int) -> Iterator[bytes]:
        """The lines from a place on, each with the LF that ends it."""
        with self.path.open("rb", buffering=_STEP) as stream:
            stream.seek(self.start + position)
            yield from stream

    def whole_lines(self) -> Iterator[bytes]:
        """The text in pieces of a few megabytes that end with a line, wherever that stands."""
        begin = 0
        while begin < self._size:
            end = min(begin + _STEP, self._size)
            if end < self._size:
                end = self.rfind(b"\n", begin, end) + 1 or self.find(b"\n", end) + 1 or self._size
            yield self[begin:end]
            begin = end

    def pieces(self, position: int, size: int) -> Iterator[bytes]:
        """The text from a place on in pieces of about a size; a quoted cell is not cut where quotes are by the book."""
        while position < self._size:
            end = min(position + size, self._size)
            piece = self[position:end]
            while end < self._size:
                cut = last_whole(piece)
                if cut:
                    piece = piece[:cut]
                    break
                more = self[end : min(end + size, self._size)]
                piece, end = piece + more, end + len(more)
            yield piece
            position += len(piece)


def last_whole(piece: bytes) -> int:
    """Where the last line ends that no quoted cell goes on behind; 0 where there is none.

    An even number of quotes stands before it. Only the quotes behind a candidate are counted anew for the next.
    """
    quotes, end = piece.count(b'"'), len(piece)
    for _ in range(10_000):
        line = piece.rfind(b"\n", 0, end)
        if line < 0:
            return 0
        quotes -= piece.count(b'"', line, end)
        if quotes % 2 == 0:
            return line + 1
        end = line
    return 0
