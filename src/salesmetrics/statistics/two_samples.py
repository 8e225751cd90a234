"""Whether two samples can come from one source: p-values. Own file: tests of their own, beside the intervals.

Of rates, means, quantiles and single counts. All are two-sided. Random numbers come from the generator that is given;
the same seed gives the same digits on any machine.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesmetrics.statistics.distributions import student_t_tail

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = ["EXCEEDANCES", "MOST_DRAWS", "Pool", "Resampled", "fisher_exact", "one_against_others", "welch"]

EXCEEDANCES: Final = 20
"""So many draws at least as far out as the sample are enough: the p-value is then known within a quarter of itself."""

MOST_DRAWS: Final = 19_999
"""Draws at most: the smallest p-value that resampling can give is 1/20,000."""

_SAME = 1e-7
_ROUNDING = 1e-9
_LEAST = 1e-16
_FIRST_BATCH, _LARGEST_BATCH = 128, 4096
_MARKS = 1 << 22  # bytes


def fisher_exact(k1: int, n1: int, k2: int, n2: int) -> float | None:
    """P-value of two rates k1/n1 and k2/n2: Fisher's exact test.

    Of all ways to divide the k1 + k2 records that count between n1 and n2 records, those that are no more likely than the
    one seen. Source: Fisher 1935; two-sided by likelihood, as in R. Nothing below 1e-16 is given.

    Args:
        k1: Records of the first sample that count, 0 ≤ k1 ≤ n1.
        n1: Records of the first sample.
        k2: The same of the second.
        n2: The same of the second.

    Returns:
        None where a sample is empty.

    Raises:
        ValueError: When k is not within 0 and n.

    >>> round(fisher_exact(8, 10, 1, 6), 6)
    0.034965
    """
    if not (0 <= k1 <= n1 and 0 <= k2 <= n2):
        msg = f"{k1} of {n1} and {k2} of {n2} are not shares"
        raise ValueError(msg)
    if not n1 or not n2:
        return None
    first, weights = _hypergeometric(n1, n2, k1 + k2)
    seen = weights[k1 - first]
    return _within(float(weights[weights <= seen * (1 + _SAME)].sum() / weights.sum()))


def _hypergeometric(n1: int, n2: int, counting: int) -> tuple[int, Floats]:
    """Relative probabilities of each number of records in the first sample that count, and the least such number."""
    import numpy as np

    low, high = max(0, counting - n2), min(counting, n1)
    mode = min(max((counting + 1) * (n1 + 1) // (n1 + n2 + 2), low), high)
    up = np.arange(mode, high, dtype=np.float64)
    down = np.arange(mode, low, -1, dtype=np.float64)
    rest = float(n2 - counting)
    right = np.cumprod((counting - up) * (n1 - up) / ((up + 1) * (rest + up + 1)))
    left = np.cumprod(down * (rest + down) / ((counting - down + 1) * (n1 - down + 1)))
    return low, np.concatenate([left[::-1], [1.0], right])


def welch(n1: int, mean1: float, variance1: float, n2: int, mean2: float, variance2: float) -> float | None:
    """P-value of two means whose variances may differ: Welch's t test with Satterthwaite's degrees of freedom.

    Args:
        n1: Values of the first sample.
        mean1: Their mean.
        variance1: Their sample variance (divisor n − 1).
        n2: The same of the second.
        mean2: The same of the second.
        variance2: The same of the second.

    Returns:
        None with fewer than two values in a sample, or where neither varies.

    >>> round(welch(10, 5.0, 4.0, 12, 7.0, 9.0), 6)
    0.077546
    """
    if min(n1, n2) < 2:
        return None
    first, second = variance1 / n1, variance2 / n2
    if not first + second > 0.0:
        return None
    degrees = (first + second) ** 2 / (first * first / (n1 - 1) + second * second / (n2 - 1))
    return _within(2 * student_t_tail(abs(mean1 - mean2) / math.sqrt(first + second), degrees))


def one_against_others(value: float, others: int, mean: float, variance: float) -> float | None:
    """P-value of one value among others of its kind: Student's prediction of a further one.

    t = (value − mean) / (s·√(1 + 1/m)) with m − 1 degrees of freedom, over the m others. Counts are given as square roots,
    which spread alike whatever their size. What the others vary by is what is taken for chance, so counts that scatter
    more than chance alone would make them need no further allowance.

    Args:
        value: The one.
        others: How many others there are.
        mean: Their mean.
        variance: Their sample variance (divisor m − 1).

    Returns:
        None with fewer than four others, or where they are all alike.

    >>> round(one_against_others(9.0, 4, 5.0, 2 / 3), 6)
    0.022006
    """
    if others < _FEWEST_OTHERS or not variance > 0.0:
        return None
    return _within(2 * student_t_tail(abs(value - mean) / math.sqrt(variance * (1 + 1 / others)), others - 1))


_FEWEST_OTHERS = 4


class Resampled(NamedTuple):
    """A p-value by resampling, and how many draws it took."""

    p_value: float
    draws: int


class Pool:
    """The records of several samples together, out of which samples are drawn without return.

    Args:
        values: All of them (float64), ascending.
    """

    __slots__ = ("values",)

    def __init__(self, values: Floats) -> None:
        self.values = values

    def p_of_mean(self, own: Floats, generator: np.random.Generator) -> Resampled:
        """How often as many records drawn from the pool have a mean at least as far from that of all as the sample's.

        Drawn again and again until 20 draws were at least as far out, at most 19,999 times: p is then 20 divided by the
        draws, else (draws as far out + 1) / (draws + 1). Source: Besag & Clifford, Sequential Monte Carlo p-values, 1991.

        Args:
            own: The sample, part of the pool.
            generator: Where random numbers come from.
        """
        centre = float(self.values.mean())
        return self._resampled(own, lambda drawn: drawn.mean(axis=-1) - centre, generator)

    def p_of_quantile(self, own: Floats, q: float, generator: np.random.Generator) -> Resampled:
        """The same of a quantile, by linear interpolation (type 7)."""
        centre = float(_quantile(self.values[None, :], q)[0])
        return self._resampled(own, lambda drawn: _quantile(drawn, q) - centre, generator)

    def _resampled(
        self, own: Floats, distance: Callable[[Floats], Floats], generator: np.random.Generator
    ) -> Resampled:
        import numpy as np

        # The scale takes rounding out of the comparison, so that no machine finds more ties than another.
        seen = abs(float(distance(own[None, :])[0]))
        seen -= _ROUNDING * max(1.0, float(np.abs(self.values[[0, -1]]).max()))
        found = draws = 0
        batch = _FIRST_BATCH
        while draws < MOST_DRAWS:
            batch = min(batch, MOST_DRAWS - draws)
            drawn = self.values[_without_return(len(self.values), len(own), batch, generator)]
            far = np.flatnonzero(np.abs(distance(drawn)) >= seen)
            if found + len(far) >= EXCEEDANCES:
                draws += int(far[EXCEEDANCES - found - 1]) + 1
                return Resampled(EXCEEDANCES / draws, draws)
            found, draws, batch = found + len(far), draws + batch, min(batch * 2, _LARGEST_BATCH)
        return Resampled((found + 1) / (draws + 1), draws)


def _without_return(size: int, n: int, batch: int, generator: np.random.Generator) -> Ints:
    """Places of n of ``size`` records, ``batch`` times over: Floyd's algorithm, many samples at once."""
    import numpy as np

    places = np.empty((n, batch), dtype=np.int64)
    for count in range(n):
        places[count] = generator.integers(0, size - n + count + 1, batch)
    # Which records a sample has is marked, for as many samples at a time as a processor keeps at hand.
    at_once = max(1, _MARKS // size)
    taken = np.zeros(min(at_once, batch) * size, dtype=np.bool_)
    for first in range(0, batch, at_once):
        chosen = places[:, first : first + at_once]
        marks = np.arange(chosen.shape[1]) * size
        taken[:] = False
        for count, place in enumerate(chosen):
            place[taken[marks + place]] = size - n + count
            taken[marks + place] = True
    return np.ascontiguousarray(places.T)


def _quantile(rows: Any, q: float) -> Floats:
    """The quantile of each row by linear interpolation between neighbours (type 7)."""
    import numpy as np

    position = (rows.shape[1] - 1) * q
    low = int(position)
    high = min(low + 1, rows.shape[1] - 1)
    ordered = np.partition(rows, (low, high), axis=1)
    found: Floats = ordered[:, low] + (ordered[:, high] - ordered[:, low]) * (position - low)
    return found


def _within(p: float) -> float:
    return min(1.0, max(_LEAST, p))
