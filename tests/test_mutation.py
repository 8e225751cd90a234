"""What `tests/mutation` says of surviving mutants is true of the text as it stands, and its command does what it says."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "mutation"
sys.path.insert(0, str(HERE))

from mutants import ROOMS, ROOT, compiled, modules, mutants  # noqa: E402

ENTRIES = tomllib.loads((HERE / "survivors.toml").read_text("utf-8")).get("survivor", [])
TESTS = tomllib.loads((HERE / "tests.toml").read_text("utf-8"))


@pytest.mark.parametrize("module", sorted({entry["module"] for entry in ENTRIES}))
def test_each_explained_survivor_is_a_mutant_of_the_line_it_names(module: str) -> None:
    there = {(mutant.text, mutant.change) for mutant in mutants(module)}
    assert not [
        entry for entry in ENTRIES if entry["module"] == module and (entry["line"], entry["change"]) not in there
    ], "a line has changed: run `python tests/mutation/run.py --rooms " + module + "`, and kill or explain anew"


def test_each_survivor_is_explained_once() -> None:
    counts = Counter((entry["module"], entry["line"], entry["change"]) for entry in ENTRIES)
    assert not [key for key, count in counts.items() if count > 1]
    assert all(entry["why"].strip() for entry in ENTRIES)


def test_tests_are_named_for_modules_and_files_that_exist() -> None:
    assert tuple(TESTS) == ROOMS
    for room, named in TESTS.items():
        names = {module.partition("/")[2] for module in modules(room)}
        assert names <= named.keys() or "" in named, names - named.keys()
        assert named.keys() - {""} <= names
        assert not [path for files in named.values() for path in files if not (ROOT / path).is_file()]


def test_a_mutant_is_another_program() -> None:
    module = "statistics/multiple"
    as_it_stands = compiled(module, None)
    assert compiled(module, None) == as_it_stands
    assert len({mutant.number for mutant in mutants(module)}) == len(mutants(module)) > 10
    assert all(compiled(module, mutant.number) != as_it_stands for mutant in mutants(module))


def test_the_command_kills_a_mutant_of_a_small_module(tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    command = [
        sys.executable,
        HERE / "run.py",
        "--rooms",
        "statistics/multiple",
        "--sample",
        "2",
        "--seed",
        "2",
        "--out",
        out,
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [line["outcome"] for line in found] == ["killed", "killed"]
    assert done.stdout.splitlines()[2].startswith("| statistics/multiple | 2 | 2 |")
