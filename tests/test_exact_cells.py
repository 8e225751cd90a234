"""Every number that a table shows is there exactly: a cell with digits has a value or parts, and its text is these, rounded."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from drawn import answer_of, cells_of, document_of, page_of
from salesmetrics.render.document import Cell, Column, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
COMMANDS = {
    "report": "report deals.csv quotas.csv --all",
    "overview": "report deals.csv --period 2026-Q3 --compare previous",
    "segments": "report deals.csv --by region --period 2026-Q3 --compare previous",
    "series": "report deals.csv --every quarter --kpi win_rate,revenue",
    "money": "report customers.csv revenue.csv costs.csv deals.csv --all",
    "trend": "trend revenue deals.csv --every quarter --by region",
    "rate": "trend win_rate deals.csv",
    "rows": "rows win_rate deals.csv --period 2026-Q3",
    "amounts": "rows revenue deals.csv --period 2026-Q3 --top 20",
    "funnel": "funnel deals.csv stages.csv --by region --period 2026-Q3",
    "stock": "funnel deals.csv",
    "cohort": "cohort deals.csv --by region --every quarter",
    "forecast": "forecast deals.csv stages.csv --period 2026-Q4 --target 1200000 --by region",
    "benchmark": "benchmark deals.csv --by region --period 2026-Q3 --compare previous --every month",
    "losses": "losses deals.csv --by region --period 2026-Q3 --compare previous",
    "compare": "compare weekly --by owner",
    "ends": "compare weekly/deals-2026-09-09.csv weekly/deals-2026-09-30.csv",
    "check": "check deals.csv",
    "inspect": "inspect deals.csv",
    "kpis": "kpis",
    "explain": "explain win_rate deals.csv",
}
ADD_UP = {"benchmark", "compare", "ends", "forecast"}
"""Commands of which parts add up as they are shown, and may differ by one in the last digit for it."""
NUMBERS = {Kind.NUMBER, Kind.VALUE, Kind.INTERVAL, Kind.SHARE, Kind.CHANGE}
SHOWN = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?")
LESS = re.compile(r"<\d")


@cache
def answer(name: str) -> Any:
    return answer_of(*COMMANDS[name].split(), cwd=ROOT / "examples", form="table")


def numbers(held: Any) -> Iterator[tuple[Column, Cell]]:
    """Cells that show a number in a column of numbers."""
    for column, _, cell in cells_of(held):
        if column.kind in NUMBERS and any(sign.isdigit() for sign in cell.text):
            yield column, cell


def exact(cell: Cell) -> list[Any]:
    """The numbers behind a cell, in the order of its text."""
    return [part for part in cell.parts if part is not None] if cell.parts else [cell.value]


def reads_as(text: str, value: Any, *, scale: int, slack: str) -> bool:
    """Whether a number of a text is a value, rounded to as many digits."""
    digits = text.replace(",", "").partition(".")[2]
    return abs(Decimal(text.replace(",", "")) - Decimal(str(value)) * scale) <= Decimal(slack).scaleb(-len(digits))


def wrong(cell: Cell, slack: str) -> bool:
    shown, behind = SHOWN.findall(cell.text), exact(cell)
    if any(value is None for value in behind) or len(shown) != len(behind):
        return True
    if LESS.match(cell.text):
        return not behind[0] < float(shown[0])
    scale = 100 if "%" in cell.text or " pp" in cell.text else 1
    return not all(reads_as(text, value, scale=scale, slack=slack) for text, value in zip(shown, behind, strict=True))


@pytest.mark.parametrize("draw", [document_of, page_of], ids=["document", "page"])
@pytest.mark.parametrize("name", COMMANDS)
def test_the_number_behind_a_cell_is_the_one_that_it_shows(name: str, draw: Any) -> None:
    held, slack = draw(answer(name)), "1" if name in ADD_UP else "0.5"
    assert [(column.title, cell) for column, cell in numbers(held) if wrong(cell, slack)] == []


def test_most_tables_show_numbers() -> None:
    silent = [name for name in COMMANDS if not list(numbers(document_of(answer(name))))]
    assert set(silent) <= {"kpis", "check", "explain", "inspect"}
    assert sum(len(list(numbers(page_of(answer(name))))) for name in COMMANDS) > 3_000


@pytest.mark.parametrize("name", COMMANDS)
def test_a_ratio_and_an_amount_say_what_they_are(name: str) -> None:
    for column, cell in numbers(page_of(answer(name))):
        if "%" in cell.text and column.kind is not Kind.SHARE:
            assert cell.unit == "ratio", (column.title, cell)


def test_the_page_of_a_report_shows_the_numbers_behind_its_cells() -> None:
    words = ("report", "deals.csv", "stages.csv", "--by", "region", "--period", "2026-Q3", "--compare", "previous")
    held = page_of(answer_of(*words, cwd=ROOT / "examples"))
    found = list(numbers(held))
    assert len(found) > 300
    assert [(column.title, cell) for column, cell in found if wrong(cell, "1")] == []
