"""Columns of text on a fixed grid of terminal cells: wrapped where they must be, never cut.

All text for a terminal is made here, so that no control character of a file can get past it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from salesmetrics.render.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "GAP",
    "Cell",
    "Column",
    "heading_width",
    "join",
    "longest_word",
    "plain",
    "row",
    "total_width",
    "width_of",
    "wrap",
]

GAP = 2
_WIDEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Cell:
    """Text and how it looks; a style never carries meaning that the text lacks."""

    text: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the grid."""

    width: int
    right: bool = False


def width_of(texts: Iterable[str]) -> int:
    """Cells that the widest text takes; a Chinese character takes two.

    >>> width_of(["ab", "李娜"])
    4
    """
    return max((cell_len(visible(text)) for text in texts), default=0)


def longest_word(text: str) -> int:
    """Cells of the longest word: what a heading needs to wrap without breaking words."""
    return width_of(text.split())


def heading_width(title: str, lines: int = 3) -> int:
    """The smallest width at which a title wraps into so many lines without breaking a word."""
    width = longest_word(title)
    while len(wrap(Cell(title), width)) > lines:
        width += 1
    return width


def total_width(columns: Sequence[Column]) -> int:
    """Cells that a row of these columns takes."""
    return sum(column.width for column in columns) + GAP * max(len(columns) - 1, 0)


def wrap(cell: Cell, width: int | None) -> list[Text]:
    """Break a cell at spaces, and inside a word that is longer than the width. ``None`` never breaks."""
    text = Text(visible(cell.text), style=cell.style, end="")
    if width is None or text.cell_len <= width:
        return [text]
    console = Console(file=io.StringIO(), width=_WIDEST, _environ={})
    lines = list(text.wrap(console, max(width, 2), overflow="fold"))
    for line in lines:
        line.rstrip()
    return lines


def plain(lines: Iterable[str]) -> str:
    """Lines that have their layout already, as the text to write."""
    return join((wrap(Cell(line), None)[0] for text in lines for line in text.split("\n")), color=False)


def row(cells: Sequence[Cell], columns: Sequence[Column], *, indent: int = 0) -> list[Text]:
    """Set cells side by side; as many lines as the tallest cell needs."""
    wrapped = [wrap(cell, column.width) for cell, column in zip(cells, columns, strict=True)]
    lines = []
    for index in range(max(map(len, wrapped), default=0)):
        line = Text(" " * indent, end="")
        for position, (texts, column) in enumerate(zip(wrapped, columns, strict=True)):
            text = texts[index] if index < len(texts) else Text()
            pad = " " * max(column.width - text.cell_len, 0)
            line.append(" " * (GAP if position else 0))
            line.append(pad if column.right else "")
            line.append_text(text)
            line.append("" if column.right else pad)
        line.rstrip()
        lines.append(line)
    return lines


def join(lines: Iterable[Text], *, color: bool) -> str:
    """Turn lines into the text to write, each ended by a newline."""
    if not color:
        return "".join(f"{line.plain}\n" for line in lines)
    stream = io.StringIO()
    console = Console(
        file=stream,
        force_terminal=True,
        color_system="standard",
        no_color=False,
        legacy_windows=False,
        width=_WIDEST,
        markup=False,
        emoji=False,
        highlight=False,
        _environ={},
    )
    for line in lines:
        console.print(line, end="\n", soft_wrap=True)
    return stream.getvalue()
