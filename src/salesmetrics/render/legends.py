"""Which table says what a sign of its marks stands for, where several have it. Own file: HTML and terminals say it, each in its way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.render.document import Table, Whisker
from salesmetrics.render.page import Fold, Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from salesmetrics.render.page import PageBlock

__all__ = ["beyond", "first_beyond"]


def beyond(table: Table) -> frozenset[int]:
    """The columns of a table that have an interval which goes on beyond its axis."""
    return frozenset(
        place
        for row in table.rows
        for place, cell in enumerate(row.cells)
        if isinstance(cell.mark, Whisker) and any(cell.mark.beyond)
    )


def first_beyond(blocks: Sequence[PageBlock]) -> Table | None:
    """The first table that has such a column, one that is not folded before others; None without any."""
    tables = [one for one in _tables(blocks, folded=False) if beyond(one[1])]
    return min(tables, key=lambda one: one[0])[1] if tables else None


def _tables(blocks: Sequence[PageBlock], *, folded: bool) -> Iterator[tuple[bool, Table]]:
    for block in blocks:
        if isinstance(block, Table):
            yield folded, block
        elif isinstance(block, Section | Fold):
            yield from _tables(block.blocks, folded=folded or isinstance(block, Fold))
