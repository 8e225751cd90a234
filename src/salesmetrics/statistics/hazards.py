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

from salesmetrics.statistics.survival import LOST, WON

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


def hazards(days: NDArray[Any], causes: NDArray[Any], entry: NDArray[Any] | None = None) -> Hazards:
    """Daily hazards; a record last seen open at an age is still at risk of what happens at that age.

    Args:
        days: int[n], not negative: age at the end or, where there is none, on the last day seen.
        causes: int[n]: 0 still open (censored), 1 won, 2 lost.
        entry: int[n], not negative: age from which on an end would have been seen; 0 where it is not given. What ended
            before it is left out.

    Two of four won on the days 1 and 3, one lost on day 3, one open on day 2:

    >>> found = hazards(np.array([1, 3, 3, 2]), np.array([1, 1, 2, 0]))
    >>> found.won.tolist(), found.lost.tolist(), found.at_risk.tolist()
    ([0.0, 0.25, 0.0, 0.5], [0.0, 0.0, 0.0, 0.5], [4.0, 4.0, 3.0, 2.0])
    """
    if entry is not None:
        seen = entry <= days
        days, causes, entry = days[seen], causes[seen], entry[seen]
    longest = int(days.max()) + 1 if days.size else 0
    by_cause = np.bincount(days * 3 + causes, minlength=3 * longest).reshape(longest, 3)
    at_risk = by_cause.sum(axis=1)[::-1].cumsum()[::-1]
    if entry is not None:
        # Less those who come in at a later age.
        later = np.bincount(entry, minlength=longest + 1)[1:][::-1].cumsum()[::-1]
        at_risk = at_risk - later
    risk = at_risk.astype(np.float64)
    won, lost = (np.divide(by_cause[:, cause], risk, out=np.zeros(longest), where=risk > 0.0) for cause in (WON, LOST))
    return Hazards(won, lost, risk)


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

    >>> found = hazards(np.array([1, 3, 3, 2]), np.array([1, 1, 2, 0]))
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
