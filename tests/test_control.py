"""Limits of a series: against a plain loop, by properties, and on numbers worked by hand."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesmetrics.statistics.control import FEWEST, p_prime_limits, xmr_limits

series = st.lists(st.none() | st.floats(-1e6, 1e6), max_size=20)
shares = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def by_hand(values: list[float | None]) -> tuple[float, float, float] | None:
    known = [v for v in values if v is not None]
    ranges = []
    for i in range(1, len(values)):
        a, b = values[i - 1], values[i]
        if a is not None and b is not None:
            ranges.append(abs(b - a))
    if len(known) < 6 or not ranges:
        return None
    mean = sum(known) / len(known)
    reach = 3 / 1.128 * sum(ranges) / len(ranges)
    return (max(0, mean - reach) if min(known) >= 0 else mean - reach), mean, mean + reach


@given(series)
def test_xmr_against_a_loop(values: list[float | None]) -> None:
    ours, theirs = xmr_limits(values), by_hand(values)
    assert (ours is None) == (theirs is None)
    if ours is not None and theirs is not None:
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-6)


def test_xmr_by_hand() -> None:
    # Ranges 2, 1, 2, 1, 2 have the mean 1.6; 2.66 times that is 4.26.
    low, centre, high = xmr_limits([10, 12, 11, 13, 12, 14]) or (0, 0, 0)
    assert centre == 12
    assert (round(low, 2), round(high, 2)) == (7.74, 16.26)


def test_a_gap_takes_no_range() -> None:
    with_gap = xmr_limits([1, 2, 1, None, 9, 8, 9])
    assert with_gap is not None
    assert with_gap == pytest.approx((5 - 3 / 1.128, 5, 5 + 3 / 1.128)), (
        "the step across the gap would widen the limits"
    )


@pytest.mark.parametrize("n", range(FEWEST))
def test_fewer_than_six_have_no_limits(n: int) -> None:
    assert xmr_limits([1.0, 2.0, 3.0, 4.0, 5.0][:n]) is None
    assert p_prime_limits([(1, 2)] * n) is None


def test_values_that_never_touch_have_no_limits() -> None:
    assert xmr_limits([1, None] * 6) is None
    assert p_prime_limits([(1, 2), None] * 6) is None
    assert p_prime_limits([(1, 2), (0, 0)] * 6) is None


def test_values_that_may_be_negative_have_a_negative_limit() -> None:
    limits = xmr_limits([-1, 5, -1, 5, -1, 5])
    assert limits is not None
    assert limits.low < -1


@given(st.lists(st.none() | shares, min_size=6, max_size=15))
def test_p_prime_stays_within_0_and_1_around_the_pooled_share(counts: list[tuple[int, int] | None]) -> None:
    limits = p_prime_limits(counts)
    if limits is None:
        return
    known = [pair for pair in counts if pair]
    pooled = sum(k for k, _ in known) / sum(n for _, n in known)
    assert [pair is None for pair in counts] == [limit is None for limit in limits]
    for limit in filter(None, limits):
        assert 0 <= limit.low <= limit.centre <= limit.high <= 1
        assert limit.centre == pytest.approx(pooled)


def test_p_prime_with_equal_numbers_is_the_chart_of_single_shares() -> None:
    counts = [(30, 100), (25, 100), (28, 100), (33, 100), (27, 100), (31, 100)]
    shares_only = xmr_limits([k / n for k, n in counts])
    ours = p_prime_limits(list(counts))
    assert ours is not None
    assert ours[0] is not None
    assert ours[0] == pytest.approx(shares_only)


def test_more_records_have_narrower_limits() -> None:
    limits = p_prime_limits([(3, 10), (300, 1000), (2, 10), (310, 1000), (4, 10), (290, 1000)])
    assert limits is not None
    few, many = limits[0], limits[1]
    assert few is not None
    assert many is not None
    assert many.high - many.low == pytest.approx((few.high - few.low) / math.sqrt(100), rel=0.5)
    assert many.high - many.low < few.high - few.low


def test_pure_chance_is_rarely_called_unusual() -> None:
    seeded = random.Random(5)
    outside = total = 0
    for _ in range(200):
        counts = []
        for _ in range(24):
            n = seeded.randrange(40, 400)
            counts.append((sum(seeded.random() < 0.3 for _ in range(n)), n))
        limits = p_prime_limits(list(counts))
        assert limits is not None
        for (k, n), limit in zip(counts, limits, strict=True):
            assert limit is not None
            outside += not limit.low <= k / n <= limit.high
            total += 1
    # Three standard deviations leave 0.27 % outside; the estimated spread makes it somewhat more.
    assert outside / total < 0.012


def test_shares_that_are_all_the_same_end() -> None:
    assert p_prime_limits([(0, 10)] * 8) is None
    assert p_prime_limits([(10, 10)] * 8) is None
