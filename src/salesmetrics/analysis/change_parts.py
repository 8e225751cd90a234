"""What the change of a number is made of: mix and rates of its segments, or its factors. Own file: exact arithmetic, no records.

Everything is in fractions, so that parts add up to the change without a rest; floats are taken as the decimals that they show.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

__all__ = [
    "VELOCITY",
    "ProductChange",
    "RateChange",
    "SegmentPart",
    "product_parts",
    "rate_parts",
    "simpsons_paradox",
    "velocity_parts",
]

Number = int | float | Decimal | Fraction
S = TypeVar("S", bound="Hashable")

VELOCITY = ("open_deals", "win_rate", "average_deal_size", "sales_cycle_mean")
"""The factors of pipeline velocity, the last of which divides."""


class SegmentPart(NamedTuple):
    """What a segment adds to the change of a rate.

    Attributes:
        within: By the change of its own rate; 0 where it has records in one period only, for there it has no rate to change.
        mix: By the change of its share of the records.
    """

    within: Fraction
    mix: Fraction


class RateChange(NamedTuple):
    """The change of a rate, and its parts.

    Attributes:
        total: after − before.
        within: What the rates of segments did; ``within + mix == total`` exactly.
        mix: What their shares of the records did.
        segments: The parts of each, in the order of the segments: those of ``before``, then new ones.
        paradox: As of :func:`simpsons_paradox`.
    """

    total: Fraction
    within: Fraction
    mix: Fraction
    segments: Mapping[Hashable, SegmentPart]
    paradox: Literal["up", "down"] | None


class ProductChange(NamedTuple):
    """The change of a product, and what each of its factors adds: ``sum(parts.values()) == total`` exactly."""

    total: Fraction
    parts: Mapping[str, Fraction]


def rate_parts(
    before: Mapping[S, tuple[Number, Number]], after: Mapping[S, tuple[Number, Number]]
) -> RateChange | None:
    """Divide the change of a rate over segments into the change of their rates and that of their shares.

    With wᵢ = nᵢ/N the share of the records of a segment, rᵢ = kᵢ/nᵢ its rate, R = Σwᵢrᵢ, and x̄ the mean of both periods::

        within_i = w̄ᵢ·Δrᵢ        mix_i = Δwᵢ·(r̄ᵢ − R̄)

    Since w̄·Δr + Δw·r̄ = Δ(w·r) and ΣΔwᵢ = 0, the parts add up to ΔR whatever R̄ is; relative to it, a segment that grows adds
    to the mix where its rate is above that of all. A segment that appears or disappears has no rate in one period: its share
    there is 0, Δ(w·r) = Δw·r with the rate that it has, and all of it is mix. Source: Kitagawa 1955, the symmetric form
    without an interaction.

    Args:
        before: Numerator and denominator of each segment, such as (won, decided) or (value, deals); a denominator of 0 is as
            good as none.
        after: The same of the later period.

    Returns:
        The parts; ``None`` where one period has no records, and so no rate.

    Raises:
        ValueError: On a negative denominator.

    The enterprise share rises from 20 of 100 deals to 60 of 100, and its rate is lower:

    >>> parts = rate_parts({"big": (4, 20), "small": (40, 80)}, {"big": (15, 60), "small": (24, 40)})
    >>> [float(part) for part in (parts.total, parts.within, parts.mix)]
    [-0.05, 0.08, -0.13]
    >>> parts.paradox
    'up'

    A segment that is new is all mix:

    >>> parts = rate_parts({"old": (50, 100)}, {"old": (50, 100), "new": (0, 100)})
    >>> float(parts.within), float(parts.mix), float(parts.total)
    (0.0, -0.25, -0.25)
    """
    cells = [{name: _cell(name, *cell) for name, cell in period.items()} for period in (before, after)]
    whole = [sum((n for _, n in period.values()), Fraction(0)) for period in cells]
    if not all(whole):
        return None
    rates = [sum((k for k, _ in period.values()), Fraction(0)) / n for period, n in zip(cells, whole, strict=True)]
    centre = (rates[0] + rates[1]) / 2
    segments: dict[Hashable, SegmentPart] = {}
    for name in dict.fromkeys([*before, *after]):
        (k0, n0), (k1, n1) = (period.get(name, (Fraction(0), Fraction(0))) for period in cells)
        share0, share1 = n0 / whole[0], n1 / whole[1]
        known = [k / n for k, n in ((k0, n0), (k1, n1)) if n]
        if not known:
            segments[name] = SegmentPart(Fraction(0), Fraction(0))
            continue
        mean_rate = sum(known, Fraction(0)) / len(known)
        within = (share0 + share1) / 2 * (known[-1] - known[0])
        segments[name] = SegmentPart(within, (share1 - share0) * (mean_rate - centre))
    return RateChange(
        rates[1] - rates[0],
        sum((part.within for part in segments.values()), Fraction(0)),
        sum((part.mix for part in segments.values()), Fraction(0)),
        segments,
        simpsons_paradox(before, after),
    )


def simpsons_paradox(
    before: Mapping[S, tuple[Number, Number]], after: Mapping[S, tuple[Number, Number]]
) -> Literal["up", "down"] | None:
    """The way in which every segment that has records in both periods moves, where the total moves the other way.

    Args:
        before: As for :func:`rate_parts`.
        after: The same of the later period.

    Returns:
        ``None`` where there is no paradox: segments move in different ways, one does not move, or the total goes along.

    >>> simpsons_paradox({"big": (4, 20), "small": (40, 80)}, {"big": (15, 60), "small": (24, 40)})
    'up'
    >>> simpsons_paradox({"big": (4, 20)}, {"big": (5, 20)}) is None
    True
    """
    cells = [{name: _cell(name, *cell) for name, cell in period.items()} for period in (before, after)]
    sums = [[sum(part, Fraction(0)) for part in zip(*period.values(), strict=True)] for period in cells]
    if any(len(part) < 2 or not part[1] for part in sums):
        return None
    both = [name for name, (_, n) in cells[0].items() if n and cells[1].get(name, (0, 0))[1]]
    steps = [cells[1][name][0] / cells[1][name][1] - cells[0][name][0] / cells[0][name][1] for name in both]
    total = sums[1][0] / sums[1][1] - sums[0][0] / sums[0][1]
    if steps and total < 0 and all(step > 0 for step in steps):
        return "up"
    return "down" if steps and total > 0 and all(step < 0 for step in steps) else None


def product_parts(
    before: Mapping[str, Number], after: Mapping[str, Number], divisors: Sequence[str] = ()
) -> ProductChange | None:
    """Divide the change of a product (some factors may divide) into what each factor adds: its Shapley value.

    The part of a factor is the change that it makes, averaged over all orders in which the factors could have gone from their
    old value to the new one; with |T| of n factors changed already that weighs |T|!·(n − |T| − 1)!/n!. No order is preferred,
    the parts add up to the change without a rest, and a factor of 0 is no exception, as it is for methods with logarithms.
    Source: Shapley 1953; for decompositions Sun 1998, Ang, Liu & Chew 2003.

    Args:
        before: The factors.
        after: The same later.
        divisors: Those that the product is divided by.

    Returns:
        ``None`` where one of the divisors is 0: there is no such product.

    Raises:
        ValueError: Where the two do not have the same factors.

    Ten more deals at the old rate add 2.5, five points more for the old deals add 5, and half of both together each 0.25:

    >>> change = product_parts({"deals": 100, "rate": Decimal("0.25")}, {"deals": 110, "rate": Decimal("0.30")})
    >>> float(change.total), {name: float(part) for name, part in change.parts.items()}
    (8.0, {'deals': 2.75, 'rate': 5.25})
    """
    if set(before) != set(after):
        msg = f"not the same factors: {sorted(before)} and {sorted(after)}"
        raise ValueError(msg)
    old, new = ({name: _fraction(value) for name, value in factors.items()} for factors in (before, after))
    if any(not factors[name] for factors in (old, new) for name in divisors):
        return None
    for factors in (old, new):
        factors |= {name: 1 / factors[name] for name in divisors}
    names, n = list(before), len(before)
    parts = {}
    for name in names:
        others = [other for other in names if other != name]
        part = Fraction(0)
        for size in range(n):
            weight = Fraction(factorial(size) * factorial(n - size - 1), factorial(n))
            for changed in combinations(others, size):
                rest = Fraction(1)
                for other in others:
                    rest *= new[other] if other in changed else old[other]
                part += weight * rest
        parts[name] = part * (new[name] - old[name])
    return ProductChange(_product(new) - _product(old), parts)


def velocity_parts(before: Mapping[str, Number], after: Mapping[str, Number]) -> ProductChange | None:
    """What each factor adds to the change of pipeline velocity: open deals × win rate × average deal size / mean sales cycle.

    Args:
        before: The four of ``VELOCITY`` by name.
        after: The same later.

    Returns:
        As :func:`product_parts`; a longer cycle adds a negative part.

    Raises:
        ValueError: Where a factor is missing.

    >>> old = {"open_deals": 100, "win_rate": 0.25, "average_deal_size": 30000, "sales_cycle_mean": 60}
    >>> change = velocity_parts(old, old | {"open_deals": 120, "sales_cycle_mean": 75})
    >>> float(change.total), {name: float(part) for name, part in change.parts.items() if part}
    (-500.0, {'open_deals': 2250.0, 'sales_cycle_mean': -2750.0})
    """
    if set(before) != set(VELOCITY):
        msg = f"the factors of velocity are {VELOCITY}, not {sorted(before)}"
        raise ValueError(msg)
    return product_parts(before, after, VELOCITY[-1:])


def _cell(name: object, k: Number, n: Number) -> tuple[Fraction, Fraction]:
    top, bottom = _fraction(k), _fraction(n)
    if bottom < 0:
        msg = f"a denominator is not negative: {n} of {name}"
        raise ValueError(msg)
    return (top, bottom) if bottom else (Fraction(0), Fraction(0))


def _fraction(value: Number) -> Fraction:
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def _product(factors: Mapping[str, Fraction]) -> Fraction:
    product = Fraction(1)
    for value in factors.values():
        product *= value
    return product
