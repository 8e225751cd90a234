"""Closed-form intervals against scipy, published values, and their own symmetries."""

from __future__ import annotations

import math
import random
from decimal import Decimal
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from salesmetrics.statistics.distributions import normal_quantile, poisson_cdf, student_t_quantile
from salesmetrics.statistics.intervals import (
    Bounds,
    hybrid_difference,
    mean_interval,
    newcombe_difference,
    nps_interval,
    poisson_interval,
    poisson_ratio_interval,
    rate_interval,
    ratio_of_sums_interval,
    wilson,
)
from salesmetrics.statistics.quantiles import quantile, quantile_interval

LEVELS = [0.5, 0.8, 0.9, 0.95, 0.99, 0.999]


def ends(bounds: Bounds | None) -> tuple[float, float]:
    assert bounds is not None
    return bounds.low, bounds.high


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(0, 5, 0.0, 0.4345), (5, 5, 0.5655, 1.0), (3, 4, 0.3006, 0.9544), (30, 40, 0.5981, 0.8581)],
)
def test_wilson_golden(k: int, n: int, low: float, high: float) -> None:
    assert ends(wilson(k, n)) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5_000), st.data(), st.sampled_from(LEVELS))
def test_wilson_is_scipys(n: int, data: st.DataObject, level: float) -> None:
    k = data.draw(st.integers(0, n))
    oracle = stats.binomtest(k, n).proportion_ci(confidence_level=level, method="wilson")
    assert ends(wilson(k, n, level)) == pytest.approx((oracle.low, oracle.high), abs=1e-12)


