"""Nothing imports upward: the contract in pyproject.toml holds. And days of periods are reckoned in one room."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from trees import module_names, nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def test_the_layers_hold() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


# --- arithmetic of periods -------------------------------------------------------------------------------------------

STEPS = {"date_range", "date_ranges", "duration", "monthrange", "offset_by", "relativedelta", "timedelta"}
NOT_OF_PERIODS = {
    ("entities/activities.py", "date_ranges"): "the days between the first and the last activity of a rep",
    ("entities/activities.py", "duration"): "how long the outcome of a meeting is waited for",
    ("entities/days.py", "duration"): "the days that an amount is spread over",
    ("entities/people.py", "date_ranges"): "the days that a rep was employed",
    ("entities/touches.py", "duration"): "how long an answer is waited for",
    ("ingest/checks/records.py", "timedelta"): "how long a call lasts",
    ("ingest/parse/dates.py", "duration"): "instants out of text",
    ("ingest/parse/instants.py", "duration"): "how far clocks are apart",
    ("schema/fields.py", "timedelta"): "no duration is below 0",
}
"""Module and call: what it reckons with, where that is the time of a record and not a period."""


def steps(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """The calls of a module that step from day to day or from month to month."""
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        keys = {keyword.arg for keyword in node.keywords}
        known = all(isinstance(argument, ast.Constant) for argument in node.args)
        day = known and [argument.value for argument in node.args if isinstance(argument, ast.Constant)] == ["1d"]
        if (
            name in STEPS
            or (name == "replace" and keys & {"day", "month", "year"})
            or (name == "truncate" and not day)
            or (name == "date" and isinstance(node.func, ast.Name) and not known)
        ):
            yield name


def test_a_step_is_seen() -> None:
    seen = {
        "end - timedelta(days=1)": ["timedelta"],
        "day.replace(day=1)": ["replace"],
        "date(day.year, day.month + 1, 1)": ["date"],
        "pl.col('day').dt.truncate('1mo')": ["truncate"],
        "pl.col('day').dt.offset_by('1d')": ["offset_by"],
        "text.replace('a', 'b'), date(1970, 1, 1), at.dt.date(), at.dt.truncate('1d')": [],
    }
    assert {code: list(steps(ast.walk(ast.parse(code)))) for code in seen} == seen


def test_periods_are_reckoned_in_one_room() -> None:
    """A step that is due stands in `calendar/steps.py`, or is added there."""
    found = {
        (module, name)
        for module in module_names()
        if module.rpartition("/")[0] != "calendar"
        for name in steps(nodes(module))
    }
    assert found == set(NOT_OF_PERIODS)
