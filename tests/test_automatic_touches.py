"""Touches that no person made: an automation's name, an automatic reply, a bounce, nobody at all, in every language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from salesmetrics.ingest.canonical.automation import AUTOMATIC, NOBODY, UNDELIVERED, touch_columns
from salesmetrics.library import load, report_on

if TYPE_CHECKING:
    from pathlib import Path

    from salesmetrics.ingest.dataset import Dataset

LEADS = (
    "Lead ID,Name,Created,Status,Owner\nP1,Alpha,2026-05-04 08:00,Working,Nora\nP2,Beta,2026-05-04 09:00,Working,Nora\n"
)
HEADER = "Activity ID,Type,Lead ID,Date,Owner,Direction,Subject,Status,Automated\n"
CALLS = "B1,Call,P1,2026-05-04 12:00,Nora,Outbound,Hello,Completed,\nB2,Call,P2,2026-05-04 13:00,Nora,Outbound,Hello,Completed,\n"


def dataset(folder: Path, *rows: str, header: str = HEADER, calls: str = CALLS) -> Dataset:
    (folder / "leads.csv").write_text(LEADS, encoding="utf-8")
    (folder / "activities.csv").write_text(header + "".join(row + "\n" for row in rows) + calls, encoding="utf-8")
    return load(f"leads={folder / 'leads.csv'}", f"activities={folder / 'activities.csv'}")


def response(data: Dataset) -> float | None:
    (metric,) = report_on(data, kpis=["lead_response_median"]).metrics
    return None if metric.value is None else float(metric.value)


def codes(data: Dataset) -> dict[str, tuple[int, ...]]:
    return {finding.code: tuple(finding.rows) for finding in data.findings}


SENDERS = ["Workflow Automation", "System", "noreply@example.test", "Systembenutzer", "Automatisation", "Sistema"]
SENDERS += [
    "Автоматизация",
    "Бизнес-процесс",
    "系统",
    "النظام",
    "Pengguna Sistem",
    "Automazione",
    "システム",
    "SYSTÈME",
]
SUBJECTS = ["Automatic reply: thank you", "[Out of Office] back on Monday", "Automatische Antwort: Anfrage"]
SUBJECTS += ["Réponse automatique : merci", "Respuesta automática: hola", "Resposta automática: olá"]
SUBJECTS += [
    "Автоответ: в отпуске",
    "自动回复：您好",
    "رد تلقائي: شكرا",
    "Balasan automatik: terima kasih",
    "자동 회신: 감사",
]
SUBJECTS += ["Undeliverable: offer", "Unzustellbar: Angebot", "Не доставлено: КП"]
TYPES = ["Marketing Email", "Workflow email", "Sequence Email", "Massenmail", "Автоматическое письмо", "群发邮件"]


@pytest.mark.parametrize(
    ("owner", "subject", "kind"),
    [
        *[(owner, "Hello", "Email") for owner in SENDERS],
        *[("Nora", subject, "Email") for subject in SUBJECTS],
        *[("Nora", "Hello", kind) for kind in TYPES],
    ],
)
def test_an_automation_answers_no_lead(tmp_path: Path, owner: str, subject: str, kind: str) -> None:
    data = dataset(tmp_path, f"A1,{kind},P1,2026-05-04 08:01,{owner},Outbound,{subject},Completed,")
    assert response(data) == 4.0
    assert codes(data)["activities_automatic"] == (2,)
    (emails,) = report_on(data, kpis=["activities"]).metrics
    assert [(each.code, each.count) for each in emails.excluded if each.count] == [("automated", 1)]


@pytest.mark.parametrize("owner", ["Nora Systema", "Ina Bot", "Automata Jones", "Sistemi Rossi", "Robotham"])
@pytest.mark.parametrize("subject", ["Re: Automatic reply: thank you", "Our automatic reply tool", "Auto repair quote"])
def test_a_person_is_a_person(tmp_path: Path, owner: str, subject: str) -> None:
    data = dataset(tmp_path, f"A1,Email,P1,2026-05-04 08:01,{owner},Outbound,{subject},Completed,")
    assert response(data) == pytest.approx(1 / 60)
    assert codes(data) == {}


def test_a_flag_of_the_export_decides(tmp_path: Path) -> None:
    row = "A1,Email,P1,2026-05-04 08:01,System,Outbound,Hello,Completed,no"
    assert response(dataset(tmp_path, row)) == pytest.approx(1 / 60)


@pytest.mark.parametrize(
    "status", ["Bounced", "Unzustellbar", "Non remis", "Rebotado", "Недоставлено", "退信", "Hard Bounce"]
)
def test_what_was_not_delivered_answers_no_lead_but_counts_as_sent(tmp_path: Path, status: str) -> None:
    data = dataset(tmp_path, f"A1,Email,P1,2026-05-04 08:01,Nora,Outbound,Hello,{status},")
    assert response(data) == 4.0
    assert codes(data)["activities_undelivered"] == (2,)
    (emails,) = report_on(data, kpis=["emails"]).metrics
    assert emails.value == 1


def test_nobody_is_no_person_where_others_are_named(tmp_path: Path) -> None:
    data = dataset(tmp_path, "A1,Email,P1,2026-05-04 08:01,,Outbound,Hello,Completed,")
    assert response(data) == 4.0
    (found,) = [finding for finding in data.findings if finding.code == "activities_without_person"]
    assert (found.severity, tuple(found.rows)) == ("warning", (2,))


def test_where_nothing_names_a_person_it_is_said(tmp_path: Path) -> None:
    header, calls = (
        text.replace("Owner,", "").replace(",Automated", "") for text in (HEADER, CALLS.replace("Nora,", ""))
    )
    header = header.replace("Automated", "").rstrip(",\n") + "\n"
    calls = calls.replace(",\n", "\n")
    row = "A1,Email,P1,2026-05-04 08:01,Outbound,Hello,Completed"
    data = dataset(tmp_path, row, header=header, calls=calls)
    report = report_on(data, kpis=["lead_response_median"])
    (found,) = [finding for finding in report.findings if finding.code == "touches_of_nobody"]
    assert (found.severity, found.count) == ("warning", 3)
    assert response(data) == pytest.approx(1 / 60)


def test_columns_come_only_where_a_row_has_them() -> None:
    frame = pl.DataFrame({"owner": ["Nora", "Ivo"], "subject": ["Hello", None], "type": ["Email", "Call"]})
    assert touch_columns(frame) == []
    marked = touch_columns(
        pl.DataFrame({"owner": ["System", None, "Ivo", "Eva"], "status": [None, "Done", "Bounced", "Done"]})
    )
    assert [series.name for series in marked] == [AUTOMATIC, UNDELIVERED, NOBODY]
    assert [series.to_list().index(True) for series in marked] == [0, 2, 1]


def test_a_long_subject_takes_no_time() -> None:
    frame = pl.DataFrame({"subject": ["[" * 200_000 + "automatic", "автоответ" * 50_000]})
    assert [series.to_list() for series in touch_columns(frame)] == [[False, True]]


def test_many_different_texts_are_searched_too() -> None:
    names = [f"Person {i}" for i in range(6_000)]
    frame = pl.DataFrame({"owner": [*names, "WORKFLOW Automation"], "result": [*names, "Hard Bounce"]})
    marked = {series.name: series.arg_true().to_list() for series in touch_columns(frame)}
    assert marked == {AUTOMATIC: [6_000], UNDELIVERED: [6_000]}
