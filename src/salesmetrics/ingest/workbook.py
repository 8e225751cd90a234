"""Tables that come typed: Parquet files and Excel workbooks."""

from __future__ import annotations

import html
import io
import logging
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.assemble import assemble
from salesmetrics.ingest.dialect import find_header
from salesmetrics.ingest.findings import finding
from salesmetrics.ingest.headless import refuse_headless
from salesmetrics.ingest.raw import ROW, RawTable, Source
from salesmetrics.ingest.repair import Repaired

if TYPE_CHECKING:
    import fastexcel

    from salesmetrics.ingest.container import Payload

__all__ = ["read_parquet", "read_xlsx"]

_HEAD_ROWS = 120
_RELATION = re.compile(rb"<Relationship\b[^>]*>")
_SHEET = re.compile(rb"<sheet\b[^>]*>")
_ERROR_CELL = re.compile(rb'<c r="[A-Z]+(\d+)"[^>]*\bt="e"[^>]*>(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?<v>([^<]*)</v>')


def _source(path: str, container: str, header_row: int) -> Source:
    return Source(path, "", container, "-", "-", 1.0, None, None, header_row)


def read_parquet(payload: Payload) -> list[RawTable]:
    """The table of a Parquet file; columns keep their types.

    Raises:
        SalesmetricsError: ``file_unreadable``, ``file_empty``, ``header_only``.
    """
    try:
        frame = pl.read_parquet(io.BytesIO(payload.data))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SalesmetricsError(
            "file_unreadable", path=payload.path, cause=f"the Parquet data is damaged ({error})"
        ) from error
    if not frame.width:
        raise SalesmetricsError("file_empty", path=payload.path)
    headers = [name.strip() for name in frame.columns]
    return [_typed_table(_source(payload.path, "parquet", 1), headers, frame, 2, {})]


def _typed_table(
    source: Source, headers: list[str], frame: pl.DataFrame, first_row: int, titles: dict[str, int]
) -> RawTable:
    frame = frame.rename({name: str(place) for place, name in enumerate(frame.columns)})
    frame = frame.with_row_index(ROW, first_row)
    return assemble(source, headers, Repaired(frame, first_row - 1 + frame.height, full=frame.height), b",", titles)


def read_xlsx(payload: Payload) -> list[RawTable]:
    """The tables of a workbook, one per visible sheet that has one.

    Numbers, dates and flags keep their types where a whole column has one; other columns are text.

    Raises:
        SalesmetricsError: ``extra_missing``, ``file_unreadable``, ``file_empty``, ``header_only``.
    """
    try:
        import fastexcel

        # It tells the terminal, not the caller, that a column of error cells has no type; findings say so.
        logging.getLogger("fastexcel").setLevel(logging.ERROR)
    except ImportError as error:
        raise SalesmetricsError("extra_missing", what="reading Excel workbooks", extra="excel") from error
    try:
        book = fastexcel.read_excel(payload.data)
        heads = {name: _texts(book, name) for name in book.sheet_names}
    except fastexcel.FastExcelError as error:
        raise SalesmetricsError(
            "file_unreadable", path=payload.path, cause=f"the workbook is damaged ({str(error).splitlines()[0]})"
        ) from error
    tables = {name: rows for name, rows in heads.items() if sum(any(row) for row in rows) > 1}
    tables = {name: rows for name, rows in tables.items() if _is_visible(book, name)} or tables
    if not tables:
        code = "header_only" if any(any(map(any, rows)) for rows in heads.values()) else "file_empty"
        raise SalesmetricsError(code, path=payload.path)
    errors = cell_errors(payload.data)
    return [
        _sheet(book, name, rows, payload.path if len(tables) == 1 else f"{payload.path}!{name}", errors.get(name, {}))
        for name, rows in tables.items()
    ]


def _is_visible(book: fastexcel.ExcelReader, name: str) -> bool:
    return bool(book.load_sheet(name, n_rows=1, dtypes="string").visible == "visible")


def cell_errors(data: bytes) -> dict[str, dict[str, list[int]]]:
    """Where cells hold an Excel error such as ``#REF!``: sheet to error to row numbers.

    fastexcel gives such cells as blank, so they are looked up in the sheet's own XML.
    """
    found: dict[str, dict[str, list[int]]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return found
        links = archive.read("xl/_rels/workbook.xml.rels")
        targets = {_attribute(tag, "Id"): _attribute(tag, "Target") for tag in _RELATION.findall(links)}
        for tag in _SHEET.findall(archive.read("xl/workbook.xml")):
            member = targets.get(_attribute(tag, "r:id"), "").lstrip("/")
            member = member if member.startswith("xl/") else f"xl/{member}"
            if member in names and (cells := _ERROR_CELL.findall(archive.read(member))):
                errors = found.setdefault(html.unescape(_attribute(tag, "name")), {})
                for row, error in cells:
                    errors.setdefault(error.decode(), []).append(int(row))
    return found


def _attribute(tag: bytes, name: str) -> str:
    value = re.search(rb"\s" + name.encode() + rb'="([^"]*)"', tag)
    return value[1].decode() if value else ""


def _texts(book: fastexcel.ExcelReader, name: str) -> list[list[str]]:
    """The first rows of a sheet as trimmed text."""
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, n_rows=_HEAD_ROWS, dtypes="string")
    if not sheet.width:
        return []
    return [["" if cell is None else str(cell).strip() for cell in row] for row in sheet.to_polars().iter_rows()]


def _sheet(
    book: fastexcel.ExcelReader, name: str, rows: list[list[str]], label: str, errors: dict[str, list[int]]
) -> RawTable:
    index = find_header(rows)
    refuse_headless(rows, index, ",", label)
    headers = rows[index]
    blank = sum(not any(row) for row in rows[:index])
    titles = {reason: count for reason, count in (("blank", blank), ("title", index - blank)) if count}
    sheet = book.load_sheet(
        name,
        header_row=None,
        skip_rows=index + 1,
        column_names=[str(place) for place in range(len(headers))],
        schema_sample_rows=None,
    )
    table = _typed_table(
        _source(label, "xlsx", index + 1), headers, _whole_numbers(sheet.to_polars()), index + 2, titles
    )
    said = [
        finding("excel_error_cells", path=label, count=len(set(numbers)), rows=numbers, error=error)
        for error, numbers in sorted(errors.items())
    ]
    return replace(table, findings=(*table.findings, *said))


def _whole_numbers(frame: pl.DataFrame) -> pl.DataFrame:
    """Excel knows no whole numbers; a column that holds nothing else, such as an id, becomes Int64."""
    floats = [name for name, dtype in frame.schema.items() if dtype == pl.Float64]
    whole = [
        name for name in floats if frame.select(((pl.col(name) % 1 == 0) & (pl.col(name).abs() < 2**53)).all()).item()
    ]
    return frame.with_columns(pl.col(whole).cast(pl.Int64))
