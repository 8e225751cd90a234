"""Bands, over-dispersion and detectable differences against scipy, by hand and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from salesmetrics.analysis.peers import MANY, peers_of
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.shapes import Mean, Quantile
from salesmetrics.statistics import bands
from salesmetrics.statistics.bands import (
    Band,
    binomial_band,
    detectable_quantile,
    detectable_rate,
    detectable_value,
    dispersion,
    mean_band,
    poisson_band,
    quantile_band,
    resampled_mean_band,
    widened,
)
from salesmetrics.statistics.two_samples import fisher_exact

TAILS = (0.025, 0.975, 0.001, 0.999)


def _interpolated(distribution: stats.rv_frozen, p: float) -> float:
    r = int(distribution.ppf(p))
    before, at = distribution.cdf(r - 1), distribution.cdf(r)
    return max(0.0, r - (at - p) / (at - before))


@given(st.floats(0.001, 0.999), st.integers(1, 3_000))
@settings(deadline=None)
def test_binomial_limits_are_those_of_scipy_interpolated(rate: float, n: int) -> None:
    band = binomial_band(rate, n)
    assert band is not None
    for end, p in zip(band, TAILS, strict=True):
        assert end == pytest.approx(_interpolated(stats.binom(n, rate), p) / n, abs=2e-9)
    assert 0 <= band.low_998 <= band.low_95 <= band.high_95 <= band.high_998 <= 1


@pytest.mark.parametrize("mean", [0.3, 1.0, 9.7, 10.0, 250.0, 40_000.5])
def test_poisson_limits_are_those_of_scipy_interpolated(mean: float) -> None:
    band = poisson_band(mean)
    assert band is not None
    for end, p in zip(band, TAILS, strict=True):
        assert end == pytest.approx(_interpolated(stats.poisson(mean), p), rel=1e-7, abs=1e-9)


def test_there_is_no_band_without_spread_or_records() -> None:
    assert binomial_band(0.0, 10) is binomial_band(1.0, 10) is binomial_band(0.5, 0) is None
    assert poisson_band(0.0) is None
    nothing = np.array([], dtype=np.int64)
    assert quantile_band(np.array([2.0, 2.0, 2.0]), nothing, 5, 0.5) is None
    assert quantile_band(np.array([2.0]), np.array([0]), 5, 0.5) is None
    generator = np.random.Generator(np.random.PCG64(1))
    assert resampled_mean_band(np.array([3.0, 3.0]), nothing, 5, 100, generator) is None
    assert resampled_mean_band(np.array([1.0, 3.0]), nothing, 0, 100, generator) is None
    assert mean_band(3.0, 0.0, 0.0, 5) is None


def test_the_binomial_band_holds_so_many_segments() -> None:
    """Counted over the binomial distribution: interpolated limits leave out as much as they say, on average over sizes."""
    outside_95, outside_998 = [], []
    for n in range(20, 60):
        band, k = binomial_band(0.25, n), np.arange(n + 1)
        assert band is not None
        chance = stats.binom.pmf(k, n, 0.25)
        outside_95.append(chance[(k / n < band.low_95) | (k / n > band.high_95)].sum())
        outside_998.append(chance[(k / n < band.low_998) | (k / n > band.high_998)].sum())
    assert np.mean(outside_95) == pytest.approx(0.05, abs=0.008)
    assert np.mean(outside_998) == pytest.approx(0.002, abs=0.0006)


@pytest.mark.parametrize("n", [1, 2, 15, 40, 101])
@pytest.mark.parametrize("q", [0.5, 0.9])
def test_the_band_of_a_quantile_is_what_resampling_comes_to(n: int, q: float) -> None:
    generator = np.random.Generator(np.random.PCG64(3))
    population = np.sort(generator.lognormal(3, 1, 5_000))
    own = np.sort(generator.permutation(5_000)[:400])
    others = np.delete(population, own)
    band = quantile_band(population, own, n, q)
    assert band is not None
    drawn = np.sort(np.quantile(others[generator.integers(0, len(others), (20_000, n))], q, axis=1))
    shares = [np.searchsorted(drawn, end) / len(drawn) for end in band]
    assert shares == pytest.approx(TAILS, abs=0.02 if n == 2 else 0.008)


def test_the_band_of_a_quantile_leaves_out_the_own_records() -> None:
    population = np.arange(10.0)
    without_top, without_bottom = np.array([5, 6, 7, 8, 9]), np.array([0, 1, 2, 3, 4])
    high, low = quantile_band(population, without_bottom, 3, 0.5), quantile_band(population, without_top, 3, 0.5)
    assert high is not None
    assert low is not None
    assert (low.low_998, low.high_998, high.low_998, high.high_998) == (0.0, 4.0, 5.0, 9.0)


@pytest.mark.parametrize("n", [20, 100, 101, 400])
def test_the_band_of_a_mean_holds_so_many_means(n: int) -> None:
    generator = np.random.Generator(np.random.PCG64(4))
    population = np.sort(generator.gamma(2.0, 100.0, 3_000))
    own = np.arange(2_700, 3_000)
    others = np.delete(population, own)
    if n <= 100:
        band = resampled_mean_band(population, own, n, 10_000, generator)
    else:
        band = mean_band(float(others.mean()), float(others.std()), float(stats.skew(others)), n)
    assert band is not None
    means = others[generator.integers(0, len(others), (20_000, n))].mean(axis=1)
    assert [(means < end).mean() for end in band] == pytest.approx(TAILS, abs=0.006)


def test_the_band_of_a_mean_leans_as_its_records_do() -> None:
    z = stats.norm.ppf(TAILS)
    assert mean_band(10.0, 2.0, 3.0, 100) == pytest.approx(10 + 0.2 * (z + 3 * (z**2 - 1) / 60))


def test_records_that_are_left_out_while_drawing_are_those_that_are_taken_out_before() -> None:
    population, own = np.arange(2_000.0) ** 2, np.arange(1, 2_000, 3)
    drawn = [
        resampled_mean_band(values, places, 5, 100, np.random.Generator(np.random.PCG64(7)))
        for values, places in ((population, own), (np.delete(population, own), np.array([], dtype=np.int64)))
    ]
    assert drawn[0] == drawn[1]


def test_dispersion_by_hand() -> None:
    z = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0, -1.0, 1.0, 0.0, 2.0, 8.0]
    # One z at each end of twelve: -3 becomes -2 and 8 becomes 4.
    winsorised = [-2.0, -2.0, -1.0, 0.0, 1.0, 2.0, 4.0, -1.0, 1.0, 0.0, 2.0, 4.0]
    found = dispersion(z)
    assert found is not None
    assert found.factor == pytest.approx(sum(v * v for v in winsorised) / 12)
    assert found.plain == pytest.approx(sum(v * v for v in z) / 12)
    assert found.p_value == pytest.approx(float(stats.chi2.sf(52.0, 11)))
    assert found.applied
    assert dispersion([1.0, 2.0, 3.0]) is None


def test_a_little_more_than_chance_widens_where_there_are_segments_enough() -> None:
    found = dispersion([1.2, -1.2] * 50)
    assert found is not None
    assert (round(found.factor, 9), found.applied) == (1.44, True)


def test_two_of_twenty_are_winsorised_at_each_end() -> None:
    z = [*range(-10, 0), *range(1, 11)]
    found = dispersion([float(v) for v in z])
    assert found is not None
    assert found.factor == pytest.approx(2 * (sum(v * v for v in range(1, 9)) + 2 * 64) / 20)


def test_chance_alone_is_hardly_ever_taken_for_more() -> None:
    generator = np.random.Generator(np.random.PCG64(2))
    applied = sum(dispersion(row).applied for row in generator.normal(size=(2_000, 12)).tolist())  # type: ignore[union-attr]
    assert applied <= 100  # winsorised z vary less, so that it is less than 5 %
    assert not dispersion([*generator.normal(size=11).tolist(), 9.0]).applied  # type: ignore[union-attr]
    assert dispersion((3 * generator.normal(size=12)).tolist()).applied  # type: ignore[union-attr]


def test_a_band_is_widened_around_its_centre_and_stays_within_what_can_be() -> None:
    assert widened(Band(0.2, 0.4, 0.1, 0.5), 0.3, 1.0, 0.0, 1.0) == pytest.approx((0.2, 0.4, 0.1, 0.5))
    assert widened(Band(0.2, 0.4, 0.1, 0.5), 0.3, 25.0, 0.0, 1.0) == pytest.approx((0.0, 0.8, 0.0, 1.0))


def test_the_detectable_difference_is_called_four_times_in_five() -> None:
    """A rep with so much more than the team, at the p-value that one of twelve needs."""
    alpha, generator = 0.05 / 12, np.random.Generator(np.random.PCG64(6))
    step = detectable_rate(0.3, 40, 440, alpha)
    by_hand = (2.8653 + 0.8416) * math.sqrt(0.21 * (1 / 40 + 1 / 440)) + (1 / 40 + 1 / 440) / 2
    assert step == pytest.approx(by_hand, abs=1e-3)
    assert step is not None
    own, team = generator.binomial(40, 0.3 + step, 2_000), generator.binomial(440, 0.3, 2_000)
    called = [(fisher_exact(int(a), 40, int(b), 440) or 1) <= alpha for a, b in zip(own, team, strict=True)]
    assert 0.75 <= np.mean(called) <= 0.85


def test_four_segments_are_enough_to_see_how_they_vary() -> None:
    assert dispersion([-2.0, 0.5, 1.0, 3.0]) is not None
    assert dispersion([-2.0, 0.5, 1.0]) is None


def test_one_record_may_be_enough_where_rates_are_low() -> None:
    reach = stats.norm.ppf(0.975) + stats.norm.ppf(0.8)
    parts = 1 + 1 / 10**6
    assert detectable_rate(0.01, 1, 10**6, 0.05) == pytest.approx(reach * math.sqrt(0.01 * 0.99 * parts) + parts / 2)


def test_nothing_is_detectable_beyond_what_a_rate_can_be() -> None:
    assert detectable_rate(0.3, 3, 20, 0.001) is None
    assert detectable_rate(0.0, 30, 20, 0.001) is None
    assert detectable_rate(0.5, 0, 20, 0.01) is None
    assert detectable_value(0.0, 5, 5, 0.01) is None
    assert detectable_value(2.0, 50, 50, 0.05) == pytest.approx((1.959964 + 0.841621) * 2 * 0.2)


SHAPES = {
    "long tail": lambda generator, size: generator.exponential(40, size),
    "whole days": lambda generator, size: np.round(generator.lognormal(3.3, 0.7, size)),
    "even": lambda generator, size: np.round(generator.uniform(1, 90, size)),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("n", "others"), [(20, 80), (25, 200), (150, 300)])
def test_a_median_that_is_higher_by_what_is_detectable_is_called_four_times_in_five(
    shape: str, n: int, others: int
) -> None:
    """By the test of the tool itself: resampling, or Fisher's with more than 100 records on both sides."""
    draw, runs = SHAPES[shape], 120
    everyone = np.sort(draw(np.random.Generator(np.random.PCG64(5)), 20_001))
    like = np.quantile(everyone, np.linspace(0.001, 0.999, n + others))
    step = detectable_quantile(like, 0.5, n, 0.05, whole=n > MANY)
    assert step is not None
    kpi = catalog().kpis["sales_cycle_median"]
    called = 0
    for run in range(runs):
        generator = np.random.Generator(np.random.PCG64(run))
        samples = [(draw(generator, n) + step).tolist(), draw(generator, others).tolist()]
        peers = peers_of(kpi, [Quantile(sample, 0.5) for sample in samples])
        assert peers is not None
        found = peers.test(0, lambda run=run: np.random.Generator(np.random.PCG64(run)))  # type: ignore[misc]
        called += found is not None and found.p_value <= 0.05
    assert 0.68 <= called / runs <= 0.92


