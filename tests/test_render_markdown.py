from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from report_fixture import OWNERS, compared_report, deals_input, digits_of, grouped_report, metric, report, total_report
from salesmetrics.render.text import amount
from salesmetrics.render.writers import render
from salesmetrics.schema.findings import finding

if TYPE_CHECKING:
    from golden_file import Golden
    from salesmetrics.answers.report import Report

REPORTS = {"total": total_report(), "compared": compared_report(), "grouped": grouped_report()}
CELL_BORDER = re.compile(r"(?<!\\)\|")


def drawn(made: Report) -> str:
    return render(made, "md")


def tables(text: str) -> list[list[str]]:
    return [part.splitlines() for part in text.split("\n\n") if part.startswith("| ")]


@pytest.mark.parametrize("name", REPORTS)
def test_golden(name: str, golden: Golden) -> None:
    golden(f"render/{name}.md", drawn(REPORTS[name]))


@pytest.mark.parametrize("name", REPORTS)
def test_every_row_has_as_many_cells_as_its_header(name: str) -> None:
    found = tables(drawn(REPORTS[name]))
    assert found
    for lines in found:
        assert {len(CELL_BORDER.findall(line)) for line in lines} == {len(CELL_BORDER.findall(lines[0]))}


@pytest.mark.parametrize("name", REPORTS)
def test_every_value_is_there(name: str) -> None:
    text = drawn(REPORTS[name])
    for item in REPORTS[name].metrics:
        assert f" {amount(item.value, item.unit, places=digits_of(item, REPORTS[name]))}" in text


def test_each_family_of_a_grouped_report_has_every_segment() -> None:
    for lines in tables(drawn(REPORTS["grouped"])):
        assert len(lines) == 2 + 1 + len(OWNERS)


def test_names_cannot_become_markup() -> None:
    name = "a|b<script>*x*[y](z)`c`_d_ #1 \\ \n\n# h"
    made = report(
        [metric("a", "A", "f", "count", 1, group={"owner": name})],
        group_by=["owner"],
        inputs=[deals_input("we`ird|name.csv")],
        findings=[finding("file_unusable", count=1, cause="`a` is <b> | odd ` one")],
    )
    text = drawn(made)
    assert "<" not in text.replace("\\<", "")
    assert "\n# h" not in text
    assert r"a\|b\<script\>\*x\*\[y\](z)\`c\`\_d\_ \#1 \\" in text
    assert all(re.fullmatch(r"\|.*\|", line) for line in tables(text)[0])


def test_code_in_messages_stays_code() -> None:
    assert "`close_value` is not used" in drawn(REPORTS["total"])
