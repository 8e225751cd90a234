"""Settings and where they come from, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesmetrics.render.layout import Cell, Column, join, row, width_of, wrap
from salesmetrics.render.parts import DIM, STRONG
from salesmetrics.render.text import one_line

if TYPE_CHECKING:
    from salesmetrics.answers.settings import Settings, Settled

__all__ = ["render_settings"]


def render_settings(answer: Settings, *, width: int | None, color: bool) -> str:
    """A line per setting: key, value, and the file and line, the variable, or that it is a default."""
    found = [(item, one_line(item.key), _value(item.value)) for item in answer.settings]
    key_width = width_of(key for _, key, _ in found)
    value_width = min(width_of(value for _, _, value in found), 40)
    columns = [Column(key_width), Column(value_width), Column(width_of(_origin(item) for item, _, _ in found))]
    lines = [*wrap(Cell(_head(answer), STRONG), width), *wrap(Cell(), None)]
    for item, key, value in found:
        style = DIM if item.source == "default" else ""
        lines += row([Cell(key, style), Cell(value, style), Cell(_origin(item), style)], columns)
    return join(lines, color=color)


def _head(answer: Settings) -> str:
    if answer.path is None:
        return "no settings file; an option overrules everything below"
    return f"{one_line(answer.path)}; an option overrules everything below"


def _origin(item: Settled) -> str:
    return {"default": "default", "file": one_line(item.place or ""), "environment": f"environment, {item.place}"}[
        item.source
    ]


def _value(value: Any) -> str:
    if value is None or value in ({}, []):
        return "-"
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} = {_value(item)}" for key, item in value.items())
    return one_line(str(value))
