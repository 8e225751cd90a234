"""Any page as a workbook: a sheet per section, its tables with exact numbers, native charts. No cell is a formula or a link.

The same page gives the same bytes: the day on which it is made stands nowhere in it.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING

import xlsxwriter

from salesmetrics.messages import phrase
from salesmetrics.messages.languages import ENGLISH, LANGUAGES
from salesmetrics.render.document import plain
from salesmetrics.render.visible import visible
from salesmetrics.render.xlsx.marks import ChartData
from salesmetrics.render.xlsx.plan import Names, plan
from salesmetrics.render.xlsx.sheet import Drawing, Limits
from salesmetrics.render.xlsx.styles import Styles

if TYPE_CHECKING:
    from salesmetrics.render.page import Page
    from salesmetrics.render.writers import Screen

__all__ = ["write"]

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
_FIXED = datetime(2000, 1, 1)
"""The day on which every workbook says it was made."""
_HEADER = 100
"""Characters of a text in the head or foot of a printed page, of which a spreadsheet allows 255 altogether."""


def write(page: Page, screen: Screen, limits: Limits | None = None) -> bytes:  # noqa: ARG001 - every writer is called alike
    """Draw a page as the bytes of a workbook.

    Args:
        page: Any.
        screen: Nothing of it matters here.
        limits: What a sheet holds; what a spreadsheet allows when left out.
    """
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, _OPTIONS) as book:
        book.set_properties({"created": _FIXED, "title": visible(page.title)[:250], "author": "", "comments": ""})
        _draw(book, page, limits or Limits())
    return target.getvalue()


def _draw(book: xlsxwriter.Workbook, page: Page, limits: Limits) -> None:
    arabic = LANGUAGES.get(page.language.partition("-")[0], ENGLISH).from_right
    names, styles = Names(), Styles(book, from_right=arabic)
    first, others = plan(page)
    summary = names.sheet(phrase("sheet_summary"))
    data = ChartData(names.sheet(phrase("sheet_chart_data")))
    titled = [(names.sheet(one.title), one) for one in others]
    header, footer = _header(page), _footer(page)
    drawing = Drawing(book, summary, styles, names, data, limits)
    drawing.begin(right_to_left=arabic)
    drawing.draw_first(page, first.blocks, [name for name, _ in titled])
    drawing.finish(header, footer)
    for name, one in titled:
        drawing = Drawing(book, name, styles, names, data, limits)
        drawing.begin(right_to_left=arabic)
        drawing.draw(one.title, one.blocks)
        drawing.finish(header, footer)
    if data.held:
        drawing = Drawing(book, data.name, styles, names, data, limits)
        drawing.begin(right_to_left=arabic)
        drawing.draw_data()
        drawing.finish(header, footer)


def _header(page: Page) -> str:
    return f"&L&B{_printed(page.title)}"


def _footer(page: Page) -> str:
    facts = [plain(fact) for fact in page.facts]
    while len(facts) > 1 and len(" · ".join(facts)) > _HEADER:
        facts.pop(0)
    return f"&L{_printed(' · '.join(facts))}&R{phrase('page_of_pages')}"


def _printed(text: str) -> str:
    """Text in the head or foot of a printed page, where a sign begins an order."""
    return visible(text)[:_HEADER].replace("&", "&&")
