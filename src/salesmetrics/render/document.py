"""What a command has to show, before anybody decides how: headings, tables, lists and notes as plain data.

A layout makes a document of an answer, and a writer draws any document. Text is plain: no ANSI, no Markdown, not yet
escaped. A cell holds the text that people read and, beside it, what the text is made of, for writers that draw or calculate.
Nothing here knows how wide a place is: columns say what goes first where there is no room, and ``fit`` decides.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

__all__ = [
    "Bar",
    "Block",
    "Bullet",
    "Bullets",
    "Cell",
    "Code",
    "Column",
    "Document",
    "File",
    "Files",
    "Footnote",
    "Heading",
    "Inline",
    "Item",
    "Items",
    "Kind",
    "Mark",
    "Narrow",
    "Prose",
    "Row",
    "Sheet",
    "Snippet",
    "Sparkline",
    "Step",
    "Table",
    "Text",
    "Tone",
    "Undefined",
    "Whisker",
    "plain",
]

Number = int | float | Decimal


class Sheet(NamedTuple):
    """An answer as rows of cells, for a program or a spreadsheet."""

    header: Sequence[str]
    rows: Iterable[Sequence[Any]]


class Tone(StrEnum):
    """How text looks; it never carries a meaning that the text lacks."""

    PLAIN = ""
    STRONG = "strong"
    MUTED = "muted"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"
    MARK = "mark"


class Code(Struct, frozen=True):
    """Text to type, to paste or to find in a file: an id, a path, a command."""

    text: str


class Prose(Struct, frozen=True):
    """A sentence of ours, in which what stands between backticks is code."""

    text: str


Inline = str | Code | Prose | tuple[str | Code | Prose, ...]
"""What stands within a line: plain text, code and sentences, one behind the other."""


def plain(inline: Inline) -> str:
    """The text of a line, without a difference between its pieces.

    >>> plain(("deals ", Code("a.csv"))), plain("deals")
    ('deals a.csv', 'deals')
    """
    pieces = inline if isinstance(inline, tuple) else (inline,)
    return "".join(piece if isinstance(piece, str) else piece.text for piece in pieces)


# --- tables ---


class Kind(StrEnum):
    """What the cells of a column hold."""

    LABEL = "label"
    """What a row is about: it stands on the left, and is always shown."""
    TEXT = "text"
    CODE = "code"
    DATE = "date"
    VALUE = "value"
    """The number that a row is there for; it is always shown."""
    NUMBER = "number"
    INTERVAL = "interval"
    SHARE = "k/n"
    CHANGE = "change"
    VERDICT = "verdict"
    MARK = "mark"


_LEFT = frozenset({Kind.LABEL, Kind.TEXT, Kind.CODE, Kind.DATE, Kind.VERDICT, Kind.MARK})


class Narrow(StrEnum):
    """What happens to a column that there is no room for."""

    KEEP = "keep"
    VANISH = "vanish"
    BELOW = "below"
    """It moves to a line below the value of its row."""


class Column(Struct, frozen=True):
    """A column of a table.

    Args:
        title: The heading.
        kind: What its cells hold; with it, on which side they stand.
        rank: How soon it gives way on a narrow place: 0 never, and the highest first.
        narrow: What giving way means.
        plural: Its name in a note about columns that gave way; without one nothing is noted.
        named: Whether its title stands before what has moved below.
        silent: Whether its title is left out where the cells speak for themselves.
        detail: Whether Markdown does without it: what it shows stands in another column, too.
        off_screen: Whether a screen does without it, whatever its width.
        continues: Whether it says more of what the column before it says.
        wraps: Whether its text may be broken into several lines.
        stacked: Whether its title may be, while its numbers are not.
        cuts: Whether its text may be cut on a narrow place; numbers, dates and identifiers never are.
        least: Cells that it takes at least.
        widest: Cells that it takes at most; longer text is broken.
        short: The title on a narrow place, where that is another one.
        group: Columns of one group stay together; a table with groups is split into blocks where there is no room.
        section: The heading that its group stands under.
        footnote: A footnote of the title.
        legend: What the signs in it stand for, said below the table where the column is drawn.
    """

    title: str = ""
    kind: Kind = Kind.TEXT
    rank: int = 0
    narrow: Narrow = Narrow.KEEP
    plural: str = ""
    named: bool = False
    silent: bool = False
    detail: bool = False
    off_screen: bool = False
    continues: bool = False
    wraps: bool = False
    stacked: bool = False
    cuts: bool = False
    least: int = 0
    widest: int | None = None
    short: str = ""
    group: str = ""
    section: str = ""
    footnote: Footnote | None = None
    legend: str = ""

    @property
    def heading(self) -> str:
        """The title with the sign of its footnote."""
        return f"{self.title} {self.footnote.sign}" if self.footnote else self.title

    @property
    def right(self) -> bool:
        """Whether its cells stand on the right."""
        return self.kind not in _LEFT


class Sparkline(Struct, frozen=True):
    """A row of small bars, one per value; ``None`` is a gap. Counts and money stand on zero.

    ``top`` is the value of a full bar, so that rows can be compared; without it that is the largest of the row.
    """

    values: tuple[float | None, ...]
    on_zero: bool
    top: float | None = None


class Bar(Struct, frozen=True):
    """A bar from 0 to a value, on an axis from ``low``, which is 0 or below it, to ``top``."""

    value: float
    top: float
    low: float = 0.0


class Whisker(Struct, frozen=True):
    """A value between the ends of its interval, on an axis that rows share; what lies beyond that is drawn with a sign.

    Args:
        axis: First and last value of the axis.
        value: The dot; None where only the interval is known.
        low: The lower end of the interval, None where there is none.
        high: The upper end.
        band: Between which values it would be by chance, drawn behind it.
        centre: The value that it is compared with, drawn as a line across.
        tone: Of the dot: good or bad only where a verdict says so.
        hollow: Too few records to judge: the dot is an empty ring.
    """

    axis: tuple[float, float]
    value: float | None
    low: float | None = None
    high: float | None = None
    band: tuple[float, float] | None = None
    centre: float | None = None
    tone: Tone = Tone.PLAIN
    hollow: bool = False

    @property
    def beyond(self) -> tuple[bool, bool]:
        """Whether it goes on before the first value of its axis, and behind the last; an open interval does."""
        first, last = self.axis
        room = (last - first) * _ROUNDED
        ends = [end for end in (self.low, self.value, self.high) if end is not None]
        is_open = (self.low is None) != (self.high is None)
        return (
            any(end < first - room for end in ends) or (is_open and self.low is None),
            any(end > last + room for end in ends) or (is_open and self.high is None),
        )


_ROUNDED = 1e-6
"""So small a part of an axis is what rounding leaves."""


class Step(Struct, frozen=True):
    """A bar from one value to another on an axis that rows share, as in a bridge; ``tone`` says which way it goes."""

    axis: tuple[float, float]
    start: float
    end: float
    tone: Tone = Tone.PLAIN


Mark = Sparkline | Bar | Whisker | Step


class Footnote(Struct, frozen=True):
    """What a sign behind a text stands for."""

    sign: str
    text: str


class Cell(Struct, frozen=True):
    """A cell: the text that people read, and what it is made of.

    ``value`` is the exact number behind the text, and ``parts`` are the two behind an interval (low, high) or a share (k, n).
    ``day`` is the day that the text writes.
    ``flag`` is a sign behind a number that stands in a place of its own, so that numbers stay below one another. What is
    ``long`` is left out of narrow places.
    """

    text: str = ""
    tone: Tone = Tone.PLAIN
    value: Number | None = None
    unit: str = ""
    currency: str | None = None
    flag: str = ""
    long: bool = False
    mark: Mark | None = None
    footnote: Footnote | None = None
    parts: tuple[Number | None, ...] = ()
    day: date | None = None


class Undefined(Struct, frozen=True):
    """Why a row has no value, and what is known all the same."""

    reason: str
    details: tuple[str, ...] = ()


class Row(Struct, frozen=True):
    """A row: a cell per column; ``section`` is the heading that it stands under."""

    cells: tuple[Cell, ...]
    section: str = ""
    total: bool = False
    undefined: Undefined | None = None
    tone: Tone = Tone.PLAIN


class Table(Struct, frozen=True):
    """Rows and columns, with the notes that belong to them.

    Args:
        columns: In order.
        rows: In order; each has a cell per column.
        notes: Legends, and what else is to be known when the table is read.
        omitted: Names of columns that are left out whatever the width.
        headed: Whether there is a line of titles.
        whole_groups: Groups of columns are drawn in full, even if that takes more blocks.
        indent: Cells in front of each row.
        spaced: Whether sections stand apart from each other.
        apart: Whether there is an empty line above.
        drops: Which rows are left out where a screen has fewer lines: the ``first`` or the ``last``, or none.
        dropped: Code of the message that counts those that are left out, as ``n``.
        under: A line right below the rows.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str | Footnote, ...] = ()
    omitted: tuple[str, ...] = ()
    headed: bool = True
    whole_groups: bool = False
    indent: int = 0
    spaced: bool = False
    apart: bool = True
    drops: Literal["", "first", "last"] = ""
    dropped: str = "rows_not_shown"
    under: str = ""

    @property
    def splits(self) -> bool:
        """Whether its columns come in groups, and the table in blocks where there is no room."""
        return any(column.group for column in self.columns)


