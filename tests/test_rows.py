"""The records behind a KPI add up to the KPI, for every KPI that the examples allow."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from salesmetrics.ingest.read import last_event, load
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.definition import Mean, Quantile
from salesmetrics.report.build import Request, build_report
from salesmetrics.report.rows import kpi_rows

EXAMPLES = Path(__file__).parent.parent / "examples"
DATASET = load([str(EXAMPLES / "deals.csv")])
FRAMES = {str(kind): frame for kind, frame in DATASET.frames.items()}
AS_OF = (last_event(DATASET) or (None, None))[0]
DEAL_FAMILIES = ("revenue", "counts", "conversion", "size", "speed", "pipeline")


def request_for(kpi: str) -> Request:
    return Request(as_of=AS_OF, as_of_source="test", kpis=(kpi,))


REPORT = build_report(Request(as_of=AS_OF, as_of_source="test", families=DEAL_FAMILIES), FRAMES, catalog())
SIMPLE = [
    m
    for m in REPORT.metrics
    if m.value is not None and all(name in catalog().measures for name in catalog().kpis[m.id].inputs)
]


@pytest.mark.parametrize("metric", SIMPLE, ids=lambda m: m.id)
def test_records_add_up(metric) -> None:
    rows = kpi_rows(request_for(metric.id), FRAMES, catalog())
    assert rows["kpi"].unique().to_list() == [metric.id]
    distinct = any(
        "distinct" in catalog().measures[name].expression.__code__.co_names for name in catalog().kpis[metric.id].inputs
    )
    counted = rows.filter(pl.col("value").is_not_null())
    if metric.numerator is not None and rows["numerator"].null_count() < rows.height:
        assert rows["numerator"].sum() == metric.numerator
        assert rows["denominator"].sum() == metric.denominator
    elif metric.n is not None and counted.height and not distinct and metric.unit != "count":
        assert counted.height == metric.n
    elif not distinct and counted.height and metric.unit == "count":
        assert counted["value"].sum() == metric.value
    for item in metric.excluded:
        if not item.code.startswith("missing_close_date"):
            left = rows.filter(pl.col("left_out").fill_null("").str.contains(item.code, literal=True)).height
            assert left == item.count, item.code


def test_a_mean_lists_its_values() -> None:
    rows = kpi_rows(request_for("average_deal_size"), FRAMES, catalog())
    metric = next(m for m in REPORT.metrics if m.id == "average_deal_size")
    assert rows["value"].sum() == metric.numerator
    assert rows["value"].count() == metric.denominator


def test_a_kpi_of_kpis_lists_the_records_of_each() -> None:
    rows = kpi_rows(request_for("pipeline_velocity"), FRAMES, catalog())
    assert set(rows["kpi"].to_list()) >= {"win_rate", "average_deal_size", "sales_cycle_mean"}


def test_every_row_names_its_place_in_the_file() -> None:
    rows = kpi_rows(request_for("win_rate"), FRAMES, catalog())
    lines = (EXAMPLES / "deals.csv").read_text("utf-8").splitlines()
    for row, name in rows.select("row", "name").head(50).iter_rows():
        assert name in lines[row - 1]


def test_shapes_are_what_the_rows_assume() -> None:
    assert isinstance(catalog().kpis["average_deal_size"].parts([1]), Mean)
    assert isinstance(catalog().kpis["median_deal_size"].parts([1]), Quantile)
