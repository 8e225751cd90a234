"""The text of each field's cells, brought in when somebody looks at it. Own file: where cells lie, not what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.frames.laid import is_laid
from salesmetrics.ingest.parse.common import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from salesmetrics.ingest.recognise.columns import Recognition
    from salesmetrics.ingest.table.table import RawTable

__all__ = ["Usable", "texts_of"]


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


def _text_of(table: RawTable, recognition: Recognition, field: str) -> pl.Series:
    """The text of a field; where a header occurs twice, the first that is not blank."""
    headers = (recognition.columns[field].header, *recognition.duplicates.get(field, ()))
    if len(headers) == 1:
        return table.frame.get_column(headers[0])
    columns = [plain_text(table.frame.get_column(header)) for header in headers]
    frame = pl.DataFrame([column.alias(str(i)) for i, column in enumerate(columns)])
    filled = [pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name)) for name in frame.columns]
    return frame.select(pl.coalesce(filled)).to_series()
