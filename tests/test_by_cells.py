"""Amounts per period and amounts in several currencies under a header that no list knows: never added up in silence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.in_process import invoke

from salesmetrics.ingest.read import ReadOptions, load

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.ingest.dataset import Dataset

_DEALS = "Deal,Stage,Amount,{0},Created,Close Date\n" + "".join(
    f"{name},{stage},{amount},{{{n}}},2026-01-05,2026-03-0{n}\n"
    for n, (name, stage, amount) in enumerate([("A", "Won", 100), ("B", "Won", 1200), ("C", "Lost", 300)], start=1)
)
_GERMAN = "Deal;Phase;Betrag;{0};Erstellt am;Abschlussdatum\n" + "".join(
    f"{name};{stage};{amount};{{{n}}};05.01.2026;0{n}.03.2026\n"
    for n, (name, stage, amount) in enumerate(
        [("A", "Gewonnen", 100), ("B", "Gewonnen", 1200), ("C", "Verloren", 300)], start=1
    )
)
_LEADS = "Lead ID,Lead Status,Budget,{0},Created Date,Lead Source\n" + "".join(
    f"{n},New,{100 * n},{{{n}}},2026-01-05,Web\n" for n in (1, 2, 3)
)
_SUITE = (
    "ID,Opportunity Name,Opportunity Amount,Sales Stage,{0},Date Created,Expected Close Date,Assigned User Name\n"
    + "".join(
        f"{n},D{n},{100 * n},Closed {'Lost' if n == 3 else 'Won'},{{{n}}},2026-01-05,2026-03-01,Ann\n"
        for n in (1, 2, 3)
    )
)
_INVOICES = "Invoice No,Customer,Total,{0},Issued,Due\n" + "".join(f"{n},A,10,{{{n}}},2026-01-05,2026-03-01\n" for n in (1, 2, 3))  # fmt: skip
_COSTS = "Kategorie;Betrag;Monat;{0}\n" + "".join(f"Gehalt;100;2026-0{n};{{{n}}}\n" for n in (1, 2, 3))


def _load(tmp_path: Path, layout: str, cells: str, mapping: dict[str, str] | None = None) -> Dataset:
    path = tmp_path / "file.csv"
    path.write_text(layout.format(*cells.split("|")), encoding="utf-8")
    return load([str(path)], ReadOptions(mapping=mapping or {}))


@pytest.mark.parametrize(
    ("kind", "layout", "cells", "worth"),
    [
        ("deals", _DEALS, "Billing Frequency|Monthly|Annual|Quarterly", [1200, 1200, 1200]),
        ("deals", _DEALS, "Payment Frequency|per month|per year|per month", [1200, 1200, 3600]),
        ("deals", _DEALS, "Per|month|year|one-time", [1200, 1200, 300]),
        ("deals", _GERMAN, "Intervall|monatlich|jährlich|einmalig", [1200, 1200, 300]),
        ("deals", _GERMAN, "Zahlungsweise|monatlich|jährlich|vierteljährlich", [1200, 1200, 1200]),
        ("leads", _LEADS, "Billing Cycle|monthly|yearly|weekly", [1200, 200, 15600]),
    ],
)
def test_amounts_of_a_billing_period_come_to_one_unit(
    tmp_path: Path, kind: str, layout: str, cells: str, worth: list[int]
) -> None:
    data = _load(tmp_path, layout, cells)
    assert data.frames[kind]["amount"].to_list() == worth
    told = next(item for item in data.findings if item.code == "amounts_per_period_found")
    assert (told.severity, told.column, told.rows[:1]) == ("warning", cells.split("|")[0], (2,))
    assert [int(n) for n in _load(tmp_path, layout, cells, {"value_period": ""}).frames[kind]["amount"]] == (
        [100, 200, 300] if kind == "leads" else [100, 1200, 300]
    )


@pytest.mark.parametrize(
    ("layout", "cells"),
    [(_DEALS, "Plan|monthly|yearly|monthly"), (_GERMAN, "Laufzeit|monatlich|jährlich|jährlich")],
)
def test_amounts_that_may_be_of_a_period_are_withheld(tmp_path: Path, layout: str, cells: str) -> None:
    data, header = _load(tmp_path, layout, cells), cells.split("|")[0]
    assert ("deals", "amount", "amount_period_unknown") in data.withheld
    told = next(item for item in data.findings if item.code == "amount_period_likely")
    assert f"--map value_period={header}" in (told.hint or "")
    mapped = _load(tmp_path, layout, cells, {"value_period": header})
    assert not mapped.withheld
    assert mapped.frames["deals"]["amount"][0] == 1200
    assert not _load(tmp_path, layout, cells, {"value_period": ""}).withheld


@pytest.mark.parametrize(
    "cells", ["Billing Frequency|Monthly|Monthly|Monthly", "Plan|Basic|Pro|Monthly", "Meeting|weekly|monthly|daily"]
)
def test_one_period_or_other_words_change_nothing(tmp_path: Path, cells: str) -> None:
    data = _load(tmp_path, _DEALS, cells)
    assert not data.withheld
    assert data.frames["deals"]["amount"].to_list() == [100, 1200, 300]


@pytest.mark.parametrize(
    ("kind", "layout", "cells"),
    [
        ("deals", _SUITE, "Currency ID|-99|a7c1b2d3-11|-99"),
        ("deals", _DEALS, "currency_id|-99|a7c1b2d3-11|-99"),
        ("deals", _GERMAN, "Währungs-ID|1|2|2"),
        ("deals", _DEALS, "ID валюты|1|2|2"),
        ("deals", _DEALS, "通貨コード|11|12|12"),
        ("invoices", _INVOICES, "Currency ID|1|2|1"),
        ("costs", _COSTS, "Währungs-ID|1|7|1"),
    ],
)
def test_two_ids_are_two_currencies(tmp_path: Path, kind: str, layout: str, cells: str) -> None:
    data = _load(tmp_path, layout, cells)
    assert data.frames[kind]["currency"].n_unique() == 2
    told = next(item for item in data.findings if item.code == "currency_by_cells")
    assert (told.severity, told.column, told.rows) == ("warning", cells.split("|")[0], (2, 3, 4))
    assert "currency" not in _load(tmp_path, layout, cells, {"currency": ""}).frames[kind].columns


def test_ids_that_are_settled_and_codes_are_read_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(_SUITE.format("Currency ID", "-99", "a7c1b2d3-11", "-99"))
    data = load([str(path)], ReadOptions(symbols={"-99": "USD", "a7c1b2d3-11": "EUR"}))
    assert data.frames["deals"]["currency"].to_list() == ["USD", "EUR", "USD"]
    codes = _load(tmp_path, _DEALS, "Betragswährung|EUR|USD|EUR")
    assert codes.frames["deals"]["currency"].to_list() == ["EUR", "USD", "EUR"]
    for each in (data, codes):
        assert not [item for item in each.findings if item.code == "currency_by_cells"]


@pytest.mark.parametrize(
    "cells", ["Currency Rate|1|1.1|1.2", "Currency ID|1|1|1", "Multi-Currency|yes|no|no", "Concurrency|a|b|c"]
)
def test_what_is_no_currency_changes_nothing(tmp_path: Path, cells: str) -> None:
    data = _load(tmp_path, _DEALS, cells)
    assert "currency" not in data.frames["deals"].columns
    assert not [item for item in data.findings if item.code.startswith("currency")]


def test_a_second_column_of_currencies_is_named(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(
        "Deal,Stage,Amount,Currency,Deal Payment Currency,Created\nA,Won,5,EUR,EUR,2026-01-05\nB,Won,5,EUR,USD,2026-01-05\n"
    )
    told = next(item for item in load([str(path)]).findings if item.code == "currency_elsewhere")
    assert (
        told.hint
        == 'if the amounts are in the currency of `Deal Payment Currency`, add `--map currency="Deal Payment Currency"`'
    )


def test_currencies_by_id_are_never_one_sum(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text(_SUITE.format("Currency ID", "-99", "a7c1b2d3-11", "-99"))
    done = invoke("report", str(path), "--kpi", "revenue", "--format", "json")
    values = [metric["value"] for metric in json.loads(done.stdout)["metrics"]]
    assert 300 not in [value and float(value) for value in values]
