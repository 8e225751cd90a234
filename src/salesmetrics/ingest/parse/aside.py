"""What a column was parsed to, put aside while others are parsed. Own file: it changes with where columns lie, not with what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from salesmetrics.frames.columns import Columns, columns_beside

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from salesmetrics.ingest.parse.common import Parsed
    from salesmetrics.schema.message import Message

__all__ = ["Aside", "share"]


class Aside:
    """Takes columns that were parsed, and gives back what stands for them: themselves where all is in memory.

    Args:
        frame: The table that they are of; where it lies on disk, their values go there.
    """

    def __init__(self, frame: pl.DataFrame) -> None:
        self.beside = columns_beside(frame)

    def __call__(self, parsed: Parsed) -> Parsed:
        """What stands for a column."""
        if self.beside.store is None:
            return parsed
        return cast("Parsed", _Laid(parsed, Columns(self.beside.store)))


def share(parsed: Parsed, columns: Columns, name: str) -> None:
    """Put the values of a parsed column among others, without writing them twice.

    Args:
        parsed: The column.
        columns: The others.
        name: Its name among them.
    """
    found: object = parsed
    if isinstance(found, _Laid):
        columns.share(name, found.columns, "values")
    else:
        columns[name] = parsed.values


class _Laid:
    """A parsed column whose values lie on disk; its marks stay in memory."""

    def __init__(self, parsed: Parsed, columns: Columns) -> None:
        self.bad: pl.Series = parsed.bad
        self.how: Message = parsed.how
        self.uniform = parsed.uniform
        self.why: pl.Series | None = parsed.why
        self.notes: Mapping[str, pl.Series] = parsed.notes
        self.columns = columns
        for name in ("values", "currency", "utc"):
            column: pl.Series | None = getattr(parsed, name)
            if column is not None:
                columns[name] = column

    @property
    def values(self) -> pl.Series:
        return self.columns["values"]

    @property
    def currency(self) -> pl.Series | None:
        return self.columns.get("currency")

    @property
    def utc(self) -> pl.Series | None:
        return self.columns.get("utc")
