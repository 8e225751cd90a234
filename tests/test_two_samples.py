"""P-values of two samples against scipy and against full enumeration."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from salesmetrics.statistics.distributions import beta_quantile, chi_square_tail, student_t_tail
from salesmetrics.statistics.two_samples import (
    EXCEEDANCES,
    MOST_DRAWS,
    Pool,
    fisher_exact,
    one_against_others,
    welch,
)


@given(st.integers(1, 60), st.integers(1, 400), st.data())
@settings(deadline=None)
def test_fisher_is_scipys(n1: int, n2: int, data: st.DataObject) -> None:
    k1, k2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    oracle = stats.fisher_exact([[k1, n1 - k1], [k2, n2 - k2]]).pvalue
    found = fisher_exact(k1, n1, k2, n2)
    assert found == pytest.approx(max(float(oracle), 1e-16), rel=1e-9)
    assert found == pytest.approx(fisher_exact(k2, n2, k1, n1), rel=1e-9)
    assert found == pytest.approx(fisher_exact(n1 - k1, n1, n2 - k2, n2), rel=1e-9)


@pytest.mark.parametrize(
    ("k1", "n1", "k2", "n2"), [(1300, 5000, 248_000, 995_000), (0, 200_000, 0, 3), (5, 5, 90_000, 90_000)]
)
def test_fisher_of_many_records(k1: int, n1: int, k2: int, n2: int) -> None:
    oracle = stats.fisher_exact([[k1, n1 - k1], [k2, n2 - k2]]).pvalue
    assert fisher_exact(k1, n1, k2, n2) == pytest.approx(float(oracle), rel=1e-6)


def test_fisher_of_nothing_and_of_no_share() -> None:
    assert fisher_exact(0, 0, 1, 2) is None
    with pytest.raises(ValueError, match="not shares"):
        fisher_exact(3, 2, 1, 2)


NUMBERS = st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=2, max_size=40)


@given(NUMBERS, NUMBERS)
def test_welch_is_scipys(first: list[float], second: list[float]) -> None:
    spread = [float(np.var(values, ddof=1)) for values in (first, second)]
    if min(spread) < 1e-6 * max(1.0, max(map(abs, first + second))):
        return
    oracle = stats.ttest_ind(first, second, equal_var=False).pvalue
    means = [float(np.mean(values)) for values in (first, second)]
    found = welch(len(first), means[0], spread[0], len(second), means[1], spread[1])
    assert found == pytest.approx(max(float(oracle), 1e-16), rel=1e-6, abs=1e-12)


def test_welch_where_nothing_varies() -> None:
    assert welch(1, 1.0, 0.0, 5, 2.0, 1.0) is None
    assert welch(5, 1.0, 0.0, 5, 2.0, 0.0) is None


def test_one_against_others_is_the_pooled_t_test_of_one() -> None:
    others = [4.0, 5.5, 6.1, 5.2, 7.3]
    oracle = stats.ttest_ind([9.0], others, equal_var=True).pvalue
    mean, variance = float(np.mean(others)), float(np.var(others, ddof=1))
    assert one_against_others(9.0, 5, mean, variance) == pytest.approx(float(oracle), rel=1e-9)
    assert one_against_others(9.0, 3, mean, variance) is None
    assert one_against_others(9.0, 5, mean, 0.0) is None


@pytest.mark.parametrize("degrees", [1, 2, 3, 10, 11, 199])
@pytest.mark.parametrize("value", [0.0, 0.5, 8.0, 20.0, 250.0])
def test_tails_are_scipys(degrees: int, value: float) -> None:
    assert chi_square_tail(value, degrees) == pytest.approx(float(stats.chi2.sf(value, degrees)), rel=1e-9, abs=1e-300)
    assert student_t_tail(value, degrees) == pytest.approx(float(stats.t.sf(value, degrees)), rel=1e-8, abs=1e-300)


@pytest.mark.parametrize(("a", "b"), [(8, 8), (1, 15), (20.5, 20.5), (90.1, 10.9), (2501, 2501)])
@pytest.mark.parametrize("p", [0.001, 0.025, 0.5, 0.999])
def test_beta_quantiles_are_scipys(a: float, b: float, p: float) -> None:
    assert beta_quantile(p, a, b) == pytest.approx(float(stats.beta.ppf(p, a, b)), rel=1e-8)


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="beta"):
        beta_quantile(0.0, 1, 1)
    with pytest.raises(ValueError, match="chi-square"):
        chi_square_tail(-1.0, 2)
    assert student_t_tail(-1.0, 2) == pytest.approx(float(stats.t.sf(-1.0, 2)))


def _enumerated(values: list[float], own: list[float], statistic: str) -> float:
    measure = {"mean": np.mean, "median": np.median}[statistic]
    centre = measure(values)
    seen = abs(measure(own) - centre) - 1e-12
    drawn = [abs(measure(chosen) - centre) >= seen for chosen in combinations(values, len(own))]
    return sum(drawn) / len(drawn)


@pytest.mark.parametrize("statistic", ["mean", "median"])
@pytest.mark.parametrize("places", [(0, 1, 2, 3), (0, 3, 5, 9), (8, 9, 10, 11), (1, 4, 7)])
def test_resampling_comes_to_the_share_of_all_choices(statistic: str, places: tuple[int, ...]) -> None:
    values = [1.0, 2.0, 2.0, 3.0, 5.0, 8.0, 8.0, 9.0, 12.0, 20.0, 31.0, 90.0]
    own = [values[i] for i in places]
    exact = _enumerated(values, own, statistic)
    pool, sample = Pool(np.array(values)), np.array(own)
    found = []
    for seed in range(30):
        generator = np.random.Generator(np.random.PCG64(seed))
        made = pool.p_of_mean(sample, generator) if statistic == "mean" else pool.p_of_quantile(sample, 0.5, generator)
        found.append(made.p_value)
        assert made.draws <= MOST_DRAWS
        assert made.p_value * made.draws == pytest.approx(EXCEEDANCES) or made.draws == MOST_DRAWS
    error = max(exact / math.sqrt(EXCEEDANCES), 1 / MOST_DRAWS) / math.sqrt(len(found))
    # 20 over the draws is a little too large on average (20/19 at most), which errs towards calling nobody.
    assert exact - 5 * error <= np.mean(found) <= exact * 20 / 19 + 5 * error


@pytest.mark.parametrize("q", [0.1, 0.5, 0.77, 0.95])
def test_a_sample_at_the_quantile_of_all_is_as_near_as_any(q: float) -> None:
    values = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
    own = np.quantile(values, [q])
    assert Pool(values).p_of_quantile(own, q, np.random.Generator(np.random.PCG64(1))) == (1.0, EXCEEDANCES)


def test_what_no_draw_comes_near_to_takes_all_draws_and_no_more() -> None:
    values = np.arange(400.0)
    found = Pool(values).p_of_mean(values[-20:], np.random.Generator(np.random.PCG64(3)))
    assert found == (1 / (MOST_DRAWS + 1), MOST_DRAWS)


def test_what_every_draw_comes_to_takes_as_few_draws_as_decide() -> None:
    values = np.array([1.0, 2.0, 3.0])
    assert Pool(values).p_of_mean(values[1:2], np.random.Generator(np.random.PCG64(3))) == (1.0, EXCEEDANCES)


def test_resampling_is_the_same_for_the_same_seed_and_any_order() -> None:
    values = np.sort(np.random.Generator(np.random.PCG64(1)).lognormal(9, 1, 200))
    own = values[5:150:10]
    first = [Pool(values).p_of_mean(order, np.random.Generator(np.random.PCG64(7))) for order in (own, own[::-1])]
    assert first[0] == first[1]
    other = Pool(values).p_of_mean(own, np.random.Generator(np.random.PCG64(8)))
    assert other.p_value == pytest.approx(first[0].p_value, rel=0.7)


def test_resampled_p_values_are_uniform_where_nothing_differs() -> None:
    generator = np.random.Generator(np.random.PCG64(5))
    found = []
    for _ in range(400):
        values = np.sort(generator.lognormal(9, 1, 120))
        own = values[np.sort(generator.permutation(120)[:10])]
        found.append(Pool(values).p_of_mean(own, generator).p_value)
    for level in (0.05, 0.1, 0.3):
        assert sum(p <= level for p in found) <= stats.binom.ppf(0.999, len(found), level)
