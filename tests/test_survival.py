"""Survival estimates against loops over single records, lifelines, scikit-survival, and a simulated world with a known truth."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lifelines import AalenJohansenFitter, KaplanMeierFitter
from lifelines.utils import median_survival_times
from scipy import stats
from sksurv.nonparametric import cumulative_incidence_competing_risks

from salesmetrics.statistics.survival import (
    CENSORED,
    LOST,
    WON,
    TimeEstimate,
    cumulative_incidence,
    day_table,
    kaplan_meier,
)

Records = list[tuple[int, int]]
records = st.lists(st.tuples(st.integers(0, 12), st.sampled_from([CENSORED, WON, LOST])), min_size=1, max_size=40)


def table(data: Records) -> list[tuple[int, int, int, int]]:
    return day_table([day for day, _ in data], [cause for _, cause in data])


def incidence_by_redistribution(data: Records, horizon: int) -> float:
    """Share won by the horizon, each censored record handing its weight to all that were followed for longer."""
    weights = [1 / len(data)] * len(data)
    order = sorted(range(len(data)), key=lambda i: (data[i][0], data[i][1] == CENSORED))
    for position, i in enumerate(order):
        day, cause = data[i]
        later = [j for j in order[position + 1 :] if not (data[j][0] == day and data[j][1] == CENSORED)]
        if cause == CENSORED and later:
            for j in later:
                weights[j] += weights[i] / len(later)
            weights[i] = 0.0
    return sum(w for w, (day, cause) in zip(weights, data, strict=True) if cause == WON and day <= horizon)


def variance_by_the_book(data: Records, horizon: int) -> float:
    """The delta-method variance as printed, one sum after the other."""
    days = sorted({day for day, cause in data if cause != CENSORED and day <= horizon})
    curve, survival, seen = 0.0, 1.0, []
    for day in days:
        at_risk = sum(d >= day for d, _ in data)
        won, ended = sum(r == (day, WON) for r in data), sum(d == day and c != CENSORED for d, c in data)
        curve += survival * won / at_risk
        seen.append((curve, survival, at_risk, won, ended))
        survival *= 1 - ended / at_risk
    total = 0.0
    for value, before, at_risk, won, ended in seen:
        if ended < at_risk:
            total += (curve - value) ** 2 * ended / (at_risk * (at_risk - ended))
        total += before**2 * (at_risk - won) * won / at_risk**3
        total -= 2 * (curve - value) * before * won / at_risk**2
    return total


@given(records)
def test_incidence_redistributes_the_censored(data: Records) -> None:
    for point in cumulative_incidence(table(data)).points:
        assert point.value == pytest.approx(incidence_by_redistribution(data, point.day), abs=1e-12)
        assert point.variance == pytest.approx(variance_by_the_book(data, point.day), abs=1e-12)
        assert point.at_risk == sum(day >= point.day for day, _ in data)


@given(records)
def test_won_lost_and_still_open_make_one(data: Records) -> None:
    rows = table(data)
    won, lost, neither = cumulative_incidence(rows), cumulative_incidence(rows, LOST), kaplan_meier(rows)
    for a, b, c in zip(won.points, lost.points, neither.points, strict=True):
        assert a.day == b.day == c.day
        assert a.value + b.value + c.value == pytest.approx(1.0, abs=1e-12)


@given(records, st.randoms(use_true_random=False))
def test_rows_may_come_in_any_order_and_in_pieces(data: Records, shuffle: random.Random) -> None:
    whole = table(data)
    pieces = [(day, int(c == WON), int(c == LOST), int(c == CENSORED)) for day, c in data]
    shuffle.shuffle(pieces)
    assert cumulative_incidence([*pieces, (3, 0, 0, 0)]).points == cumulative_incidence(whole).points
    assert kaplan_meier(pieces).points == kaplan_meier(whole).points


def test_without_censoring_the_incidence_is_the_plain_share() -> None:
    data = [(3, WON), (5, LOST), (5, WON), (9, LOST), (9, WON)]
    curve = cumulative_incidence(table(data))
    estimates = [curve.at(day) for day in (2, 3, 5, 8, 9, 500)]
    assert [e.value for e in estimates if e] == pytest.approx([0, 0.2, 0.4, 0.4, 0.6, 0.6])
    assert [e.at_risk for e in estimates if e] == [5, 5, 4, 2, 2, 0]
    last = curve.points[-1]
    assert last.variance == pytest.approx(0.6 * 0.4 / 5)


def simulated(n: int, seed: int) -> Records:
    """True win share 25 %, median 90 days to win and 45 to loss, entries spread over two years."""
    draw = random.Random(seed)
    data = []
    for _ in range(n):
        won = draw.random() < 0.25
        end = math.exp(math.log(90 if won else 45) + 0.6 * draw.gauss(0, 1))
        age = draw.uniform(0, 730)
        data.append((int(min(end, age)), CENSORED if end > age else WON if won else LOST))
    return data


def test_incidence_finds_the_truth_where_one_minus_kaplan_meier_does_not() -> None:
    rows = table(simulated(20_000, 20261121))
    truth = 0.25 * stats.norm.cdf((math.log(180) - math.log(90)) / 0.6)
    estimate = cumulative_incidence(rows).at(180)
    assert estimate is not None
    assert estimate.bounds is not None
    assert estimate.bounds.low < truth < estimate.bounds.high
    assert estimate.bounds.high - estimate.bounds.low < 0.02
    losses_as_censored = kaplan_meier([(day, won, 0, lost + censored) for day, won, lost, censored in rows]).at(180)
    assert losses_as_censored is not None
    assert 1 - losses_as_censored.value > 2.5 * truth


def test_interval_of_the_incidence_covers_as_often_as_it_says() -> None:
    truth = 0.25 * stats.norm.cdf((math.log(120) - math.log(90)) / 0.6)
    covered = 0
    for seed in range(400):
        estimate = cumulative_incidence(table(simulated(150, seed))).at(120)
        assert estimate is not None
        assert estimate.bounds is not None
        covered += estimate.bounds.low <= truth <= estimate.bounds.high
    assert 0.92 <= covered / 400 <= 0.98


def test_incidence_and_interval_are_those_of_lifelines() -> None:
    draw = random.Random(3)
    days = draw.sample(range(1, 500), 120)  # distinct, because lifelines moves ties at random
    data = [(day, draw.choice([CENSORED, WON, LOST])) for day in days]
    data[days.index(max(days))] = (max(days), CENSORED)
    fitter = AalenJohansenFitter().fit([d for d, _ in data], [c for _, c in data], event_of_interest=WON)
    for point in cumulative_incidence(table(data)).points:
        assert point.value == pytest.approx(fitter.cumulative_density_.loc[point.day].iloc[0], abs=1e-12)
        assert point.variance == pytest.approx(fitter.variance_.loc[point.day], abs=1e-12)
        bounds = point.bounds
        if point.value > 0:
            assert bounds is not None
            ends = sorted(fitter.confidence_interval_.loc[point.day])
            assert (bounds.low, bounds.high) == pytest.approx(ends, abs=1e-9)


@pytest.mark.parametrize("last_day", [3, 12, 60])
@pytest.mark.parametrize("seed", range(8))
def test_incidence_of_many_ties_is_that_of_scikit_survival(seed: int, last_day: int) -> None:
    """On a day on which some are won, some lost and some last seen, the ends come before the last look at the others."""
    draw = random.Random(seed)
    causes = [CENSORED, WON, LOST]
    data = [(draw.randint(0, last_day), draw.choices(causes, weights=(2, 1, 3))[0]) for _ in range(300)]
    data += [(0, WON), (0, LOST), (last_day, CENSORED)]
    days, shares = cumulative_incidence_competing_risks([cause for _, cause in data], [day for day, _ in data])
    for cause in (WON, LOST):
        points = cumulative_incidence(table(data), cause).points
        assert [point.day for point in points] == list(days)
        assert [point.value for point in points] == pytest.approx(list(shares[cause]), abs=1e-9)
    still_open = [point.value for point in kaplan_meier(table(data)).points]
    assert still_open == pytest.approx(list(1 - shares[0]), abs=1e-9)


@pytest.mark.parametrize("seed", range(8))
def test_kaplan_meier_median_and_interval_are_those_of_lifelines(seed: int) -> None:
    draw = random.Random(seed)
    data = [(int(draw.expovariate(1 / 20)), draw.choice([CENSORED, WON, WON])) for _ in range(80)]
    data.append((200, CENSORED))
    fitter = KaplanMeierFitter(alpha=0.1).fit([d for d, _ in data], [c != CENSORED for _, c in data])
    curve = kaplan_meier(table(data), level=0.9)
    for point in curve.points:
        assert point.value == pytest.approx(fitter.survival_function_.loc[point.day].iloc[0], abs=1e-12)
        bounds = point.bounds
        if bounds is not None:
            ends = sorted(fitter.confidence_interval_.loc[point.day])
            assert (bounds.low, bounds.high) == pytest.approx(ends, abs=1e-9)
    low, high = sorted(median_survival_times(fitter.confidence_interval_).iloc[0])
    median = curve.quantile(0.5)
    assert median.day == fitter.median_survival_time_
    assert (median.low, median.high if median.high is not None else math.inf) == (low, high)


def test_quantile_of_an_incidence_that_never_gets_there_is_not_reached() -> None:
    rows = table(simulated(400, 1))
    curve = cumulative_incidence(rows)
    assert curve.quantile(0.5) == TimeEstimate(None, None, None)
    tenth = curve.quantile(0.1)
    assert tenth.low is not None
    assert tenth.day is not None
    assert tenth.high is not None
    assert tenth.low < tenth.day < tenth.high


@given(records, st.sampled_from([0.1, 0.25, 0.5, 0.75]))
def test_quantile_is_the_first_day_at_the_share(data: Records, share: float) -> None:
    curve = cumulative_incidence(table(data))
    reached = [point.day for point in curve.points if point.value >= share - 1e-12]
    estimate = curve.quantile(share)
    assert estimate.day == (reached[0] if reached else None)
    days = [estimate.low, estimate.day, estimate.high]
    known = [day for day in days if day is not None]
    assert days[: len(known)] == known == sorted(known)


def test_nothing_is_said_beyond_what_was_observed() -> None:
    curve = cumulative_incidence([(10, 1, 0, 0), (20, 0, 1, 3)])
    assert curve.at(20) is not None
    assert curve.at(21) is None
    assert curve.at(-1) is None
    assert cumulative_incidence([]).at(0) is None
    assert cumulative_incidence([]).quantile().day is None


def test_before_the_first_end_the_curve_is_flat_and_without_bounds() -> None:
    rows = [(5, 0, 0, 2), (10, 1, 0, 3)]
    won, neither = cumulative_incidence(rows).at(7), kaplan_meier(rows).at(4)
    assert won is not None
    assert (won.value, won.bounds, won.at_risk) == (0.0, None, 4)
    assert neither is not None
    assert (neither.value, neither.bounds, neither.at_risk) == (1.0, None, 6)


def test_bounds_stay_inside_nought_and_one() -> None:
    for rows in [
        [(0, 1, 0, 9999)],
        [(0, 9999, 0, 1)],
        [(1, 1, 1, 0), (2, 1, 0, 1)],
        [(1, 0, 1, 10**6), (2, 10**6, 0, 1)],
    ]:
        for curve in (cumulative_incidence(rows), kaplan_meier(rows)):
            for point in curve.points:
                bounds = point.bounds
                assert bounds is None or 0 <= bounds.low <= point.value <= bounds.high <= 1


def test_a_million_records_are_as_many_rows_as_days() -> None:
    rows = [(day, 300, 700, 500) for day in range(700)]
    curve = cumulative_incidence(rows)
    assert curve.n == 1_050_000
    assert len(curve.points) == 700
    final, other = curve.points[-1].value, cumulative_incidence(rows, LOST).points[-1].value
    assert final / other == pytest.approx(3 / 7)


def test_nonsense_is_refused() -> None:
    for row in [(-1, 1, 0, 0), (1, -1, 0, 0), (1, 0, -1, 0), (1, 0, 0, -1)]:
        with pytest.raises(ValueError, match="not negative"):
            cumulative_incidence([row])
        with pytest.raises(ValueError, match="not negative"):
            kaplan_meier([row])
    with pytest.raises(ValueError, match="no such cause"):
        cumulative_incidence([(1, 1, 0, 0)], 0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="share strictly between"):
        kaplan_meier([(1, 1, 0, 0)]).quantile(1.0)
    with pytest.raises(ValueError, match=r"zip\(\)"):
        day_table([1, 2], [1])
