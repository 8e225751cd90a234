"""The numbers of tables in Markdown and on a terminal are those of the JSON, rounded: parsed back for every command that has any."""

from __future__ import annotations

import json
import re
from collections import Counter
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from drawn import answer_of, document_of, tables_of
from salesmetrics.render.document import Kind, Table
from salesmetrics.render.write_terminal import write
from salesmetrics.render.writers import Screen, render

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent

COMMANDS = {
    "report": "report deals.csv invoices.csv",
    "compared": "report deals.csv --period 2026-Q3 --compare previous",
    "everything": "report deals.csv --all --period 2026-Q3 --compare previous",
    "segments": "report deals.csv --by region",
    "one": "report deals.csv --by owner --kpi win_rate --period 2026 --compare previous",
    "groups": "report deals.csv --all --by region",
    "trend": "trend win_rate deals.csv --every quarter",
    "funnel": "funnel deals.csv stages.csv",
    "cohort": "cohort deals.csv --by region",
    "forecast": "forecast deals.csv --period 2026-Q4 --target 1000000",
    "benchmark": "benchmark deals.csv --by owner --every quarter",
    "losses": "losses deals.csv --period this-year --compare previous",
    "compare": "compare weekly",
    "pair": "compare weekly/deals-2026-09-23.csv weekly/deals-2026-09-30.csv --by region",
    "rows": "rows win_rate deals.csv --period 2026-09",
}
NUMBER = re.compile(r"(?<![\w.,])[-+]?\d[\d,]*(?:\.\d+)?(?![\d,]*-)")
DAY = re.compile(r"\d{4}-\d{2}(-\d{2})?")


class Shown(NamedTuple):
    """A number as people see it: its digits, how many stand behind the point, and whether it is a share in percent."""

    number: Decimal
    places: int
    percent: bool


def shown_in(text: str) -> Iterator[Shown]:
    """The numbers of a cell; ends of an interval have their unit behind the last."""
    if text.startswith("<"):
        return
    for part in re.split(r"[();]", text.replace("\\", "")):
        percent = part.rstrip(" ~↑↓").endswith(("%", "pp"))
        for found in NUMBER.findall(DAY.sub("", part)):
            digits = found.replace(",", "")
            yield Shown(Decimal(digits), len(digits.partition(".")[2]), percent)


@cache
def answer(name: str) -> Any:
    return answer_of(*COMMANDS[name].split(), cwd=ROOT / "examples", form="md")


@cache
def numbers(name: str) -> frozenset[Decimal]:
    """All numbers of the JSON."""
    found: set[Decimal] = set()

    def walk(value: Any) -> None:
        if isinstance(value, Decimal):
            found.add(value)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)

    walk(json.loads(str(render(answer(name), "json")), parse_float=Decimal, parse_int=Decimal))
    return frozenset(found)


@cache
def rounded(name: str, places: int, percent: bool) -> frozenset[Decimal]:
    """All numbers of the JSON with so many digits behind the point; parts of a whole are moved by one, so that they add up."""
    unit = Decimal(1).scaleb(-places)
    found = {(number * (100 if percent else 1)).quantize(unit, ROUND_HALF_UP) for number in numbers(name)}
    if places == _MOST:  # what is next to 0 or to 100 % is cut
        found |= {(number * 100).quantize(unit, ROUND_DOWN) for number in numbers(name)}
    steps = (-unit, unit) if name in ADDING_UP else ()
    return frozenset(found | {number + step for number in found for step in steps})


_MOST = 4
ADDING_UP = ("forecast", "compare", "pair")


def is_known(name: str, one: Shown) -> bool:
    return one.number in rounded(name, one.places, one.percent)


def cells_of_markdown(text: str) -> Iterator[str]:
    """The cells of columns of numbers: those that stand on the right."""
    right: list[bool] = []
    for line in text.splitlines():
        if not line.startswith("| "):
            right = []
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if all(re.fullmatch("-+:?", cell) for cell in cells):
            right = [cell.endswith(":") for cell in cells]
        elif right:
            assert len(cells) == len(right), line
            yield from (cell for cell, on_right in zip(cells, right, strict=True) if on_right and cell)


@pytest.mark.parametrize("name", COMMANDS)
def test_numbers_of_markdown_are_those_of_the_json(name: str) -> None:
    cells = list(cells_of_markdown(str(render(answer(name), "md"))))
    found = [one for cell in cells for one in shown_in(cell)]
    assert len(found) > 10
    assert [one for one in found if not is_known(name, one)] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_numbers_of_the_terminal_are_those_of_markdown(name: str) -> None:
    """What a wide screen shows of a number stands in a table of the document, which Markdown draws, too."""
    document = document_of(answer(name))
    text = str(render(answer(name), "table", Screen(width=500)))
    for table in tables_of(document):
        for row in table.rows:
            texts = [
                cell.text
                for cell, column in zip(row.cells, table.columns, strict=True)
                if cell.text and column.right and not column.off_screen and row.undefined is None
            ]
            assert all(is_known(name, one) for cell in texts for one in shown_in(cell)), texts
            assert not texts or any(_holds(line, texts) for line in text.splitlines()) or "--all" in text, texts


def _holds(line: str, texts: list[str]) -> bool:
    at = 0
    for text in dict.fromkeys(texts):
        found = line.find(text, at)
        if found < 0:
            return False
        at = found
    return True


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("name", COMMANDS)
def test_marks_give_way_before_any_number(name: str, width: int) -> None:
    """What a screen of this width shows of numbers without marks it shows with them; nothing is wider than it."""
    document = replace(document_of(answer(name)), shorter=None)
    blocks = [without_marks(block) if isinstance(block, Table) else block for block in document.blocks]
    marked, bare = (write(one, Screen(width=width)) for one in (document, replace(document, blocks=tuple(blocks))))
    assert Counter(NUMBER.findall(bare)) - Counter(NUMBER.findall(marked)) == Counter()
    assert max(map(cell_len, marked.splitlines())) <= max(width, *map(cell_len, bare.splitlines()))


def without_marks(table: Table) -> Table:
    kept = [place for place, column in enumerate(table.columns) if column.kind is not Kind.MARK]
    rows = tuple(replace(row, cells=tuple(row.cells[place] for place in kept)) for row in table.rows)
    return replace(table, columns=tuple(table.columns[place] for place in kept), rows=rows)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_sentence_of_the_words_is_not_said_again_below_them(name: str) -> None:
    first, *rest = str(render(answer(name), "md")).split("\n\n- ", 1)[1].split("\n\n")
    assert [line for line in first.split("\n- ") if line in rest] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_markdown_has_the_interval_and_the_verdict_of_every_value(name: str) -> None:
    document, text = document_of(answer(name)), str(render(answer(name), "md"))
    kinds = {Kind.INTERVAL, Kind.SHARE, Kind.VERDICT}
    wanted = {
        cell.text.replace("~", "\\~").replace("_", "\\_").replace("<", "\\<")
        for table in tables_of(document)
        for row in table.rows
        for cell, column in zip(row.cells, table.columns, strict=True)
        if column.kind in kinds and cell.text and row.undefined is None
    }
    assert {one for one in wanted if one not in text} == set()
