"""Tables that come typed: Parquet and Excel. Own file: another format than text, read by another library."""

from __future__ import annotations

import html
import io
import logging
import re
import zipfile
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl
from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.laid import laid
from salesmetrics.frames.store import Laid
from salesmetrics.ingest.source.bounds import MAX_CELL, MAX_UNPACKED, Budget, afford, refuse_wide
from salesmetrics.ingest.table.assemble import assemble
from salesmetrics.ingest.table.dialect import find_header
from salesmetrics.ingest.table.headless import refuse_headless
from salesmetrics.ingest.table.raw import ROW, RawTable, Source
from salesmetrics.ingest.table.repair import OddRow, Repaired
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import fastexcel
    from fastexcel import DType, DTypeMap

    from salesmetrics.frames.store import Store
    from salesmetrics.ingest.source.container import Payload

__all__ = ["cell_errors", "read_parquet", "read_xlsx", "scan_parquet", "table_of_far"]

_HEAD_ROWS = 120
_SHOWN = 1_000
_CELL_BYTES = 16


@contextmanager
def _damage(path: str, what: str, errors: tuple[type[Exception], ...]) -> Iterator[None]:
    """Say of a typed file that it is damaged, also where the library that reads it gives up altogether."""
    try:
        yield
    except errors as error:
        cause = Message("data_damaged_said", what=Message(what), error=str(error).partition("\n")[0][:_SHOWN])
        raise SalesmetricsError("file_unreadable", path=path, cause=cause) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise SalesmetricsError("file_unreadable", path=path, cause=Message("damaged", what=Message(what))) from error


def _source(path: str, container: str, header_row: int) -> Source:
    return Source(path, container, "-", "-", 1.0, None, None, header_row)


def read_parquet(payload: Payload) -> list[RawTable]:
    """The table of a Parquet file; columns keep their types.

    Raises:
        SalesmetricsError: ``file_unreadable``, ``file_empty``, ``header_only``.
    """
    with _damage(payload.path, "parquet_data", (pl.exceptions.PolarsError, OSError)):
        lazy = pl.scan_parquet(io.BytesIO(payload.data))
        refuse_wide(payload.path, len(lazy.collect_schema()))
        rows = lazy.select(pl.len()).collect().item()
        afford(payload.path, _CELL_BYTES * rows * len(lazy.collect_schema()))
        frame = pl.read_parquet(io.BytesIO(payload.data))
    if not frame.width:
        raise SalesmetricsError("file_empty", path=payload.path)
    headers = [name.strip() for name in frame.columns]
    return [_typed_table(_source(payload.path, "parquet", 1), headers, frame, 2, {})]


def scan_parquet(path: str, store: Store) -> RawTable:
    """The same of a file that stays on disk: a column is read when somebody looks at it.

    Args:
        path: The file.
        store: Takes columns that are made of others.

    Raises:
        SalesmetricsError: ``file_unreadable``, ``file_empty``, ``header_only``.
    """

    def opened() -> tuple[pl.Schema, pl.DataFrame]:
        lazy = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        schema = lazy.collect_schema()
        names = {name: str(place) for place, name in enumerate(schema)}
        spelt = [names[name] for name, dtype in schema.items() if _has_no_text(dtype)]
        lazy = lazy.rename(names).with_row_index(ROW, 2)
        if spelt:
            lazy = lazy.with_columns(pl.col(spelt).map_batches(_spelt, return_dtype=pl.String))
        return schema, laid(Laid(lazy), store)

    return table_of_far(path, opened)


def table_of_far(path: str, opened: Callable[[], tuple[pl.Schema, pl.DataFrame]]) -> RawTable:
    """The same of a file whose rows are read elsewhere.

    Args:
        path: The file.
        opened: Gives its columns, and its rows under ``0``, ``1``, … with ``ROW``.

    Raises:
        SalesmetricsError: ``file_unreadable``, ``file_empty``, ``header_only``.
    """
    with _damage(path, "parquet_data", (pl.exceptions.PolarsError, OSError)):
        schema, frame = opened()
        refuse_wide(path, len(schema))
        if not schema:
            raise SalesmetricsError("file_empty", path=path)
        rows = frame.height
        frame, odd = _without_long_cells(frame)
    headers = [name.strip() for name in schema]
    return assemble(_source(path, "parquet", 1), headers, Repaired(frame, rows + 1, full=rows, odd=odd), b",", {})


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
        SalesmetricsError: ``package_missing``, ``file_unreadable``, ``file_empty``, ``header_only``.
    """
    try:
        import fastexcel

        # It tells the terminal, not the caller, that a column of error cells has no type; findings say so.
        logging.getLogger("fastexcel").setLevel(logging.ERROR)
    except ImportError as error:
        raise SalesmetricsError("package_missing", what=Message("reading_workbooks"), package="fastexcel") from error
    errors = cell_errors(payload.path, payload.data)
    with _damage(payload.path, "the_workbook", (fastexcel.FastExcelError,)):
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


# --- what the XML of a workbook says before it is read: how much it unpacks to, how far its sheets reach, which cells hold errors ---


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
        raise SalesmetricsError(
            "file_unreadable",
            path=path,
            cause=Message("data_damaged_said", what=Message("the_workbook"), error=str(error)),
        ) from error
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
            raise SalesmetricsError("sheet_too_large", path=path, rows=last, columns=widest)
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
