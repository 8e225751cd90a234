"""The outlook of deals: chances against scikit-survival, effects against statsmodels, draws against what they promise."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from sksurv.nonparametric import cumulative_incidence_competing_risks

from effort import tries
from salesmetrics.analysis.outlook import LOST, OPEN, SHOCK_FLOOR, WON, Draws, History, known_on, outlook, outlooks
from salesmetrics.statistics.hazards import Hazards, chances, hazards, smooth_tail
from salesmetrics.statistics.loglinear import fit_log_linear
from salesmetrics.statistics.survival import cumulative_incidence, day_table
from study import study

if TYPE_CHECKING:
    from pathlib import Path

STUDY = study("forecast")
TODAY = 19_000


def firm(number: int, days: int = 1000, seed: int = 1) -> History:
    """Deals created evenly up to today, a quarter of them won in the end."""
    draw = np.random.default_rng(seed)
    created = TODAY - draw.integers(0, days, number)
    won = draw.random(number) < 0.25
    ended = created + np.where(won, draw.gamma(2, 40, number), draw.gamma(2, 30, number)).astype(int)
    still = ended > TODAY
    return History(
        created,
        np.where(still, -1, ended),
        np.where(still, OPEN, np.where(won, WON, LOST)).astype(np.int8),
        draw.lognormal(8, 1, number).round(2),
        None,
        draw.integers(0, 3, number),
    )


def permuted(history: History, order: np.ndarray) -> History:
    return History(
        history.created[order],
        history.ended[order],
        history.cause[order],
        history.amount[order],
        None,
        None if history.kind is None else history.kind[order],
    )


def of(history: History, start: int = TODAY + 1, end: int = TODAY + 91, draws: int = 2000, **more: bool) -> Draws:
    return outlook(history, TODAY, start, end, draws=draws, seed=7, **more)


def curve(days: np.ndarray, causes: np.ndarray, entry: np.ndarray | None = None) -> Hazards:
    """Hazards of single records."""
    ages = int(days.max()) + 1
    if entry is not None:
        seen = entry <= days
        days, causes, entry = days[seen], causes[seen], entry[seen]
    won, lost, still = (np.bincount(days[causes == cause], minlength=ages) for cause in (WON, LOST, OPEN))
    return hazards(won, lost, still, None if entry is None else np.bincount(entry, minlength=ages))


def curve_of(history: History) -> Hazards:
    days = np.where(history.cause == OPEN, TODAY, history.ended) - history.created
    return smooth_tail(curve(days, history.cause), 20, 60.0)


# --- chances ---------------------------------------------------------------------------------------------------------

records = st.lists(st.tuples(st.integers(0, 25), st.sampled_from([OPEN, WON, LOST])), min_size=3, max_size=60)


def oracle(days: np.ndarray, causes: np.ndarray, age: int, horizon: int, skip: int) -> float | None:
    """Incidence by scikit-survival among those that lasted longer than an age; ``None`` where nobody did."""
    longer = days > age
    if not longer.any() or not (causes[longer] == WON).any():
        return None if not longer.any() else 0.0
    times, curves = cumulative_incidence_competing_risks(causes[longer].astype(int), days[longer].astype(float))
    return float(
        sum(
            sign * (curves[WON][np.searchsorted(times, age + day, side="right") - 1] if age + day >= times[0] else 0.0)
            for sign, day in ((1, horizon), (-1, skip))
        )
    )


@settings(max_examples=tries(25), deadline=None)
@given(records, st.integers(1, 20), st.integers(0, 19))
def test_chances_are_conditional_incidences(data: list[tuple[int, int]], horizon: int, skip: int) -> None:
    skip %= horizon
    days, causes = np.array(data).T
    # scikit-survival numbers causes from 1 on and wants each of them seen.
    if not {WON, LOST} <= set(causes.tolist()):
        return
    found = chances(curve(days, causes), horizon, skip).of_age[0]
    for age in range(int(days.max())):
        later = causes[days > age]
        if not {WON, LOST} <= set(later.tolist()):
            continue
        told = oracle(days, causes, age, horizon, skip)
        assert told is not None
        assert found[age] == pytest.approx(told, abs=1e-12)


@settings(max_examples=tries(25), deadline=None)
@given(records, st.integers(1, 20))
def test_new_deals_have_the_incidence_of_the_curve_that_other_commands_show(
    data: list[tuple[int, int]], horizon: int
) -> None:
    days, causes = np.array(data).T
    shown = cumulative_incidence(day_table(days.tolist(), causes.tolist()))
    found = chances(curve(days, causes), horizon).of_new[0]
    assert len(found) == horizon
    for left in range(min(horizon, int(days.max()) + 1)):
        estimate = shown.at(left)
        assert found[left] == pytest.approx(estimate.value if estimate else 0.0, abs=1e-12)


def test_conditional_chance_by_hand() -> None:
    """Of ten, two are won and two lost at 5; of the six left three are won at 9, the others stay open till 12."""
    days, causes = np.array([5] * 4 + [9] * 3 + [12] * 3), np.array([1, 1, 2, 2, 1, 1, 1, 0, 0, 0])
    found = curve(days, causes)
    assert chances(found, 10).of_age[0, 3] == pytest.approx(0.2 + 0.6 * 0.5)
    assert chances(found, 10).of_age[0, 5] == pytest.approx(0.5)
    assert chances(found, 10, skip=3).of_age[0, 5] == pytest.approx(0.5)
    assert chances(found, 10, skip=4).of_age[0, 5] == 0.0
    assert chances(found, 10).of_age[0, 9] == 0.0


def test_two_windows_make_one() -> None:
    history = firm(3000)
    found = curve_of(history)
    whole, first, rest = chances(found, 90), chances(found, 30), chances(found, 90, skip=30)
    assert whole.of_age == pytest.approx(np.pad(first.of_age, ((0, 0), (0, 0))) + rest.of_age, abs=1e-12)


def test_a_deal_older_than_all_that_were_seen_has_the_hazard_of_the_tail() -> None:
    days, causes = np.array([3] * 50 + [40] * 5), np.array([1] * 25 + [2] * 25 + [1] + [0] * 4)
    found = smooth_tail(curve(days, causes), 20, 60.0)
    assert found.won.size == 4
    tail = chances(found, 30).of_age[0, -1]
    daily, either = found.tail_won, found.tail_won + found.tail_lost
    assert tail == pytest.approx(sum(daily * (1 - either) ** i for i in range(30)))
    assert 0.0 < tail < 1.0


@settings(max_examples=tries(25), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 25), st.sampled_from([OPEN, WON, LOST]), st.integers(0, 30)), min_size=1))
def test_who_comes_in_late_is_at_risk_from_then_on(data: list[tuple[int, int, int]]) -> None:
    days, causes, entry = np.array(data).T
    found = curve(days, causes, entry)
    seen = [(day, cause, first) for day, cause, first in data if first <= day]
    for age in range(found.at_risk.size):
        at_risk = sum(first <= age <= day for day, _, first in seen)
        won = sum(cause == WON and day == age for day, cause, _ in seen)
        assert found.at_risk[age] == at_risk
        assert found.won[age] == (won / at_risk if at_risk else 0.0)


def test_an_export_of_what_ended_lately_says_the_same() -> None:
    """An export that holds no deal that ended before a day: chances of the whole history, not those of survivors."""
    history = firm(20_000)
    since = TODAY - 500
    kept = np.flatnonzero((history.ended >= since) | (history.ended < 0))
    export = permuted(history, kept)
    cut = History(export.created, export.ended, export.cause, export.amount, None, export.kind, since)
    whole, aware, unaware = of(history), of(cut), of(export)
    assert aware.chances.mean() == pytest.approx(whole.chances.mean(), rel=0.05)
    assert aware.expected_new == pytest.approx(whole.expected_new, rel=0.1)
    assert abs(unaware.chances.mean() / whole.chances.mean() - 1) > abs(aware.chances.mean() / whole.chances.mean() - 1)
    assert known_on(cut, TODAY - 10).since == since
    # A day before anything is recorded: nothing is known of windows, and numbers come out.
    early = outlook(cut, since - 5, since - 4, since + 60, draws=100, seed=1)
    assert np.isfinite(early.total).all()


def test_more_frequent_wins_compete_with_losses() -> None:
    history = firm(2000)
    found = curve_of(history)
    rows = chances(found, 90, 0, np.array([0.0, 0.5, 1.0, 2.0, 50.0]))
    assert np.all(np.diff(rows.of_age, axis=0) >= 0)
    assert not rows.of_age[0].any()
    assert rows.of_age[2] == pytest.approx(chances(found, 90).of_age[0], abs=1e-12)
    assert rows.of_age.max() <= 1.0


# --- effects ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("overdispersion", [0.0, 0.1])
def test_free_effects_are_those_of_a_regression(overdispersion: float) -> None:
    draw = np.random.default_rng(3)
    design = np.stack([np.ones(40), np.linspace(-1, 1, 40), draw.integers(0, 2, 40).astype(float)], axis=1)
    expected = draw.uniform(5, 50, 40)
    counts = draw.poisson(expected * np.exp(design @ [0.2, 0.5, -0.3])).astype(float)
    found = fit_log_linear(counts, expected, design, np.full(3, np.inf), np.ones(40), overdispersion)
    family = sm.families.NegativeBinomial(alpha=overdispersion) if overdispersion else sm.families.Poisson()
    told = sm.GLM(counts, design, family=family, offset=np.log(expected)).fit()
    assert found.effects == pytest.approx(told.params, abs=1e-6)
    assert found.covariance == pytest.approx(np.asarray(told.cov_params()), rel=1e-4)
    assert found.spent == pytest.approx(3.0)


def test_effects_that_are_held_back_have_the_best_penalised_likelihood() -> None:
    draw = np.random.default_rng(4)
    design = np.concatenate([np.ones((30, 1)), np.eye(3)[np.arange(30) % 3]], axis=1)
    expected, sizes = np.full(30, 8.0), np.array([1.0, 0.2, 0.2, 0.2])
    counts = draw.poisson(expected * np.exp(0.3 * design[:, 1])).astype(float)
    weights = 0.5 ** (np.arange(30) / 10)

    def loss(effects: np.ndarray) -> float:
        logs = design @ effects + np.log(expected)
        return float(-(weights * (counts * logs - np.exp(logs))).sum() + (np.square(effects / sizes) / 2).sum())

    found = fit_log_linear(counts, expected, design, sizes, weights, 0.0)
    assert found.effects == pytest.approx(optimize.minimize(loss, np.zeros(4), tol=1e-12).x, abs=1e-5)
    assert 1.0 < found.spent < 4.0


# --- what was known --------------------------------------------------------------------------------------------------


def test_what_happened_later_is_not_known() -> None:
    history = firm(2000)
    day = TODAY - 100
    past = known_on(history, day)
    assert past.created.max() <= day
    assert past.ended.max() <= day
    assert ((past.ended == -1) == (past.cause == OPEN)).all()
    later = permuted(history, np.flatnonzero(history.created <= day))
    changed = History(
        later.created, np.where(later.ended > day, later.ended + 5, later.ended), later.cause, later.amount
    )
    one = outlook(history, day, day + 1, day + 31, draws=200, seed=1)
    other = outlook(
        History(changed.created, changed.ended, changed.cause, changed.amount, None, later.kind),
        day,
        day + 1,
        day + 31,
        draws=200,
        seed=1,
    )
    assert one.total.tobytes() == other.total.tobytes()


# --- draws -----------------------------------------------------------------------------------------------------------


def test_parts_add_up_and_chances_are_those_of_the_draws() -> None:
    history = firm(1500)
    found = of(history, draws=10_000)
    still = history.cause == OPEN
    assert (found.total == found.open + found.new).all()
    assert found.chances.shape == (int(still.sum()),)
    expected = (found.chances * history.amount[still]).sum()
    spread = found.open.std() / np.sqrt(found.open.size)
    assert abs(found.open.mean() - expected) < 5 * spread
    assert found.new.mean() == pytest.approx(found.expected_new * history.amount[history.cause == WON].mean(), rel=0.1)
    assert found.shock >= SHOCK_FLOOR == found.floor
    assert found.notes == ()


@pytest.mark.parametrize("number", [40, 1500, 40_000])
def test_order_does_not_matter(number: int) -> None:
    history = firm(number)
    order = np.random.default_rng(2).permutation(number)
    one, other = of(history), of(permuted(history, order))
    for name in ("open", "new", "total"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()
    place = np.full(number, -1)
    place[np.flatnonzero(history.cause == OPEN)] = np.arange(int((history.cause == OPEN).sum()))
    moved = place[order][place[order] >= 0]
    assert one.chances[moved].tobytes() == other.chances.tobytes()


def test_several_days_are_as_if_each_were_asked_alone() -> None:
    """Deals are counted once; what was known on a day comes out as if nothing had happened since."""
    history = firm(5000)
    moments = [
        (TODAY - back, TODAY - back + gap, TODAY - back + 91) for back in (0, 60, 91, 400, 930) for gap in (1, 31)
    ]
    together = outlooks(history, moments, draws=500, seed=7)
    for (day, start, end), found in zip(moments, together, strict=True):
        alone = outlook(known_on(history, day), day, start, end, draws=500, seed=7)
        assert alone.total.tobytes() == found.total.tobytes()
        assert alone.chances.tobytes() == found.chances.tobytes()
        assert (alone.notes, alone.shock, alone.windows) == (found.notes, found.shock, found.windows)
    assert outlooks(history, [], draws=500, seed=7) == []


def test_types_are_chosen_by_what_was_known() -> None:
    """Twenty types, of which other ones were frequent long ago."""
    history = firm(6000)
    number = history.created.size
    draw = np.random.default_rng(3)
    kind = np.where(history.created < TODAY - 500, draw.integers(0, 14, number), draw.integers(6, 20, number))
    history = History(history.created, history.ended, history.cause, history.amount, None, kind)
    for day in (TODAY - 450, TODAY - 30):
        alone = outlook(known_on(history, day), day, day + 1, day + 31, draws=300, seed=1)
        both = outlooks(history, [(TODAY, TODAY + 1, TODAY + 31), (day, day + 1, day + 31)], draws=300, seed=1)
        assert alone.total.tobytes() == both[1].total.tobytes()
        assert alone.chances.tobytes() == both[1].chances.tobytes()


def test_amounts_recorded_at_the_close_are_not_known_before() -> None:
    history = firm(3000)
    still = history.cause == OPEN
    blank = History(
        history.created, history.ended, history.cause, np.where(still, np.nan, history.amount), None, history.kind
    )
    moment = [(TODAY, TODAY + 1, TODAY + 91)]
    assert (
        outlooks(history, moment, draws=500, seed=7, at_close=True)[0].total.tobytes()
        == of(blank, draws=500).total.tobytes()
    )


def test_many_open_deals_are_drawn_by_mean_and_variance() -> None:
    history = firm(40_000)
    found = of(history, draws=20_000, shock=False)
    still = history.cause == OPEN
    assert int(still.sum()) > 2_000
    amount = history.amount[still]
    alone = float((np.square(amount) * found.chances * (1 - found.chances)).sum()) ** 0.5
    assert found.open.mean() == pytest.approx((amount * found.chances).sum(), rel=0.01)
    assert alone < found.open.std() < 3 * alone


def test_unknown_amounts_are_those_of_won_deals() -> None:
    history = firm(1500)
    unknown = np.where(history.cause == OPEN, np.nan, history.amount)
    found = of(History(history.created, history.ended, history.cause, unknown), draws=10_000)
    won = history.amount[(history.cause == WON) & (history.ended > TODAY - 730)]
    assert found.open.mean() == pytest.approx(found.chances.sum() * won.mean(), rel=0.05)
    nothing = of(History(history.created, history.ended, history.cause, np.full(1500, np.nan)))
    assert nothing.notes == ("no_amounts",)
    assert not nothing.total.any()
    assert nothing.chances.sum() == pytest.approx(found.chances.sum(), rel=0.05)


EMPTY = History(*(np.zeros(0, kind) for kind in (int, int, np.int8, float)))


def test_without_a_history_there_is_a_code() -> None:
    found = of(EMPTY)
    assert (found.notes, found.shock, found.chances.size) == (("no_deals",), 0.0, 0)
    assert not found.total.any()
    history = firm(1500)
    lost = History(history.created, history.ended, np.where(history.cause == WON, LOST, history.cause), history.amount)
    never = of(lost)
    assert never.notes == ("no_wins",)
    assert not never.total.any()
    assert not never.chances.any()


def test_nothing_is_won_in_a_period_that_is_over() -> None:
    history = firm(500)
    found = of(history, TODAY - 30, TODAY + 1)
    assert not found.total.any()
    assert found.chances.size == int((history.cause == OPEN).sum())


def test_without_open_deals_only_new_ones_are_won() -> None:
    history = firm(1500)
    closed = permuted(history, np.flatnonzero(history.cause != OPEN))
    found = of(closed)
    assert not found.open.any()
    assert found.chances.size == 0
    assert found.new.mean() > 0


@pytest.mark.parametrize("number", [1, 2, 5, 12])
@pytest.mark.parametrize("days", [1, 20, 400])
def test_a_short_history_gives_numbers(number: int, days: int) -> None:
    for seed in range(5):
        found = of(firm(number, days, seed), draws=300)
        for values in (found.open, found.new, found.total, found.chances, np.array([found.shock, found.expected_new])):
            assert np.isfinite(values).all()
            assert (values >= 0).all()
        assert (found.chances <= 1).all()
        if days < 100:
            assert "few_windows" in found.notes or "no_wins" in found.notes


def test_strange_days_give_numbers() -> None:
    """Deals that end before they begin, deals of a hundred years, all created on one day, negative amounts."""
    draw = np.random.default_rng(5)
    created = np.concatenate([np.full(200, TODAY - 400), TODAY - draw.integers(0, 300, 100), [TODAY - 36_500]])
    ended = np.where(draw.random(301) < 0.7, created + draw.integers(-20, 390, 301), -1)
    ended = np.where(ended > TODAY, -1, ended)
    cause = np.where(ended == -1, OPEN, draw.integers(1, 3, 301))
    history = History(created, ended, cause, draw.normal(100, 200, 301))
    for end in (TODAY + 2, TODAY + 32, TODAY + 92, TODAY + 366, TODAY + 2000):
        found = of(history, end=end, draws=200)
        assert np.isfinite(found.total).all()
        assert ((found.chances >= 0) & (found.chances <= 1)).all()


def test_a_period_to_come_leaves_out_what_is_won_before_it() -> None:
    history = firm(3000)
    whole, later = of(history, TODAY + 1, TODAY + 181), of(history, TODAY + 91, TODAY + 181)
    assert (later.chances <= whole.chances + 0.02).all()
    assert 0 < later.open.mean() < whole.open.mean()
    assert later.new.mean() > later.open.mean()


def test_deals_share_a_shock() -> None:
    history = firm(40_000)
    with_shock, without = of(history), of(history, shock=False)
    assert without.shock == 0.0
    assert with_shock.total.std() > 1.1 * without.total.std()
    assert with_shock.total.mean() == pytest.approx(without.total.mean(), rel=0.02)
    assert np.corrcoef(with_shock.open, with_shock.new)[0, 1] > np.corrcoef(without.open, without.new)[0, 1]


SCRIPT = """
import hashlib, sys
import numpy as np
from salesmetrics.analysis.outlook import History, outlook
bytes_of = hashlib.sha256()
for path in sys.argv[1:]:
    of = np.load(path)
    deals = History(of["created"], of["ended"], of["cause"], of["amount"], None, of["kind"])
    found = outlook(deals, 19_000, 19_001, 19_091, draws=2000, seed=7)
    for values in (found.open, found.new, found.total, found.chances):
        bytes_of.update(values.tobytes())
