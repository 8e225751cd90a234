"""Lists that look like ours and are none: named, refused, or read as what they are; and documents that are no invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl
import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.canonical.derive import activity_columns
from salesmetrics.ingest.read import Dataset, load
from salesmetrics.ingest.recognise.index import words_for
from salesmetrics.library import report_on

if TYPE_CHECKING:
    from pathlib import Path


def written(folder: Path, *lines: str, name: str = "file.csv") -> str:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def read(folder: Path, *lines: str, name: str = "file.csv") -> Dataset:
    return load([written(folder, *lines, name=name)])


def codes(dataset: Dataset) -> dict[str, list[int]]:
    return {found.code: list(found.rows) for found in dataset.findings}


OTHERS = {
    "orders run together": (
        "orders",
        ["orderid,orderdate,customername,status,totalamount", "1,2026-01-05,Oak,Completed,100", "2,2026-01-06,Elm,Cancelled,50"],
    ),
    "order lines": (
        "orders",
        ["ORDERNUMBER,QUANTITYORDERED,PRICEEACH,SALES,ORDERDATE,STATUS,CUSTOMERNAME", "7,30,95.7,2871,2/24/2026,Shipped,Oak"],
    ),
    "contracts": (
        "supplier contracts",
        ["contract_id,supplier_name,contract_value,start_date,end_date,status,owner", "C1,Oak,1000,2026-01-05,2027-01-05,Active,Ann"],
    ),
    "contracts with stages": (
        "supplier contracts",
        ["Contract No,Vendor,Amount,Signed Date,Renewal Date,Stage,Contract Owner", "C1,Oak,1000,2026-01-05,2027-01-05,Signed,Ann"],
    ),
    "web events": (
        "web events",
        ["event_id,user_id,event_type,event_timestamp,session_id", "1,u1,page_view,2026-01-05 10:00:00,s1", "2,u1,api_call,2026-01-05 10:01:00,s1"],
    ),
    "events of programs": (
        "its header does not show enough",
        ["event_id,account_id,event_type,timestamp,metadata", "1,a1,login,2026-01-05 10:00:00,x", "2,a1,api_call,2026-01-05 10:01:00,y"],
    ),
    "a change log": (
        "a log of field changes",
        ["deal_id,changed_field_key,old_value,new_value,change_time", "1,next_step,1,2,2026-01-05", "1,user_id,7,8,2026-01-06"],
    ),
    "a change log without old values": (
        "a log of field changes",
        ["id,deal_id,changed_field_key,new_value,change_time", "1,1,next_step,2,2026-01-05", "2,1,lost_reason,price,2026-01-06"],
    ),
    "a change log in Spanish": (
        "a log of field changes",
        ["ID de negocio;Campo modificado;Valor anterior;Nuevo valor;Fecha", "1;Origen;A;B;05.01.2026", "1;Propietario;Ana;Eva;15.01.2026"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_none_of_ours_is_refused_and_named(tmp_path: Path, name: str) -> None:
    what, lines = OTHERS[name]
    with pytest.raises(SalesmetricsError) as caught:
        read(tmp_path, *lines)
    assert caught.value.code == "kind_unknown"
    assert what in caught.value.message


def test_a_log_of_stages_only_is_a_history(tmp_path: Path) -> None:
    lines = [
        "deal_id,field,old_value,new_value,change_time",
        "1,stage,New,Proposal,2026-01-05",
        "1,stage,Proposal,Won,2026-02-05",
    ]
    assert read(tmp_path, *lines).frames["stages"]["stage"].to_list() == ["Proposal", "Won"]


STAGE_LIST = [
    "active,closed_won,is_closed,display_order,probability,stage_id,label,pipeline_id,created_at",
    "TRUE,FALSE,FALSE,0,0.2,s1,Meeting,p1,2026-01-09 15:25:37",
    "TRUE,TRUE,TRUE,1,1.0,s2,Signed,p1,2026-01-09 15:25:37",
    "TRUE,FALSE,TRUE,2,0.0,s3,Gone,p1,2026-01-09 15:25:37",
]


def test_a_list_of_stages_is_no_list_of_deals_and_helps_one(tmp_path: Path) -> None:
    stages = written(tmp_path, *STAGE_LIST, name="stages.csv")
    assert list(load([stages]).frames) == ["pipelines"]
    deals = written(
        tmp_path, "Deal ID,Name,Stage,Amount,Created,Closed", "1,Kiln,s2,900,2026-01-05,2026-02-10", "2,Sand,s3,5,2026-01-05,2026-02-10",
        name="deals.csv",
    )  # fmt: skip
    assert load([deals, stages]).frames["deals"]["outcome"].to_list() == ["won", "lost"]


def test_type_words_are_whole_words() -> None:
    words = words_for("generic", "activities")
    types = pl.DataFrame({"type": ["api_call", "function call", "Sales call", "outbound_call", "API Call", "Call"]})
    assert types.select(activity_columns(types, words))["type"].to_list() == [
        "other",
        "other",
        "call",
        "call",
        "other",
        "call",
    ]


def test_below_the_stated_confidence_nothing_is_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, "Name,Stage,Amount,Created,Closed", "Kiln,Won,900,2026-01-05,2026-02-10")
    monkeypatch.setattr("salesmetrics.ingest.recognise.columns.LEAST", 0.99)
    with pytest.raises(SalesmetricsError) as caught:
        load([path])
    assert "it may be deals (" in caught.value.message
    assert "amount from `Amount`" in caught.value.message
    assert caught.value.hint == f"if it is, name the kind: `deals={path}`"
    assert load([f"deals={path}"]).frames["deals"].height == 1


# --- documents that are no invoices ----------------------------------------------------------------------------------

PAYMENTS = {
    "English": [
        "payment_id,invoice_id,customer_id,amount,currency,payment_method,payment_date,status,created_at",
        "p1,i1,c1,90.0,USD,card,2026-01-29,succeeded,2026-01-29",
        "p2,i1,c2,180.0,USD,ach,2026-02-27,succeeded,2026-02-27",
    ],
    "German": ["Zahlungsnummer;Kunde;Zahlungsdatum;Betrag;Status", "1;Oak;05.01.2026;90,00;Bezahlt", "2;Elm;26.01.2026;180,00;Bezahlt"],
    "Receipts": ["Receipt No,Customer,Payment Date,Amount", "1,Oak,2026-01-05,90", "2,Elm,2026-01-06,180"],
}  # fmt: skip


@pytest.mark.parametrize("name", PAYMENTS)
def test_payments_are_receipts_and_no_invoices(tmp_path: Path, name: str) -> None:
    dataset = read(tmp_path, *PAYMENTS[name])
    frame = dataset.frames["invoices"]
    assert frame["paid_amount"].sum() == 270
    assert {"amount", "issued"}.isdisjoint(frame.columns)
    assert frame["id"].n_unique() == 2
    assert "payments_only" in codes(dataset)
    with pytest.raises(SalesmetricsError, match="nothing to report"):
        report_on(dataset)


def test_payments_beside_invoices_are_left_out_and_said(tmp_path: Path) -> None:
    payments = written(tmp_path, *PAYMENTS["English"], name="payments.csv")
    invoices = written(
        tmp_path,
        "Invoice Number,Customer,Invoice Date,Due Date,Total",
        "i1,Oak,2026-01-05,2026-02-05,90",
        name="invoices.csv",
    )
    dataset = load([invoices, payments])
    assert dataset.frames["invoices"].height == 1
    assert "payments_beside_invoices" in codes(dataset)


CREDITS = {
    "English": ("Invoice Number,Type,Customer,Invoice Date,Due Date,Total", "{},{},Oak,2026-01-1{},2026-02-09,{}", "Invoice", "Credit Note", "Draft"),
    "German": ("Rechnungsnummer;Belegart;Kunde;Rechnungsdatum;Fälligkeit;Betrag", "{};{};Eiche;1{}.01.2026;13.02.2026;{}", "Rechnung", "Gutschrift", "Entwurf"),
    "French": ("Numéro de facture;Type de document;Client;Date de facture;Montant", "{};{};Chêne;1{}/01/2026;{}", "Facture", "Avoir", "Brouillon"),
    "as a status": ("Invoice Number,Status,Customer,Invoice Date,Due Date,Total", "{},{},Oak,2026-01-1{},2026-02-09,{}", "Sent", "Credit Note", "Draft"),
}  # fmt: skip


@pytest.mark.parametrize("name", CREDITS)
@pytest.mark.parametrize("sign", ["", "-"])
def test_credit_notes_subtract_and_drafts_are_none(tmp_path: Path, name: str, sign: str) -> None:
    header, row, invoice, credit, draft = CREDITS[name]
    lines = [row.format(7, invoice, 3, 1000), row.format(8, credit, 4, f"{sign}200"), row.format(9, draft, 5, 50)]
    dataset = read(tmp_path, header, *lines)
    frame = dataset.frames["invoices"]
    assert frame["amount"].to_list() == [1000, -200, 50]
    assert codes(dataset)["credit_invoices"] == [3]
    assert codes(dataset)["draft_invoices"] == [4]
    assert "amount_negative" not in codes(dataset)
    values = {metric.id: metric.value for metric in report_on(dataset).metrics}
    assert values["invoiced"] == Decimal(800)
    assert values["repeat_purchase_rate_invoices"] == 0


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (
            "invoice_id,customer_id,invoice_date,due_date,amount,discount_amount,final_amount,status",
            "i{n},c1,2026-01-0{n},2026-02-01,100,10,90,paid",
        ),
        (
            "Deal ID,Deal Name,Stage,Created,Closed,Amount,Discount,Final Amount",
            "{n},Kiln {n},Won,2026-01-0{n},2026-02-01,100,10,90",
        ),
    ],
)
def test_the_final_amount_comes_before_the_amount_and_the_other_is_named(tmp_path: Path, header: str, row: str) -> None:
    dataset = read(tmp_path, header, row.format(n=1), row.format(n=2))
    (frame,) = dataset.frames.values()
    assert frame["amount"].sum() == 180
    assert codes(dataset)["amount_elsewhere"] == [2, 3]


def test_the_price_of_one_unit_is_no_list_price_of_a_deal(tmp_path: Path) -> None:
    header = "Deal ID,Name,Stage,Amount,Created,Closed,Quantity,List Price"
    rows = ["1,Kiln,Won,900,2026-01-02,2026-02-02,10,100", "2,Sand,Lost,180,2026-01-02,2026-02-02,2,100"]
    dataset = read(tmp_path, header, *rows)
    assert codes(dataset)["unit_prices"] == [2, 3]
    assert [tuple(each) for each in dataset.withheld] == [("deals", "list_price", "unit_price")]
    whole = read(tmp_path, header, *(row.removesuffix(",100") + ",1000" for row in rows))
    assert not whole.withheld


def test_a_list_that_begins_with_the_noun_of_a_record_is_a_list_of_these(tmp_path: Path) -> None:
    lines = [
        "Opportunity,Contact Name,Email,Salesperson,Expected Revenue,Stage",
        "Barn,A,a@x.test,Ann,1000.00,Won",
        "Silo,B,b@x.test,Ann,500.00,New",
    ]
    dataset = read(tmp_path, *lines)
    assert dataset.frames["deals"].filter(pl.col("outcome") == "won")["amount"].sum() == 1000
    leads = read(
        tmp_path, "Lead,Company,Owner,Status,Created", "Ann,Oak,Bo,New,2026-01-05", "Cy,Elm,Bo,Working,2026-01-06"
    )
    assert list(leads.frames) == ["leads"]


@pytest.mark.parametrize(
    ("what", "lines"),
    [
        ("% sure", ["Task,Status,Assignee,Due Date,Created", "Write,Done,Ann,2026-01-05,2026-01-01", "Read,Open,Bo,2026-01-06,2026-01-01"]),
        ("issues of a project", ["Issue key,Issue type,Summary,Status,Assignee,Reporter,Created,Resolution", "A-1,Bug,x,Done,Ann,Bo,2026-01-05,Fixed"]),
        ("one column per period", ["Rep,2026-01-01,2026-02-01,2026-03-01", "Ann,100.00,200.00,300.00", "Bo,10.00,20.00,30.00"]),
    ],
)  # fmt: skip
def test_lists_of_work_and_tables_of_periods_are_none(tmp_path: Path, what: str, lines: list[str]) -> None:
    with pytest.raises(SalesmetricsError) as caught:
        read(tmp_path, *lines)
    assert what in caught.value.message
