"""From a file to raw tables: every record read, rejected with a reason, or ignored and counted."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, TypedDict

import msgspec
import polars as pl
from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source import encoding as encodings
from salesmetrics.ingest.source.bounds import afford_text, refuse_wide
from salesmetrics.ingest.source.container import Payload, unwrap
from salesmetrics.ingest.source.encoding import MARKED, shown
from salesmetrics.ingest.source.fetch import fetch
from salesmetrics.ingest.table import workbook
from salesmetrics.ingest.table.assemble import UNWANTED, assemble
from salesmetrics.ingest.table.dialect import DELIMITERS, NO_DELIMITER, Dialect, find_header, sniff, with_doubled_quotes
from salesmetrics.ingest.table.headless import refuse_fixed_width, refuse_headless
from salesmetrics.ingest.table.raw import ROW, RawTable, RejectedRow, Source
from salesmetrics.ingest.table.regular import line_end, read_regular
from salesmetrics.ingest.table.repair import Record, Repaired, read_irregular, records
from salesmetrics.ingest.together import in_turn
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.ingest.source.encoding import Encoding
    from salesmetrics.ingest.table.regular import LineEnd
    from salesmetrics.ingest.together import Together
    from salesmetrics.schema.provenance import Finding

__all__ = [
    "ROW",
    "Cut",
    "Facts",
    "Head",
    "RawTable",
    "RejectedRow",
    "Source",
    "delimiter_option",
    "head_of",
    "made_of",
    "open_tables",
    "read_tables",
    "refuse_foreign_header",
    "table_of",
    "without_foreign",
]

_MARK = re.compile(rb"[^ \t\r\n\x00\x1a\xef\xbb\xbf]")
_ERROR = re.compile(rb"#(?:\xc2[\xa1\xbf])?[A-Z/0-9\x80-\xbf\xd0\xd1]{2,28}[!?]|#N[/V]|#YOK|#\xd0\x9d/")
"""What may be an error of a spreadsheet; the words of six languages fit it."""
_HEAD = 256 << 10
_HEAD_MOST = 64 << 20
_HEAD_RECORDS = 120


def read_tables(
    path: str, *, encoding: str | None = None, delimiter: str | None = None, stdin: BinaryIO | None = None
) -> list[RawTable]:
    """Read every table of a file.

    Args:
        path: A file as ``container.expand`` gives it, or ``-`` for ``stdin``.
        encoding: What the user said; recognised if None.
        delimiter: One character, or ``tab``; recognised if None.
        stdin: The stream that ``-`` stands for.

    Raises:
        SalesmetricsError: The file cannot be read as a table; each way has its own code.
    """
    return open_tables(path, fetch(path, stdin), encoding=encoding, delimiter=delimiter)


def open_tables(
    path: str, data: bytes, *, encoding: str | None = None, delimiter: str | None = None, together: Together = in_turn
) -> list[RawTable]:
    """Every table in the bytes of a file.

    Args:
        path: Its name, for messages and for the tables.
        data: Its bytes.
        encoding: What the user said; recognised if None.
        delimiter: One character, or ``tab``; recognised if None.
        together: How several things are done at once.

    Raises:
        SalesmetricsError: The file cannot be read as a table; each way has its own code.
    """
    cut = delimiter_option(delimiter)
    payloads = unwrap(path, data)
    return [table for payload in payloads for table in _read_payload(payload, encoding, cut, together)]


def delimiter_option(delimiter: str | None) -> str | None:
    """What the user said of the delimiter, as one character.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    if delimiter is None:
        return None
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(delimiter.lower(), delimiter)
    if len(named) != 1 or not named.isascii() or named in '"\r\n' or named.isalnum():
        known = [mark.decode() for mark in DELIMITERS if mark != b"\t"]
        raise SalesmetricsError(
            "option_invalid",
            option="--delimiter",
            value=delimiter,
            cause=Message("delimiter_long"),
            fix=Message("use_delimiter", known=known),
        )
    return named


