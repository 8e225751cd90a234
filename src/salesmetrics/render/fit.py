"""Fits a table to a width and a document to a height. Own file: it decides what gives way, whatever medium is drawn.

Which columns stay, move below or vanish, and how a table is split into blocks, is decided here and nowhere else. Numbers are
never cut: what does not fit gives way by its rank, text is broken, and a table whose columns come in groups becomes several
blocks.
"""

from __future__ import annotations

import math
import re
from itertools import groupby
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from rich.cells import cell_len, chop_cells

from salesmetrics.messages import phrase
from salesmetrics.messages.speech import ISOLATES
from salesmetrics.render.document import Kind, Narrow, Table
from salesmetrics.render.text import BLANKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from salesmetrics.render.document import Column, Document

__all__ = ["GAP", "Fitted", "Placed", "fit", "fit_lines", "pieces", "total", "widest", "wrap"]

T = TypeVar("T")

GAP = 2
_CORE = 1
"""Columns of a group up to this rank are drawn in any case, if the group has a block of its own for them."""
_LEAST_TEXT = 12
_LEAST_WRAPPED = 24
_LAST = 20
_EAST = "\u1100-\u115f\u2e80-\u3000\u3003-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uffdc"
_OPENING, _CLOSING = "（《〈「『【〔“‘", "，。、；：？！…）》〉」』】〕”’％·—"
"""Signs that do not end a line, and those that do not begin one."""
_BLANK = BLANKS.pattern.removesuffix("+")
_WORD = re.compile(rf"{_BLANK}*(?:(?!{_BLANK}).)+{_BLANK}*", re.DOTALL)
_UNIT = (
    rf"(?:个?百分点|個?百分點|[个個]月|分[钟鐘]|小[时時]|[A-Z]{{3}}(?![A-Za-z])|(?![{_OPENING}{_CLOSING}])[{_EAST}])"
)
_WHOLE = (
    r"`[^`\s]*`"
    r"|(?:截?至)? ?\d{4}年\d{1,2}月(?:\d{1,2}日)?"
    rf"|(?:第 ?)?[-+−±~<>≤≥]?\d[\d,.]*[ \u00a0]?{_UNIT}"
    r"|第 ?\d[\d,.]*"
    rf"|(?:(?!{_BLANK})[^{_EAST}{_OPENING}{_CLOSING}])+"
    rf"|[{_EAST}]"
)
_PIECE = re.compile(
    rf"{_BLANK}*(?:（[^（）\s]{{1,4}}）|[{_OPENING}(\[]*(?:{_WHOLE})?)[{_CLOSING})\],.;:!?%\u00a0]*{_BLANK}*", re.DOTALL
)
"""What is never broken in a text that is written without blanks: a sign, or a word of other letters, with its marks; a number with
what it counts, a day, and a short note in brackets."""
_IS_EAST = re.compile(f"[{_EAST}]")
_WHOLE_EAST = 8
"""Cells of a heading without blanks that stay on a line."""


class Placed(Struct, frozen=True):
    """A column of the table by its position, and the cells that it takes."""

    index: int
    width: int


class Fitted(Struct, frozen=True):
    """The blocks to draw, the columns that go to a line below each row, and the names of those that are not drawn."""

    blocks: tuple[tuple[Placed, ...], ...]
    below: tuple[int, ...] = ()
    gone: tuple[str, ...] = ()


def fit(table: Table, texts: Sequence[Sequence[str]], width: int | None) -> Fitted:
    """Fit a table to a width.

    Args:
        table: The table.
        texts: For each column the texts of its cells, as they will be drawn. A column without any is not drawn.
        width: Cells that there are; ``None`` is no limit.
    """
    return _split(table, texts, width) if table.splits else _whole(table, texts, width)


def widest(texts: Iterable[str]) -> int:
    """Cells that the widest text takes; a Chinese character takes two.

    >>> widest(["ab", "李娜"])
    4
    """
    return max(map(cell_len, texts), default=0)


def longest_word(text: str) -> int:
    """Cells of the longest word: what a text needs to be broken at spaces only.

    >>> longest_word("as possible"), longest_word("平均商机金额"), longest_word("2026年9月9日至2026年9月16日")
    (8, 8, 15)
    """
    if not _IS_EAST.search(text):
        return widest(BLANKS.split(text))
    words = (min(cell_len(word), _WHOLE_EAST) if _IS_EAST.search(word) else cell_len(word) for word in text.split())
    return max(max(words, default=0), widest(piece.strip() for piece in pieces(text)))


