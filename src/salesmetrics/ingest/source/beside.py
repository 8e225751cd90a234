"""Work that goes on beside other work: the one place that starts threads."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["beside", "side_by_side"]

T = TypeVar("T")


def beside(work: Callable[[], T]) -> Future[T]:
    """Begin some work in a thread of its own; what it gives, or raises, is had where it is asked for.

    >>> beside(lambda: 1 + 1).result()
    2
    """
    pool = ThreadPoolExecutor(1)
    begun = _begin(pool, work)
    pool.shutdown(wait=False)
    return begun


def side_by_side(works: Iterable[Callable[[], T]], threads: int) -> list[Future[T]]:
    """Do several things at once, and return when all are done; each says, or raises, what became of it.

    >>> [done.result() for done in side_by_side([lambda: 1, lambda: 2], 2)]
    [1, 2]
    """
    with ThreadPoolExecutor(threads) as pool:
        return [_begin(pool, work) for work in works]


def _begin(pool: ThreadPoolExecutor, work: Callable[[], T]) -> Future[T]:
    try:
        return pool.submit(work)
    except RuntimeError:  # the system gives no more threads: then it is done here and now
        done: Future[T] = Future()
        try:
            done.set_result(work())
        except BaseException as error:
            done.set_exception(error)
        return done
