"""Counts as a product of effects that are held back: Poisson regression with a log link. Own file: a method of its own.

Counts may spread more than Poisson's do. Sums are numpy's own, never a linear algebra library's, so that threads change no digit.
"""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

__all__ = ["LogLinear", "fit_log_linear"]

Floats = NDArray[np.float64]

_STEPS: Final = 50
_FAR: Final = 2.0
"""Longest step of an effect on the log scale."""


class LogLinear(msgspec.Struct, frozen=True, eq=False):
    """Effects on the log scale.

    Attributes:
        effects: float64[p].
        covariance: float64[p, p], of the effects given the counts.
        spent: Effective number of effects: 1 for each that the counts alone decide, less for one that is held back.
    """

    effects: Floats
    covariance: Floats
    spent: float

    def at(self, design: Floats) -> Floats:
        """Logarithm of the ratio for each row of a design."""
        logs: Floats = (design * self.effects).sum(axis=1)
        return logs

    def variance(self, row: Floats) -> float:
        """How uncertain the logarithm of the ratio is for a row of a design."""
        return float((row[:, None] * self.covariance * row[None, :]).sum())


def fit_log_linear(
    counts: Floats, expected: Floats, design: Floats, sizes: Floats, weights: Floats, overdispersion: float
) -> LogLinear:
    """The effects that make counts of ``expected`` most probable: log E[count] = log expected + design · effects.

    Fisher scoring on the penalised quasi-likelihood: Var = μ + ω·μ² (ω: the overdispersion), and each effect is normal
    around 0 with its own standard deviation, which holds back what the counts do not support.

    Args:
        counts: float64[n], not negative.
        expected: float64[n], above 0: what is expected without any effect.
        design: float64[n, p].
        sizes: float64[p]: standard deviation of each effect before any count is seen; infinite where it is free.
        weights: float64[n]: how much each count tells, 1 for a whole one.
        overdispersion: ω, not negative.

    Counts of 20 where 10 are expected, and the effect is free:

    >>> one = np.ones((2, 1))
    >>> found = fit_log_linear(np.array([18.0, 22.0]), 10 * one[:, 0], one, np.array([np.inf]), one[:, 0], 0.0)
    >>> np.exp(found.effects).round(6).tolist(), found.covariance.round(6).tolist()
    ([2.0], [[0.025]])
    """
    penalty = np.diag(1.0 / np.square(sizes))
    effects = np.zeros(design.shape[1])
    products = design[:, :, None] * design[:, None, :]
    information = penalty
    for _ in range(_STEPS):
        means = expected * np.exp(np.clip((design * effects).sum(axis=1), -30.0, 30.0))
        score = (design * ((counts - means) * weights / (1.0 + overdispersion * means))[:, None]).sum(axis=0)
        score = score - effects * np.diag(penalty)
        tells = means * weights / (1.0 + overdispersion * means)
        information = (products * tells[:, None, None]).sum(axis=0)
        step = np.clip((_inverse(information + penalty) * score).sum(axis=1), -_FAR, _FAR)
        effects = effects + step
        if float(np.abs(step).max()) < 1e-9:
            break
    covariance = _inverse(information + penalty)
    return LogLinear(effects, covariance, float((covariance * information).sum()))


def _inverse(matrix: Floats) -> Floats:
    """The inverse of a small positive definite matrix, by Gauss and Jordan without exchanges."""
    size = len(matrix)
    both = np.concatenate([matrix + np.eye(size) * 1e-12, np.eye(size)], axis=1)
    for i in range(size):
        both[i] = both[i] / both[i, i]
        factors = both[:, i].copy()
        factors[i] = 0.0
        both = both - factors[:, None] * both[i][None, :]
    return both[:, size:]
