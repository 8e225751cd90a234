"""Work that goes on beside other work. Own file: the only one that starts threads.

What goes wrong in one is raised where its work is waited for; where the system gives no more of them, the work is done here
and now. Of small files nearly all work is Python's own, so these are read without threads.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["begin", "beside", "do", "in_pairs", "is_large", "size_of", "together"]

T = TypeVar("T")

_WORTH_THREADS = 3_000_000
"""Bytes of files together from which on threads save more time than they spend on waiting for each other."""

_WORTH_A_THREAD = 5_000
"""Records from which on arithmetic over all of them is done by NumPy for the most part, which lets other threads go on."""


def begin(work: Callable[[], T]) -> Future[T]:
    """Begin some work in a thread of its own."""
    pool = ThreadPoolExecutor(1)
    begun = _submit(pool, work)
    pool.shutdown(wait=False)
    return begun


def beside(work: Callable[[], T], records: int) -> Future[T]:
    """Begin some work with so many records in a thread of its own; of few it is done here and now.

    What it raises is raised where its result is asked for.
    """
    return begin(work) if records >= _WORTH_A_THREAD else do(work)


def together(works: Iterable[Callable[[], T]]) -> list[T]:
    """Do several things at once; what the first of them raises, in their order, is raised when all are done.

    >>> together([lambda: 1, lambda: 2])
    [1, 2]
    """
    import polars as pl

    return _at_once(works, pl.thread_pool_size())


def in_pairs(works: Iterable[Callable[[], T]]) -> list[T]:
    """Do several things, two at a time on any machine: each of them may bring a large column into memory.

    >>> in_pairs([lambda: 1, lambda: 2, lambda: 3])
    [1, 2, 3]
    """
    return _at_once(works, 2)


def _at_once(works: Iterable[Callable[[], T]], threads: int) -> list[T]:
    with ThreadPoolExecutor(threads) as pool:
        begun = [_submit(pool, work) for work in works]
    return [done.result() for done in begun]


def _submit(pool: ThreadPoolExecutor, work: Callable[[], T]) -> Future[T]:
    try:
        return pool.submit(copy_context().run, work)  # in the language that is spoken here
    except RuntimeError:  # the system gives no more threads
        return do(work)


def do(work: Callable[[], T]) -> Future[T]:
    """Do some work here and now; what it raises is raised where its result is asked for."""
    done: Future[T] = Future()
    try:
        done.set_result(work())
    except Exception as error:
        done.set_exception(error)
    return done


def is_large(size: int) -> bool:
    """Whether threads pay for files of so many bytes together."""
    return size >= _WORTH_THREADS


def size_of(paths: Iterable[str]) -> int:
    """Bytes of files together; how much a pipe will give nobody knows, so it counts as large."""
    size = 0
    for path in map(Path, paths):
        with suppress(OSError, ValueError):
            size += path.stat().st_size if path.is_file() else _WORTH_THREADS
    return size
