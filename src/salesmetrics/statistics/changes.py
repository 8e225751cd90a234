"""How probable a change at least as large is by chance: p-values that say what the interval of the change says.

Own file: what a report needs for its verdicts, beside the intervals.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from salesmetrics.statistics.distributions import normal_tail, student_t_quantile, student_t_tail
from salesmetrics.statistics.intervals import Bounds, wilson

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "FEWEST_PERIODS",
    "Dispersion",
    "count_change",
    "dispersion",
    "hybrid_p_value",
    "newcombe_p_value",
]

FEWEST_PERIODS: Final = 6
"""Fewer periods say too little about how much a count varies by itself."""

_CLOSE = 1e-12


def newcombe_p_value(k1: int, n1: int, k2: int, n2: int) -> float | None:
    """The level at which Newcombe's interval of k1/n1 − k2/n2 just reaches zero, taken from 1.

    So it is below 0.05 exactly where the interval at 95 % leaves out zero. The z at which it reaches zero is found by
    regula falsi (Illinois), as the reach of the interval grows with z. Source: Newcombe 1998, method 10, inverted;
    measured in ``docs/studies/verdicts.md``.

    Args:
        k1: Records of the first rate that count, 0 ≤ k1 ≤ n1.
        n1: Records of the first rate.
        k2: As ``k1``, of the second.
        n2: As ``n1``, of the second.

    Returns:
        None where a rate has no records.

    Raises:
        ValueError: When a k is not within 0 and its n.

    >>> round(newcombe_p_value(56, 70, 48, 80), 4), newcombe_p_value(1, 2, 2, 4)
    (0.0081, 1.0)
    """
    if wilson(k1, n1) is None or wilson(k2, n2) is None:
        return None
    if k1 * n2 < k2 * n1:
        k1, n1, k2, n2 = k2, n2, k1, n1
    difference = (k1 * n2 - k2 * n1) / (n1 * n2)
    if not difference:
        return 1.0

    def beyond(z: float) -> float:
        """By how much the reach of the interval is beyond zero."""
        return math.hypot(_below(k1, n1, z), _below(n2 - k2, n2, z)) - difference

    low, high, at_low, at_high = 0.0, 2.0, -difference, beyond(2.0)
    while at_high < 0.0:
        low, at_low, high = high, at_high, high * 2
        at_high = beyond(high)
    kept = 0
    while high - low > _CLOSE * high and at_high > 0.0:
        z = high - at_high * (high - low) / (at_high - at_low)
        if not low < z < high:
            break
        here = beyond(z)
        if here < 0.0:
            low, at_low, at_high, kept = z, here, at_high / 2 if kept < 0 else at_high, -1
        else:
            high, at_high, at_low, kept = z, here, at_low / 2 if kept > 0 else at_low, 1
    return 2 * normal_tail(high)


def _below(k: int, n: int, z: float) -> float:
    """How far the lower end of Wilson's interval lies below k/n."""
    z2 = z * z
    return k / n - (k + z2 / 2 - z * math.sqrt(k * (n - k) / n + z2 / 4)) / (n + z2)


def hybrid_p_value(step: float, bounds: Bounds, level: float, degrees: int) -> float:
    """The p-value of a step between two estimates, from the interval of the step.

    The distance from the step to the end that lies towards zero is that of so many standard errors as the level allows, by
    Student's t; the step itself is in proportion. So the p-value is below 1 − level exactly where the interval leaves out
    zero. Further out it is as good as the proportion; ``docs/studies/verdicts.md`` says how good that is.

    Args:
        step: The difference of the two estimates.
        bounds: Its interval, such as that of ``hybrid_difference``.
        level: The level of the interval.
        degrees: Degrees of freedom: the records behind the smaller of the two, less one.

    Returns:
        1 for no step. Where the interval has no reach towards zero, as with values of a few whole days, 1 − level: nothing
        better is known.

    >>> round(hybrid_p_value(10, Bounds(0, 20), 0.95, 30), 6), hybrid_p_value(0, Bounds(-1, 1), 0.95, 30)
    (0.05, 1.0)
    """
    if not step:
        return 1.0
    reach = step - bounds.low if step > 0 else bounds.high - step
    if not reach > 0.0:
        return 1.0 - level
    return min(1.0, 2 * student_t_tail(_t(level, degrees) * abs(step) / reach, max(1, degrees)))


@cache
def _t(level: float, degrees: int) -> float:
    return student_t_quantile(0.5 + level / 2, max(1, degrees))


class Dispersion(NamedTuple):
    """How many times as much a count varies from period to period as independent events would.

    Attributes:
        factor: Variance over mean; never below 1.
        degrees: Degrees of freedom: the periods that it was seen in, less one.
    """

    factor: float
    degrees: int


def dispersion(counts: Sequence[int]) -> Dispersion | None:
    """The over-dispersion of a count in its own past: the variance over the mean of its periods, at least 1.

    φ = Σ(x − x̄)² / ((m − 1)·x̄) over m periods, Pearson's estimate of a quasi-Poisson factor; it is computed in whole
    numbers and divided once. Periods before the first with a record are not counted: whoever was not there yet did not
    vary. Source: McCullagh & Nelder, Generalized Linear Models, 2nd ed., 4.5 and 6.2.

    Args:
        counts: One count per period, in order of time.

    Returns:
        None with fewer than six periods from the first record on.

    >>> dispersion([0, 0, 4, 8, 6, 10, 2, 6]), dispersion([5, 5, 5, 5, 5])
    (Dispersion(factor=1.3333333333333333, degrees=5), None)
    """
    first = next((place for place, count in enumerate(counts) if count), len(counts))
    seen = counts[first:]
    m, total = len(seen), sum(seen)
    if m < FEWEST_PERIODS:
        return None
    squares = m * sum(count * count for count in seen) - total * total
    return Dispersion(max(1.0, squares / (m * (m - 1)) / (total / m)), m - 1)


def count_change(now: int, before: int, of: Dispersion, level: float = 0.95) -> tuple[Bounds, float] | None:
    """The interval of the difference of two counts, and its p-value, with the over-dispersion of their past.

    The difference of two counts with the same mean has about the variance φ·(a + b); as φ is estimated, Student's t takes
    the place of the normal distribution.

    Args:
        now: The count of the period, a.
        before: That of the period before, b.
        of: The over-dispersion of the count.
        level: Confidence level.

    Returns:
        None where both counts are 0: no spread seen is not certainty.

    >>> bounds, p = count_change(60, 40, Dispersion(1.0, 1000))
    >>> round(bounds.low, 2), round(bounds.high, 2), round(p, 3)
    (0.38, 39.62, 0.046)
    """
    error = math.sqrt(of.factor * (now + before))
    if not error:
        return None
    step, reach = float(now - before), _t(level, of.degrees) * error
    return Bounds(step - reach, step + reach), min(1.0, 2 * student_t_tail(abs(step) / error, of.degrees))
