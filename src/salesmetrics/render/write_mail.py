"""Any page as a mail: a part in plain text and one in HTML that mail clients leave as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.render.write_html import write as write_html

if TYPE_CHECKING:
    from salesmetrics.render.page import Page
    from salesmetrics.render.writers import Screen

__all__ = ["write"]


def write(page: Page, screen: Screen) -> str:
    """Draw a page as the text of a mail."""
    return f"Content-Type: text/html; charset=utf-8\n\n{write_html(page, screen)}"