print(bytes_of.hexdigest())
"""


def test_same_bytes_in_any_process(tmp_path: Path) -> None:
    here, paths = hashlib.sha256(), []
    for number in (900, 40_000):
        deals = firm(number)
        paths.append(str(tmp_path / f"{number}.npz"))
        arrays = {name: getattr(deals, name) for name in ("created", "ended", "cause", "amount", "kind")}
        np.savez(paths[-1], **arrays)
        found = of(deals)
        for values in (found.open, found.new, found.total, found.chances):
            here.update(values.tobytes())
    for threads, seed in (("1", "1"), ("4", "999")):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
        told = subprocess.run(
            [sys.executable, "-c", SCRIPT, *paths],
            env=os.environ | dict.fromkeys(names, threads) | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == here.hexdigest()


def test_a_million_deals_take_less_than_a_second() -> None:
    history = firm(1_000_000)
    begun = time.process_time()
    of(history, draws=10_000)
    assert time.process_time() - begun < 1.0


# --- the study -------------------------------------------------------------------------------------------------------


def test_ranges_hold_what_happens_and_are_nearly_as_narrow_as_can_be() -> None:
    """The short form of docs/studies/forecast.py, on histories of its own."""
    results = STUDY.study(histories=10, seed=50_000)
    assert len(results) == 240
    assert 0.70 <= STUDY.split(results, 0) <= 0.90
    assert STUDY.width(results) < 1.25
    assert abs(STUDY.bias(results)) < 0.08
    large = STUDY.study(histories=4, seed=50_000, kinds=(STUDY.LARGE,))
    assert STUDY.split(large, 0) > STUDY.split(large, 2)
