"""Many p-values at once. Own file: a rule of its own, which reports and the benchmark share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["benjamini_hochberg"]


def benjamini_hochberg(p_values: Sequence[float | None]) -> list[float | None]:
    """P-values adjusted for how many of them there are, so that few of those called are called by chance.

    Of m p-values in ascending order the adjusted i-th is min over j ≥ i of min(1, p₍ⱼ₎·m/j). Those at or below q may be
    called, and the expected share of wrong ones among them is at most q; where no difference is real at all, that is the
    probability of calling anything. Holds for independent tests and for positively dependent ones. Source: Benjamini &
    Hochberg, Controlling the False Discovery Rate, 1995; Benjamini & Yekutieli 2001 for the dependence.

    Args:
        p_values: One per comparison; None where none was made, which does not count as one.

    Returns:
        One adjusted p-value each, in the order given; None stays None.

    Raises:
        ValueError: When a p-value is not within 0 and 1.

    >>> benjamini_hochberg([0.01, 0.5, None, 0.02])
    [0.03, 0.5, None, 0.03]
    """
    made = [(p, place) for place, p in enumerate(p_values) if p is not None]
    adjusted: list[float | None] = [None] * len(p_values)
    least, count = 1.0, len(made)
    for rank, (p, place) in zip(range(count, 0, -1), sorted(made, reverse=True), strict=True):
        if not 0.0 <= p <= 1.0:
            msg = f"a p-value lies between 0 and 1, not at {p}"
            raise ValueError(msg)
        least = min(least, p * (count / rank))
        adjusted[place] = least
    return adjusted
