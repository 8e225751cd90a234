"""Amounts per month and per year are never added up as they stand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.ingest.canonical.amounts import months_of, period_of
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.read import load
from salesmetrics.library import report_on

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.ingest.dataset import Dataset

PER_YEAR = {"monthly": 12, "annual": 1, "quarterly": 4, "one_time": 1, "weekly": 52, "mensuel": 12, "jährlich": 1, "ежемесячно": 12, "每年": 1, "bulanan": 12, "سنوي": 1, "mensal": 12, "trimestral": 4}  # fmt: skip


def deals(folder: Path, rows: list[tuple[str, str]], *, term: list[str] | None = None, header: str = "Duration", **options: object) -> Dataset:  # fmt: skip
    path = folder / "deals.csv"
    head = "Deal ID,Deal Stage,Amount,Value Period,Create Date,Close Date" + (f",{header}" if term else "")
    lines = [
        f"{n},Closed Won,{amount},{period},2026-01-05,2026-02-1{n % 10}" + (f",{term[n]}" if term else "")
        for n, (amount, period) in enumerate(rows)
    ]
    path.write_text("\n".join([head, *lines]), encoding="utf-8")
    return load([str(path)], ReadOptions(**options))  # type: ignore[arg-type]


def amounts(dataset: Dataset) -> list[Decimal | None]:
    return dataset.frames["deals"]["amount"].to_list()


@settings(max_examples=tries(25))
@given(rows=st.lists(st.tuples(st.integers(1, 10**6), st.sampled_from(sorted(PER_YEAR))), min_size=1, max_size=8))
def test_every_amount_is_that_of_a_year(rows: list[tuple[int, str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    dataset = deals(tmp_path_factory.mktemp("period"), [(f"{cents / 100:.2f}", period) for cents, period in rows])
    recurring = any(period != "one_time" for _, period in rows)
    assert amounts(dataset) == [Decimal(cents) / 100 * (PER_YEAR[period] if recurring else 1) for cents, period in rows]
    assert ("amounts_per_period" in {said.code for said in dataset.findings}) == recurring


def test_a_term_multiplies_what_is_per_month_or_year_only(tmp_path: Path) -> None:
    rows = [("100", "monthly"), ("1000", "annual"), ("500", "one time"), ("10", "monthly")]
    assert amounts(deals(tmp_path, rows, term=["24", "2 years", "36", "18 months"])) == [2400, 2000, 500, 180]
    assert amounts(deals(tmp_path, rows, term=["24", "24", "", "6"], header="Term (months)")) == [2400, 2000, 500, 60]
    once = [("500", "one time"), ("700", "one time")]
    assert amounts(deals(tmp_path, once, term=["12", "24"])) == [500, 700]


def test_a_term_that_some_rows_lack_is_not_used(tmp_path: Path) -> None:
    dataset = deals(tmp_path, [("100", "monthly"), ("1000", "annual")], term=["24", "soon"])
    assert amounts(dataset) == [1200, 1000]
    assert [said.rows for said in dataset.findings if said.code == "term_not_used"] == [(3,)]


def test_a_duration_without_a_period_multiplies_nothing(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(
        "Deal ID,Deal Stage,Amount,Duration,Create Date,Close Date\n1,Closed Won,100,12,2026-01-01,2026-02-01\n"
    )
    assert amounts(load([str(path)])) == [100]


@pytest.mark.parametrize("period", ["", "per moon"])
def test_an_amount_whose_period_is_unknown_takes_the_sums_with_it(tmp_path: Path, period: str) -> None:
    dataset = deals(tmp_path, [("100", "monthly"), ("1000", period)])
    assert [item.reason for item in dataset.withheld if item.fact == "amount"] == ["amount_period_unknown"]
    assert [said.rows for said in dataset.findings if said.code == "amount_period_unknown"] == [(3,)]
    metric = next(item for item in report_on(dataset, kpis=["revenue"]).metrics if item.id == "revenue")
    assert (metric.value, metric.reason) == (None, "amount_period_unknown")
    assert amounts(deals(tmp_path, [("100", "monthly"), ("1000", period)], mapping={"value_period": ""})) == [100, 1000]


def test_words_that_are_no_periods_change_nothing(tmp_path: Path) -> None:
    dataset = deals(tmp_path, [("100", "gold"), ("1000", "silver")])
    assert amounts(dataset) == [100, 1000]
    assert "amount" not in {item.fact for item in dataset.withheld}


def test_leads_too(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(
        "lead_id,lead_status,amount,value_period,created\n1,new,100,monthly,2026-01-01\n2,new,100,yearly,2026-01-02\n"
    )
    assert load([f"leads={path}"]).frames["leads"]["amount"].to_list() == [1200, 100]


def test_words_and_terms() -> None:
    assert {word: period_of(word) for word in ("Per Annum", "/mo", "3 Years", "Mes", "a-la-carte", "p.a.", "Semi-Annual")} == {
        "Per Annum": "year", "/mo": "month", "3 Years": None, "Mes": "month", "a-la-carte": None, "p.a.": "year", "Semi-Annual": "half-year",
    }  # fmt: skip
    assert months_of("1,5 Jahre", "Laufzeit", "month") == 18
    assert months_of("26 weeks", "Term", "month") == 6
    assert months_of("3", "Term", "quarter") == Fraction(9)
    assert months_of("3 apples", "Term", "quarter") is None
