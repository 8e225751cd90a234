"""How much memory files take, estimated before they are read: what is more than they may is read in parts, or refused. Own file: by what files hold, which `bounds` does not know."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.bounds import size_typed
from salesmetrics.ingest.source.container import PACKED, PARQUET
from salesmetrics.ingest.source.places import beginning, is_far, place_of
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["afford_in_parts", "beyond", "memory_for"]

_TIMES = 4
"""Bytes of memory that a byte of text takes until it is reported on: 3.6 were measured over five million deals."""
_PER_CELL = 48
"""Bytes of memory that a cell of a Parquet file takes: 42 were measured over a million deals of twelve columns."""
_UNPACKED = 8
"""Bytes of text that a packed byte is taken for."""
_AT_LEAST, _PER_RECORD = 250_000_000, 130
"""Bytes of memory that reading in parts takes whatever it reads, and for each record: 1.35 GB were measured over ten million deals."""


def afford_in_parts(path: str, records: int, memory: int) -> None:
    """Refuse so many records that they take more memory than they may even where their columns lie on disk.

    Args:
        path: The last file of them, for the message.
        records: Of all files together.
        memory: Bytes that reading may take.

    Raises:
        SalesmetricsError: ``memory_short``.
    """
    need = _AT_LEAST + _PER_RECORD * records
    if records and need > max(memory, 2 * _AT_LEAST):
        cause = Message("takes_more_in_parts", records=records, need=size_typed(need), have=size_typed(memory))
        raise SalesmetricsError("memory_short", what=Message("for_file", path=path), cause=cause, path=path)


def beyond(paths: Iterable[str], memory: int) -> int:
    """Bytes of memory that files would take, where that is more than they may; else 0."""
    need = memory_for(paths, memory)
    return need if need > memory else 0


def memory_for(paths: Iterable[str], enough: int) -> int:
    """Bytes of memory that files take about, read at once; what cannot be looked at takes none.

    Args:
        paths: The files.
        enough: Files that take less than this, whatever they hold, are not opened.

    >>> memory_for([], 0)
    0
    """
    sizes: dict[str, int] = {}
    for path in paths:
        with suppress(OSError, ValueError):
            place = place_of(path)
            if place.is_file():
                sizes[path] = place.stat().st_size
    total = sum(sizes.values())
    if _UNPACKED * _TIMES * total <= enough:
        return _TIMES * total
    return sum(_memory_of(path, size) for path, size in sizes.items())


def _memory_of(path: str, size: int) -> int:
    try:
        first = beginning(path, len(PARQUET))
    except OSError:
        return 0
    if first == PARQUET and not is_far(path):
        return _memory_of_parquet(path, size)
    return _TIMES * size * (_UNPACKED if first.startswith((*PACKED, PARQUET)) else 1)


def _memory_of_parquet(path: str, size: int) -> int:
    import polars as pl

    try:
        lazy = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        return _PER_CELL * int(lazy.select(pl.len()).collect().item()) * len(lazy.collect_schema())
    except (pl.exceptions.PolarsError, OSError):
        return _TIMES * size