def _read_payload(payload: Payload, encoding: str | None, delimiter: str | None, together: Together) -> list[RawTable]:
    if payload.container in ("parquet", "xlsx"):
        return workbook.read_parquet(payload) if payload.container == "parquet" else workbook.read_xlsx(payload)
    return [_read_text(payload, encoding, delimiter, together)]


class Head(msgspec.Struct, frozen=True):
    """What the first records say: where the header is, how wide records are, and where they begin."""

    cells: tuple[str, ...]
    row: int
    start: int
    titles: dict[str, int]

    def cut(self, dialect: Dialect) -> Cut:
        """How the records below are cut."""
        return {
            "start": self.start,
            "delimiter": dialect.delimiter,
            "width": len(self.cells),
            "first_row": self.row + 1,
        }


class Facts(msgspec.Struct):
    """What a text holds somewhere, gathered from its pieces, each of whole lines.

    Args:
        filled: Something but blanks.
        ascii_only: Nothing above ASCII.
        escapes: A backslash before a quote.
        errors: What may be an error of a spreadsheet, such as ``#REF!``.
        marks: Codes of ``UNWANTED``.
    """

    filled: bool = False
    ascii_only: bool = True
    escapes: bool = False
    errors: bool = False
    marks: set[str] = msgspec.field(default_factory=set)

    def add(self, piece: bytes) -> None:
        """Take one more piece."""
        own = piece.isascii()
        self.filled = self.filled or bool(_MARK.search(piece))
        self.ascii_only &= own
        # One byte is looked for ten times as fast as two.
        self.escapes = self.escapes or (piece.find(b"\\") >= 0 and piece.find(b'\\"') >= 0)
        self.errors = self.errors or (b"#" in piece and bool(_ERROR.search(piece)))
        self.marks.update(_marks(piece, ascii_only=own))

    def merge(self, other: Facts) -> None:
        """Take what another text holds."""
        self.filled |= other.filled
        self.ascii_only &= other.ascii_only
        self.escapes |= other.escapes
        self.errors |= other.errors
        self.marks |= other.marks


def _read_text(payload: Payload, option: str | None, delimiter: str | None, together: Together) -> RawTable:
    guess = encodings.detect(payload.data, path=payload.path, option=option)
    text = encodings.to_utf8(payload.data, guess)
    afford_text(payload.path, len(text))
    return table_of(text, payload, guess, delimiter, together)


def table_of(
    text: bytes, payload: Payload, guess: Encoding, delimiter: str | None = None, together: Together = in_turn
) -> RawTable:
    """The table in a text.

    Args:
        text: UTF-8.
        payload: Where it comes from.
        guess: The encoding that it was in.
        delimiter: One character; recognised if None.
        together: How several things are done at once.

    Raises:
        SalesmetricsError: As :func:`open_tables`.
    """
    if not _MARK.search(text):
        raise SalesmetricsError("file_empty", path=payload.path)
    dialect = sniff(text, delimiter)
    doubled = with_doubled_quotes(text, dialect.delimiter)
    if doubled is not None:
        text = doubled
        dialect = sniff(text, delimiter)
    ending = line_end(text)
    head = head_of(text, dialect, payload.path, guess)
    how = head.cut(dialect)
    frame = read_regular(text, **how, ending=ending, together=together)
    if frame is None:
        found = read_irregular(text, **how, ending=ending, path=payload.path, together=together)
    else:
        found = Repaired(frame, head.row + frame.height, full=frame.height)
    facts = Facts()
    facts.add(text)
    table = made_of(found, payload, guess, dialect, ending, head, facts)
    return table if doubled is None else replace(table, findings=(*table.findings, _unescaped(table)))


class Cut(TypedDict):
    """How a text is cut into records: from where on, by which byte, into how many cells, and which row the first one is."""

    start: int
    delimiter: bytes
    width: int
    first_row: int


def head_of(text: bytes, dialect: Dialect, path: str, guess: Encoding) -> Head:
    """The header of a text, which must say something in the encoding of the file.

    Raises:
        SalesmetricsError: ``encoding_mixed``, ``file_empty``, and as :func:`read_head`.
    """
    head = read_head(text, dialect, path)
    if guess.mixed:
        refuse_foreign_header(head.cells, head.row, guess.name, path)
    if not any(head.cells):
        raise SalesmetricsError("file_empty", path=path)
    return head