# --- everything else ---


class Heading(Struct, frozen=True):
    """A heading; ``level`` 1 is that of the document, with the facts that hold for all of it, and what joins them on a line.

    Attributes:
        joint: A mark of ``joined``; blanks stand as they are.
    """

    text: str
    level: int = 2
    facts: tuple[str, ...] = ()
    apart: bool = True
    joint: str = "clause"


class Text(Struct, frozen=True):
    """A paragraph."""

    text: Inline
    tone: Tone = Tone.PLAIN
    indent: int = 0
    apart: bool = False


class File(Struct, frozen=True):
    """A file that was read: what it holds, where it is, and how it was read."""

    kind: str
    path: str
    read: str


class Files(Struct, frozen=True):
    """The files behind an answer."""

    items: tuple[File, ...]
    apart: bool = False


class Item(Struct, frozen=True):
    """A short lead and what there is to say of it: a text, or parts of which some may be left out."""

    lead: str
    body: Inline = ""
    parts: tuple[str, ...] = ()
    hint: Inline = ""
    tone: Tone = Tone.PLAIN
    rank: int = 0


class Items(Struct, frozen=True):
    """A list of leads with a body each.

    Args:
        items: In order.
        states: The leads are states (a severity, a status) rather than names.
        tone: Of the bodies.
        limit: How many a screen shows, those of the lowest ``rank``; ``more`` says what is left.
        counted: The message, over ``n`` and ``titles``, in which a screen counts the parts and names as many as fit on a
            line; without one all of them stand there.
        least: Cells of the leads at least.
    """

    items: tuple[Item, ...]
    states: bool = False
    tone: Tone = Tone.PLAIN
    limit: int | None = None
    more: Inline = ""
    counted: str = ""
    indent: int = 2
    least: int = 0
    apart: bool = False


class Bullet(Struct, frozen=True):
    """An entry of a list; ``level`` 0 is the outermost."""

    text: Inline
    level: int = 0


class Bullets(Struct, frozen=True):
    """A list in levels."""

    items: tuple[Bullet, ...]
    apart: bool = False


class Snippet(Struct, frozen=True):
    """Lines to paste, as they are."""

    text: str
    language: str = "text"
    apart: bool = True
    indent: int = 0


Block = Heading | Text | Files | Table | Items | Bullets | Snippet


class Document(Struct, frozen=True):
    """Blocks in order.

    Args:
        blocks: The blocks.
        measure: How wide prose is set where the place has no width of its own, such as a pipe.
        most: So many lines at most, whatever a screen has.
        shorter: The same with less in it, for a screen that has fewer lines.
        rows_kept: Rows that tables which drop some keep, before the shorter form is drawn; None keeps all of them.
        words: What it says in sentences, for those who read from the top; a screen has its numbers first.
    """

    blocks: tuple[Block, ...]
    measure: int | None = None
    most: int | None = None
    shorter: Document | None = None
    rows_kept: int | None = 5
    words: tuple[Inline, ...] = ()
