"""The page of an answer that has none of its own: its document, a section per heading. Own file: every layout may lean on it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.render.document import Heading
from salesmetrics.render.page import Page, Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.render.document import Block, Document
    from salesmetrics.render.page import PageBlock

__all__ = ["page_of", "sections_of"]


def page_of(document: Document) -> Page:
    """A page made from a document: its title is that of the document, and each further heading begins a section."""
    blocks = list(document.blocks)
    if blocks and isinstance(blocks[0], Heading) and blocks[0].level == 1:
        return Page(blocks[0].text, blocks[0].facts, sections_of(blocks[1:]))
    return Page("", (), sections_of(blocks))


def sections_of(blocks: Sequence[Block]) -> tuple[PageBlock, ...]:
    """Blocks before the first heading as they are, and a section per heading."""
    found: list[PageBlock] = []
    held: list[PageBlock] = []
    title = ""
    for block in blocks:
        if isinstance(block, Heading):
            found += _section(title, held, len(found))
            title, held = block.text, []
        else:
            held.append(block)
    return (*found, *_section(title, held, len(found)))


def _section(title: str, held: Sequence[PageBlock], place: int) -> Sequence[PageBlock]:
    if not title:
        return held
    return [Section(f"{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-') or 'part'}-{place}", title, tuple(held))]
