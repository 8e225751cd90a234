"""Closed-form intervals for the kinds of number that a KPI can be.

Every function takes the few sums that the number is made of, so that it costs the same for ten records and for ten
million. ``None`` means that these data allow no interval (no records, one record, no spread seen).
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from salesmetrics.statistics.distributions import check_level, poisson_cdf, student_t_quantile, two_sided_z

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

__all__ = [
    "SMALLEST_MEAN_SAMPLE",
    "Bounds",
    "Number",
    "hybrid_difference",
    "mean_interval",
    "mean_intervals",
    "newcombe_difference",
    "nps_interval",
    "poisson_interval",
    "poisson_ratio_interval",
    "rate_interval",
    "ratio_of_sums_interval",
    "wilson",
]

Number = int | float | Decimal

SMALLEST_MEAN_SAMPLE: Final = 25
"""Of fewer skewed values no interval of the mean that was measured holds 90 % instead of 95 %."""

_EXACT_BELOW = 100
_FEW_DIGITS = 1e-6
"""Values that differ by no more, in proportion to themselves, leave too few digits of a float to what they differ by."""
_NO_SKEW = 1e-9
_SCORE_STEP = 1e-12


class Bounds(NamedTuple):
    """The two ends of an interval, in the unit of the number they belong to."""

    low: float
    high: float

    def within(self, low: float, high: float) -> Bounds:
        """Cut both ends to what the number can be at all, for example 0–1 for a share of value."""
        return Bounds(min(max(self.low, low), high), min(max(self.high, low), high))

    def scaled(self, factor: float) -> Bounds:
        """Both ends times a factor above zero, for example 100 from a ratio to points."""
        return Bounds(self.low * factor, self.high * factor)


def wilson(k: int, n: int, level: float = 0.95) -> Bounds | None:
    """Score interval of a rate k/n, without continuity correction.

    The values p for which k is within z standard errors of n·p: the roots of
    (k/n − p)² = z²·p·(1 − p)/n. Source: Wilson 1927; Brown, Cai & DasGupta 2001.

    Args:
        k: Records that count, 0 ≤ k ≤ n.
        n: Records at all; 0 gives ``None``.
        level: Confidence level.

    Raises:
        ValueError: When k is not within 0 and n.

    >>> bounds = wilson(30, 40)
    >>> round(bounds.low, 4), round(bounds.high, 4)
    (0.5981, 0.8581)
    """
    _check_share(k, n)
    z2 = two_sided_z(level) ** 2
    if n == 0:
        return None
    centre = (k + z2 / 2) / (n + z2)
    reach = math.sqrt(z2) / (n + z2) * math.sqrt(k * (n - k) / n + z2 / 4)
    low = 0.0 if k == 0 else max(0.0, centre - reach)
    high = 1.0 if k == n else min(1.0, centre + reach)
    return Bounds(low, high)


def newcombe_difference(k1: int, n1: int, k2: int, n2: int, level: float = 0.95) -> Bounds | None:
    """Interval of the difference k1/n1 − k2/n2 of two independent rates, in ratio units.

    Hybrid of the two score intervals: ``hybrid_difference`` of two Wilson intervals. Source: Newcombe 1998, method 10.

    >>> bounds = newcombe_difference(56, 70, 48, 80)
    >>> round(bounds.low, 4), round(bounds.high, 4)
    (0.0524, 0.3339)
    """
    first, second = wilson(k1, n1, level), wilson(k2, n2, level)
    if first is None or second is None:
        return None
    return hybrid_difference(k1 / n1, first, k2 / n2, second).within(-1.0, 1.0)


def hybrid_difference(value1: Number, bounds1: Bounds, value2: Number, bounds2: Bounds) -> Bounds:
    """Interval of value1 − value2 from the intervals of two independent estimates, such as two medians.

    Each end takes the distances of the two values to those of their ends that lie in its direction, and adds them as
    squares (MOVER; Zou & Donner 2008). The level is that of the two intervals.

    >>> hybrid_difference(50, Bounds(46, 53), 40, Bounds(35, 44))
    Bounds(low=4.343145750507619, high=15.8309518948453)
    """
    difference = float(value1) - float(value2)
    down = math.hypot(float(value1) - bounds1.low, bounds2.high - float(value2))
    up = math.hypot(bounds1.high - float(value1), float(value2) - bounds2.low)
    return Bounds(difference - down, difference + up)


def mean_interval(n: int, mean: Number, sd: Number, skewness: float, level: float = 0.95) -> Bounds | None:
    """Hall's interval of the mean of skewed values, with Student's quantiles.

    The t of skewed values is itself skewed; the cubic g(t) = t + γt²/(3√n) + γ²t³/(27n) + γ/(6√n) takes that out, and its
    inverse at the two quantiles gives the ends. Student's own interval holds 72 to 82 % instead of 95 % for 10 to 50
    amounts as skewed as those of deals. Below 25 values this one too holds less than 90 % in the worst case measured, so
    there is none (``docs/studies/mean_interval.md``). Source: Hall, On the removal of skewness by transformation, 1992.

    Args:
        n: Values; fewer than 25 give ``None``.
        mean: Their mean.
        sd: Their sample standard deviation (divisor n − 1); 0 gives ``None``: no spread seen is not certainty.
        skewness: Their adjusted skewness G₁ (as spreadsheets give it); one that is not finite gives ``None``.
        level: Confidence level.

    >>> bounds = mean_interval(25, 10.0, 10.0, 2.0)
    >>> round(bounds.low, 4), round(bounds.high, 4)
    (6.7571, 17.0697)
    """
    check_level(level)
    if n < SMALLEST_MEAN_SAMPLE or not float(sd) > 0.0:
        return None
    return _hall(n, float(mean), float(sd), skewness, student_t_quantile(0.5 + level / 2, n - 1))


def mean_intervals(
    samples: pl.Series, lengths: Sequence[int], means: Sequence[Number | None], level: float = 0.95
) -> list[Bounds | None]:
    """:func:`mean_interval` of every list of a column; Student's quantile is found once per length.

    Args:
        samples: Lists of numbers, each ascending and without blanks.
        lengths: How many each list holds.
        means: Their means.
        level: Confidence level.

    Returns:
        Bounds, within 0 where no value of the list is below it; None with fewer than 25 values, or where all are the same.

    >>> import polars as pl
    >>> mean_intervals(pl.Series([[1] * 24 + [9], [1, 2]]), [25, 2], [1.32, 1.5])[1] is None
    True
    """
    check_level(level)
    found: list[Bounds | None] = [None] * len(lengths)
    student: dict[int, float] = {}
    for place, (n, mean) in enumerate(zip(lengths, means, strict=True)):
        if n < SMALLEST_MEAN_SAMPLE or mean is None:
            continue
        # One list at a time: over groups Polars adds the cubes in another order, and the last digit would differ.
        values = samples[place]
        sd, skewness = _spread(values)
        if not sd > 0.0:
            continue
        if n not in student:
            student[n] = student_t_quantile(0.5 + level / 2, n - 1)
        bounds = _hall(n, float(mean), sd, skewness, student[n])
        found[place] = bounds.within(0.0, math.inf) if bounds and values[0] >= 0 else bounds
    return found


def _spread(values: pl.Series) -> tuple[float, float]:
    """The standard deviation and the skewness of ascending values.

    A float has 15 digits: what values of 18 digits differ by may be in none of them, so it is taken before it becomes one.
    """
    import polars as pl

    first, last = float(values[0]), float(values[-1])
    if last - first <= _FEW_DIGITS * max(abs(first), abs(last)):
        values = values - values[0]
    values = values.cast(pl.Float64)
    if values[0] == values[-1]:
        return 0.0, 0.0
    spread: Any = values.std()
    return float(spread or 0.0), float(values.skew(bias=False) or 0.0)


def _hall(n: int, mean: float, sd: float, skewness: float, t: float) -> Bounds | None:
    root = math.sqrt(n)

    def back(x: float) -> float:
        """The t that the cubic takes to x."""
        if abs(skewness) < _NO_SKEW:
            return x
        return root * 3 / skewness * (_cube_root(1 + skewness * (x / root - skewness / (6 * n))) - 1)

    error = sd / root
    bounds = Bounds(mean - error * back(t), mean - error * back(-t))
    return bounds if bounds.low < bounds.high and math.isfinite(bounds.high - bounds.low) else None


def ratio_of_sums_interval(
    n: int,
    sum_x: Number,
    sum_y: Number,
    sum_xx: Number,
    sum_xy: Number,
    sum_yy: Number,
    level: float = 0.95,
) -> Bounds | None:
    """Interval of Σx/Σy over n records by linearisation (first-order Taylor, the ratio estimator of survey sampling).

    With r = Σx/Σy and residuals e = x − r·y the variance is n/(n − 1)·Σe²/(Σy)²; the reach is t with n − 1 degrees of
    freedom. The sums are taken exactly, so that Σe² does not suffer when x and y are nearly proportional. The ends may
    leave the range that the ratio can have: ``Bounds.within`` cuts them.
    Source: Cochran, Sampling Techniques, 3rd ed., 2.11 and 6.4.

    Args:
        n: Records; fewer than two give ``None``.
        sum_x: Σx, the numerator.
        sum_y: Σy, the denominator; not above zero gives ``None``.
        sum_xx: Σx².
        sum_xy: Σxy.
        sum_yy: Σy².
        level: Confidence level.

    Returns:
        None too where all x are in one proportion to their y: no spread seen is not certainty.

    A share of value over four deals of 10, 20, 30 and 40, of which the first and the last were won:

    >>> bounds = ratio_of_sums_interval(4, 50, 100, 1700, 1700, 3000)
    >>> round(bounds.low, 4), round(bounds.high, 4)
    (-0.5064, 1.5064)
    """
    check_level(level)
    total_x, total_y = Fraction(sum_x), Fraction(sum_y)
    if n < 2 or total_y <= 0:
        return None
    ratio = total_x / total_y
    squares = Fraction(sum_xx) - 2 * ratio * Fraction(sum_xy) + ratio * ratio * Fraction(sum_yy)
    if squares <= 0:
        return None
    variance = float(squares / (total_y * total_y)) * n / (n - 1)
    reach = student_t_quantile(0.5 + level / 2, n - 1) * math.sqrt(variance)
    return Bounds(float(ratio) - reach, float(ratio) + reach)


def poisson_interval(count: int, level: float = 0.95) -> Bounds:
    """Interval of the mean behind a count of independent events.

    Below 100 events the exact interval (Garwood 1936): the means at which so many or more, and so many or fewer, are
    just as rare as the level allows. From 100 on Byar's closed form, within 4 parts in 10,000 of it (levels to 0.999).

    >>> bounds = poisson_interval(10)
    >>> round(bounds.low, 3), round(bounds.high, 3)
    (4.795, 18.39)
    """
    z = two_sided_z(level)
    if count < 0:
        msg = f"a count is not negative: {count}"
        raise ValueError(msg)
    if count >= _EXACT_BELOW:
        return Bounds(_byar(count, -z), _byar(count + 1, z))
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else _poisson_mean_where(count - 1, 1 - tail)
    return Bounds(low, _poisson_mean_where(count, tail))


def rate_interval(count: int, exposure: Number, level: float = 0.95) -> Bounds | None:
    """Interval of a rate of events per unit of exposure, such as calls per rep and working day.

    >>> bounds = rate_interval(10, 5)
    >>> round(bounds.low, 3), round(bounds.high, 3)
    (0.959, 3.678)
    """
    bounds = poisson_interval(count, level)
    return bounds.scaled(1 / float(exposure)) if exposure > 0 else None


def poisson_ratio_interval(
    count1: int, count2: int, exposure1: Number = 1, exposure2: Number = 1, level: float = 0.95
) -> Bounds | None:
    """Interval of the ratio (count1/exposure1)/(count2/exposure2) of two independent rates of events.

    Given their sum, the first count is binomial: the Wilson interval of its share p becomes odds p/(1 − p), scaled by
    the exposures. ``None`` when the second count or an exposure is zero.

    >>> bounds = poisson_ratio_interval(60, 40)
    >>> round(bounds.low, 3), round(bounds.high, 3)
    (1.008, 2.232)
    """
    share = wilson(count1, count1 + count2, level)
    if share is None or count2 == 0 or exposure1 <= 0 or exposure2 <= 0:
        return None
    scale = float(exposure2) / float(exposure1)
    return Bounds(share.low / (1 - share.low), share.high / (1 - share.high)).scaled(scale)


def nps_interval(promoters: int, detractors: int, n: int, level: float = 0.95) -> Bounds | None:
    """Score interval of a net promoter score, in points from −100 to 100.

    Promoters, passives and detractors are one multinomial draw, so the score is a difference of paired shares: the
    interval holds the scores d for which p − d is within z standard errors, of the shares most likely under d. Its ends
    are found by bisection. It has a width even where all answers are of one class. Source: Tango, Equivalence test and
    confidence interval for the difference in proportions for the paired-sample design, 1998; measured in
    ``docs/studies/nps_interval.md``.

    >>> bounds = nps_interval(100, 100, 300)
    >>> round(bounds.low, 3), round(bounds.high, 3)
    (-9.21, 9.21)
    """
    z2 = two_sided_z(level) ** 2
    if promoters < 0 or detractors < 0 or promoters + detractors > n:
        msg = f"{promoters} promoters and {detractors} detractors do not fit into {n} answers"
        raise ValueError(msg)
    if n == 0:
        return None

    def rejected(score: float) -> bool:
        b = (2 * n - promoters + detractors) * score - promoters - detractors
        fewest = (math.sqrt(max(b * b + 8 * n * detractors * score * (1 - score), 0.0)) - b) / (4 * n)
        return (promoters - detractors - n * score) ** 2 > z2 * n * (2 * fewest + score * (1 - score))

    def end(outside: float) -> float:
        inside = (promoters - detractors) / n
        if not rejected(outside):
            return outside
        while abs(outside - inside) > _SCORE_STEP:
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if rejected(middle) else (middle, outside)
        return inside

    return Bounds(end(-1.0), end(1.0)).scaled(100.0)


def _check_share(k: int, n: int) -> None:
    if not 0 <= k <= n:
        msg = f"{k} of {n} is not a share"
        raise ValueError(msg)


def _byar(count: int, z: float) -> float:
    return count * (1 - 1 / (9 * count) + z / (3 * math.sqrt(count))) ** 3


def _poisson_mean_where(count: int, probability: float) -> float:
    """The mean at which at most ``count`` events have this probability, by bisection."""
    low, high = 0.0, 10.0 * (count + 10)
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if poisson_cdf(count, middle) > probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _cube_root(value: float) -> float:
    return math.copysign(abs(value) ** (1 / 3), value)
