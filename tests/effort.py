"""On how many examples a property is tried: a third in the daily run, all of them in ``make test-full``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FULL", "QUICK", "in_turn", "one_in", "tries"]

T = TypeVar("T")

FULL, QUICK = "full", "quick"
"""Names of profiles of Hypothesis; ``pytest --hypothesis-profile=full`` chooses."""
FEWEST = 5


def tries(most: int) -> int:
    """The examples of a property that is to be tried on so many when there is time."""
    return most if settings.get_current_profile_name() == FULL else min(most, max(FEWEST, most // 3))


def in_turn(cases: Sequence[T], turn: int) -> Sequence[T]:
    """The cases that a property is tried on where each of its kind takes its turn: every second one, or all when there is time."""
    return cases if settings.get_current_profile_name() == FULL else cases[turn % 2 :: 2]


def one_in(cases: Sequence[T], count: int) -> Sequence[T]:
    """One in so many of the cases that a property is tried on, or all when there is time."""
    return cases if settings.get_current_profile_name() == FULL else cases[count // 2 :: count]
