"""Several pieces of work at once: here one after the other, in threads where the pipeline reads. Every stage may ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Together", "in_turn"]

T = TypeVar("T")


class Together(Protocol):
    """Does several things, and gives what each of them gives, in their order; what one of them raises is raised."""

    def __call__(self, works: Iterable[Callable[[], T]], /) -> list[T]:
        """Do them all."""
        ...


def in_turn(works: Iterable[Callable[[], T]], /) -> list[T]:
    """Do one after the other.

    >>> in_turn([lambda: 1, lambda: 2])
    [1, 2]
    """
    return [work() for work in works]