def test_two_halves_of_few_records_are_not_told_what_would_show() -> None:
    """There the approximation does not hold, so nothing is said."""
    kpi = catalog().kpis["sales_cycle_median"]
    peers = peers_of(kpi, [Quantile([float(x) for x in range(58)], 0.5), Quantile([float(x) for x in range(59)], 0.5)])
    assert peers is not None
    assert math.isnan(peers.detectable(58, 0.05) or 0.0)


@pytest.mark.parametrize(
    ("n", "rest", "known"), [(20, 80, True), (20, 79, False), (101, 101, True), (150, 120, True), (100, 399, False)]
)
def test_what_would_show_of_medians_is_said_of_many_records_or_of_a_few_among_them(
    n: int, rest: int, known: bool
) -> None:
    values = np.random.Generator(np.random.PCG64(4)).gamma(2.0, 30.0, n + rest)
    peers = peers_of(
        catalog().kpis["sales_cycle_median"], [Quantile(part.tolist(), 0.5) for part in (values[:n], values[n:])]
    )
    assert peers is not None
    found = peers.detectable(n, 0.05)
    assert found is not None
    assert math.isfinite(found) == known
    if known:
        assert found == detectable_quantile(np.sort(values), 0.5, n, 0.05, whole=min(n, rest) > MANY)


