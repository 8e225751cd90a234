"""Files opened beside other work: a program that has yet to import the rest of itself need not wait for them."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesmetrics.ingest.dataset import ReadOptions
    from salesmetrics.ingest.fetch import Fetched
    from salesmetrics.ingest.raw import RawTable

__all__ = ["Opened", "open_file"]


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is being opened: its tables to come, whose sources have no ``sha256`` yet, and that."""

    tables: Future[list[RawTable]]
    sha256: Future[str]


def open_file(path: str, fetched: Fetched, options: ReadOptions) -> Opened:
    """Begin to read the tables of a file; what goes wrong is raised where they are asked for."""

    def read() -> list[RawTable]:
        from salesmetrics.ingest.table import open_tables

        return open_tables(path, fetched, encoding=options.encoding, delimiter=options.delimiter)

    pool = ThreadPoolExecutor(1)
    tables = pool.submit(read)
    pool.shutdown(wait=False)
    return Opened(tables, fetched.sha256)
