"""What a page has to show, beyond a document: tiles, sections, folded parts and drawings. Own file: HTML, workbooks and mail draw it.

A page is plain data, as a document is, and holds the same blocks. A section is a card of an HTML page and a sheet of a workbook.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from salesmetrics.render.document import Block, Cell, Inline, Sparkline, Tone

__all__ = ["Axis", "Chart", "Fold", "Page", "PageBlock", "Rule", "Section", "Series", "Tile", "Tiles", "Words"]


class Words(Struct, frozen=True):
    """What there is to say in sentences, the most important first."""

    sentences: tuple[Inline, ...]


class Tile(Struct, frozen=True):
    """A number that comes first.

    Args:
        title: What it is.
        value: The number; an undefined one has the reason as ``note``.
        note: What it rests on: its interval, k/n, or why there is none.
        change: The change since the period before, with its verdict in words; None where nothing is compared.
        goal: How its goal stands; None without one.
        mark: Its last periods.
        period: The days it is about, where these are not those of the page.
    """

    title: str
    value: Cell
    note: str = ""
    change: Cell | None = None
    goal: Cell | None = None
    mark: Sparkline | None = None
    period: str = ""


class Tiles(Struct, frozen=True):
    """Numbers that come first, side by side."""

    items: tuple[Tile, ...]


class Axis(Struct, frozen=True):
    """The values that an axis of a drawing begins and ends with, and where it has a text."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...] = ()
    title: str = ""


class Series(Struct, frozen=True):
    """A line, steps or dots of a drawing: positions and values, None where there is a gap.

    ``band`` holds a position with the ends of a range each, drawn behind the line; ``names`` a text per point, for dots.
    """

    name: str
    points: tuple[tuple[float, float | None], ...]
    band: tuple[tuple[float, float, float], ...] = ()
    names: tuple[str, ...] = ()
    tone: Tone = Tone.PLAIN
    hollow: tuple[bool, ...] = ()


class Rule(Struct, frozen=True):
    """A straight line across a drawing at a value, such as a target or a limit."""

    value: float
    text: str
    tone: Tone = Tone.MUTED


class Chart(Struct, frozen=True):
    """A drawing that a table cannot replace: values over time, a fan, curves, dots within limits.

    ``text`` says in a sentence what is to be seen, for those who do not see it. What is drawn stands in a table of the same section.
    """

    kind: Literal["line", "steps", "dots"]
    title: str
    text: str
    across: Axis
    up: Axis
    series: tuple[Series, ...]
    rules: tuple[Rule, ...] = ()
    unit: str = ""
    currency: str | None = None
    apart: bool = True


class Fold(Struct, frozen=True):
    """Blocks below a line that opens them; on paper they are open.

    ``name`` is what folds of several sections have in common: a workbook puts those of one name on one sheet.
    """

    title: str
    blocks: tuple[PageBlock, ...]
    apart: bool = True
    name: Literal["", "definitions"] = ""


class Section(Struct, frozen=True):
    """A part of a page under its title. ``name`` is a word without blanks: the anchor of the part, unlike those of others."""

    name: str
    title: str
    blocks: tuple[PageBlock, ...]
    apart: bool = True


PageBlock = Block | Tiles | Words | Chart | Fold | Section


class Page(Struct, frozen=True):
    """A page: its title, the facts that hold for all of it, each a line or a part of one, and its blocks in order.

    ``period`` names the days that it is about where the title does not, for places that have no facts: the subject of a mail.
    """

    title: str
    facts: tuple[Inline, ...]
    blocks: tuple[PageBlock, ...]
    language: str = "en"
    period: str = ""
