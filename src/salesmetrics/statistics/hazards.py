"""Chances of records of an age to be won within a number of days. Own file: arrays, of which `survival` makes none.

The same Aalen–Johansen estimate as in ``survival``, by whole day and as arrays: the hazard of an age is the share of those
open until then that ended at it, so that the chance of any age within any horizon is a difference of running sums, and
the chances under another rate of winning are the same sums of other hazards.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

__all__ = ["Chances", "Hazards", "chances", "hazards", "smooth_tail"]

Floats = NDArray[np.float64]

_MOST: Final = 0.98
"""Highest hazard of a day under another rate of winning: chances of older records stay defined."""
_LEAST: Final = 1e-280
"""Below this share still open, nothing is known of an age."""


class Hazards(msgspec.Struct, frozen=True, eq=False):
    """Daily hazards by age.

    Attributes:
        won: float64[ages]: the share won at the age of those open until then.
        lost: float64[ages]: the share that ended otherwise.
        at_risk: float64[ages]: how many were seen at the age.
        tail_won: Daily hazard of ages beyond the arrays.
        tail_lost: Of ending otherwise, likewise.
    """

    won: Floats
    lost: Floats
    at_risk: Floats
    tail_won: float = 0.0
    tail_lost: float = 0.0


class Chances(msgspec.Struct, frozen=True, eq=False):
    """Chances to be won in a window of days, one row per multiplier of the hazard of winning.

    Attributes:
        of_age: float64[multipliers, ages + 1]: by days since creation of a record that is still open at the end of that day;
            the last column is that of all older ones.
        of_new: float64[multipliers, horizon]: of records created later, by days from their creation to the last day of the
            window: 0 on that day, horizon - 1 on the first.
    """

    of_age: Floats
    of_new: Floats


def hazards(won: NDArray[Any], lost: NDArray[Any], still: NDArray[Any], later: NDArray[Any] | None = None) -> Hazards:
    """Daily hazards; a record last seen open at an age is still at risk of what happens at that age.

    Args:
        won: int[ages]: how many were won at each age in days.
        lost: int[ages]: how many ended otherwise.
        still: int[ages]: how many were last seen open.
        later: int[ages]: how many came in at each age, because an end before it would not have been seen; all were there
            from the first day on where it is not given.

    Two of four won on the days 1 and 3, one lost on day 3, one open on day 2:

    >>> found = hazards(np.array([0, 1, 0, 1]), np.array([0, 0, 0, 1]), np.array([0, 0, 1, 0]))
    >>> found.won.tolist(), found.lost.tolist(), found.at_risk.tolist()
    ([0.0, 0.25, 0.0, 0.5], [0.0, 0.0, 0.0, 0.5], [4.0, 4.0, 3.0, 2.0])
    """
    left = won + lost + still
    if later is not None:
        # Who comes in at an age leaves those who are not there before it.
        left = left - np.append(later[1:], 0)
    risk = left[::-1].cumsum()[::-1].astype(np.float64)
    seen = risk > 0.0
    of_won, of_lost = (np.divide(ended, risk, out=np.zeros(risk.size), where=seen) for ended in (won, lost))
    return Hazards(of_won, of_lost, risk)


def smooth_tail(found: Hazards, at_least: int, days: float) -> Hazards:
    """The same with one constant hazard for all ages beyond the last one at which so many were seen.

    Few records make hazards of 0 and 1. The constant is that of the days at risk beyond, to which ``days`` days at the
    average of all ages are added, so that ages which nobody has reached have a hazard too.
    """
    enough = np.flatnonzero(found.at_risk >= at_least)
    kept = int(enough[-1]) + 1 if enough.size else 0
    every, beyond = float(found.at_risk.sum()), float(found.at_risk[kept:].sum())
    tails = []
    for hazard in (found.won, found.lost):
        ended = hazard * found.at_risk
        average = float(ended.sum()) / every if every else 0.0
        tails.append((float(ended[kept:].sum()) + average * days) / (beyond + days))
    return Hazards(found.won[:kept], found.lost[:kept], found.at_risk[:kept], *tails)


def chances(found: Hazards, horizon: int, skip: int = 0, multipliers: Floats | None = None) -> Chances:
    """Chances to be won within a horizon: (F(a + h) - F(a)) / S(a), F the cumulative incidence and S the share still open.

    The sums run from the oldest age to the youngest, so that a small S(a) costs no digits. With multipliers the hazard of
    winning of each day is multiplied, and losses compete as before.

    Args:
        found: Daily hazards.
        horizon: In days, above 0.
        skip: Days at its beginning on which wins do not count, fewer than the horizon.
        multipliers: float64[m]; one row of ones where it is not given.

    >>> found = hazards(np.array([0, 1, 0, 1]), np.array([0, 0, 0, 1]), np.array([0, 0, 1, 0]))
    >>> chances(found, 2).of_age.tolist(), chances(found, 2).of_new.tolist()
    ([[0.25, 0.5, 0.5, 0.0, 0.0]], [[0.0, 0.25]])
    >>> chances(found, 3, skip=2).of_age.tolist()
    [[0.375, 0.0, 0.0, 0.0, 0.0]]
    """
    won, lost = (_longer(part, tail, horizon + 1) for part, tail in _parts(found))
    if multipliers is None:
        won = won[None, :]
    else:
        won = np.minimum(won[None, :] * multipliers[:, None], np.maximum(_MOST - lost, 0.0)[None, :])
    stays = np.cumprod(1.0 - won - lost[None, :], axis=1)
    ends = np.concatenate([np.ones((len(won), 1)), stays[:, :-1]], axis=1) * won
    ages = found.won.size
    # What is still to come from an age on, the age itself included; one more column for "nothing".
    later = np.concatenate([ends[:, ::-1].cumsum(axis=1)[:, ::-1], np.zeros((len(won), 1))], axis=1)
    left = stays[:, :ages]
    inside = later[:, 1 + skip : ages + 1 + skip] - later[:, 1 + horizon : ages + 1 + horizon]
    of_age = np.divide(inside, left, out=np.zeros_like(inside), where=left > _LEAST)
    rate, stay = won[:, -1], 1.0 - won[:, -1] - lost[-1]
    gone = 1.0 - stay
    tail = np.divide(rate * (stay**skip - stay**horizon), gone, out=np.zeros_like(rate), where=gone > 0.0)
    of_new = ends[:, :horizon].cumsum(axis=1)
    if skip:
        of_new[:, horizon - skip :] -= of_new[:, :skip].copy()
    return Chances(np.clip(np.concatenate([of_age, tail[:, None]], axis=1), 0.0, 1.0), np.clip(of_new, 0.0, 1.0))


def _parts(found: Hazards) -> tuple[tuple[Floats, float], tuple[Floats, float]]:
    return (found.won, found.tail_won), (found.lost, found.tail_lost)


def _longer(part: Floats, tail: float, more: int) -> Floats:
    return np.concatenate([part, np.full(more, tail)])
