"""The catalogue of findings: every entry is well formed, and every code that is used exists."""

from __future__ import annotations

import ast
import re
from string import Formatter

import polars as pl
import pytest

from salesmetrics.messages.findings import FINDINGS
from salesmetrics.schema.findings import MAX_ROWS, SEVERITIES, finding
from salesmetrics.schema.provenance import Severity
from trees import module_names, nodes

SOURCES = tuple(name for name in module_names() if name.startswith("ingest/"))


def words_of(template: str | None) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template or "") if name}


def used_codes() -> set[str]:
    """First arguments that are string constants, of the calls that make findings."""
    codes: set[str] = set()
    for source in SOURCES:
        for node in nodes(source):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in {"finding", "report", "Rule"} and isinstance(node.args[0].value, str):
                    codes.add(node.args[0].value)
    return codes


def test_every_code_that_is_used_has_words_and_a_severity() -> None:
    rules_of_models = {"required", "choice", "max_length", "min_length"}
    assert used_codes() - rules_of_models <= FINDINGS.keys()
    assert FINDINGS.keys() == SEVERITIES.keys()
    assert len(FINDINGS) == sum(map(len, FINDINGS.maps))


@pytest.mark.parametrize("code", sorted(FINDINGS))
def test_an_entry_reads_as_one_line(code: str) -> None:
    assert re.fullmatch(r"[a-z0-9_]+", code)
    for text in FINDINGS[code]:
        assert text is None or (text == text.strip() and "\n" not in text and not text.endswith("."))


def test_rows_are_sorted_cut_and_without_repeats() -> None:
    made = finding("stage_blank", column="Stage", count=60, rows=[9, 4, 4, *range(100, 160)])
    assert made.rows[:3] == (4, 9, 100)
    assert len(made.rows) == MAX_ROWS
    assert made.count == 60


def test_one_row_is_not_rows() -> None:
    every = pl.Series(range(2, 62))
    assert finding("stage_blank", column="Stage", rows=every) == finding(
        "stage_blank", column="Stage", count=60, rows=every.to_list()
    )
    assert finding("stage_blank", column="Stage", count=1).message.startswith("1 deal has no")
    assert finding("stage_blank", column="Stage", count=2_473).message.startswith("2,473 deals have no")


def test_a_missing_word_is_a_fault_and_not_a_silent_gap() -> None:
    with pytest.raises(KeyError):
        finding("no_such_code", count=1)
    with pytest.raises(KeyError):
        _ = finding("stage_word_looks_final", count=1).message


def test_severity_can_be_lowered_where_the_data_say_so() -> None:
    assert finding("stage_blank", column="x", count=1, severity=Severity.NOTE).severity is Severity.NOTE


def test_templates_name_only_words_that_can_be_given() -> None:
    for entry in FINDINGS.values():
        for word in words_of(entry[0]) | words_of(entry[1]):
            assert word.isidentifier()
