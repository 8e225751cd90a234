"""What a change is made of: worked examples, and parts that add up to it without a rest."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.analysis.change_parts import VELOCITY, product_parts, rate_parts, simpsons_paradox, velocity_parts

counts = st.integers(0, 50).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
money = st.tuples(st.decimals(0, 10**6, places=2), st.integers(0, 50))
periods = st.one_of(
    *(
        st.tuples(*(st.dictionaries(st.sampled_from("ABCDE"), cell, max_size=5) for _ in range(2)))
        for cell in (counts, money)
    )
)
factors = st.fixed_dictionaries({name: st.fractions(0, 1000, max_denominator=100) for name in VELOCITY})


def rate(period: dict[str, tuple[Any, Any]]) -> Fraction | None:
    cells = [(Fraction(k), n) for k, n in period.values() if n]
    whole = sum(n for _, n in cells)
    return sum((k for k, _ in cells), Fraction(0)) / whole if whole else None


@settings(max_examples=tries(80), deadline=None)
@given(two=periods)
def test_mix_and_rates_add_up_to_the_change_exactly(two: tuple[Any, Any]) -> None:
    before, after = two
    old, new, parts = rate(before), rate(after), rate_parts(before, after)
    if old is None or new is None:
        assert parts is None
        return
    assert parts is not None
    assert parts.total == new - old == parts.within + parts.mix
    assert parts.within == sum(part.within for part in parts.segments.values())
    assert parts.mix == sum(part.mix for part in parts.segments.values())
    assert set(parts.segments) == {*before, *after}
    for name, part in parts.segments.items():
        if not (before.get(name, (0, 0))[1] and after.get(name, (0, 0))[1]):
            assert part.within == 0
    # The same backwards, with the other sign.
    back = rate_parts(after, before)
    assert back is not None
    assert (back.within, back.mix) == (-parts.within, -parts.mix)


@settings(max_examples=tries(80), deadline=None)
@given(two=periods)
def test_a_paradox_is_every_segment_against_the_total(two: tuple[Any, Any]) -> None:
    before, after = two
    old, new = rate(before), rate(after)
    both = [name for name in before if before[name][1] and after.get(name, (0, 0))[1]]
    steps = [Fraction(after[n][0]) / after[n][1] - Fraction(before[n][0]) / before[n][1] for n in both]
    expected = None
    if old is not None and new is not None and steps:
        if min(steps) > 0 > new - old:
            expected = "up"
        if max(steps) < 0 < new - old:
            expected = "down"
    assert simpsons_paradox(before, after) == expected
    if expected and set(both) == {
        name for name in {*before, *after} if before.get(name, (0, 0))[1] or after.get(name, (0, 0))[1]
    }:
        parts = rate_parts(before, after)
        assert parts is not None
        assert (parts.within > 0) == (expected == "up")
        assert abs(parts.mix) > abs(parts.within)


def test_rates_alone_and_shares_alone() -> None:
    same_mix = rate_parts({"A": (10, 50), "B": (20, 50)}, {"A": (30, 100), "B": (50, 100)})
    assert same_mix is not None
    assert (same_mix.mix, same_mix.within) == (0, Fraction(1, 10))
    same_rates = rate_parts({"A": (10, 50), "B": (20, 50)}, {"A": (4, 20), "B": (32, 80)})
    assert same_rates is not None
    assert (same_rates.within, same_rates.mix) == (0, Fraction(6, 100))
    # Both add to the mix: the one below the rate of all shrinks, the one above it grows.
    assert all(part.mix > 0 for part in same_rates.segments.values())


def test_a_segment_that_disappears_is_all_mix() -> None:
    parts = rate_parts({"stays": (5, 10), "goes": (9, 10)}, {"stays": (6, 10)})
    assert parts is not None
    assert parts.segments["goes"].within == 0
    assert parts.segments["stays"].within == Fraction(3, 4) * Fraction(1, 10)
    assert parts.total == Fraction(6, 10) - Fraction(14, 20) == parts.within + parts.mix


def test_a_blank_segment_is_one_like_others() -> None:
    parts = rate_parts({None: (1, 2)}, {None: (2, 2), "A": (0, 0)})
    assert parts is not None
    assert parts.segments == {None: (Fraction(1, 2), 0), "A": (0, 0)}


def test_a_negative_denominator_is_refused() -> None:
    with pytest.raises(ValueError, match="not negative"):
        rate_parts({"A": (1, -2)}, {"A": (1, 2)})


@settings(max_examples=tries(80), deadline=None)
@given(before=factors, after=factors)
def test_the_factors_of_velocity_add_up_to_its_change_exactly(before: dict[str, Any], after: dict[str, Any]) -> None:
    change = velocity_parts(before, after)
    if not before["sales_cycle_mean"] or not after["sales_cycle_mean"]:
        assert change is None
        return
    assert change is not None

    def velocity(of: dict[str, Any]) -> Fraction:
        return Fraction(of["open_deals"] * of["win_rate"] * of["average_deal_size"]) / of["sales_cycle_mean"]

    assert change.total == velocity(after) - velocity(before) == sum(change.parts.values())
    # A Shapley value is the mean over all orders in which the factors can change.
    expected = dict.fromkeys(VELOCITY, Fraction(0))
    for order in permutations(VELOCITY):
        now = dict(before)
        for name in order:
            was, now = now, now | {name: after[name]}
            expected[name] += (velocity(now) - velocity(was)) / 24
    assert dict(change.parts) == expected


@given(before=factors, name=st.sampled_from(VELOCITY), value=st.fractions(1, 1000, max_denominator=100))
def test_a_factor_that_does_not_change_adds_nothing(before: dict[str, Any], name: str, value: Fraction) -> None:
    assume(before["sales_cycle_mean"])
    change = velocity_parts(before, before | {name: value})
    assert change is not None
    assert {other: part for other, part in change.parts.items() if other != name and part} == {}
    assert change.parts[name] == change.total


def test_floats_are_the_decimals_that_they_show() -> None:
    as_float = product_parts({"a": 0.1, "b": 3}, {"a": 0.3, "b": 3})
    as_decimal = product_parts({"a": Decimal("0.1"), "b": 3}, {"a": Decimal("0.3"), "b": 3})
    assert as_float == as_decimal
    assert as_float is not None
    assert as_float.total == Fraction(6, 10)


def test_other_factors_are_refused() -> None:
    with pytest.raises(ValueError, match="factors"):
        product_parts({"a": 1}, {"b": 1})
    with pytest.raises(ValueError, match="factors of velocity"):
        velocity_parts({"a": 1}, {"a": 1})


def test_a_segment_that_stays_as_it_was_makes_no_paradox() -> None:
    before, after = {"a": (10, 20), "b": (2, 20)}, {"a": (5, 10), "b": (4, 30)}
    assert simpsons_paradox(before, after) is None
    assert simpsons_paradox(after, before) is None
    assert simpsons_paradox(before, {"a": (6, 10), "b": (4, 30)}) == "up"