@given(st.integers(1, 10**7), st.data())
def test_wilson_holds_the_rate_and_mirrors(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    low, high = ends(wilson(k, n))
    assert 0 <= low <= k / n <= high <= 1
    other_low, other_high = ends(wilson(n - k, n))
    assert (1 - other_high, 1 - other_low) == pytest.approx((low, high), abs=1e-12)


# Newcombe 1998, Table II, method 10.
@pytest.mark.parametrize(
    ("k1", "n1", "k2", "n2", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_newcombe_published(k1: int, n1: int, k2: int, n2: int, low: float, high: float) -> None:
    assert ends(newcombe_difference(k1, n1, k2, n2)) == pytest.approx((low, high), abs=5.1e-5)


@given(st.integers(1, 500), st.integers(1, 500), st.data(), st.sampled_from(LEVELS))
def test_newcombe_changes_sign_with_the_order(n1: int, n2: int, data: st.DataObject, level: float) -> None:
    k1, k2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    low, high = ends(newcombe_difference(k1, n1, k2, n2, level))
    assert -1 <= low <= k1 / n1 - k2 / n2 <= high <= 1
    assert ends(newcombe_difference(k2, n2, k1, n1, level)) == pytest.approx((-high, -low), abs=1e-12)


@pytest.mark.parametrize("probability", [0.5001, 0.6, 0.75, 0.9, 0.95, 0.975, 0.995, 0.9995, 0.025, 1e-5])
@pytest.mark.parametrize(
    "degrees", [0.3, 1, 1.37, 2, 3, 4.5, 5, 10, 29, 30, 100, 500.5, 999, 999.999, 1000, 1500, 10**5, 10**7]
)
def test_t_quantile_is_scipys(probability: float, degrees: float) -> None:
    assert student_t_quantile(probability, degrees) == pytest.approx(
        stats.t.ppf(probability, degrees), rel=1e-9, abs=1e-9
    )
    if degrees >= 1000:  # where the expansion takes over, whose last term is smaller than that
        assert student_t_quantile(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), rel=1e-12)


def test_t_quantile_of_a_half_and_of_nonsense() -> None:
    assert student_t_quantile(0.5, 3) == 0.0
    for probability, degrees in [(0.0, 3), (1.0, 3), (0.9, 0), (0.9, -1)]:
        with pytest.raises(ValueError, match="t quantile"):
            student_t_quantile(probability, degrees)


def test_normal_quantile_is_scipys() -> None:
    for probability in (1e-6, 0.025, 0.5, 0.975, 0.99999):
        assert normal_quantile(probability) == pytest.approx(stats.norm.ppf(probability), rel=1e-12, abs=1e-15)


def sums(x: list[Decimal], y: list[Decimal]) -> tuple[Decimal, ...]:
    return (
        sum(x, Decimal()),
        sum(y, Decimal()),
        sum((a * a for a in x), Decimal()),
        sum((a * b for a, b in zip(x, y, strict=True)), Decimal()),
        sum((b * b for b in y), Decimal()),
    )


def test_ratio_of_sums_is_a_mean_where_every_denominator_is_one() -> None:
    x = [Decimal(v) for v in ("1.5", "2", "7.25", "3")]
    bounds = ratio_of_sums_interval(4, *sums(x, [Decimal(1)] * 4), 0.9)
    oracle = stats.t.interval(0.9, 3, loc=float(mean(x)), scale=float(stdev(x)) / 2)
    assert ends(bounds) == pytest.approx(oracle, rel=1e-9)


def test_ratio_of_sums_of_proportional_values_has_no_interval_even_for_huge_money() -> None:
    y = [Decimal(10) ** 12 + i for i in range(50)]
    x = [v / 3 * 3 / 4 for v in y]
    assert ratio_of_sums_interval(50, *sums([v / 4 for v in y], y)) is None
    bounds = ratio_of_sums_interval(50, *sums(x, y))
    assert bounds is None or 0.2499999 < bounds.low <= bounds.high < 0.2500001


def test_ratio_of_sums_covers_as_often_as_it_says() -> None:
    draw = random.Random(20261121)
    covered = 0
    for _ in range(1500):
        y = [Decimal(int(draw.lognormvariate(8, 0.7))) for _ in range(80)]
        x = [v if draw.random() < 0.3 else Decimal() for v in y]
        low, high = ends(ratio_of_sums_interval(80, *sums(x, y)))
        covered += low <= 0.3 <= high
    assert 0.92 <= covered / 1500 <= 0.97


@pytest.mark.parametrize("level", LEVELS)
def test_poisson_is_the_exact_interval(level: float) -> None:
    tail = (1 - level) / 2
    for count in [*range(60), 99, 100, 101, 150, 1000, 10**5, 10**7]:
        low = stats.chi2.ppf(tail, 2 * count) / 2 if count else 0.0
        high = stats.chi2.isf(tail, 2 * count + 2) / 2
        assert ends(poisson_interval(count, level)) == pytest.approx((low, high), rel=1e-9 if count < 100 else 4e-4)


def test_poisson_cdf_is_scipys() -> None:
    for count, expected in [(-1, 2.0), (0, 0.5), (3, 2.5), (40, 55.0)]:
        assert poisson_cdf(count, expected) == pytest.approx(stats.poisson.cdf(count, expected), rel=1e-12)


def test_rate_interval_is_the_count_per_exposure() -> None:
    low, high = ends(poisson_interval(12))
    assert ends(rate_interval(12, Decimal(8))) == pytest.approx((low / 8, high / 8))
    assert rate_interval(12, 0) is None


def test_poisson_ratio_turns_over_with_the_order() -> None:
    low, high = ends(poisson_ratio_interval(30, 20, 100, 150))
    assert low < (30 / 100) / (20 / 150) < high
    assert ends(poisson_ratio_interval(20, 30, 150, 100)) == pytest.approx((1 / high, 1 / low))
    assert poisson_ratio_interval(3, 0) is None
    assert poisson_ratio_interval(0, 0) is None
    assert poisson_ratio_interval(3, 1, 0, 1) is None


def test_too_few_records_have_no_interval() -> None:
    assert wilson(0, 0) is None
    assert newcombe_difference(1, 2, 0, 0) is None
    assert newcombe_difference(0, 0, 1, 2) is None
    assert mean_interval(24, 5.0, 1.0, 0.0) is None
    assert nps_interval(0, 0, 0) is None
    assert ratio_of_sums_interval(1, 1, 1, 1, 1, 1) is None
    assert ratio_of_sums_interval(3, 1, 0, 1, 1, 1) is None


@pytest.mark.parametrize("level", [0.0, 1.0, -0.5, 95])
def test_levels_outside_nought_and_one_are_refused(level: float) -> None:
    calls = [
        lambda: wilson(1, 2, level),
        lambda: mean_interval(30, 1, 1, 0, level),
        lambda: ratio_of_sums_interval(2, 1, 1, 1, 1, 1, level),
        lambda: poisson_interval(3, level),
        lambda: nps_interval(1, 1, 3, level),
    ]
    for call in calls:
        with pytest.raises(ValueError, match="confidence level"):
            call()


def test_impossible_counts_are_refused() -> None:
    for k, n in [(-1, 2), (3, 2), (0, -1)]:
        with pytest.raises(ValueError, match="not a share"):
            wilson(k, n)
    with pytest.raises(ValueError, match="not negative"):
        poisson_interval(-1)
    for answers in [(3, 3, 5), (-1, 0, 5), (0, -1, 5)]:
        with pytest.raises(ValueError, match="do not fit"):
            nps_interval(*answers)


def test_hybrid_difference_of_symmetric_intervals_adds_their_reaches_as_squares() -> None:
    bounds = hybrid_difference(Decimal(10), Bounds(7, 13), 4.0, Bounds(0, 8))
    assert bounds == Bounds(6.0 - 5.0, 6.0 + 5.0)


def test_hybrid_difference_of_medians_covers_as_often_as_it_says() -> None:
    draw = random.Random(20261121)
    covered = 0
    for _ in range(1000):
        first = sorted(draw.lognormvariate(0, 1) for _ in range(40))
        second = sorted(draw.lognormvariate(0.5, 1) for _ in range(60))
        bounds1, bounds2 = quantile_interval(first, 0.5), quantile_interval(second, 0.5)
        assert bounds1 is not None
        assert bounds2 is not None
        difference = hybrid_difference(quantile(first, 0.5), bounds1, quantile(second, 0.5), bounds2)
        covered += difference.low <= 1 - math.exp(0.5) <= difference.high
    assert 0.94 <= covered / 1000 <= 0.99


def test_bounds_are_cut_and_scaled() -> None:
    assert Bounds(-0.2, 1.3).within(0, 1) == Bounds(0, 1)
    assert Bounds(0.25, 0.5).within(0, 1).scaled(100) == Bounds(25, 50)
