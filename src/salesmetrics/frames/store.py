"""A folder for columns that do not stay in memory. Own file: it changes with how they are written, not with what is asked of them."""

from __future__ import annotations

import os
import re
from collections import Counter
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from secrets import token_hex
from tempfile import gettempdir
from typing import TYPE_CHECKING, NamedTuple
from weakref import finalize

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.unfinished import held_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ROWS", "Laid", "Pile", "Store"]

ROWS, BATCH = 250_000, 20_000
"""Rows of a file, and of what is read of it at a time: Polars maps the file that it is at, and reads ahead of each column."""
ON_DISK = 0.5
"""Bytes on disk for a byte that the files would take in memory: twice their text, of which 1.3 were measured over five million deals."""
_NUMBER = re.compile(r"\(os error (\d+)\)")
"""How Polars gives the number of an error."""


class Laid(NamedTuple):
    """How columns are read from disk, and the files that stay there as long as somebody may read them.

    Attributes:
        query: How they are read.
        piles: What is read.
        blanks: Blanks by column, where they were counted as the columns were written.
    """

    query: pl.LazyFrame
    piles: tuple[Pile, ...] = ()
    blanks: Mapping[str, int] | None = None


class Store:
    """A temporary folder that takes columns and gives them back; it is gone when nobody has a frame of it any more.

    Args:
        piece: Bytes of text that are read at a time.
        need: Bytes that the files would take in memory.
        memory: What to type so that they are read in memory, such as ``6GB``.
        limit: Bytes of memory that a command may take; None where nobody says.

    Raises:
        SalesmetricsError: ``temporary_missing``: there is no place for temporary files; ``temporary_unwritable``.
    """

    def __init__(self, piece: int, need: int, memory: str, limit: int | None = None) -> None:
        self.piece, self.limit, self._numbers = piece, limit, count(1)
        self._needs = {"gigabytes": ON_DISK * need / 1e9, "memory": memory}
        try:
            place = Path(gettempdir())
        except OSError:
            raise SalesmetricsError("temporary_missing", **self._needs) from None
        self.folder = place / f"salesmetrics-{token_hex(8)}"
        finalize(self, held_until(self.folder))  # before it is there, lest a signal come between
        with self.writing():
            self.folder.mkdir(0o700)

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

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Something is written to the folder within.

        Raises:
            SalesmetricsError: ``temporary_unwritable``.
        """
        try:
            yield
        except OSError as error:
            number = error.errno or next((int(found) for found in _NUMBER.findall(str(error))), None)
            cause = str(error) if number is None else os.strerror(number)
            place = str(self.folder.parent)
            raise SalesmetricsError("temporary_unwritable", path=place, cause=cause.lower(), **self._needs) from error

    def keep(self, data: bytes) -> Path:
        """Write a file of bytes."""
        path = self.path(".txt")
        with self.writing():
            path.write_bytes(data)
        return path

    def pile(self) -> Pile:
        """What takes frames one below the other."""
        return Pile(self)

    def path(self, suffix: str = ".arrow") -> Path:
        """A file that is not there yet."""
        return self.folder / f"{next(self._numbers)}{suffix}"


class Pile:
    """Frames of the same columns that are written one below the other as they come; the files go when nobody has it any more."""

    def __init__(self, store: Store) -> None:
        self.store, self.paths, self.height, self._blanks = store, list[Path](), 0, Counter[str]()
        finalize(self, _remove, self.paths)

    def add(self, frame: pl.DataFrame) -> None:
        """Write one more."""
        for piece in frame.iter_slices(ROWS) if frame.height else [frame]:
            path = self.store.path()
            with self.store.writing():
                piece.write_ipc(path, compression="lz4", compat_level=pl.CompatLevel.newest(), record_batch_size=BATCH)
            self.paths.append(path)
        self.height += frame.height
        self._blanks.update(frame.null_count().row(0, named=True) if frame.width else {})

    def laid(self) -> Laid:
        """How all of them are read again."""
        return Laid(pl.scan_ipc(self.paths, glob=False), (self,), dict(self._blanks))


def _remove(paths: list[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
