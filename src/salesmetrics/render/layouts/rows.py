"""How the records behind a KPI look."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from salesmetrics.render.document import Cell, Column, Document, Kind, Narrow, Row, Sheet, Table, Text, Tone
from salesmetrics.render.numbers import exact
from salesmetrics.render.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.answers.rows import Rows, RowsCell

__all__ = ["rows_document", "rows_sheet"]

_SHARE = "k/n"
_NUMBERS = frozenset({"row", _SHARE, "numerator", "denominator", "value", "amount"})
_FIRST = ("row", _SHARE, "numerator", "denominator", "value", "left_out", "id", "name", "owner", "outcome", "amount")
"""What is kept on a narrow terminal, the most wanted first; then dates, then the rest as long as they fit."""
_LAST = frozenset({"account", "company", "team", "stage", "status", "type", "currency"})
_LONG = frozenset({"left_out", "name", "account", "company", "owner", "team", "stage", "status", "type"})
"""Text that may be cut on a terminal; identifiers, numbers and dates never are."""
_HEADS = ("kpi", "entity", "currency")


def rows_document(answer: Rows) -> Document:
    """The records, with what is the same for all of them above; columns that hold nothing are left out."""
    columns = _filled(answer.rows)
    same = [name for name in _HEADS if name in columns and len(set(columns[name])) == 1]
    facts = [f"{name} {one_line(str(columns[name][0]))}" for name in same]
    head = [Text(text, Tone.MUTED) for text in (", ".join(facts), answer.how) if text]
    cells = {name: [_cell(value, name) for value in column] for name, column in columns.items() if name not in same}
    if {"numerator", "denominator"} <= set(cells):
        pairs = zip(cells.pop("numerator"), cells.pop("denominator"), strict=True)
        shares = [Cell(f"{k.text} / {n.text}" if k.text or n.text else "") for k, n in pairs]
        cells = {**{name: cells.pop(name) for name in ("row",) if name in cells}, _SHARE: shares, **cells}
    table = Table(
        tuple(map(_column, cells)),
        tuple(Row(row) for row in zip(*cells.values(), strict=True)),
        apart=False,
    )
    return Document((*head, table))


def _column(name: str) -> Column:
    rank = _FIRST.index(name) if name in _FIRST else len(_FIRST) + (name in _LAST)
    kind = Kind.NUMBER if name in _NUMBERS else Kind.CODE if name == "id" else Kind.TEXT
    return Column(name, kind, rank, Narrow.VANISH, plural=name, cuts=name in _LONG)


def _cell(value: RowsCell, name: str) -> Cell:
    text = "" if value is None else exact(value) if isinstance(value, Decimal) else one_line(str(value))
    number = value if isinstance(value, (int, float, Decimal)) else None
    return Cell(text.replace("_", " ") if name == "left_out" else text, value=number)


def _filled(rows: Sequence[Mapping[str, RowsCell]]) -> dict[str, list[RowsCell]]:
    """The columns that hold something; the value alone where it is its own numerator."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    filled = {name: cells for name, cells in columns.items() if name != "n" and any(cell is not None for cell in cells)}
    if {"value", "numerator"} <= set(filled) and filled["value"] == filled["numerator"]:
        return {name: cells for name, cells in filled.items() if name not in {"numerator", "denominator"}}
    return filled


def rows_sheet(answer: Rows) -> Sheet:
    """A row per record, every column."""
    return Sheet(list(answer.rows[0]), (list(row.values()) for row in answer.rows))