def total(widths: Iterable[int]) -> int:
    """Cells that columns take side by side.

    >>> total([3, 4])
    9
    """
    sizes = list(widths)
    return sum(sizes) + GAP * max(len(sizes) - 1, 0)


def wrap(text: str, width: int | None) -> list[str]:
    r"""Break a text at spaces, and inside a word that is longer than the width. ``None`` never breaks.

    >>> wrap("as wide as possible", 9), wrap("impossible", 6)
    (['as wide', 'as', 'possible'], ['imposs', 'ible'])
    >>> wrap("95,3\u00a0% из\u00a0всех", 9), wrap("(整个期间的 12 个月)", 12)
    (['95,3\xa0%', 'из\xa0всех'], ['(整个期间的', '12 个月)'])
    >>> wrap("共 3 笔商机，其中 `deals.csv` 有两笔。", 12)
    ['共 3 笔商', '机，其中', '`deals.csv`', '有两笔。']
    """
    if width is None or cell_len(text) <= width:
        return [text]
    width = max(width, 2)
    lines: list[str] = []
    line = ""
    for word in pieces(text):
        size = cell_len(word.rstrip())
        if cell_len(line) + size <= width:
            line += word
            continue
        if line:
            lines.append(line)
        *chopped, line = chop_cells(word.rstrip(), width) if size > width else [word]
        lines += chopped
        line += word[len(word.rstrip()) :] if size > width else ""
    return _whole_isolates([text.rstrip() for text in _not_alone([*lines, line], width)])


def _not_alone(lines: list[str], width: int) -> list[str]:
    """Lines of which the last is more than one sign of Chinese: it takes along the sign before it.

    >>> _not_alone(["在途管道金", "额"], 10), _not_alone(["three", "a"], 5)
    (['在途管道', '金额'], ['three', 'a'])
    """
    if len(lines) < 2 or not _IS_EAST.match(lines[-1]) or len(pieces(lines[-1])) > 1:
        return lines
    *rest, last = pieces(lines[-2])
    return [*lines[:-2], "".join(rest), last + lines[-1]] if rest and cell_len(last + lines[-1]) <= width else lines


def pieces(text: str) -> list[str]:
    """The pieces of a text between which a line may be broken.

    Args:
        text: On one line; put side by side the pieces are all of it.
    """
    if not _IS_EAST.search(text):
        return _WORD.findall(text)
    return [piece for piece in _PIECE.findall(text) if piece]


def _whole_isolates(lines: list[str]) -> list[str]:
    """Lines of which none ends within what stands apart from the direction of its language: it begins anew on the next one."""
    first, last = ISOLATES[0], ISOLATES[1]
    if not any(first in line for line in lines):
        return lines
    made, depth = [], 0
    for line in lines:
        whole = first * depth + line
        depth = max(whole.count(first) - whole.count(last), 0)
        made.append(whole + last * depth)
    return made


# --- a table that stays whole ---


def _whole(table: Table, texts: Sequence[Sequence[str]], width: int | None) -> Fitted:
    columns = table.columns
    used = [i for i, column in enumerate(columns) if column.kind in {Kind.LABEL, Kind.VALUE} or any(texts[i])]
    natural = {i: _natural(table, i, texts[i]) for i in used}
    if width is None:
        return Fitted((tuple(Placed(i, natural[i]) for i in used),))
    room = width - table.indent
    least = {i: _least(columns[i], natural[i], width) for i in used}
    below: list[int] = []
    gone: list[int] = []
    for index in sorted(used, key=lambda i: (-columns[i].rank, -i)):
        if not columns[index].rank or total(least.values()) <= room:
            break
        del least[index]
        (below if columns[index].narrow is Narrow.BELOW else gone).append(index)
    sizes = _filled(columns, least, natural, texts, room)
    return Fitted(
        (tuple(Placed(i, sizes[i]) for i in used if i in sizes),),
        tuple(sorted(below)),
        tuple(columns[i].plural for i in sorted(gone) if columns[i].plural),
    )


