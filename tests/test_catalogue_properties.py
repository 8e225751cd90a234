"""What holds for every KPI without exception, on the examples with all their kinds of file."""

from __future__ import annotations

import json
import math
import os
import random
import subprocess
import sys
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from salesmetrics.engine.build import Request, build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import catalog
from salesmetrics.render.writers import render

if TYPE_CHECKING:
    from salesmetrics.answers.report import Metric, Report

EXAMPLES = Path(__file__).parent.parent / "examples"
FRAMES = tuple(sorted(EXAMPLES.glob("*.csv")))
MONEY_UNITS = {"money", "money_per_day"}
DAYS = 37
EMPTIED = ("activities", "costs", "customers", "deals", "invoices", "leads", "quotas", "revenue", "stages", "surveys")


@cache
def dataset() -> dict[str, pl.DataFrame]:
    return {str(kind): frame for kind, frame in load([str(path) for path in FRAMES]).frames.items()}


@cache
def as_of() -> Any:
    return (load([str(path) for path in FRAMES]).last_event or (None, None))[0]


def report_on(frames: dict[str, pl.DataFrame], **asked: Any) -> Report:
    asked = {"as_of": as_of(), "as_of_source": None, **asked}
    return build_report(Request(**asked), frames, catalog())


@cache
def whole() -> Report:
    return report_on(dataset())


@cache
def by_owner() -> Report:
    return report_on(dataset(), by=("owner",))


def key(metric: Metric) -> tuple[Any, ...]:
    return (metric.id, metric.currency, tuple(metric.group.items()))


def values(report: Report) -> dict[tuple[Any, ...], Any]:
    return {key(metric): metric.value for metric in report.metrics}


def test_the_examples_allow_nearly_every_kpi() -> None:
    missing = {item.id for item in whole().not_computed}
    assert len(missing) <= len(catalog().kpis) // 10, missing


def test_row_order_changes_no_byte() -> None:
    shuffled = {kind: frame.sample(fraction=1, shuffle=True, seed=7) for kind, frame in dataset().items()}
    assert render(report_on(shuffled, by=("owner",)), "json") == render(by_owner(), "json")


def test_thread_count_changes_no_byte() -> None:
    command = [sys.executable, "-m", "salesmetrics", "report", *map(str, FRAMES), "--by", "owner", "--format", "json"]
    outputs = {
        subprocess.run(
            command, capture_output=True, check=True, env={**os.environ, "POLARS_MAX_THREADS": n}, timeout=300
        ).stdout
        for n in ("1", "7")
    }
    assert len(outputs) == 1


def test_a_file_in_two_parts_is_the_same_as_in_one(tmp_path: Path) -> None:
    lines = (EXAMPLES / "leads.csv").read_text("utf-8").splitlines(keepends=True)
    half = len(lines) // 2
    (tmp_path / "a.csv").write_text("".join(lines[:half]), "utf-8")
    (tmp_path / "b.csv").write_text("".join([lines[0], *lines[half:]]), "utf-8")
    others = [str(path) for path in FRAMES if path.stem != "leads"]
    split = load([*others, str(tmp_path / "a.csv"), str(tmp_path / "b.csv")])
    frames = {str(kind): frame for kind, frame in split.frames.items()}
    assert values(report_on(frames)) == values(whole())


def test_nothing_is_nan_or_infinite() -> None:
    for metric in (*whole().metrics, *by_owner().metrics):
        interval = metric.interval
        for value in (
            metric.value,
            metric.numerator,
            metric.denominator,
            *((interval.low, interval.high) if interval else ()),
        ):
            assert value is None or math.isfinite(float(value)), metric.id


def test_the_undefined_has_a_reason_and_the_defined_has_none() -> None:
    for metric in (*whole().metrics, *by_owner().metrics):
        assert (metric.value is None) == (metric.reason is not None), metric


def test_groups_of_an_additive_kpi_add_up() -> None:
    totals = values(whole())
    for kpi in catalog().kpis.values():
        if not kpi.additive:
            continue
        parts: dict[Any, Any] = {}
        for metric in by_owner().metrics:
            if metric.id == kpi.id and metric.group and metric.value is not None:
                parts[metric.currency] = parts.get(metric.currency, 0) + metric.value
        for currency, total in parts.items():
            assert total == totals[(kpi.id, currency, ())], kpi.id


NOT_ADDITIVE = {
    "missed_leads",
    "overdue_deals",
    "stalled_deals",
    "stalled_deals_by_age",
    "stalled_deals_in_stage",
    "new_customers",
    "quota_gap",
}
"""KPIs whose groups add up in the examples: counts out of so many, where few records say little; customers, who may be new in two
groups; a difference from quotas, which not every group has."""


def test_what_adds_up_is_declared_so() -> None:
    totals, sums, several = values(whole()), defaultdict(int), defaultdict(int)
    for metric in by_owner().metrics:
        if metric.group and metric.value:
            sums[metric.id, metric.currency] += metric.value
            several[metric.id, metric.currency] += 1
    adding = {
        kpi
        for (kpi, currency), total in sums.items()
        if total == totals[(kpi, currency, ())] and several[kpi, currency] > 1
    }
    assert adding - {kpi.id for kpi in catalog().kpis.values() if kpi.additive} == NOT_ADDITIVE


