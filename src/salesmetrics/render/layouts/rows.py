"""How the records behind a KPI look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.render.writers import Sheet

if TYPE_CHECKING:
    from salesmetrics.answers.rows import Rows
    from salesmetrics.render.writers import Screen

__all__ = ["rows_sheet", "rows_table"]


def rows_table(answer: Rows, screen: Screen) -> str:
    """The records, with what is the same for all of them above."""
    from salesmetrics.render.records import render_records

    return render_records(answer, width=screen.width, color=screen.color, ascii_only=screen.ascii_only)


def rows_sheet(answer: Rows) -> Sheet:
    """A row per record, every column."""
    return Sheet(list(answer.rows[0]), (list(row.values()) for row in answer.rows))
