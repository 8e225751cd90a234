"""A cell that says "(blank)" has no value, as an empty one; the segment of both is one, and `inspect` says so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from in_process import invoke

if TYPE_CHECKING:
    from pathlib import Path

LABELS = ["(blank)", "(Blank)", "(none)", "(empty)", "(leer)", "(vide)", "(空白)"]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("column", ["Owner", "Region", "Product"])
def test_a_label_of_no_value_is_no_segment_and_is_named(label: str, column: str, tmp_path: Path) -> None:
    values = [label, "", "Ann", "total", label]
    rows = [f"{n},Closed Won,{10**n},2026-01-0{n + 1},{value}" for n, value in enumerate(values)]
    (tmp_path / "deals.csv").write_text("\n".join([f"Deal ID,Stage,Amount,Close Date,{column}", *rows, ""]), "utf-8")
    said = invoke("inspect", "deals.csv", cwd=tmp_path, env={"COLUMNS": "200"}).stdout
    (line,) = [line for line in said.splitlines() if line.split()[:1] == [column]]
    assert line.endswith(f"text, `{label}` as no value")
    done = invoke(
        *("report", "deals.csv", "--kpi", "revenue", "--by", column, "--format", "json"), cwd=tmp_path, env={}
    )
    found = {tuple(metric["group"].values()): metric["value"] for metric in json.loads(done.stdout)["metrics"]}
    assert found == {(): 11111, (None,): 10011, ("Ann",): 100, ("total",): 1000}


def test_a_column_of_names_alone_says_nothing_of_it(tmp_path: Path) -> None:
    (tmp_path / "deals.csv").write_text("Deal ID,Stage,Amount,Owner\n1,Closed Won,5,Ann (blank)\n2,Closed Won,6,-\n")
    said = invoke("inspect", "deals.csv", cwd=tmp_path, env={}).stdout
    assert "as no value" not in said


BY = {
    "report": ["--kpi", "revenue"],
    "trend": [],
    "cohort": [],
    "forecast": ["--period", "2026-Q2"],
    "benchmark": ["--kpi", "revenue"],
    "losses": [],
}


@pytest.mark.parametrize(
    ("name", "form"), [*((name, form) for name in BY for form in ("table", "md")), ("report", "csv"), ("trend", "csv")]
)
def test_a_name_that_is_written_so_stands_in_quotes_beside_no_value(name: str, form: str, tmp_path: Path) -> None:
    colours = ["(blank)", "", "Red"]
    stages = ["Closed Won", "Closed Lost", "Proposal"]
    rows = [
        f"{n},{stages[n // 3 % 3]},{n + 1},2026-01-{n + 1:02},2026-0{2 + n % 3}-0{n % 9 + 1},{colours[n % 3]}"
        for n in range(27)
    ]
    header = "Deal ID,Stage,Amount,Create Date,Close Date,Colour"
    (tmp_path / "deals.csv").write_text("\n".join([header, *rows, ""]), "utf-8")
    words = (["revenue"] if name == "trend" else []) + ["deals.csv", "--by", "Colour", *BY[name]]
    done = invoke(name, *words, "--all", "--format", form, cwd=tmp_path, env={"COLUMNS": "200"})
    assert done.returncode == 0, done.stderr
    literal = '"""(blank)"""' if form == "csv" else '"(blank)"'
    assert literal in done.stdout
    assert "(blank)" in done.stdout.replace(literal, "")
