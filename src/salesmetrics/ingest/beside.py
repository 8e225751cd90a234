"""Work that goes on beside other work."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["beside"]

T = TypeVar("T")


def beside(work: Callable[[], T]) -> Future[T]:
    """Begin some work in a thread of its own; what it gives, or raises, is had where it is asked for.

    >>> beside(lambda: 1 + 1).result()
    2
    """
    pool = ThreadPoolExecutor(1)
    begun = pool.submit(work)
    pool.shutdown(wait=False)
    return begun
