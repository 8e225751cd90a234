"""A table as HTML draws it: its columns, a class per cell, how wide it has to be. Own file: it decides, templates write down.

Where a table has its natural width it is a grid. Where it has not, each row is stacked: label and value on a line, the rest
below them with its titles, the mark under the row. Which width that is, is estimated from the texts; the styles compare it
with the card that the table stands in. A table that is wider than any card has intervals below their values. Matrices, whose
columns come in groups or are many of the same kind, stay grids, and scroll.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from salesmetrics.messages import phrase
from salesmetrics.render.document import Footnote, Kind, Sparkline, Tone, Whisker
from salesmetrics.render.drawings import drawn_mark
from salesmetrics.render.text import amount
from salesmetrics.render.text import cells as wide
from salesmetrics.render.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from salesmetrics.render.document import Cell, Column, Row, Table
    from salesmetrics.render.drawings import Shape

__all__ = ["LOOKS", "MOST_FOLDED", "MOST_ROWS", "STEPS", "Grid", "grid"]

STEPS = (22, 28, 34, 40, 46, 52, 58, 64, 70)
"""Widths of a card, in ems of the page, at which tables change; a table takes the next that is wide enough for it."""

MOST_ROWS, MOST_FOLDED = 1000, 200
"""Rows of a table that are drawn, and of one in a folded part."""

LOOKS = {Tone.STRONG: "s", Tone.MUTED: "m", Tone.GOOD: "g", Tone.WARNING: "w", Tone.BAD: "b"}
"""The class of a tone."""

_LETTER, _SMALL_LETTER, _BESIDE, _MARK = 0.5, 0.43, 0.8, 9.0
"""Ems of the page that a character takes, one of a title, the room beside a column, and a mark."""
_WIDEST_TEXT, _WIDEST_LABEL = 12, 24
_WIDEST_WHOLE = 32
"""Characters of text, of a label, and of a code or a verdict that stay on a line."""
_ROOMY = 46
_PAPER = 51
"""Ems of the page that a sheet of paper has."""
_NEVER = 999
_FEW = 2
"""Values up to which what belongs to them may stand beside them."""
_MATRIX = 6
"""Columns of numbers from which on a wide table without a main value is a matrix."""
_NUMBERS = frozenset({Kind.VALUE, Kind.NUMBER, Kind.INTERVAL, Kind.SHARE, Kind.CHANGE})


class Head(NamedTuple):
    """The heading of a column: its class, its title, whether that is for ears only, the ends of the axis of its marks.

    ``below`` is the title of what stands below its cells.
    """

    look: str
    title: str
    hidden: bool
    ends: tuple[str, str] | None
    below: str


class More(NamedTuple):
    """What a cell holds beside plain text: ``kind`` is ``code`` or ``number``, which reads from left to right in any language.

    ``below`` are texts in small type under it, each with its title.
    """

    kind: str
    sign: str
    flag: str
    mark: tuple[str, str, tuple[Shape, ...]] | None
    below: tuple[tuple[str, str], ...]


Drawn = tuple[Markup, str, More | None, Markup]
"""A cell: its tag, its text, what else it holds, and the end of its tag."""


class Grid(NamedTuple):
    """A table: its class, the line of sections above its headings, the headings, rows by section, and notes below it."""

    look: str
    scrolls: bool
    over: tuple[tuple[str, int], ...]
    heads: tuple[Head, ...]
    bodies: tuple[tuple[str, tuple[tuple[str, tuple[Drawn, ...]], ...]], ...]
    under: str
    notes: tuple[tuple[str, str], ...]


class _Place(NamedTuple):
    """A column to draw: where it stands in the table, its class, its title where rows are stacked, and the columns below it."""

    at: int
    column: Column
    look: str
    title: str
    heads: bool
    below: tuple[tuple[int, str], ...]
    kind: str


def grid(table: Table, most: int = MOST_ROWS, *, turned: bool = False) -> Grid:
    """Lay out a table, with so many of its rows at most; ``turned`` where it is read from the right."""
    rows = table.rows[:most]
    used = _used(table)
    widths = {at: _width(table.columns[at], [row.cells[at] for row in rows]) for at in used}
    below = {} if table.splits else _below(table, used, widths)
    hidden = {at for columns in below.values() for at in columns}
    wide = sum(max(widths[at], *(widths[one] for one in below.get(at, ())), 0) for at in used if at not in hidden)
    wide += _beyond(rows, [widths[at] for at in used if at not in hidden and _beside_value(table, at)])
    matrix = table.splits or _is_matrix(table, used, wide)
    places = _places(table, used, below, matrix=matrix, turned=turned)
    heads = [_head(place, rows) for place in places]
    if any(row.undefined for row in rows) and places[-1].look == "v":
        heads.append(Head("l", visible(phrase("column_why_undefined")), hidden=True, ends=None, below=""))
    return Grid(
        _table_look(places, rows, wide, matrix=matrix),
        matrix,
        tuple(_over([place.column for place in places])) if table.splits else (),
        tuple(heads) if table.headed else (),
        tuple(_by_section(rows, places)),
        visible(table.under),
        tuple(_notes(table, len(rows))),
    )


# --- columns ---


def _used(table: Table) -> list[int]:
    """The columns that hold anything; what a row is about, and its value, stand there in any case."""
    return [
        at
        for at, column in enumerate(table.columns)
        if column.kind in {Kind.LABEL, Kind.VALUE}
        or any(row.cells[at].text or row.cells[at].mark is not None for row in table.rows)
    ]


def _below(table: Table, used: Sequence[int], widths: dict[int, float]) -> dict[int, tuple[int, ...]]:
    """Which columns each has below it, where all of them side by side are wider than any card.

    Of several KPIs each has its interval and its share there; of one the interval goes first.
    """
    wide = sum(widths.values())
    found: dict[int, tuple[int, ...]] = {}
    if wide <= STEPS[-1]:
        return found
    parts = [at for kind in (Kind.INTERVAL, Kind.SHARE) for at in used if table.columns[at].kind is kind]
    owners = {at: above for at in parts if (above := _above(table, used, at)) is not None}
    several = len(set(owners.values())) > _FEW
    for at, above in owners.items():
        if several or (wide > STEPS[-1] and above not in found):
            found[above] = (*found.get(above, ()), at)
            wide -= min(widths[above], widths[at])
    return found


def _above(table: Table, used: Sequence[int], at: int) -> int | None:
    """The number that an interval or a share belongs to: the change for that of a change, else the last value before it."""
    of_change = table.columns[at].title == phrase("column_change_interval")
    for before in reversed(used[: used.index(at)]):
        kind = table.columns[before].kind
        if kind in ({Kind.CHANGE} if of_change else {Kind.VALUE, Kind.NUMBER}):
            return before
        if kind not in {Kind.CHANGE, Kind.VERDICT, Kind.SHARE, Kind.INTERVAL}:
            return None
    return None


def _is_matrix(table: Table, used: Sequence[int], wide: float) -> bool:
    kinds = [table.columns[at].kind for at in used]
    return Kind.VALUE not in kinds and sum(kind in _NUMBERS for kind in kinds) >= _MATRIX and wide > _PAPER


def _places(
    table: Table, used: Sequence[int], below: dict[int, tuple[int, ...]], *, matrix: bool, turned: bool
) -> list[_Place]:
    columns = table.columns
    labels = [at for at in used if columns[at].kind is Kind.LABEL]
    lead = labels or used[:1]
    hidden = {one for several in below.values() for one in several}
    value = None if matrix else next((at for at in used if columns[at].kind is Kind.VALUE), None)
    return [
        _Place(
            at,
            columns[at],
            _look(columns[at], [row.cells[at] for row in table.rows], leads=at in lead, is_value=at == value),
            "" if at in lead or at == value or columns[at].silent else visible(columns[at].title),
            at in labels,
            tuple((one, "" if columns[one].silent else visible(columns[one].title)) for one in below.get(at, ())),
            "code" if columns[at].kind is Kind.CODE else "number" if turned and columns[at].kind in _NUMBERS else "",
        )
        for at in used
        if at not in hidden
    ]


def _look(column: Column, cells: Sequence[Cell], *, leads: bool, is_value: bool) -> str:
    if column.kind is Kind.MARK:
        return "j" if any(isinstance(cell.mark, Sparkline) for cell in cells) else "k"
    if column.kind is Kind.LABEL:
        return ""
    if is_value:
        return "v"
    whole = column.kind in {Kind.VERDICT, Kind.CODE} and max(wide(cell.text) for cell in cells) <= _WIDEST_WHOLE
    look = "" if column.kind in _NUMBERS else "d" if column.kind is Kind.DATE or whole else "l"
    return f"{look} h".strip() if leads else look


def _head(place: _Place, rows: Sequence[Row]) -> Head:
    column, title = place.column, visible(place.column.heading)
    if column.kind is Kind.MARK:
        hidden = column.silent or not title
        return Head(place.look, title or visible(phrase("column_drawing")), hidden, _ends(rows, place.at), "")
    look = "n" if not place.look and not place.heads else place.look
    below = " · ".join(dict.fromkeys(title for _, title in place.below if title))
    return Head(look, title, hidden=column.silent, ends=None, below=below)


def _ends(rows: Iterable[Row], at: int) -> tuple[str, str] | None:
    """The ends of the axis that the whiskers of a column share, in the unit of their values."""
    for row in rows:
        mark = row.cells[at].mark
        unit = next((cell for cell in (row.cells[at], *row.cells) if cell.unit), None)
        if isinstance(mark, Whisker) and unit is not None:
            low, high = (amount(end, unit.unit, currency=unit.currency) for end in mark.axis)  # type: ignore[arg-type]
            return visible(low), visible(high)
    return None


# --- rows ---


def _by_section(
    rows: Sequence[Row], places: Sequence[_Place]
) -> Iterator[tuple[str, tuple[tuple[str, tuple[Drawn, ...]], ...]]]:
    held: list[tuple[str, tuple[Drawn, ...]]] = []
    section = ""
    tags: dict[tuple[bool, str, str], Markup] = {}
    for row in rows:
        if row.section != section and held:
            yield visible(section), tuple(held)
            held = []
        section = row.section
        look = f"{'t' if row.total else ''} {LOOKS.get(row.tone, '')}".strip()
        held.append((look, tuple(_cells(row, places, tags))))
    if held:
        yield visible(section), tuple(held)


_ENDS = Markup("</td>"), Markup("</th>")


def _cells(row: Row, places: Sequence[_Place], tags: dict[tuple[bool, str, str], Markup]) -> Iterator[Drawn]:
    for number, place in enumerate(places):
        cell = row.cells[place.at]
        second = tuple((visible(row.cells[at].text), title) for at, title in place.below if row.cells[at].text)
        look = f"{place.look} {LOOKS[cell.tone]}".strip() if cell.tone in LOOKS else place.look
        if not cell.text and not second and cell.mark is None:
            look = f"{look} e".strip()
        elif cell.long:
            look = f"{look} y".strip()
        # A number of records says itself that it is one.
        untitled = not cell.text or (place.column.kind is Kind.SHARE and "/" not in cell.text)
        key = (place.heads, look, "" if untitled else place.title)
        if key not in tags:
            tags[key] = _tag(*key)
        yield tags[key], visible(cell.text), _more(cell, second, place), _ENDS[place.heads]
        if row.undefined is not None and place.look == "v":
            reason = _reason(row)
            rest = max(len(places) - number - 1, 1)
            look = "l m u one" if wide(reason) <= _WIDEST_WHOLE else "l m u"
            yield Markup('<td class="{}" colspan="{}">').format(look, rest), reason, None, _ENDS[0]
            return


def _reason(row: Row) -> str:
    """Why a row has no value, and what is known."""
    undefined = row.undefined
    return " · ".join(map(visible, (undefined.reason, *undefined.details))) if undefined else ""


def _tag(heads: bool, look: str, title: str) -> Markup:  # noqa: FBT001 - what a cell has
    """The tag of a cell; many cells of a column have the same."""
    start = Markup("<th scope=row") if heads else Markup("<td")
    start += Markup(' class="{}"').format(look) if look else ""
    start += Markup(' data-t="{}"').format(title) if title else ""
    return start + Markup(">")


def _more(cell: Cell, second: tuple[tuple[str, str], ...], place: _Place) -> More | None:
    if not (second or cell.flag or cell.footnote or cell.mark is not None or place.kind):
        return None
    return More(
        place.kind,
        visible(cell.footnote.sign) if cell.footnote else "",
        visible(cell.flag),
        drawn_mark(cell.mark) if cell.mark is not None else None,
        second,
    )


def _over(columns: Sequence[Column]) -> Iterator[tuple[str, int]]:
    """The sections of columns that come in groups, and how many columns each heads."""
    title, span = "", 0
    for column in columns:
        if column.section != title and span:
            yield visible(title), span
            span = 0
        title = column.section
        span += 1
    yield visible(title), span


def _notes(table: Table, shown: int) -> Iterator[tuple[str, str]]:
    """What stands below a table, each with the sign that it explains."""
    if shown < len(table.rows):
        yield "", visible(phrase("rows_capped", n=shown, total=len(table.rows)))
    if table.omitted:
        yield "", visible(phrase("columns_elsewhere", columns=list(dict.fromkeys(table.omitted))))
    for note in table.notes:
        yield (visible(note.sign), visible(note.text)) if isinstance(note, Footnote) else ("", visible(note))


# --- how wide a table has to be ---


def _table_look(places: Sequence[_Place], rows: Sequence[Row], wide: float, *, matrix: bool) -> str:
    marked = any(place.column.kind is Kind.MARK for place in places)
    looks = ["full" if marked or wide > _ROOMY or matrix else "slim"]
    labels = [row.cells[place.at].text for place in places if place.heads for row in rows]
    if max(map(len, labels), default=0) <= _WIDEST_LABEL:
        looks.append("one")
    if not matrix:
        looks.append(f"s{next((step for step in STEPS if wide <= step), _NEVER)}")
    elif wide > _PAPER:
        looks.append("paper")
    return " ".join(looks)


def _beside_value(table: Table, at: int) -> bool:
    """Whether a column stands behind the value, where the reason stands of a row that has none."""
    return any(column.kind is Kind.VALUE for column in table.columns[:at])


def _beyond(rows: Sequence[Row], beside: Sequence[float]) -> float:
    """Ems that short reasons, which stay on a line, take beyond the columns that they stand in place of."""
    reasons = [wide(reason) for row in rows if wide(reason := _reason(row)) <= _WIDEST_WHOLE]
    return max(max(reasons, default=0) * _LETTER - math.fsum(beside), 0.0)


def _width(column: Column, cells: Sequence[Cell]) -> float:
    """Ems that a column takes, with the room beside it."""
    if column.kind is Kind.MARK:
        return _MARK + _BESIDE
    # What is long may be broken between its two numbers.
    texts = (max(cell.text.split(" / "), key=wide) if cell.long else cell.text + cell.flag for cell in cells)
    longest = max(map(wide, texts), default=0)
    if column.kind is Kind.LABEL:
        longest = min(longest, _WIDEST_LABEL)
    elif column.kind is Kind.VERDICT:
        longest = min(longest, _WIDEST_WHOLE)
    elif column.kind is Kind.TEXT:
        # Text is broken between words before a table gives way.
        words = max((_unbroken(word) for cell in cells for word in cell.text.split()), default=0)
        longest = min(longest, max(words, _WIDEST_TEXT))
    title = 0 if column.silent else max(map(_unbroken, column.heading.split()), default=0)
    return max(longest * _LETTER, title * _SMALL_LETTER) + _BESIDE


def _unbroken(word: str) -> int:
    """How wide a word is that stays on a line; what is written without blanks is broken anywhere."""
    return min(wide(word), _WIDEST_EAST) if any(char >= "\u2e80" for char in word) else wide(word)


_WIDEST_EAST = 8
