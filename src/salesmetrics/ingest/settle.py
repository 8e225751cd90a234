"""Parse the columns of a table, and let the columns beside it settle one that can be read two ways."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.beside import side_by_side
from salesmetrics.ingest.parse import Parsed, parse_column
from salesmetrics.ingest.parse.common import Place, plain_text
from salesmetrics.ingest.parse.dates import date_orders
from salesmetrics.ingest.table import ROW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.ingest.parse import ParseOptions
    from salesmetrics.ingest.table import RawTable
    from salesmetrics.schema.fields import ColumnType

__all__ = ["parse_beside", "parse_columns"]

_DOUBTS = frozenset({"date_order_ambiguous", "decimal_ambiguous"})

_PROOF = {
    "point": r"^[^\d.,]*\d{1,3}(?:,\d{3})+\.\d+[^\d.,]*$|^[^\d.,]*\d+\.\d{2}[^\d.,]*$",
    "comma": r"^[^\d.,]*\d{1,3}(?:\.\d{3})+,\d+[^\d.,]*$|^[^\d.,]*\d+,\d{2}[^\d.,]*$",
}
"""Numbers that can be read with one decimal mark only."""


def parse_columns(
    raw: Mapping[str, pl.Series],
    types: Mapping[str, ColumnType],
    headers: Mapping[str, str],
    table: RawTable,
    options: ParseOptions,
) -> dict[str, Parsed]:
    """Parse every column. One that is ambiguous by itself is read as the columns beside it prove, which ``how`` says.

    Where these prove nothing, a few cells that read two ways are bad; a column of them is refused.

    Args:
        raw: Field → cells.
        types: Field → canonical type.
        headers: Field → header.
        table: The whole table: columns that no field claimed can prove a reading, too.
        options: What is known of the file.

    Raises:
        SalesmetricsError: ``date_order_ambiguous`` or ``decimal_ambiguous`` where no other column settles it, and
            whatever else the parsers refuse.
    """
    rows, path = table.frame.get_column(ROW), table.source.path
    parsed: dict[str, Parsed] = {}
    doubtful: dict[str, SalesmetricsError] = {}
    works = [
        partial(_aligned, text, types[field], options, header=headers[field], path=path, rows=rows)
        for field, text in raw.items()
    ]
    readings = side_by_side(works, pl.thread_pool_size())
    for field, reading in zip(raw, readings, strict=True):
        try:
            parsed[field] = reading.result()
        except SalesmetricsError as error:
            if error.code not in _DOUBTS:
                raise
            doubtful[field] = error
    for field, doubt in doubtful.items():
        place = Place(headers[field], path, rows, raw[field])
        parsed[field] = _settled(place, types[field], options, table.frame, doubt)
    return {field: parsed[field] for field in raw}


def parse_beside(place: Place, type_: ColumnType, options: ParseOptions, frame: pl.DataFrame) -> Parsed:
    """Parse one column as :func:`parse_columns` does, with what the columns beside it prove.

    Args:
        place: The column's cells, rows and header.
        type_: Its type.
        options: What is known of the file.
        frame: The whole table, all text.

    Raises:
        SalesmetricsError: ``date_order_ambiguous`` or ``decimal_ambiguous`` where no other column settles it, and
            whatever else the parsers refuse.
    """
    try:
        return _aligned(place.text, type_, options, header=place.header, path=place.path, rows=place.rows)
    except SalesmetricsError as error:
        if error.code not in _DOUBTS:
            raise
        return _settled(place, type_, options, frame, error)


def _settled(
    place: Place, type_: ColumnType, options: ParseOptions, frame: pl.DataFrame, doubt: SalesmetricsError
) -> Parsed:
    settled, neighbour = _settled_by_neighbour(doubt, place.header, frame)
    choice: dict[str, Any] = {**settled, "undecided": "reject"}
    known = replace(options, **choice)
    try:
        again = _aligned(place.text, type_, known, header=place.header, path=place.path, rows=place.rows)
    except SalesmetricsError as error:
        raise doubt from error
    return replace(again, how=f"{again.how}, as in `{neighbour}`") if settled else again


def _aligned(
    text: pl.Series, type_: ColumnType, options: ParseOptions, *, header: str, path: str, rows: pl.Series
) -> Parsed:
    """A column in one piece: Polars reads a file in many, each column is cut differently, and every later step would align them."""
    parsed = parse_column(text, type_, options, header=header, path=path, rows=rows)
    return replace(parsed, values=parsed.values.rechunk())


def _settled_by_neighbour(error: SalesmetricsError, header: str, frame: pl.DataFrame) -> tuple[dict[str, str], str]:
    """The parse option that all other columns which prove anything agree on, and one such column; nothing where they do not.

    For dates only columns with the same separator count.
    """
    by_date = error.code == "date_order_ambiguous"
    shape = set(date_orders(plain_text(frame.get_column(header)))) if by_date else set()
    found: dict[str, str] = {}
    for name in frame.columns:
        if name in (header, ROW):
            continue
        text = plain_text(frame.get_column(name))
        if by_date:
            proven: list[str] = [o for sep, orders in date_orders(text).items() if sep in shape for o in orders]
        else:
            proven = [mark for mark, pattern in _PROOF.items() if text.str.contains(pattern).any()]
        for reading in proven:
            found.setdefault(reading, name)
    if len(found) != 1:
        return {}, ""
    ((reading, name),) = found.items()
    return {"date_order_beside" if by_date else "decimal_beside": reading}, name
