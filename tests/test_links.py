"""Every link of the documentation leads to a place, and the menu of the site holds every page.

`.ci/run` also builds the site (`docs/site.py`), which checks the built pages; this is what holds without the generator.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.token import Token

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = [*(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING")), *sorted(DOCS.rglob("*.md"))]
MARKDOWN = MarkdownIt("commonmark").enable("table")
BROKEN = """\
# One

[a](gone.md) [b](#two) [c](README.md#two) ![d](gone.png) [e](README.md#one)
[f][gone]

[gone]: gone.txt
"""


@cache
def blocks(page: Path) -> list[Token]:
    return MARKDOWN.parse(page.read_text("utf-8"))


def tokens(page: Path) -> Iterator[Token]:
    """Blocks and what is in them, from top to bottom."""
    for block in blocks(page):
        yield block
        yield from block.children or ()


@cache
def anchors(page: Path) -> frozenset[str]:
    """The places of a page that a link can name: its headings as GitHub and the site write them."""
    titles = [after.content for each, after in itertools.pairwise(blocks(page)) if each.type == "heading_open"]
    plain = [re.sub(r"\[(.*?)\]\(.*?\)|[`*]", r"\1", title) for title in titles]
    return frozenset(re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in plain)


def broken(page: Path) -> list[str]:
    """The links and pictures of a page that lead nowhere."""
    targets = [str(each.attrs[name]) for each in tokens(page) for name in ("href", "src") if name in each.attrs]
    wrong = []
    for target in targets:
        parts = urlsplit(target)
        if parts.scheme:
            continue
        place = (page.parent / unquote(parts.path)).resolve() if parts.path else page.resolve()
        if not place.is_file() or (parts.fragment and unquote(parts.fragment) not in anchors(place)):
            wrong.append(target)
    return wrong


def test_links_lead_to_places() -> None:
    assert {page.name: wrong for page in PAGES if (wrong := broken(page))} == {}


def test_a_broken_link_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(BROKEN, "utf-8")
    assert broken(page) == ["gone.md", "#two", "README.md#two", "gone.png", "gone.txt"]


def test_a_list_begins_after_an_empty_line() -> None:
    """Otherwise the site shows it as a line of text."""
    wrong = []
    for page in PAGES:
        lines = page.read_text("utf-8").splitlines()
        starts = [each.map[0] for each in blocks(page) if each.type.endswith("_list_open") and each.map]
        wrong += [lines[start] for start in starts if start and lines[start - 1].strip()]
    assert wrong == []


def test_the_menu_holds_every_page_once() -> None:
    def paths(entry: object) -> Iterator[str]:
        if isinstance(entry, str):
            yield entry
        else:
            for each in entry.values() if isinstance(entry, dict) else entry:
                yield from paths(each)

    menu = tomllib.loads((DOCS / "zensical.toml").read_text("utf-8"))["project"]["nav"]
    kpis = {page for page in (DOCS / "kpis").glob("*.md") if page.name != "README.md"}  # follow from their index
    assert sorted(paths(menu)) == sorted(page.relative_to(ROOT).as_posix() for page in {*PAGES} - kpis)
