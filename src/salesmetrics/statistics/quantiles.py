"""Sample quantiles, and the intervals that the order statistics themselves give.

Such an interval assumes nothing about the shape of the values: how many of n values fall below the true quantile is
binomial, whatever their distribution (Conover, Practical Nonparametric Statistics, 3.2).
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import accumulate, takewhile
from operator import mul
from typing import TYPE_CHECKING, Any, overload

from salesmetrics.statistics.distributions import check_level
from salesmetrics.statistics.intervals import Bounds, Number

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import polars as pl

__all__ = ["order_statistic_bounds", "quantile", "quantile_interval", "quantiles"]

_NEGLIGIBLE = 1e-20


def order_statistic_bounds(n: int, q: float, level: float = 0.95) -> tuple[int, int] | None:
    """Ranks (from 0, in ascending order) of the two values that hold the q-quantile at this level.

    Each side is left out with at most (1 − level)/2, so the coverage is at least the level; the exact binomial is used
    at every n, and the work grows with √n only.

    Args:
        n: Values.
        q: The quantile, strictly between 0 and 1; 0.5 is the median.
        level: Confidence level.

    Returns:
        The two ranks, or ``None`` when n is too small for the level, for example a median of fewer than six values.

    >>> order_statistic_bounds(6, 0.5), order_statistic_bounds(5, 0.5), order_statistic_bounds(100, 0.5)
    ((0, 5), None, (39, 60))
    """
    if not 0.0 < q < 1.0 or n < 0:
        msg = f"no order statistics for quantile {q} of {n} values"
        raise ValueError(msg)
    tail = (1 - check_level(level)) / 2
    first, weights = _binomial_weights(n, q)
    allowed = tail * math.fsum(weights)
    below = sum(1 for total in accumulate(weights) if total <= allowed)
    above = sum(1 for total in accumulate(reversed(weights)) if total <= allowed)
    # Counts too improbable to be in the list are ranks all the same, so low may lie before it and high after it.
    low, high = first + below - 1, first + len(weights) - above - 1
    return (low, high) if low >= 0 and high < n else None


def _binomial_weights(n: int, q: float) -> tuple[int, list[float]]:
    """Binomial probabilities relative to that of the most likely count, and the count that the first belongs to.

    Relative weights follow from each other by exact ratios, so nothing of the size of n! is ever formed.
    """
    mode = min(n, int((n + 1) * q))
    odds = q / (1 - q)

    def weights(ratios: Iterable[float]) -> list[float]:
        """The running product of ratios, as long as it counts."""
        return list(takewhile(lambda weight: weight >= _NEGLIGIBLE, accumulate(ratios, mul)))

    right = weights((n - count) / (count + 1) * odds for count in range(mode, n))
    left = weights(count / ((n - count + 1) * odds) for count in range(mode, 0, -1))
    return mode - len(left), [*reversed(left), 1.0, *right]


@overload
def quantile(sorted_values: Sequence[Decimal], q: float) -> Decimal: ...
@overload
def quantile(sorted_values: Sequence[int] | Sequence[float], q: float) -> float: ...
def quantile(sorted_values: Sequence[Number], q: float) -> Number:
    """Sample quantile by linear interpolation between neighbours (type 7 of Hyndman & Fan 1996).

    The position (n − 1)·q is taken from q as it is written (0.9 is nine tenths), and Decimals stay Decimals, so the
    median of money is exact.

    Args:
        sorted_values: At least one value, ascending, without blanks.
        q: From 0 (smallest) to 1 (largest).

    Raises:
        ValueError: When there is no value, or q is outside 0–1.

    >>> quantile([1, 2, 3, 10], 0.5), quantile([Decimal("0.10"), Decimal("0.25")], 0.5)
    (2.5, Decimal('0.175'))
    """
    if len(sorted_values) == 0 or not 0.0 <= q <= 1.0:
        msg = f"no quantile {q} of {len(sorted_values)} values"
        raise ValueError(msg)
    rank, rest, parts = _position(len(sorted_values), q)
    low = sorted_values[rank]
    high = sorted_values[rank + 1] if rest else low
    with localcontext(prec=60):
        return _between(low, high, rest, parts)


def quantiles(
    samples: pl.Series, lengths: Sequence[int], q: float, level: float | None = None
) -> list[tuple[Number | None, Bounds | None]]:
    """:func:`quantile` and :func:`quantile_interval` of every list of a column; ranks are found once per length.

    Args:
        samples: Lists of numbers, each ascending and without blanks.
        lengths: How many each list holds.
        q: The quantile, strictly between 0 and 1.
        level: Confidence level of the intervals; None leaves them out.

    Returns:
        A number and its interval per list; None for an empty one.

    Raises:
        ValueError: When q is outside 0–1.

    >>> import polars as pl
    >>> quantiles(pl.Series([[2, 3, 5, 8, 13, 21], [], [7, 8]]), [6, 0, 2], 0.5, 0.95)
    [(6.5, Bounds(low=2.0, high=21.0)), (None, None), (7.5, None)]
    """
    if not 0.0 < q < 1.0:
        msg = f"no quantile {q}"
        raise ValueError(msg)
    sizes = set(lengths)
    places = {n: _position(n, q) if n else (None, 0, 1) for n in sizes}
    ends = {n: (level and order_statistic_bounds(n, q, level)) or (None, None) for n in sizes}
    picked = _picked(
        samples,
        [places[n][0] for n in lengths],
        [rank + 1 if (rank := places[n][0]) is not None and places[n][1] else rank for n in lengths],
        [ends[n][0] for n in lengths],
        [ends[n][1] for n in lengths],
    )
    found: list[tuple[Number | None, Bounds | None]] = []
    with localcontext(prec=60):
        for n, (before, after, low, high) in zip(lengths, picked, strict=True):
            _, rest, parts = places[n]
            value = None if before is None else _between(before, after, rest, parts)
            found.append((value, None if low is None else _apart(low, high)))
    return found


def _picked(samples: pl.Series, *ranks: Sequence[int | None]) -> Iterable[tuple[Any, ...]]:
    """The values at some ranks of each list; None where there is no rank."""
    import polars as pl

    columns = {f"{i}": pl.Series(own, dtype=pl.Int64) for i, own in enumerate(ranks)}
    frame = pl.DataFrame({"values": samples, **columns})
    return frame.select(pl.col("values").list.get(pl.col(name)).alias(name) for name in columns).iter_rows()


def _position(n: int, q: float) -> tuple[int, int, int]:
    """The rank below (n − 1)·q, and how far above it that is: so many parts of so many."""
    position = Fraction(str(q)) * (n - 1)
    rank, rest = divmod(position.numerator, position.denominator)
    return rank, rest, position.denominator


def _between(low: Number, high: Number, rest: int, parts: int) -> Number:
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        return low + (high - low) * rest / parts if rest else low
    # Exact in between as well, so that 0.1 steps do not leave a trail of rounding.
    if isinstance(low, int) and isinstance(high, int):
        return (low * parts + (high - low) * rest) / parts
    return float(Fraction(low) + (Fraction(high) - Fraction(low)) * Fraction(rest, parts))


def quantile_interval(sorted_values: Sequence[Number], q: float, level: float = 0.95) -> Bounds | None:
    """The interval that ``order_statistic_bounds`` picks out of the values.

    ``None`` when there are too few values, and where both ends are one value: no spread seen is not certainty.

    >>> quantile_interval([2, 3, 5, 8, 13, 21], 0.5)
    Bounds(low=2.0, high=21.0)
    """
    ranks = order_statistic_bounds(len(sorted_values), q, level)
    return None if ranks is None else _apart(sorted_values[ranks[0]], sorted_values[ranks[1]])


def _apart(low: Number, high: Number) -> Bounds | None:
    """Two values as bounds; None where they are one number, as two amounts are whose first 15 digits are the same."""
    bounds = Bounds(float(low), float(high))
    return bounds if bounds.low < bounds.high else None
