"""Any page as a mail: a part in plain text, and one in HTML that mail clients leave as it is.

Clients strip styles, classes, scripts, drawings and whatever is placed by CSS. So the HTML part is tables within tables, with
colours and widths as attributes, and reads as well where even these are gone. Both parts are made from the same blocks, and
leave out the same: parts that are folded on a page, and rows beyond the first. Sender, recipient and day are put in front by
whoever sends it.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left
from email import policy
from email.message import EmailMessage
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from salesmetrics.messages import joined, phrase
from salesmetrics.messages.speech import spoken
from salesmetrics.render.document import (
    Bar,
    Bullet,
    Bullets,
    Cell,
    Column,
    Document,
    Footnote,
    Heading,
    Items,
    Kind,
    Narrow,
    Prose,
    Row,
    Sparkline,
    Step,
    Table,
    Text,
    Tone,
    Whisker,
)
from salesmetrics.render.fit import fit
from salesmetrics.render.page import Chart, Fold, Section, Tiles, Words
from salesmetrics.render.text import sparkline
from salesmetrics.render.visible import visible
from salesmetrics.render.write_html import escaping
from salesmetrics.render.write_terminal import on_screen
from salesmetrics.render.write_terminal import write as write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jinja2 import Environment

    from salesmetrics.render.document import Block, Inline, Item
    from salesmetrics.render.fit import Fitted, Placed
    from salesmetrics.render.page import Page, PageBlock, Tile
    from salesmetrics.render.writers import Screen

__all__ = ["COLOURS", "MOST_BYTES", "write"]

TEXT_WIDTH = 76
"""Columns of the text part: clients break lines that are longer."""
HTML_WIDTH = 62
"""Letters that a table of the HTML part may take side by side: as many as 600 pixels hold."""
MOST_BYTES = 96_000
"""Of the HTML part: Gmail cuts off what comes after 102 kB."""
_ROWS = (24, 12, 8, 5)
"""Rows that a table keeps; the first number with which the mail is small enough."""
_UNNAMED = frozenset({Kind.SHARE, Kind.VERDICT})
"""Kinds of columns whose texts say themselves what they are."""
_HASH = re.compile("[0-9a-f]{64}")
_LONGEST = 30
"""Letters of a word that stays whole."""
_LONG_WORD = re.compile(r"\S{1,16}\s*|\s+")
COLOURS = {Tone.MUTED: "#767676", Tone.GOOD: "#19883b", Tone.WARNING: "#aa6600", Tone.BAD: "#e03126"}
_MARKS = {Tone.GOOD: "#5fa777", Tone.BAD: "#d9857f", Tone.WARNING: "#d6a25c"}
_MARK = "#7da2cc"


def write(page: Page, screen: Screen) -> bytes:
    """Draw a page as a MIME message without sender, recipient and day."""
    blocks, html = _small_enough(page)
    return _message(page, _text(page, blocks, screen), html)


def _small_enough(page: Page) -> tuple[Sequence[PageBlock], str]:
    """The blocks that a mail holds, and its HTML part: first tables get shorter, then the last parts are left out."""
    whole = _ordered(page.blocks)
    for most in _ROWS:
        blocks = list(_kept(whole, most))
        shown = [*blocks, *([] if blocks == whole else [_rest()])]
        html = _html(page, shown)
        if len(html.encode()) <= MOST_BYTES:
            return shown, html
    end = bisect_left(range(len(blocks)), MOST_BYTES, key=lambda n: len(_html(page, _begun(blocks, n)).encode()))
    shown = _begun(blocks, max(end - 1, 0))
    return shown, _html(page, shown)


def _begun(blocks: Sequence[PageBlock], end: int) -> list[PageBlock]:
    """The first blocks, and a line about the sections that are missing."""
    titles = [block.title for block in blocks[end:] if isinstance(block, Section)]
    return [*blocks[:end], Text(phrase("mail_parts_left_out", titles=titles), apart=True), _rest()]


def _rest() -> Text:
    """Where all that a mail leaves out is found."""
    return Text(Prose(phrase("mail_rest")), Tone.MUTED, apart=True)


def _message(page: Page, text: str, html: str) -> bytes:
    subject = phrase("mail_subject", title=page.title, period=page.period) if page.period else page.title
    message = EmailMessage(policy.default)
    message["Subject"] = " ".join(visible(subject).split())
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    digest = hashlib.sha256(f"{subject}\n{text}\n{html}".encode()).hexdigest()
    message.set_boundary(f"=_{digest[:32]}")
    return message.as_bytes()


# --- what a mail holds ---


def _ordered(blocks: Sequence[PageBlock]) -> list[PageBlock]:
    """Sentences, then the numbers that come first, then all else in the order of the page."""
    return sorted(blocks, key=lambda block: 0 if isinstance(block, Words) else 1 if isinstance(block, Tiles) else 2)


def _kept(blocks: Iterable[PageBlock], most: int) -> Iterator[PageBlock]:
    """The blocks without folded parts, and tables with so many rows at most."""
    for block in blocks:
        if isinstance(block, Section):
            yield replace(block, blocks=tuple(_kept(block.blocks, most)))
        elif isinstance(block, Table):
            rows = _first_rows(block, most)
            seen = on_screen(replace(block, rows=tuple(map(_kept_row, rows))))
            yield _fitting(replace(seen, columns=_kept_columns(seen)))
            if len(rows) < len(block.rows):
                yield Text(phrase("mail_rows_left_out", shown=len(rows), n=len(block.rows)), Tone.MUTED)
        elif not isinstance(block, Fold):
            yield block


def _first_rows(table: Table, most: int) -> tuple[Row, ...]:
    """The first rows, and each total below them."""
    return (*table.rows[:most], *(row for row in table.rows[most:] if row.total))


def _kept_row(row: Row) -> Row:
    """A row without hashes, which nobody reads in a mail, and drawings of intervals, whose numbers stand beside them."""
    return replace(row, cells=tuple(map(_kept_cell, row.cells)))


def _kept_cell(cell: Cell) -> Cell:
    if _HASH.fullmatch(cell.text):
        return Cell()
    return replace(cell, mark=None) if isinstance(cell.mark, Whisker) else cell


def _kept_columns(table: Table) -> tuple[Column, ...]:
    """Columns of which nothing is lost in a narrow place: text goes below the value of its row, with its title.

    Where no column gives way before another, those on the right do first. In a table whose columns say more of each other, such
    as a value and its change per KPI, one alone would say nothing: what it has no room for is named.
    """
    together = table.splits or any(column.continues for column in table.columns)
    ranked = table.splits or any(column.rank for column in table.columns)
    found = []
    for place, column in enumerate(table.columns):
        rank = column.rank if ranked or column.kind is Kind.VALUE else place
        if rank and column.kind is not Kind.MARK and not together:
            named = column.named or column.kind not in _UNNAMED
            column = replace(column, rank=rank, narrow=Narrow.BELOW, named=named)
        elif column.kind is Kind.MARK and not any(isinstance(row.cells[place].mark, Sparkline) for row in table.rows):
            column = replace(column, title="", short="")
        found.append(column)
    return tuple(found)


def _fitting(table: Table) -> Table:
    """A table with the columns that a mail has room for in both of its parts, and a note that names the others."""
    fitted = _fitted(table)
    kept = sorted({one.index for block in fitted.blocks for one in block} | set(fitted.below))
    gone = list(dict.fromkeys((*table.omitted, *fitted.gone)))
    note = (phrase("columns_elsewhere", columns=gone),) if gone else ()
    rows = tuple(replace(row, cells=tuple(row.cells[at] for at in kept)) for row in table.rows)
    columns = tuple(table.columns[at] for at in kept)
    return replace(table, columns=columns, rows=rows, notes=(*note, *table.notes), omitted=())


def _fitted(table: Table) -> Fitted:
    texts = [
        [_cell_text(row.cells[at]) or "█" * bool(row.cells[at].mark) for row in table.rows]
        for at in range(len(table.columns))
    ]
    return fit(replace(table, indent=0), texts, HTML_WIDTH)


# --- plain text ---


def _text(page: Page, blocks: Sequence[PageBlock], screen: Screen) -> str:
    head = Heading(page.title, 1)
    facts = [Text(fact) for fact in page.facts]
    document = Document((head, *facts, *_as_document(blocks)))
    return write_text(document, screen._replace(width=TEXT_WIDTH, height=None, color=False, ascii_only=False))


def _as_document(blocks: Iterable[PageBlock]) -> Iterator[Block]:
    for block in blocks:
        if isinstance(block, Section):
            yield Heading(block.title)
            yield from _as_document(block.blocks)
        elif isinstance(block, Words):
            yield Bullets(tuple(Bullet(sentence) for sentence in block.sentences), apart=True)
        elif isinstance(block, Tiles):
            yield from _tiles(block.items)
        elif isinstance(block, Chart):
            yield Text(block.text, apart=True)
        elif not isinstance(block, Fold):
            yield block


def _tiles(tiles: Sequence[Tile]) -> Iterator[Block]:
    """A line per number, and what it rests on below it."""
    columns = (
        Column(kind=Kind.LABEL, silent=True),
        Column(kind=Kind.VALUE, silent=True),
        *(Column(kind=Kind.TEXT, rank=rank, narrow=Narrow.BELOW) for rank in (3, 2, 1)),
    )
    rows = tuple(
        Row((Cell(tile.title), tile.value, Cell(_rests_on(tile)), tile.change or Cell(), tile.goal or Cell()))
        for tile in tiles
    )
    yield Table(columns, rows, headed=False)


def _rests_on(tile: Tile) -> str:
    return " · ".join(filter(None, (tile.note, tile.period)))


# --- HTML ---


class _Span(Struct, frozen=True):
    """A coloured part of a bar, as a share of its width in percent; without a colour it is empty."""

    width: int
    colour: str = ""


class _Drawn(Struct, frozen=True):
    """A cell as it is drawn: its text, its colour and side, and a bar."""

    text: str = ""
    colour: str = ""
    right: bool = False
    strong: bool = False
    spans: tuple[_Span, ...] = ()
    columns: int = 1


class _Line(Struct, frozen=True):
    """A row of a table and what stands below it in small letters, or a heading across it."""

    cells: tuple[_Drawn, ...]
    heading: str = ""
    below: str = ""


class _Grid(Struct, frozen=True):
    """A table as it is drawn; one that is wider than a mail becomes several."""

    titles: tuple[_Drawn, ...]
    lines: tuple[_Line, ...]
    width: int


class _Laid(Struct, frozen=True):
    grids: tuple[_Grid, ...]
    notes: tuple[str, ...]


def _html(page: Page, blocks: Sequence[PageBlock]) -> str:
    return _environment().get_template("mail.html").render(page=page, blocks=blocks, turned=spoken().from_right)


def _laid(table: Table) -> _Laid:
    """A table as grids that fit into a mail: what gives way stands below its row."""
    fitted = _fitted(table)
    drawn = {one.index for block in fitted.blocks for one in block}
    notes = [column.legend for at, column in enumerate(table.columns) if column.legend and at in drawn]
    notes += [f"{note.sign} {note.text}" if isinstance(note, Footnote) else note for note in table.notes]
    grids = tuple(_grid(table, placed, fitted.below) for placed in fitted.blocks)
    return _Laid(grids, tuple(filter(None, (table.under, *notes))))


def _grid(table: Table, placed: Sequence[Placed], below: Sequence[int]) -> _Grid:
    titles = tuple(
        _Drawn("" if table.columns[one.index].silent else table.columns[one.index].heading, right=_right(table, one))
        for one in placed
    )
    return _Grid(titles if table.headed else (), tuple(_grid_lines(table, placed, below)), len(placed))


def _right(table: Table, one: Placed) -> bool:
    return table.columns[one.index].right


def _grid_lines(table: Table, placed: Sequence[Placed], below: Sequence[int]) -> Iterator[_Line]:
    values = [place for place, one in enumerate(placed) if table.columns[one.index].kind is Kind.VALUE]
    holder = values[0] if values else 0
    section = ""
    for row in table.rows:
        if table.splits and not any(row.cells[one.index].text for one in placed if table.columns[one.index].group):
            continue
        if row.section != section:
            section = row.section
            yield _Line((), section)
        cells = [_drawn(row, row.cells[one.index], right=_right(table, one)) for one in placed]
        if row.undefined is not None:
            yield _without_value(row, cells[: holder + 1], len(placed))
            continue
        details = [(table.columns[i], _cell_text(row.cells[i])) for i in below]
        named = [f"{column.title if column.named else ''} {text}".strip() for column, text in details if text]
        yield _Line(tuple(cells), below=" · ".join(map(_in_one, named)))


def _without_value(row: Row, kept: Sequence[_Drawn], columns: int) -> _Line:
    """The reason takes the place of everything that a value would have beside it."""
    assert row.undefined is not None
    reason, rest = " · ".join((row.undefined.reason, *row.undefined.details)), columns - len(kept)
    if not rest:
        return _Line(tuple(kept), below=reason)
    return _Line((*kept, _Drawn(reason, colour=COLOURS[Tone.MUTED], columns=rest)))


def _in_one(text: str) -> str:
    """Text in which no unit is parted from its number, and no end of an interval from the other."""
    return text.replace(" %", "\N{NO-BREAK SPACE}%").replace(" – ", "\N{NO-BREAK SPACE}–\N{NO-BREAK SPACE}")


def _drawn(row: Row, cell: Cell, *, right: bool) -> _Drawn:
    tone = cell.tone or row.tone
    strong = row.total or tone is Tone.STRONG
    return _Drawn(
        _unbroken(_cell_text(cell)) if right else _cell_text(cell),
        colour=COLOURS.get(tone, ""),
        right=right,
        strong=strong,
        spans=_spans(cell),
    )


def _unbroken(text: str) -> str:
    """A number that stays on one line with its unit."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _cell_text(cell: Cell) -> str:
    if isinstance(cell.mark, Sparkline):
        return sparkline(cell.mark.values, on_zero=cell.mark.on_zero, top=cell.mark.top)
    sign = f" {cell.footnote.sign}" if cell.footnote else ""
    return cell.text + sign + cell.flag


