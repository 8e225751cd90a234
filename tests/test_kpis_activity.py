"""The KPIs of leads and activities against plain loops over generated worlds: total, by owner, by month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

import oracle_activity
from crm_world import AS_OF, OWNERS, World
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.settings import Settings
from salesmetrics.report.build import Request, build_report
from salesmetrics.report.model import Period

if TYPE_CHECKING:
    import polars as pl

    from salesmetrics.report.model import Report

SETTINGS = Settings(horizon_days=60, stalled_age_days=100)
SEEDS = [1, 2, 3]


def report_on(frames: dict[str, pl.DataFrame], **asked: Any) -> Report:
    return build_report(Request(as_of=AS_OF, as_of_source="test", settings=SETTINGS, **asked), frames, catalog())


def assert_equal(report: Report, expected: dict[str, Any], group: dict[str, str | None]) -> None:
    ours = {m.id: m for m in report.metrics if m.group == group}
    for name, value in expected.items():
        found = ours[name].value
        if value is None:
            assert found is None, (name, found)
            assert ours[name].reason
        else:
            assert found is not None, (name, value, ours[name].reason)
            assert float(found) == pytest.approx(float(value), rel=1e-12), name


@pytest.mark.parametrize("seed", SEEDS)
def test_totals(seed: int) -> None:
    world = World(seed)
    oracle = oracle_activity.Oracle(world)
    expected = oracle_activity.expected(oracle, None, None, lambda _: True)
    report = report_on(world.frames())
    assert_equal(report, expected, {})
    assert sum(value is not None for value in expected.values()) >= 25


@pytest.mark.parametrize("seed", SEEDS)
def test_by_owner(seed: int) -> None:
    world = World(seed)
    oracle = oracle_activity.Oracle(world)
    report = report_on(world.frames(), by=("owner",))
    for owner in OWNERS:
        expected = oracle_activity.expected(oracle, None, None, lambda row, owner=owner: row["owner"] == owner)
        assert_equal(report, expected, {"owner": owner})


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("month", [1, 3, 6])
def test_by_month(seed: int, month: int) -> None:
    world = World(seed)
    oracle = oracle_activity.Oracle(world)
    start, end = date(2026, month, 1), date(2026, month + 1, 1)
    expected = oracle_activity.expected(oracle, start, end, lambda _: True)
    report = report_on(world.frames(), period=Period(label="month", start=start, end=end))
    assert_equal(report, expected, {})


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("owner", ["everybody", "ann", None])
def test_missed_value_by_currency(seed: int, owner: str | None) -> None:
    world = World(seed)
    oracle = oracle_activity.Oracle(world)
    everybody = owner == "everybody"
    expected = oracle_activity.missed(oracle, lambda row: everybody or row["owner"] == owner)
    report = report_on(world.frames(), kpis=("missed_value", "missed_value_slow"), by=() if everybody else ("owner",))
    group = {} if everybody else {"owner": owner}
    ours = {(m.id, m.currency): Decimal(m.value) for m in report.metrics if m.group == group and m.value}
    assert ours == {key: value for key, value in expected.items() if value}
    assert ours or not everybody