@pytest.mark.parametrize("kind", ["deals", "leads", "activities", "customers", "invoices", "surveys", "revenue"])
def test_no_records_are_zero_or_undefined(kind: str) -> None:
    frames = {**dataset(), kind: dataset()[kind].clear()}
    for metric in report_on(frames).metrics:
        shape = catalog().kpis[metric.id]
        entities = {m.entity for m in catalog().required_measures(shape).values()}
        if entities == {kind}:
            assert metric.value in {None, 0}, metric.id


def test_an_unrelated_file_changes_nothing() -> None:
    deals_only = {"deals": dataset()["deals"]}
    for extra in ("surveys", "rates"):
        more = {**deals_only, extra: dataset()[extra]}
        before, after = values(report_on(deals_only)), values(report_on(more))
        assert {k: after[k] for k in before} == before


def scaled(frame: pl.DataFrame) -> pl.DataFrame:
    money = [
        name
        for name, dtype in frame.schema.items()
        if dtype == pl.Decimal and name not in {"probability", "quantity", "rate", "position", "score"}
    ]
    return frame.with_columns(pl.col(name) * Decimal(10) for name in money)


def test_scaling_money_scales_money_and_nothing_else() -> None:
    before = values(whole())
    after = values(report_on({kind: scaled(frame) for kind, frame in dataset().items()}))
    for name, value in before.items():
        unit = catalog().kpis[name[0]].unit
        factor = 10 if unit in MONEY_UNITS else 1
        if value is None:
            assert after[name] is None, name
        else:
            assert float(after[name]) == pytest.approx(float(value) * factor, rel=1e-9), name


def moved(frame: pl.DataFrame) -> pl.DataFrame:
    dates = [name for name, dtype in frame.schema.items() if dtype in {pl.Date, pl.Datetime("us")}]
    return frame.with_columns(pl.col(name).dt.offset_by(f"{7 * DAYS}d") for name in dates)


def test_moving_all_dates_moves_no_duration() -> None:
    deals = {"deals": dataset()["deals"]}
    later = report_on({"deals": moved(deals["deals"])}, as_of=as_of() + timedelta(days=7 * DAYS))
    before = report_on(deals)
    for metric, other in zip(before.metrics, later.metrics, strict=True):
        if metric.unit in {"days", "hours"}:
            assert metric.value == other.value, metric.id


def test_the_same_twice_is_the_same_bytes() -> None:
    assert render(report_on(dataset()), "json") == render(whole(), "json")
    assert json.loads(render(whole(), "json"))["schema_version"] == "1"


def test_public_functions_work_on_numbers_and_expressions_alike() -> None:
    random.seed(3)
    for kpi in catalog().kpis.values():
        measures = [catalog().measures.get(name) for name in kpi.inputs]
        if any(m is None or m.shape != "number" for m in measures) or len(kpi.inputs) > 4:
            continue
        numbers = {name: random.randint(1, 50) for name in kpi.inputs}
        module = __import__(f"salesmetrics.metrics.{kpi.parts.__module__.rpartition('.')[2]}", fromlist=["x"])
        function = getattr(module, kpi.id)
        try:
            expression = function(**{name: pl.col(name) for name in numbers})
        except TypeError:
            continue  # a rule that branches on its value is for numbers only
        if not isinstance(expression, pl.Expr):
            continue
        column = pl.DataFrame({name: [float(n)] for name, n in numbers.items()}).select(expression.alias("x")).item()
        plain = function(**numbers)
        assert (column is None) == (plain is None), kpi.id
        assert plain is None or float(column) == pytest.approx(float(plain)), kpi.id


@pytest.mark.parametrize("kind", sorted(EMPTIED))
def test_a_condition_that_keeps_no_row_of_a_kind_leaves_every_kpi_an_answer(kind: str) -> None:
    frames = {**dataset(), kind: dataset()[kind].clear()}
    for period, by in (("this-quarter", ()), ("all", ("owner",))):
        found = build_report(resolve(as_of(), None, period=period, by=by), frames, catalog())
        for metric in found.metrics:
            assert (metric.value is None) == (metric.reason is not None), (metric.id, period)


def test_a_condition_that_keeps_no_quota_says_so() -> None:
    quotas = dataset()["quotas"]
    owner = quotas["owner"].drop_nulls()[0]
    frames = {**dataset(), "quotas": quotas.filter(pl.col("owner") != owner)}
    request = resolve(as_of(), None, period="this-quarter", where=f"owner = '{owner}'")
    found = build_report(request, frames, catalog()).metrics
    about = [metric for metric in found if metric.id in {"quota_attainment", "quota_gap", "pacing"}]
    assert about
    for metric in about:
        assert metric.value is None, metric
        assert metric.reason is not None, metric
