"""The records behind a KPI add up to the KPI, for every KPI that the examples allow."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.definition import Mean, Quantile
from salesmetrics.render.records import render_records
from salesmetrics.report.build import Request, build_report
from salesmetrics.report.rows import kpi_rows

EXAMPLES = Path(__file__).parent.parent / "examples"
DATASET = load([str(EXAMPLES / "deals.csv")])
FRAMES = {str(kind): frame for kind, frame in DATASET.frames.items()}
AS_OF = (DATASET.last_event or (None, None))[0]
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


def records() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "kpi": ["win_rate"] * 2,
            "entity": ["deals"] * 2,
            "row": [2, 3],
            "numerator": [1, 0],
            "denominator": [1, 1],
            "left_out": [None, "missing_amount"],
            "id": ["31400210000", "31400210113"],
            "name": ["Flintmark Agri and all of its daughters", "Osierbridge\nMarine"],
            "account": ["Flintmark Agri", None],
            "owner": ["Karim Bellweather", "Tobin Ashgrove"],
            "outcome": ["won", "lost"],
            "amount": [1555.5, 160875.0],
            "created": [date(2024, 10, 2), date(2024, 10, 4)],
            "closed": [date(2024, 10, 9), date(2025, 1, 17)],
        }
    )


def test_records_at_a_terminal_keep_what_matters_and_say_what_they_drop() -> None:
    text = render_records(records(), "win_rate", "table", width=80, color=False)
    head, names, first, _, *rest = text.splitlines()
    assert head == "kpi win_rate, entity deals"
    assert names.split() == ["row", "k/n", "left_out", "id", "name", "owner", "outcome"]
    assert first == "  2  1 / 1                  31400210000  Flintmark Agri…   Karim Bellw…  won"
    assert " ".join(rest) == "narrowed to 80 columns: account, amount, created, closed are in --format csv"


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_records_fit_the_terminal_and_identifiers_stay_whole(width: int) -> None:
    text = render_records(records(), "win_rate", "table", width=width, color=False, ascii_only=True)
    assert all(len(line) <= width for line in text.splitlines())
    assert text.isascii()
    assert {"31400210000", "31400210113"} <= set(text.split())


def test_records_in_a_pipe_are_whole() -> None:
    text = render_records(records(), "win_rate", "table", width=None, color=False)
    assert "Flintmark Agri and all of its daughters" in text
    assert "Osierbridge Marine" in text
    assert len(text.splitlines()) == 4
    assert "narrowed" not in text
