"""The comparison of two trees sees what a command answers, and tells trees apart."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from replay import COMMANDS, ROOT, answers, differences

if TYPE_CHECKING:
    from pathlib import Path

SOME = ["report nowhere.csv", "kpis --search win"]


def test_a_tree_answers_as_itself_and_otherwise_than_a_changed_one(tmp_path: Path) -> None:
    assert set(SOME) <= set(COMMANDS)
    here = answers(ROOT, SOME)
    assert [code for code, _, _ in here.values()] == ["2", "0"]
    assert differences(here, here) == {}
    for name in ("src", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("golden", "cases", "__pycache__"))
    errors = tmp_path / "src" / "salesmetrics" / "messages" / "errors.py"
    errors.write_text(errors.read_text("utf-8").replace("no such file", "nothing there"), "utf-8")
    found = differences(here, answers(tmp_path, SOME))
    assert list(found) == ["report nowhere.csv"]
    assert any("nothing there" in line for line in found["report nowhere.csv"])
