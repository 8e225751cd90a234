"""Verdicts of reports: their p-values against scipy, the past of counts, and how often chance is called a change."""

from __future__ import annotations

import itertools
import math
import random
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from salesmetrics.calendar import Calendar, comparison, parse_period, range_expression, ranges_before
from salesmetrics.engine.build import build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.metrics.catalog import catalog
from salesmetrics.statistics.changes import (
    Dispersion,
    count_change,
    dispersion,
    hybrid_p_value,
    newcombe_p_value,
)
from salesmetrics.statistics.distributions import normal_tail, student_t_tail
from salesmetrics.statistics.intervals import Bounds
from study import STUDIES, study

STUDY = study("verdicts")

# --- p-values ---


@given(st.floats(-30, 30), st.sampled_from([1, 2, 5, 7.5, 30, 999, 1001, 1e5]))
def test_tails_are_those_of_scipy(x: float, degrees: float) -> None:
    assert normal_tail(x) == pytest.approx(stats.norm.sf(x), rel=1e-9)
    assert student_t_tail(x, degrees) == pytest.approx(stats.t.sf(x, degrees), rel=1e-8, abs=1e-290)


def _low_end(k1: int, n1: int, k2: int, n2: int, z: float) -> float:
    """The end towards zero of Newcombe's interval of the higher rate less the lower, from scipy's Wilson intervals."""
    level = 1 - 2 * stats.norm.sf(z)
    first = stats.binomtest(k1, n1).proportion_ci(level, "wilson")
    second = stats.binomtest(k2, n2).proportion_ci(level, "wilson")
    p1, p2 = k1 / n1, k2 / n2
    return p1 - p2 - math.hypot(p1 - first.low, second.high - p2)


@given(st.integers(1, 80), st.integers(1, 80), st.data())
def test_the_p_value_of_two_rates_is_the_level_at_which_their_interval_reaches_zero(
    n1: int, n2: int, data: st.DataObject
) -> None:
    k1, k2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    ours = newcombe_p_value(k1, n1, k2, n2)
    assert ours == newcombe_p_value(k2, n2, k1, n1)
    assert ours == pytest.approx(newcombe_p_value(n1 - k1, n1, n2 - k2, n2) or 0, rel=1e-6)
    if k1 * n2 == k2 * n1:
        assert ours == 1.0
        return
    high, low = sorted([(k1, n1), (k2, n2)], key=lambda pair: -pair[0] / pair[1])
    if _low_end(*high, *low, 7.0) > 0:  # beyond it the level of an oracle is not told from 1
        assert ours is not None
        assert ours < 1e-11
        return
    z = optimize.brentq(lambda z: _low_end(*high, *low, z), 1e-6, 7.0, xtol=1e-10)
    assert ours == pytest.approx(2 * stats.norm.sf(z), rel=1e-4, abs=1e-12)


