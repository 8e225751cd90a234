"""Columns by name that are made one after another: held in memory, or each written to disk as soon as it is made."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from salesmetrics.frames.laid import LaidFrame, collected
from salesmetrics.frames.store import Laid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from salesmetrics.frames.store import Store

__all__ = ["Columns", "columns_beside", "side_by_side"]


class _Left(NamedTuple):
    """A column that stays where it is: the frame that it is of, and its name there."""

    frame: LaidFrame
    name: str


class Columns(MutableMapping[str, pl.Series]):
    """Columns of as many rows each, in the order in which they were put in.

    Args:
        store: Where they are written to; None where they stay in memory.
    """

    def __init__(self, store: Store | None = None) -> None:
        self.store = store
        self._columns: dict[str, pl.Series | Laid | _Left] = {}

    def __getitem__(self, name: str) -> pl.Series:
        """A column, in memory."""
        found = self._columns[name]
        if isinstance(found, _Left):
            return found.frame.get_column(found.name)
        return collected(found.query).to_series() if isinstance(found, Laid) else found

    def __setitem__(self, name: str, column: pl.Series) -> None:
        """Put one in."""
        named = column.alias(name)
        self._columns[name] = named if self.store is None else self.store.lay(pl.DataFrame([named]))

    def leave(self, name: str, frame: LaidFrame, known: str) -> None:
        """Put in a column that stays where it is.

        Args:
            name: Its name here.
            frame: The frame that it is of; it is the same for all such columns.
            known: Its name there.
        """
        self._columns[name] = _Left(frame, known)

    def put(self, name: str, column: Laid) -> None:
        """Put in a column that was written already."""
        self._columns[name] = column

    def share(self, name: str, other: Columns, known: str) -> None:
        """Put in what is among other columns already, and is written once."""
        found = other._columns[known]
        if self.store is None or not isinstance(found, Laid):
            self[name] = other[known]
        else:
            renamed = None if found.blanks is None else {name: found.blanks[known]}
            self._columns[name] = Laid(found.query.rename({known: name}), found.piles, renamed)

    def __delitem__(self, name: str) -> None:
        """Take one out."""
        del self._columns[name]

    def __iter__(self) -> Iterator[str]:
        """Names of columns."""
        return iter(self._columns)

    def __len__(self) -> int:
        """How many columns."""
        return len(self._columns)

    def frame(self) -> pl.DataFrame:
        """The columns side by side."""
        here = [column for column in self._columns.values() if isinstance(column, pl.Series)]
        written = [column for column in self._columns.values() if isinstance(column, Laid)]
        left = {name: column for name, column in self._columns.items() if isinstance(column, _Left)}
        beside = LaidFrame(written, self.store) if written and self.store is not None else pl.DataFrame(here)
        if not left:
            return beside
        frame = next(column.frame for column in left.values())
        made = frame.select([pl.col(column.name).alias(name) for name, column in left.items()])
        return made.hstack(beside).select(list(self._columns))


def columns_beside(frame: pl.DataFrame) -> Columns:
    """No columns yet; they will be where those of a frame are.

    Args:
        frame: A frame in memory or on disk.
    """
    return Columns(frame.store if isinstance(frame, LaidFrame) else None)


def side_by_side(frame: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """Two frames of as many rows, the columns of the second behind those of the first.

    Args:
        frame: The first, with columns.
        other: The second; it may have none.
    """
    if not other.width:
        return frame
    return frame.hstack(other if isinstance(frame, LaidFrame) else other.get_columns())
