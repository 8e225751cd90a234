"""How a text file is cut into cells: delimiter, line ends, and where the header stands."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from statistics import median
from typing import TYPE_CHECKING

import msgspec

from salesmetrics.ingest.source.bounds import MAX_WORD
from salesmetrics.ingest.table.regular import count_quotes
from salesmetrics.ingest.table.repair import records

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.ingest.table.repair import Record

__all__ = [
    "DELIMITERS",
    "NO_DELIMITER",
    "PERIOD_HEADER",
    "Dialect",
    "find_header",
    "looks_like_value",
    "sniff",
    "with_doubled_quotes",
]

DELIMITERS = (b",", b";", b"\t", b"|")
NO_DELIMITER = b"\x1f"
"""What a file of one column is cut by: a character that text does not hold."""

_SAMPLE = 128 << 10
_SAMPLE_RECORDS = 120
_TITLE_ROWS = 40
_CELL_LINES = 50
_MAX_LOST = 5
_DIRECTIVE = re.compile(rb'"?sep=(.)"?\r?(?:\n|$)', re.IGNORECASE)
_OTHER_MARKS = re.compile(r"[;\t|]")
_VALUE = re.compile(
    r"""\W*+(?:[A-Z]{3}\s*+\(?)?\d(?:[\d\s.,:/\-+()'年月日%]|[TZ](?![A-Z]))*+(?:[A-Z]{3}|[AP]M|[KMB])?+\W*+  # numbers, dates, times, money
      | \d{1,2}[\s.-]\w+[\s.,-]+\d{2,4}.*  # 15 Apr, 2021
      | (?:true|false|yes|no|null)
      | [^\s@]++@[^\s@.]++(?:\.[^\s@.]++)++ | https?://\S+""",
    re.VERBOSE | re.IGNORECASE,
)


class Dialect(msgspec.Struct, frozen=True):
    """How to cut a file.

    ``start`` is the offset of the first record (after a ``sep=`` line), ``delimiter`` one byte.
    """

    delimiter: bytes
    start: int = 0

    @property
    def name(self) -> str | None:
        """The delimiter as a user writes it; None for a file of one column."""
        return None if self.delimiter == NO_DELIMITER else self.delimiter.decode()


PERIOD_HEADER = re.compile(
    r"(\d{4}[ -]?)?q[1-4]([ /-]?\d{2,4})?|\d{4}([-./]\d{1,2})?|\d{1,2}[-./]\d{4}"
    r"|(jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*([ -]?\d{2,4})?"
)


def looks_like_value(cell: str) -> bool:
    """Whether a cell holds a number, a date, a flag or an address rather than the name of a column.

    >>> [looks_like_value(cell) for cell in ("Amount", "1 234,56", "2024-01-05", "Q1 target", "€ 2.900,00")]
    [False, True, True, False, True]
    """
    return len(cell) <= MAX_WORD and bool(_VALUE.fullmatch(cell))


def _cut(sample: bytes, delimiter: bytes, start: int, *, whole: bool) -> list[list[str]]:
    """The first records as a delimiter cuts them; only a few when most of their quotes make no sense with it."""
    found: list[Record] = []
    lost = 0
    for record in islice(records(sample, delimiter, start=start, patience=_CELL_LINES), _SAMPLE_RECORDS):
        found.append(record)
        lost += record.unclosed is not None
        if lost > _MAX_LOST and 2 * lost > len(found):
            break
    if not whole and len(found) > 1 and found[-1].end >= len(sample):
        found.pop()
    return [[cell.decode("utf-8", "replace").strip() for cell in record.split(delimiter)] for record in found]


def sniff(data: bytes, option: str | None = None) -> Dialect:
    r"""The dialect of UTF-8 text.

    Args:
        data: The whole text; only its beginning is looked at.
        option: The delimiter that the user named; it wins.

    >>> sniff(b"name;amount\nA, B;1,50\nC;2,75\n").name
    ';'
    """
    directive = _DIRECTIVE.match(data[:16])
    start = directive.end() if directive else 0
    if option is not None:
        return Dialect(option.encode(), start)
    if directive:
        return Dialect(directive[1], start)
    whole = len(data) <= _SAMPLE
    sample = data[:_SAMPLE]
    cuts = {delimiter: _cut(sample, delimiter, 0, whole=whole) for delimiter in DELIMITERS}
    fits = {delimiter: _fit(rows) for delimiter, rows in cuts.items()}
    best = max(DELIMITERS, key=lambda delimiter: fits[delimiter].score)
    uncut = sum(
        all(len(rows[index]) == 1 for rows in cuts.values() if index < len(rows)) for index in _filled(cuts[best])
    )
    if fits[best].score <= 0 or (fits[best].width == 2 and uncut > fits[best].rows):
        return Dialect(NO_DELIMITER)
    return Dialect(best)


def _filled(rows: Sequence[Sequence[str]]) -> list[int]:
    return [index for index, row in enumerate(rows) if any(row)]


class _Fit(msgspec.Struct, frozen=True):
    """How well a delimiter explains the records: how many are ``width`` wide, and a score to compare by."""

    score: float = 0.0
    width: int = 1
    rows: int = 0


def _fit(rows: Sequence[Sequence[str]]) -> _Fit:
    """The share of records as wide as the header, weighed by the width."""
    filled = [rows[index] for index in _filled(rows)]
    widths = Counter(len(row) for row in filled)
    wide = [width for width in widths if width > 1]
    if not wide:
        return _Fit()
    width = max(wide, key=lambda item: (widths[item], item))
    place = next(index for index, row in enumerate(filled) if len(row) > 1 and abs(len(row) - width) <= 1)
    header, below = filled[place], filled[place:]
    share = sum(len(row) == width for row in below) / len(below)
    # A comma within amounts cuts a record of semicolons in two: what is beside a semicolon is looked at by itself.
    header_fits = len(header) == width and not any(
        looks_like_value(piece) for cell in header for piece in _OTHER_MARKS.split(cell)
    )
    score = share * (1.0 if header_fits else 0.5) * (1.0 if place == 0 else 0.9) * (2 - 1 / width)
    return _Fit(score, width, widths[width])


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """Index of the header among the first records of a table.

    It is the first row that is filled about as far as the rows below it, holds names rather than values, and no name
    more often than once for the most part; the first filled row where there is none such.

    >>> find_header([["Won deals, 2024"], [""], ["Deal", "Owner", "Amount"], ["A", "Kim", "10"], ["B", "Lee", "20"]])
    2
    """
    counts = [sum(bool(cell.strip()) for cell in row) for row in rows]
    usual = median(count for count in counts if count) if any(counts) else 0
    widest = max((len(row) for row, count in zip(rows, counts, strict=True) if count >= usual), default=0)
    for index, row in enumerate(rows[:_TITLE_ROWS]):
        names = [cell.strip() for cell in row if cell.strip()]
        enough = len(names) >= max(1.0, 0.6 * usual) and (len(names) > 1 or widest == 1 or usual <= 1)
        if enough and _are_names(names):
            return index
    return next((index for index, count in enumerate(counts) if count), 0)


def _are_names(cells: Sequence[str]) -> bool:
    values = sum(looks_like_value(cell) for cell in cells)
    return values <= 0.1 * len(cells) and len(set(cells)) >= 0.5 * len(cells)


# --- quotes that a program escaped with a backslash instead of doubling them ---


_ESCAPED = re.compile(rb'\\(["\\])')
_ESCAPE_SAMPLE = 4 << 20


def with_doubled_quotes(text: bytes, delimiter: bytes) -> bytes | None:
    r"""The text with its quotes doubled, where they are escaped by a backslash; None where they are not.

    A backslash before a quote may also be the last letter of a cell. So the text must break the rules of CSV as it
    stands, and keep them, or break them less often, with the escapes undone.

    Args:
        text: UTF-8.
        delimiter: One byte.

    >>> with_doubled_quotes(b'name,size\n"a 32\\" screen","x"\n', b",")
    b'name,size\n"a 32"" screen","x"\n'
    >>> with_doubled_quotes(b'name,path\n"a","C:\\"\n', b",") is None
    True
    """
    # One byte is looked for ten times as fast as two.
    if text.find(b"\\") < 0 or text.find(b'\\"') < 0 or count_quotes(text, 0, delimiter) is not None:
        return None
    doubled = _ESCAPED.sub(lambda found: b'""' if found[1] == b'"' else b"\\", text)
    if count_quotes(doubled, 0, delimiter) is not None or _faults(doubled, delimiter) < _faults(text, delimiter):
        return doubled
    return None


def _faults(text: bytes, delimiter: bytes) -> int:
    """How many records of the beginning break the rules."""
    faults = 0
    width = None
    for record in records(text[:_ESCAPE_SAMPLE], delimiter):
        width = width or record.width
        faults += record.unclosed is not None or not record.strict or record.width != width
    return faults