def made_of(
    found: Repaired,
    payload: Payload,
    guess: Encoding,
    dialect: Dialect,
    ending: LineEnd | None,
    head: Head,
    facts: Facts,
) -> RawTable:
    """The table of the records that were read.

    Args:
        found: The records.
        payload: Where they come from.
        guess: The encoding of the file.
        dialect: How it is cut.
        ending: How its lines end.
        head: Its header.
        facts: What its text holds.

    Raises:
        SalesmetricsError: ``header_only``.
    """
    source = Source(
        path=payload.path,
        container=payload.container,
        encoding=guess.name,
        encoding_how=guess.how,
        encoding_confidence=guess.confidence,
        delimiter=dialect.name,
        line_end=ending,
        header_row=head.row,
    )
    marks = [code for code in UNWANTED if code in facts.marks]
    table = assemble(source, head.cells, found, dialect.delimiter, head.titles, marks, errors=facts.errors)
    if guess.mixed:
        table, guess = without_foreign(table, guess)
    findings = (*_encoding_findings(payload.path, guess), *table.findings)
    return replace(table, findings=findings, plain=not marks and facts.ascii_only)


def _marks(text: bytes, *, ascii_only: bool) -> list[str]:
    """Codes of the unwanted characters that the text holds; the search for one byte is many times faster than for three."""
    found = []
    for code, mark in UNWANTED.items():
        encoded = mark.encode()
        if ascii_only and not encoded.isascii():
            continue
        first = text.find(encoded[:1])
        if first >= 0 and text.find(encoded, first) >= 0:
            found.append(code)
    return found


def _encoding_findings(path: str, guess: encodings.Encoding) -> list[Finding]:
    if guess.damaged:
        return [finding("encoding_damaged", path=path, count=guess.damaged, encoding=guess.name)]
    if guess.how == "guess" and guess.confidence < encodings.SURE:
        other = guess.alternative or "cp1252"
        share = round(100 * guess.confidence)
        return [
            finding("encoding_uncertain", path=path, count=0, encoding=guess.name, confidence=share, alternative=other)
        ]
    return []


def _unescaped(table: RawTable) -> Finding:
    texts = pl.col([name for name in table.frame.columns if name != ROW])
    rows = table.frame.filter(pl.any_horizontal(texts.str.contains('"', literal=True))).get_column(ROW)
    return finding("backslash_escapes", path=table.source.path, count=len(rows), rows=rows.to_list())


def read_head(text: bytes, dialect: Dialect, path: str) -> Head:
    """Find the header and the width of the records below it.

    Empty names at the end of a header count as columns only as far as the records below go; empty cells that every
    record has beyond the header are columns without a name.

    Raises:
        SalesmetricsError: ``columns_too_many``.
    """
    rows, found = _head_rows(text, dialect, path)
    if dialect.delimiter == NO_DELIMITER:
        refuse_fixed_width([record.raw.decode("utf-8", "replace") for record in found], path)
    index = find_header(rows)
    refuse_headless(rows, index, dialect.name or ",", path)
    names = rows[index]
    below = [row for row in rows[index + 1 :] if any(row)]
    titles = {"blank": sum(not any(row) for row in rows[:index])}
    titles["title"] = index - titles["blank"]
    cells = _fit(names, below)
    refuse_wide(path, len(cells))
    return Head(cells, index + 1, _end(found[index], text), {k: v for k, v in titles.items() if v})


def _head_rows(text: bytes, dialect: Dialect, path: str) -> tuple[list[list[str]], list[Record]]:
    """The first whole records, of which the header is one: wide ones are read to their end."""
    window = _HEAD
    while True:
        found = list(islice(records(text[:window], dialect.delimiter, start=dialect.start), _HEAD_RECORDS))
        cut = len(text) > window and found[-1].end >= window
        if cut:
            last = found.pop()
            if not found:
                refuse_wide(path, last.width, more=True)
        rows = [[_clean(cell) for cell in record.split(dialect.delimiter)] for record in found]
        if not cut or sum(any(row) for row in rows) > 1 or window >= _HEAD_MOST:
            break
        window *= 4
    if not rows:
        raise SalesmetricsError("file_binary", path=path, detail=Message("first_line_long", mib=_HEAD_MOST >> 20))
    return rows, found


