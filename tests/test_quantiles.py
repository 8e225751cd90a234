"""Quantiles against numpy, order-statistic ranks against scipy's binomial."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from salesmetrics.statistics.intervals import Bounds
from salesmetrics.statistics.quantiles import order_statistic_bounds, quantile, quantile_interval


def oracle(n: int, q: float, level: float) -> tuple[int, int] | None:
    """Largest rank with at most half of the rest below it, smallest with at most half of the rest above it."""
    tail = (1 - level) / 2
    counts = np.arange(-1, n + 2)
    low = int(counts[stats.binom.cdf(counts, n, q) <= tail].max())
    high = int(counts[stats.binom.sf(counts - 1, n, q) <= tail].min()) - 1
    return (low, high) if low >= 0 and high < n else None


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.99])
@pytest.mark.parametrize("q", [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99])
def test_ranks_of_every_small_n_are_the_exact_binomial_ones(q: float, level: float) -> None:
    for n in [*range(1, 40), 59, 99, 129]:
        assert order_statistic_bounds(n, q, level) == oracle(n, q, level)


@pytest.mark.parametrize("n", [1_000, 4_238, 99_999, 1_000_000])
@pytest.mark.parametrize("q", [0.001, 0.1, 0.5, 0.9])
def test_ranks_of_large_n_are_the_exact_binomial_ones(n: int, q: float) -> None:
    assert order_statistic_bounds(n, q) == oracle(n, q, 0.95)


@given(st.integers(0, 3000), st.floats(0.01, 0.99), st.floats(0.5, 0.999))
def test_ranks_cover_at_least_as_often_as_asked(n: int, q: float, level: float) -> None:
    ranks = order_statistic_bounds(n, q, level)
    if ranks is None:
        # One-sided failure: even the extreme value leaves out more than its half of the rest.
        assert max(q**n, (1 - q) ** n) > (1 - level) / 2 - 1e-12
        return
    low, high = ranks
    assert 0 <= low <= high < n
    assert stats.binom.cdf(high, n, q) - stats.binom.cdf(low, n, q) >= level - 1e-9


def test_ranks_of_ten_million_are_the_exact_binomial_ones() -> None:
    low, high = order_statistic_bounds(10**7, 0.5) or (0, 0)
    assert stats.binom.cdf([low, low + 1], 10**7, 0.5).tolist() == pytest.approx([0.025, 0.025], abs=3e-5)
    assert stats.binom.cdf(low, 10**7, 0.5) <= 0.025 < stats.binom.cdf(low + 1, 10**7, 0.5)
    assert low + high == 10**7 - 1


def test_no_values_have_no_ranks() -> None:
    assert order_statistic_bounds(0, 0.5) is None


@pytest.mark.parametrize(("n", "q"), [(5, 0.0), (5, 1.0), (5, -0.1), (-1, 0.5)])
def test_impossible_quantiles_are_refused(n: int, q: float) -> None:
    with pytest.raises(ValueError, match="order statistics"):
        order_statistic_bounds(n, q)


def test_impossible_level_is_refused() -> None:
    with pytest.raises(ValueError, match="confidence level"):
        order_statistic_bounds(9, 0.5, 1.0)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0]))
def test_quantile_is_numpys_linear_one(values: list[float], q: float) -> None:
    values.sort()
    assert quantile(values, q) == pytest.approx(np.quantile(values, q, method="linear"), rel=1e-12, abs=1e-6)


@given(st.lists(st.decimals(-(10**20), 10**20, places=8), min_size=1, max_size=30))
def test_median_of_decimals_is_exact(values: list[Decimal]) -> None:
    values.sort()
    middle = quantile(values, 0.5)
    assert isinstance(middle, Decimal)
    assert Fraction(middle) == median(Fraction(value) for value in values)


@given(st.lists(st.integers(0, 2000), min_size=1, max_size=40))
def test_median_is_the_library_median(values: list[int]) -> None:
    assert quantile(sorted(values), 0.5) == median(values)


def test_quantile_takes_q_as_it_is_written() -> None:
    assert quantile(list(range(11)), 0.9) == 9.0
    assert quantile([Decimal(v) for v in range(11)], 0.9) == Decimal(9)
    assert quantile([Decimal("0.1"), Decimal("0.2")], 0.1) == Decimal("0.11")
    assert quantile([Decimal(v) for v in (0, 1, 2, 12)], 0.9) == Decimal(9)


def test_quantile_of_nothing_is_refused() -> None:
    for values, q in [([], 0.5), ([1], 1.1), ([1], -0.1)]:
        with pytest.raises(ValueError, match="no quantile"):
            quantile(values, q)


def test_interval_reads_the_ranks() -> None:
    values = [Decimal(v) for v in range(100)]
    assert quantile_interval(values, 0.5) == Bounds(39.0, 60.0)
    assert quantile_interval(values[:5], 0.5) is None


def test_interval_covers_the_true_median_of_a_skewed_distribution() -> None:
    draw = random.Random(20261121)
    covered = 0
    for _ in range(1500):
        bounds = quantile_interval(sorted(draw.lognormvariate(0, 1.5) for _ in range(25)), 0.5)
        assert bounds is not None
        covered += bounds.low <= 1.0 <= bounds.high
    assert covered / 1500 >= 0.945
