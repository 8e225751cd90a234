"""A refusal offers the nearest kind only, and columns that can be what is missing; what names itself is not refused at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.read import Dataset, ReadOptions, load

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, lines: str, name: str = "x.csv") -> str:
    (folder / name).write_text("\n".join(line.strip() for line in lines.split("/")) + "\n", encoding="utf-8")
    return str(folder / name)


def refusal(folder: Path, lines: str, kind: str = "") -> SalesmetricsError:
    with pytest.raises(SalesmetricsError) as caught:
        load([f"{kind}={write(folder, lines)}" if kind else write(folder, lines)])
    return caught.value


def read(folder: Path, lines: str) -> Dataset:
    return load([write(folder, lines)])


def test_only_the_nearest_kind_is_offered_and_what_is_offered_works(tmp_path: Path) -> None:
    lines = (
        "Rechnungsnummer;Kunde;Art;Status;Rechnungsdatum;Fällig am;Netto;MwSt;Brutto/"
        "R1;Oak;Rechnung;bezahlt;05.01.2026;05.02.2026;100,00;19,00;119,00/"
        "R2;Elm;Rechnung;offen;15.01.2026;15.02.2026;200,00;38,00;238,00"
    )
    error = refusal(tmp_path, lines)
    assert "activities" not in error.hint
    kind = re.search(r"`(invoices=[^`]+)`", error.hint)
    assert kind
    assert error.hint.endswith("possible columns: `Netto`, `MwSt`, `Brutto`")
    found = load([kind[1]], ReadOptions(mapping={"amount": "Brutto"}))
    assert [int(value) for value in found.frames["invoices"]["amount"]] == [119, 238]


@pytest.mark.parametrize(
    ("kind", "lines", "never"),
    [
        (
            "revenue",
            "Customer,Start Date,End Date,Amount,Billing Interval/Oak,2026-01-01,2026-12-31,12,monthly/Elm,2026-02-01,2027-01-31,8,yearly",
            "--map movement",
        ),
        ("surveys", "Month,Team,CSAT/2026-01,East,4/2026-02,East,5", "--map"),
        ("surveys", "Monat;Team;Zufriedenheit/Q1 2026;Ost;4/Q2 2026;Ost;5", "--map"),
        ("customers", "Customer,Seats/Oak,12/Elm,30", "--map started"),
        ("stages", "Stage,Entered,Amount/New,2026-01-05,1200/Won,2026-01-09,800", "--map deal_id"),
    ],
)
def test_no_column_is_offered_that_cannot_be_it(tmp_path: Path, kind: str, lines: str, never: str) -> None:
    assert never not in refusal(tmp_path, lines, kind).hint


def test_a_flag_is_no_id(tmp_path: Path) -> None:
    assert "--map" not in refusal(tmp_path, "age,job,month,y/41,admin,may,no/30,manager,jun,yes").hint


def test_what_is_in_lists_of_every_kind_names_no_kind(tmp_path: Path) -> None:
    assert "closest to" not in refusal(tmp_path, "Customer,Wiggle/Oak,7/Elm,9").message


@pytest.mark.parametrize(
    ("lines", "question"),
    [
        ("Employee,Team,eNPS,Date/Ann,East,9,2026-01-05/Bo,West,3,2026-01-06", "enps"),
        ("Antwort;Datum;Weiterempfehlung (0-10)/A1;05.01.2026;9/A2;16.01.2026;3", "nps"),
        ("Encuesta;Fecha;Satisfacción (1-5)/A1;05.01.2026;4/A2;16.01.2026;3", "csat"),
        ("Agent,Date,CES/Ann,2026-01-05,6/Bo,2026-01-06,3", "ces"),
    ],
)
def test_a_header_that_names_a_question_makes_surveys(tmp_path: Path, lines: str, question: str) -> None:
    frame = read(tmp_path, lines).frames["surveys"]
    assert frame["type"].to_list() == [question] * 2
    assert frame["score"].is_not_null().all()


@pytest.mark.parametrize(
    "lines",
    [
        "Customer ID,Customer,Status,Created/C1,Oak,Active,2025-01-01/C2,Elm,Churned,2025-02-01/C3,Ash,Active,2025-03-01",
        "Kundennummer;Kunde;Status;Erstellt am/C1;Oak;Aktiv;01.01.2025/C2;Elm;Gekündigt;21.02.2025",
        "Customer,Potential per Year/Oak,1000/Elm,2000",
    ],
)
def test_a_list_of_customers_is_one(tmp_path: Path, lines: str) -> None:
    assert set(read(tmp_path, lines).frames) == {"customers"}


@pytest.mark.parametrize(
    "lines",
    [
        "Deal,Customer,Status,Created,Amount/D1,Oak,Won,2025-01-01,10/D2,Elm,Lost,2025-02-01,20",
        "Lead,Company,Status,Created/L1,Oak,New,2025-01-01/L2,Elm,Converted,2025-02-01",
    ],
)
def test_other_lists_with_a_status_are_none_of_customers(tmp_path: Path, lines: str) -> None:
    assert "customers" not in read(tmp_path, lines).frames
