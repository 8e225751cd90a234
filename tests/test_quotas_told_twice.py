"""Quotas of overlapping periods are no sum, and quotas that are there twice are named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from salesmetrics.ingest.read import load
from salesmetrics.library import report_on

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.ingest.read import Dataset

DEALS = "Deal ID,Owner,Stage,Amount,Close Date\n1,Kim,Won,50,2026-02-03\n2,Lee,Lost,5,2026-03-31\n"


def read(folder: Path, *lines: str) -> Dataset:
    (folder / "quotas.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "deals.csv").write_text(DEALS, encoding="utf-8")
    return load([f"quotas={folder / 'quotas.csv'}", str(folder / "deals.csv")])


def overlaps(dataset: Dataset) -> list[list[int]]:
    return [list(said.rows) for said in dataset.findings if said.code == "quotas_overlap"]


@pytest.mark.parametrize(
    "lines",
    [
        ["Rep,Period,Quota", "Kim,2026-01,3", "Kim,2026-02,3", "Kim,2026-03,3", "Kim,2026-Q1,9", "Lee,2026-Q1,4"],
        ["Verkäufer;Zeitraum;Ziel", "Kim;2026;9", "Lee;2026-Q1;4", "Kim;2026-Q2;3"],
        ["Period,Quota", "2026,9", "2026-Q1,4"],
        ["Team,Start,End,Quota", "A,2026-01-01,2026-06-30,9", "A,2026-06-01,2026-12-31,4"],
        ["Rep,Period,Quota", "Kim,2026-Q1,9", "Kim,Q1 2026,7"],
    ],
)
def test_overlapping_quotas_are_withheld(tmp_path: Path, lines: list[str]) -> None:
    dataset = read(tmp_path, *lines)
    (rows,) = overlaps(dataset)
    assert len(rows) >= 2
    assert {(w.fact, w.reason) for w in dataset.withheld if w.kind == "quotas"} == {("amount", "quotas_overlap")}
    report = report_on(dataset, period="2026-Q1", kpis=("quota_attainment", "quota_gap", "win_rate"))
    found = {metric.id: (metric.value is None, metric.reason) for metric in report.metrics}
    assert found["quota_attainment"] == (True, "quotas_overlap")
    assert not found["win_rate"][0]


@pytest.mark.parametrize(
    "lines",
    [
        ["Rep,Period,Quota", "Kim,2026-01,3", "Kim,2026-02,3", "Lee,2026-Q1,9"],
        ["Rep,Period,Quota", "Kim,2026-Q1,3", ",2026-01,9"],
        ["Rep,Start,End,Quota", "Kim,2026-01-01,2026-04-01,3", "Kim,2026-04-01,2026-07-01,9"],
        ["Rep,Period,Measure,Quota", "Kim,2026-Q1,new,3", "Kim,2026-Q1,renewal,9"],
        ["Rep,Product,Period,Quota", "Kim,Pens,2026-Q1,3", "Kim,Ink,2026,9"],
    ],
)
def test_quotas_of_others_or_of_something_else_do_not_overlap(tmp_path: Path, lines: list[str]) -> None:
    dataset = read(tmp_path, *lines)
    assert not overlaps(dataset)
    assert not [item for item in dataset.withheld if item.kind == "quotas"]


def test_a_quota_that_is_there_twice_is_named(tmp_path: Path) -> None:
    dataset = read(tmp_path, "Rep,Period,Quota", "Kim,2026-Q1,3", "Lee,2026-Q1,3", "Kim,2026-Q1,3")
    assert [(said.severity, said.rows) for said in dataset.findings if said.code == "quota_twice"] == [
        ("warning", (4,))
    ]
    assert not overlaps(dataset)
