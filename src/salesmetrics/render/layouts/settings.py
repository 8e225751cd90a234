"""How the settings look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesmetrics.messages import joined, phrase
from salesmetrics.render.document import Cell, Column, Document, Heading, Kind, Row, Table, Tone
from salesmetrics.render.layouts.pages import page_of
from salesmetrics.render.text import one_line

if TYPE_CHECKING:
    from salesmetrics.answers.settings import Settings, Settled
    from salesmetrics.render.page import Page

__all__ = ["settings_document", "settings_page"]

_WIDEST_VALUE = 40


def settings_document(answer: Settings) -> Document:
    """A line per setting: key, value, and the file and line, the variable, or that it is a default."""
    columns = (
        Column(phrase("column_setting"), Kind.LABEL),
        Column(phrase("column_value"), wraps=True, widest=_WIDEST_VALUE),
        Column(phrase("column_from")),
    )
    rows = tuple(
        Row(
            (Cell(one_line(item.key)), Cell(_value(item.value)), Cell(_origin(item))),
            tone=Tone.MUTED if item.source == "default" else Tone.PLAIN,
        )
        for item in answer.settings
    )
    code = "heading_no_settings" if answer.path is None else "heading_settings"
    head = Heading(phrase(code, path=one_line(answer.path or "")), 1)
    return Document((head, Table(columns, rows, headed=False)))


def settings_page(answer: Settings) -> Page:
    """The same under a title, with its file and the priority as facts."""
    return page_of(settings_document(answer), phrase("page_settings"))


def _origin(item: Settled) -> str:
    if item.source == "file":
        return one_line(item.place or "")
    return phrase(f"from_{item.source}", place=item.place)


def _value(value: Any) -> str:
    if value is None or value in ({}, []):
        return "-"
    if isinstance(value, list):
        return joined(map(_value, value))
    if isinstance(value, dict):
        return joined(f"{key} = {_value(item)}" for key, item in value.items())
    return one_line(str(value))
