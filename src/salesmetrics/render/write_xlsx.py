"""Any page as a workbook: a sheet per section, its tables with exact numbers. No cell is a formula or a link."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

import xlsxwriter

from salesmetrics.render.document import Table
from salesmetrics.render.page import Section
from salesmetrics.render.visible import visible

if TYPE_CHECKING:
    from salesmetrics.render.page import Page
    from salesmetrics.render.writers import Screen

__all__ = ["write"]

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write(page: Page, screen: Screen) -> bytes:  # noqa: ARG001
    """Draw a page as the bytes of a workbook."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})
        sheet, line = book.add_worksheet(), 0
        sheet.write_string(0, 0, visible(page.title))
        for block in page.blocks:
            for part in block.blocks if isinstance(block, Section) else (block,):
                for row in part.rows if isinstance(part, Table) else ():
                    line += 1
                    for place, cell in enumerate(row.cells):
                        sheet.write_string(line, place, visible(cell.text))
    return target.getvalue()
