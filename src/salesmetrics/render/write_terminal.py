"""Any document as text for a terminal, a pipe or a file that people read: a grid of cells, with colours if they are wanted.

All text for a terminal is made here, so that no control character of a file can get past it. Tables are fitted to the width
by ``fit``; here they are drawn.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from salesmetrics.messages import joined, phrase
from salesmetrics.messages.languages import ENGLISH
from salesmetrics.messages.speech import isolated, spoken
from salesmetrics.render.blocks import Scaled, drawn
from salesmetrics.render.document import (
    Bar,
    Bullets,
    Cell,
    Code,
    Document,
    Files,
    Footnote,
    Heading,
    Items,
    Kind,
    Snippet,
    Sparkline,
    Table,
    Text,
    Tone,
    plain,
)
from salesmetrics.render.fit import GAP, fit, fit_lines, total, widest, wrap
from salesmetrics.render.legends import beyond, first_beyond
from salesmetrics.render.text import sparkline
from salesmetrics.render.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from salesmetrics.render.document import Block, Inline, Item, Row
    from salesmetrics.render.fit import Fitted, Placed
    from salesmetrics.render.writers import Screen

__all__ = ["on_screen", "write"]

_PIPED = 100
_ROOMY = 100
_STYLES = {
    Tone.STRONG: "bold",
    Tone.MUTED: "dim",
    Tone.GOOD: "green",
    Tone.WARNING: "magenta",
    Tone.BAD: "red",
    Tone.MARK: "cyan",
}
_ASCII = str.maketrans(
    {
        "–": "-",
        "×": "x",
        "─": "-",
        "≥": ">=",
        "≤": "<=",
        "…": "...",
        "↑": "^",
        "↓": "v",
        "‹": "<",
        "›": ">",
        "├": "|",
        "┤": "|",
        "┄": ".",
        "●": "o",
        "○": "O",
        "┊": ":",
        "┼": "+",
        "░": ".",
        **dict(zip("▁▂▃▄▅▆▇█", "_.-~=+*#", strict=True)),
    }
)
_RANGE = re.compile(r"(?<=\d) – (?=[+-]?\d)")


class _Span(Struct, frozen=True):
    text: str
    tone: Tone = Tone.PLAIN


_Line = tuple[_Span, ...]


class _Column(Struct, frozen=True):
    width: int
    right: bool = False


class _Place(Struct, frozen=True):
    """What a block may use: ``width`` in cells, ``None`` for no limit, and signs other than ASCII."""

    width: int | None
    ascii_only: bool


def write(document: Document, screen: Screen) -> str:
    """Draw a document as text: its tables fitted to the width of the screen, in colours and signs that it has.

    Colours repeat what the words say. Without a width, as in a pipe or a file, nothing is cut or broken but long prose.
    """
    place = _Place(document.measure if screen.width is None else screen.width, screen.ascii_only)
    lines = fit_lines(document, _room(document, screen), lambda one: _lines(one, place))
    return "".join(f"{_ansi(line) if screen.color else ''.join(span.text for span in line)}\n" for line in lines)


_PROMPT = 2
"""Lines of a screen that the command itself and the next one take."""


def _room(document: Document, screen: Screen) -> float:
    """The lines that there are."""
    rooms = [document.most, None if screen.height is None else screen.height - _PROMPT]
    return min((room for room in rooms if room is not None), default=math.inf)


def _lines(document: Document, place: _Place) -> list[_Line]:
    lines: list[_Line] = []
    explains = first_beyond(document.blocks)
    for block in document.blocks:
        drawn = list(_draw(_with_legend(block) if block is explains else block, place))
        if block.apart and lines and drawn:
            lines.append(())
        lines += drawn
    return lines


def _with_legend(table: Table) -> Table:
    """A table that says what the sign of an interval beyond the axis is, where it is drawn."""
    columns = list(table.columns)
    for at in sorted(beyond(table))[:1]:
        said = joined(filter(None, (columns[at].legend, phrase("marks_beyond_in_signs"))), "clause")
        columns[at] = replace(columns[at], legend=said)
    return replace(table, columns=tuple(columns))


def _draw(block: Block, place: _Place) -> Iterator[_Line]:
    match block:
        case Heading():
            return _heading(block, place)
        case Text():
            return _text(block, place)
        case Files():
            return _files(block, place)
        case Items():
            return _items(block, place)
        case Bullets():
            return _bullets(block, place)
        case Snippet():
            return _snippet(block, place)
        case Table():
            return _table(block, place)


# --- text and lists ---


def _heading(block: Heading, place: _Place) -> Iterator[_Line]:
    line = ""
    for fact in (block.text, *block.facts):
        longer = _beside(line, fact, block.joint) if line else fact
        if line and place.width is not None and widest([_shown(longer, place)]) > place.width:
            yield from _wrapped(Cell(line, Tone.STRONG), place)
            longer = fact
        line = longer
    yield from _wrapped(Cell(line, Tone.STRONG), place)


def _beside(line: str, fact: str, joint: str) -> str:
    return f"{line}{joint}{fact}" if joint.isspace() else joined([line, fact], joint)


def _text(block: Text, place: _Place) -> Iterator[_Line]:
    width = None if place.width is None else place.width - block.indent
    whole = _shown(plain(block.text), place)
    fits = width is None or widest([whole]) <= width
    for text in [whole] if fits else _broken(block.text, width, place):
        yield _stripped((_Span(" " * block.indent), _Span(text, block.tone)))


def _broken(text: Inline, width: int | None, place: _Place) -> Iterator[str]:
    """Lines of a text that is too long for one: what is to be pasted is never broken, and has a line to itself."""
    pieces = text if isinstance(text, tuple) else (text,)
    if not isinstance(pieces[-1], Code):
        yield from wrap(_shown(plain(text), place), width)
        return
    yield from wrap(_shown(plain(pieces[:-1]), place), width)
    yield _shown(pieces[-1].text, place)


def _files(block: Files, place: _Place) -> Iterator[_Line]:
    kind_width = widest(_shown(item.kind, place) for item in block.items)
    path_width = widest(_shown(item.path, place) for item in block.items)
    for item in block.items:
        read = _shown(item.read, place)
        cells = [Cell(item.kind), Cell(item.path), Cell(item.read, Tone.MUTED)]
        sizes = [kind_width, path_width, widest([read])]
        if place.width is None or total(sizes) <= place.width:
            yield from _row(cells, [_Column(size) for size in sizes], place)
        else:
            yield from _hanging(cells[0], cells[1], place, lead_width=kind_width, indent=0)
            yield from _hanging(Cell(), cells[2], place, lead_width=kind_width, indent=0)


def _items(block: Items, place: _Place) -> Iterator[_Line]:
    ranked = sorted(block.items, key=lambda item: item.rank) if block.limit is not None else block.items
    shown = ranked[: block.limit]
    longest = max(widest(_shown(item.lead, place) for item in shown), block.least)
    lead_width = longest if place.width is None else min(longest, max(place.width * 2 // 5, 16))
    for item in shown:
        body = Cell(_body(item, block, lead_width, place), block.tone)
        yield from _hanging(Cell(item.lead, item.tone), body, place, lead_width=lead_width, indent=block.indent)
        if item.hint:
            hint = Cell(phrase("hint", hint=plain(item.hint)))
            yield from _hanging(Cell(), hint, place, lead_width=lead_width, indent=block.indent)
    if len(shown) < len(block.items) and block.more:
        more = plain(block.more)
        width = None if place.width is None else place.width - block.indent
        yield from _row([Cell(more, Tone.MUTED)], [_Column(width or widest([more]))], place, indent=block.indent)


def _body(item: Item, block: Items, lead_width: int, place: _Place) -> str:
    """The body of an item; of parts that are counted, as many as fit beside the lead, the first in any case."""
    if not item.parts or not block.counted:
        return joined(item.parts, ";") or plain(item.body)
    room = (place.width or max(_PIPED, lead_width + 2 * GAP + _PIPED // 2)) - lead_width - 2 * GAP
    text = ""
    for number in range(len(item.parts), 0, -1):
        titles = joined([*item.parts[:number], *(["…"] if number < len(item.parts) else [])], ";")
        text = phrase(block.counted, n=len(item.parts), titles=titles)
        if widest([_shown(text, place)]) <= room:
            break
    return text


def _hanging(lead: Cell, body: Cell, place: _Place, *, lead_width: int, indent: int) -> Iterator[_Line]:
    """A short lead and a body beside it that wraps under itself."""
    rest = None if place.width is None else place.width - indent - lead_width - GAP
    if place.width is not None and rest is not None and rest < _NARROWEST:
        yield from _row([lead], [_Column(max(place.width - indent, 10))], place, indent=indent)
        yield from _row([body], [_Column(max(place.width - indent - 2, 10))], place, indent=indent + 2)
        return
    body_width = widest([_shown(body.text, place)]) if rest is None else rest
    yield from _row([lead, body], [_Column(lead_width), _Column(body_width)], place, indent=indent)


_NARROWEST = 20
_MARK = "█"
"""Stands for a mark whose width is not known yet."""


def _bullets(block: Bullets, place: _Place) -> Iterator[_Line]:
    for item in block.items:
        indent = 2 * (item.level + 1)
        width = None if place.width is None else place.width - indent
        whole = _shown(plain(item.text), place)
        first, *rest = wrap(whole, width)
        yield _stripped((_Span(" " * indent + first),))
        # What follows stands further in, so it is broken anew; between Chinese signs there was no blank.
        rest_of_it = whole.removeprefix(first).strip() if whole.startswith(first) else " ".join(rest)
        for text in wrap(rest_of_it, None if width is None else width - 2) if rest else ():
            yield _stripped((_Span(" " * (indent + 2) + text),))


def _snippet(block: Snippet, place: _Place) -> Iterator[_Line]:
    for line in block.text.splitlines():
        yield _stripped((_Span(" " * block.indent + _shown(line, place)),))


# --- tables ---


def _table(table: Table, place: _Place) -> Iterator[_Line]:
    if not table.rows:
        return
    table = on_screen(table)
    if place.width is not None and place.width < _ROOMY:
        rows = (replace(row, cells=tuple(map(_short, row.cells))) for row in table.rows)
        columns = (replace(column, title=column.short or column.title) for column in table.columns)
        table = replace(table, columns=tuple(columns), rows=tuple(rows))
    texts = _texts(table, place)
    fitted = fit(table, texts, place.width)
    for number, placed in enumerate(fitted.blocks):
        if number:
            yield ()
        yield from (_group_block if table.splits else _plain_block)(table, placed, fitted, place)
    if table.under:
        yield from _row([Cell(table.under, Tone.MUTED)], [_Column(widest([table.under]))], place, indent=table.indent)
    shown = {one.index for block in fitted.blocks for one in block}
    legends = [column.legend for index, column in enumerate(table.columns) if column.legend and index in shown]
    notes = [*_gone(table, fitted, place), *legends, *map(_note, table.notes)]
    if notes:
        yield ()
    for note in notes:
        yield from _wrapped(Cell(note, Tone.MUTED), place)


def on_screen(table: Table) -> Table:
    """A table without the columns that no screen has."""
    kept = [index for index, column in enumerate(table.columns) if not column.off_screen]
    if len(kept) == len(table.columns):
        return table
    rows = tuple(replace(row, cells=tuple(row.cells[index] for index in kept)) for row in table.rows)
    return replace(table, columns=tuple(table.columns[index] for index in kept), rows=rows)


def _short(cell: Cell) -> Cell:
    return Cell() if cell.long else cell


def _texts(table: Table, place: _Place) -> list[list[str]]:
    """What the cells of each column take: of a row without a value only what stands there as for any other."""
    ends = next((i for i, column in enumerate(table.columns) if column.kind is Kind.VALUE), len(table.columns))
    flags = _flagged(table)
    return [
        [
            _shown(_cell_text(row.cells[index], flagged=flags[index]), place)
            for row in table.rows
            if row.undefined is None or index <= ends
        ]
        for index in range(len(table.columns))
    ]


def _flagged(table: Table) -> list[bool]:
    return [any(row.cells[index].flag for row in table.rows) for index in range(len(table.columns))]


def _cell_text(cell: Cell, *, flagged: bool) -> str:
    if isinstance(cell.mark, Sparkline):
        return sparkline(cell.mark.values, on_zero=cell.mark.on_zero, top=cell.mark.top)
    if isinstance(cell.mark, Scaled):
        return _MARK
    sign = f" {cell.footnote.sign}" if cell.footnote else ""
    return cell.text + sign + ((cell.flag or " ") if flagged and cell.text else "")


def _gone(table: Table, fitted: Fitted, place: _Place) -> list[str]:
    names = list(dict.fromkeys((*table.omitted, *fitted.gone)))
    if not names:
        return []
    code = "columns_elsewhere" if place.width is None else "columns_narrowed"
    return [phrase(code, columns=names, width=place.width)]


def _note(note: str | Footnote) -> str:
    return f"{note.sign} {note.text}" if isinstance(note, Footnote) else note


def _plain_block(table: Table, placed: Sequence[Placed], fitted: Fitted, place: _Place) -> Iterator[_Line]:
    columns = [_Column(one.width, right=table.columns[one.index].right) for one in placed]
    if table.headed:
        titles = [_title(table, one, silent=table.columns[one.index].silent) for one in placed]
        yield from _row(titles, columns, place, indent=table.indent)
    flags = _flagged(table)
    section = ""
    for number, row in enumerate(table.rows):
        if row.section != section:
            section = row.section
            if table.spaced and number:
                yield ()
            yield from _wrapped(Cell(section, Tone.STRONG), place)
        if row.undefined is not None:
            yield from _without_value(table, row, placed, columns, place)
            continue
        cells = [_drawn(row, one, flagged=flags[one.index], table=table, place=place) for one in placed]
        yield from _row(cells, columns, place, indent=table.indent)
        below = [(table.columns[i], row.cells[i].text) for i in fitted.below]
        details = [f"{column.title if column.named else ''} {text}".strip() for column, text in below if text]
        if details:
            yield from _below(table, " · ".join(details), place)


def _title(table: Table, one: Placed, *, silent: bool = False) -> Cell:
    return Cell("" if silent else table.columns[one.index].heading, Tone.MUTED)


def _drawn(row: Row, one: Placed, *, flagged: bool, table: Table, place: _Place) -> Cell:
    cell = row.cells[one.index]
    if isinstance(cell.mark, Scaled):
        toned = Tone.PLAIN if isinstance(cell.mark, Bar) else cell.mark.tone
        text = drawn(cell.mark, one.width, ascii_only=place.ascii_only)
        return Cell(text, toned or cell.tone or Tone.MARK)
    text = _cell_text(cell, flagged=flagged)
    if table.columns[one.index].cuts:
        text = _cut(text, one.width, place)
    return Cell(text, cell.tone or row.tone)


def _cut(text: str, width: int, place: _Place) -> str:
    """Text in so many cells, with a sign where something is left out."""
    more = _shown("…", place)
    if widest([_shown(text, place)]) <= width:
        return text
    head = text
    while head and widest([_shown(head, place)]) + len(more) > width:
        head = head[:-1]
    return head.rstrip() + more


def _without_value(
    table: Table, row: Row, placed: Sequence[Placed], columns: Sequence[_Column], place: _Place
) -> Iterator[_Line]:
    """The reason takes the place of everything that a value would have beside it."""
    assert row.undefined is not None
    text = " · ".join((row.undefined.reason, *row.undefined.details))
    kept = next(i for i, one in enumerate(placed) if table.columns[one.index].kind is Kind.VALUE) + 1
    flags = _flagged(table)
    cells = [_drawn(row, one, flagged=flags[one.index], table=table, place=place) for one in placed[:kept]]
    head = list(columns[:kept])
    room = None
    if place.width is not None:
        room = place.width - table.indent - total(column.width for column in head) - GAP
    if room is not None and room < min(widest([_shown(text, place)]), 24):
        yield from _row(cells, head, place, indent=table.indent)
        yield from _below(table, text, place)
        return
    rest = _Column(widest([_shown(text, place)]) if room is None else room)
    yield from _row([*cells, Cell(text, Tone.MUTED)], [*head, rest], place, indent=table.indent)


def _below(table: Table, text: str, place: _Place) -> Iterator[_Line]:
    yield from _hanging(Cell(), Cell(text, Tone.MUTED), place, lead_width=0, indent=table.indent)


def _group_block(table: Table, placed: Sequence[Placed], _: Fitted, place: _Place) -> Iterator[_Line]:
    """One block of a table of groups: the sections of its columns, their titles, a rule, and the rows that it has."""
    drawn = [one for one in placed if table.columns[one.index].kind is not Kind.LABEL]
    rows = [row for row in table.rows if any(_holds(row, table, one) for one in drawn)]
    # A block without money has no currency to name.
    labels = [one for one in placed if one not in drawn and any(row.cells[one.index].text for row in rows)]
    used = [*labels, *drawn]
    columns = [_Column(one.width, right=table.columns[one.index].right) for one in used]
    sections = dict.fromkeys(table.columns[one.index].section for one in drawn)
    wide = total(column.width for column in columns)
    yield from _wrapped(Cell(" · ".join(sections), Tone.STRONG), place)
    yield from _row([_title(table, one) for one in used], columns, place)
    yield from _row([Cell("─" * min(wide, place.width or wide), Tone.MUTED)], [_Column(wide)], place)
    flags = _flagged(table)
    for row in rows:
        cells = [_drawn(row, one, flagged=flags[one.index], table=table, place=place) for one in used]
        yield from _row(
            [
                replace(cell, tone=Tone.STRONG) if row.total and one in labels else cell
                for cell, one in zip(cells, used, strict=True)
            ],
            columns,
            place,
        )


def _holds(row: Row, table: Table, one: Placed) -> bool:
    """Whether a row has anything in the group of a column."""
    group = table.columns[one.index].group
    return any(cell.text for cell, column in zip(row.cells, table.columns, strict=True) if column.group == group)


# --- lines of cells ---


def _shown(text: str, place: _Place) -> str:
    """Text as this place can show it: without what a terminal would obey, and of our own signs those that it has."""
    text = visible(text)
    if not place.ascii_only or text.isascii():
        return text
    return _RANGE.sub(" to " if spoken() is ENGLISH else " .. ", text).replace(" ·", ";").translate(_ASCII)


def _wrapped(cell: Cell, place: _Place) -> Iterator[_Line]:
    for text in wrap(_shown(cell.text, place), place.width):
        yield _stripped((_Span(text, cell.tone),))


def _row(cells: Sequence[Cell], columns: Sequence[_Column], place: _Place, *, indent: int = 0) -> Iterator[_Line]:
    """Set cells side by side; as many lines as the tallest cell needs."""
    texts = [isolated(_shown(cell.text, place)) for cell in cells]
    wrapped = [wrap(text, column.width) for text, column in zip(texts, columns, strict=True)]
    for index in range(max(map(len, wrapped), default=0)):
        spans = [_Span(" " * indent)]
        for position, (cell, texts, column) in enumerate(zip(cells, wrapped, columns, strict=True)):
            text = texts[index] if index < len(texts) else ""
            pad = " " * max(column.width - widest([text]), 0)
            gap = " " * (GAP if position else 0)
            spans += [_Span(gap + (pad if column.right else "")), _Span(text, cell.tone)]
            spans.append(_Span("" if column.right else pad))
        yield _stripped(tuple(spans))


def _stripped(line: _Line) -> _Line:
    """A line without blanks at its end, and without spans that hold nothing."""
    spans = [span for span in line if span.text]
    while spans and not spans[-1].text.rstrip():
        spans.pop()
    if spans:
        spans[-1] = replace(spans[-1], text=spans[-1].text.rstrip())
    return tuple(spans)


def _ansi(line: _Line) -> str:
    from rich.color import ColorSystem
    from rich.style import Style

    return "".join(
        Style.parse(_STYLES[span.tone]).render(span.text, color_system=ColorSystem.STANDARD) if span.tone else span.text
        for span in line
    )
