"""Cells of any length are looked at in time that grows with their length, not with its square.

A quadratic expression takes a second or more on each text below and a linear one a thousandth of that; so each gets a third of a
second of the processor's own time.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

import salesmetrics
from salesmetrics import report_on
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.canonical.outcome import looks_final
from salesmetrics.ingest.checks.categories import same_thing
from salesmetrics.ingest.parse import ParseOptions, parse_column
from salesmetrics.ingest.recognise.headers import header_keys
from salesmetrics.ingest.recognise.index import words_for
from salesmetrics.ingest.recognise.sample import plausible
from salesmetrics.ingest.source.encoding import detect
from salesmetrics.ingest.table.assemble import classify, is_furniture_word
from salesmetrics.ingest.table.dialect import looks_like_value
from salesmetrics.ingest.table.headless import is_headless
from salesmetrics.ingest.table.workbook import cell_errors
from salesmetrics.schema.fields import ColumnType
from salesmetrics.settings.sources import line_of
from trees import ROOT, nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SECONDS = 0.3
LONG = 15_000

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs a timer of processor time")


class TooSlowError(Exception):
    """The time given was used up."""


@contextmanager
def bounded(seconds: float = SECONDS) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


PUMPS = [
    "a",
    "0",
    " ",
    "(",
    "@",
    "a@",
    ".",
    "a.",
    "-",
    "1-",
    "1,",
    ",",
    "/",
    "年",
    "я ",
    "1 ",
    "T",
    "é",
    "=",
    "%",
    "'",
    "[",
    "_",
    "  a",
    "(1",
    "𝟙",
    "\u0301",
    "no ",
]
HOSTILE = [head + pump * (LONG // len(pump)) + end for pump in PUMPS for head, end in (("", "\x01"), ("1", "!a"))]

LOOKERS: dict[str, Callable[[str], object]] = {
    "looks_like_value": looks_like_value,
    "is_furniture_word": is_furniture_word,
    "classify": lambda cell: classify([cell, "", "", cell], ["A", "B", "C", "D"]),
    "is_headless": lambda cell: is_headless([[cell, cell], ["1", "2"], ["3", "4"]], 0),
    "header_keys": header_keys,
    "looks_final": looks_final,
    "words": words_for("generic", "deals").classify,
    "same_thing": same_thing,
    "date sampler": lambda cell: plausible(pl.DataFrame({"x": [cell]}), "x", ColumnType.DAY),
    "settings": lambda cell: line_of(f"{cell}\n[{cell}\n", ["read", "x"]),
    "encoding": lambda cell: detect((cell + "\n").encode() + b"\xff\xfe\xfa\n" * 3, path="x.csv"),
}


@pytest.mark.parametrize("name", LOOKERS)
def test_what_looks_at_cells(name: str) -> None:
    look = LOOKERS[name]
    for cell in HOSTILE:
        with bounded():
            try:
                look(cell)
            except SalesmetricsError:
                continue


@pytest.mark.parametrize("kind", list(ColumnType))
def test_every_parser(kind: ColumnType) -> None:
    cells = pl.Series("x", [*HOSTILE, "1"], dtype=pl.String)
    rows = pl.Series("row", range(2, len(cells) + 2), dtype=pl.UInt32)
    with bounded(10 * SECONDS):
        try:
            parse_column(cells, kind, ParseOptions(), header="x", path="x.csv", rows=rows)
        except SalesmetricsError as error:
            assert error.code in {"too_many_rejected", "date_order_ambiguous", "decimal_ambiguous"}  # noqa: PT017


@pytest.mark.parametrize("column", ["Stage", "Amount", "Close Date", "Owner", "Deal ID", "Notes"])
def test_a_report_over_a_long_cell(column: str, tmp_path: Path) -> None:
    names = ["Deal ID", "Stage", "Amount", "Owner", "Close Date", "Notes"]
    good = {"Stage": "Closed Won", "Amount": "10", "Owner": "Kim", "Close Date": "2026-01-05", "Notes": "x"}
    lines = [",".join(names)]
    for number, cell in enumerate(["x" * LONG, "1-" * LONG, " a" * LONG, "fine"]):
        row = {"Deal ID": f"D{number}", **good}
        row[column] = row[column] if cell == "fine" else cell
        lines.append(",".join(row[name] for name in names))
    path = tmp_path / "deals.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with bounded(20 * SECONDS):
        report = report_on(str(path), as_of=date(2026, 2, 1))
    assert report.inputs[0].rows.read == 4


def test_the_xml_of_a_workbook(tmp_path: Path) -> None:
    from test_bounds import book

    for sheet in ('<c r="A1"' * 9_000, '<c r="A1" t="e"' + ' t="e"' * 20_000, '<c r="A1" t="e"><f>' + "<f>" * 20_000):
        with bounded():
            cell_errors("x.xlsx", book(sheet))


# --- every expression by itself --------------------------------------------------------------------------------------

BOUNDED = {
    "salesmetrics.ingest.table.assemble._TOTAL": "cells of up to MAX_WORD letters",
    "salesmetrics.ingest.table.assemble._FURNITURE": "cells of up to MAX_WORD letters",
    "salesmetrics.ingest.table.headless._DATE": "cells of up to MAX_WORD letters",
    "salesmetrics.ingest.table.headless._DECIMAL": "cells of up to MAX_WORD letters",
    "salesmetrics.ingest.table.headless._LONG": "cells of up to MAX_WORD letters",
    "salesmetrics.ingest.recognise.words._DEFERRED.1": "words of up to MAX_WORD letters",
}
"""Expressions that are not linear by themselves, and what keeps their text short."""

_AS = {
    "search": "search",
    "finditer": "search",
    "findall": "findall",
    "sub": "findall",
    "subn": "findall",
    "split": "findall",
    "match": "match",
    "fullmatch": "fullmatch",
}


def _modules() -> Iterator[tuple[str, Any, tuple[ast.AST, ...]]]:
    for info in pkgutil.walk_packages(salesmetrics.__path__, "salesmetrics."):
        if not info.name.endswith("__main__"):
            module = importlib.import_module(info.name)
            if module.__file__ is not None:
                yield info.name, module, nodes(Path(module.__file__).relative_to(ROOT).as_posix())


def _patterns(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif depth < 3 and isinstance(value, dict):
        yield from (found for item in value.values() for found in _patterns(item, depth + 1))
    elif depth < 3 and isinstance(value, (list, tuple)):
        yield from (found for item in value for found in _patterns(item, depth + 1))


def _uses(nodes: Iterable[ast.AST]) -> dict[str, set[str]]:
    """Name of a constant → the ways in which it is applied anywhere."""
    found: dict[str, set[str]] = {}
    calls = (node.func for node in nodes if isinstance(node, ast.Call))
    for func in calls:
        if isinstance(func, ast.Attribute) and func.attr in _AS and isinstance(func.value, ast.Name):
            found.setdefault(func.value.id, set()).add(_AS[func.attr])
    return found


@cache
def expressions() -> dict[str, tuple[re.Pattern[Any], set[str]]]:
    modules = list(_modules())
    uses = _uses(node for _, _, inside in modules for node in inside)
    found: dict[str, tuple[re.Pattern[Any], set[str]]] = {}
    for name, module, inside in modules:
        for constant, value in vars(module).items():
            for number, pattern in enumerate(_patterns(value)):
                place = f"{name}.{constant}" + (f".{number}" if number else "")
                found[place] = (pattern, uses.get(constant, {"search"}))
        for node in inside:
            func = getattr(node, "func", None)
            if isinstance(func, ast.Attribute) and getattr(func.value, "id", "") == "re" and func.attr in _AS:
                text = node.args[0]  # type: ignore[attr-defined]
                if isinstance(text, ast.Constant):
                    found[f"{name}:{node.lineno}"] = (re.compile(text.value), {_AS[func.attr]})  # type: ignore[attr-defined]
    return found


def test_expressions_are_found() -> None:
    assert len(expressions()) > 60
    assert BOUNDED.keys() <= expressions().keys()


def is_slow(pattern: re.Pattern[Any], ways: set[str]) -> bool:
    letters = sorted(set(re.sub(r"\\[a-zA-Z]", "", str(pattern.pattern))))[:6]
    words = re.findall(r"[a-z<]{3,}", str(pattern.pattern))[:1]
    texts = [
        head + pump * (LONG // len(pump)) + end
        for pump in dict.fromkeys([*PUMPS[:12], *letters])
        for head, end in (("", "\x01"), *((word, "\x01") for word in words))
    ]
    for text in texts:
        given: Any = text.encode() if isinstance(pattern.pattern, bytes) else text
        for way in ways:
            try:
                with bounded():
                    getattr(pattern, way)(given)
            except TooSlowError:
                return True
    return False


def test_every_expression() -> None:
    slow = {
        place for place, (pattern, ways) in expressions().items() if place not in BOUNDED and is_slow(pattern, ways)
    }
    assert slow == set()
