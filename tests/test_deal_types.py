"""New business, renewals and expansions apart: `--by type`, new customers, and the finding that says when a total misleads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from salesmetrics.library import load, report_on

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.report.model import Report

DEALS = [
    "Deal ID,Stage,Amount,Close Date,Create Date,Account,Deal Type",
    "1,Won,500,2025-01-13,2025-01-01,Acme,New Business",
    "2,Won,150,2025-02-14,2025-01-01,Acme,Renewal",
    "3,Lost,250,2025-03-15,2025-01-01,Beta,New Business",
]
CALLS = [
    "Activity ID,Activity Type,Activity Date,Owner,Deal ID,Direction",
    "a,Call,2025-01-02,Ann,1,Outbound",
    "b,Meeting,2025-01-03,Ann,1,Outbound",
    "c,Call,2025-01-04,Ann,2,Outbound",
]
ANSWERS = ["Response ID,Survey Type,Score,Answered", "s,NPS,10,2025-01-05", "t,NPS,3,2025-01-06"]


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    for name, lines in (("deals", DEALS), ("activities", CALLS), ("surveys", ANSWERS)):
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return load(*(f"{name}={tmp_path / name}.csv" for name in ("deals", "activities", "surveys")))


def found(report: Report, kpi: str) -> dict[Any, Any]:
    return {next(iter(m.group.values()), "all"): m.value for m in report.metrics if m.id == kpi}


@pytest.mark.parametrize("name", ["type", "Deal Type"])
def test_type_is_the_type_of_the_deal(dataset: Dataset, name: str) -> None:
    report = report_on(dataset, kpis=["revenue", "calls", "nps"], by=[name])
    assert found(report, "revenue") == {"all": 650, "New Business": 500, "Renewal": 150}
    assert found(report, "calls") == {"all": 2, "New Business": None, "Renewal": None}
    assert {m.reason for m in report.metrics if m.group and m.id in {"calls", "nps"}} == {"not_by_dimension"}


@pytest.mark.parametrize("name", ["activity_type", "Activity Type"])
def test_the_type_of_an_activity_goes_by_its_own_name(dataset: Dataset, name: str) -> None:
    report = report_on(dataset, kpis=["activities", "calls", "revenue"], by=[name])
    assert found(report, "activities") == {"all": 3, "call": 2, "meeting": 1}
    assert found(report, "revenue") == {"all": 650, "call": None, "meeting": None}


def test_the_type_of_a_survey_too(dataset: Dataset) -> None:
    assert found(report_on(dataset, kpis=["nps"], by=["Survey Type"]), "nps") == {"all": 0, "nps": 0}


def test_a_condition_on_the_type_is_on_that_of_the_deal(dataset: Dataset) -> None:
    assert found(report_on(dataset, kpis=["revenue"], where="type = 'Renewal'"), "revenue") == {"all": 150}
    assert found(report_on(dataset, kpis=["calls"], where="\"Activity Type\" = 'call'"), "calls") == {"all": 2}


def test_where_no_deal_has_a_type_it_is_that_of_the_activities(tmp_path: Path) -> None:
    (tmp_path / "activities.csv").write_text("\n".join(CALLS) + "\n", "utf-8")
    report = report_on(load(str(tmp_path / "activities.csv")), kpis=["activities"], by=["type"])
    assert found(report, "activities") == {"all": 3, "call": 2, "meeting": 1}
