"""The records behind a KPI as a table."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rich.cells import cell_len

from salesmetrics.render.layout import GAP, Cell, Column, join, row, width_of, wrap
from salesmetrics.render.numbers import exact
from salesmetrics.render.text import ASCII, UNICODE, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.text import Text

    from salesmetrics.answers.rows import Rows, RowsCell
    from salesmetrics.render.text import Glyphs

__all__ = ["render_records"]

SHARE = "k/n"
NUMBERS = frozenset({"row", SHARE, "numerator", "denominator", "value", "amount"})
FIRST = ("row", SHARE, "numerator", "denominator", "value", "left_out", "id", "name", "owner", "outcome", "amount")
"""What is kept on a narrow terminal, the most wanted first; then dates, then the rest as long as they fit."""
LAST = frozenset({"account", "company", "team", "stage", "status", "type", "currency"})
LONG = frozenset({"left_out", "name", "account", "company", "owner", "team", "stage", "status", "type"})
"""Text that may be cut on a terminal; identifiers, numbers and dates never are."""
SHORTEST = 12
_ASCII = str.maketrans({"–": "-", "×": "*"})
HEADS = ("kpi", "entity", "currency")


def render_records(answer: Rows, *, width: int | None, color: bool, ascii_only: bool = False) -> str:
    """Draw records as a table.

    It leaves out columns that hold nothing, and says what is the same for all records above them. On a terminal it also
    cuts long text, sets numerator and denominator side by side, and drops the columns that do not fit, which it names; in
    a pipe or a file everything is whole.
    """
    glyphs = ASCII if ascii_only else UNICODE
    columns = _filled(answer.rows)
    same = [name for name in HEADS if name in columns and len(set(columns[name])) == 1]
    facts = [f"{name} {one_line(str(columns[name][0]))}" for name in same]
    lines: list[Text] = wrap(Cell(", ".join(facts), "dim"), width) if facts else []
    how = answer.how if glyphs is UNICODE else answer.how.translate(_ASCII)
    lines += wrap(Cell(how, "dim"), width) if how else []
    cells = {name: [_text(value, name) for value in column] for name, column in columns.items() if name not in same}
    if width is not None and {"numerator", "denominator"} <= set(cells):
        pairs = zip(cells.pop("numerator"), cells.pop("denominator"), strict=True)
        shares = [f"{top} / {bottom}" if top or bottom else "" for top, bottom in pairs]
        cells = {"row": cells.pop("row"), SHARE: shares, **cells}
    natural = {name: width_of([name, *texts]) for name, texts in cells.items()}
    widths = natural if width is None else _fit(natural, width)
    grid = [Column(size, right=name in NUMBERS) for name, size in widths.items()]
    lines += row([Cell(name, "bold") for name in widths], grid)
    for texts in zip(*(cells[name] for name in widths), strict=True):
        fitted = [cut(text, size, glyphs) for text, size in zip(texts, widths.values(), strict=True)]
        lines += row([Cell(text) for text in fitted], grid)
    dropped = [name for name in natural if name not in widths]
    if dropped:
        lines += wrap(Cell(f"narrowed to {width} columns: {', '.join(dropped)} are in --format csv", "dim"), width)
    return join(lines, color=color)


def _filled(rows: Sequence[Mapping[str, RowsCell]]) -> dict[str, list[RowsCell]]:
    """The columns that hold something; the value alone where it is its own numerator."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    filled = {name: cells for name, cells in columns.items() if name != "n" and any(cell is not None for cell in cells)}
    if {"value", "numerator"} <= set(filled) and filled["value"] == filled["numerator"]:
        return {name: cells for name, cells in filled.items() if name not in {"numerator", "denominator"}}
    return filled


def _text(value: RowsCell, name: str) -> str:
    text = "" if value is None else exact(value) if isinstance(value, Decimal) else one_line(str(value))
    return text.replace("_", " ") if name == "left_out" else text


def _fit(natural: Mapping[str, int], width: int) -> dict[str, int]:
    """The columns that fit, in their order: as many as can be with long text cut, which then gets the room left."""
    rank = {name: FIRST.index(name) if name in FIRST else len(FIRST) + (name in LAST) for name in natural}
    sizes: dict[str, int] = {}
    left = width + GAP
    for name in sorted(natural, key=lambda name: rank[name]):
        size = min(natural[name], max(SHORTEST, len(name))) if name in LONG else natural[name]
        if size + GAP <= left or not sizes:
            sizes[name] = size
            left -= size + GAP
    for name in sorted(sizes, key=lambda name: rank[name]):
        more = min(natural[name] - sizes[name], left)
        sizes[name] += more
        left -= more
    return {name: sizes[name] for name in natural if name in sizes}


def cut(text: str, width: int, glyphs: Glyphs = UNICODE) -> str:
    """Text in so many cells, with a sign where something is left out.

    >>> cut("Flintmark Agri", 10), cut("Agri", 4)
    ('Flintmark…', 'Agri')
    """
    if cell_len(text) <= width:
        return text
    head = text
    while head and cell_len(head) + len(glyphs.more) > width:
        head = head[:-1]
    return head.rstrip() + glyphs.more
