"""Tables that come typed: Parquet files and Excel workbooks."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.assemble import assemble
from salesmetrics.ingest.dialect import find_header
from salesmetrics.ingest.raw import ROW, RawTable, Source
from salesmetrics.ingest.repair import Repaired

if TYPE_CHECKING:
    import fastexcel

    from salesmetrics.ingest.container import Payload

__all__ = ["read_parquet", "read_xlsx"]

_HEAD_ROWS = 120


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
    if not tables:
        code = "header_only" if any(any(map(any, rows)) for rows in heads.values()) else "file_empty"
        raise SalesmetricsError(code, path=payload.path)
    return [
        _sheet(book, name, rows, payload.path if len(tables) == 1 else f"{payload.path}!{name}")
        for name, rows in tables.items()
    ]


def _texts(book: fastexcel.ExcelReader, name: str) -> list[list[str]]:
    """The first rows of a sheet as trimmed text."""
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, n_rows=_HEAD_ROWS, dtypes="string")
    if not sheet.width:
        return []
    return [["" if cell is None else str(cell).strip() for cell in row] for row in sheet.to_polars().iter_rows()]


def _sheet(book: fastexcel.ExcelReader, name: str, rows: list[list[str]], label: str) -> RawTable:
    index = find_header(rows)
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
    return _typed_table(_source(label, "xlsx", index + 1), headers, sheet.to_polars(), index + 2, titles)
