"""The page of a report with its sections, in the order in which people ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.render.layouts.pages import page_of
from salesmetrics.render.layouts.report import report_document

if TYPE_CHECKING:
    from salesmetrics.answers.sections import Sections
    from salesmetrics.render.page import Page

__all__ = ["sections_page"]


def sections_page(answer: Sections) -> Page:
    """Lay out a report with its sections."""
    return page_of(report_document(answer.report))
