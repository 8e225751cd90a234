"""Blocks as tables: files, tiles, and what else stands in rows; and which block is drawn first. Own file: data, and no worksheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.messages import phrase
from salesmetrics.render.document import Cell, Column, Files, Kind, Row, Table, Text
from salesmetrics.render.page import Fold, Section, Tiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.render.page import PageBlock

__all__ = ["deep", "files_table", "table_first", "tables_in", "tiles_table"]


def table_first(blocks: Sequence[PageBlock]) -> Sequence[PageBlock]:
    """Blocks with their only table first, below what is said in a few lines: its titles stay in sight."""
    tables = [place for place, block in enumerate(blocks) if isinstance(block, Table)]
    if len(tables) != 1 or len(tables_in(blocks)) != 1:
        return blocks
    place = tables[0]
    short = [block for block in blocks[:place] if isinstance(block, Text)][:2]
    moved = [block for block in blocks[:place] if not any(block is kept for kept in short)]
    return [*short, blocks[place], *moved, *blocks[place + 1 :]]


def deep(blocks: Iterable[PageBlock]) -> list[PageBlock]:
    """Blocks with those that are in them."""
    found: list[PageBlock] = []
    for block in blocks:
        found.append(block)
        if isinstance(block, (Section, Fold)):
            found += deep(block.blocks)
    return found


def tables_in(blocks: Iterable[PageBlock]) -> list[Table]:
    """The tables of blocks, however deep, with what is drawn as one."""
    found = []
    for block in deep(blocks):
        if isinstance(block, Table):
            found.append(block)
        elif isinstance(block, Tiles):
            found.append(tiles_table(block))
        elif isinstance(block, Files):
            found.append(files_table(block))
    return found


def files_table(block: Files) -> Table:
    """Files as a table."""
    columns = (
        Column(phrase("column_file"), Kind.LABEL),
        Column(phrase("column_kind")),
        Column(phrase("column_read_as"), wraps=True),
    )
    return Table(columns, tuple(Row((Cell(item.path), Cell(item.kind), Cell(item.read))) for item in block.items))


def tiles_table(block: Tiles) -> Table:
    """Tiles as a table: a number to a row."""
    columns = (
        Column(phrase("lane_tile"), Kind.LABEL),
        Column(phrase("column_value"), Kind.VALUE),
        Column(phrase("lane_note"), wraps=True),
        Column(phrase("column_change"), Kind.CHANGE),
        Column(phrase("lane_goal")),
        Column(phrase("column_period")),
        Column(phrase("lane_sparkline"), Kind.MARK),
    )
    rows = tuple(
        Row(
            (
                Cell(tile.title),
                tile.value,
                Cell(tile.note),
                tile.change or Cell(),
                tile.goal or Cell(),
                Cell(tile.period),
                Cell(mark=tile.mark),
            )
        )
        for tile in block.items
    )
    return Table(columns, rows)
