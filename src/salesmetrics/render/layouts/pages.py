"""What pages have in common, and the page of an answer that has none of its own: its document, a section per heading."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from salesmetrics.messages import joined, phrase
from salesmetrics.render.document import (
    Bar,
    Cell,
    Code,
    Column,
    Heading,
    Kind,
    Narrow,
    Table,
    Text,
    Tone,
    Whisker,
    plain,
)
from salesmetrics.render.page import Fold, Page, Section
from salesmetrics.render.scales import axis, place, scale_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from salesmetrics.answers.report import Interval, Number, Unit
    from salesmetrics.render.document import Block, Document, Inline, Mark
    from salesmetrics.render.page import PageBlock, Words

__all__ = [
    "analysis_page",
    "anchor",
    "bars",
    "ends_of",
    "facts_of",
    "how_counted",
    "mark_column",
    "page_of",
    "said_once",
    "sections_of",
    "span_of",
    "whisker",
    "with_cells",
    "with_marks",
    "with_room",
    "word_of",
]


class Estimated(Protocol):
    """A value with its interval."""

    @property
    def value(self) -> Number | None: ...
    @property
    def interval(self) -> Interval | None: ...


def page_of(document: Document, title: str = "") -> Page:
    """A page made from a document: each heading begins a section.

    Its title is that of the document, where none is given; else the heading of the document is the first fact.
    """
    blocks = [_headed(block) for block in document.blocks]
    if not blocks or not isinstance(blocks[0], Heading) or blocks[0].level != 1:
        return Page(title, (), sections_of(blocks))
    head = blocks[0]
    facts = (head.text, *head.facts) if title else head.facts
    return Page(title or head.text, facts, sections_of(blocks[1:]))


def _headed(block: Block) -> Block:
    """A table with its titles, which a screen does without where they say nothing new."""
    if isinstance(block, Table) and any(column.title for column in block.columns):
        return replace(block, headed=True)
    return block


def sections_of(blocks: Sequence[Block]) -> tuple[PageBlock, ...]:
    """Blocks before the first heading as they are, and a section per heading."""
    found: list[PageBlock] = []
    held: list[PageBlock] = []
    title = ""
    for block in blocks:
        if isinstance(block, Heading):
            found += _section(title, held, len(found))
            title, held = block.text.rstrip(":"), []
        else:
            held.append(block)
    return (*found, *_section(title, held, len(found)))


def _section(title: str, held: Sequence[PageBlock], place: int) -> Sequence[PageBlock]:
    if not title:
        return held
    return [Section(f"{word_of(title)}-{place}", title, tuple(held))]


def word_of(text: str) -> str:
    """A text as a word for the name of a section.

    >>> word_of("Win rate (EUR)"), word_of("$")
    ('win-rate-eur', 'part')
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "part"


# --- the pages of analyses ---


def analysis_page(title: str, head: Sequence[Block], sections: Sequence[Section], below: Sequence[Block]) -> Page:
    """A page of sections, with the head of the document as its facts and what stands below the document at its end."""
    return Page(title, facts_of(head), (*sections, *_last(below)))


def facts_of(head: Sequence[Block]) -> tuple[Inline, ...]:
    """The head of a document as the facts of a page."""
    return tuple(_fact(block) for block in head if isinstance(block, (Heading, Text)))


def _fact(block: Heading | Text) -> Inline:
    if isinstance(block, Text):
        return block.text
    if block.joint.isspace():
        return (Code(block.text), block.joint, block.joint.join(block.facts)) if block.facts else Code(block.text)
    return joined([block.text, *block.facts], block.joint)  # what is counted or summed up is no file


def _last(below: Sequence[Block]) -> Sequence[PageBlock]:
    """A section per heading; without one all of it is about findings."""
    if not below or isinstance(below[0], Heading):
        return sections_of(below)
    return [Section("findings", phrase("heading_findings"), tuple(below))]


def said_once(blocks: Iterable[PageBlock], said: Words) -> Iterator[PageBlock]:
    """Blocks of a page without the sentences that stand in words at its beginning, with a full stop or without."""
    sentences = {plain(sentence).rstrip(".") for sentence in said.sentences}
    for block in blocks:
        if isinstance(block, Section | Fold):
            yield replace(block, blocks=tuple(said_once(block.blocks, said)))
        elif not isinstance(block, Text) or plain(block.text).rstrip(".") not in sentences:
            yield block


def how_counted(notes: Sequence[str]) -> tuple[PageBlock, ...]:
    """Legends below a line that opens them; nothing without any."""
    return (Fold(phrase("fold_how"), tuple(Text(note) for note in notes)),) if notes else ()


def anchor(name: str, place: int) -> str:
    """The name of a section of which there may be several.

    >>> anchor("bridge", 0), anchor("bridge", 1)
    ('bridge', 'bridge-2')
    """
    return f"{name}-{place + 1}" if place else name


