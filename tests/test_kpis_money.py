"""KPIs of money, people and customers against plain loops: in total, by segment and by month, currencies apart."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from money_world import AS_OF, World
from oracle_money import Oracle
from salesmetrics.metrics.catalog import catalog
from salesmetrics.report.build import Request, build_report
from salesmetrics.report.model import Period
from salesmetrics.report.windows import Window

if TYPE_CHECKING:
    from salesmetrics.report.model import Report

IDS = [name for name in vars(Oracle) if name in catalog().kpis]
PERIODS = {
    "2026-Q1": (date(2026, 1, 1), date(2026, 4, 1), date(2025, 10, 1)),
    "2026-Q2": (date(2026, 4, 1), date(2026, 7, 1), date(2026, 1, 1)),
    "2025-11": (date(2025, 11, 1), date(2025, 12, 1), date(2025, 10, 1)),
    "2026-05": (date(2026, 5, 1), date(2026, 6, 1), date(2026, 4, 1)),
}


def report_of(world: World, label: str, *by: str, **more: Any) -> Report:
    low, high, before = PERIODS[label]
    request = Request(
        as_of=AS_OF,
        as_of_source=None,
        by=by,
        period=Period(label=label, start=low, end=high),
        previous=Window(before, low),
        kpis=tuple(IDS),
        **more,
    )
    return build_report(request, world.frames(), catalog())


def assert_like_oracle(world: World, report: Report, label: str) -> int:
    low, whole, before = PERIODS[label]
    high = min(whole, AS_OF + timedelta(days=1))
    compared = 0
    oracles: dict[Any, Oracle] = {}
    for metric in report.metrics:
        if metric.reason == "not_by_dimension":
            continue
        key = (metric.currency, *metric.group.items())
        if key not in oracles:
            oracles[key] = Oracle(with_prices(world), metric.currency, metric.group, low, high, whole, (before, low))
        expected = getattr(oracles[key], metric.id)()
        where = (label, metric.id, metric.group, metric.currency)
        if expected is None:
            assert metric.value is None, where
            assert metric.reason, where
        else:
            assert metric.value is not None, (*where, metric.reason, expected)
            assert float(metric.value) == pytest.approx(float(expected), rel=1e-9, abs=1e-6), where
            compared += 1
    return compared


def with_prices(world: World) -> World:
    """The deals with what the price list tells: looked up by hand."""
    for row in world.rows["deals"]:
        if row["quantity"] is None or row.get("looked up"):
            continue
        item = {"P1": (100, "33.30", "EUR"), "S1": (100, "33.30", "EUR"), "P2": (None, "7", None)}.get(row["product"])
        row["looked up"] = True
        if item and item[2] in (None, row["currency"]):
            if row["list_price"] is None and item[0] is not None:
                row["list_price"] = item[0] * row["quantity"]
            if row["cost"] is None:
                row["cost"] = Decimal(item[1]) * row["quantity"]
    return world


def test_the_oracle_knows_most_of_the_catalogue() -> None:
    assert len(IDS) >= 30


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("label", PERIODS)
@pytest.mark.parametrize("by", [(), ("owner",), ("team",), ("team", "owner")])
def test_every_kpi_is_what_a_plain_loop_counts(seed: int, label: str, by: tuple[str, ...]) -> None:
    world = World(seed)
    assert assert_like_oracle(world, report_of(world, label, *by), label) > 20


@pytest.mark.parametrize("seed", range(3))
def test_one_currency_needs_no_telling_apart(seed: int) -> None:
    world = World(seed, currencies=("EUR",))
    for row in world.rows["quotas"]:
        row["currency"] = "EUR"
    report = report_of(world, "2026-Q1", "team")
    assert {m.currency for m in report.metrics} == {"EUR", None}
    assert assert_like_oracle(world, report, "2026-Q1") > 40
