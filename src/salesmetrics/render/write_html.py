"""Any page as one HTML file: no script, nothing loaded from elsewhere, the same bytes for the same page.

Templates escape all text by themselves; nothing is marked as safe but the styles that ship with the package. What is laid out
or measured stands in ``html_tables`` and ``drawings``; templates write it down.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from msgspec.structs import replace

from salesmetrics.messages import phrase
from salesmetrics.messages.languages import ENGLISH, LANGUAGES
from salesmetrics.messages.speech import reads_from_right, spoken
from salesmetrics.render.document import Code, Files, Prose, Text
from salesmetrics.render.drawings import drawn_chart, drawn_mark
from salesmetrics.render.html_tables import LOOKS, MOST_FOLDED, MOST_ROWS, STEPS, grid
from salesmetrics.render.legends import first_beyond
from salesmetrics.render.page import Fold, Section, Tiles
from salesmetrics.render.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from salesmetrics.render.document import Bullet, Inline, Table
    from salesmetrics.render.html_tables import Grid
    from salesmetrics.render.page import Page, PageBlock
    from salesmetrics.render.writers import Screen

__all__ = ["escaping", "write"]

_LONG = 4
"""Sections from which on a page has a table of contents."""


def write(page: Page, screen: Screen) -> str:  # noqa: ARG001
    """Draw a page as HTML."""
    style = _style()
    sections = [block for block in page.blocks if isinstance(block, Section)]
    first = first_beyond(page.blocks)
    blocks = page.blocks if first is None else tuple(_with_legend(page.blocks, first))
    return (
        _environment(spoken().tag)
        .get_template("page.html")
        .render(
            page=page,
            title=page.title or (sections[0].title if sections else phrase("page_untitled")),
            turned=LANGUAGES.get(page.language.partition("-")[0], ENGLISH).from_right,
            contents=sections if len(sections) >= _LONG else (),
            parts=list(_parts(blocks)),
            style=Markup(style),
            digest=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )


def _with_legend(blocks: Sequence[PageBlock], first: Table) -> Iterator[PageBlock]:
    """Blocks of which one table says what the sign of an interval beyond its axis is."""
    for block in blocks:
        if block is first:
            yield replace(first, notes=(*first.notes, phrase("marks_beyond")))
        elif isinstance(block, Section | Fold):
            yield replace(block, blocks=tuple(_with_legend(block.blocks, first)))
        else:
            yield block


def escaping(**filters: Callable[..., Any]) -> Environment:
    """What draws the templates of the package and escapes all text, with the filters that any page needs and more of them."""
    found = Environment(
        loader=PackageLoader("salesmetrics.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.tests["of"] = lambda block, name: type(block).__name__ == name
    found.filters |= {"pieces": _pieces, "visible": visible, **filters}
    return found


@cache
def _environment(tag: str) -> Environment:
    """What draws pages of a language."""
    del tag
    filters: dict[str, Callable[..., Any]] = {
        "anchor": _anchor,
        "drawn": drawn_mark,
        "drawn_chart": lambda chart, turned: drawn_chart(chart, turned=turned),
        "grid": _grid,
        "lines": lambda text: "\n".join(map(visible, text.splitlines())),
        "look": lambda tone: LOOKS.get(tone, ""),
        "nested": _nested,
        "per_line": _per_line,
        "reading": lambda text: "rtl" if reads_from_right(text) else "ltr",
        "spans": _spans,
    }
    found = escaping(**filters)
    found.globals["words"] = {"contents": phrase("page_contents"), "scrolls": phrase("table_scrolls")}
    return found


@cache
def _style() -> str:
    """The styles without their layout."""
    text = escaping().get_template("page.css").render(steps=STEPS)
    return re.sub(r" ?([{};,]) ?|(?<=:) ", r"\1", " ".join(re.sub(r"/\*.*?\*/", "", text).split()))


def _parts(blocks: Sequence[PageBlock]) -> Iterator[tuple[str, list[PageBlock]]]:
    """Blocks that stand in a section or for themselves as they are; others together: text as a lead, what follows as a card."""
    for apart, some in groupby(blocks, key=lambda block: isinstance(block, Section | Tiles)):
        held = list(some)
        if apart:
            yield "", held
            continue
        texts = next((at for at, block in enumerate(held) if not isinstance(block, Text | Files)), len(held))
        if held[:texts]:
            yield "lead", held[:texts]
        if held[texts:]:
            yield "card", held[texts:]


def _grid(table: Table, folded: bool, turned: bool) -> Grid:  # noqa: FBT001 - a filter, whose arguments have no names
    return grid(table, MOST_FOLDED if folded else MOST_ROWS, turned=turned)


def _nested(items: Sequence[Bullet]) -> list[tuple[Inline, list[tuple[Inline, list[object]]]]]:
    """Bullets as a list in lists: a text, and those below it."""
    top: list[tuple[Inline, list[object]]] = []
    open_lists: list[list[tuple[Inline, list[object]]]] = [top]
    for item in items:
        del open_lists[item.level + 1 :]
        below: list[object] = []
        open_lists[-1].append((item.text, below))
        open_lists.append(below)  # type: ignore[arg-type]
    return top  # type: ignore[return-value]


def _anchor(name: str) -> str:
    """A name as an anchor: what is neither a letter nor a digit is spelled out, so that different names stay different.

    >>> _anchor("segments-EUR"), _anchor("a b")
    ('segments-EUR', 'a.20.b')
    """
    return re.sub(r"[^A-Za-z0-9_-]", lambda found: f".{ord(found[0]):x}.", name)


_WHOLE = re.compile(
    r"(\d{4}-\d\d(?:-\d\d)?)|(?<![\d.,])([+-]?\d[\d.,]*(?: – [+-]?\d[\d.,]*)? (?:%|pp)|\d[\d.,]* – \d[\d.,]*)"
)
"""Days, shares and ranges, which stay on a line."""


def _spans(inline: Inline) -> Iterator[tuple[str, str]]:
    """The pieces of a line with their elements: code, days and numbers that stay whole, and plain text.

    >>> list(_spans("on 2026-09-30: 45.8 – 51.6 %"))
    [('', 'on '), ('time', '2026-09-30'), ('', ': '), ('span', '45.8 – 51.6 %')]
    """
    for is_code, text in _pieces(inline):
        if is_code:
            yield "code", text
            continue
        at = 0
        for found in _WHOLE.finditer(text):
            if found.start() > at:
                yield "", text[at : found.start()]
            yield ("time" if found[1] else "span"), found[0]
            at = found.end()
        if at < len(text):
            yield "", text[at:]


def _per_line(count: int) -> int:
    """How many tiles stand side by side where there is room, so that no line is nearly empty.

    >>> [_per_line(count) for count in (1, 2, 3, 4, 5, 6, 7, 8, 9, 12)]
    [3, 3, 3, 4, 3, 3, 4, 4, 3, 4]
    """
    return 4 if count % 4 == 0 or (count > 4 and count % 4 == 3) else 3


def _pieces(inline: Inline) -> list[tuple[bool, str]]:
    """The pieces of a line: whether each is code, and its text. Text whose backticks are pairs is written as a sentence of ours is."""
    found: list[tuple[bool, str]] = []
    for piece in inline if isinstance(inline, tuple) else (inline,):
        if isinstance(piece, Code):
            found.append((True, visible(piece.text)))
            continue
        text = piece.text if isinstance(piece, Prose) else piece
        if isinstance(piece, Prose) or text.count("`") % 2 == 0:
            found += [(index % 2 == 1, visible(part)) for index, part in enumerate(text.split("`")) if part]
        else:
            found.append((False, visible(text)))
    return found
