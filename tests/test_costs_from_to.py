"""Costs from a first day to a last, and costs with gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import load
from salesmetrics.library import report_on

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.answers.report import Report

DEALS = "Deal ID,Account,Owner,Stage,Amount,Create Date,Close Date\n"
DEALS += "".join(f"{n},A{n},Kim,Won,50,2026-01-02,2026-{n:02}-{day}\n" for n, day in ((1, 20), (2, 20), (3, 31)))


def report(folder: Path, period: str, *lines: str) -> Report:
    (folder / "costs.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "deals.csv").write_text(DEALS, encoding="utf-8")
    dataset = load([f"costs={folder / 'costs.csv'}", str(folder / "deals.csv")])
    return report_on(dataset, period=period, kpis=("sales_efficiency",))


@pytest.mark.parametrize(
    "lines",
    [
        ["Start,End,Category,Amount", "2026-01-01,2026-03-31,Marketing,90"],
        ["Beginn;Ende;Kategorie;Kosten", "01.01.2026;31.03.2026;Marketing;90"],
    ],
)
def test_costs_are_shared_out_to_their_days(tmp_path: Path, lines: list[str]) -> None:
    (whole,) = report(tmp_path, "2026-Q1", *lines).metrics
    (march,) = report(tmp_path, "2026-03", *lines).metrics
    assert whole.value == pytest.approx(150 / 90)
    assert march.value == pytest.approx(50 / 31)


def test_a_first_day_alone_is_no_period(tmp_path: Path) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        report(tmp_path, "2026-Q1", "Start,Category,Amount", "2026-01-01,Marketing,90")
    assert caught.value.code == "column_missing"


@pytest.mark.parametrize(("months", "gaps"), [((1, 3), True), ((2, 3), False), ((3,), False)])
def test_gaps_between_costs_are_named(tmp_path: Path, months: tuple[int, ...], gaps: bool) -> None:
    made = report(tmp_path, "2026-Q1", "Month,Category,Cost", *(f"2026-0{n},Marketing,9" for n in months))
    (said,) = (found for found in made.findings if found.code == "costs_partial")
    first = min(months) if not gaps else 3
    assert f"2026-0{first}-01 to 2026-03-31" in said.message
    assert ("months with gaps" in said.message) == gaps
