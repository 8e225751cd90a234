"""Tables that come typed: Parquet files and Excel workbooks."""

from __future__ import annotations

import io
import logging
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.checks.findings import finding
from salesmetrics.ingest.source.bounds import MAX_CELL, afford, refuse_wide
from salesmetrics.ingest.table.assemble import assemble
from salesmetrics.ingest.table.dialect import find_header
from salesmetrics.ingest.table.headless import refuse_headless
from salesmetrics.ingest.table.raw import ROW, RawTable, Source
from salesmetrics.ingest.table.repair import OddRow, Repaired
from salesmetrics.ingest.table.sheets import cell_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    import fastexcel
    from fastexcel import DType, DTypeMap

    from salesmetrics.ingest.source.container import Payload

__all__ = ["read_parquet", "read_xlsx"]

_HEAD_ROWS = 120
_SHOWN = 1_000
_CELL_BYTES = 16


@contextmanager
def _damage(path: str, what: str, errors: tuple[type[Exception], ...]) -> Iterator[None]:
    """Say of a typed file that it is damaged, also where the library that reads it gives up altogether."""
    try:
        yield
    except errors as error:
        cause = f"the {what} is damaged ({str(error).partition(chr(10))[0][:_SHOWN]})"
        raise SalesmetricsError("file_unreadable", path=path, cause=cause) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise SalesmetricsError("file_unreadable", path=path, cause=f"the {what} is damaged") from error


def _source(path: str, container: str, header_row: int) -> Source:
    return Source(path, "", container, "-", "-", 1.0, None, None, header_row)


def read_parquet(payload: Payload) -> list[RawTable]:
    """The table of a Parquet file; columns keep their types.

    Raises:
        SalesmetricsError: ``file_unreadable``, ``file_empty``, ``header_only``.
    """
    with _damage(payload.path, "Parquet data", (pl.exceptions.PolarsError, OSError)):
        lazy = pl.scan_parquet(io.BytesIO(payload.data))
        refuse_wide(payload.path, len(lazy.collect_schema()))
        rows = lazy.select(pl.len()).collect().item()
        afford(payload.path, _CELL_BYTES * rows * len(lazy.collect_schema()))
        frame = pl.read_parquet(io.BytesIO(payload.data))
    if not frame.width:
        raise SalesmetricsError("file_empty", path=payload.path)
    headers = [name.strip() for name in frame.columns]
    return [_typed_table(_source(payload.path, "parquet", 1), headers, frame, 2, {})]


def _typed_table(
    source: Source, headers: list[str], frame: pl.DataFrame, first_row: int, titles: dict[str, int]
) -> RawTable:
    frame = frame.rename({name: str(place) for place, name in enumerate(frame.columns)})
    refuse_wide(source.path, frame.width)
    frame = frame.with_columns(_spelt(frame[name]) for name, dtype in frame.schema.items() if _has_no_text(dtype))
    frame = frame.with_row_index(ROW, first_row)
    last = first_row - 1 + frame.height
    frame, odd = _without_long_cells(frame)
    return assemble(source, headers, Repaired(frame, last, full=frame.height, odd=odd), b",", titles)


def _has_no_text(dtype: pl.DataType) -> bool:
    return dtype.is_nested() or dtype in (pl.Binary, pl.Object)


def _spelt(column: pl.Series) -> pl.Series:
    """Lists, records and bytes as text: no field is made of them, but a reader may look at them."""
    cells = (
        None
        if cell is None
        else cell.decode("utf-8", "backslashreplace")
        if isinstance(cell, bytes)
        else str(cell.to_list() if isinstance(cell, pl.Series) else cell)
        for cell in column
    )
    return pl.Series(column.name, list(cells), dtype=pl.String)


def _without_long_cells(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[OddRow]]:
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    sizes = frame.select(pl.col(texts).str.len_bytes().max()).row(0) if texts else ()
    odd = [
        OddRow(row, text[:_SHOWN].encode(), frame.width - 1, "long_cell", int(name))
        for name, size in zip(texts, sizes, strict=True)
        if (size or 0) > MAX_CELL
        for row, text in frame.filter(pl.col(name).str.len_bytes() > MAX_CELL).select(ROW, name).iter_rows()
    ]
    odd = list({item.row: item for item in odd}.values())
    return (frame.filter(~pl.col(ROW).is_in([item.row for item in odd])) if odd else frame), odd


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
    errors = cell_errors(payload.path, payload.data)
    with _damage(payload.path, "workbook", (fastexcel.FastExcelError,)):
        book = fastexcel.read_excel(payload.data)
        heads = {name: _texts(book, name) for name in book.sheet_names}
        return _sheets(book, heads, errors, payload.path)


def _sheets(
    book: fastexcel.ExcelReader,
    heads: dict[str, list[list[str]]],
    errors: dict[str, dict[str, list[int]]],
    path: str,
) -> list[RawTable]:
    tables = {name: rows for name, rows in heads.items() if sum(any(row) for row in rows) > 1}
    tables = {name: rows for name, rows in tables.items() if _is_visible(book, name)} or tables
    if not tables:
        code = "header_only" if any(any(map(any, rows)) for rows in heads.values()) else "file_empty"
        raise SalesmetricsError(code, path=path)
    return [
        _sheet(book, name, rows, path if len(tables) == 1 else f"{path}!{name}", errors.get(name, {}))
        for name, rows in tables.items()
    ]


def _is_visible(book: fastexcel.ExcelReader, name: str) -> bool:
    return bool(book.load_sheet(name, n_rows=1, dtypes="string").visible == "visible")


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
    sheet = _loaded(book, name, index + 1, [str(place) for place in range(len(headers))])
    table = _typed_table(
        _source(label, "xlsx", index + 1), headers, _whole_numbers(sheet.to_polars()), index + 2, titles
    )
    said = [
        finding("excel_error_cells", path=label, count=len(set(numbers)), rows=numbers, error=error)
        for error, numbers in sorted(errors.items())
    ]
    return replace(table, findings=(*table.findings, *said))


def _loaded(book: fastexcel.ExcelReader, name: str, skip: int, names: list[str]) -> fastexcel.ExcelSheet:
    """A sheet with the types that its columns have; a column of types that have nothing in common is text."""
    import fastexcel

    def load(dtypes: DType | DTypeMap | None = None, columns: list[int] | None = None) -> fastexcel.ExcelSheet:
        return book.load_sheet(
            name,
            header_row=None,
            skip_rows=skip,
            column_names=None if columns else names,
            schema_sample_rows=None,
            dtypes=dtypes,
            use_columns=columns,
        )

    def mixed(columns: list[int]) -> list[int]:
        try:
            load(columns=columns)
        except fastexcel.UnsupportedColumnTypeCombinationError:
            half = len(columns) // 2
            return [*mixed(columns[:half]), *mixed(columns[half:])] if half else columns
        return []

    try:
        return load()
    except fastexcel.UnsupportedColumnTypeCombinationError:
        width = load("string").width
        return load(dict.fromkeys(mixed(list(range(width))), "string"))


def _whole_numbers(frame: pl.DataFrame) -> pl.DataFrame:
    """Excel knows no whole numbers; a column that holds nothing else, such as an id, becomes Int64."""
    floats = [name for name, dtype in frame.schema.items() if dtype == pl.Float64]
    whole = [
        name for name in floats if frame.select(((pl.col(name) % 1 == 0) & (pl.col(name).abs() < 2**53)).all()).item()
    ]
    return frame.with_columns(pl.col(whole).cast(pl.Int64))
