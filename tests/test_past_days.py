"""On a past day nothing is known that came later: plans made since, and states of which nothing says since when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from salesmetrics.library import load, report_on

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.answers.report import Report

DAY = date(2026, 2, 28)
DEALS = """Deal ID,Name,Stage,Created,Close Date
D1,Kiln,Proposal,2026-01-05,
D2,Sand,Proposal,2026-01-05,
D3,Lime,Closed Won,2026-01-05,2026-01-20
D4,Clay,Closed Lost,2026-01-05,2026-01-20
"""
LEADS = {
    "English": "Lead ID,Name,Status,Created\n1,A,Converted,2026-01-05\n2,B,Converted,2026-01-06\n3,C,New,{later}\n",
    "German": "Lead-ID;Name;Status;Erstellt am\n1;A;Konvertiert;05.01.2026\n2;B;Konvertiert;06.01.2026\n3;C;Neu;{german}\n",
}


def report(folder: Path, kpi: str, as_of: date | None, **files: str) -> Report:
    paths = []
    for kind, text in files.items():
        path = folder / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        paths.append(f"{kind}={path}")
    return report_on(load(*paths), kpis=[kpi], as_of=as_of)


def calls(*rows: str, more: str = "") -> str:
    lines = [f"A{i},{row}" for i, row in enumerate(("D3,Call,2026-01-10" + ",2026-01-09,done" * bool(more), *rows))]
    return "\n".join([f"Activity ID,Deal ID,Type,Date{more}", *lines]) + "\n"


@pytest.mark.parametrize(
    ("entered", "status", "stalled", "left_out"),
    [
        ("2026-02-20", "planned", 1, 0),
        ("2026-02-20", "", 1, 0),
        ("2026-03-01", "planned", 2, 2),
        ("", "", 2, 2),
        ("2026-02-20", "done", 2, 2),
    ],
)
def test_a_call_was_planned_if_it_was_entered_by_then(
    tmp_path: Path, entered: str, status: str, stalled: int, left_out: int
) -> None:
    planned = [f"D{deal},Call,2026-03-0{deal},{entered},{status}" for deal in (1, 9)]
    found = report(tmp_path, "stalled_deals", DAY, deals=DEALS, activities=calls(*planned, more=",Created Date,Status"))
    assert found.metrics[0].value == stalled
    assert sum(f.count for f in found.findings if (f.kind, f.code) == ("activities", "as_of_reconstructed")) == left_out


def test_without_a_day_of_entry_nothing_says_that_a_call_was_planned(tmp_path: Path) -> None:
    activities = calls("D1,Call,2026-03-05", "D2,Call,2026-03-06")
    found = report(tmp_path, "stalled_deals", DAY, deals=DEALS, activities=activities)
    assert found.metrics[0].value == 2
    (said,) = [f.message for f in found.findings if (f.kind, f.code) == ("activities", "as_of_reconstructed")]
    assert said.endswith("2 activities dated later are left out because nothing shows that they were already planned")
    today = report(tmp_path, "stalled_deals", None, deals=DEALS, activities=activities)
    assert today.metrics[0].value == 0


@pytest.mark.parametrize("language", LEADS)
def test_leads_that_converted_on_an_unknown_day(tmp_path: Path, language: str) -> None:
    text = LEADS[language].format(later="2026-04-07", german="07.04.2026")
    found = report(tmp_path, "lead_conversion_rate", date(2026, 1, 31), leads=text)
    assert (found.metrics[0].value, found.metrics[0].reason) == (None, "conversion_day_unknown")
    messages = {f.code: f.message for f in found.findings}
    assert messages["as_of_reconstructed"] == "the export goes beyond 2026-01-31: 1 lead created later is left out"
    assert "2 leads were converted on an unknown date" in messages["conversion_day_unknown"]
    for day in (None, date(2026, 4, 7)):
        assert report(tmp_path, "lead_conversion_rate", day, leads=text).metrics[0].value == pytest.approx(2 / 3)


def test_leads_that_were_qualified_on_an_unknown_day(tmp_path: Path) -> None:
    text = LEADS["English"].format(later="2026-04-07").replace("Converted", "Qualified")
    found = report(tmp_path, "lead_qualification_rate", date(2026, 1, 31), leads=text)
    assert (found.metrics[0].value, found.metrics[0].reason) == (None, "qualification_day_unknown")
    dated = text.replace("Created\n", "Created,Qualified Date\n").replace("06\n", "06,2026-01-20\n")
    dated = dated.replace("05\n", "05,2026-02-20\n").replace("07\n", "07,\n")
    assert report(tmp_path, "lead_qualification_rate", date(2026, 1, 31), leads=dated).metrics[0].value == 0.5


def test_invoices_that_were_paid_on_an_unknown_day(tmp_path: Path) -> None:
    text = "Invoice ID,Customer,Issue Date,Amount,Status{}\n1,A,2026-01-05,10,Paid{}\n2,B,2026-01-06,30,Open{}\n"
    later = "3,C,2026-04-07,5,Open{}\n"
    undated = (text + later).format("", "", "", "")
    found = report(tmp_path, "collection_rate", date(2026, 1, 31), invoices=undated)
    assert (found.metrics[0].value, found.metrics[0].reason) == (None, "payment_day_unknown")
    dated = (text + later).format(",Payment Date", ",2026-01-30", ",", ",")
    assert report(tmp_path, "collection_rate", date(2026, 1, 31), invoices=dated).metrics[0].value == 0.25
    assert report(tmp_path, "collection_rate", date(2026, 4, 30), invoices=undated).metrics[0].value == pytest.approx(
        10 / 45
    )


@pytest.mark.parametrize(("moved", "value", "missing"), [("2026-03-10", 20, 1), ("2026-02-10", 100, 0)])
def test_the_stage_of_a_deal_that_moved_later_is_unknown(
    tmp_path: Path, moved: str, value: float, missing: int
) -> None:
    text = f"""Deal ID,Stage,Stage Entered,Created,Amount,Probability,Close Date
D1,Negotiation,{moved},2026-01-05,100,80,
D2,Proposal,2026-01-06,2026-01-05,100,20,
D3,Closed Won,2026-01-20,2026-01-05,100,100,2026-01-20
D4,Closed Lost,2026-01-20,2026-01-05,100,0,2026-01-20
"""
    found = report(tmp_path, "weighted_pipeline", DAY, deals=text)
    assert found.metrics[0].value == value
    said = [f.message for f in found.findings if f.code == "as_of_reconstructed"]
    words = "1 deal moved to another stage later (stage and probability unknown)"
    assert said == [f"the export goes beyond {DAY}: {words}"] * missing
