"""The documentation site: ``python docs/site.py`` builds it strictly in ``build/docs/site``; ``make docs-serve`` shows it.

The site has the folders of the repository, so that a relative link is right in both. Zensical refuses links to missing pages
and headings; what it does not look at (images, other files, links in HTML) and what a page would load from elsewhere is checked
here, in the pages as built.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
BUILD = ROOT / "build" / "docs"
SITE = BUILD / "site"
BESIDE = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"]
KPIS = '{ "KPIs" = "docs/kpis/README.md" }'
LOADING = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
}


def families() -> str:
    """The menu of the KPIs, by family in the order of their page, as TOML."""
    parts = re.split(r"^## (.+)$", (DOCS / "kpis" / "README.md").read_text("utf-8"), flags=re.MULTILINE)
    menus = ['"docs/kpis/README.md"']
    for family, table in zip(parts[1::2], parts[2::2], strict=True):
        pages = ", ".join(
            f'"docs/kpis/{page}"' for page in re.findall(r"^\| \[.*?\]\((\w+\.md)\)", table, re.MULTILINE)
        )
        menus.append(f"{{ {json.dumps(family)} = [{pages}] }}")
    return f'{{ "KPIs" = [{", ".join(menus)}] }}'


def stage() -> Path:
    """Copy the pages into the folder of the build, and return the configuration beside them."""
    shutil.rmtree(BUILD, ignore_errors=True)
    pages = BUILD / "pages"
    shutil.copytree(DOCS, pages / "docs", ignore=shutil.ignore_patterns("*.py", "*.toml", "__pycache__", ".*"))
    for name in BESIDE:
        shutil.copy(ROOT / name, pages)
    text = (DOCS / "zensical.toml").read_text("utf-8")
    if text.count(KPIS) != 1:
        raise SystemExit(f"zensical.toml has not one entry {KPIS}")
    config = BUILD / "zensical.toml"
    config.write_text(text.replace(KPIS, families()), "utf-8")
    return config


class Page(HTMLParser):
    """The anchors of a built page, the places it links to, and what a browser loads for it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag names, links to and loads."""
        found = {name: value for name, value in attrs if value is not None}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if (target := found.get(LOADING.get(tag, ""))) is not None:
            self.loaded.append(target)
        elif tag == "a" and "href" in found:
            self.links.append(found["href"])


def faults(pages: dict[Path, Page]) -> list[str]:
    """What is wrong with the links of the built pages, one line each."""
    found = []
    for page in pages.values():
        for target in [*page.loaded, *page.links]:
            parts = urlsplit(target)
            name = page.path.relative_to(SITE).as_posix()
            if parts.scheme or parts.netloc:
                if target in page.loaded and parts.scheme != "data":
                    found.append(f"{name}: loads {target}")
                continue
            start = SITE if parts.path.startswith("/") else page.path.parent
            place = (start / unquote(parts.path).lstrip("/")).resolve() if parts.path else page.path
            if place.is_dir():
                place /= "index.html"  # what a server answers with
            if not place.is_file():
                found.append(f"{name}: no file for {target}")
            elif parts.fragment and place in pages and unquote(parts.fragment) not in pages[place].anchors:
                found.append(f"{name}: no place for {target}")
    return found


def main() -> int:
    """Build and check; the exit code."""
    config = stage()
    built = subprocess.run([sys.executable, "-m", "zensical", "build", "--strict", "-f", str(config)], check=False)
    if built.returncode:
        return built.returncode
    pages = {path.resolve(): Page(path) for path in sorted(SITE.rglob("*.html"))}
    wrong = faults(pages)
    print("\n".join(wrong) or f"{len(pages)} pages in {SITE.relative_to(ROOT)}, all links lead to a place")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
