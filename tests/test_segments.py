"""How many groups and values a report may make."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from salesmetrics import load, report_on
from salesmetrics.engine.resolve import resolve
from salesmetrics.engine.trend import per_period
from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.catalog import catalog

if TYPE_CHECKING:
    from pathlib import Path

HEADER = "Deal ID,Stage,Amount,Owner,Region,Create Date,Close Date\n"


@pytest.fixture(scope="module")
def deals(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("deals") / "deals.csv"
    rows = (
        f"D{i},{'Closed Won' if i % 2 else 'Closed Lost'},{i % 50 + 1},Rep {i % 110},R{i // 110},2024-01-0{i % 9 + 1},2024-03-1{i % 9}\n"
        for i in range(10_010)
    )
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("by", "count"), [(["id"], "10,010"), (["owner", "region"], "10,010"), (["Deal ID"], "10,010")], ids=str
)
def test_groups_of_nearly_one_record_each_are_refused(by: list[str], count: str, deals: str) -> None:
    with pytest.raises(SalesmetricsError) as error:
        report_on(deals, by=by, kpis=["revenue"])
    assert error.value.code == "segments_too_many"
    assert f"would create {count} segments (limit 10,000)" in error.value.message


def test_the_first_of_so_many_can_be_kept(deals: str, monkeypatch: pytest.MonkeyPatch) -> None:
    report = report_on(deals, by=["id"], kpis=["revenue"], top=3)
    names = [metric.group.get("id") for metric in report.metrics]
    assert names == [None, "D49", "D99", "D149", "(others)"]
    total, *parts = (metric.value for metric in report.metrics)
    assert sum(parts) == total
    monkeypatch.setattr("salesmetrics.engine.prepare.MAX_RANKED", 10_009)
    with pytest.raises(SalesmetricsError) as error:
        report_on(deals, by=["id"], kpis=["win_rate"], sort="revenue", top=3)
    assert error.value.code == "segments_too_many"


def test_coarse_columns_are_not(deals: str) -> None:
    dataset = load(deals)
    assert len(report_on(dataset, by=["owner"], kpis=["revenue"]).metrics) == 111
    kept = report_on(dataset, by=["id"], where="owner = 'Rep 5'", kpis=["revenue"])
    assert len(kept.metrics) == 92


def test_a_series_of_too_many_values_is_refused(deals: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesmetrics.engine.series.MAX_VALUES", 150)
    dataset = load(deals)
    assert report_on(dataset, every="week", kpis=["revenue"]).metrics
    with pytest.raises(SalesmetricsError) as error:
        report_on(dataset, by=["owner"], every="week", kpis=["revenue"])
    assert error.value.code == "values_too_many"


def test_a_series_that_begins_long_ago_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    days = [date(1975, 1, 1), *(date(2026, 1, 1) + timedelta(days=i) for i in range(9))]
    path.write_text(
        HEADER + "".join(f"D{i},Closed Won,5,Kim,North,{day},{day}\n" for i, day in enumerate(days)), encoding="utf-8"
    )
    known = catalog()
    request = resolve(date(2026, 1, 9), "asked", every="week", kpis=("revenue_growth",))
    with pytest.raises(SalesmetricsError) as error:
        per_period(request, known.kpis["revenue_growth"], load(str(path)).entities, known)
    assert error.value.code == "values_too_many"
