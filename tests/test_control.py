"""Limits of a series: against a plain loop, by properties, and on numbers worked by hand."""

from __future__ import annotations

import math
import random
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from salesmetrics.engine.build import Request
from salesmetrics.engine.trend import build_trend
from salesmetrics.metrics.catalog import catalog
from salesmetrics.statistics.control import (
    FEWEST,
    PowerSums,
    p_prime_limits,
    power_of_counts,
    power_of_sums,
    scaled_limits,
    variation_of,
    xmr_limits,
)
from study import study

STUDY = study("control")

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


# --- the scale on which skewed values are symmetrical ---

amounts = st.lists(st.floats(0.01, 1e5), min_size=6, max_size=30)


def on_scale_by_hand(values: list[float], power: float) -> tuple[float, float, float]:
    """Limits on the scale of Box and Cox, by scipy there and back."""
    from scipy.special import boxcox, inv_boxcox

    scaled = boxcox(np.array(values), power)
    reach = 3 / 1.128 * float(np.abs(np.diff(scaled)).mean())
    low, centre, high = (
        float(inv_boxcox(end, power)) for end in (scaled.mean() - reach, scaled.mean(), scaled.mean() + reach)
    )
    return (0.0 if math.isnan(low) else low), centre, high


@given(amounts, st.sampled_from([-0.3, 0.0, 1 / 3, 0.5, 2 / 3]))
def test_scaled_limits_against_scipy(values: list[float], power: float) -> None:
    ours, plain = scaled_limits(values, power), xmr_limits(values)
    assert (ours is None) == (plain is None)
    if ours is None or plain is None:
        return
    low, centre, high = on_scale_by_hand(values, power)
    if math.isnan(high) or math.isinf(high):  # the scale ends before the limit: the logarithm has no end
        low, centre, high = on_scale_by_hand(values, 0.0)
    assert ours.low == pytest.approx(min(low, plain.low), rel=1e-6, abs=1e-9)
    assert (ours.centre, ours.high) == pytest.approx((centre, high), rel=1e-6)


def test_power_one_is_the_plain_chart_and_so_are_values_below_zero() -> None:
    values = [10.0, 12, 11, 13, 12, 14]
    assert scaled_limits(values, 1.0) == xmr_limits(values)
    below = [-1.0, 5, -1, 5, -1, 5]
    assert scaled_limits(below, 0.0) == xmr_limits(below)
    with_zero = scaled_limits([0.0, 12, 11, 13, 12, 14], 0.0)
    assert with_zero == scaled_limits([0.0, 12, 11, 13, 12, 14], 1 / 3), "zero has no logarithm"


@pytest.mark.parametrize(("shape", "variation"), [(0.8, 0.0), (2.0, 0.0), (2.0, 1.0), (5.0, 1.0), (0.8, 3.0)])
def test_the_power_takes_away_the_skewness_of_sums(shape: float, variation: float) -> None:
    """Sums of 20 gamma amounts: of as many each time, of a Poisson number, of a negative binomial one."""
    rng = np.random.default_rng(7)
    mean, runs = 20, 40_000
    if variation == 0:
        counts = np.full(runs, mean)
    elif variation == 1:
        counts = rng.poisson(mean, runs)
    else:
        counts = rng.negative_binomial(mean / (variation - 1), 1 / variation, runs)
    sums = rng.gamma(shape * counts + 1e-9, 1.0)
    drawn = rng.gamma(shape, 1.0, 200_000)
    moments = PowerSums(drawn.size, *(float((drawn**power).sum()) for power in (1, 2, 3)))
    power = power_of_sums(moments, variation)
    assert power is not None
    scaled = (sums[sums > 0] ** power - 1) / power
    assert abs(stats.skew(scaled)) < 0.12
    assert abs(stats.skew(scaled)) < abs(stats.skew(sums)) / 3


