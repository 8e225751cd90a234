"""A new form of output is one writer: it draws the document of every command, and no layout knows of it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from report_fixture import compared_report, grouped_report, total_report
from salesmetrics.answers.files import Check, Inspection, Unlock
from salesmetrics.answers.settings import Settings, Settled
from salesmetrics.drilldown.describe import define_kpi, list_kpis
from salesmetrics.metrics.catalog import catalog
from salesmetrics.render.document import Bullets, Document, Files, Heading, Items, Snippet, Table, Text, plain
from salesmetrics.render.writers import WRITERS, Screen, Writer, forms_of, render
from test_rows import records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from salesmetrics.render.document import Block

REPORT = total_report()
ANSWERS = {
    "report": REPORT,
    "compared": compared_report(),
    "grouped": grouped_report(),
    "check": Check(passed=False, inputs=REPORT.inputs, findings=REPORT.findings),
    "inspect": Inspection(
        files=[], allowed=["win_rate"], unlocks=[Unlock(needs="a quotas file", kpis=["pacing"])], findings=[]
    ),
    "rows": records(),
    "kpis": list_kpis(catalog().kpis.values(), catalog()),
    "explain": define_kpi(catalog().kpis["win_rate"], catalog()),
    "config": Settings(path=None, settings=[Settled(key="report.by", value=["owner"], source="default")]),
}
SOME_TEXT = {
    "report": "10,005,534",
    "compared": "no clear difference",
    "grouped": "Ana Lima",
    "check": "failed: there are errors",
    "inspect": "a quotas file\t\tpacing",
    "rows": "31400210000",
    "kpis": "won / (won + lost)",
    "explain": "Win rate (win_rate)",
    "config": "report.by\towner\tdefault",
}


def write(document: Document, screen: Screen) -> str:
    """The toy writer: every block as lines of texts with tabs between them."""
    return "".join("\t".join(line) + "\n" for block in document.blocks for line in lines(block))


def lines(block: Block) -> Iterator[list[str]]:
    match block:
        case Heading():
            yield [block.text, *block.facts]
        case Text():
            yield [plain(block.text)]
        case Files():
            yield from ([item.kind, item.path, item.read] for item in block.items)
        case Items():
            yield from ([item.lead, plain(item.body), *item.parts, plain(item.hint)] for item in block.items)
        case Bullets():
            yield from ([plain(item.text)] for item in block.items)
        case Snippet():
            yield [block.text]
        case Table():
            yield [column.title for column in block.columns]
            yield from ([cell.text for cell in row.cells] for row in block.rows)


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("toy_writer")
    module.write = write  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "toy_writer", module)
    monkeypatch.setitem(WRITERS, "toy", Writer("document", "toy_writer:write", (".toy",)))


@pytest.mark.usefixtures("toy")
@pytest.mark.parametrize("name", ANSWERS)
def test_a_new_writer_draws_what_every_command_answers(name: str) -> None:
    assert "toy" in forms_of(type(ANSWERS[name]))
    assert SOME_TEXT[name] in render(ANSWERS[name], "toy")


@pytest.mark.parametrize("form", ["table", "md"])
@pytest.mark.parametrize("name", ANSWERS)
def test_every_command_has_the_forms_for_people(name: str, form: str) -> None:
    text = render(ANSWERS[name], form)
    assert text.endswith("\n")
    assert len(text) > len(SOME_TEXT[name])


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", ["report", "compared", "grouped", "check", "inspect", "rows", "kpis", "explain"])
def test_no_line_is_wider_than_the_place(name: str, width: int) -> None:
    drawn = render(ANSWERS[name], "table", Screen(width, ascii_only=True)).splitlines()
    assert [line for line in drawn if len(line) > width] == []


def test_no_module_of_render_is_large() -> None:
    folder = Path(__file__).parent.parent / "src" / "salesmetrics" / "render"
    sizes = {path.name: len(path.read_text("utf-8").splitlines()) for path in folder.rglob("*.py")}
    assert {name: size for name, size in sizes.items() if size > 600} == {}
