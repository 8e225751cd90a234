"""The answer of `check`: findings as a table and as the lines that GitHub shows beside a change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.messages import counted
from salesmetrics.render.inspection import finding_lines
from salesmetrics.render.layout import Cell, join, wrap
from salesmetrics.render.text import count
from salesmetrics.render.visible import visible

if TYPE_CHECKING:
    from rich.text import Text

    from salesmetrics.answers.files import Check
    from salesmetrics.schema.provenance import Finding

__all__ = ["render_check_github", "render_check_table"]

_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def render_check_table(answer: Check, *, width: int | None, color: bool) -> str:
    """The files, the findings that matter most first, and the verdict."""
    lines: list[Text] = []
    for item in answer.inputs:
        r = item.rows
        text = f"{item.kind}  {item.path}: {counted(r.read, 'row')} read, {count(r.used)} used"
        text += f", {count(r.rejected)} rejected, {count(r.ignored)} ignored"
        lines += wrap(Cell(text), width)
    lines += wrap(Cell(), None)
    lines += finding_lines(answer.findings, width)
    verdict = Cell("fit: no errors", "green") if answer.passed else Cell("not fit: there are errors", "red")
    return join([*lines, *([*wrap(Cell(), None)] if answer.findings else []), *wrap(verdict, width)], color=color)


def render_check_github(answer: Check) -> str:
    """One workflow command per finding, at the first row concerned."""
    return "".join(f"{_annotation(item)}\n" for item in answer.findings)


def _annotation(item: Finding) -> str:
    place = [f"file={_property(item.path)}"] if item.path else []
    place += [f"line={item.rows[0]}"] if item.path and item.rows else []
    place.append(f"title={_property(item.code)}")
    return f"::{_LEVELS[item.severity.value]} {','.join(place)}::{_data(item.message)}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
