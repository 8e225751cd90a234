"""A step between two periods: its exact size, its interval against scipy and plain formulas, and what is said of it."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from report_fixture import compared_report
from salesmetrics.answers.report import Change
from salesmetrics.engine.evaluate import Outcome, change_between
from salesmetrics.metrics.catalog import catalog
from salesmetrics.render.layouts.words import verdict_note
from salesmetrics.statistics.intervals import Bounds

KNOWN = catalog().kpis


def change(kpi: str, now: Outcome, before: Outcome, min_n: int = 10) -> Change:
    found = change_between(KNOWN[kpi], now, before, 0.95, min_n)
    assert found is not None
    return found


def rate(won: int, closed: int) -> Outcome:
    return Outcome(won / closed, won, closed, closed)


def number(value: Any, n: int | None = None, interval: Bounds | None = None) -> Outcome:
    return Outcome(value, n=n, interval=interval)


@pytest.mark.parametrize(
    ("kpi", "now", "before", "verdict"),
    [
        ("win_rate", rate(60, 100), rate(30, 100), "better"),
        ("win_rate", rate(30, 100), rate(60, 100), "worse"),
        ("loss_rate", rate(60, 100), rate(30, 100), "worse"),
        ("win_rate", rate(31, 100), rate(30, 100), "no clear difference"),
        ("win_rate", rate(9, 9), rate(0, 100), "too few"),
        ("win_rate", rate(100, 100), rate(0, 9), "too few"),
        ("win_rate_created", rate(60, 100), rate(30, 100), None),
        ("lead_conversion_rate", rate(30, 100), rate(60, 100), None),
        ("won_deals", number(200, 200), number(100, 100), "better"),
        ("lost_deals", number(200, 200), number(100, 100), "worse"),
        ("won_deals", number(105, 105), number(100, 100), "no clear difference"),
        ("won_deals", number(9, 9), number(100, 100), "too few"),
        ("revenue", number(Decimal(200), 20), number(Decimal(100), 20), None),
        ("revenue", number(Decimal(100), 20), number(Decimal("100.00"), 20), None),
        ("units_sold", number(Decimal(2000), 20), number(Decimal(1000), 20), None),
        ("sales_cycle_median", number(50, 90, Bounds(46, 53)), number(40, 90, Bounds(35, 44)), "worse"),
        ("sales_cycle_median", number(50, 90, Bounds(30, 70)), number(40.5, 90, Bounds(35, 44)), "no clear difference"),
        (
            "median_deal_size",
            number(Decimal("50.5"), 90, Bounds(46, 53)),
            number(Decimal(40), 90, Bounds(35, 44)),
            "better",
        ),
    ],
)
def test_what_is_said(kpi: str, now: Outcome, before: Outcome, verdict: str | None) -> None:
    found = change(kpi, now, before)
    assert found.verdict == verdict
    assert (found.verdict is None) == (found.interval is None), "nothing is said without an interval"


@given(
    st.integers(-1000, 1000) | st.decimals(-1000, 1000, places=2) | st.floats(-1000, 1000),
    st.integers(-1000, 1000) | st.decimals(-1000, 1000, places=2) | st.floats(-1000, 1000),
)
def test_any_two_numbers_can_be_subtracted(now: Any, before: Any) -> None:
    found = change("revenue", number(now), number(before))
    assert float(found.absolute or 0) == pytest.approx(float(now) - float(before), abs=1e-9)
    if not isinstance(now, float) and not isinstance(before, float):
        assert found.absolute == Decimal(now) - Decimal(before)
    assert (found.relative is None) == (float(before) <= 0)
    if found.relative is not None and abs(float(before)) > 1e-6:
        assert found.relative == pytest.approx((float(now) - float(before)) / float(before), rel=1e-9, abs=1e-9)


@given(st.integers(0, 10**5), st.integers(1, 10**5))
def test_counts_by_the_square_root_of_their_sum(now: int, before: int) -> None:
    found = change("won_deals", number(now, now), number(before, before)).interval
    assert found is not None
    reach = 1.959963984540054 * math.sqrt(now + before)
    assert (found.low, found.high) == pytest.approx((now - before - reach, now - before + reach), abs=1e-6)


@pytest.mark.parametrize("kpi", ["sales_cycle_median", "sales_cycle_mean"])
def test_medians_and_means_by_the_distances_to_their_ends(kpi: str) -> None:
    found = change(kpi, number(50, 90, Bounds(46, 53)), number(40, 90, Bounds(35, 44))).interval
    assert found is not None
    # Down: 4 below 50 and 4 above 40; up: 3 above 50 and 5 below 40.
    assert (found.low, found.high) == pytest.approx((10 - math.sqrt(32), 10 + math.sqrt(34)))
    assert found.method == "hybrid"


def test_an_open_end_gives_no_interval() -> None:
    open_ended = number(50, 90, Bounds(46, math.inf))
    assert change("sales_cycle_median", open_ended, number(40, 90, Bounds(35, 44))).interval is None


def test_an_undefined_value_has_no_change() -> None:
    assert change_between(KNOWN["win_rate"], number(None), rate(1, 2), 0.95, 10) is None
    assert change_between(KNOWN["win_rate"], rate(1, 2), number(None), 0.95, 10) is None


@pytest.mark.parametrize(("verdict", "noted"), [(None, True), ("better", False)])
def test_a_change_without_a_verdict_is_explained(verdict: Any, noted: bool) -> None:
    found = compared_report()
    step = Change(absolute=Decimal(1), relative=None, verdict=verdict)
    metrics = [structs.replace(metric, change=step) for metric in found.metrics]
    assert bool(verdict_note(structs.replace(found, metrics=metrics))) is noted
