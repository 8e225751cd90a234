"""A folder for columns that do not stay in memory. Own file: it changes with how they are written, not with what is asked of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple
from weakref import finalize

import polars as pl

__all__ = ["ROWS", "Laid", "Pile", "Store"]

ROWS, BATCH = 250_000, 20_000
"""Rows of a file, and of what is read of it at a time: Polars maps the file that it is at, and reads ahead of each column."""


class Laid(NamedTuple):
    """How columns are read from disk, and the files that stay there as long as somebody may read them.

    Attributes:
        query: How they are read.
        piles: What is read.
    """

    query: pl.LazyFrame
    piles: tuple[Pile, ...] = ()


class Store:
    """A temporary folder that takes columns and gives them back; it is gone when nobody has a frame of it any more.

    Args:
        piece: Bytes of text that are read at a time.

    Raises:
        OSError: There is no place for temporary files.
    """

    def __init__(self, piece: int) -> None:
        self.folder, self.piece, self._count = Path(mkdtemp(prefix="salesmetrics-")), piece, 0
        finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def lay(self, frame: pl.DataFrame) -> Laid:
        """Write a frame, and how it is read again."""
        pile = self.pile()
        pile.add(frame)
        return pile.laid()

    def sink(self, query: pl.LazyFrame) -> Laid:
        """Write what a query gives, batch after batch, and how it is read again."""
        pile = self.pile()
        for frame in query.collect_batches(chunk_size=ROWS, maintain_order=True, engine="streaming"):
            pile.add(frame)
        if not pile.paths:
            pile.add(pl.DataFrame(schema=query.collect_schema()))
        return pile.laid()

    def pile(self) -> Pile:
        """What takes frames one below the other."""
        return Pile(self)

    def path(self, suffix: str = ".arrow") -> Path:
        """A file that is not there yet."""
        self._count += 1
        return self.folder / f"{self._count}{suffix}"


class Pile:
    """Frames of the same columns that are written one below the other as they come; the files go when nobody has it any more."""

    def __init__(self, store: Store) -> None:
        self.store, self.paths, self.height = store, list[Path](), 0
        finalize(self, _remove, self.paths)

    def add(self, frame: pl.DataFrame) -> None:
        """Write one more."""
        for piece in frame.iter_slices(ROWS) if frame.height else [frame]:
            path = self.store.path()
            piece.write_ipc(path, compat_level=pl.CompatLevel.newest(), record_batch_size=BATCH)
            self.paths.append(path)
        self.height += frame.height

    def laid(self) -> Laid:
        """How all of them are read again."""
        return Laid(pl.scan_ipc(self.paths, glob=False), (self,))


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
