"""A workbook taken apart from its XML, by nothing of the package: cells, tables, charts and how sheets are set up."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any, NamedTuple
from xml.etree import ElementTree

__all__ = ["Book", "SheetRead", "TableRead", "read_book"]

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


class TableRead(NamedTuple):
    name: str
    first: tuple[int, int]
    last: tuple[int, int]
    titles: list[str]
    filtered: bool


class SheetRead(NamedTuple):
    name: str
    cells: dict[tuple[int, int], float | str]
    formats: dict[tuple[int, int], str]
    tables: list[TableRead]
    frozen: tuple[int, int] | None
    xml: str

    def rows(self) -> list[list[float | str]]:
        """The cells that hold something, by row."""
        found: dict[int, list[float | str]] = {}
        for (row, _), value in sorted(self.cells.items()):
            found.setdefault(row, []).append(value)
        return list(found.values())


class Book(NamedTuple):
    sheets: dict[str, SheetRead]
    charts: list[list[str]]
    """What each chart refers to."""
    files: dict[str, bytes]
    names: dict[str, str]
    """Defined names, such as print areas."""


def place(cell: str) -> tuple[int, int]:
    """Row and column of a cell such as ``$B$3``, from 0."""
    letters, digits = re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", cell).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def _unescaped(text: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


def _targets(files: dict[str, bytes], path: str) -> dict[str, str]:
    folder, _, name = path.rpartition("/")
    relations = files.get(f"{folder}/_rels/{name}.rels")
    found = ElementTree.fromstring(relations) if relations else []
    return {one.get("Id", ""): re.sub(r"^\.\./", "xl/", one.get("Target", "")) for one in found}


def read_book(data: bytes) -> Book:
    """Take a workbook apart."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    shared = ElementTree.fromstring(files["xl/sharedStrings.xml"]) if "xl/sharedStrings.xml" in files else []
    texts = [_unescaped("".join(one.itertext())) for one in shared]
    formats = _formats(files)
    book = ElementTree.fromstring(files["xl/workbook.xml"])
    targets = _targets(files, "xl/workbook.xml")
    sheets = {}
    for one in book.find(f"{MAIN}sheets") or ():
        path = f"xl/{targets[one.get(RELATION, '')]}"
        name = one.get("name", "")
        sheets[name] = _sheet(name, files, path, texts, formats)
    charts = [
        [ref.text or "" for ref in ElementTree.fromstring(content).iter(f"{CHART}f")]
        for path, content in sorted(files.items())
        if path.startswith("xl/charts/")
    ]
    names = {
        one.get("name", "") + one.get("localSheetId", ""): one.text or "" for one in book.iter(f"{MAIN}definedName")
    }
    return Book(sheets, charts, files, names)


def _formats(files: dict[str, bytes]) -> list[str]:
    styles = ElementTree.fromstring(files["xl/styles.xml"])
    codes = {one.get("numFmtId", ""): one.get("formatCode", "") for one in styles.iter(f"{MAIN}numFmt")}
    return [codes.get(one.get("numFmtId", ""), "") for one in styles.find(f"{MAIN}cellXfs") or ()]


def _sheet(name: str, files: dict[str, bytes], path: str, texts: list[str], formats: list[str]) -> SheetRead:
    root = ElementTree.fromstring(files[path])
    cells: dict[tuple[int, int], float | str] = {}
    shown: dict[tuple[int, int], str] = {}
    for cell in root.iter(f"{MAIN}c"):
        value = cell.find(f"{MAIN}v")
        where = place(cell.get("r", ""))
        if value is not None and value.text is not None:
            cells[where] = texts[int(value.text)] if cell.get("t") == "s" else float(value.text)
            shown[where] = formats[int(cell.get("s", "0"))]
    pane = root.find(f".//{MAIN}pane")
    frozen = None if pane is None else (int(pane.get("ySplit", "0")), int(pane.get("xSplit", "0")))
    targets = _targets(files, path)
    tables = [_table(files[targets[part.get(RELATION, "")]]) for part in root.iter(f"{MAIN}tablePart")]
    return SheetRead(name, cells, shown, tables, frozen, files[path].decode())


def _table(content: bytes) -> TableRead:
    root: Any = ElementTree.fromstring(content)
    first, last = (place(end) for end in root.get("ref").split(":"))
    titles = [_unescaped(one.get("name")) for one in root.iter(f"{MAIN}tableColumn")]
    return TableRead(root.get("name"), first, last, titles, root.find(f"{MAIN}autoFilter") is not None)