def _end(record: Record, text: bytes) -> int:
    return min(record.end, len(text))


def _clean(cell: bytes) -> str:
    return cell.decode("utf-8", "replace").replace("\ufeff", "").replace("\x00", "").strip()


def _fit(names: Sequence[str], below: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The header at the width of the records."""
    bare = len(names)
    while bare > 1 and not names[bare - 1]:
        bare -= 1
    if not below:
        return tuple(names[:bare])
    widths = [len(row) for row in below]
    usual = max(set(widths), key=lambda width: (widths.count(width), width))
    if bare <= usual <= len(names):
        return tuple(names[:usual])
    beyond = [row for row in below if len(row) == usual]
    if usual > len(names) and not any(cell for row in beyond for cell in row[len(names) :]):
        return (*names, *[""] * (usual - len(names)))
    return tuple(names)


# --- rows in another encoding than the rest of their file: rejected with their bytes named, never read as noise ---


_OTHER = r"[^\x00-\x7f\x{10fe00}-\x{10feff}]"
_OWN = 2
_MOST = 80


def refuse_foreign_header(cells: Sequence[str], row: int, encoding: str, path: str) -> None:
    """Refuse a header in another encoding than the rows below: no column could be told by it.

    Raises:
        SalesmetricsError: ``encoding_mixed``.
    """
    for cell in cells:
        text = shown(cell)
        if text != cell and not any(not char.isascii() for char in text):
            raise SalesmetricsError("encoding_mixed", path=path, row=row, value=text[:_MOST], encoding=_plain(encoding))


def without_foreign(table: RawTable, encoding: Encoding) -> tuple[RawTable, Encoding]:
    """Reject the rows whose bytes above ASCII mean nothing in the encoding of the file.

    A row that has far more other characters above ASCII is in that encoding, and damaged: its marks are shown as U+FFFD.

    Returns:
        The table, and the encoding with what is still damaged in it.
    """
    frame = table.frame
    texts = [name for name in frame.columns if name != ROW]
    marked = frame.filter(pl.any_horizontal(pl.col(texts).str.contains(MARKED)))
    own = pl.sum_horizontal(pl.col(texts).str.count_matches(_OTHER).fill_null(0))
    strange = pl.sum_horizontal(pl.col(texts).str.count_matches(MARKED).fill_null(0))
    whole = marked.filter(own < _OWN * strange)
    rejected = [_rejected(texts, row, encoding.name) for row in whole.select(ROW, *texts).iter_rows()]
    frame = frame.filter(~pl.col(ROW).is_in(whole.get_column(ROW).to_list()))
    counts = frame.select(pl.col(texts).str.count_matches(MARKED).sum()).row(0)
    damaged = sum(count or 0 for count in counts)
    if damaged:
        frame = frame.with_columns(pl.col(texts).str.replace_all(MARKED, "\ufffd"))
    known = [_explained(row, encoding.name) for row in table.rejected]
    return replace(table, frame=frame, rejected=(*known, *rejected)), replace(encoding, damaged=damaged)


def _explained(row: RejectedRow, encoding: str) -> RejectedRow:
    """A row rejected for its shape: foreign bytes in it are shown, and may be why."""
    text = shown(row.value) if row.value else row.value
    if text == row.value:
        return row
    return replace(row, value=text, reason=Message("with_foreign_bytes", reason=row.reason, encoding=_plain(encoding)))


def _rejected(names: Sequence[str], row: Sequence[object], encoding: str) -> RejectedRow:
    cells = ((name, str(cell)) for name, cell in zip(names, row[1:], strict=True) if cell is not None)
    column, cell = next((name, cell) for name, cell in cells if shown(cell) != cell)
    reason = Message("not_of_encoding", encoding=_plain(encoding))
    return RejectedRow(int(str(row[0])), column, shown(cell)[:_MOST], reason, cell=True)


def _plain(encoding: str) -> str:
    return {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16"}.get(encoding, encoding)