def test_distances_from_the_whole_are_counted_in_errors_of_a_segment() -> None:
    values = np.random.Generator(np.random.PCG64(6)).gamma(2.0, 30.0, 90).round(1)
    parts = [values[:15], values[15:40], values[40:], values[:0]]
    means = peers_of(catalog().kpis["average_deal_size"], [Mean(part.tolist()) for part in parts])
    medians = peers_of(catalog().kpis["sales_cycle_median"], [Quantile(part.tolist(), 0.5) for part in parts])
    assert means is not None
    assert medians is not None
    above = values > np.quantile(values, 0.5)
    share = above.mean()
    for place, part in enumerate(parts[:3]):
        error = values.std(ddof=1) / math.sqrt(part.size)
        assert means.z(place) == pytest.approx((part.mean() - values.mean()) / error)
        own = (part > np.quantile(values, 0.5)).mean()
        assert medians.z(place) == pytest.approx((own - share) / math.sqrt(share * (1 - share) / part.size))
    assert means.z(3) is medians.z(3) is None


def test_of_many_records_as_much_is_detectable_from_a_few_of_their_quantiles(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.sort(np.random.Generator(np.random.PCG64(8)).gamma(2.0, 100.0, 5_000))
    thinned = detectable_quantile(values, 0.5, 300, 0.01)
    monkeypatch.setattr(bands, "_ENOUGH", len(values))
    assert thinned == pytest.approx(detectable_quantile(values, 0.5, 300, 0.01), rel=0.01)


def test_something_is_detectable_where_there_are_two_values_only() -> None:
    found = detectable_quantile(np.repeat([0.0, 10.0], 600), 0.5, 200, 0.01)
    assert found is not None
    assert 0.0 < found < 10.0


def test_a_few_of_very_many_need_as_much_as_the_normal_approximation_says() -> None:
    """Of values spread evenly over 0 to 1, whose density is 1: so many standard errors of a median as both probabilities need."""
    found = detectable_quantile(np.linspace(0.0, 1.0, 200_001), 0.5, 200, 0.01)
    assert found == pytest.approx((stats.norm.ppf(0.995) + stats.norm.ppf(0.8)) * math.sqrt(0.25 / 200), rel=0.01)


def test_of_so_few_records_that_not_even_all_above_the_others_are_called_nothing_is_detectable() -> None:
    assert detectable_quantile(np.linspace(0.0, 1.0, 100), 0.5, 8, 0.0025) is None
