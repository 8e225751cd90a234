"""Any document as GitHub-flavoured Markdown, for an issue or a chat message.

Markdown is made by type: a plain ``str`` is text and made inert where it is written, a ``Markup`` is Markdown already. So no
name from a file turns into a table cell, a link or a heading.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from salesmetrics.messages import joined, phrase
from salesmetrics.messages.speech import isolated, spoken
from salesmetrics.render.document import (
    Bullets,
    Code,
    Document,
    Files,
    Footnote,
    Heading,
    Items,
    Kind,
    Prose,
    Snippet,
    Table,
    Text,
)
from salesmetrics.render.visible import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from salesmetrics.render.document import Block as Part
    from salesmetrics.render.document import Cell, Inline, Item, Row
    from salesmetrics.render.writers import Screen

__all__ = [
    "Block",
    "Markup",
    "bullets",
    "code",
    "fenced",
    "heading",
    "inline",
    "markdown",
    "paragraphs",
    "prose",
    "strong",
    "table",
    "write",
]


def write(document: Document, screen: Screen) -> str:  # noqa: ARG001
    """Draw a document as Markdown: every value with its interval, records and verdict; marks are left to other formats."""
    text = paragraphs(_parts(document))
    return f"{text}\n" if text else ""


def _parts(document: Document) -> Iterator[str]:
    """The parts in order: what a document says in words stands right below its title."""
    head, *rest = document.blocks or (None,)
    titled = isinstance(head, Heading) and head.level == 1
    if titled and head is not None:
        yield from _draw(head)
    if document.words:
        yield bullets(map(_inline, document.words))
    for block in rest if titled else document.blocks:
        yield from _draw(block)


def _draw(block: Part) -> Iterator[str]:
    match block:
        case Heading():
            return _heading(block)
        case Text():
            return _text(block)
        case Files():
            return _files(block)
        case Items():
            return _items(block)
        case Bullets():
            return _bullets(block)
        case Snippet():
            return _snippet(block)
        case Table():
            return _table(block)


def _heading(block: Heading) -> Iterator[str]:
    yield heading(block.text) if block.level == 1 else strong(block.text)
    yield markdown(joined(block.facts, "clause"))


def _text(block: Text) -> Iterator[str]:
    yield _inline(block.text)


def _files(block: Files) -> Iterator[str]:
    yield bullets(
        inline(item.kind, " ", code(item.path), phrase("in_brackets", what=item.read)) for item in block.items
    )


def _items(block: Items) -> Iterator[str]:
    yield bullets(_item(item, states=block.states) for item in block.items)


def _item(item: Item, *, states: bool) -> Markup:
    lead = inline(strong(item.lead), " ") if states else inline(prose(item.lead), spoken().colon)
    body = markdown(joined(item.parts, ";")) if item.parts else _inline(item.body)
    return inline(lead, body, inline(phrase("hint_in_line"), _inline(item.hint)) if item.hint else "")


def _bullets(block: Bullets) -> Iterator[str]:
    yield Block("\n".join(f"{'  ' * item.level}{bullets([_inline(item.text)])}" for item in block.items))


def _snippet(block: Snippet) -> Iterator[str]:
    yield fenced(block.text, block.language)


def _table(block: Table) -> Iterator[str]:
    if block.splits:
        yield from _by_section(block)
    elif block.rows:
        yield _whole(block)
    if any(column.off_screen for column in block.columns):
        yield phrase("values_with_basis")
    for note in block.notes:
        if not isinstance(note, Footnote):
            yield note
        elif block.splits:
            yield f"{note.sign} {note.text}"


def _by_section(block: Table) -> Iterator[str]:
    """A table for each section of columns, with the labels of the rows in front; for each group where it has several columns."""
    labels = [i for i, column in enumerate(block.columns) if column.kind is Kind.LABEL]
    for section in dict.fromkeys(column.section for column in block.columns if column.group):
        drawn = [i for i, column in enumerate(block.columns) if column.group and column.section == section]
        rows = [row for row in block.rows if any(row.cells[i].text for i in drawn)]
        used = [i for i in labels if any(row.cells[i].text for row in rows)]
        yield strong(section)
        groups = [list(members) for _, members in groupby(drawn, key=lambda i: block.columns[i].group)]
        several = any(len(_heads(block, members, rows)) > 1 for members in groups)
        for members in groups if several else [drawn]:
            yield _grid(block, [*used, *members], rows)


def _whole(block: Table) -> Block:
    return _grid(block, range(len(block.columns)), block.rows)


def _heads(block: Table, indexes: Iterable[int], rows: Sequence[Row]) -> list[list[int]]:
    """The columns that hold something, each with those that continue it."""
    heads: list[list[int]] = []
    for index in indexes:
        column = block.columns[index]
        held = any(row.cells[index].text for row in rows)
        if column.detail or not (held or column.kind in {Kind.LABEL, Kind.VALUE}):
            continue
        if column.continues and heads:
            heads[-1].append(index)
        else:
            heads.append([index])
    return heads


def _grid(block: Table, indexes: Iterable[int], rows: Sequence[Row]) -> Block:
    heads = _heads(block, indexes, rows)
    titles = [block.columns[first].heading for first, *_ in heads]
    left = {place for place, (first, *_) in enumerate(heads) if not block.columns[first].right}
    if any(row.undefined for row in rows):
        titles.append(phrase("column_why_undefined"))
        left.add(len(heads))
    lines: list[list[str]] = []
    section = ""
    for row in rows:
        if row.section != section:
            section = row.section
            lines.append([strong(section), *[""] * (len(titles) - 1)])
        cells = [_joined(block, row, head) for head in heads]
        lines.append([*cells, *([row.undefined.reason if row.undefined else ""] if len(titles) > len(heads) else [])])
    return table(titles, lines, left=left)


def _joined(block: Table, row: Row, head: Sequence[int]) -> str:
    """A cell, and in brackets those of the columns that continue it and say more."""
    first, *others = (_cell(row.cells[index]) for index in head)
    more = [other for other in others if other and other != first]
    text = first + phrase("in_brackets", what=joined(more, ";")) if more else first
    kind = block.columns[head[0]].kind
    if kind is Kind.CODE and "|" not in text:
        return code(text)
    return strong(text) if row.total and kind is Kind.LABEL else text


def _cell(cell: Cell) -> str:
    return cell.text + cell.flag + (f" [{cell.footnote.text}]" if cell.footnote else "")


def _inline(text: Inline) -> Markup:
    pieces = text if isinstance(text, tuple) else (text,)
    return inline(*(_piece(piece) for piece in pieces))


def _piece(piece: str | Code | Prose) -> str:
    if isinstance(piece, Code):
        return code(piece.text)
    return prose(piece.text.replace("``", "`")) if isinstance(piece, Prose) else piece


# --- Markdown by type ---


class Markup(str):
    """Markdown that stands within a line."""

    __slots__ = ()


class Block(Markup):
    """Markdown that has its lines to itself: a heading, a list, a table."""

    __slots__ = ()


_SIGNS = re.compile(r"[\\`*_\[\]<>|~#$]|&(?=#?\w+;)")
_LINKS = re.compile(r"@(?=\w)|:(?=//)|www(?=\.)", re.IGNORECASE)
_BREAK = "&#8203;"
"""A space without width: GitHub links addresses and calls people after it has taken the backslashes away."""

_START = re.compile(r"(?=[-+=])|([0-9]{1,9})(?=[.)](?:\s|$))")
"""What would make a line a list, a rule or a heading, but for what ``_SIGNS`` holds."""


def markdown(text: str) -> Markup:
    r"""Text as Markdown that shows it and nothing else.

    >>> print(markdown("*a* <b> | @ann https://x.y"))
    \*a\* \<b\> \| @&#8203;ann https:&#8203;//x.y
    """
    if isinstance(text, Markup):
        return text
    return Markup(_LINKS.sub(rf"\g<0>{_BREAK}", _SIGNS.sub(r"\\\g<0>", visible(text))))


def inline(*pieces: str) -> Markup:
    """Pieces one behind the other."""
    return Markup("".join(map(markdown, pieces)))


def strong(text: str) -> Markup:
    """Text in bold type; nothing where there is none."""
    return Markup(f"**{markdown(text)}**") if text else Markup()


def code(text: str) -> Markup:
    """Text as code, with a fence that it cannot close; not for the cell of a table, where a bar would end it."""
    if not text.strip("` \t\n"):
        return markdown(text)
    text = visible(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return Markup(f"{fence}{pad}{text}{pad}{fence}")


def prose(text: str) -> Markup:
    r"""A sentence of ours: what stands between backticks is code, the rest is text.

    >>> print(prose("`a*b` is *c*"), prose("`a is *c*"))
    `a*b` is \*c\* \`a is \*c\*
    """
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return markdown(text)
    return Markup(
        "".join(
            markdown(piece) if index % 2 == 0 else code(piece) if piece.strip() else markdown(f"`{piece}`")
            for index, piece in enumerate(pieces)
        )
    )


def heading(text: str) -> Block:
    """A heading of the third level."""
    return Block(f"### {markdown(text)}")


def paragraphs(parts: Iterable[str]) -> Block:
    """Parts with an empty line between them, without those that are empty."""
    return Block("\n\n".join(part if isinstance(part, Block) else _begun(part) for part in parts if part))


def bullets(lines: Iterable[str]) -> Block:
    """A list."""
    return Block("\n".join(f"- {_begun(line)}" for line in lines))


def table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, left: Collection[int]) -> Block:
    """A table; columns that are not among those on the ``left`` stand on the right."""
    marks = [Markup("---" if index in left else "---:") for index in range(len(headers))]
    return Block(
        "\n".join(
            "| "
            + " | ".join(markdown(cell) if isinstance(cell, Markup) else markdown(isolated(cell)) for cell in cells)
            + " |"
            for cells in (headers, marks, *rows)
        )
    )


def fenced(text: str, language: str = "text") -> Block:
    """Lines of text as they are."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", text))])
    return Block(f"{fence}{language}\n{_lines(text)}\n{fence}")


def _lines(text: str) -> str:
    return "\n".join(map(visible, text.rstrip().split("\n")))


def _begun(text: str) -> str:
    return _START.sub(r"\1\\", markdown(text), count=1) if _START.match(text) else markdown(text)
