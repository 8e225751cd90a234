"""Adjusted p-values against statsmodels, and what follows from their definition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from salesmetrics.statistics.multiple import benjamini_hochberg

if TYPE_CHECKING:
    import random

P_VALUES = st.lists(st.floats(0, 1), max_size=60)


@given(P_VALUES.filter(bool))
def test_adjusted_p_values_are_those_of_statsmodels(p_values: list[float]) -> None:
    oracle = multipletests(p_values, method="fdr_bh")[1]
    assert benjamini_hochberg(p_values) == pytest.approx(list(oracle), abs=1e-12)


@given(P_VALUES, st.integers(0, 5), st.randoms())
def test_comparisons_not_made_do_not_count_and_order_does_not_matter(
    p_values: list[float], gaps: int, rng: random.Random
) -> None:
    mixed: list[float | None] = [*p_values, *[None] * gaps]
    rng.shuffle(mixed)
    assert sorted(p for p in benjamini_hochberg(mixed) if p is not None) == sorted(
        p for p in benjamini_hochberg(p_values) if p is not None
    )
    assert [p is None for p in benjamini_hochberg(mixed)] == [p is None for p in mixed]


@given(P_VALUES)
def test_an_adjusted_p_value_is_never_smaller_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = [p for p in benjamini_hochberg(p_values) if p is not None]
    assert all(p <= q <= 1 for p, q in zip(p_values, adjusted, strict=True))
    pairs = sorted(zip(p_values, adjusted, strict=True))
    assert [q for _, q in pairs] == sorted(adjusted)


def test_one_comparison_stays_as_it_is() -> None:
    assert benjamini_hochberg([0.03]) == [0.03]
    assert benjamini_hochberg([]) == []
    assert benjamini_hochberg([None]) == [None]


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="p-value"):
        benjamini_hochberg([0.5, p])
