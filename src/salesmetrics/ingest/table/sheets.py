"""What the XML of a workbook says before it is read: how much it unpacks to, how far its sheets reach, and which cells hold errors.

The library that reads workbooks knows no bounds, and gives cells with an Excel error as blank.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
import zlib
from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.bounds import MAX_UNPACKED, Budget, afford

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["cell_errors"]

_STEP = 4 << 20
_RELATION = re.compile(rb"<Relationship\b[^<>]*+>")
_SHEET = re.compile(rb"<sheet\b[^<>]*+>")
_CELL = b'<c r="'
_PLACE = re.compile(rb"""\sr\s*+=\s*+["']\$?([A-Za-z]{1,3})\$?(\d{1,7})["'][^<>/]*+>""")
_FAR = re.compile(rb"""\sr\s*+=\s*+["']\$?([A-Za-z]{3})\$?\d{1,7}["'][^<>/]*+>""")
_BEYOND = re.compile(rb"""\sr\s*+=\s*+["'](?:\$?[A-Za-z]{0,3}\$?\d{8}|\$?[A-Za-z]{4})""")
_TAG = re.compile(rb'<c r="[A-Z]{1,3}(\d{1,7})"')
_ERROR = re.compile(rb"(?:<f[^<>]*+>(?:[^<]*+</f>)?+)?+<v>([^<]*+)</v>")
_TAG_SIZE = 1_000
_LETTERS = re.compile(rb"""\sr\s*+=\s*+["']\$?([A-Za-z]{1,3})\$?\d""")
_BARE = re.compile(rb"""<(?:\w+:)?c(?:\s++(?!r\s*=)[\w:]++="[^"<>]*+")*+\s*+>""")
_ROW = re.compile(rb"""<(?:\w+:)?row\b[^<>]*?\sr\s*+=\s*+["'](\d{1,7})""")
_SHARED = "xl/sharedStrings.xml"
_SHARED_CELL = re.compile(rb"""\st="s"[^<>]*+>\s*+<v>(\d{1,9})</v>""")
_CELL_TEXT = 24
_COPIES = 1 << 30
"""Bytes of copied text that are worth a closer count; and about what a cell takes in XML."""
_TAIL = 64 << 10
_WIDE, _MANY, _CELL_BYTES = 702, 20_000_000, 32
_NO_ROW = 99_999_999
_BLANK = 100
"""So many cells for a byte of XML are nearly all blank."""


def cell_errors(path: str, data: bytes) -> dict[str, dict[str, list[int]]]:
    """Where cells hold an Excel error such as ``#REF!``: sheet to error to row numbers.

    Args:
        path: The file, for messages.
        data: The workbook.

    Raises:
        SalesmetricsError: ``unpacks_too_far``, ``sheet_too_large``, ``memory_short``, ``file_unreadable``.
    """
    found: dict[str, dict[str, list[int]]] = {}
    budget = Budget(path, len(data))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = _sheet_names(archive)
            for info in archive.infolist():
                errors: dict[str, list[int]] = {}
                _survey(archive, info, budget, errors, is_sheet=info.filename in names, path=path)
                if errors:
                    found[names[info.filename]] = errors
            _refuse_copies(archive, names, budget)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, OSError, ValueError) as error:
        raise SalesmetricsError("file_unreadable", path=path, cause=f"the workbook is damaged ({error})") from error
    return found


def _refuse_copies(archive: zipfile.ZipFile, names: dict[str, str], budget: Budget) -> None:
    """Count a text that many cells share as often as they do: each of them is given a copy of it."""
    if _SHARED not in archive.namelist() or archive.getinfo(_SHARED).file_size * budget.size < _COPIES:
        return
    longest = max(
        max(map(len, piece.split(b"<"))) for piece in _pieces(archive, archive.getinfo(_SHARED), _uncounted())
    )
    if longest * budget.size // _CELL_TEXT < _COPIES:
        return
    sizes = [len(text) for text in archive.read(_SHARED).split(b"<si")[1:]]
    total = 0
    for name in names:
        for piece in _pieces(archive, archive.getinfo(name), _uncounted()):
            total += sum(sizes[int(place)] for place in _SHARED_CELL.findall(piece) if int(place) < len(sizes))
            if total > _COPIES:
                budget.add(total)
                total = 0