def test_the_power_of_counts() -> None:
    assert power_of_counts(1.0) == pytest.approx(2 / 3)
    assert power_of_counts(0.2) == pytest.approx(2 / 3), "less variation than chance is chance"
    assert power_of_counts(1e9) == pytest.approx(1 / 3)
    rng = np.random.default_rng(8)
    for variation in (2.0, 6.0):
        drawn = rng.negative_binomial(60 / (variation - 1), 1 / variation, 40_000)
        assert abs(stats.skew(drawn ** power_of_counts(variation))) < 0.1


def test_amounts_without_a_spread_or_a_mean_have_no_power() -> None:
    assert power_of_sums(PowerSums(0, 0, 0, 0), 1.0) is None
    assert power_of_sums(PowerSums(10, 0, 0, 0), 1.0) is None
    assert power_of_sums(PowerSums(10, 10, 10, 10), 0.0) is None


def test_variation_is_half_the_mean_square_of_the_steps() -> None:
    assert variation_of([4, 8, 6, 10]) == pytest.approx((16 + 4 + 16) / 6 / 7)
    assert variation_of([4, None, 8]) == 1.0
    rng = np.random.default_rng(9)
    assert variation_of([int(k) for k in rng.poisson(30, 4000)]) == pytest.approx(1.0, abs=0.06)


def test_short_form_of_the_study_few_series_without_a_change_raise_an_alarm() -> None:
    """150 series each; docs/studies/control.md has 2,000 of every kind, with the highest share below 10 %."""
    for name, deals in (("log-normal 1", 8), ("log-normal 1.5", 8), ("gamma 0.8", 8), ("normal, 30 % spread", 20)):
        found = STUDY.sums(name, deals, 150, 1, fixed=True)
        assert found["alarm"] <= 0.1, name
    found = STUDY.sums("log-normal 1", 8, 150, 2, fixed=True)
    assert found["plain alarm"] > 0.25, "what it was before"
    assert STUDY.sums("log-normal 0.5", 20, 60, 3, fixed=True)["doubling"] > 0.9
    assert STUDY.sums("log-normal 0.5", 50, 60, 3, fixed=False)["doubling"] > 0.7
    assert STUDY.counts(20, 3.0, 150, 4)["alarm"] <= 0.1


# --- in a trend ---


