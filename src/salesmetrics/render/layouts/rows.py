"""How the records behind a KPI look."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.messages import joined, phrase, text
from salesmetrics.messages.speech import day as written_day
from salesmetrics.messages.speech import number as written
from salesmetrics.render.document import Cell, Column, Document, Kind, Narrow, Row, Sheet, Table, Text, Tone
from salesmetrics.render.layouts.head import rows_head
from salesmetrics.render.layouts.pages import analysis_page
from salesmetrics.render.layouts.words import (
    days_of_records,
    field_name,
    outcome_name,
    record_left_out_text,
)
from salesmetrics.render.numbers import exact
from salesmetrics.render.page import Page, Section
from salesmetrics.render.text import amount, one_line
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.answers.base import Number
    from salesmetrics.answers.rows import Rows, RowsCell, RowsTotal

__all__ = ["rows_document", "rows_page", "rows_sheet"]

_SHARE = "k/n"
_NUMBERS = frozenset({"row", _SHARE, "numerator", "denominator", "value", "amount"})
_FIRST = ("row", _SHARE, "numerator", "denominator", "value", "left_out", "id", "name", "owner", "outcome", "amount")
"""What is kept on a narrow terminal, the most wanted first; then dates, then the rest as long as they fit."""
_LAST = frozenset({"account", "company", "team", "stage", "status", "type", "currency"})
_LONG = frozenset({"left_out", "name", "account", "company", "owner", "team", "stage", "status", "type"})
"""Text that may be cut on a terminal; identifiers, numbers and dates never are."""
_CENTS = 2
_HEADS = ("kpi", "entity", "currency", "outcome")
_SAID = frozenset({"kpi", "entity"})
"""What the head says in other words."""


def rows_document(answer: Rows) -> Document:
    """The records, with what is the same for all of them above; columns that hold nothing are left out."""
    table, alike = _records(answer)
    head = [*rows_head(answer), *(Text(text, Tone.MUTED) for text in (_meaning(answer), *alike))]
    below = _below(answer)
    return Document((*head, table, *(Text(line, apart=not place) for place, line in enumerate(below))))


def rows_page(answer: Rows) -> Page:
    """The records in a section, with what they add up to."""
    table, alike = _records(answer)
    title = _title(answer)
    said = [Text(line) for line in (_meaning(answer), *alike, *_below(answer))]
    cells = zip(*(row.cells for row in table.rows), strict=True)
    columns = tuple(_of_page(column, own) for column, own in zip(table.columns, cells, strict=True))
    section = Section("records", title, (*said, replace(table, columns=columns, drops="")))
    return analysis_page(phrase("page_rows", title=title), rows_head(answer), (section,), ())


def _of_page(column: Column, cells: Sequence[Cell]) -> Column:
    """A column of a table that scrolls sideways rather than breaks; days are known by how they are written."""
    days = any(cell.text for cell in cells) and all(
        cell.day or _DAY.fullmatch(cell.text) or not cell.text for cell in cells
    )
    return replace(column, group="records", kind=Kind.DATE if days else column.kind)


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _meaning(answer: Rows) -> str:
    return phrase("rows_mean", title=_title(answer), how=answer.how)


def _title(answer: Rows) -> str:
    return one_line(answer.title or answer.kpi)


def _below(answer: Rows) -> list[str]:
    """How many of the records are listed, and what all of them add up to."""
    shown = len(answer.rows)
    first = [phrase("rows_first", shown=shown, n=answer.records)] if shown < answer.records else []
    return [*first, *(_total(total, answer) for total in answer.totals)]


def _records(answer: Rows) -> tuple[Table, list[str]]:
    """The table of the records, and what is the same in all of them."""
    columns = _named(answer.rows) if answer.chosen else _filled(answer.rows)
    same = [] if answer.chosen else [name for name in _HEADS if name in columns and len(set(columns[name])) == 1]
    facts = [f"{field_name(name)} {_cell(columns[name][0], name, _CENTS).text}" for name in same if name not in _SAID]
    cells = {name: _cells(column, name) for name, column in columns.items() if name not in same}
    if not answer.chosen and {"numerator", "denominator"} <= set(cells):
        pairs = zip(cells.pop("numerator"), cells.pop("denominator"), strict=True)
        shares = [Cell(f"{k.text} / {n.text}" if k.text or n.text else "", parts=(k.value, n.value)) for k, n in pairs]
        cells = {**{name: cells.pop(name) for name in ("row",) if name in cells}, _SHARE: shares, **cells}
    table = Table(
        tuple(_column(name, place if answer.chosen else _rank(name)) for place, name in enumerate(cells)),
        tuple(Row(row) for row in zip(*cells.values(), strict=True)),
        drops="" if answer.limited else "last",
        dropped="records_not_shown",
    )
    return table, [phrase("alike_in_all", parts=facts)] if facts else []


def _total(total: RowsTotal, answer: Rows) -> str:
    """What all records add up to, in a line."""
    parts: list[str | Message] = [Message("records_counted", n=total.records)]
    if total.left_out:
        parts.append(Message("records_left_out", n=total.left_out))
    if total.denominator is not None:
        parts.append(f"{_sum(total.numerator or 0)} / {_sum(total.denominator, total.currency)}")
    elif total.value is not None:
        parts.append(_sum(total.value, total.currency))
    name = phrase("rows_total_name") if total.kpi == answer.kpi else one_line(total.kpi)
    return phrase("rows_total", name=name, parts=[joined(map(_part, parts), "clause")])


def _part(part: str | Message) -> str:
    return part if isinstance(part, str) else text(part)


def _sum(value: Number, currency: str | None = None) -> str:
    return amount(value, "money", currency=currency)


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST) + (name in _LAST)


def _column(name: str, rank: int) -> Column:
    kind = Kind.NUMBER if name in _NUMBERS else Kind.CODE if name == "id" else Kind.TEXT
    title = field_name(name)
    return Column(title, kind, rank, Narrow.VANISH, plural=title, cuts=name in _LONG)


def _cells(column: Sequence[RowsCell], name: str) -> list[Cell]:
    """The cells of a column, with the same number of decimals in all of them."""
    known = [value for value in column if isinstance(value, Decimal)]
    places = max((len(exact(value).partition(".")[2]) for value in known), default=0)
    places = _CENTS if 0 < places < _CENTS else places
    return [_cell(value, name, places) for value in column]


def _cell(value: RowsCell, name: str, places: int) -> Cell:
    text = (
        "" if value is None else written(f"{value:,.{places}f}") if isinstance(value, Decimal) else one_line(str(value))
    )
    number = value if isinstance(value, (int, float, Decimal)) else None
    if name == "left_out" and text:
        text = joined(map(record_left_out_text, text.split(", ")))
    if name == "outcome":
        text = outcome_name(text)
    day = (
        date.fromisoformat(text)
        if isinstance(value, str) and _DAY.fullmatch(text) and name in days_of_records()
        else None
    )
    return Cell(text if day is None else written_day(day), value=number, day=day)


def _named(rows: Sequence[Mapping[str, RowsCell]]) -> dict[str, list[RowsCell]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _filled(rows: Sequence[Mapping[str, RowsCell]]) -> dict[str, list[RowsCell]]:
    """The columns that hold something; the value alone where it is its own numerator, or the amount of its record."""
    columns = _named(rows)
    filled = {name: cells for name, cells in columns.items() if name != "n" and any(cell is not None for cell in cells)}
    if "value" in filled and filled.get("amount") == filled["value"]:
        del filled["amount"]
    if {"value", "numerator"} <= set(filled) and filled["value"] == filled["numerator"]:
        return {name: cells for name, cells in filled.items() if name not in {"numerator", "denominator"}}
    return filled


def rows_sheet(answer: Rows) -> Sheet:
    """A row per record, every column."""
    return Sheet(list(answer.rows[0]), (list(row.values()) for row in answer.rows))
