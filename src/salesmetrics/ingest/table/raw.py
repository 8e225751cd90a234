"""A table as it stands in its file: what the readers hand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    import polars as pl

    from salesmetrics.schema.provenance import Finding

__all__ = ["ROW", "RawTable", "RejectedRow", "Source"]

ROW = "__row__"
"""The column of row numbers (UInt32), as a spreadsheet numbers rows."""


class Source(msgspec.Struct, frozen=True):
    """What a file turned out to be.

    ``path`` is the file as the user named it, with ``!member`` or ``!sheet`` where it holds several tables;
    ``encoding`` is ``-`` for parquet and xlsx.
    """

    path: str
    container: str
    encoding: str
    encoding_how: str
    encoding_confidence: float
    delimiter: str | None
    line_end: str | None
    header_row: int


class RejectedRow(msgspec.Struct, frozen=True):
    """A record that cannot be used, and why. ``cell``: the reason is what the value is (not a date), without naming it."""

    row: int
    column: str | None
    value: str | None
    reason: Message
    cell: bool = False

    @property
    def fault(self) -> Message:
        """The reason with the row's own value."""
        if not self.cell:
            return self.reason
        return Message("cell_is", value=self.value, column=self.column, reason=self.reason)


class RawTable(msgspec.Struct, frozen=True):
    """One table as it stands in its file.

    ``headers`` are trimmed, in order, with their duplicates and empty names. ``frame`` has one column per header under a
    unique name (a second ``X`` is ``X.1``, an empty header ``column 7``), all String with blanks as null or ``""``
    (parquet and xlsx keep typed columns), and ``ROW``. ``rows_read`` is all records but the header, and equals
    ``frame.height + len(rejected) + sum(ignored.values())``. ``plain``: every cell is known to be ASCII without NUL.
    ``nameless`` are the columns whose name is not from the file.
    """

    source: Source
    headers: tuple[str, ...]
    frame: pl.DataFrame
    rows_read: int
    ignored: dict[str, int]
    rejected: tuple[RejectedRow, ...]
    findings: tuple[Finding, ...]
    plain: bool = False
    nameless: frozenset[str] = frozenset()

    @property
    def named(self) -> list[str]:
        """The columns that have a header."""
        return [name for name in self.frame.columns if name != ROW and name not in self.nameless]
