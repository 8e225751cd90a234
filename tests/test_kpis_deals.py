"""The KPIs of deals against DuckDB, on the examples and on two real exports, total and by segment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import oracle_deals
from salesmetrics.engine.build import Request, build_report
from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from salesmetrics.answers.report import Report

EXAMPLES = Path(__file__).parent.parent / "examples"
KPIS = [
    "revenue",
    "won_deals",
    "lost_deals",
    "other_deals",
    "open_deals",
    "created_deals",
    "average_deal_size",
    "median_deal_size",
    "deal_concentration",
    "win_rate",
    "win_rate_value",
    "win_rate_broad",
    "win_rate_created",
    "loss_rate",
    "win_loss_ratio",
    "sales_cycle_mean",
    "sales_cycle_median",
    "sales_cycle_p90",
    "time_to_loss_median",
    "deal_age_median",
    "open_pipeline",
    "weighted_pipeline",
    "pipeline_created",
    "overdue_deals",
    "overdue_pipeline",
    "pipeline_due",
    "lost_value",
    "other_value",
    "average_lost_deal_size",
    "average_open_deal_size",
    "pipeline_velocity",
    "new_customers",
]
OTHER_WORDS = "'duplicate', 'void', 'disqualified'"


def report_on(path: Path, *by: str) -> Report:
    dataset = load([str(path)])
    as_of, source = dataset.last_event or (None, None)
    asked = Request(as_of=as_of, as_of_source=source, by=by, families=FAMILIES)
    return build_report(asked, {str(k): f for k, f in dataset.frames.items()}, catalog())


FAMILIES = ("revenue", "counts", "conversion", "size", "speed", "pipeline")


def values_of(report: Report, dimension: str | None) -> dict[str | None, dict[str, Any]]:
    found: dict[str | None, dict[str, Any]] = {}
    for metric in report.metrics:
        if metric.id in KPIS and bool(metric.group) == (dimension is not None):
            key = metric.group[dimension] if dimension else "all"
            found.setdefault(key, {})[metric.id] = metric.value
    return found


def assert_same(ours: dict[str | None, dict[str, Any]], theirs: dict[str | None, dict[str, Any]]) -> None:
    assert ours.keys() == theirs.keys()
    for group, kpis in ours.items():
        for kpi, value in kpis.items():
            expected = theirs[group][kpi]
            if value is None or expected is None:
                assert value is None, (group, kpi, value, expected)
                assert expected is None, (group, kpi, value, expected)
            else:
                assert float(value) == pytest.approx(float(expected), rel=1e-12), (group, kpi)


CASES = [
    ("maven_crm_original/sales_pipeline.csv", oracle_deals.MAVEN, "owner"),
    ("maven_crm_original/sales_pipeline.csv", oracle_deals.MAVEN, "product"),
    ("zoho_crm_demo/Potentials.csv", oracle_deals.ZOHO, "owner"),
    ("zoho_crm_demo/Potentials.csv", oracle_deals.ZOHO, "source"),
]


@pytest.mark.parametrize(("file", "source", "dimension"), CASES)
def test_real_exports_agree_with_sql(realdata: Path, file: str, source: str, dimension: str) -> None:
    report = report_on(realdata / file, dimension)
    assert report.as_of is not None
    for by in (None, dimension):
        expression = dimension if by else "'all'"
        theirs = oracle_deals.kpis_of(realdata / file, source, expression, report.as_of)
        assert_same(values_of(report, by), theirs)


@pytest.mark.parametrize("dimension", ["owner", "region"])
def test_examples_agree_with_sql(dimension: str) -> None:
    path = EXAMPLES / "deals.csv"
    report = report_on(path, dimension)
    assert report.as_of is not None
    for by in (None, dimension):
        expression = dimension if by else "'all'"
        theirs = oracle_deals.kpis_of(path, oracle_deals.HUBSPOT, expression, report.as_of, other=OTHER_WORDS)
        assert_same(values_of(report, by), theirs)


def test_concentration_is_of_as_many_deals_as_the_average() -> None:
    found = {m.id: m for m in report_on(EXAMPLES / "deals.csv").metrics}
    concentration, average = found["deal_concentration"], found["average_deal_size"]
    assert concentration.n == average.n
    assert concentration.denominator == average.numerator


def test_every_deal_kpi_is_compared() -> None:
    report = report_on(EXAMPLES / "deals.csv")
    assert {m.id for m in report.metrics} >= set(KPIS)
