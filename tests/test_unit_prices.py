"""Prices and costs of one unit, and lines of a record with quantities of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from in_process import invoke
from salesmetrics.ingest.read import Dataset, ReadOptions, load
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.schema.provenance import Finding

NAMES = {
    "English": ("Unit Price", "Quantity"),
    "written together": ("UnitPrice", "Qty"),
    "German": ("Stückpreis", "Menge"),
    "French": ("Prix unitaire", "Quantité"),
    "Spanish": ("Precio unitario", "Cantidad"),
    "Russian": ("Цена за единицу", "Количество"),
    "Chinese": ("单价", "数量"),
}


def read(tmp_path: Path, *lines: str, kind: str = "", **mapping: str) -> Dataset:
    path = tmp_path / "file.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load([f"{kind}={path}" if kind else str(path)], ReadOptions(mapping=mapping))


def found(dataset: Dataset, code: str) -> list[Finding]:
    return [each for each in dataset.findings if each.code == code]


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_price_is_no_amount(tmp_path: Path, name: str) -> None:
    price, quantity = NAMES[name]
    bills = [f"Invoice No,Customer,Invoice Date,Item,{quantity},{price}", "1,Oak,2026-01-10,Kiln,2,70"]
    dataset = read(tmp_path, *bills, kind="invoices", amount=price)
    assert Withheld("invoices", "amount", "unit_price") in dataset.withheld
    assert found(dataset, "unit_amounts")[0].rows == (2,)
    deals = [f"Deal ID,Stage,Close Date,{quantity},{price}", "1,Won,2026-01-10,2,70"]
    assert Withheld("deals", "amount", "unit_price") in read(tmp_path, *deals, kind="deals", amount=price).withheld


def test_a_price_of_single_units_is_the_amount(tmp_path: Path) -> None:
    bills = ["Invoice No,Customer,Invoice Date,Item,Quantity,Unit Price", "1,Oak,2026-01-10,Kiln,1,70"]
    assert not read(tmp_path, *bills, "2,Elm,2026-01-10,Kiln,1.0,70", amount="Unit Price").withheld


def test_a_price_beside_quantities_is_the_amount_only_where_somebody_says_so(tmp_path: Path) -> None:
    deals = ["Deal ID,Stage,Close Date,Quantity,Price", "1,Won,2026-01-10,2,70"]
    unsure = Withheld("deals", "amount", "unit_price")
    doubtful = read(tmp_path, *deals)
    assert unsure in doubtful.withheld
    assert found(doubtful, "price_as_amount")[0].hint.startswith("if it is the whole amount, add `--map amount=Price`")
    assert unsure not in read(tmp_path, *deals, amount="Price").withheld


@pytest.mark.parametrize("kind", ["", "invoices="])
def test_no_hint_proposes_a_unit_price(tmp_path: Path, kind: str) -> None:
    bills = (
        "Invoice No,Customer,Invoice Date,Due Date,Item,Quantity,Unit Price\n1,Oak,2026-01-10,2026-02-10,Kiln,2,70\n"
    )
    (tmp_path / "bills.csv").write_text(bills, encoding="utf-8")
    done = invoke("report", f"{kind}bills.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert "products=" not in done.stderr
    assert "--map" not in done.stderr
    assert "price times quantity" in " ".join(done.stderr.split())


@pytest.mark.parametrize(("cost", "of_one"), [(30, True), (290, False)])
def test_a_cost_beside_a_unit_list_price_is_of_one_unit_too(tmp_path: Path, cost: int, of_one: bool) -> None:
    rows = [f"{i},Won,2026-02-0{i},{90 * n},{n},100,{cost}" for i, n in ((1, 10), (2, 5), (3, 4))]
    dataset = read(tmp_path, "Deal ID,Stage,Close Date,Amount,Quantity,List Price,Cost", *rows)
    assert Withheld("deals", "list_price", "unit_price") in dataset.withheld
    assert (Withheld("deals", "cost", "unit_price") in dataset.withheld) == of_one
    assert len(found(dataset, "unit_prices")) == 1 + of_one


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Deal ID,Name,Stage,Amount,Created,Close Date,Product,Quantity", "quantity"),
        ("Deal ID,Name,Stage,Amount,Created,Close Date,Product,Cost", "cost"),
        ("Deal-ID,Name,Phase,Betrag,Erstellt am,Abschlussdatum,Produkt,Menge", "quantity"),
    ],
)
def test_lines_with_numbers_of_their_own_leave_the_sums_unknown(tmp_path: Path, header: str, column: str) -> None:
    rows = ["1,Kiln,Won,900,2026-01-05,2026-02-10,Kiln,2", ",,,,,,Sand,3", "2,Clay,Lost,5,2026-01-05,2026-02-10,Clay,1"]
    dataset = read(tmp_path, header, *rows)
    assert Withheld("deals", column, "line_amounts_unsure") in dataset.withheld
    assert found(dataset, "line_cells")[0].rows == (3,)


@pytest.mark.parametrize("column", ["Quantity", "Product"])
def test_equal_amounts_of_the_lines_of_one_deal_are_not_added_up(tmp_path: Path, column: str) -> None:
    rows = [f"1,Kiln,Won,900,2026-01-05,2026-02-10,{n}" for n in (2, 3)]
    dataset = read(tmp_path, f"Deal ID,Name,Stage,Amount,Created,Close Date,{column}", *rows)
    assert Withheld("deals", "amount", "line_amounts_unsure") in dataset.withheld
    assert dataset.frames["deals"].height == 1


def test_equal_amounts_of_product_rows_are_not_added_up(tmp_path: Path) -> None:
    header = "ID,Название сделки,Стадия сделки,Сумма,Валюта,Дата создания,Дата завершения,Товар,Количество,Цена,Сделка закрыта"
    rows = [
        f"1,Печь,Сделка успешна,900,RUB,05.01.2026,10.02.2026,{p},{n},300,да" for p, n in (("Печь", 2), ("Песок", 1))
    ]
    path = tmp_path / "file.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    dataset = load([str(path)], ReadOptions(profile="bitrix24"))
    assert Withheld("deals", "amount", "line_amounts_unsure") in dataset.withheld
