"""What closes won between two days, simulated from the history of deals. Own file: numbers in, numbers out, no frames and no words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Draws", "History", "outlook"]


class History(msgspec.Struct, frozen=True):
    """Deals as they are known at the end of a day: one entry per deal; days are integers (days since 1970-01-01).

    Attributes:
        created: int64.
        ended: int64; -1 where open.
        cause: int8: 0 open, 1 won, 2 lost or closed without a decision.
        amount: float64; nan where unknown.
        stage: Codes of the stage of an open deal, and of the last open stage of a closed one; -1 where unknown. None without
            a stage history.
        kind: Codes of the type of the deal, -1 where unknown; None without types.
    """

    created: np.ndarray
    ended: np.ndarray
    cause: np.ndarray
    amount: np.ndarray
    stage: np.ndarray | None = None
    kind: np.ndarray | None = None


class Draws(msgspec.Struct, frozen=True):
    """Value that closes won from ``start`` to ``end``, of deals open on the as-of day and of deals not yet created.

    Attributes:
        open: float64, a number per draw; a deal without an amount has that of a won deal of the history in each draw.
        new: The same of deals created after the as-of day.
        total: Their sum.
        chances: float64 per open deal, in the order of the history: P(won from ``start`` to ``end``).
        shock: Standard deviation of the shared shock; at least its floor.
        notes: Codes of what has to be said.
    """

    open: np.ndarray
    new: np.ndarray
    total: np.ndarray
    chances: np.ndarray
    shock: float
    notes: tuple[str, ...] = ()


def outlook(history: History, as_of: int, start: int, end: int, *, draws: int, seed: int, shock: bool = True) -> Draws:
    """Simulate what closes won in a period.

    Args:
        history: Deals as known at the end of the as-of day.
        as_of: That day.
        start: First day that counts: the day after the as-of day within a period, or the first day of one to come. What
            is won between the as-of day and it is not counted.
        end: First day that no longer counts (half-open, as every period).
        draws: How many.
        seed: Of the generator.
        shock: Whether deals share a shock.
    """
    raise NotImplementedError
