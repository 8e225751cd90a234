"""Where segments land that do not differ. Own file: what a benchmark draws, apart from what it decides.

The bands of a funnel plot, over-dispersion, and what could have been seen. Source: Spiegelhalter, Funnel plots for comparing
institutional performance, Statistics in Medicine 24 (2005).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

from salesmetrics.statistics.distributions import beta_quantile, chi_square_tail, normal_quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

__all__ = [
    "Band",
    "Dispersion",
    "binomial_band",
    "detectable_quantile",
    "detectable_rate",
    "detectable_value",
    "dispersion",
    "mean_band",
    "poisson_band",
    "quantile_band",
    "resampled_mean_band",
    "widened",
]

TAILS: Final = (0.025, 0.975, 0.001, 0.999)
"""What lies below each limit: two that hold 95 % and two that hold 99.8 %."""

POWER: Final = 0.8
"""How sure it is that a difference of the detectable size is called."""

_HETEROGENEOUS = 0.05
_WINSORISED = 0.1
_NEGLIGIBLE = 1e-30


class Band(NamedTuple):
    """Between these limits land 95 % and 99.8 % of segments that do not differ."""

    low_95: float
    high_95: float
    low_998: float
    high_998: float


def binomial_band(rate: float, n: int) -> Band | None:
    """The band of a rate of n records where the true rate is ``rate``: exact binomial limits, interpolated.

    With F the binomial distribution function and r the least count with F(r) ≥ p, the limit is (r − α)/n with
    α = (F(r) − p)/(F(r) − F(r − 1)). Interpolation lets the limits fall smoothly with n. Source: Spiegelhalter 2005, A.1.1.

    Returns:
        None without records, or where the rate is 0 or 1: no spread seen is not certainty.

    >>> band = binomial_band(0.25, 40)
    >>> [round(end, 4) for end in band]
    [0.1082, 0.3771, 0.0495, 0.4656]
    """
    if n < 1 or not 0.0 < rate < 1.0:
        return None
    import numpy as np

    mode = min(n, int((n + 1) * rate))
    odds = rate / (1 - rate)
    up, down = np.arange(mode, n, dtype=np.float64), np.arange(mode, 0, -1, dtype=np.float64)
    right = np.cumprod((n - up) / (up + 1) * odds)
    left = np.cumprod(down / ((n - down + 1) * odds))
    return Band(*(end / n for end in _interpolated(np.concatenate([left[::-1], [1.0], right]))))


def poisson_band(mean: float) -> Band | None:
    """The band of a count where ``mean`` is expected: exact Poisson limits, interpolated like those of a rate.

    >>> [round(end, 3) for end in poisson_band(10.0)]
    [3.775, 16.16, 1.221, 20.662]
    """
    if not mean > 0.0:
        return None
    import numpy as np

    mode, top = int(mean), int(mean + 12 * math.sqrt(mean) + 30)
    up, down = np.arange(mode, top, dtype=np.float64), np.arange(mode, 0, -1, dtype=np.float64)
    right, left = np.cumprod(mean / (up + 1)), np.cumprod(down / mean)
    return Band(*_interpolated(np.concatenate([left[::-1], [1.0], right])))


def _interpolated(weights: Floats) -> list[float]:
    """Limits of a count from 0 on with these relative probabilities."""
    import numpy as np

    below = np.cumsum(weights)
    below /= below[-1]
    found = []
    for p in TAILS:
        r = int(np.searchsorted(below, p))
        before = float(below[r - 1]) if r else 0.0
        found.append(max(0.0, r - (float(below[r]) - p) / (float(below[r]) - before)))
    return found


def quantile_band(population: Floats, own: Ints, n: int, q: float) -> Band | None:
    """The band of a quantile of n records drawn, with return, from a population without its own part.

    The share of the population below the r-th of n drawn records is beta with r and n − r + 1, so the limits are known
    without a draw: they are what resampling comes to if it never ends. r = 1 + (n − 1)·q, the place of the quantile.

    Args:
        population: All records (float64), ascending.
        own: Places in the population, ascending, that do not belong to it.
        n: Records drawn.
        q: The quantile, strictly between 0 and 1.

    Returns:
        None without records on either side, or where all limits are one value.
    """
    rest = len(population) - len(own)
    if n < 1 or rest < 1:
        return None
    import numpy as np

    place = 1 + (n - 1) * q
    gaps = own - np.arange(len(own))
    found = []
    for p in TAILS:
        rank = min(int(beta_quantile(p, place, n - place + 1) * rest), rest - 1)
        found.append(float(population[rank + int(np.searchsorted(gaps, rank, side="right"))]))
    return None if found[2] == found[3] else Band(*found)


def mean_band(mean: float, sd: float, skewness: float, n: int) -> Band | None:
    """The band of the mean of many records drawn from others: mean + s/√n·(z + γ(z² − 1)/(6√n)) (Cornish & Fisher 1938).

    Args:
        mean: Of the others.
        sd: Their standard deviation.
        skewness: Their skewness γ.
        n: Records drawn.

    Returns:
        None where the others do not vary.
    """
    if n < 1 or not sd > 0.0:
        return None
    zs = [normal_quantile(p) for p in TAILS]
    return Band(*(mean + sd / math.sqrt(n) * (z + skewness * (z * z - 1) / (6 * math.sqrt(n))) for z in zs))


def resampled_mean_band(
    population: Floats, own: Ints, n: int, draws: int, generator: np.random.Generator
) -> Band | None:
    """The same of few records, by drawing them from the others again and again, with return.

    Args:
        population: All records (float64), ascending.
        own: Places in the population, ascending, that do not belong to the others.
        n: Records drawn.
        draws: How many means are drawn.
        generator: Where random numbers come from.

    Returns:
        None without records on either side, or where all limits are one value.
    """
    rest = len(population) - len(own)
    if n < 1 or rest < 1:
        return None
    import numpy as np

    ranks = generator.integers(0, rest, (draws, n))
    if len(population) <= ranks.size:  # a copy of the others costs less than a search for each draw
        others = np.delete(population, own)
    else:
        others = population
        ranks += np.searchsorted(own - np.arange(len(own)), ranks, side="right")
    means = np.sort(others[ranks].mean(axis=1))
    found = Band(*(float(means[min(int(p * draws), draws - 1)]) for p in TAILS))
    return None if found.low_998 == found.high_998 else found


def widened(band: Band, centre: float, factor: float, least: float, most: float) -> Band:
    """A band whose distances from the centre are √factor times as large, within what the number can be at all.

    >>> Band(*(round(end, 6) for end in widened(Band(0.2, 0.4, 0.1, 0.5), 0.3, 4.0, 0.0, 1.0)))
    Band(low_95=0.1, high_95=0.5, low_998=0.0, high_998=0.7)
    """
    root = math.sqrt(factor)
    return Band(*(min(max(centre + root * (end - centre), least), most) for end in band))


class Dispersion(NamedTuple):
    """How much more segments vary than chance alone would make them.

    Attributes:
        factor: φ: the variance over that of chance, from winsorised z; bands are widened by its root.
        plain: The same from z as they are.
        p_value: That of chance alone, by χ² of the winsorised z with one degree of freedom less than segments.
        applied: Whether it is significant and above 1, so that bands are widened.
    """

    factor: float
    plain: float
    p_value: float
    applied: bool


def dispersion(z: Sequence[float]) -> Dispersion | None:
    """Spiegelhalter's multiplicative factor: φ = Σz²/I over I segments, of z that are winsorised.

    The lowest 10 % of z, at least one, are set to the lowest of the others, and the highest likewise: without that a single
    segment that really differs would widen its own band until it lies within. Applied where I·φ of the winsorised z is above
    the 95 % point of χ² with I − 1 degrees of freedom. Source: Spiegelhalter 2005, 3.3 and A.3.1.

    Returns:
        None with fewer than four segments, of which winsorising leaves too little.

    >>> found = dispersion([-2.5, -1.0, 0.5, 1.0, 6.0])
    >>> round(found.factor, 2), round(found.plain, 2), found.applied
    (0.85, 8.9, False)
    """
    count = len(z)
    if count < _FEWEST:
        return None
    ordered = sorted(z)
    each = max(1, int(_WINSORISED * count))
    low, high = ordered[each], ordered[-1 - each]
    squares = math.fsum(min(max(value, low), high) ** 2 for value in ordered)
    p_value = chi_square_tail(squares, count - 1)
    factor = squares / count
    plain = math.fsum(value * value for value in ordered) / count
    return Dispersion(factor, plain, p_value, p_value < _HETEROGENEOUS and factor > 1.0)


_FEWEST = 4


def detectable_rate(rate: float, n: int, others: int, alpha: float) -> float | None:
    """The least difference between a rate of n records and the team's that would show four times in five.

    d = (z₁₋α/₂ + z₀.₈)·√(p(1 − p)(1/n + 1/m)) + (1/n + 1/m)/2, with p the team's rate and m its records. The last term is
    the continuity correction of Yates, for Fisher's test counts in whole records.

    Args:
        rate: The team's.
        n: Records of the segment.
        others: Records of the team.
        alpha: The p-value at which a segment is called: the false discovery rate divided by the number of tests.

    Returns:
        None where nothing would show: a difference beyond 0 and 1 on both sides.

    >>> round(detectable_rate(0.3, 40, 440, 0.05 / 12), 2)
    0.29
    """
    if min(n, others) < 1 or not 0.0 < rate < 1.0:
        return None
    parts = 1 / n + 1 / others
    found = _reach(alpha) * math.sqrt(rate * (1 - rate) * parts) + parts / 2
    return None if found > max(rate, 1 - rate) else found


def detectable_value(sd: float, n: int, others: int, alpha: float) -> float | None:
    """The same of a mean, from the standard deviation of its records."""
    return _reach(alpha) * sd * math.sqrt(1 / n + 1 / others) if min(n, others) >= 1 and sd > 0.0 else None


def detectable_quantile(values: Floats, q: float, n: int, alpha: float, *, whole: bool = False) -> float | None:
    """By how much all n records of a segment have to be higher, so that their quantile is called four times in five.

    With F the distribution of all records and m the others: moved up by d, the segment takes all with it, whose distribution is
    G(x) = (n·F(x − d) + m·F(x))/(n + m) with the quantile M = G⁻¹(q).

    By resampling, the quantile of n records drawn from all lies below x with Φ((G(x) − q)/σ), σ² = q(1 − q)·m/(n·(n + m)), so
    it is as far from M as c with probability α where both tails beyond M ± c sum up to α. The segment's own quantile is
    farther four times in five where F(M + c − d) = q − z₀.₈·σ.

    In whole records the shares above M are compared, which have to differ by s as in :func:`detectable_rate`:
    d = F⁻¹(q + s·n/(n + m)) − F⁻¹(q − s·m/(n + m)).

    Args:
        values: All records (float64), ascending: their F.
        q: The quantile, strictly between 0 and 1.
        n: Records of the segment. Without ``whole`` they have to be at most a fourth of the others: the nearer both sides are in
            size, the more the quantile of all moves with either, and the less of the differences is called (6 of 10).
        alpha: The p-value at which a segment is called.
        whole: Whether the test counts in whole records, as Fisher's does and resampling does not.

    Returns:
        None where nothing would show: not even a segment that is above all others.

    >>> import numpy as np
    >>> round(detectable_quantile(np.arange(1001.0), 0.5, 300, 0.05, whole=True), 1)
    99.0
    """
    others = len(values) - n
    if min(n, others) < 1:
        return None
    import numpy as np

    if not whole:
        return _moved(values, q, n, others, alpha)
    parts = 1 / n + 1 / others
    share = _reach(alpha) * math.sqrt(q * (1 - q) * parts) + parts / 2
    low, high = q - share * others / len(values), q + share * n / len(values)
    if low <= 0.0 or high >= 1.0:
        return None
    ends = np.quantile(values, [low, high])
    return float(ends[1] - ends[0])


def _moved(values: Floats, q: float, n: int, others: int, alpha: float) -> float | None:
    import numpy as np

    if len(values) > _ENOUGH:
        values = np.quantile(values, np.linspace(0.0, 1.0, _ENOUGH))
    at, counts = np.unique(values, return_counts=True)
    below = (np.cumsum(counts) - counts / 2) / len(values)
    reach, own = float(at[-1] - at[0]), n / (n + others)
    sigma = math.sqrt(q * (1 - q) * (1 - own) / n)
    aim = q - normal_quantile(POWER) * sigma
    if aim <= 0.0 or not reach > 0.0:
        return None

    def share(x: float) -> float:
        return float(np.interp(x, at, below, left=0.0, right=1.0))

    def shows(d: float) -> bool:
        def mixed(x: float) -> float:
            return own * share(x - d) + (1 - own) * share(x)

        def unlikely(c: float) -> bool:
            high, low = mixed(middle + c) - q, q - mixed(middle - c)
            return (math.erfc(high / sigma / _ROOT) + math.erfc(low / sigma / _ROOT)) / 2 <= alpha

        middle = _least(lambda x: mixed(x) >= q, float(at[0]), float(at[-1]) + d)
        return share(middle + _least(unlikely, 0.0, reach + d) - d) <= aim

    # Two groups that are far apart leave a gap in the middle of all, so it need not show from there on: the first is looked for.
    steps = (reach * step / _STEPS for step in range(1, _STEPS + 1))
    first = next((d for d in steps if shows(d)), None)
    return None if first is None else _least(shows, first - reach / _STEPS, first)


def _least(holds: Callable[[float], bool], low: float, high: float) -> float:
    """The least value at which something holds that holds at the high end, within 2⁻²⁴ of the way."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


_ENOUGH = 2001
_HALVINGS = 24
_STEPS = 64
_ROOT = math.sqrt(2)


def _reach(alpha: float) -> float:
    return normal_quantile(1 - alpha / 2) + normal_quantile(POWER)
