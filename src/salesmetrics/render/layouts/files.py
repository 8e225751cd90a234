"""How the answers about files look: what was recognised in them, and whether they are fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.render.writers import Sheet

if TYPE_CHECKING:
    from salesmetrics.answers.files import Check, Inspection
    from salesmetrics.render.writers import Screen

__all__ = ["check_sheet", "check_table", "inspection_table"]

_FINDING = ("severity", "code", "kind", "path", "column", "count", "share_of_value", "rows", "message", "hint")


def inspection_table(answer: Inspection, screen: Screen) -> str:
    """Everything recognised, with what would change it."""
    from salesmetrics.render.inspection import render_inspection

    return render_inspection(answer, width=screen.width, color=screen.color)


def check_table(answer: Check, screen: Screen) -> str:
    """The files, the findings that matter most first, and the verdict."""
    from salesmetrics.render.findings import render_check_table

    return render_check_table(answer, width=screen.width, color=screen.color)


def check_sheet(answer: Check) -> Sheet:
    """A row per finding; row numbers in a cell are separated by spaces."""
    rows = ([_cell(getattr(item, name)) for name in _FINDING] for item in answer.findings)
    return Sheet(_FINDING, rows)


def _cell(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value