def _natural(table: Table, index: int, texts: Sequence[str]) -> int:
    column = table.columns[index]
    heading = cell_len(column.heading) if table.headed and not column.silent else 0
    heading = _heading_width(column.heading) if heading and column.stacked else heading
    size = max(widest(texts), heading, column.least)
    if column.kind is Kind.MARK and column.widest is not None:
        return column.widest
    return size if column.widest is None else min(size, column.widest)


def _least(column: Column, natural: int, width: int) -> int:
    if column.kind is Kind.MARK and column.widest is not None:
        return column.least
    if column.cuts:
        return min(natural, max(_LEAST_TEXT, cell_len(column.title)))
    return min(natural, column.least or max(width // 3, _LEAST_WRAPPED)) if column.wraps else natural


def _filled(
    columns: Sequence[Column],
    least: dict[int, int],
    natural: dict[int, int],
    texts: Sequence[Sequence[str]],
    room: int,
) -> dict[int, int]:
    """Share what is left among columns that can use it, the most wanted first; or take from text what is missing."""
    sizes = dict(least)
    left = room - total(sizes.values())
    for index in sorted(sizes, key=lambda i: (columns[i].rank, -i)):
        if left > 0 and columns[index].kind is not Kind.LABEL:
            more = min(natural[index] - sizes[index], left)
            sizes[index] += more
            left -= more
        elif left < 0 and columns[index].wraps:
            floor = _LAST if index == max(sizes) else min(max(map(longest_word, texts[index]), default=0), _LEAST_TEXT)
            less = min(max(sizes[index] - floor, 0), -left)
            sizes[index] -= less
            left += less
    for index in sizes:
        if left > 0 and columns[index].kind is Kind.LABEL and columns[index].least:
            more = min(natural[index] - sizes[index], left)
            sizes[index] += more
            left -= more
    return sizes


# --- a table of groups, in blocks ---


def _split(table: Table, texts: Sequence[Sequence[str]], width: int | None) -> Fitted:
    labels = [i for i, column in enumerate(table.columns) if column.kind is Kind.LABEL]
    natural = [_natural(table, i, texts[i]) for i in labels]
    sizes = natural if width is None else _shared(natural, width * 2 // 5)
    room = None if width is None else width - total(sizes) - GAP
    by_group = groupby(range(len(labels), len(table.columns)), key=lambda i: table.columns[i].group)
    groups = [list(members) for _, members in by_group]

    def drawn(group: Sequence[int], rank: int, *, broken: bool = False) -> list[Placed]:
        return _group(table, texts, group, rank, room, broken=broken)

    top = max((column.rank for column in table.columns), default=0)
    full = [drawn(group, top) for group in groups]
    if room is None or (table.whole_groups and all(_width(one) <= room for one in full)):
        blocks = _blocks(table, full, room)
    else:
        cores = [_core(table, group, drawn, room) for group in groups]
        members = {group[0]: group for group in groups}
        blocks = [
            _widened(
                block, [members[i] for i in members if any(p.index in members[i] for p in block)], drawn, room, top
            )
            for block in _blocks(table, cores, room)
        ]
    placed = tuple(Placed(i, size) for i, size in zip(labels, sizes, strict=True))
    known = {placed.index for one in full for placed in one}
    shown = {placed.index for block in blocks for placed in block}
    place = {index: position for group in groups for position, index in enumerate(group)}
    missing = sorted(known - shown, key=lambda i: (place[i], i))
    gone = dict.fromkeys(table.columns[i].plural for i in missing if table.columns[i].plural)
    return Fitted(tuple((*placed, *block) for block in blocks), gone=tuple(gone))


def _shared(natural: Sequence[int], room: int) -> list[int]:
    """Narrow columns get what they need, wide ones share the rest evenly."""
    sizes = list(natural)
    left, open_columns = room, sorted(range(len(sizes)), key=lambda index: sizes[index])
    while open_columns:
        share = max(left // len(open_columns), 8)
        index = open_columns.pop(0)
        sizes[index] = min(sizes[index], share)
        left -= sizes[index]
    return sizes


def _group(
    table: Table, texts: Sequence[Sequence[str]], group: Sequence[int], rank: int, room: int | None, *, broken: bool
) -> list[Placed]:
    """The columns of a group up to a rank; one that holds nothing, or what the one before it says, is left out."""
    found: list[Placed] = []
    before: Sequence[str] = ()
    for index in group:
        column = table.columns[index]
        if column.rank > rank:
            continue
        narrow = broken and column.wraps
        content = max(map(longest_word, texts[index]), default=0) if narrow else widest(texts[index])
        if column.kind is Kind.MARK and content:
            content = column.widest or content
        if not found or (content and texts[index] != before):
            needed = _heading_width(column.heading)
            found.append(Placed(index, max(content, needed if room is None else min(needed, room))))
        before = texts[index]
    return found


def _heading_width(title: str, lines: int = 3) -> int:
    """The smallest width at which a title is broken into so many lines, at spaces only."""
    width = longest_word(title)
    while len(wrap(title, width)) > lines:
        width += 1
    return width


def _width(placed: Sequence[Placed]) -> int:
    return total(one.width for one in placed)


def _core(table: Table, group: Sequence[int], drawn: Callable[..., list[Placed]], room: int) -> list[Placed]:
    """The least of a group that is drawn: in one whose columns can all give way, those that do so last."""
    least = min(table.columns[index].rank for index in group)
    core = max(_CORE, least)
    choices = (drawn(group, core), drawn(group, core, broken=True))
    return next((one for one in choices if _width(one) <= room), drawn(group, least))


def _widened(
    block: list[Placed], groups: Sequence[Sequence[int]], drawn: Callable[..., list[Placed]], room: int, top: int
) -> list[Placed]:
    """A block with the most that fits, the same for each of its groups."""
    for rank in range(top, _CORE, -1):
        wider = [placed for group in groups for placed in drawn(group, rank)]
        if _width(wider) <= room:
            return wider
    return block


def _blocks(table: Table, groups: Sequence[list[Placed]], room: int | None) -> list[list[Placed]]:
    """Fill blocks section by section; a section is split only where it does not fit a block of its own."""
    blocks: list[list[Placed]] = [[]]
    for _, members in groupby(groups, key=lambda placed: table.columns[placed[0].index].section):
        section = list(members)
        together = [placed for group in section for placed in group]
        pieces = [together] if room is None or _width(together) <= room else section
        for piece in pieces:
            if blocks[-1] and room is not None and _width([*blocks[-1], *piece]) > room:
                blocks.append([])
            blocks[-1].extend(piece)
    return blocks


# --- a document that has to fit so many lines ---


def fit_lines(document: Document, room: float, draw: Callable[[Document], Sequence[T]]) -> Sequence[T]:
    """The lines of the fullest form of a document that fits; of the shortest where none does.

    Args:
        document: The document; ``shorter`` and the ``drops`` of its tables say what gives way.
        room: Lines that there are.
        draw: Gives its lines.
    """
    while True:
        # Nobody draws a million rows of which a screen shows forty.
        lines = draw(document if room == math.inf else _with_rows(document, room))
        if len(lines) > room and document.rows_kept is not None:
            lines = _with_fewer_rows(document, lines, room, draw)
        if len(lines) <= room or document.shorter is None:
            return lines
        document = document.shorter


def _with_fewer_rows(
    document: Document, lines: Sequence[T], room: float, draw: Callable[[Document], Sequence[T]]
) -> Sequence[T]:
    """The lines of a document whose tables give as many rows as it takes, and as they can do without."""
    kept: float = room
    least = document.rows_kept or 1
    while len(lines) > room and kept > least:
        giving = [len(table.rows) for table in document.blocks if isinstance(table, Table) and table.drops]
        high = min(kept, max(giving, default=0))
        over = len(lines) - room
        kept = max(least, high - max(over // max(sum(rows >= high for rows in giving), 1), 1))
        lines = draw(_with_rows(document, kept))
        if high <= least:
            break
    return lines


def _with_rows(document: Document, kept: float) -> Document:
    """A document with at most so many rows in each of the tables that can do without others."""
    blocks = tuple(
        _shortened(block, int(kept)) if isinstance(block, Table) and block.drops and len(block.rows) > kept else block
        for block in document.blocks
    )
    return replace(document, blocks=blocks)


def _shortened(table: Table, kept: int) -> Table:
    rows = table.rows[-kept:] if table.drops == "first" else table.rows[:kept]
    return replace(table, rows=rows, under=phrase(table.dropped, n=len(table.rows) - kept))
