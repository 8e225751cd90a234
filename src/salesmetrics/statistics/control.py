"""Between what a number has varied so far: natural process limits. Own file: a method of its own."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "FEWEST",
    "PowerSums",
    "ProcessLimits",
    "p_prime_limits",
    "power_of_counts",
    "power_of_sums",
    "scaled_limits",
    "variation_of",
    "xmr_limits",
]

FEWEST = 6
"""Fewer periods say too little about how much they vary."""

_SIGMAS = 3
_ROUNDING = 1e-9
_MEAN_RANGE_OF_TWO = 1.128
"""Expected range of two draws from a normal distribution, in standard deviations (d₂ of control charts)."""


_LEAST_POWER = -0.3
_NEAR_LOGARITHM = 0.02
_POWER_WITH_ZERO = 1 / 3
_OF_FEW = 4
"""How much the third power of few skewed amounts falls short: measured in ``docs/studies/control.md``."""


class ProcessLimits(NamedTuple):
    """Lower limit, centre line and upper limit."""

    low: float
    centre: float
    high: float


def xmr_limits(values: Sequence[float | None]) -> ProcessLimits | None:
    """Natural process limits of single values: mean ± 2.66 · mean moving range.

    2.66 is 3 / 1.128. A gap breaks the chain: no range is taken across it. The lower limit of values that are never
    negative is at least 0. Source: Wheeler, Understanding Variation (1993).

    Args:
        values: The series in order of time, None for a gap.

    Returns:
        None with fewer than six values, with no two of them in a row, or where none differs from the one before: no
        variation seen says nothing about how much is usual.

    >>> xmr_limits([10, 12, 11, 13, 12, 14])
    ProcessLimits(low=7.744680851063829, centre=12.0, high=16.25531914893617)
    """
    known = [value for value in values if value is not None]
    ranges = [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]
    if len(known) < FEWEST or not any(ranges):
        return None
    centre = math.fsum(known) / len(known)
    reach = _SIGMAS * (math.fsum(ranges) / len(ranges)) / _MEAN_RANGE_OF_TWO
    low = centre - reach
    return ProcessLimits(max(low, 0.0) if min(known) >= 0 else low, centre, centre + reach)


class PowerSums(NamedTuple):
    """How many records there are, and the sums of the first three powers of their amounts."""

    n: float
    first: float
    second: float
    third: float


def variation_of(counts: Sequence[int | None]) -> float:
    """How many times as much a count varies from period to period as independent events would, by its moving ranges.

    Half the mean square of the steps, over the mean (von Neumann 1941): a trend hardly moves it. None is a gap.

    Returns:
        0 where a count never changes; 1, as of independent events, where no two periods follow each other.

    >>> variation_of([4, 8, 6, 10]), variation_of([5, 5, 5]), variation_of([5])
    (0.8571428571428571, 0.0, 1.0)
    """
    known = [count for count in counts if count is not None]
    steps = [(b - a) ** 2 for a, b in pairwise(counts) if a is not None and b is not None]
    if not steps or not sum(known):
        return 1.0
    return math.fsum(steps) / (2 * len(steps)) / (math.fsum(known) / len(known))


def power_of_counts(variation: float) -> float:
    """The power that makes a count symmetrical whose variance is so many times its mean.

    A power p takes away the skewness g of values with coefficient of variation c where p = 1 − g/(3c). Of a negative
    binomial count g/c is (2φ − 1)/φ: two thirds for independent events (Anscombe 1953), one third far above.

    >>> round(power_of_counts(1.0), 3), round(power_of_counts(10.0), 3)
    (0.667, 0.367)
    """
    factor = max(variation, 1.0)
    return 1 - (2 - 1 / factor) / 3


def power_of_sums(amounts: PowerSums, variation: float) -> float | None:
    """The power that makes sums of amounts symmetrical, from the records themselves.

    Of sums of N amounts the variance and the third cumulant follow from those of N and of the amounts: per record σ² + φμ² and
    κ₃ + 3φμσ² + φ(2φ − 1)μ³, for a number of records with variance φ times its mean. The power is 1 − ρ/3 with
    ρ = third cumulant · μ / variance². The sums themselves are too few to tell: 24 periods of eight deals are 24 sums, but 192 amounts.
    The third power of few skewed amounts falls short of the true one, so ρ is raised by 4(ρ − 1)²/√n.

    Args:
        amounts: Of the records of all periods.
        variation: φ, as :func:`variation_of` gives it.

    Returns:
        Between −0.3 and 1, to three digits; None where the amounts have no positive mean and do not vary.

    Amounts that are all the same vary as their number does:

    >>> round(power_of_sums(PowerSums(100, 100, 100, 100), 1.0) or 0, 2)
    0.67
    """
    if not amounts.n or not amounts.first > 0:
        return None
    mean, second, third = amounts.first / amounts.n, amounts.second / amounts.n, amounts.third / amounts.n
    spread = max(second - mean * mean, 0.0)
    cumulant = third - 3 * second * mean + 2 * mean**3
    variance = spread + variation * mean * mean
    if not variance > _ROUNDING * mean * mean:
        return None
    of_sums = cumulant + 3 * variation * mean * spread + variation * (2 * variation - 1) * mean**3
    ratio = of_sums * mean / variance**2
    ratio += _OF_FEW * max(ratio - 1, 0.0) ** 2 / math.sqrt(amounts.n)
    return round(min(max(1 - ratio / 3, _LEAST_POWER), 1.0), 3)


def scaled_limits(values: Sequence[float | None], power: float) -> ProcessLimits | None:
    """Natural process limits of single values on the scale of a power (0 is the logarithm), taken back.

    On the scale on which they are symmetrical, mean ± 2.66 · mean moving range leaves out few of skewed values; on their own it
    leaves out one in four series of sums of eight deals. The lower limit is never above that of the plain chart: periods of few
    deals would fall out below. Source: Box & Cox 1964; measured in ``docs/studies/control.md``.

    Args:
        values: The series in order of time, None for a gap.
        power: As ``power_of_sums`` gives it. At least one third is taken where a value is 0, and the plain chart where one is negative.

    Returns:
        None where :func:`xmr_limits` gives none.

    >>> limits = scaled_limits([1, 8, 1, 8, 1, 8, 1], 1 / 3)
    >>> limits is not None and [round(end, 2) for end in limits]
    [0.0, 2.92, 68.32]
    """
    plain = xmr_limits(values)
    known = [value for value in values if value is not None]
    if plain is None or power == 1 or min(known) < 0:
        return plain
    if not min(known):
        power = max(power, _POWER_WITH_ZERO)
    power = power if abs(power) > _NEAR_LOGARITHM else 0.0
    low, centre, high = _ends_on_scale(values, power) or _ends_on_scale(values, 0.0) or plain
    return ProcessLimits(min(low, plain.low), centre, high)


def _ends_on_scale(values: Sequence[float | None], power: float) -> tuple[float, float, float] | None:
    """Limits on the scale of a power, taken back; None where the scale ends before the upper one."""

    def forth(value: float) -> float:
        return math.log(value) if not power else (value**power - 1) / power

    def back(value: float) -> float:
        if not power:
            return math.exp(value)
        base = 1 + power * value
        return float(base ** (1 / power)) if base > 0 else 0.0

    scaled = [None if value is None else forth(value) for value in values]
    known = [value for value in scaled if value is not None]
    ranges = [abs(b - a) for a, b in pairwise(scaled) if a is not None and b is not None]
    centre = math.fsum(known) / len(known)
    reach = _SIGMAS * (math.fsum(ranges) / len(ranges)) / _MEAN_RANGE_OF_TWO
    if 1 + power * (centre + reach) <= _ROUNDING:
        return None
    try:
        return back(centre - reach), back(centre), back(centre + reach)
    except OverflowError:
        return None


def p_prime_limits(counts: Sequence[tuple[int, int] | None]) -> list[ProcessLimits | None] | None:
    """Limits of a share whose number of records differs from period to period: Laney's p′ chart.

    Each share is put on the scale of its own binomial standard error, z = (p − p̄) / √(p̄(1 − p̄)/n); the moving ranges of z
    say how much more (or less) the shares vary than chance alone would make them. Limits of a period are
    p̄ ± 3 · √(p̄(1 − p̄)/n) · mean moving range of z / 1.128, within 0 and 1. Source: Laney, Improved Control Charts for
    Attributes, Quality Engineering 14 (2002).

    Args:
        counts: ``(k, n)`` in order of time, None for a gap; n = 0 is a gap too.

    Returns:
        Limits for each period, None for gaps; None as a whole with fewer than six periods, with no two of them in a row,
        or where no share differs from the one before.

    >>> limits = p_prime_limits([(30, 100), (25, 100), (28, 100), (33, 100), (27, 100), (31, 100)])
    >>> limits is not None and [round(end, 4) for end in limits[0]]
    [0.1677, 0.29, 0.4123]
    """
    known = [pair for pair in counts if pair is not None and pair[1] > 0]
    total = math.fsum(n for _, n in known)
    centre = math.fsum(k for k, _ in known) / total if total else 0.0
    if len(known) < FEWEST or centre in {0.0, 1.0}:
        return None
    errors = [math.sqrt(centre * (1 - centre) / pair[1]) if pair and pair[1] else None for pair in counts]
    scores = [
        (pair[0] / pair[1] - centre) / error if pair and error else None
        for pair, error in zip(counts, errors, strict=True)
    ]
    ranges = [abs(b - a) for a, b in pairwise(scores) if a is not None and b is not None]
    if not math.fsum(ranges) > _ROUNDING:
        return None
    reach = _SIGMAS * (math.fsum(ranges) / len(ranges)) / _MEAN_RANGE_OF_TWO
    return [
        None if e is None else ProcessLimits(max(centre - reach * e, 0.0), centre, min(centre + reach * e, 1.0))
        for e in errors
    ]
