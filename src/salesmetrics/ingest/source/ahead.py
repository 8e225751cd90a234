"""Files opened beside other work: a program that has yet to import the rest of itself need not wait for them.

Reading a large file takes about as long as importing what reads it. Nothing heavy is imported here before a file is on its
way.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.ingest.source.beside import beside
from salesmetrics.ingest.source.fetch import Fetched, fetch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Future

    from salesmetrics.ingest.dataset import ReadOptions
    from salesmetrics.ingest.table.raw import RawTable

__all__ = ["Opened", "fetch_ahead", "open_ahead", "open_file"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is being opened: its tables to come, whose sources have no ``sha256`` yet, and that."""

    tables: Future[list[RawTable]]
    sha256: Future[str]


def open_file(path: str, fetched: Fetched, options: ReadOptions) -> Opened:
    """Begin to read the tables of a file; what goes wrong is raised where they are asked for."""

    def read() -> list[RawTable]:
        from salesmetrics.ingest.table.table import open_tables

        return open_tables(path, fetched, encoding=options.encoding, delimiter=options.delimiter)

    return Opened(beside(read), fetched.sha256)


def fetch_ahead(files: Sequence[str]) -> dict[str, Fetched]:
    """Begin to read the first file before anything else is done; what is wrong with it is said when it is loaded.

    Args:
        files: As typed: paths, patterns, folders, each optionally as ``KIND=FILE``.
    """
    with suppress(SalesmetricsError):
        first = expand(files)[0].path
        if Path(first).is_file():
            return {first: fetch(first)}
    return {}


def open_ahead(fetched: dict[str, Fetched], options: ReadOptions) -> dict[str, Opened]:
    """Begin to open what is being fetched.

    Args:
        fetched: What :func:`fetch_ahead` began. It is emptied, so that the bytes can go when they are read.
        options: What the files are to be loaded with.
    """
    # Two threads that import take turns at every step. So this one does it, and the other then finds it done.
    import_module("salesmetrics.ingest.table.table")
    return {path: open_file(path, fetched.pop(path), options) for path in list(fetched)}
