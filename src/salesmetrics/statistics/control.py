"""Between what a number has varied so far: natural process limits. Own file: a method of its own."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["FEWEST", "ProcessLimits", "p_prime_limits", "xmr_limits"]

FEWEST = 6
"""Fewer periods say too little about how much they vary."""

_SIGMAS = 3
_ROUNDING = 1e-9
_MEAN_RANGE_OF_TWO = 1.128
"""Expected range of two draws from a normal distribution, in standard deviations (d₂ of control charts)."""


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
    total = sum(n for _, n in known)
    centre = sum(k for k, _ in known) / total if total else 0.0
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
