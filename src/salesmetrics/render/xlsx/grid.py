"""A table as columns of a worksheet: exact numbers, one to a cell. Own file: a table taken apart, before anything is drawn.

An interval becomes two columns and so does a share; a flag, a reason, a section and an amount that is too long for a
spreadsheet get columns of their own, so that a number stays a number.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from salesmetrics.messages import joined, phrase
from salesmetrics.render.document import Bar, Cell, Column, Kind, Number, Row, Sparkline, Step, Table, Tone, Whisker
from salesmetrics.render.numbers import as_decimal, exact
from salesmetrics.render.text import one_line
from salesmetrics.render.xlsx.number_formats import Form, forms, is_long

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Entry", "Grid", "Lane", "Role", "grid_of", "titled"]

_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FIRST_DAY = date(1900, 3, 1)
"""Before it spreadsheets disagree on what a day is."""
_TITLE = 200
_PAIR = 2


class Role(NamedTuple):
    """What of a table's column a lane holds; ``column`` is -1 where it is of none."""

    column: int
    part: str = "value"


class Entry(NamedTuple):
    """What a cell of a worksheet holds: a number with its form, a day, or a text."""

    text: str = ""
    number: Number | None = None
    form: Form = Form()
    day: date | None = None
    tone: Tone = Tone.PLAIN

    @property
    def shown(self) -> str:
        """About what is to be seen."""
        return self.text if self.number is None else self.form.shown(self.number)


class Lane(NamedTuple):
    """A column of a worksheet."""

    title: str
    role: Role
    entries: list[Entry]
    right: bool = False
    wraps: bool = False
    marks: tuple[Sparkline | Bar | None, ...] = ()

    @property
    def numbers(self) -> list[float | None]:
        """Its numbers."""
        return [None if entry.number is None else float(entry.number) for entry in self.entries]


class Grid(NamedTuple):
    """A table as columns of a worksheet."""

    lanes: list[Lane]
    totals: tuple[bool, ...]
    whiskers: tuple[Whisker | None, ...] = ()
    steps: tuple[Step | None, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.totals)

    @property
    def label(self) -> int:
        """The lane that says what a row is about."""
        return next((place for place, lane in enumerate(self.lanes) if lane.role.part == "label"), 0)


def grid_of(table: Table, most: int) -> Grid:
    """Take a table apart.

    Args:
        table: Any.
        most: So many of its rows at most.
    """
    rows = table.rows[:most]
    lanes: list[Lane] = []
    if any(row.section for row in rows):
        sections = [Entry(one_line(row.section)) for row in rows]
        lanes.append(Lane(phrase("lane_section"), Role(-1, "section"), sections))
    inherited: list[tuple[str, str | None]] = [("", None)] * len(rows)
    titles = _headings(table.columns)
    for place, given in enumerate(table.columns):
        column = replace(given, title=titles[place])
        cells = [row.cells[place] for row in rows]
        if column.kind is Kind.VALUE:
            inherited = [(cell.unit, cell.currency) for cell in cells]
        units = _units(column, cells, inherited)
        lanes += _lanes(place, column, cells, units)
    lanes += _notes(rows)
    filled = [
        lane for lane in lanes if any(entry != Entry(tone=entry.tone) for entry in lane.entries) or any(lane.marks)
    ]
    return Grid(
        titled(filled or lanes[:1]),
        tuple(row.total for row in rows),
        _marks(rows, Whisker),
        _marks(rows, Step),
    )


def _units(
    column: Column, cells: Sequence[Cell], inherited: Sequence[tuple[str, str | None]]
) -> list[tuple[str, str | None]]:
    """Unit and currency per cell; the ends of an interval and a change have those of the value that they belong to."""
    if column.kind not in {Kind.INTERVAL, Kind.CHANGE}:
        return [
            (cell.unit, cell.currency or (currency if cell.unit and cell.unit == unit else None))
            for cell, (unit, currency) in zip(cells, inherited, strict=True)
        ]
    return [
        (
            cell.unit or ("" if unit == "ratio" else unit),
            cell.currency or (currency if cell.unit in {"", unit} else None),
        )
        for cell, (unit, currency) in zip(cells, inherited, strict=True)
    ]