def span_of(values: Iterable[Number | None], unit: Unit, *, zero: bool = True) -> tuple[float, float]:
    """An axis with round ends that marks of several rows share.

    >>> span_of([318_978, None, 1_528_210], "money"), span_of([0.362, 0.516], "ratio", zero=False)
    ((0.0, 1600000.0), (0.36, 0.52))
    """
    found = axis(values, unit, zero=zero, parts=_FINE)
    return found.low, found.high


_FINE = 10
"""An axis without ticks is longer than what is on it by a tenth at most."""


def whisker(
    value: Number | None,
    span: Interval | None,
    between: tuple[float, float],
    *,
    centre: Number | None = None,
    band: tuple[Number, Number] | None = None,
    tone: Tone = Tone.PLAIN,
    hollow: bool = False,
) -> Whisker | None:
    """A value with its interval on an axis; an interval may go on beyond that. Nothing without a value.

    Args:
        value: The dot.
        span: Its interval.
        between: The axis.
        centre: What the value is compared with.
        band: Where it would be by chance.
        tone: Of the dot.
        hollow: Too few records to judge.
    """
    if value is None:
        return None
    low, high = (span.low, span.high) if span else (None, None)
    return Whisker(
        between,
        float(value),
        None if low is None else float(low),
        None if high is None else float(high),
        None if band is None else (place(band[0], between), place(band[1], between)),
        None if centre is None else place(centre, between),
        tone,
        hollow,
    )


def ends_of(estimates: Iterable[Estimated]) -> list[Number | None]:
    """The values of estimates and the ends of their intervals."""
    return [
        end
        for one in estimates
        for end in (one.value, *((one.interval.low, one.interval.high) if one.interval else ()))
    ]


_FIRST = 9
"""The rank of what gives way first."""
_NARROWEST, _WIDEST = 12, 25
"""Cells of a mark on a screen."""


def with_room(between: tuple[float, float], estimates: Iterable[Estimated], unit: Unit) -> tuple[float, float]:
    """An axis that is longer on a side where a value would hide that its interval goes on beyond the end.

    Args:
        between: The axis.
        estimates: What is drawn on it.
        unit: Of its values.
    """
    low, high = between
    edge = (high - low) / _EDGE
    ends = [low, high]
    for one in estimates:
        if one.value is None or one.interval is None:
            continue
        if one.value < low + edge and one.interval.low is not None and one.interval.low < low:
            ends.append(max(low - edge, 0.0) if low >= 0 else low - edge)
        if one.value > high - edge and one.interval.high is not None and one.interval.high > high:
            ends.append(min(high + edge, 1.0) if unit == "ratio" and high <= 1 else high + edge)
    return span_of(ends, unit, zero=False) if len(ends) > len(between) else between


_EDGE = 20
"""A dot so near to an end, as a part of the axis, hides what is drawn there."""


def bars(values: Sequence[Number | None], unit: Unit) -> tuple[list[Mark | None], str]:
    """A bar from zero per value, and the heading of their column: the axis where values lie below zero, else nothing.

    >>> bars([3, None, 12], "count")[0][0], bars([3, -4], "count")[1]
    (Bar(value=3.0, top=12.0, low=0.0), '-4 … 3')
    """
    known = [float(value) for value in values if value is not None]
    if not any(known):
        return [None] * len(values), ""
    least = max(map(abs, known)) / _FINE
    low, top = (0.0, max(known))
    if min(known) < 0:
        # Both sides of zero are wide enough to be seen, however long the bars of one of them.
        low, top = span_of([*known, -least, *([least] if max(known) > 0 else [])], unit)
    marks: list[Mark | None] = [None if value is None else Bar(float(value), top, low) for value in values]
    return marks, scale_text((low, top), unit) if low < 0 else ""


def mark_column(between: tuple[float, float] | None, unit: Unit, *, legend: str = "") -> Column:
    """A column of marks on one axis, which is its heading; on a narrow place it gives way before any number.

    Args:
        between: The axis; None where rows have several.
        unit: Of its values.
        legend: What the signs of its marks are, said where they are drawn.
    """
    title = "" if between is None else scale_text(between, unit)
    return Column(title, Kind.MARK, _FIRST, Narrow.VANISH, detail=True, least=_NARROWEST, widest=_WIDEST, legend=legend)


def with_marks(table: Table, column: Column, marks: Sequence[Mark | None], after: int | None = None) -> Table:
    """A table with a mark per row, in a column behind so many others; behind all of them without a number."""
    return with_cells(table, column, [Cell(tone=Tone.MARK, mark=mark) for mark in marks], after)


def with_cells(table: Table, column: Column, cells: Sequence[Cell], after: int | None = None) -> Table:
    """A table with a cell more per row, in a column behind so many others; behind all of them without a number."""
    at = len(table.columns) if after is None else after
    rows = [
        replace(row, cells=(*row.cells[:at], cell, *row.cells[at:]))
        for row, cell in zip(table.rows, cells, strict=True)
    ]
    return replace(table, columns=(*table.columns[:at], column, *table.columns[at:]), rows=tuple(rows))
