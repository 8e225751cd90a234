"""What other tools get wrong, each as a small export that would show it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from salesmetrics import load, report_on

if TYPE_CHECKING:
    from pathlib import Path


def value_of(folder: Path, kpi: str, *files: tuple[str, str], by: str | None = None, **more: Any) -> Any:
    """The metric of a KPI over files given as (name, text); with ``by`` a mapping from segment to metric."""
    paths = []
    for name, text in files:
        path = folder / name
        path.write_text(text, "utf-8")
        paths.append(str(path))
    report = report_on(*paths, kpis=[kpi], by=[by] if by else (), **more)
    if by is None:
        return [m for m in report.metrics if not m.group]
    return {m.group[by]: m for m in report.metrics if m.group}


HEADER = "Deal ID,Deal owner,Stage,Amount,Currency,Created date,Close date\n"


def test_a_rep_with_wins_and_no_losses_wins_all(tmp_path: Path) -> None:
    text = HEADER + "1,Ann,Closed Won,10,EUR,2026-01-01,2026-01-20\n2,Bob,Closed Lost,10,EUR,2026-01-01,2026-01-20\n"
    by_owner = value_of(tmp_path, "win_rate", ("deals.csv", text), by="owner")
    assert by_owner["Ann"].value == 1
    assert by_owner["Bob"].value == 0
    assert (by_owner["Ann"].numerator, by_owner["Ann"].denominator) == (1, 1)


def test_no_decided_deal_is_no_rate(tmp_path: Path) -> None:
    text = HEADER + "1,Ann,Qualification,10,EUR,2026-01-01,2026-03-01\n"
    (metric,) = value_of(tmp_path, "win_rate", ("deals.csv", text))
    assert (metric.value, metric.reason, metric.interval) == (None, "no_won_stage", None)


def test_a_lost_deal_is_never_pipeline(tmp_path: Path) -> None:
    text = HEADER + "1,Ann,Closed Lost,1000,EUR,2026-01-01,2026-01-20\n2,Ann,Proposal,7,EUR,2026-01-01,2026-03-20\n"
    (metric,) = value_of(tmp_path, "open_pipeline", ("deals.csv", text))
    assert metric.value == 7


def test_a_cycle_is_never_negative_in_silence(tmp_path: Path) -> None:
    text = HEADER + ("1,Ann,Closed Won,10,EUR,2026-01-20,2026-01-01\n2,Ann,Closed Won,10,EUR,2026-01-01,2026-01-11\n")
    (metric,) = value_of(tmp_path, "sales_cycle_mean", ("deals.csv", text))
    assert (metric.value, metric.n) == (10, 1)
    assert {e.code: e.count for e in metric.excluded}["negative_duration"] == 1
    assert "closed_before_created" in {f.code for f in load(str(tmp_path / "deals.csv")).findings} or any(
        "before" in f.code for f in load(str(tmp_path / "deals.csv")).findings
    )


def test_currencies_are_never_added(tmp_path: Path) -> None:
    text = HEADER + ("1,Ann,Closed Won,1000,JPY,2026-01-01,2026-01-20\n2,Ann,Closed Won,50,USD,2026-01-01,2026-01-20\n")
    metrics = value_of(tmp_path, "revenue", ("deals.csv", text))
    assert {m.currency: m.value for m in metrics} == {"JPY": 1000, "USD": 50}


@pytest.mark.parametrize("words", [("True", "False"), ("TRUE", "FALSE"), ("true", "false"), ("1", "0"), ("Yes", "No")])
def test_flags_are_the_same_in_any_spelling(tmp_path: Path, words: tuple[str, str]) -> None:
    yes, no = words
    text = (
        f"Id,IsWon,IsClosed,StageName,Amount,CloseDate\n1,{yes},{yes},X,25,2026-01-20\n2,{no},{yes},Y,25,2026-01-20\n"
    )
    (metric,) = value_of(tmp_path, "win_rate", ("deals.csv", text))
    assert (metric.numerator, metric.denominator) == (1, 2)


def test_zero_churn_does_not_make_a_lifetime_value_of_zero(tmp_path: Path) -> None:
    rows = "".join(f"C{i},Customer {i},2024-01-01,,100\n" for i in range(12))
    customers = "Customer ID,Customer name,Customer since,Churn date,MRR\n" + rows
    deals = "Deal ID,Customer,Stage,Amount,Created date,Close date\n" + "".join(
        f"{i},Customer {i},Closed Won,100,2025-01-01,2025-06-0{1 + i % 9}\n" for i in range(12)
    )
    report_files = (("customers.csv", customers), ("deals.csv", deals))
    metrics = value_of(tmp_path, "ltv", *report_files, as_of=date(2025, 12, 31))
    assert [m.value for m in metrics] == [None]
    assert metrics[0].reason == "zero_churn"


def test_no_data_is_never_good_news(tmp_path: Path) -> None:
    text = HEADER + "1,Ann,Qualification,10,EUR,2026-01-01,2026-03-01\n"
    path = tmp_path / "deals.csv"
    path.write_text(text, "utf-8")
    report = report_on(str(path), compare="previous", period="2026-Q1")
    for metric in report.metrics:
        if metric.change is not None:
            assert metric.change.verdict in {None, "too few", "same", "no clear difference", "higher", "lower"}, metric


def test_blank_amounts_are_not_zeros(tmp_path: Path) -> None:
    text = HEADER + "1,Ann,Closed Won,100,EUR,2026-01-01,2026-01-20\n2,Ann,Closed Won,,EUR,2026-01-01,2026-01-20\n"
    (metric,) = value_of(tmp_path, "average_deal_size", ("deals.csv", text))
    assert (metric.value, metric.n) == (100, 1)
    assert {e.code: e.count for e in metric.excluded}["missing_amount"] == 1