def _lanes(place: int, column: Column, cells: Sequence[Cell], units: Sequence[tuple[str, str | None]]) -> list[Lane]:
    if column.kind is Kind.MARK or not any(cell.text or cell.parts or cell.value is not None for cell in cells):
        return _drawn(place, column, cells)
    counted = column.kind is Kind.SHARE and any(cell.value is not None for cell in cells)
    if counted or any(len(cell.parts) == _PAIR for cell in cells):
        return _pairs(place, column, cells, units)
    return _single(place, column, cells, units)


def _drawn(place: int, column: Column, cells: Sequence[Cell]) -> list[Lane]:
    """The lane of a column that is only drawn: what a bar is as long as, or the place of a sparkline."""
    marks = tuple(cell.mark if isinstance(cell.mark, (Sparkline, Bar)) else None for cell in cells)
    entries = [
        Entry(one_line(cell.text), mark.value, Form(2), tone=cell.tone)
        if isinstance(mark, Bar)
        else Entry(one_line(cell.text))
        for cell, mark in zip(cells, marks, strict=True)
    ]
    code = "lane_bar" if any(isinstance(mark, Bar) for mark in marks) else "lane_sparkline"
    # The title of a column of bars is the scale that they are drawn to elsewhere.
    title = phrase(code) if code == "lane_bar" else column.title or phrase(code)
    return [Lane(title, Role(place, "mark"), entries, marks=marks)]


def _single(place: int, column: Column, cells: Sequence[Cell], units: Sequence[tuple[str, str | None]]) -> list[Lane]:
    days = column.kind is Kind.DATE or _all_days(cells, column)
    signed = column.kind is Kind.CHANGE
    entries = [
        _entry(cell, unit, days=days, signed=signed or cell.text.startswith("+"))
        for cell, unit in zip(cells, units, strict=True)
    ]
    title = column.title or (phrase("column_verdict") if column.kind is Kind.VERDICT else "")
    part = "label" if column.kind is Kind.LABEL else "value"
    marks = tuple(cell.mark if isinstance(cell.mark, (Sparkline, Bar)) else None for cell in cells)
    wraps = not column.right and column.kind is not Kind.DATE
    right = column.right and any(entry.number is not None for entry in entries)
    found = [Lane(title, Role(place, part), entries, right, wraps, marks if any(marks) else ())]
    return [*found, *_beside(title, place, entries, [cell.flag for cell in cells])]


def _beside(title: str, place: int, entries: Sequence[Entry], flags: Sequence[str]) -> list[Lane]:
    """What cannot stand in the cell of a number: a flag, and the digits that a spreadsheet drops."""
    found = []
    long = [entry.number is not None and is_long(entry.number, entry.form) for entry in entries]
    if any(long):
        texts = [
            Entry(exact(as_decimal(entry.number))) if is_one and entry.number is not None else Entry()
            for entry, is_one in zip(entries, long, strict=True)
        ]
        found.append(Lane(phrase("lane_exact", title=title), Role(place, "exact"), texts, right=True))
    if any(flags):
        marks = [Entry(one_line(flag)) for flag in flags]
        found.append(Lane(phrase("lane_flag", title=title), Role(place, "flag"), marks))
    return found


def _entry(cell: Cell, unit: tuple[str, str | None], *, days: bool, signed: bool) -> Entry:
    text = one_line(cell.text)
    if cell.value is not None:
        form = forms(text, (cell.value,), *unit, signed=signed)[0]
        return Entry(text, cell.value, form, tone=cell.tone)
    day = (cell.day or _day(text)) if days else None
    return Entry(text, day=day, tone=cell.tone)


