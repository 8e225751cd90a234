"""Commands say the same whether a file was read before or not; what is remembered is never of another file or option."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from in_process import invoke
from read_once import _FILES, _canonicalise, _open_tables
from salesmetrics.ingest import read
from salesmetrics.ingest.table import table as tables

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parent.parent / "examples"
ASKED = [
    ("check", "."),
    ("report", "deals.csv", "--by", "owner", "--format", "json"),
    ("report", "deals.csv", "--date-order", "dmy", "--format", "json"),
    ("funnel", "deals.csv", "stages.csv", "--format", "csv"),
    ("rows", "revenue", "deals.csv", "--all"),
]


@pytest.fixture(autouse=True)
def nothing_read() -> Iterator[None]:
    _FILES.clear()
    yield
    _FILES.clear()


def test_commands_say_the_same_with_files_that_were_read_before() -> None:
    afresh = []
    for words in ASKED:
        _FILES.clear()
        afresh.append(invoke(*words, cwd=EXAMPLES))
    _FILES.clear()
    first = [invoke(*words, cwd=EXAMPLES) for words in ASKED]
    before = {key: len(file.parsed) for key, file in _FILES.items()}
    again = [invoke(*words, cwd=EXAMPLES) for words in reversed(ASKED)]
    assert first == afresh
    assert again == afresh[::-1]
    assert {key: len(file.parsed) for key, file in _FILES.items()} == before
    assert any(before.values())


def test_a_file_that_has_changed_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    shutil.copy(EXAMPLES / "deals.csv", path)
    was = invoke("report", "deals.csv", cwd=tmp_path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-50]))
    now = invoke("report", "deals.csv", cwd=tmp_path)
    _FILES.clear()
    assert now == invoke("report", "deals.csv", cwd=tmp_path) != was


def test_outside_of_commands_nothing_is_remembered() -> None:
    invoke("check", "deals.csv", cwd=EXAMPLES)
    assert (tables.open_tables, read.canonicalise) == (_open_tables, _canonicalise)
