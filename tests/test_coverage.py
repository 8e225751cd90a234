"""A period that the records do not reach is unknown, not zero."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesmetrics import report_on
from salesmetrics.metrics.catalog import catalog

EXAMPLES = Path(__file__).parent.parent / "examples"
HEADER = "Deal ID,Deal owner,Stage,Amount,Created date,Close date\n"
DEALS = HEADER + (
    "1,Ann,Closed Won,10,2025-02-01,2025-03-10\n"
    "2,Ann,Closed Lost,10,2025-02-01,2025-05-10\n"
    "3,Bob,Proposal,30,2025-02-01,2025-12-10\n"
)


def metrics(folder: Path, text: str, **asked: Any) -> dict[str, Any]:
    path = folder / "deals.csv"
    path.write_text(text, "utf-8")
    return {m.id: m for m in report_on(str(path), **asked).metrics if not m.group}


@pytest.mark.parametrize("period", ["2024-Q1", "2025-Q4"])
def test_a_period_before_or_after_the_data_is_unknown(tmp_path: Path, period: str) -> None:
    found = metrics(tmp_path, DEALS, period=period, as_of=date(2026, 1, 31), kpis=["revenue", "won_deals", "win_rate"])
    assert {(m.value, m.reason) for m in found.values()} == {(None, "outside_data")}


def test_a_quiet_month_within_the_data_is_zero(tmp_path: Path) -> None:
    found = metrics(tmp_path, DEALS, period="2025-04", kpis=["revenue", "won_deals"])
    assert [m.value for m in found.values()] == [0, 0]


def test_what_lies_before_the_data_is_no_comparison(tmp_path: Path) -> None:
    found = metrics(tmp_path, DEALS, period="2025-Q1", compare="previous", kpis=["won_deals"])
    assert (found["won_deals"].value, found["won_deals"].previous, found["won_deals"].change) == (1, None, None)


def test_a_file_that_ends_long_before_the_day_of_the_report_is_said(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(DEALS, "utf-8")
    late = report_on(str(path), as_of=date(2025, 9, 30), kpis=["won_deals"])
    assert "data_end_early" in {f.code for f in late.findings}
    assert "data_end_early" not in {f.code for f in report_on(str(path), kpis=["won_deals"]).findings}


def test_a_file_of_won_deals_has_no_win_rate(tmp_path: Path) -> None:
    won = HEADER + "1,Ann,Closed Won,10,2025-02-01,2025-03-10\n2,Bob,Closed Won,10,2025-02-01,2025-05-10\n"
    found = metrics(tmp_path, won, kpis=["win_rate", "loss_rate", "lost_deals", "open_deals", "won_deals"])
    assert found["won_deals"].value == 2
    assert {found[k].reason for k in ("win_rate", "loss_rate", "lost_deals", "open_deals")} == {"only_won_deals"}


@pytest.mark.parametrize("period", ["all", "2026-Q3"])
def test_what_a_file_of_won_deals_says_is_what_the_whole_file_says(tmp_path: Path, period: str) -> None:
    """A KPI that others than won deals make another of is unknown without them, and never 0."""
    with (EXAMPLES / "deals.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    stage = rows[0].index("Deal Stage")
    with (tmp_path / "deals.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([rows[0], *(row for row in rows[1:] if row[stage] == "Closed won")])
    quotas = str(EXAMPLES / "quotas.csv")

    def values(deals: Path) -> dict[str, tuple[Any, str | None]]:
        asked = report_on(str(deals), quotas, as_of=date(2026, 9, 30), kpis=list(catalog().kpis), period=period)
        return {m.id: (m.value, m.reason) for m in asked.metrics if not m.group}

    whole, won = values(EXAMPLES / "deals.csv"), values(tmp_path / "deals.csv")
    assert {kpi for kpi, (value, _) in won.items() if value is not None and value != whole[kpi][0]} == set()
    of_others = [kpi for kpi, (value, _) in whole.items() if value is not None and won.get(kpi, ("", ""))[0] is None]
    assert {"overdue_pipeline", "overdue_deals", "open_deals", "pipeline_due", "lost_deals"} <= set(of_others)
    assert {won[kpi][1] for kpi in of_others if kpi != "stalled_deals"} == {"only_won_deals"}


def test_a_state_beside_a_period_says_its_day(tmp_path: Path) -> None:
    found = metrics(tmp_path, DEALS, period="2025-Q1", as_of=date(2025, 5, 31), kpis=["open_deals", "won_deals"])
    assert found["open_deals"].period.label == "on 2025-05-31"
    assert found["won_deals"].period is None


def test_the_interval_of_a_mean_of_amounts_does_not_begin_below_zero(tmp_path: Path) -> None:
    # Thirty amounts of nearly nothing, and refunds are none of them: the cubic of Hall's interval would reach below zero.
    amounts = [1] * 29 + [100_000]
    rows = [f"{i},Ann,Closed Won,{amount},2025-02-01,2025-03-{1 + i % 28:02d}\n" for i, amount in enumerate(amounts)]
    text = HEADER + "".join(rows)
    assert metrics(tmp_path, text, kpis=["average_deal_size"])["average_deal_size"].interval.low == 0