def _pairs(place: int, column: Column, cells: Sequence[Cell], units: Sequence[tuple[str, str | None]]) -> list[Lane]:
    """Two lanes, one per part; a cell that has text only stands in one of them."""
    share = column.kind is not Kind.INTERVAL
    sides: tuple[list[Entry], list[Entry]] = ([], [])
    for cell, unit in zip(cells, units, strict=True):
        text = one_line(cell.text)
        if len(cell.parts) == _PAIR:
            found = forms(text, cell.parts, *unit, signed=text.startswith("+"))
            for side, number, form in zip(sides, cell.parts, found, strict=True):
                side.append(Entry("", number, form, tone=cell.tone))
        else:
            # What is said of the records alone, "n 557", is about the second part of a share.
            told = _entry(cell, unit, days=False, signed=False)
            sides[share].append(told._replace(form=told.form._replace(before="")) if share else told)
            sides[not share].append(Entry())
    own = share and column.title not in {"", phrase("column_share")}
    codes = (("lane_k_of", "lane_n_of") if own else ("lane_k", "lane_n")) if share else ("lane_low", "lane_high")
    names = ("k", "n") if share else ("low", "high")
    found_lanes = []
    for code, name, side in zip(codes, names, sides, strict=True):
        title = phrase(code, title=column.title)
        found_lanes += [Lane(title, Role(place, name), side, right=True), *_beside(title, place, side, [])]
    flags = [Entry(one_line(cell.flag)) for cell in cells]
    if any(flag.text for flag in flags):
        found_lanes.append(Lane(phrase("lane_flag", title=column.title), Role(place, "flag"), flags))
    return found_lanes


def _notes(rows: Sequence[Row]) -> list[Lane]:
    """Why a value is undefined, and what the signs behind a cell stand for."""
    entries = []
    for row in rows:
        parts = [row.undefined.reason, *row.undefined.details] if row.undefined else []
        parts += [cell.footnote.text for cell in row.cells if cell.footnote]
        entries.append(Entry(one_line(joined(dict.fromkeys(part for part in parts if part), ";"))))
    return [Lane(phrase("lane_note"), Role(-1, "note"), entries, wraps=True)]


def _headings(columns: Sequence[Column]) -> list[str]:
    """The titles of columns as they stand among others.

    A column of a group, one that has no title and one that is called like another are about the value in front of them, and
    say so.
    """
    leads = {column.group: one_line(column.title) for column in reversed(columns) if column.kind is Kind.VALUE}
    often = Counter(column.heading for column in columns)
    found, lead = [], ""
    for column in columns:
        title = one_line(column.heading)
        if column.kind is Kind.VALUE:
            lead = title
        elif column.group:
            about = leads.get(column.group, one_line(column.section))
            title = joined([about, title], ":") if about and title else title or about
        elif column.kind in {Kind.INTERVAL, Kind.SHARE, Kind.NUMBER, Kind.CHANGE}:
            again = lead and often[column.heading] > 1
            title = lead if not title else joined([lead, title], ":") if again else title
            if not column.continues and column.kind is Kind.NUMBER:
                lead = title
        found.append(title)
    return found


def titled(lanes: Sequence[Lane]) -> list[Lane]:
    """Each with a title that no other has, as a table of a spreadsheet needs."""
    taken: set[str] = set()
    found = []
    for place, lane in enumerate(lanes):
        wanted = lane.title[:_TITLE] or phrase("lane_row" if lane.role.part == "label" else "lane_unnamed", n=place + 1)
        title, number = wanted, 1
        while title.casefold() in taken:
            number += 1
            title = f"{wanted} ({number})"
        taken.add(title.casefold())
        found.append(lane._replace(title=title))
    return found


def _marks(rows: Sequence[Row], kind: type) -> tuple:  # type: ignore[type-arg]
    found = tuple(next((cell.mark for cell in row.cells if isinstance(cell.mark, kind)), None) for row in rows)
    return found if any(mark is not None for mark in found) else ()


def _all_days(cells: Sequence[Cell], column: Column) -> bool:
    known = [cell for cell in cells if cell.text]
    return (
        column.kind is Kind.TEXT
        and bool(known)
        and all(cell.value is None and (cell.day or _ISO_DAY.fullmatch(cell.text)) for cell in known)
    )


def _day(text: str) -> date | None:
    if not _ISO_DAY.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day >= _FIRST_DAY else None
