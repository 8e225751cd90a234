"""One record on several rows: its lines, its people, titles between the rows, and ids written as decimals."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from salesmetrics.ingest.read import Dataset, load

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.schema.provenance import Finding

DEALS = "Deal ID,Name,Stage,Amount,Created,Closed"


def read(tmp_path: Path, *lines: str, name: str = "file.csv") -> Dataset:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load([str(path)])


def found(dataset: Dataset, code: str) -> Finding:
    return next(each for each in dataset.findings if each.code == code)


def codes(dataset: Dataset) -> set[str]:
    return {each.code for each in dataset.findings}


def withheld(dataset: Dataset) -> set[tuple[str, str, str]]:
    """What is withheld of money; that a file holds no lost deal is another matter."""
    return {(kind, fact, reason) for kind, fact, reason in dataset.withheld if fact == "amount"}


# --- lines below a record --------------------------------------------------------------------------------------------

CHILDREN = {
    "deals": (
        DEALS + ",Line Product,Line Subtotal",
        "1,Kiln,Won,900,2026-01-05,2026-02-10,Kiln,600",
        ",,,,,,Freight,300",
    ),
    "deals in German": (
        "Deal-ID;Name;Phase;Betrag;Erstellt am;Artikel;Menge",
        "1;Ofen;Gewonnen;900;05.01.2026;Stein;3",
        ";;;;;Fracht;1",
    ),
    "without an id": ("Deal Name,Deal Stage,Amount,Created,Tag", "Kiln,Won,900,2026-01-05,big", ",,,,north"),
    "invoices": ("Invoice Number,Customer,Invoice Date,Total,Item", "I1,Oak,2026-01-05,900,Kiln", ",,,,Freight"),
    "activities": ("Activity ID,Type,Subject,Date,Attendee", "1,Meeting,Hello,2026-01-05,Ann", ",,,,Bo"),
    "customers": ("Account ID,Account Name,Industry,Region,Tag", "1,Oak,Wood,North,big", ",,,,old"),
}


@pytest.mark.parametrize("name", CHILDREN)
def test_rows_that_continue_a_record_are_none(tmp_path: Path, name: str) -> None:
    header, row, line = CHILDREN[name]
    dataset = read(tmp_path, header, row, line, line, row.replace("1", "2", 1).replace("Kiln", "Sand", 1))
    (frame,) = dataset.frames.values()
    assert frame.height == 2
    assert found(dataset, "continuation_lines").rows == (3, 4)
    assert dataset.files[0].ignored == {"continuation": 2}
    assert not withheld(dataset)


def test_lines_with_amounts_of_their_own_leave_the_sums_unknown(tmp_path: Path) -> None:
    header = "Deal ID,Name,Stage,Created,Closed,Product,Amount"
    dataset = read(
        tmp_path,
        header,
        "1,Kiln,Won,2026-01-05,2026-02-10,Kiln,600",
        ",,,,,Freight,300",
        "2,Sand,Lost,2026-01-05,2026-02-10,Sand,5",
    )
    assert found(dataset, "line_amounts").severity == "error"
    assert "300" in found(dataset, "line_amounts").message
    assert withheld(dataset) == {("deals", "amount", "line_amounts_unsure")}


# --- rows of one cell ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["Stage: Proposal", "7;Sand;Won;5;2026-01-01;2026-01-02", "-- end of list --", "0x1f"])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_row_with_one_filled_cell_is_left_out_and_named(tmp_path: Path, text: str, place: int) -> None:
    cells = [""] * 6
    cells[place] = text
    rows = ["1,Kiln,Won,900,2026-01-05,2026-02-10", ",".join(cells), "2,Sand,Lost,5,2026-01-05,2026-02-10"]
    dataset = read(tmp_path, DEALS, *rows)
    assert dataset.frames["deals"]["id"].to_list() == ["1", "2"]
    told = found(dataset, "rows_of_one_cell")
    assert (told.rows, f"`{text}`" in told.message) == ((3,), True)


def test_in_a_narrow_list_a_row_of_one_cell_is_a_record(tmp_path: Path) -> None:
    dataset = read(tmp_path, "Lead ID,Company,Lead Status", "1,Oak,New", "2,,", "3,Elm,Working")
    assert dataset.frames["leads"].height == 3


def test_most_rows_of_one_cell_are_how_the_file_is(tmp_path: Path) -> None:
    rows = [f"{n},,,,," for n in range(2, 8)]
    assert read(tmp_path, DEALS, "1,Kiln,Won,900,2026-01-05,2026-02-10", *rows).frames["deals"].height == 7


# --- rows of one record per person -----------------------------------------------------------------------------------

PEOPLE = {
    "deals": ("Deal ID,Name,Owner,Status,Amount,Closed", "7,Press,{},Won,10000,2026-02-14"),
    "a split": ("Deal ID,Name,Split Owner,Split %,Stage,Amount,Close Date", "7,Press,{},50,Won,10000,2026-02-14"),
    "deals in French": ("ID;Nom;Propriétaire;Étape;Montant;Date de clôture", "7;Presse;{};Gagnée;10000;14/02/2026"),
    "activities": ("Activity ID,Type,Subject,Date,Contact", "7,Meeting,Hello,2026-02-14,{}"),
    "invoices": ("Invoice Number,Customer,Invoice Date,Total,Contact Email", "7,Oak,2026-02-14,10000,{}@example.com"),
    "customers": ("Account ID,Account Name,Industry,Region,Contact", "7,Oak,Wood,North,{}"),
}


@pytest.mark.parametrize("name", PEOPLE)
def test_rows_of_one_id_that_differ_in_the_person_are_one_record(tmp_path: Path, name: str) -> None:
    header, row = PEOPLE[name]
    dataset = read(tmp_path, header, row.format("Ann"), row.format("Bob"), row.replace("7", "8", 1).format("Ann"))
    (frame,) = dataset.frames.values()
    assert frame["id"].to_list() == ["7", "8"]
    assert found(dataset, "rows_per_person").rows == (3,)
    assert "ids_repeated" not in codes(dataset)


def test_rows_of_one_id_that_differ_in_more_are_an_error_as_before(tmp_path: Path) -> None:
    header, row = PEOPLE["deals"]
    dataset = read(tmp_path, header, row.format("Ann"), row.format("Bob").replace("10000", "9000"))
    assert {"ids_repeated"} <= codes(dataset)
    assert dataset.frames["deals"].height == 2


WITHOUT_ID = "Name,Owner,Status,Amount,Created,Closed"


def test_without_ids_the_amount_at_stake_is_named_and_the_sums_are_unknown(tmp_path: Path) -> None:
    row = "Press,{},Won,10000,2026-01-03,2026-02-14"
    dataset = read(
        tmp_path, WITHOUT_ID, row.format("Ann"), row.format("Bob"), "Saw,Ann,Lost,4000,2026-01-04,2026-02-20"
    )
    assert dataset.frames["deals"].height == 3
    told = found(dataset, "rows_alike_but_for_people")
    assert (told.rows, "10,000 at stake" in told.message) == ((3,), True)
    assert withheld(dataset) == {("deals", "amount", "records_unsure")}


def test_one_percent_at_stake_is_told_and_the_sums_stand(tmp_path: Path) -> None:
    many = [f"Saw {n},Ann,Won,10000,2026-01-04,2026-02-20" for n in range(99)]
    row = "Press,{},Won,5000,2026-01-03,2026-02-14"
    dataset = read(tmp_path, WITHOUT_ID, *many, row.format("Ann"), row.format("Bob"))
    assert found(dataset, "rows_alike_but_for_people").rows == (102,)
    assert not withheld(dataset)


def test_what_is_small_in_all_but_large_among_the_won_deals_counts(tmp_path: Path) -> None:
    many = [f"Saw {n},Ann,Lost,100000,2026-01-04,2026-02-20" for n in range(30)]
    row = "Press,{},Won,5000,2026-01-03,2026-02-14"
    assert withheld(read(tmp_path, WITHOUT_ID, *many, row.format("Ann"), row.format("Bob")))


@pytest.mark.parametrize("header", ["Owner,Status,Amount,Closed", "Owner,Status,Amount,Closed,Source"])
def test_rows_without_a_name_that_agree_by_chance_are_records(tmp_path: Path, header: str) -> None:
    row = "{},Won,100,2026-02-14" + (",Web" if "Source" in header else "")
    dataset = read(tmp_path, header, row.format("Ann"), row.format("Bob"), row.format("Cy").replace("Won", "Lost"))
    assert "rows_alike_but_for_people" not in codes(dataset)


# --- lines of an invoice ---------------------------------------------------------------------------------------------

LINES = "Invoice Number,Invoice Date,Customer,Product,Total"


def test_a_quantity_of_an_invoice_line_is_left_as_it_stands(tmp_path: Path) -> None:
    header = "Invoice Number,Invoice Date,Customer,quantity,Total"
    dataset = read(tmp_path, header, "I1,2026-01-05,Oak,1.0,500", "I1,2026-01-05,Oak,2.0,")
    assert dataset.frames["invoices"]["amount"].to_list() == [500]


def test_lines_of_an_invoice_are_one_invoice(tmp_path: Path) -> None:
    blank = read(tmp_path, LINES, "I1,2026-01-05,Oak,Kiln,500", "I1,2026-01-05,Oak,Sand,", "I2,2026-01-06,Elm,Sand,70")
    assert blank.frames["invoices"]["amount"].to_list() == [500, 70]
    summed = read(
        tmp_path, LINES, "I1,2026-01-05,Oak,Kiln,500", "I1,2026-01-05,Oak,Sand,20", "I2,2026-01-06,Elm,Sand,70"
    )
    assert summed.frames["invoices"]["amount"].to_list() == [520, 70]
    assert found(summed, "lines_merged").count == 1
    assert not withheld(summed)


def test_lines_with_one_amount_each_leave_the_sums_unknown(tmp_path: Path) -> None:
    dataset = read(
        tmp_path, LINES, "I1,2026-01-05,Oak,Kiln,500", "I1,2026-01-05,Oak,Sand,500", "I2,2026-01-06,Elm,Sand,70"
    )
    assert dataset.frames["invoices"].height == 2
    assert found(dataset, "line_amounts_equal").rows == (2, 3)
    assert withheld(dataset) == {("invoices", "amount", "line_amounts_unsure")}


PRODUCTS = "Deal ID,Name,Stage,Created,Closed,Product,Quantity,Amount"


def test_products_of_one_deal_are_one_deal(tmp_path: Path) -> None:
    kiln, sand = "7,Kiln,Won,2026-01-05,2026-02-10,Kiln,2,{}", "7,Kiln,Won,2026-01-05,2026-02-10,Sand,1,{}"
    other = "8,Lime,Lost,2026-01-05,2026-02-10,Sand,1,70"
    dataset = read(tmp_path, PRODUCTS, kiln.format(500), sand.format(20), other)
    frame = dataset.frames["deals"]
    assert (frame["amount"].to_list(), frame["quantity"].to_list()) == ([520, 70], [3, 1])
    assert frame["product"].to_list() == [None, "Sand"]
    assert not withheld(dataset)
    repeated = read(tmp_path, PRODUCTS, kiln.format(500), sand.format(500), other)
    assert repeated.frames["deals"].height == 2
    assert withheld(repeated) == {("deals", "amount", "line_amounts_unsure")}
    moved = read(tmp_path, PRODUCTS, kiln.format(500), sand.format(20).replace("Won", "Lost"), other)
    assert {"ids_repeated"} <= codes(moved)


def test_lines_whose_own_amounts_add_up_say_whose_the_repeated_amount_is(tmp_path: Path) -> None:
    header = "Invoice Number,Invoice Date,Customer,Item,Line Amount,Invoice Total"
    rows = ["I1,2026-01-05,Oak,Kiln,200,500", "I1,2026-01-05,Oak,Sand,300,500", "I2,2026-01-06,Elm,Sand,70,70"]
    dataset = read(tmp_path, header, *rows)
    assert dataset.frames["invoices"]["amount"].to_list() == [500, 70]
    assert not withheld(dataset)


def test_payments_of_one_invoice_on_two_days_are_no_lines(tmp_path: Path) -> None:
    header = "Invoice Number,Invoice Date,Customer,Product,Total,Payment Date"
    rows = ["I1,2026-01-05,Oak,Kiln,500,2026-02-01", "I1,2026-01-05,Oak,Kiln,500,2026-03-01"]
    dataset = read(tmp_path, header, *rows)
    assert dataset.frames["invoices"].height == 2
    assert {"ids_repeated"} <= codes(dataset)


# --- ids as decimals -------------------------------------------------------------------------------------------------


def test_an_id_written_as_a_decimal_is_the_whole_number(tmp_path: Path) -> None:
    deals = read(tmp_path, DEALS, *(f"{n}.0,K{n},Won,{n},2026-01-05,2026-02-10" for n in (101, 102)), name="deals.csv")
    assert deals.frames["deals"]["id"].to_list() == ["101", "102"]
    assert found(deals, "ids_with_decimals").rows == (2, 3)
    read(
        tmp_path, "Activity ID,Type,Deal ID,Date", "1,Call,101,2026-01-06", "2,Call,102.0,2026-01-06", name="calls.csv"
    )
    both = load([str(tmp_path / "deals.csv"), str(tmp_path / "calls.csv")])
    assert both.frames["activities"]["deal_id"].to_list() == ["101", "102"]
    assert codes(both).isdisjoint({"references_unknown", "references_match_nothing"})


def test_ids_whose_decimals_say_something_stay(tmp_path: Path) -> None:
    rows = [f"{id_},K{id_},Won,5,2026-01-05,2026-02-10" for id_ in ("1.0", "1.5", "2.0")]
    assert read(tmp_path, DEALS, *rows).frames["deals"]["id"].to_list() == ["1.0", "1.5", "2.0"]


# --- numbers alone ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "row", "bare"),
    [
        ("Lead ID,Company,Lead Status,Created,Lead Value", "{},Oak,New,2026-01-05,100", ",,,,999"),
        ("Invoice Number,Customer,Invoice Date,Due Date,Total", "{},Oak,2026-01-05,2026-02-05,100", ",,,,999"),
        ("Cost Date,Category,Description,Campaign,Amount", "2026-01-0{},Travel,Train,North,100", ",,,,999"),
        ("Account ID,Account Name,Industry,Region,MRR", "{},Oak,Wood,North,100", ",,,,999"),
    ],
)
def test_a_row_of_numbers_alone_counts_in_no_kind(tmp_path: Path, header: str, row: str, bare: str) -> None:
    dataset = read(tmp_path, header, *(row.format(n) for n in (1, 2, 3)), bare)
    (frame,) = dataset.frames.values()
    assert frame.height == 3
    assert found(dataset, "row_of_numbers").rows == (5,)
    money = "mrr" if "mrr" in frame.columns else "amount"
    assert frame[money].sum() == Decimal(300)
