"""KPIs of money, people and customers against plain loops: in total, by segment and by month, currencies apart."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any

import polars.selectors as cs
import pytest

from effort import in_turn
from money_world import AS_OF, World
from oracle_company import ACCELERATOR, AT_QUOTA, CAP, MARKET, PER_UNIT, THRESHOLD, TIERS, Oracle
from oracle_counts import COUNTS
from salesmetrics.answers.report import Period
from salesmetrics.calendar.windows import Window
from salesmetrics.engine.build import Request, build_report
from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.catalog import _definitions, _family_modules, _measure_modules, catalog
from salesmetrics.metrics.incentives import IncentivePlan, Tier
from salesmetrics.metrics.settings import Settings
from salesmetrics.render.writers import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from salesmetrics.answers.report import Metric, Report

IDS = [name for name in dir(Oracle) if name in catalog().kpis]
PERIODS = {
    "2026-Q1": (date(2026, 1, 1), date(2026, 4, 1), date(2025, 10, 1)),
    "2026-Q2": (date(2026, 4, 1), date(2026, 7, 1), date(2026, 1, 1)),
    "2025-11": (date(2025, 11, 1), date(2025, 12, 1), date(2025, 10, 1)),
    "2026-05": (date(2026, 5, 1), date(2026, 6, 1), date(2026, 4, 1)),
}
TOMORROW = AS_OF + timedelta(days=1)
SETTINGS = Settings(
    market_size=Decimal(MARKET),
    incentive=IncentivePlan(
        tiers=tuple(
            Tier(Decimal(at.numerator) / at.denominator, Decimal(r.numerator) / r.denominator) for at, r in TIERS
        ),
        accelerator=Decimal(ACCELERATOR.numerator) / ACCELERATOR.denominator,
        threshold=Decimal(THRESHOLD.numerator) / THRESHOLD.denominator,
        bonus_at_quota=Decimal(AT_QUOTA),
        bonus_per_unit=Decimal(PER_UNIT),
        cap=Decimal(CAP),
    ),
)
NEAR = {"pacing_seasonal": 1e-6}
"""The shape of a season is kept to 8 decimals."""


def a_year_before(label: str) -> tuple[date, date]:
    low, high, _ = PERIODS[label]
    return low.replace(year=low.year - 1), high.replace(year=high.year - 1)


def report_of(world: World, label: str, *by: str, **more: Any) -> Report:
    low, high, before = PERIODS[label]
    request = Request(
        as_of=AS_OF,
        as_of_source=None,
        by=by,
        period=Period(label=label, start=low, end=high),
        previous=Window(before, low),
        year_ago=Window(*a_year_before(label)),
        kpis=tuple(IDS),
        settings=SETTINGS,
        **more,
    )
    return build_report(request, world.frames(), catalog())


def stretch_of(label: str) -> tuple[Any, ...]:
    """First day, first day after it so far and in whole, the stretch before and the one a year before."""
    low, whole, before = PERIODS[label]
    return low, min(whole, TOMORROW), whole, (before, low), a_year_before(label)


def assert_like_oracle(world: World, report: Report, stretch: Callable[[str], tuple[Any, ...]]) -> Counter[str]:
    """Compare every value with that of the stretch of its KPI, and count by KPI those that are one."""
    compared: Counter[str] = Counter()
    oracles: dict[Any, Oracle] = {}
    for metric in report.metrics:
        if metric.reason == "not_by_dimension":
            continue
        *days, year_ago = stretch(metric.id)
        key = (metric.currency, *metric.group.items(), *days)
        if key not in oracles:
            oracles[key] = Oracle(
                with_prices(world), metric.currency, metric.group, *days, year_ago=year_ago, by=tuple(report.group_by)
            )
        expected = getattr(oracles[key], metric.id)()
        where = (days, metric.id, metric.group, metric.currency)
        if expected is None:
            assert metric.value is None, where
            assert metric.reason, where
        else:
            assert metric.value is not None, (*where, metric.reason, expected)
            near = NEAR.get(metric.id, 1e-9)
            last_place = 1e-6 if metric.unit == "money" else 1e-12
            assert float(metric.value) == pytest.approx(float(expected), rel=near, abs=last_place), where
            compared[metric.id] += 1
        assert_counts_beside(metric, oracles[key], where)
    return compared


def assert_counts_beside(metric: Metric, oracle: Oracle, where: object) -> None:
    """The records behind a value, and those left out of it by reason, are as many as a loop finds."""
    nobody_knows = metric.id == "account_penetration" and "product" in metric.group  # customers have no product
    if metric.id not in COUNTS or nobody_knows:
        return
    behind, left_out = COUNTS[metric.id](oracle)
    found = {entry.code: entry.count for entry in metric.excluded if entry.count}
    assert found == {code: count for code, count in left_out.items() if count}, where
    if behind is not None and metric.value is not None:
        assert metric.n == behind, where


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


def in_one_currency(seed: int) -> World:
    world = World(seed, currencies=("EUR",), deals=700)
    for row in world.rows["quotas"]:
        row["currency"] = "EUR"
    return world


@cache
def compared(label: str, *by: str, one_currency: bool = False) -> Counter[str]:
    seed = list(PERIODS).index(label)
    world = in_one_currency(seed) if one_currency else World(seed, deals=700)
    report = report_of(world, label, *by)
    assert {m.currency for m in report.metrics} == {"EUR", None} if one_currency else {"EUR", "USD", None}
    return assert_like_oracle(world, report, lambda _: stretch_of(label))


BY: tuple[tuple[str, ...], ...] = ((), ("owner",), ("team",), ("team", "owner"), ("product",))


@pytest.mark.parametrize(
    ("by", "label"), [(by, label) for turn, by in enumerate(BY) for label in in_turn(list(PERIODS), turn // 2)]
)
def test_every_kpi_is_what_a_plain_loop_counts(by: tuple[str, ...], label: str) -> None:
    """A quarter and a month of each, which ones by turns; all of them with ``make test-full``."""
    assert len(compared(label, *by)) > 40


@pytest.mark.parametrize("label", ["2026-Q1", "2025-11"])
@pytest.mark.parametrize("by", [(), ("team",)])
def test_one_currency_needs_no_telling_apart(label: str, by: tuple[str, ...]) -> None:
    assert len(compared(label, *by, one_currency=True)) > 40


YEARLY = {kpi for kpi in IDS if catalog().kpis[kpi].yearly}
"""What a quarter or a month is too short for."""
WITHOUT_A_PERIOD: dict[str, tuple[Any, ...]] = {
    "period": (None, None, None, None, None),
    "year": (date(2025, 5, 21), TOMORROW, TOMORROW, None, None),  # the deals do not reach back for another one
    "quarter": (date(2026, 1, 1), *[date(2026, 4, 1)] * 2, (date(2025, 10, 1), date(2026, 1, 1)), None),
    "quota": (date(2026, 4, 1), TOMORROW, date(2026, 7, 1), None, None),
    "costs": (date(2025, 5, 21), TOMORROW, TOMORROW, None, None),
}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("by", [(), ("team",), ("product",)])
def test_without_a_period_each_kpi_is_about_a_stretch_of_its_own(seed: int, by: tuple[str, ...]) -> None:
    world = World(seed, deals=700)
    world.rows["costs"].append({**world.rows["costs"][0], "period": None, "date": AS_OF})
    report = everything(world.frames(), *by, kpis=tuple(IDS), settings=SETTINGS)
    values = assert_like_oracle(world, report, lambda kpi: WITHOUT_A_PERIOD[catalog().kpis[kpi].span])
    assert len(values) > 40
    assert set(values) >= YEARLY


@pytest.mark.parametrize("kpi", [kpi for kpi in IDS if kpi not in YEARLY])
def test_every_kpi_has_values_to_compare_in_total_by_segment_and_by_month(kpi: str) -> None:
    def some(labels: list[str], *by: str) -> int:
        return sum(compared(label, *by, one_currency=one)[kpi] for label in labels for one in (False, True))

    quarters, months = ["2026-Q1", "2026-Q2"], ["2025-11", "2026-05"]
    assert some(quarters)
    assert some(quarters, "team") > some(quarters)  # the total is among the segments
    assert some(months)


def everything(frames: dict[str, Any], *by: str, **more: Any) -> Report:
    return build_report(Request(as_of=AS_OF, as_of_source=None, by=by, **more), frames, catalog())


@pytest.mark.parametrize("by", [(), ("owner",), ("team",)])
def test_the_order_of_rows_changes_nothing(by: tuple[str, ...]) -> None:
    world = World(5)
    frames = world.frames()
    shuffled = {kind: frame.sample(fraction=1, shuffle=True, seed=7) for kind, frame in frames.items()}
    assert render(everything(shuffled, *by), "json") == render(everything(frames, *by), "json")


@pytest.mark.parametrize("seed", range(3))
def test_every_number_is_a_number_or_has_a_reason(seed: int) -> None:
    for metric in everything(World(seed).frames(), "owner").metrics:
        assert (metric.value is None) == (metric.reason is not None), metric
        if metric.value is not None:
            assert math.isfinite(float(metric.value)), metric
        if metric.interval is not None:
            assert float(metric.interval.low or 0) <= float(metric.value or 0) <= float(metric.interval.high or 0), (
                metric
            )


@pytest.mark.parametrize("by", ["owner", "team"])
def test_what_adds_up_adds_up(by: str) -> None:
    sums: dict[Any, Any] = {}
    totals: dict[Any, Any] = {}
    for metric in everything(World(2).frames(), by).metrics:
        if catalog().kpis[metric.id].additive and metric.reason != "not_by_dimension":
            place = sums if metric.group else totals
            key = (metric.id, metric.currency)
            place[key] = place.get(key, 0) + (metric.value or 0)
    assert sums
    known = {key: value for key, value in totals.items() if key in sums}
    assert {key: sums[key] for key in known} == known


def test_money_in_another_scale_scales_money_and_nothing_else() -> None:
    frames = World(3).frames()
    tenfold = {
        kind: frame.with_columns(
            cs.by_name("amount", "mrr", "potential", "cost", "list_price", "paid_amount", require_all=False) * 10
        )
        for kind, frame in frames.items()
    }
    before, after = (everything(found).metrics for found in (frames, tenfold))
    for one, ten in zip(before, after, strict=True):
        factor = 10 if one.unit in {"money", "money_per_day"} else 1
        where = (one.id, one.currency)
        if one.value is None:
            assert ten.value is None, where
        else:
            assert float(ten.value or 0) == pytest.approx(factor * float(one.value), rel=1e-9, abs=1e-5), where


def test_a_file_that_says_nothing_about_it_changes_no_number() -> None:
    world = World(4)
    alone = {m.id: m.value for m in everything(world.frames("surveys")).metrics}
    together = {m.id: m.value for m in everything(world.frames("surveys", "costs", "quotas")).metrics}
    assert alone.items() <= together.items()


@pytest.mark.parametrize(
    "kind", ["deals", "quotas", "costs", "reps", "customers", "revenue", "invoices", "surveys", "products"]
)
@pytest.mark.parametrize("as_of", [AS_OF, None])
def test_every_file_alone_is_reported_or_refused_with_what_is_missing(kind: str, as_of: date | None) -> None:
    frames = World(1).frames(kind)
    request = Request(as_of=as_of, as_of_source=None)
    codes: list[str] = []
    for found in (frames, {kind: frames[kind].clear()}):
        try:
            report = build_report(request, found, catalog())
        except SalesmetricsError as error:
            codes.append(error.code)
            continue
        assert report.metrics
        assert len(report.metrics) + len(report.not_computed) >= len(catalog().kpis)
    assert set(codes) <= {"report_empty"}


def test_a_quarter_by_quarter_series_is_what_each_quarter_is_alone() -> None:
    world = World(6, currencies=("EUR",))
    for row in world.rows["quotas"]:
        row["currency"] = "EUR"
    ids = ("quota_attainment", "pacing", "quota_gap", "cac", "cost_per_rep", "reps_at_quota")
    request = Request(as_of=AS_OF, as_of_source=None, kpis=ids, every="quarter")
    series = {
        (m.id, m.period.label): m.value
        for m in build_report(request, world.frames(), catalog()).metrics
        if m.period and not m.own_period
    }
    for label in ("2026-Q1", "2026-Q2"):
        low, high, _ = PERIODS[label]
        alone = Request(as_of=AS_OF, as_of_source=None, kpis=ids, period=Period(label=label, start=low, end=high))
        for metric in build_report(alone, world.frames(), catalog()).metrics:
            assert series[metric.id, label] == metric.value, (metric.id, label)


def test_no_name_is_given_twice() -> None:
    for modules in (_measure_modules(), _family_modules()):
        names = [definition.id for definition in _definitions(modules)]
        assert len(names) == len(set(names))