def _spans(cell: Cell) -> tuple[_Span, ...]:
    """The parts of the bar of a cell, in percent that add up to 100."""
    mark = cell.mark
    if isinstance(mark, Bar) and mark.low < 0:
        mark = Step((mark.low, mark.top), 0.0, mark.value)
    if isinstance(mark, Bar) and mark.top > 0:
        full = _percent(mark.value / mark.top)
        return _filled((full, _MARK), (100 - full, ""))
    if isinstance(mark, Step) and mark.axis[1] > mark.axis[0]:
        low, high = mark.axis
        begin, end = sorted(_percent((value - low) / (high - low)) for value in (mark.start, mark.end))
        begin, end = min(begin, 99), max(end, min(begin, 99) + 1)
        return _filled((begin, ""), (end - begin, _MARKS.get(mark.tone, _MARK)), (100 - end, ""))
    return ()


def _percent(share: float) -> int:
    return round(100 * min(max(share, 0.0), 1.0))


def _filled(*parts: tuple[int, str]) -> tuple[_Span, ...]:
    return tuple(_Span(width, colour) for width, colour in parts if width > 0)


def _pairs(tiles: Sequence[Tile]) -> list[Sequence[Tile]]:
    """Two numbers side by side, as many as a phone holds."""
    return [tiles[i : i + 2] for i in range(0, len(tiles), 2)]


def _shown_items(block: Items) -> list[Item]:
    """The entries that a list shows, those of the lowest rank where it has a limit."""
    ranked = sorted(block.items, key=lambda item: item.rank) if block.limit is not None else list(block.items)
    return ranked[: block.limit]


def _body(item: Item, block: Items) -> Inline:
    """What there is to say of an entry, with the number of its parts where that is what a list tells."""
    titles = joined(item.parts, ";")
    return phrase(block.counted, n=len(item.parts), titles=titles) if titles and block.counted else titles or item.body


def _words(text: str) -> list[str]:
    """Text in pieces between which a line may break: at blanks it may anyway, in a long word, such as a hash, it has to."""
    return _LONG_WORD.findall(text) if max(map(len, text.split()), default=0) > _LONGEST else [text]


@cache
def _environment() -> Environment:
    return escaping(
        body=_body,
        colour=lambda tone: COLOURS.get(tone, ""),
        laid=_laid,
        pairs=_pairs,
        rests_on=_rests_on,
        shown=_shown_items,
        sparkline=lambda mark: _cell_text(Cell(mark=mark)),
        words=_words,
    )
