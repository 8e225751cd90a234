"""Pages in a browser: quiet, whole at every width in light and dark, on paper, for a screen reader, and without styles."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from browser import COMMANDS, MADE, html_of, page_named
from drawn import blocks_of, tables_of
from salesmetrics.render.page import Chart, Fold, Tiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

ALL = [*COMMANDS, *MADE]
WIDTHS = (360, 768, 1440)

FAULTS = """least => {
  const faults = [];
  const say = (what, element) => faults.push(`${what}: ${(element.textContent || element.tagName).trim().slice(0, 60)}`);
  if (document.documentElement.scrollWidth > innerWidth) faults.push(`wide: ${document.documentElement.scrollWidth}`);
  const spots = element => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return [...range.getClientRects()].filter(spot => spot.width > 1 && spot.height > 1);
  };
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || element.closest('.q, .x, thead, nav') || !element.checkVisibility()) continue;
    const box = (element.closest('.tile') || element.closest('.card') || document.body).getBoundingClientRect();
    for (const spot of spots(walk.currentNode))
      if (spot.left < box.left - 1 || spot.right > box.right + 1) say('outside its card', element);
  }
  for (const plot of document.querySelectorAll('.plot')) {
    const texts = [...plot.querySelectorAll('text')].filter(text => text.checkVisibility());
    const boxes = texts.map(text => text.getBoundingClientRect());
    boxes.forEach((one, n) => boxes.slice(n + 1).forEach((two, m) => {
      const across = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const down = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      if (across > 1 && down > 3) faults.push(`texts: ${texts[n].textContent} and ${texts[n + m + 1].textContent}`);
    }));
    if (texts.some(text => parseFloat(getComputedStyle(text).fontSize) < least)) faults.push('small text');
  }
  for (const row of document.querySelectorAll('tr')) {
    const cells = [...row.children].filter(cell => cell.checkVisibility() && cell.innerText && !cell.matches('thead .k, thead .j'))
      .filter(cell => getComputedStyle(cell).position === 'static').map(cell => spots(cell)[0]).filter(Boolean);
    cells.forEach((one, n) => cells.slice(n + 1).forEach(two => {
      if (Math.min(one.right, two.right) - Math.max(one.left, two.left) > 2
        && Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top) > 4) say('cells cover each other', row);
    }));
  }
  for (const mark of document.querySelectorAll('svg.bar, svg.whisker, svg.draw')) {
    const box = mark.getBoundingClientRect();
    for (const shape of mark.querySelectorAll('rect, circle, line, path')) {
      const spot = shape.getBoundingClientRect();
      if (box.width && (spot.left < box.left - 6 || spot.right > box.right + 6)) say('mark', mark.closest('tr') || mark);
    }
  }
  return [...new Set(faults)];
}"""


@pytest.fixture(scope="module")
def tab(chromium: Browser) -> Iterator[Tab]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def opened(tab: Tab, name: str, folder: Path) -> Tab:
    """The page in the tab."""
    file = folder / "page.html"
    file.write_text(html_of(name), "utf-8")
    tab.emulate_media(media="screen", color_scheme="light")
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.goto(file.as_uri())
    return tab


@pytest.mark.parametrize("name", ALL)
def test_pages_fit_every_width_in_light_and_dark_and_load_nothing(tab: Tab, tmp_path: Path, name: str) -> None:
    said: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("request", lambda request: asked.append(request.url))
    opened(tab, name, tmp_path)
    found = {}
    for scheme in ("light", "dark"):
        tab.emulate_media(media="screen", color_scheme=scheme)  # type: ignore[arg-type]
        for width in WIDTHS:
            tab.set_viewport_size({"width": width, "height": 900})
            found[scheme, width] = tab.evaluate(FAULTS, 11)
    assert found == {place: [] for place in found}
    assert (said, asked) == ([], [(tmp_path / "page.html").as_uri()])


@pytest.mark.parametrize("name", ALL)
def test_every_tile_table_and_chart_is_there_to_be_seen_at_every_width(tab: Tab, tmp_path: Path, name: str) -> None:
    opened(tab, name, tmp_path)
    page = page_named(name)
    blocks = list(blocks_of(page))
    wanted = {
        "table": sum(bool(table.rows) for table in tables_of(page)),
        ".tile": sum(len(block.items) for block in blocks if isinstance(block, Tiles)),
        "figure": sum(isinstance(block, Chart) for block in blocks),
    }
    tab.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 900})
        for selector, count in wanted.items():
            seen = tab.evaluate(
                "selector => [...document.querySelectorAll(selector)].filter(one => one.checkVisibility()"
                " && one.getBoundingClientRect().width > 100 && one.getBoundingClientRect().height > 10).length",
                selector,
            )
            assert (selector, width, seen) == (selector, width, count)
        hidden = tab.evaluate(
            "() => [...document.querySelectorAll('td, tbody th')].filter(cell => cell.textContent.trim()"
            " && !(cell.checkVisibility() && cell.getBoundingClientRect().width > 1)).map(cell => cell.textContent)"
        )
        assert hidden == []


# The page with every block is judged at each width in light and dark, and those of the commands once each.
ONCE = [(name, *(("light", 1440), ("dark", 360))[number % 2]) for number, name in enumerate(ALL)]
EACH = [("every block", scheme, width) for scheme in ("light", "dark") for width in WIDTHS]


@pytest.mark.parametrize(("name", "scheme", "width"), dict.fromkeys([*ONCE, *EACH]))
def test_axe_has_nothing_to_say(tab: Tab, tmp_path: Path, name: str, scheme: Any, width: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    opened(tab, name, tmp_path)
    tab.emulate_media(media="screen", color_scheme=scheme)
    tab.set_viewport_size({"width": width, "height": 900})
    found = Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]][:3]) for one in found] == []


@pytest.mark.parametrize("name", ["report", "funnel", "every block"])
def test_paper_is_white_and_shows_what_is_folded(tab: Tab, tmp_path: Path, name: str) -> None:
    opened(tab, name, tmp_path)
    tab.emulate_media(media="print", color_scheme="dark")
    tab.set_viewport_size({"width": 700, "height": 900})
    look = tab.evaluate(
        "() => [document.body, document.querySelector('.card')].map(one => getComputedStyle(one))"
        ".map(style => [style.backgroundColor, style.color])"
    )
    assert look == [["rgb(255, 255, 255)", "rgb(23, 26, 33)"]] * 2
    assert tab.evaluate(FAULTS, 9) == []
    folded = (
        "() => [...document.querySelectorAll('details > :not(summary)')].map(one => one.getBoundingClientRect().height)"
    )
    heights = tab.evaluate(folded)
    assert heights == [height for height in heights if height > 10]
    assert html_of(name).count("<details") == len(heights)
    printed = tab.pdf(path=tmp_path / "page.pdf", format="A4", prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    if shutil.which("pdftotext"):
        reader = subprocess.run(["pdftotext", str(tmp_path / "page.pdf"), "-"], capture_output=True, check=True)
        shown = "".join(reader.stdout.decode().split())
        folds = [block for block in blocks_of(page_named(name)) if isinstance(block, Fold)]
        texts = [table.rows[0].cells[0].text for fold in folds for table in tables_of(fold) if table.rows]
        assert [text for text in texts if "".join(text.split()) not in shown] == []


@pytest.mark.parametrize("name", ["report", "every block"])
def test_pages_are_readable_without_their_styles(tab: Tab, tmp_path: Path, name: str) -> None:
    opened(tab, name, tmp_path)
    tab.evaluate("() => document.querySelectorAll('style').forEach(one => one.remove())")
    tab.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
    shown = " ".join(tab.inner_text("body").split())
    for table in tables_of(page_named(name)):
        for row in table.rows:
            for cell in row.cells if row.undefined is None else ():
                assert " ".join(cell.text.split()) in shown
    heights = tab.evaluate(
        "() => [...document.querySelectorAll('td svg')].map(one => one.getBoundingClientRect().height)"
    )
    assert max(heights, default=0) < 30


def test_a_wide_table_scrolls_by_keyboard_and_keeps_its_names(tab: Tab, tmp_path: Path) -> None:
    opened(tab, "every block", tmp_path)
    tab.set_viewport_size({"width": 360, "height": 900})
    tab.focus(".x")
    before = tab.evaluate("() => document.querySelector('.x tbody th').getBoundingClientRect().left")
    for _ in range(5):
        tab.keyboard.press("ArrowRight")
    tab.wait_for_function("() => document.querySelector('.x').scrollLeft > 100")
    assert tab.evaluate("() => document.querySelector('.x tbody th').getBoundingClientRect().left") == before
    assert tab.evaluate("() => getComputedStyle(document.querySelector('.x')).outlineStyle") == "solid"


def test_links_of_the_contents_lead_to_their_parts(tab: Tab, tmp_path: Path) -> None:
    opened(tab, "every block", tmp_path)
    tab.click("nav a[href='#charts']")
    assert 0 <= tab.evaluate("() => document.querySelector('#charts').getBoundingClientRect().top") < 60