def _deals(owner: str, months: dict[int, list[int]]) -> pl.DataFrame:
    rows = [
        (owner, date(2024 + m // 12, m % 12 + 1, 3 + i % 20), a) for m, own in months.items() for i, a in enumerate(own)
    ]
    frame = pl.DataFrame(rows, schema={"owner": pl.String, "closed": pl.Date, "amount": pl.Int64}, orient="row")
    return frame.with_columns(
        pl.col("amount").cast(pl.Decimal(38, 8)),
        pl.lit("won").alias("outcome"),
        pl.col("closed").alias("created"),
        pl.int_range(pl.len()).cast(pl.String).str.pad_start(6).alias("id"),
    )


def _trend(frames: dict[str, pl.DataFrame], kpi: str, **more: object) -> list:  # type: ignore[type-arg]
    request = Request(as_of=date(2024, 12, 31), as_of_source=None, kpis=(kpi,), every="month", **more)  # type: ignore[arg-type]
    return build_trend(request, frames, catalog()).metrics


def test_limits_of_revenue_are_on_the_scale_of_its_deals() -> None:
    rng = np.random.default_rng(3)
    months = {m: [int(a) for a in 1000 * rng.lognormal(0, 1, int(rng.poisson(8)) + 1)] for m in range(12)}
    frame = _deals("Ada", months)
    metrics = _trend({"deals": frame}, "revenue")
    every = np.concatenate([np.array(own, dtype=float) for own in months.values()])
    moments = PowerSums(every.size, *(float((every**power).sum()) for power in (1, 2, 3)))
    power = power_of_sums(moments, variation_of([len(own) for own in months.values()]))
    expected = scaled_limits([float(sum(own)) for own in months.values()], power or 1.0)
    assert expected is not None
    limits = [metric.limits for metric in metrics]
    assert {(one.low, one.centre, one.high, one.power) for one in limits} == {(*expected, power)}
    mixed = _trend({"deals": frame.sample(fraction=1, shuffle=True, seed=1)}, "revenue")
    assert [metric.limits for metric in mixed] == limits, "the order of rows does not matter"


def test_each_segment_has_the_scale_of_its_own_deals() -> None:
    even = _deals("Ada", {m: [100 + m % 3] * (4 + m % 2) for m in range(12)})
    rng = np.random.default_rng(4)
    wild = _deals("Bob", {m: [int(a) for a in 1000 * rng.lognormal(0, 1.5, 6)] for m in range(12)})
    metrics = _trend({"deals": pl.concat([even, wild])}, "revenue", by=("owner",))
    powers = {metric.group.get("owner"): metric.limits.power for metric in metrics if metric.limits}
    assert powers["Ada"] is None, "sums of as many deals of one size are as they are"
    assert powers["Bob"] < 0.3
    assert len(set(powers.values())) == 3


@pytest.mark.parametrize(("kpi", "whole"), [("won_deals", True), ("revenue", True), ("win_rate", False)])
def test_periods_without_the_person_do_not_count(kpi: str, whole: bool) -> None:
    """Ada is hired on 10 March and leaves on 31 October: April to October are whole months of hers."""
    frame = pl.concat(
        [
            _deals("Ada", {m: [100 + 7 * m, 130, 90][: 2 + m % 2] for m in range(2, 10)}),
            _deals("Bob", {m: [100, 80 + m] for m in range(12)}),
        ]
    ).with_columns(outcome=pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit("lost")).otherwise(pl.col("outcome")))
    reps = pl.DataFrame({"owner": ["Ada"], "name": ["Ada"], "hired": [date(2024, 3, 10)], "left": [date(2024, 10, 31)]})
    metrics = _trend({"deals": frame, "reps": reps}, kpi, by=("owner",))
    months = {
        owner: [m.period.start.month for m in metrics if m.group.get("owner") == owner and m.limits]
        for owner in (None, "Ada", "Bob")
    }
    assert months == {None: list(range(1, 13)), "Ada": list(range(4 if whole else 3, 11)), "Bob": list(range(1, 13))}
    assert {m.limits.n for m in metrics if m.group.get("owner") == "Ada" and m.limits} == {7 if whole else 8}
    without = _trend({"deals": frame}, kpi, by=("owner",))
    assert [m.value for m in without] == [m.value for m in metrics], "values stay as they are"


def test_somebody_hired_again_counts_both_times() -> None:
    frame = _deals("Ada", {m: [100 + m] * (2 + m % 2) for m in range(12) if m not in (5, 6)})
    reps = pl.DataFrame(
        {
            "owner": ["Ada", "Ada"],
            "name": ["Ada", "Ada"],
            "hired": [date(2020, 1, 1), date(2024, 8, 1)],
            "left": [date(2024, 5, 31), None],
        },
        schema_overrides={"left": pl.Date},
    )
    metrics = _trend({"deals": frame, "reps": reps}, "won_deals", by=("owner",))
    assert [m.period.start.month for m in metrics if m.group and m.limits] == [1, 2, 3, 4, 5, 8, 9, 10, 11, 12]
    assert Decimal(0) in [m.value for m in metrics if m.group and not m.limits]


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0, 1e6])
def test_the_power_of_sums_does_not_depend_on_the_unit_of_amounts(scale: float) -> None:
    base = power_of_sums(PowerSums(100, 500.0, 3500.0, 30000.0), 1.0)
    found = power_of_sums(PowerSums(100, 500.0 * scale, 3500.0 * scale**2, 30000.0 * scale**3), 1.0)
    assert base is not None
    assert found == pytest.approx(base)
