"""Any page as one HTML file: no script, nothing loaded from elsewhere, the same bytes for the same page.

Templates escape all text by themselves; nothing is marked as safe but the styles that ship with the package.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from salesmetrics.render.document import Code, Prose
from salesmetrics.render.visible import visible

if TYPE_CHECKING:
    from salesmetrics.render.document import Inline
    from salesmetrics.render.page import Page
    from salesmetrics.render.writers import Screen

__all__ = ["write"]


def write(page: Page, screen: Screen) -> str:  # noqa: ARG001
    """Draw a page as HTML."""
    style = files("salesmetrics.render").joinpath("templates/page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return _environment().get_template("page.html").render(page=page, style=Markup(style), digest=digest)


@cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("salesmetrics.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.tests["of"] = lambda block, name: type(block).__name__ == name
    found.filters["pieces"] = _pieces
    found.filters["visible"] = visible
    return found


def _pieces(inline: Inline) -> list[tuple[bool, str]]:
    """The pieces of a line: whether each is code, and its text."""
    found: list[tuple[bool, str]] = []
    for piece in inline if isinstance(inline, tuple) else (inline,):
        if isinstance(piece, Code):
            found.append((True, visible(piece.text)))
        elif isinstance(piece, Prose):
            found += [(index % 2 == 1, visible(text)) for index, text in enumerate(piece.text.split("`")) if text]
        else:
            found.append((False, visible(piece)))
    return found
