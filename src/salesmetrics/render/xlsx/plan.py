"""Which sheets a workbook has, and what they are called. Own file: a page taken apart, before anything is drawn."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from salesmetrics.messages import phrase
from salesmetrics.messages.languages import ENGLISH
from salesmetrics.messages.speech import spoken, without_isolates
from salesmetrics.render.document import Bullets, Heading, Items, Table, Text
from salesmetrics.render.page import Chart, Fold, Section, Words
from salesmetrics.render.visible import visible
from salesmetrics.render.xlsx.blocks import deep

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.render.page import Page, PageBlock

__all__ = ["Names", "SheetPlan", "plan"]

_LONGEST = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
"""The name of a sheet is typed in formulas, and has no room for signs that nobody sees."""
_RESERVED = "history"
_SHORT = 12
"""Rows and columns of a table outside of sections that the first sheet has room for."""
_SAID = 25
"""Lines of a section without tables that it has room for."""
_ALIKE = 6
"""So many sections of one kind have a sheet each; more of them share one."""
_LONG = 30
"""Rows of a table that stands on a sheet of its own, so that its titles stay in sight."""


class SheetPlan(NamedTuple):
    """A sheet: its title, and its blocks in order."""

    title: str
    blocks: tuple[PageBlock, ...]


class Names:
    """Names of sheets and of tables, of which no two are the same."""

    def __init__(self) -> None:
        self._sheets: set[str] = {_RESERVED}
        self._tables: set[str] = set()

    def sheet(self, title: str) -> str:
        """A name for a sheet.

        >>> names = Names()
        >>> names.sheet("Win rate: by [owner]"), names.sheet("win rate  by owner"), names.sheet("History"), names.sheet("''")
        ('Win rate by owner', 'win rate by owner 2', 'History 2', 'Sheet')
        """
        text = " ".join(_FORBIDDEN.sub(" ", without_isolates(visible(title))).split())
        cut = _cut(text, _LONGEST)
        if cut != text and spoken() is not ENGLISH:
            within = " " in cut and text[len(cut)] != " "
            cut = (cut.rpartition(" ")[0] if within else cut).rstrip(",;–— ")
        wanted = cut.strip("' ") or phrase("sheet_unnamed")
        name, number = wanted, 1
        while name.casefold() in self._sheets:
            number += 1
            end = f" {number}"
            name = _cut(wanted, _LONGEST - len(end)).strip("' ") + end
        self._sheets.add(name.casefold())
        return name

    def table(self, title: str) -> str:
        """A name for a table: letters, digits and ``_``.

        >>> names = Names()
        >>> names.table("Win rate by owner"), names.table("win rate by owner"), names.table("李娜"), names.table("A1")
        ('Win_rate_by_owner_1', 'win_rate_by_owner_2', 'Table_1', 'A1_1')
        """
        stem = re.sub(r"[^A-Za-z0-9]+", "_", title).strip("_")[:60]
        stem = stem if stem[:1].isalpha() else f"Table_{stem}".rstrip("_")
        number = 1
        while f"{stem}_{number}".casefold() in self._tables:
            number += 1
        self._tables.add(f"{stem}_{number}".casefold())
        return f"{stem}_{number}"


def plan(page: Page) -> tuple[SheetPlan, list[SheetPlan]]:
    """The first sheet of a page, and the others in order.

    What stands outside of sections is on the first sheet, and so are sections in a few words. Many sections that stand behind
    one another and have tables of the same columns share a sheet; a long table among others has one of its own.
    """
    first: list[PageBlock] = []
    rest: list[Section] = []
    loose: list[PageBlock] = []
    for block in page.blocks:
        if isinstance(block, Section) and not _is_said(block):
            rest.append(block)
        elif isinstance(block, Chart) or (
            isinstance(block, Table) and (len(block.rows) > _SHORT or len(block.columns) > _SHORT)
        ):
            loose.append(block)
        else:
            first.append(block)
    if loose:
        rest.insert(0, Section("numbers", phrase("sheet_numbers"), tuple(loose)))
    defined = _definitions(rest)
    rest = [_without_definitions(section) for section in rest]
    sheets: list[SheetPlan] = []
    for _, members in groupby(enumerate(rest), key=lambda pair: _columns(pair[1]) or (str(pair[0]),)):
        alike = [section for _, section in members]
        if len(alike) > _ALIKE:
            sheets.append(SheetPlan(_common([section.title for section in alike]), tuple(alike)))
        else:
            sheets += [sheet for section in alike for sheet in _sheets(section)]
    if defined:
        sheets.append(SheetPlan(phrase("sheet_definitions"), defined))
    return SheetPlan(page.title, tuple(first)), sheets


def _definitions(sections: Sequence[Section]) -> tuple[PageBlock, ...]:
    """What defines the numbers of sections: tables of the same columns as one, with the section that each row is of."""
    tables: dict[tuple[str, ...], list[tuple[Section, Table]]] = {}
    others: list[PageBlock] = []
    for section in sections:
        for fold in section.blocks:
            for block in fold.blocks if isinstance(fold, Fold) and fold.name else ():
                if isinstance(block, Table):
                    tables.setdefault(tuple(column.title for column in block.columns), []).append((section, block))
                else:
                    others.append(block)
    merged = [
        replace(
            found[0][1],
            rows=tuple(
                replace(row, section=row.section or section.title) for section, table in found for row in table.rows
            ),
            notes=tuple(dict.fromkeys(note for _, table in found for note in table.notes)),
        )
        for found in tables.values()
    ]
    return (*merged, *others)


def _without_definitions(section: Section) -> Section:
    kept = tuple(block for block in section.blocks if not (isinstance(block, Fold) and block.name))
    return replace(section, blocks=kept)


def _tables(blocks: Iterable[PageBlock]) -> list[Table]:
    return [block for block in deep(blocks) if isinstance(block, Table)]


def _sheets(section: Section) -> list[SheetPlan]:
    """The sheets of a section: one, and one more for each part with a long table beside others."""
    if len(_tables(section.blocks)) == 1:
        return [SheetPlan(section.title, section.blocks)]
    kept: list[PageBlock] = []
    own: list[SheetPlan] = []
    for block in section.blocks:
        if any(len(table.rows) > _LONG for table in _tables([block])):
            own += _sheets(block) if isinstance(block, Section) else [_sheet_of(block, section.title)]
        else:
            kept.append(block)
    return [SheetPlan(section.title, tuple(kept)), *own] if kept else own


def _sheet_of(block: PageBlock, title: str) -> SheetPlan:
    return SheetPlan(block.title, block.blocks) if isinstance(block, Fold) else SheetPlan(title, (block,))


def _is_said(section: Section) -> bool:
    """Whether a section is a few lines of text."""
    lines = sum(len(block.items) if isinstance(block, (Items, Bullets)) else 1 for block in section.blocks)
    return lines <= _SAID and all(isinstance(block, (Text, Words, Items, Bullets, Heading)) for block in section.blocks)


def _columns(section: Section) -> tuple[str, ...]:
    """The titles of the only table of a section; nothing where it has none or several."""
    tables = _tables(section.blocks)
    return tuple(column.title for column in tables[0].columns) if len(tables) == 1 else ()


def _common(titles: Sequence[str]) -> str:
    """What titles begin with, or the first of them.

    >>> _common(["Win rate [Ann]", "Win rate [Ben]"]), _common(["Ann", "Ben"])
    ('Win rate', 'Ann, …')
    """
    shortest = min(titles, key=len)
    same = next((place for place in range(len(shortest)) if len({title[place] for title in titles}) > 1), len(shortest))
    begun = shortest[:same].rstrip(" [(:,–-")
    return begun if len(begun) > 3 else phrase("title_and_more", title=titles[0])


def _cut(text: str, most: int) -> str:
    """Text of so many units of UTF-16 at most, which spreadsheets count in."""
    while len(text.encode("utf-16-le")) // 2 > most:
        text = text[:-1]
    return text
