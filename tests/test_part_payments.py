"""Invoices that are paid in part, credit notes by any name, and shares of what was billed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from in_process import invoke
from salesmetrics.ingest.read import Dataset, load
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from pathlib import Path

BALANCES = {
    "English": ("Invoice,Customer,Invoice Date,Due Date,Total,Balance Due,Status", "Paid", "Partially paid", "Open"),
    "amount due": ("Invoice,Customer,Invoice Date,Due Date,Total,Amount Due,Status", "Paid", "Partial", "Open"),
    "outstanding": ("Invoice,Customer,Invoice Date,Due Date,Total,Outstanding,Status", "Paid", "Part-paid", "Open"),
    "German": (
        "Rechnungsnummer,Kunde,Rechnungsdatum,Fällig am,Betrag,Restbetrag,Status",
        "Bezahlt",
        "Teilbezahlt",
        "Offen",
    ),
    "French": (
        "Facture,Client,Date de facture,Date d'échéance,Montant,Solde,Statut",
        "Payée",
        "Partiellement payée",
        "En attente",
    ),
    "Spanish": (
        "Factura,Cliente,Fecha de factura,Fecha de vencimiento,Importe,Saldo,Estado",
        "Pagada",
        "Parcial",
        "Pendiente",
    ),
    "Russian": (
        "Номер счета,Клиент,Дата счета,Срок оплаты,Сумма счета,Остаток,Статус",
        "Оплачен",
        "Частично оплачен",
        "Выставлен",
    ),
    "Chinese": ("发票编号,客户名称,开票日期,到期日,发票金额,未付金额,状态", "已付款", "部分付款", "未付款"),
}


def read(tmp_path: Path, *lines: str) -> Dataset:
    path = tmp_path / "bills.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load([str(path)])


def codes(dataset: Dataset) -> set[str]:
    return {each.code for each in dataset.findings}


def bills(header: str, paid: str, partial: str, waiting: str) -> list[str]:
    return [
        header,
        f"B1,Oak,2026-01-10,2026-02-10,800,0,{paid}",
        f"B2,Oak,2026-02-10,2026-03-10,600,250,{partial}",
        f"B3,Elm,2026-03-10,2026-04-10,300,300,{waiting}",
    ]


@pytest.mark.parametrize("name", BALANCES)
def test_what_is_not_open_has_been_paid(tmp_path: Path, name: str) -> None:
    dataset = read(tmp_path, *bills(*BALANCES[name]))
    frame = dataset.frames["invoices"]
    assert frame["paid_amount"].to_list() == [Decimal(800), Decimal(350), Decimal(0)]
    assert frame["id"].to_list() == ["B1", "B2", "B3"]
    assert not dataset.withheld
    assert not codes(dataset) & {"amount_elsewhere", "part_paid_invoices", "balance_contradicts"}


@pytest.mark.parametrize("name", BALANCES)
def test_part_payments_of_unknown_size_leave_receipts_unknown(tmp_path: Path, name: str) -> None:
    rows = [line.split(",") for line in bills(*BALANCES[name])]
    dataset = read(tmp_path, *(",".join(cells[:5] + cells[6:]) for cells in rows))
    assert Withheld("invoices", "received", "part_paid") in dataset.withheld
    assert next(each for each in dataset.findings if each.code == "part_paid_invoices").rows == (3,)


def test_a_balance_of_paid_invoices_is_none(tmp_path: Path) -> None:
    header = BALANCES["amount due"][0]
    dataset = read(
        tmp_path, header, "B1,Oak,2026-01-10,2026-02-10,800,800,Paid", "B2,Elm,2026-01-10,2026-02-10,5,9,Open"
    )
    assert Withheld("invoices", "received", "balance_unsure") in dataset.withheld
    assert next(each for each in dataset.findings if each.code == "balance_contradicts").rows == (2, 3)


def test_an_amount_due_alone_is_the_amount(tmp_path: Path) -> None:
    frame = read(tmp_path, "Invoice No,Customer,Invoice Date,Amount Due", "B1,Oak,2026-01-10,800").frames["invoices"]
    assert frame["amount"].to_list() == [Decimal(800)]


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Art", ("Rechnung", "Gutschrift")),
        ("Sorte", ("Rechnung", "Gutschrift")),
        ("Nature", ("Facture", "Avoir")),
        ("Clase", ("Factura", "Nota de crédito")),
        ("Что это", ("Счет", "Кредит-нота")),
        ("票据", ("发票", "红字发票")),
    ],
)
def test_credit_notes_are_found_by_their_words(tmp_path: Path, header: str, words: tuple[str, str]) -> None:
    lines = [
        f"Invoice No,Customer,Invoice Date,Total,{header},Remark",
        f"B1,Oak,2026-01-10,800,{words[0]},as agreed",
        f"B2,Oak,2026-01-11,200,{words[1]},broken",
    ]
    dataset = read(tmp_path, *lines)
    assert dataset.frames["invoices"]["amount"].to_list() == [Decimal(800), Decimal(-200)]
    assert "credit_invoices" in codes(dataset)
    assert ("type_by_values" in codes(dataset)) == (header != "Art")


@pytest.mark.parametrize("words", [("Rechnung", "Gutschrift"), ("INV", "CRN"), ("Sales", "Credit Note")])
def test_a_type_of_something_else_hides_no_credit_note(tmp_path: Path, words: tuple[str, str]) -> None:
    lines = [
        "Invoice No,Customer,Invoice Date,Total,Type,Sort",
        f"B1,Oak,2026-01-10,800,Retail,{words[0]}",
        f"B2,Oak,2026-01-11,200,Trade,{words[1]}",
    ]
    frame = read(tmp_path, *lines).frames["invoices"]
    assert frame["amount"].to_list() == [Decimal(800), Decimal(-200)]
    assert frame["type"].to_list() == ["Retail", "Trade"]


def test_a_way_to_pay_is_no_document(tmp_path: Path) -> None:
    lines = ["Invoice No,Customer,Invoice Date,Total,Settled By", "B1,Oak,2026-01-10,800,Credit"]
    dataset = read(tmp_path, *lines, "B2,Oak,2026-01-11,200,Credit", "B3,Oak,2026-01-11,200,Cash")
    assert dataset.frames["invoices"]["amount"].sum() == Decimal(1200)


def test_a_remark_on_a_credit_note_is_no_type(tmp_path: Path) -> None:
    lines = ["Invoice No,Customer,Invoice Date,Total,Remark", "B1,Oak,2026-01-10,800,thanks"]
    dataset = read(tmp_path, *lines, "B2,Oak,2026-01-11,200,Gutschrift", "B3,Oak,2026-01-11,200,by mail")
    assert dataset.frames["invoices"]["amount"].sum() == Decimal(1200)


def test_no_share_of_less_than_nothing(tmp_path: Path) -> None:
    lines = ["Invoice No,Customer,Invoice Date,Due Date,Total,Paid Amount,Payment Date,Type"]
    read(tmp_path, *lines, "B1,Oak,2026-01-10,2026-02-10,300,0,2026-02-11,Credit Note")
    kpis = "collection_rate,collection_rate_receipts,dso"
    done = invoke("report", "bills.csv", "--kpi", kpis, "--format", "csv", "--period", "2026-Q1", cwd=tmp_path)
    reasons = [line.rsplit(",", 1)[-1] for line in done.stdout.splitlines()[1:]]
    assert reasons[:1] == ["billed_below_zero"], done.stdout
    assert set(reasons) == {"billed_below_zero"}
