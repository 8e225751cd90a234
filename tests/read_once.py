"""Commands of the tests are about the same few files again and again: within a process, each is cut and parsed once.

What is remembered belongs to the name of a file, all its bytes and every option that has a say, so that another file, another
version of one or another option is read anew. Nothing above the columns is remembered: what they mean, what is wrong with them
and every number is found out by each command. ``test_read_once.py`` holds that commands say the same with and without.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from salesmetrics.ingest import read
from salesmetrics.ingest.table import table as tables
from salesmetrics.ingest.together import in_turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from salesmetrics.ingest.canonical.canonical import Canonical
    from salesmetrics.ingest.table.raw import RawTable
    from salesmetrics.ingest.together import Together

__all__ = ["reading_once"]

MOST_FILES = 60
MOST_BYTES = 1 << 20
"""What is larger is made for one test."""

_open_tables, _canonicalise = tables.open_tables, read.canonicalise


@dataclass(slots=True)
class _File:
    """Its tables, and how the columns of one of them were parsed, by everything that was asked with it."""

    tables: tuple[RawTable, ...]
    parsed: list[tuple[RawTable, tuple[Any, ...], Canonical]] = field(default_factory=list)


_FILES: OrderedDict[tuple[object, ...], _File] = OrderedDict()
_AT_THE_FILES = Lock()
"""Held by one thread at a time: large files are read in several."""


def _opened_once(
    path: str, data: bytes, *, encoding: str | None = None, delimiter: str | None = None, together: Together = in_turn
) -> list[RawTable]:
    key = (path, data, encoding, delimiter)
    with _AT_THE_FILES:
        file = _FILES.get(key)
    if file is None:
        file = _File(tuple(_open_tables(path, data, encoding=encoding, delimiter=delimiter, together=together)))
    if len(data) <= MOST_BYTES:
        with _AT_THE_FILES:
            _FILES[key] = file
            _FILES.move_to_end(key)
            if len(_FILES) > MOST_FILES:
                _FILES.popitem(last=False)
    return list(file.tables)


def _parsed_once(table: RawTable, *asked: Any, together: Together = in_turn, **more: Any) -> Canonical:
    with _AT_THE_FILES:
        file = next((file for file in _FILES.values() if any(table is known for known in file.tables)), None)
    if file is None:
        return _canonicalise(table, *asked, together=together, **more)
    question = (*asked, more)
    for known, was_asked, answer in file.parsed:
        if known is table and was_asked == question:
            return answer
    answer = _canonicalise(table, *asked, together=together, **more)
    file.parsed.append((table, question, answer))
    return answer


@contextmanager
def reading_once() -> Iterator[None]:
    """For as long as it lasts, what was read before is not read again; unless a test has put something else in the place."""
    if tables.open_tables is not _open_tables or read.canonicalise is not _canonicalise:
        yield
        return
    with patch.object(tables, "open_tables", _opened_once), patch.object(read, "canonicalise", _parsed_once):
        yield
