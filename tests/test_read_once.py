"""Commands say the same whether a file was read before or not; what is remembered is never of another file or option."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from in_process import invoke
from read_once import _PLACES, forget, remembered

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = Path(__file__).parent.parent / "examples"
ASKED = [
    ("report", "deals.csv", "--by", "owner", "--format", "json"),
    ("report", "deals.csv", "--won", "Contract sent", "--format", "json"),
    ("report", "deals.csv", "--as-of", "2026-03-31", "--format", "json"),
    ("report", "deals.csv", "invoices.csv", "rates.csv", "--format", "csv"),
    ("report", "deals.csv", "invoices.csv", "rates.csv", "--currency", "USD", "--format", "csv"),
    ("check", "."),
    ("inspect", "."),
    ("check", "deals.csv", "leads.csv"),
    ("check", "deals.csv", "leads.csv", "--no-names"),
    ("check", "deals.csv", "leads.csv", "--won", "Nowhere"),
    ("funnel", "deals.csv", "stages.csv", "--format", "csv"),
    ("forecast", "deals.csv", "stages.csv", "--period", "2026-Q4", "--format", "json"),
    ("rows", "revenue", "deals.csv", "--all"),
    ("losses", "deals.csv", "--by", "nothing"),
]


@pytest.fixture(autouse=True)
def nothing_read() -> Iterator[None]:
    forget()
    yield
    forget()


def test_commands_say_the_same_with_files_that_were_read_before() -> None:
    afresh = []
    for words in ASKED:
        forget()
        afresh.append(invoke(*words, cwd=EXAMPLES))
    forget()
    first = [invoke(*words, cwd=EXAMPLES) for words in ASKED]
    before = remembered()
    again = [invoke(*words, cwd=EXAMPLES) for words in reversed(ASKED)]
    assert first == afresh
    assert again == afresh[::-1]
    assert remembered() == before
    assert all(before)


def test_a_file_that_has_changed_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    shutil.copy(EXAMPLES / "deals.csv", path)
    was = invoke("report", "deals.csv", cwd=tmp_path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-50]))
    now = invoke("report", "deals.csv", cwd=tmp_path)
    forget()
    assert now == invoke("report", "deals.csv", cwd=tmp_path) != was


def test_a_column_that_only_a_later_question_names_is_there(tmp_path: Path) -> None:
    lines = [f"D{n},Closed Won,{n}00,2026-01-0{n},2026-02-0{n},{'red' if n % 2 else 'blue'}" for n in range(1, 9)]
    header = "Deal ID,Deal Stage,Amount,Create Date,Close Date,Coat of paint"
    (tmp_path / "deals.csv").write_text("\n".join([header, *lines, ""]), "utf-8")
    invoke("report", "deals.csv", cwd=tmp_path)
    now = invoke("report", "deals.csv", "--by", "Coat of paint", cwd=tmp_path)
    forget()
    assert now == invoke("report", "deals.csv", "--by", "Coat of paint", cwd=tmp_path)
    assert "blue" in now.stdout


def test_outside_of_commands_nothing_is_remembered() -> None:
    invoke("check", "deals.csv", cwd=EXAMPLES)
    assert all(getattr(module, name) is own for module, name, own, _ in _PLACES)