@given(st.integers(20, 300), st.integers(20, 300), st.data())
def test_it_stays_near_the_exact_test(n1: int, n2: int, data: st.DataObject) -> None:
    """Fisher's test is careful: its mid-p version, and ours, lie below it and not far."""
    k1, k2 = data.draw(st.integers(n1 // 5, 4 * n1 // 5)), data.draw(st.integers(n2 // 5, 4 * n2 // 5))
    ours = newcombe_p_value(k1, n1, k2, n2)
    fisher = stats.fisher_exact([[k1, n1 - k1], [k2, n2 - k2]]).pvalue
    assert ours is not None
    assert ours <= fisher * 1.5 + 1e-9
    if fisher > 1e-4:
        assert ours > fisher / 4


def test_two_rates_without_records_have_none() -> None:
    assert newcombe_p_value(0, 0, 1, 2) is None
    assert newcombe_p_value(1, 2, 0, 0) is None
    with pytest.raises(ValueError, match="not a share"):
        newcombe_p_value(3, 2, 1, 2)


@given(st.floats(-50, 50), st.floats(0.1, 50), st.integers(4, 200), st.sampled_from([0.8, 0.95, 0.99]))
def test_of_a_symmetric_interval_by_students_t_it_is_students(
    step: float, error: float, degrees: int, level: float
) -> None:
    reach = stats.t.ppf(0.5 + level / 2, degrees) * error
    ours = hybrid_p_value(step, Bounds(step - reach, step + reach), level, degrees)
    assert ours == pytest.approx(2 * stats.t.sf(abs(step) / error, degrees), rel=1e-6, abs=1e-290)


@given(st.integers(3, 40), st.integers(1, 10_000))
def test_of_two_samples_of_one_size_and_spread_it_is_near_welchs(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(10, 1, n + 25), rng.normal(10.4, 1, n + 25)
    welch = stats.ttest_ind(a, b, equal_var=False)
    span = welch.confidence_interval(0.95)
    ours = hybrid_p_value(float(a.mean() - b.mean()), Bounds(float(span.low), float(span.high)), 0.95, n + 24)
    assert ours >= welch.pvalue * 0.999 or welch.pvalue > 0.05, "fewer degrees of freedom are careful"
    assert (ours <= 0.05) == (welch.pvalue <= 0.05)


def test_an_interval_without_reach_gives_no_more_than_its_level() -> None:
    assert hybrid_p_value(1, Bounds(1, 3), 0.95, 40) == pytest.approx(0.05)
    assert hybrid_p_value(-1, Bounds(-3, -1), 0.9, 40) == pytest.approx(0.1)


# --- counts and their past ---


def test_dispersion_by_hand() -> None:
    # Mean 6; squares of the differences 4 + 4 + 0 + 16 + 16 + 0 = 40, over 5 is 8, over the mean 4/3.
    assert dispersion([4, 8, 6, 10, 2, 6]) == Dispersion(pytest.approx(8 / 6), 5)
    assert dispersion([6, 6, 6, 6, 6, 6]) == Dispersion(1.0, 5), "less than chance is taken for chance"
    assert dispersion([0, 0, 0, 4, 8, 6, 10, 2]) is None, "what was before the first record did not vary"
    assert dispersion([]) is None
    assert dispersion([0] * 12) is None


@given(st.lists(st.integers(0, 500), min_size=6, max_size=24).filter(lambda counts: counts[0] > 0))
def test_dispersion_is_variance_over_mean(counts: list[int]) -> None:
    found = dispersion(counts)
    assert found is not None
    assert found.factor == pytest.approx(max(1.0, float(np.var(counts, ddof=1) / np.mean(counts))))
    mixed = [counts[0], *random.Random(1).sample(counts[1:], len(counts) - 1)]
    assert dispersion(mixed) == found, "to the last digit"


@given(st.integers(0, 900), st.integers(1, 900), st.floats(1, 20), st.integers(5, 23))
def test_a_change_of_counts_by_students_t(now: int, before: int, factor: float, degrees: int) -> None:
    bounds, p = count_change(now, before, Dispersion(factor, degrees)) or (None, 0.0)
    assert bounds is not None
    error = math.sqrt(factor * (now + before))
    assert p == pytest.approx(2 * stats.t.sf(abs(now - before) / error, degrees), rel=1e-8)
    reach = stats.t.ppf(0.975, degrees) * error
    assert bounds == pytest.approx((now - before - reach, now - before + reach), abs=1e-6)


def test_no_record_in_either_period_shows_no_spread() -> None:
    assert count_change(0, 0, Dispersion(1.0, 5)) is None


# --- the periods before ---

PERIODS = ["2025-Q4", "2025-08", "2025-W31", "2024", "this-month", "ytd", "2025-03-05..2025-04-11", "last-90-days"]
CALENDARS = [Calendar(), Calendar(fiscal_start_month=2), Calendar(pattern="445", fiscal_start_month=2)]


@pytest.mark.parametrize("text", PERIODS)
@pytest.mark.parametrize("calendar", CALENDARS, ids=["civil", "fiscal", "weeks"])
@pytest.mark.parametrize("as_of", [date(2025, 12, 31), date(2025, 11, 7), date(2025, 8, 3)])
def test_the_periods_before_are_cut_like_those_that_are_compared(text: str, calendar: Calendar, as_of: date) -> None:
    period = parse_period(text, as_of=as_of, calendar=calendar)
    assert period is not None
    assert period.start is not None
    if period.start > as_of:
        return
    found = ranges_before(period, as_of, 8, calendar)
    beside = comparison(period, as_of, "previous", calendar)
    assert found[0] == (beside.start, beside.end)
    assert len(found) == 8
    for (start, end), (_, before) in itertools.pairwise(found):
        assert before <= start < end <= period.start


def test_a_day_is_in_the_range_that_holds_it() -> None:
    ranges = [(date(2025, 3, 1), date(2025, 3, 11)), (date(2025, 1, 1), date(2025, 1, 11))]
    days = [date(2024, 12, 31) + timedelta(days=i) for i in range(80)]
    frame = pl.DataFrame({"day": [*days, None]}, schema={"day": pl.Date})
    ours = frame.select(range_expression(pl.col("day"), ranges)).to_series().to_list()
    assert ours == [*(next((start for start, end in ranges if start <= day < end), None) for day in days), None]


# --- in reports ---


def _calls(weeks: dict[int, int], owner: str = "Ada") -> pl.DataFrame:
    monday = date(2025, 1, 6)
    days = [monday + timedelta(days=7 * week + i % 5) for week, number in weeks.items() for i in range(number)]
    frame = pl.DataFrame({"id": [f"{owner}{i}" for i in range(len(days))], "occurred": days})
    return frame.with_columns(
        pl.lit("call").alias("type"), pl.lit(owner).alias("owner"), pl.col("occurred").cast(pl.Datetime("us"))
    )


def _change(frame: pl.DataFrame, week: int, **more: object):
    as_of = date(2025, 1, 6) + timedelta(days=7 * week + 6)
    request = resolve(as_of, None, period="this-week", **{"compare": "previous", "kpis": ("calls",), **more})
    found = build_report(request, {"activities": frame}, catalog())
    return {metric.group.get("owner"): metric.change for metric in found.metrics}


def test_a_count_is_judged_by_its_own_past() -> None:
    """Ada makes 40 calls a week, give or take a few; Bob 10 or 70: 70 after 30 says something of her only."""
    ada = _calls(dict(enumerate([40, 42, 38, 41, 39, 44, 36, 30, 70])))
    bob = _calls(dict(enumerate([10, 70, 15, 66, 12, 72, 20, 30, 70])), "Bob")
    found = _change(pl.concat([ada, bob]), 8, by=("owner",))
    assert {owner: change.verdict for owner, change in found.items() if owner} == {
        "Ada": "better",
        "Bob": "no clear difference",
    }
    past = dispersion([40, 42, 38, 41, 39, 44, 36])
    assert past is not None
    bounds, p = count_change(70, 30, past) or (None, None)
    assert (found["Ada"].p, (found["Ada"].interval.low, found["Ada"].interval.high)) == (p, bounds)


def test_fewer_than_six_earlier_periods_give_no_verdict_on_a_count() -> None:
    counts = [40, 42, 38, 41, 39, 44, 30, 60]
    assert _change(_calls(dict(enumerate(counts))), 7)[None].verdict == "better"
    young = _change(_calls(dict(enumerate(counts[1:]))), 6)[None]
    assert (young.verdict, young.verdict_reason, young.p) == (None, "short_history", None)
    assert young.interval.method == "poisson_normal"
    # Somebody who came later is judged by the weeks since then.
    both = pl.concat([_calls(dict.fromkeys(range(10), 40)), _calls({5: 40, 6: 40, 7: 40, 8: 30, 9: 60}, "Bob")])
    found = _change(both, 9, by=("owner",))
    assert [found[name].verdict_reason for name in (None, "Ada", "Bob")] == [None, None, "short_history"]


def test_a_week_that_is_not_over_is_held_against_the_same_days_of_earlier_weeks() -> None:
    """Five calls on each of five days: by Wednesday 15, and so in every week before; the past does not vary."""
    frame = _calls(dict.fromkeys(range(10), 25))
    as_of = date(2025, 1, 6) + timedelta(days=7 * 9 + 2)
    found = build_report(
        resolve(as_of, None, period="this-week", compare="previous", kpis=("calls",)), {"activities": frame}, catalog()
    )
    change = found.metrics[0].change
    assert change is not None
    assert (found.metrics[0].value, found.metrics[0].previous, change.verdict) == (15, 15, "no clear difference")
    assert change.interval is not None
    assert float(change.interval.high or 0) == pytest.approx(stats.t.ppf(0.975, 7) * math.sqrt(30), abs=1e-6)


def test_a_year_ago_is_judged_by_the_periods_between() -> None:
    frame = _calls(dict(enumerate([40, 42, 38, 41, 39, 44, 36, 40] * 7 + [90])))
    found = _change(frame, 56, compare="year-ago")[None]
    assert found.verdict == "better"


def test_without_a_comparison_nothing_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("salesmetrics.engine.build.past_of", refuse)
    monkeypatch.setattr("salesmetrics.engine.build.judged", refuse)
    found = build_report(
        resolve(date(2025, 3, 2), None, period="this-week"), {"activities": _calls({7: 10})}, catalog()
    )
    assert found.verdicts is None


# --- how often chance is called a change: the short form of the study ---


def test_of_reports_in_which_nothing_changed_few_call_anyone() -> None:
    """16 reports of some 60 comparisons each; docs/studies/verdicts.md has 500 of every kind."""
    found = STUDY.null_reports(16, 20261126, [15, 17, 20, 22, 24, 26, 29, 31, 33, 35, 38, 40])
    assert found["anyone"] <= 2 / 16
    assert found["by each interval alone"] >= 0.4
    assert found["comparisons"] > 40


def test_a_fall_of_25_points_over_300_deals_is_called() -> None:
    assert STUDY.power(8, 7, 300, 0.25) >= 7 / 8


def test_weeks_of_clustered_calls_are_not_called() -> None:
    found = STUDY.null_weeks(30, 11, 12, 3.0, 14)
    assert found["Poisson"] > 0.25
    assert found["verdict"] < 0.08
    assert found["report"] <= 3 / 30


def _table(page: str, heading: str) -> list[list[str]]:
    """The rows of the table below a heading of a study."""
    text = (STUDIES / page).read_text("utf-8").partition(f"## {heading}")[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("| ")
    ]
    return rows[1:]


def test_the_pages_of_the_studies_hold_their_promises() -> None:
    def share(cell: str) -> float:
        return float(cell.rstrip("%")) / 100

    null = _table("verdicts.md", "Nothing changed")
    assert len(null) == 4
    assert all(share(row[1]) <= 0.06 < 0.5 < share(row[4]) for row in null)
    falls = {row[0]: row for row in _table("verdicts.md", "A win rate falls")}
    assert share(falls["300"][3]) >= 0.9
    weeks = _table("verdicts.md", "Calls of weeks")
    assert all(share(row[3]) <= 0.06 and share(row[4]) <= 0.06 for row in weeks if len(row) == 5)
    sums = _table("control.md", "Sums of deals")
    assert len(sums) == 40
    assert max(share(row[2]) for row in sums) <= 0.1
    assert max(share(row[2]) for row in _table("control.md", "Counts")) <= 0.1
