"""The example exports are what their generator writes, and hold what their README promises."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
FILES = sorted(path.name for path in EXAMPLES.glob("*.csv"))
LINKS = {
    "leads.csv": "Deal ID",
    "activities.csv": "Deal ID",
    "stages.csv": "Deal ID",
    "invoices.csv": "Deal ID",
}


def records(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples")
    subprocess.run([sys.executable, EXAMPLES / "generate.py", folder], check=True, capture_output=True, cwd=folder)
    return folder


def test_generator_writes_every_file_and_nothing_else(regenerated: Path) -> None:
    assert sorted(path.name for path in regenerated.iterdir()) == FILES


@pytest.mark.parametrize("name", FILES)
def test_generator_writes_the_same_bytes(regenerated: Path, name: str) -> None:
    assert (regenerated / name).read_bytes() == (EXAMPLES / name).read_bytes()


def test_every_file_is_explained() -> None:
    readme = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name for name in FILES if f"| `{name}` |" not in readme] == []


def test_deals_hold_every_outcome_and_the_planted_damage() -> None:
    raw = (EXAMPLES / "deals.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(raw.splitlines()))
    header, body, footer = rows[0], rows[1:-1], rows[-1]
    stages = Counter(row[header.index("Deal Stage")] for row in body)
    assert 1200 <= len(body) <= 1600
    assert min(stages["Closed won"], stages["Closed lost"]) > 400
    assert stages["Duplicate"]
    assert stages["Void"]
    assert sum(len(row) < len(header) for row in body) == 1
    amounts = [row[header.index("Amount")] for row in body]
    assert [amount for amount in amounts if amount and not amount.replace(".", "", 1).isdigit()] == [
        "12.5oo",
        "see quote",
    ]
    assert amounts.count("0.00") == 2
    assert footer[0] == "Total"
    assert {'"2025-02-30 10:15"', '"2026-13-04 09:00"'} < set(raw.replace("\n", ",").split(","))


@pytest.mark.parametrize(("name", "column"), LINKS.items())
def test_linked_deals_exist(name: str, column: str) -> None:
    ids = {row["Record ID"] for row in records("deals.csv")}
    linked = {row[column] for row in records(name)} - {""}
    assert linked
    assert linked <= ids


def test_names_of_people_agree_across_files() -> None:
    people = {row["Name"] for row in records("reps.csv")}
    for name, column in [("quotas.csv", "Owner"), ("customers.csv", "Owner"), ("activities.csv", "Owner")]:
        assert {row[column] for row in records(name)} <= people
    assert {row["Deal owner"] for row in records("deals.csv")} - {"", None} <= people


def test_no_stay_in_a_stage_of_the_history_overlaps_the_next() -> None:
    moves: dict[str, list[dict[str, str]]] = {}
    for row in records("stages.csv"):
        moves.setdefault(row["Deal ID"], []).append(row)
    for stays in moves.values():
        assert stays == sorted(stays, key=lambda row: row["Entered"])
        for before, after in pairwise(stays):
            assert before["Entered"] <= before["Exited"] == after["Entered"]
            assert after["From Stage"] == before["To Stage"]
