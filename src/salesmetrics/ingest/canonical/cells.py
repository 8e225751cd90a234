"""The text of each field's cells, brought in when somebody looks at it. Own file: where cells lie, not what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.frames.far import FarFrame
from salesmetrics.frames.laid import LaidFrame, batches, is_laid
from salesmetrics.ingest.parse.aside import FarColumn
from salesmetrics.ingest.parse.common import plain_text
from salesmetrics.ingest.parse.evidence import Part
from salesmetrics.ingest.table.table import ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from salesmetrics.frames.store import Store
    from salesmetrics.ingest.recognise.columns import Recognition
    from salesmetrics.ingest.table.table import RawTable
    from salesmetrics.schema.fields import ColumnType

__all__ = ["Usable", "cells_where", "far_columns", "parts_of", "texts_of"]


def texts_of(table: RawTable, recognition: Recognition) -> Mapping[str, pl.Series]:
    """Field → its cells as they were read."""
    if is_laid(table.frame):
        return _Texts(table, recognition)
    return {field: _text_of(table, recognition, field) for field in recognition.columns}


class _Texts(Mapping[str, pl.Series]):
    """The same where the cells lie on disk: those of a field stand in memory while somebody looks at them."""

    def __init__(self, table: RawTable, recognition: Recognition) -> None:
        self.table, self.recognition = table, recognition

    def __getitem__(self, field: str) -> pl.Series:
        return _text_of(self.table, self.recognition, field)

    def parts(self, field: str) -> Iterator[Part]:
        """The cells of a field and their rows, some at a time."""
        headers = _headers_of(self.recognition, field)
        for batch in batches(self.table.frame.select(ROW, *headers)):
            yield Part(_text_in(batch, headers), batch.get_column(ROW))

    def __iter__(self) -> Iterator[str]:
        return iter(self.recognition.columns)

    def __len__(self) -> int:
        return len(self.recognition.columns)


class Usable(Mapping[str, pl.Series]):
    """The cells of the usable rows, picked out of a column only where somebody asks for it."""

    def __init__(self, cells: Mapping[str, pl.Series], usable: pl.Series) -> None:
        self.cells, self.usable = cells, usable

    def __getitem__(self, field: str) -> pl.Series:
        """Those of a field."""
        return self.cells[field].filter(self.usable)

    def __iter__(self) -> Iterator[str]:
        """Fields."""
        return iter(self.cells)

    def __len__(self) -> int:
        """How many fields."""
        return len(self.cells)


def cells_where(texts: Mapping[str, pl.Series], field: str, mask: pl.Series) -> pl.Series:
    """Some cells of a field: of a table on other machines they alone are brought here.

    Args:
        texts: As :func:`texts_of` gives them.
        field: Which.
        mask: Which cells.
    """
    if isinstance(texts, _Texts) and isinstance(texts.table.frame, FarFrame):
        headers = _headers_of(texts.recognition, field)
        return _text_in(pl.concat(batches(texts.table.frame.select(headers).filter(mask))), headers)
    return texts[field].filter(mask)


def parts_of(texts: Mapping[str, pl.Series], field: str) -> tuple[Callable[[], Iterable[Part]], Store] | None:
    """How the cells of a field are brought in some at a time, and where their values go; None where they are in memory, or typed.

    Args:
        texts: As :func:`texts_of` gives them.
        field: Which.
    """
    if not isinstance(texts, _Texts):
        return None
    frame = texts.table.frame
    headers = _headers_of(texts.recognition, field)
    if not isinstance(frame, LaidFrame) or any(frame.schema[header] != pl.String for header in headers):
        return None
    return partial(texts.parts, field), frame.store


def far_columns(
    texts: Mapping[str, pl.Series], types: Mapping[str, ColumnType], headers: Mapping[str, str]
) -> tuple[FarFrame, dict[str, FarColumn]] | None:
    """The columns of text that are parsed on other machines, and the frame there; None where the cells are here.

    Args:
        texts: As :func:`texts_of` gives them.
        types: Field → canonical type.
        headers: Field → header.
    """
    if not isinstance(texts, _Texts) or not isinstance(texts.table.frame, FarFrame):
        return None
    frame = texts.table.frame
    names = {field: _headers_of(texts.recognition, field) for field in texts}
    return frame, {
        field: FarColumn(types[field], headers[field], partial(_part_in, names[field]))
        for field in texts
        if all(frame.schema[name] == pl.String for name in names[field])
    }


def _part_in(headers: Sequence[str], frame: pl.DataFrame) -> Part:
    return Part(_text_in(frame, headers), frame.get_column(ROW))


def _headers_of(recognition: Recognition, field: str) -> tuple[str, ...]:
    return (recognition.columns[field].header, *recognition.duplicates.get(field, ()))


def _text_of(table: RawTable, recognition: Recognition, field: str) -> pl.Series:
    """The text of a field; where a header occurs twice, the first that is not blank."""
    return _text_in(table.frame, _headers_of(recognition, field))


def _text_in(frame: pl.DataFrame, headers: Sequence[str]) -> pl.Series:
    if len(headers) == 1:
        return frame.get_column(headers[0])
    columns = [plain_text(frame.get_column(header)) for header in headers]
    found = pl.DataFrame([column.alias(str(i)) for i, column in enumerate(columns)])
    filled = [pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name)) for name in found.columns]
    return found.select(pl.coalesce(filled)).to_series()
