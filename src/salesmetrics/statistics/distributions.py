"""Quantiles of the normal, Student's t and the beta distribution, and tails of the t, the χ² and the Poisson distribution."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

__all__ = [
    "beta_quantile",
    "check_level",
    "chi_square_tail",
    "normal_quantile",
    "normal_tail",
    "poisson_cdf",
    "student_t_quantile",
    "student_t_tail",
    "two_sided_z",
]

_STANDARD_NORMAL = NormalDist()
_EXPANSION_FROM = 1000.0
_TINY = 1e-300
_CLOSE = 1e-13


def check_level(level: float) -> float:
    """Return ``level``, a confidence level strictly between 0 and 1; anything else is a ValueError."""
    if not 0.0 < level < 1.0:
        msg = f"a confidence level lies strictly between 0 and 1, not {level}"
        raise ValueError(msg)
    return level


def normal_quantile(probability: float) -> float:
    """The value that a standard normal variable stays below with this probability.

    >>> round(normal_quantile(0.975), 6)
    1.959964
    """
    return _STANDARD_NORMAL.inv_cdf(probability)


def normal_tail(z: float) -> float:
    """How probable it is that a standard normal variable lies above this value; as exact far out as near 0.

    >>> round(normal_tail(1.959964), 6)
    0.025
    """
    return math.erfc(z / math.sqrt(2)) / 2


def two_sided_z(level: float) -> float:
    """How many standard errors a two-sided normal interval of this level reaches to either side.

    >>> round(two_sided_z(0.95), 6)
    1.959964
    """
    return normal_quantile(0.5 + check_level(level) / 2)


def student_t_quantile(probability: float, degrees: float) -> float:
    """The value that a t variable with ``degrees`` of freedom (not necessarily whole) stays below.

    Below 1,000 degrees the tail area is inverted by Newton steps, which approach from the left without overshooting
    because the t distribution function is concave there and the normal quantile is never beyond the t quantile.
    From 1,000 on the Cornish–Fisher expansion in 1/degrees is exact to rounding (Abramowitz & Stegun, 26.7.5).

    >>> round(student_t_quantile(0.975, 10), 6)
    2.228139
    """
    if not 0.0 < probability < 1.0 or not degrees > 0.0:
        msg = f"no t quantile at probability {probability} with {degrees} degrees of freedom"
        raise ValueError(msg)
    if probability == 0.5:
        return 0.0
    if probability < 0.5:
        return -student_t_quantile(1.0 - probability, degrees)
    z = normal_quantile(probability)
    if degrees >= _EXPANSION_FROM:
        return _t_expansion(z, degrees)
    log_density = math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2) - math.log(degrees * math.pi) / 2
    tail, t = 1.0 - probability, z
    for _ in range(200):
        density = math.exp(log_density - (degrees + 1) / 2 * math.log1p(t * t / degrees))
        step = (_t_tail(t, degrees) - tail) / density
        t += step
        if abs(step) <= 1e-13 * t:
            break
    return t


def _t_expansion(z: float, degrees: float) -> float:
    z2 = z * z
    terms = (
        (z2 + 1) / 4,
        ((5 * z2 + 16) * z2 + 3) / 96,
        (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384,
        ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160,
    )
    return z * (1 + math.fsum(term / degrees**power for power, term in enumerate(terms, start=1)))


def student_t_tail(t: float, degrees: float) -> float:
    """How probable it is that a t variable with ``degrees`` of freedom lies above this value.

    >>> round(student_t_tail(2.228139, 10), 6)
    0.025
    """
    return _t_tail(t, degrees) if t >= 0 else 1.0 - _t_tail(-t, degrees)


def _t_tail(t: float, degrees: float) -> float:
    return _incomplete_beta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2


@lru_cache(4096)
def beta_quantile(probability: float, a: float, b: float) -> float:
    """The value that a beta variable stays below with this probability: Newton steps, and bisection where these leave the bracket.

    The share of a population that lies below the r-th of n values drawn from it is beta with r and n − r + 1.

    >>> round(beta_quantile(0.025, 8, 8), 6)
    0.265861
    """
    if not 0.0 < probability < 1.0 or not min(a, b) > 0.0:
        msg = f"no quantile of beta({a}, {b}) at probability {probability}"
        raise ValueError(msg)
    low, high = 0.0, 1.0
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    mean = a / (a + b)
    x = mean + normal_quantile(probability) * math.sqrt(mean * (1 - mean) / (a + b + 1))
    for _ in range(200):
        if not low < x < high:
            x = (low + high) / 2
        if x in (low, high):
            break
        error = _incomplete_beta(x, a, b) - probability
        low, high = (x, high) if error < 0.0 else (low, x)
        step = error / math.exp(scale + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x))
        x -= step
        if abs(step) <= _CLOSE * x:
            break
    return min(max(x, low), high)


def chi_square_tail(value: float, degrees: int) -> float:
    """The probability that a χ² variable with a whole number of degrees of freedom is above ``value``.

    The finite sums of Abramowitz & Stegun, 26.4.4 and 26.4.5.

    >>> round(chi_square_tail(19.675138, 11), 6)
    0.05
    """
    if value < 0.0 or degrees < 1:
        msg = f"no tail of chi-square at {value} with {degrees} degrees of freedom"
        raise ValueError(msg)
    half = value / 2
    if half == 0.0:
        return 1.0
    odd = degrees % 2
    powers = [k + odd / 2 for k in range((degrees - odd) // 2)]
    terms = (math.exp(power * math.log(half) - half - math.lgamma(power + 1)) for power in powers)
    return min(1.0, math.fsum(terms) + (math.erfc(math.sqrt(half)) if odd else 0.0))


def _incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, from whichever of its two continued fractions converges fast."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1) / (a + b + 2):
        return math.exp(log_front) / a * _beta_fraction(x, a, b)
    return 1.0 - math.exp(log_front) / b * _beta_fraction(1 - x, b, a)


def _beta_fraction(x: float, a: float, b: float) -> float:
    """Abramowitz & Stegun 26.5.8, evaluated from the front (modified Lentz method)."""
    fraction = c = 1.0
    d = 0.0
    for index in range(1, 10_000):
        m = index // 2
        if index % 2:
            coefficient = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            coefficient = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / ((1.0 + coefficient * d) or _TINY)
        c = (1.0 + coefficient / c) or _TINY
        fraction *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return 1.0 / fraction


def poisson_cdf(count: int, mean: float) -> float:
    """How probable it is to count at most ``count`` where ``mean`` is expected; summed, so meant for small counts.

    >>> round(poisson_cdf(1, 2.0), 6)
    0.406006
    """
    if count < 0:
        return 0.0
    term = math.exp(-mean)
    total = term
    for k in range(1, count + 1):
        term *= mean / k
        total += term
    return total
