"""Columns by name that are made one after another: held in memory, or each written to disk as soon as it is made."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.frames.laid import LaidFrame, collected
from salesmetrics.frames.store import Laid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from salesmetrics.frames.store import Store

__all__ = ["Columns", "columns_beside", "side_by_side"]


class Columns(MutableMapping[str, pl.Series]):
    """Columns of as many rows each, in the order in which they were put in.

    Args:
        store: Where they are written to; None where they stay in memory.
    """

    def __init__(self, store: Store | None = None) -> None:
        self.store = store
        self._held: dict[str, pl.Series] = {}
        self._laid: dict[str, Laid] = {}
        self._far: dict[str, tuple[LaidFrame, str]] = {}

    def __getitem__(self, name: str) -> pl.Series:
        """A column, in memory."""
        if name in self._far:
            frame, known = self._far[name]
            return frame.get_column(known)
        return self._held[name] if self.store is None else collected(self._laid[name].query).to_series()

    def __setitem__(self, name: str, column: pl.Series) -> None:
        """Put one in."""
        if self.store is None:
            self._held[name] = column.alias(name)
        else:
            self._laid[name] = self.store.lay(pl.DataFrame([column.alias(name)]))
            self._far.pop(name, None)

    def leave(self, name: str, frame: LaidFrame, known: str) -> None:
        """Put in a column that stays where it is.

        Args:
            name: Its name here.
            frame: The frame that it is of; it is the same for all such columns.
            known: Its name there.
        """
        self._far[name] = frame, known
        self._laid[name] = Laid(pl.LazyFrame())  # its place among the others

    def put(self, name: str, column: Laid) -> None:
        """Put in a column that was written already."""
        self._laid[name] = column

    def share(self, name: str, other: Columns, known: str) -> None:
        """Put in what is among other columns already, and is written once."""
        if self.store is None or other.store is None:
            self[name] = other[known]
        else:
            query, piles, blanks = other._laid[known]
            renamed = None if blanks is None else {name: blanks[known]}
            self._laid[name] = Laid(query.rename({known: name}), piles, renamed)

    def __delitem__(self, name: str) -> None:
        """Take one out."""
        self._far.pop(name, None)
        del (self._held if self.store is None else self._laid)[name]

    def __iter__(self) -> Iterator[str]:
        """Names of columns."""
        return iter(self._held if self.store is None else self._laid)

    def __len__(self) -> int:
        """How many columns."""
        return len(self._held if self.store is None else self._laid)

    def frame(self) -> pl.DataFrame:
        """The columns side by side."""
        if self.store is None:
            return pl.DataFrame(list(self._held.values()))
        near = [laid for name, laid in self._laid.items() if name not in self._far]
        beside = LaidFrame(near, self.store) if near else pl.DataFrame()
        if not self._far:
            return beside
        frame = next(frame for frame, _ in self._far.values())
        made = frame.select([pl.col(known).alias(name) for name, (_, known) in self._far.items()])
        return made.hstack(beside).select(list(self._laid))


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