def _uncounted() -> Budget:
    return Budget("", MAX_UNPACKED)


def _sheet_names(archive: zipfile.ZipFile) -> dict[str, str]:
    """Member → the name of the sheet that it holds."""
    members = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= members:
        return {}
    links = _head(archive, "xl/_rels/workbook.xml.rels")
    targets = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in _RELATION.findall(links)}
    names: dict[str, str] = {}
    for tag in _SHEET.findall(_head(archive, "xl/workbook.xml")):
        member = targets.get(_attribute(tag, "r:id"), "").lstrip("/")
        member = member if member.startswith("xl/") else f"xl/{member}"
        if member in members:
            names[member] = html.unescape(_attribute(tag, "name"))
    return names


def _head(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as stream:
        return stream.read(_STEP)


def _attribute(tag: bytes, name: str) -> str:
    value = re.search(rb"\s" + name.encode() + rb'="([^"]*)"', tag)
    return value[1].decode("utf-8", "replace") if value else ""


def _survey(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    budget: Budget,
    errors: dict[str, list[int]],
    *,
    is_sheet: bool,
    path: str,
) -> None:
    """Count what a member unpacks to; of a sheet also look for errors, and for its last cells."""
    before, last, widest, bare = budget.size, 0, _WIDE, 0
    for piece in _pieces(archive, info, budget):
        if not is_sheet:
            continue
        for row, error in _errors(piece):
            errors.setdefault(error, []).append(row)
        last = max(last, _last_row(piece, whole=budget.size - before <= 2 * _STEP))
        widest = max([widest, *(_column(letters) for letters in set(_FAR.findall(piece)))])
        if _BARE.search(piece):
            last = max([last, *map(int, _ROW.findall(piece))])
            bare = max(bare, *(row.count(b"<") // 2 for row in piece.split(b"<row")))
    if last * max(widest, bare) > max(_MANY, _BLANK * (budget.size - before)):
        letters = {
            found for piece in _pieces(archive, info, Budget(path, budget.size)) for found in _LETTERS.findall(piece)
        }
        widest = max([bare, *map(_column, letters)])
        if last * widest > _MANY or last == _NO_ROW:
            raise SalesmetricsError("sheet_too_large", path=path, rows=f"{last:,}", columns=f"{widest:,}")
    afford(path, last * _CELL_BYTES)


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Iterator[bytes]:
    """A member piece by piece, cut before a cell so that none is in two pieces."""
    rest = b""
    with archive.open(info) as stream:
        while piece := stream.read(_STEP):
            budget.add(len(piece))
            piece = rest + piece
            cut = piece.rfind(_CELL)
            cut = len(piece) if cut <= 0 or len(piece) - cut > _STEP else cut
            yield piece[:cut]
            rest = piece[cut:]
    yield rest


def _errors(piece: bytes) -> Iterator[tuple[int, str]]:
    at = piece.find(b't="e"')
    while at >= 0:
        start, end = piece.rfind(b"<", max(0, at - _TAG_SIZE), at), piece.find(b">", at, at + _TAG_SIZE)
        tag = _TAG.match(piece, start) if start >= 0 and end >= 0 else None
        value = _ERROR.match(piece, end + 1) if tag else None
        if tag and value:
            yield int(tag[1]), value[1].decode("utf-8", "replace")
        at = piece.find(b't="e"', at + 1)


def _last_row(piece: bytes, *, whole: bool) -> int:
    """The last row that a piece says it has; of one of many pieces only its end is looked at."""
    if _BEYOND.search(piece):
        return _NO_ROW
    found = _PLACE.findall(piece if whole else piece[-_TAIL:])
    return max((int(row) for _, row in found), default=0)


def _column(letters: bytes) -> int:
    """The number of a column.

    >>> _column(b"A"), _column(b"XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - 64
    return number
