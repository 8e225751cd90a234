"""Lists of sales: read as deals made and said so, refused where anything speaks against it, and silent on what they cannot tell."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from in_process import invoke
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.read import Dataset, load
from salesmetrics.ingest.recognise import sales
from salesmetrics.ingest.recognise.columns import recognise
from salesmetrics.library import report_on

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, text: str) -> str:
    path = folder / "list.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def read(folder: Path, text: str, *, kind: str = "", **mapping: str) -> Dataset:
    return load([f"{kind}{written(folder, text)}"], ReadOptions(mapping=mapping))


def codes(dataset: Dataset) -> set[str]:
    return {found.code for found in dataset.findings}


def values(dataset: Dataset) -> dict[str, Any]:
    return {metric.id: metric.value for metric in report_on(dataset).metrics}


SALES = {
    "a seller": ("Date,Salesperson,Product,Qty,Unit Price,Total\n2026-01-03,Ann,Pen,3,10.00,30.00\n2026-01-09,Bob,Ink,1,99.50,99.50\n", "129.50"),
    "sales": ("Date,Store,Sales\n2026-01-03,North,100\n2026-01-04,South,50\n", "150"),
    "a customer and a product": ("Date,Customer,Product,Amount\n2026-01-03,Oak,Pen,30\n2026-01-09,Elm,Ink,20\n", "50"),
    "a date of sale": ("Sale Date,Rep,Amount\n2026-01-03,Ann,30\n2026-01-09,Bob,20\n", "50"),
    "German": ("Datum;Kunde;Umsatz\n03.01.2026;Müller;1.234,50\n15.02.2026;Schmidt;99,90\n", "1334.40"),
    "French": ("Date;Vendeur;Produit;Quantité;Montant\n03/01/2026;Zoé;Pain;3;30,00\n25/01/2026;Luc;Vin;1;99,50\n", "129.50"),
    "Italian": ("Data;Venditore;Prodotto;Quantità;Importo\n03/01/2026;Anna;Pane;3;30,00\n25/01/2026;Luca;Vino;1;99,50\n", "129.50"),
    "Russian": ("Дата;Менеджер;Выручка\n03.01.2026;Анна;30,00\n25.01.2026;Борис;99,50\n", "129.50"),
    "Chinese": ("日期,销售员,产品,数量,销售额\n2026-01-03,安,笔,3,30\n2026-01-09,鲍,墨,1,99\n", "129"),
}  # fmt: skip


@pytest.mark.parametrize("name", SALES)
def test_a_date_and_an_amount_and_no_stage_are_sales(tmp_path: Path, name: str) -> None:
    text, revenue = SALES[name]
    dataset = read(tmp_path, text)
    deals = dataset.frames["deals"]
    assert set(deals["outcome"]) == {"won"}
    assert deals["closed"].null_count() == 0
    assert "sales_made" in codes(dataset)
    found = values(dataset)
    assert found["revenue"] == Decimal(revenue)
    for kpi in ("win_rate", "win_rate_value", "loss_rate", "lost_deals", "open_deals", "open_pipeline"):
        assert found[kpi] is None, kpi
    assert "sales_cycle_mean" not in found


OTHERS = {
    "a way to pay": "Date,Customer,Product,Amount,Payment Method\n2026-01-03,Oak,Pen,100,card\n",
    "a supplier": "Date,Supplier,Product,Qty,Total\n2026-01-03,Oak,Pen,2,6\n",
    "a key of a payment": "Transaction ID,Date,Customer,Amount\nT1,2026-01-03,Oak,100\n",
    "a bill": "Invoice No,Date,Customer,Product,Total\nI1,2026-01-03,Oak,Pen,100\n",
    "a status": "Order ID,Order Date,Customer,Total,Status\n1,2026-01-03,Oak,100,Shipped\n",
    "an opportunity": "Opportunity,Sales Rep,Amount,Date\nX,Ann,100,2026-01-03\n",
    "a quotation": "Quote No,Date,Customer,Sales Rep,Total\nQ1,2026-01-03,Oak,Ann,100\n",
    "a target": "Month,Rep,Sales,Target\n2026-01,Ann,900,1000\n",
    "a forecast": "Month,Forecast Sales\n2026-04,1000\n",
    "stock": "Date,Product,Quantity,Price\n2026-01-03,Pen,100,2\n",
    "the cost of one": "Date,Product,Quantity,Unit Cost,Total\n2026-01-03,Pen,2,3,6\n",
    "events": "date,user_id,event_type,product,quantity,amount\n2026-01-03,u1,purchase,x,1,3.2\n",
    "calls of programs": "Date,Endpoint,Calls,Amount\n2026-01-03,/v1,12,3.2\n",
    "clicks": "Date,Campaign,Clicks,Cost,Revenue\n2026-01-03,X,100,20,40\n",
    "bank": "Date,Description,Category,Amount\n2026-01-03,Rent,Office,-1200\n",
    "expenses": "Date,Employee,Category,Amount\n2026-01-03,Ann,Travel,120\n",
    "costs": "Month,Category,Amount\n2026-01,Salary,12000\n",
    "recurring revenue": "Month,Customer,MRR\n2026-01,Oak,100\n",
    "donations": "Date,Donor,Amount\n2026-01-03,Oak,100\n",
    "too little": "Date,Customer,Amount\n2026-01-03,Oak,100\n",
    "a creation date": "Created,Rep,Amount\n2026-01-03,Ann,100\n",
    "months without a year": "Month,Sales\nJanuary,100\nFebruary,120\n",
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_what_speaks_against_sales_goes_first(tmp_path: Path, name: str) -> None:
    assert kind_or_refusal(written(tmp_path, OTHERS[name])) not in ("deals", "too_many_rejected")


def kind_or_refusal(path: str) -> str:
    try:
        return load([path]).files[0].recognition.kind
    except SalesmetricsError as refused:
        return refused.code


def test_who_names_the_kind_is_believed(tmp_path: Path) -> None:
    dataset = read(tmp_path, OTHERS["too little"], kind="deals=")
    assert values(dataset)["revenue"] == 100
    assert "sales_made" in codes(dataset)


def test_a_blank_date_of_sale_may_be_a_deal_that_is_open(tmp_path: Path) -> None:
    dataset = read(tmp_path, "Sale Date,Rep,Amount\n2026-01-03,Ann,30\n,Bob,20\n")
    assert dataset.frames["deals"]["outcome"].to_list() == ["won", "open"]
    assert "sales_made" not in codes(dataset)


def test_a_price_is_multiplied_by_its_quantity_and_said_so(tmp_path: Path) -> None:
    text = "Date,Salesperson,Product,Qty,Unit Price\n2026-01-03,Ann,Pen,3,10.05\n2026-01-09,Bob,Ink,1,99.50\n2026-02-01,Bob,Ink,,99.50\n"
    dataset = read(tmp_path, text)
    assert dataset.frames["deals"]["amount"].to_list() == [Decimal("30.15"), Decimal("99.50"), None]
    assert "amounts_multiplied" in codes(dataset)
    assert "unit_amounts" not in codes(dataset)
    # Where the total stands beside it, that is the amount, whatever the price is.
    total = read(tmp_path, SALES["a seller"][0])
    assert "amounts_multiplied" not in codes(total)


def test_lines_of_an_order_are_one_sale(tmp_path: Path) -> None:
    text = (
        "Order ID,Order Date,Customer,Product,Quantity,Unit Price\n"
        "1,2026-01-03,Oak,Pen,3,10.00\n1,2026-01-03,Oak,Ink,1,99.50\n2,2026-02-11,Elm,Pen,2,10.00\n"
    )
    dataset = read(tmp_path, text)
    deals = dataset.frames["deals"]
    assert deals.select("id", "amount", "quantity").rows() == [("1", Decimal("129.50"), 4), ("2", Decimal(20), 2)]
    assert "product_rows_merged" in codes(dataset)
    assert (values(dataset)["won_deals"], values(dataset)["average_deal_size"]) == (2, Decimal("74.75"))


MONTHS = {
    "2026-01": ("Month,Sales\n2026-01,100\n2026-02,120\n", date(2026, 1, 31)),
    "01/2026": ("Month,Sales\n01/2026,100\n02/2026,120\n", date(2026, 1, 31)),
    "Jan 2026": ("Month,Sales\nJan 2026,100\nFeb 2026,120\n", date(2026, 1, 31)),
    "März 2026": ("Monat;Umsatz\nFeb. 2024;100\nMärz 2024;120\n", date(2024, 2, 29)),
    "first days": ("Month,Sales\n2026-01-01,100\n2026-02-01,120\n", date(2026, 1, 31)),
    "quarters": ("Quarter,Revenue\n2025 Q4,100\n2026 Q1,120\n", date(2025, 12, 31)),
    "a year beside": ("Year,Month,Revenue\n2026,January,100\n2026,February,120\n", date(2026, 1, 31)),
    "numbers and a year": ("Year,Month,Revenue\n2026,1,100\n2026,2,120\n", date(2026, 1, 31)),
}  # fmt: skip


@pytest.mark.parametrize("name", MONTHS)
def test_a_month_counts_on_its_last_day(tmp_path: Path, name: str) -> None:
    text, day = MONTHS[name]
    dataset = read(tmp_path, text)
    assert dataset.frames["deals"]["closed"][0] == day
    assert {"sales_made", "months_as_days", "rows_are_sums"} <= codes(dataset)
    found = values(dataset)
    assert found["revenue"] == 220
    assert [found[kpi] for kpi in ("won_deals", "average_deal_size", "median_deal_size", "deal_concentration")] == [
        None
    ] * 4


def test_a_month_of_one_customer_is_a_deal(tmp_path: Path) -> None:
    dataset = read(tmp_path, "Month,Customer,Sales\n2026-01,Oak,100\n2026-01,Elm,50\n2026-02,Oak,30\n")
    assert "months_as_days" in codes(dataset)
    assert "rows_are_sums" not in codes(dataset)
    assert values(dataset)["won_deals"] == 3


@pytest.mark.parametrize(
    "text",
    [
        "Date,Orders,Revenue\n2026-01-03,4,100\n2026-01-04,7,120\n",
        "Date,Region,Revenue\n2026-01-03,N,100\n2026-01-04,S,120\n",
    ],
)
def test_rows_that_add_sales_up_are_not_counted(tmp_path: Path, text: str) -> None:
    dataset = read(tmp_path, text)
    assert "rows_are_sums" in codes(dataset)
    found = values(dataset)
    assert (found["revenue"], found["won_deals"], found["average_deal_size"]) == (220, None, None)


def test_a_profit_is_added_up_but_not_per_sale(tmp_path: Path) -> None:
    found = values(read(tmp_path, "Month,Revenue,Cost\n2026-01,100,40\n2026-02,150,60\n"))
    assert (found["profit_per_sale"], found["gross_margin"]) == (None, pytest.approx(0.6))


def test_a_mapping_of_months_is_a_list_of_sales_too(tmp_path: Path) -> None:
    dataset = read(
        tmp_path,
        "Period begun,What came in\n2026-01,100\n2026-02,120\n",
        kind="deals=",
        won_on="Period begun",
        amount="What came in",
    )
    assert dataset.frames["deals"]["closed"].to_list() == [date(2026, 1, 31), date(2026, 2, 28)]
    assert values(dataset)["won_deals"] is None


def test_sales_beside_deals_count_once(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text(
        "Deal ID,Name,Stage,Amount,Created,Closed\n1,Kiln,Won,900,2026-01-05,2026-02-10\n", encoding="utf-8"
    )
    (tmp_path / "sales.csv").write_text("Date,Salesperson,Product,Total\n2026-02-10,Ann,Lamp,55\n", encoding="utf-8")
    folder = load([str(tmp_path)])
    assert folder.frames["deals"]["amount"].to_list() == [900]
    assert "sales_beside_deals" in codes(folder)
    both = load([str(tmp_path / "deals.csv"), str(tmp_path / "sales.csv")])
    assert both.frames["deals"]["amount"].sum() == 955
    assert "sales_and_deals" in codes(both)
    alone = load([str(tmp_path / "sales.csv")])
    assert {"sales_beside_deals", "sales_and_deals"}.isdisjoint(codes(alone))


def test_sales_of_two_years_are_one_list(tmp_path: Path) -> None:
    for year in (2025, 2026):
        (tmp_path / f"{year}.csv").write_text(
            f"Date,Salesperson,Product,Total\n{year}-02-10,Ann,Kiln,900\n{year}-03-11,Bob,Kiln,50\n", encoding="utf-8"
        )
    assert values(load([str(tmp_path)]))["revenue"] == 1900


@pytest.mark.parametrize(("second", "revenue"), [("50", "450"), ("100", None)])
def test_equal_lines_are_doubted_only_where_no_order_has_different_ones(
    tmp_path: Path, second: str, revenue: str | None
) -> None:
    rows = [
        "1,2026-01-03,Oak,Pen,1,100",
        "1,2026-01-03,Oak,Ink,2,100",
        "2,2026-01-05,Elm,Pen,1,100",
        f"2,2026-01-05,Elm,Ink,1,{second}",
        "3,2026-01-05,Ash,Pen,1,100",
    ]
    dataset = read(tmp_path, "\n".join(["Order ID,Order Date,Customer,Product,Quantity,Sales", *rows]) + "\n")
    assert values(dataset)["revenue"] == (None if revenue is None else Decimal(revenue))
    assert values(dataset)["won_deals"] == 3


def test_a_price_times_a_quantity_is_of_its_line(tmp_path: Path) -> None:
    rows = ["1,2026-01-03,Oak,Pen,2,10", "1,2026-01-03,Oak,Ink,2,10"]
    dataset = read(tmp_path, "\n".join(["Order ID,Order Date,Customer,Product,Quantity,Unit Price", *rows]) + "\n")
    assert values(dataset)["revenue"] == 40


def kind_and_list(day: str, amount: str, cell: str) -> tuple[str, str | None]:
    sample = pl.DataFrame([[cell, "100.50"], [cell, "90.00"]], schema=[day, amount], orient="row")
    found = recognise([day, amount], path="x.csv", sample=sample)
    return found.kind, found.lists


def test_every_word_for_a_date_and_for_sales_makes_a_list() -> None:
    days, months = (*sales._DATES.split("|"), *sales._SALE_DATES.split("|")), sales._MONTHS.split("|")
    pairs = [(day, "Sales", "2026-01-03") for day in days] + [(month, "Sales", "2026-01") for month in months]
    pairs += [("Date", amount, "2026-01-03") for amount in sales._AMOUNTS.split("|")]
    assert [pair for pair in pairs if kind_and_list(*pair) != ("deals", "sales")] == []


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        (("trend", "revenue", "--every", "month"), True),
        (("trend", "revenue", "--every", "quarter"), False),
        (("report", "--period", "2026-02"), True),
        (("report", "--period", "2026-01-01..2026-02-28"), False),
        (("report", "--period", "last-quarter"), False),
        (("report", "--period", "last-60-days"), True),
    ],
)
def test_quarters_are_not_cut_into_months(tmp_path: Path, words: tuple[str, ...], refused: bool) -> None:
    written(tmp_path, "Quarter,Revenue\n2025 Q3,90\n2025 Q4,100\n2026 Q1,120\n")
    done = invoke(*words, "list.csv", cwd=tmp_path)
    assert (done.returncode == 2) is refused
    assert ("the dates of the deals are quarters without a day" in done.stderr) is refused


@pytest.mark.parametrize("sales", ["53585", "20250", "45000.5", "12500000"])
def test_sales_that_could_be_days_of_a_spreadsheet_are_amounts(tmp_path: Path, sales: str) -> None:
    dataset = read(tmp_path, f"Month,Sales,Region\nJan 2026,{sales},North\nFeb 2026,1,South\n")
    assert values(dataset)["revenue"] == Decimal(sales) + 1


LINES = (
    "Date,Salesperson,Product,Qty,Total,Order No\n2026-03-02,Tom,Desk,1,300,S1\n2026-03-02,Tom,Chair,2,200,S1\n"
    "2026-03-04,Ann,Desk,1,350,S2\n2026-03-05,Ann,Lamp,1,40,S3\n2026-03-05,Ann,Lamp,2,80,S3\n"
)


@pytest.mark.parametrize(
    ("words", "revenue", "said"),
    [
        (("--by", "product"), {"Desk": "350", "Lamp": "120", None: "500"}, 1),
        (("--by", "product", "--map", "id="), {"Desk": "650", "Chair": "200", "Lamp": "120"}, None),
        (("--where", "product = 'Desk'"), {"": "350"}, 1),
        (("--by", "owner"), {"Tom": "500", "Ann": "470"}, None),
    ],
)
def test_orders_of_several_products_are_missing_from_the_values_by_product(
    tmp_path: Path, words: tuple[str, ...], revenue: dict[str | None, str], said: int | None
) -> None:
    written(tmp_path, LINES)
    done = invoke("report", "list.csv", "--kpi", "revenue", *words, "--format", "json", cwd=tmp_path)
    answer = json.loads(done.stdout)
    by = words[1]
    found = {
        item.get("group", {}).get(by, ""): item["value"]
        for item in answer["metrics"]
        if item.get("group") or "--where" in words
    }
    assert found == {name: float(value) for name, value in revenue.items()}
    assert next((f["count"] for f in answer["findings"] if f["code"] == "products_merged"), None) == said


def test_lines_that_may_have_the_amount_of_the_order_are_not_advised_to_count_on_their_own(tmp_path: Path) -> None:
    hint = "to count each line on its own"
    written(tmp_path, LINES)
    assert hint in invoke("report", "list.csv", "--by", "product", cwd=tmp_path).stdout
    written(tmp_path, LINES.replace(",200,", ",300,").replace(",80,", ",40,"))
    done = invoke("report", "list.csv", "--by", "product", cwd=tmp_path).stdout
    assert "1 deal has lines of several products" in done
    assert hint not in done


def test_a_list_that_is_named_already_is_not_to_be_named(tmp_path: Path) -> None:
    written(tmp_path, "Month,Sales\nJan 2026,900\nFeb 2026,800\n")
    hint = "if these are not sales, name what they are: `KIND=list.csv`"
    assert hint in invoke("report", "list.csv", cwd=tmp_path).stdout
    named = invoke("report", "deals=list.csv", cwd=tmp_path).stdout
    assert "read as a list of sales" in named
    assert hint not in named


def test_a_period_that_has_not_begun_is_not_so_far(tmp_path: Path) -> None:
    written(tmp_path, "Date,Salesperson,Amount\n2026-06-05,Ann,900\n2026-06-25,Bo,800\n")
    assert "so far until 2026-06-25" in invoke("report", "list.csv", "--period", "2026", cwd=tmp_path).stdout
    later = invoke("report", "list.csv", "--period", "2027", cwd=tmp_path).stdout
    assert "2027 (2027-01-01 to 2027-12-31)" in later
    assert "so far" not in later
