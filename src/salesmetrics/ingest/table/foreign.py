"""Rows in another encoding than the rest of their file: rejected with their bytes named, never read as noise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.encoding import MARKED, shown
from salesmetrics.ingest.table.raw import ROW, RawTable, RejectedRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.ingest.source.encoding import Encoding

__all__ = ["refuse_foreign_header", "without_foreign"]

_OTHER = r"[^\x00-\x7f\x{10fe00}-\x{10feff}]"
_OWN = 2
_MOST = 80


def refuse_foreign_header(cells: Sequence[str], row: int, encoding: str, path: str) -> None:
    """Refuse a header in another encoding than the rows below: no column could be told by it.

    Raises:
        SalesmetricsError: ``encoding_mixed``.
    """
    for cell in cells:
        text = shown(cell)
        if text != cell and not any(not char.isascii() for char in text):
            raise SalesmetricsError("encoding_mixed", path=path, row=row, value=text[:_MOST], encoding=_plain(encoding))


def without_foreign(table: RawTable, encoding: Encoding) -> tuple[RawTable, Encoding]:
    """Reject the rows whose bytes above ASCII mean nothing in the encoding of the file.

    A row that has far more other characters above ASCII is in that encoding, and damaged: its marks are shown as U+FFFD.

    Returns:
        The table, and the encoding with what is still damaged in it.
    """
    frame = table.frame
    texts = [name for name in frame.columns if name != ROW]
    marked = frame.filter(pl.any_horizontal(pl.col(texts).str.contains(MARKED)))
    own = pl.sum_horizontal(pl.col(texts).str.count_matches(_OTHER).fill_null(0))
    strange = pl.sum_horizontal(pl.col(texts).str.count_matches(MARKED).fill_null(0))
    whole = marked.filter(own < _OWN * strange)
    rejected = [_rejected(texts, row, encoding.name) for row in whole.select(ROW, *texts).iter_rows()]
    frame = frame.filter(~pl.col(ROW).is_in(whole.get_column(ROW).to_list()))
    counts = frame.select(pl.col(texts).str.count_matches(MARKED).sum()).row(0)
    damaged = sum(count or 0 for count in counts)
    if damaged:
        frame = frame.with_columns(pl.col(texts).str.replace_all(MARKED, "\ufffd"))
    known = [_explained(row, encoding.name) for row in table.rejected]
    return replace(table, frame=frame, rejected=(*known, *rejected)), replace(encoding, damaged=damaged)


def _explained(row: RejectedRow, encoding: str) -> RejectedRow:
    """A row rejected for its shape: foreign bytes in it are shown, and may be why."""
    text = shown(row.value) if row.value else row.value
    if text == row.value:
        return row
    return replace(row, value=text, reason=f"{row.reason}; bytes in it are not {_plain(encoding)}")


def _rejected(names: Sequence[str], row: Sequence[object], encoding: str) -> RejectedRow:
    cells = ((name, str(cell)) for name, cell in zip(names, row[1:], strict=True) if cell is not None)
    column, cell = next((name, cell) for name, cell in cells if shown(cell) != cell)
    reason = f"not {_plain(encoding)}, as the other rows are"
    return RejectedRow(int(str(row[0])), column, shown(cell)[:_MOST], reason, cell=True)


def _plain(encoding: str) -> str:
    return {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16"}.get(encoding, encoding)
