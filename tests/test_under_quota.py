"""Sales are set against quotas like for like: of those who have one, on the days that it covers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from salesmetrics.answers.report import Period
from salesmetrics.drilldown.rows import kpi_rows
from salesmetrics.engine.build import Request, build_report
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import load
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.incentives import IncentivePlan, Tier
from salesmetrics.metrics.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.answers.report import Report

DEALS = (
    "Deal ID,Owner,Team,Amount,Status,Created,Closed\n"
    "1,Ann,North,100,Won,2025-01-05,2025-11-01\n"
    "2,Ann,North,900,Won,2025-01-05,2025-02-01\n"
    "3,Bob,North,30,Won,2025-01-09,2025-12-31\n"
    "4,Cy,South,7,Won,2025-01-09,2025-12-30\n"
)
ANN = "Owner,Period,Quota\nAnn,2025-Q4,200\n"
KPIS = ("quota_attainment", "quota_gap", "pacing")
QUARTER = Period(label="2025-Q4", start=date(2025, 10, 1), end=date(2026, 1, 1))
YEAR = Period(label="2025", start=date(2025, 1, 1), end=date(2026, 1, 1))


def report_on(folder: Path, quotas: str, period: Period, *by: str) -> Report:
    (folder / "deals.csv").write_text(DEALS, encoding="utf-8")
    (folder / "quotas.csv").write_text(quotas, encoding="utf-8")
    dataset = load([f"deals={folder / 'deals.csv'}", f"quotas={folder / 'quotas.csv'}"])
    request = Request(as_of=date(2025, 12, 31), as_of_source=None, by=by, kpis=KPIS, period=period)
    frames = {str(kind): frame for kind, frame in dataset.frames.items()}
    return build_report(request, frames, catalog(), findings=dataset.findings)


def values(report: Report, *group: str) -> dict[str, Any]:
    return {m.id: m.value for m in report.metrics if tuple(m.group.values()) == group}


def said(report: Report) -> dict[str, str]:
    return {f.code: f.message for f in report.findings if f.code in {"quota_owners_missing", "quota_days_partial"}}


def test_sales_of_owners_without_a_quota_are_left_out_and_counted(tmp_path: Path) -> None:
    report = report_on(tmp_path, ANN, QUARTER)
    assert values(report) == {"quota_attainment": 0.5, "quota_gap": Decimal(100), "pacing": 0.5}
    assert {(e.code, e.count) for m in report.metrics for e in m.excluded if e.count} == {("no_quota", 2)}
    assert said(report)["quota_owners_missing"].startswith(
        "2 of 3 owners with won deals have no quota in the period: their 37 is left out"
    )


def test_an_owner_without_a_quota_has_no_attainment_and_the_reason_says_so(tmp_path: Path) -> None:
    report = report_on(tmp_path, ANN, QUARTER, "owner")
    assert values(report, "Ann")["quota_gap"] == 100
    assert {(m.value, m.reason) for m in report.metrics if m.group == {"owner": "Bob"}} == {(None, "no_quota")}


def test_only_days_that_quotas_cover_count(tmp_path: Path) -> None:
    report = report_on(tmp_path, ANN, YEAR)
    assert values(report)["quota_attainment"] == 0.5
    assert "quotas cover 92 of 365 days of the period" in said(report)["quota_days_partial"]


def test_with_a_quota_of_the_company_all_sales_count(tmp_path: Path) -> None:
    report = report_on(tmp_path, "Period,Quota\n2025-Q4,137\n", QUARTER)
    assert values(report)["quota_attainment"] == 1
    assert said(report) == {}


def test_with_a_quota_of_a_team_its_sales_count(tmp_path: Path) -> None:
    report = report_on(tmp_path, "Team,Period,Quota\nNorth,2025-Q4,260\n", QUARTER)
    assert values(report)["quota_attainment"] == 0.5
    assert said(report)["quota_owners_missing"].startswith("1 of 2 teams with won deals has no quota")


def test_quotas_without_any_period_are_an_error_and_the_kpi_says_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(DEALS, encoding="utf-8")
    (tmp_path / "quotas.csv").write_text("Rep,Quota\nAnn,200\n", encoding="utf-8")
    dataset = load([str(tmp_path / "deals.csv"), str(tmp_path / "quotas.csv")])
    assert [f.severity for f in dataset.findings if f.code == "quota_without_period"] == ["error"]
    frames = {str(kind): frame for kind, frame in dataset.frames.items()}
    request = Request(as_of=date(2025, 12, 31), as_of_source=None, kpis=("quota_attainment", "revenue"))
    refused = build_report(request, frames, catalog()).not_computed
    assert [(r.id, r.needs) for r in refused] == [
        ("quota_attainment", "amount and period, or start and end, in the quotas file")
    ]


@pytest.mark.parametrize("kind", ["", "quotas="])
@pytest.mark.parametrize("header", ["Rep,Q1,Q2,Q3,Q4", "Rep,2025-Q1,2025-Q2,2025-Q3", "Rep,Jan,Feb,Mar 2025"])
def test_quotas_with_periods_side_by_side_are_told_how_to_be_reshaped(tmp_path: Path, kind: str, header: str) -> None:
    row = ",".join(["Ann", *(str(100 * n) for n in range(1, header.count(",") + 1))])
    (tmp_path / "wide.csv").write_text(f"{header}\n{row}\n", encoding="utf-8")
    with pytest.raises(SalesmetricsError) as refused:
        load([f"{kind}{tmp_path / 'wide.csv'}"])
    assert "look like one column per period" in str(refused.value)
    assert "one row per rep and period" in str(refused.value.hint)


PLAN = IncentivePlan(tiers=(Tier(Decimal(0), Decimal("0.1")),))


def rows_of(folder: Path, kpi: str) -> list[dict[str, Any]]:
    (folder / "deals.csv").write_text(DEALS, encoding="utf-8")
    (folder / "quotas.csv").write_text(ANN, encoding="utf-8")
    frames = {str(kind): frame for kind, frame in load([str(folder)]).frames.items()}
    request = Request(
        as_of=date(2025, 12, 31), as_of_source=None, kpis=(kpi,), period=YEAR, settings=Settings(incentive=PLAN)
    )
    return kpi_rows(request, frames, catalog()).sort("owner").to_dicts()


def test_the_rows_of_a_payout_are_reps_with_sales_quota_and_pay(tmp_path: Path) -> None:
    shown = [
        (r["owner"], r["amount"], r["quota"], r["value"], r["left_out"]) for r in rows_of(tmp_path, "incentive_payout")
    ]
    none = (None, None, None, "no_quota")
    assert shown == [("Ann", 100, 200, 10, None), ("Bob", *none), ("Cy", *none)]


def test_the_rows_of_reps_at_quota_add_up_to_it(tmp_path: Path) -> None:
    shown = [(r["owner"], r["numerator"], r["denominator"]) for r in rows_of(tmp_path, "reps_at_quota")]
    assert shown == [("Ann", 0, 1), ("Bob", None, None), ("Cy", None, None)]


SOLD = (
    "Deal ID,Owner,Product,Amount,Status,Created,Closed,Expected Close\n"
    "1,Ann,Alpha,100,Won,2025-01-05,2025-11-01,\n"
    "2,Ann,Beta,40,Won,2025-01-05,2025-11-02,\n"
    "3,Bob,Alpha,60,Won,2025-01-09,2025-12-01,\n"
    "4,Bob,Gamma,7,Won,2025-01-09,2025-12-30,\n"
    "5,Bob,,5,Won,2025-01-09,2025-12-30,\n"
    "6,Ann,Beta,90,Open,2025-01-09,,2025-12-31\n"
    "7,Ann,Gamma,1000,Open,2025-01-09,,2025-12-31\n"
)


def by_product(folder: Path, quotas: str, *by: str) -> dict[tuple[str | None, ...], dict[str, Any]]:
    (folder / "deals.csv").write_text(SOLD, encoding="utf-8")
    (folder / "quotas.csv").write_text(quotas, encoding="utf-8")
    dataset = load([f"deals={folder / 'deals.csv'}", f"quotas={folder / 'quotas.csv'}"])
    kpis = ("quota_attainment", "quota_gap", "pipeline_coverage", "reps_at_quota")
    request = Request(as_of=date(2025, 12, 30), as_of_source=None, by=by, kpis=kpis, period=QUARTER)
    frames = {str(kind): frame for kind, frame in dataset.frames.items()}
    found: dict[tuple[str | None, ...], dict[str, Any]] = {}
    for m in build_report(request, frames, catalog()).metrics:
        found.setdefault(tuple(m.group.values()), {})[m.id] = m.value if m.value is not None else m.reason
    return found


def test_the_deals_of_a_product_are_set_against_its_quota(tmp_path: Path) -> None:
    found = by_product(tmp_path, "Product,Period,Quota\nAlpha,2025-Q4,200\nBeta,2025-Q4,50\n", "product")
    assert found[()] == {"quota_attainment": 0.8, "quota_gap": 50, "pipeline_coverage": 90 / 250}
    assert found["Alpha",] == {"quota_attainment": 0.8, "quota_gap": 40, "pipeline_coverage": 0}
    assert found["Beta",] == {"quota_attainment": 0.8, "quota_gap": 10, "pipeline_coverage": 90 / 50}
    assert found["Gamma",] == found[None,] == dict.fromkeys(found[()], "no_quota")


def test_a_quota_of_a_rep_for_a_product_is_for_the_reps_deals_of_that_product(tmp_path: Path) -> None:
    quotas = "Owner,Product,Period,Quota\nAnn,Alpha,2025-Q4,100\nBob,Alpha,2025-Q4,100\nAnn,Beta,2025-Q4,80\n"
    total = {"quota_attainment": 200 / 280, "quota_gap": 80, "pipeline_coverage": 90 / 280, "reps_at_quota": 0}
    assert by_product(tmp_path, quotas)[()] == total
    found = by_product(tmp_path, quotas, "product")
    assert found[()] == total
    assert found["Alpha",] == {
        "quota_attainment": 0.8, "quota_gap": 40, "pipeline_coverage": 0, "reps_at_quota": 0.5,
    }  # fmt: skip
    assert found["Gamma",]["quota_attainment"] == "no_quota"
    found = by_product(tmp_path, quotas, "owner")
    assert found["Ann",]["quota_attainment"] == 140 / 180
    assert found["Bob",]["quota_attainment"] == 0.6


def test_quotas_of_products_beside_those_of_reps_are_another_cut_of_the_same_target(tmp_path: Path) -> None:
    quotas = "Owner,Product,Period,Quota\nAnn,,2025-Q4,280\nBob,,2025-Q4,144\n,Alpha,2025-Q4,320\n,Beta,2025-Q4,80\n"
    assert by_product(tmp_path, quotas)[()]["quota_attainment"] == 212 / 424
    assert by_product(tmp_path, quotas, "owner")["Ann",]["quota_attainment"] == 0.5
    found = by_product(tmp_path, quotas, "product")
    assert found[()]["quota_attainment"] == 200 / 400
    assert found["Alpha",]["quota_attainment"] == found["Beta",]["quota_attainment"] == 0.5


def test_a_product_spelt_otherwise_in_the_quotas_is_said(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(SOLD, encoding="utf-8")
    (tmp_path / "quotas.csv").write_text("Product,Period,Quota\nal pha,2025-Q4,200\n", encoding="utf-8")
    dataset = load([f"deals={tmp_path / 'deals.csv'}", f"quotas={tmp_path / 'quotas.csv'}"])
    assert [(f.column, f.count) for f in dataset.findings if f.code == "names_nearly_match"] == [("Product", 1)]
