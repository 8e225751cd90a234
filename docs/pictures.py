"""The pictures of the documentation: ``python docs/pictures.py`` runs their commands on the demo and draws what they print.

All of ``docs/pictures`` is made here; ``python docs/pictures.py NAME…`` makes some. It needs Chromium, LibreOffice,
pdftoppm (Poppler) and the extra ``docs``. The same programs and fonts give the same bytes. ``tests/test_pictures.py`` holds that the pages
show these pictures beside these commands.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import html
import io
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from playwright.sync_api import Browser

Array = np.ndarray[Any, np.dtype[Any]]

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "pictures"
DEMO = "salesmetrics demo examples"
"""The folder has the name that it has in a checkout, so that each command is one of the pages."""
FREQUENT = 128
"""Colours that a picture keeps exactly, of the 256 of a palette."""
DOTS = 110
"""Per inch of a picture of paper."""


class Terminal(NamedTuple):
    """What a command prints on a terminal of 80 columns."""

    name: str
    command: str
    alt: str


class Paper(NamedTuple):
    """The first sheet of a page or a workbook that a command writes, as printed."""

    name: str
    command: str
    alt: str


class Screen(NamedTuple):
    """A page that a command writes, in a browser of this width; from the section ``at`` on, as far as ``height``."""

    name: str
    command: str
    alt: str
    width: int
    height: int
    dark: bool = False
    at: str = ""


Picture = Terminal | Screen | Paper

REPORT = "salesmetrics report examples --period this-quarter --compare previous -o report.html"
WEEK = "examples/weekly/deals-2026-09-23.csv examples/weekly/deals-2026-09-30.csv"
PICTURES: tuple[Picture, ...] = (
    Terminal(
        "report_terminal",
        "salesmetrics report examples/deals.csv",
        "The first screen in a terminal: each headline KPI with its interval, its counts and twelve months, then what to check",
    ),
    Screen("report", REPORT, "The report as a page in a browser", 1440, 1100),
    Screen(
        "report_trend", REPORT, "Further down the same page: trends between their control limits", 1100, 735, at="trend"
    ),
    Screen("report_dark", REPORT, "The same page in dark colours", 1440, 1100, dark=True),
    Screen("report_tablet", REPORT, "The same page on a tablet", 768, 1024),
    Screen("report_phone", REPORT, "The same page on a phone", 360, 1100),
    Screen("report_phone_dark", REPORT, "The same page on a phone, in dark colours", 360, 1100, dark=True),
    Paper("report_print", REPORT, "The first sheet of the same page on paper"),
    Paper(
        "workbook",
        "salesmetrics report examples/deals.csv -o report.xlsx",
        "The first sheet of the workbook as printed: the headline KPIs in cells",
    ),
    Screen("mail", "salesmetrics report examples/deals.csv -o report.eml", "The report as a mail", 640, 900),
    Screen(
        "compare",
        f"salesmetrics compare {WEEK} --period 2026-Q4 -o bridge.html",
        "The bridge from one export to the next as bars, each beginning where the one before it ends",
        1000,
        880,
    ),
    Screen(
        "funnel",
        "salesmetrics funnel examples/deals.csv examples/stages.csv --period 2026-Q1 -o funnel.html",
        "The funnel as a page: a bar per stage, and the share that went on with its interval",
        1000,
        880,
    ),
    Screen(
        "cohort",
        "salesmetrics cohort examples/deals.csv --every quarter -o cohorts.html",
        "Cohorts as a page: curves of the share won by age, and the triangle",
        1000,
        880,
    ),
    Screen(
        "forecast",
        "salesmetrics forecast examples/deals.csv examples/stages.csv --period 2026-Q4 -o forecast.html",
        "The forecast as a page: the fan of what may close by the end of the period",
        1000,
        880,
    ),
    Screen(
        "benchmark",
        "salesmetrics benchmark examples/deals.csv --by owner --kpi win_rate -o reps.html",
        "The benchmark as a page: each rep as a dot beside the band in which reps like the team are",
        1000,
        880,
    ),
    Screen(
        "losses",
        "salesmetrics losses examples/deals.csv examples/stages.csv --period last-quarter --compare previous -o losses.html",
        "Losses as a page: reasons with their shares, intervals and changes",
        1200,
        880,
    ),
)

BACKGROUND, FOREGROUND = (18, 23, 31), (235, 239, 246)
RED, GREEN, YELLOW = (255, 123, 114), (86, 211, 100), (227, 179, 65)
BLUE, MAGENTA, CYAN = (121, 174, 255), (226, 150, 232), (103, 200, 214)
TERMINAL = """<!doctype html>
<meta charset="utf-8">
<style>
body {{ margin: 0; }}
main {{ display: inline-block; padding: 18px 22px; background: rgb(18, 23, 31); color: rgb(235, 239, 246); }}
pre {{ margin: 0; font: 14px/17px "DejaVu Sans Mono", monospace; }}
</style>
<main><pre><span style="color: #8b97a8">$ </span>{command}
{code}</pre></main>
"""


def run(command: str, folder: Path) -> str:
    """What a command prints, with colours; the folder is where it reads and writes."""
    program, *words = shlex.split(command)
    if program != "salesmetrics":
        raise SystemExit(f"not a command of salesmetrics: {command}")
    shown = {"COLUMNS": "80", "LINES": "40", "FORCE_COLOR": "1", "PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "salesmetrics", *words],
        cwd=folder,
        env={**os.environ, **shown},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{command}\n{done.stderr}")
    return done.stdout


def terminal_page(command: str, output: str) -> str:
    """A terminal with a command and its output, as HTML."""
    from rich.console import Console
    from rich.terminal_theme import TerminalTheme
    from rich.text import Text

    theme = TerminalTheme(BACKGROUND, FOREGROUND, [BACKGROUND, RED, GREEN, YELLOW, BLUE, MAGENTA, CYAN, FOREGROUND])
    console = Console(record=True, width=200, file=io.StringIO(), color_system="truecolor")
    console.print(Text.from_ansi(output), soft_wrap=True, end="")
    code = console.export_html(theme=theme, inline_styles=True, code_format="{code}")
    return TERMINAL.format(command=html.escape(command), code=code)


def written_page(command: str, folder: Path) -> Path:
    """The page that a command wrote (`-o FILE`); of a mail, its HTML part."""
    words = shlex.split(command)
    path = folder / words[words.index("-o") + 1]
    if path.suffix == ".eml":
        body = email.message_from_bytes(path.read_bytes(), policy=email.policy.default).get_body(("html",))
        path = path.with_suffix(".mail.html")
        path.write_text(body.get_content(), "utf-8")
    return path


def draw(picture: Picture, browser: Browser, folder: Path, printed: Mapping[str, str]) -> bytes:
    """The picture as PNG, as the browser makes it."""
    if isinstance(picture, Terminal):
        page = browser.new_page(viewport={"width": 1000, "height": 800}, device_scale_factor=1.5)
        page.set_content(terminal_page(picture.command, printed[picture.command]))
        return page.locator("main").screenshot()
    written = written_page(picture.command, folder)
    if isinstance(picture, Paper):
        return sheet(written, browser)
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height},
        color_scheme="dark" if picture.dark else "light",
        device_scale_factor=2 if picture.width < 600 else 1,
    )
    page.goto(written.as_uri())
    top = 0.0
    if picture.at:
        box = page.locator(f"#{picture.at}").bounding_box()
        if box is None:
            raise SystemExit(f"{picture.name}: no section {picture.at} in the page")
        top = max(0.0, box["y"] - 16)
    clip = {"x": 0, "y": top, "width": picture.width, "height": picture.height}
    return page.screenshot(full_page=True, clip=clip)


def sheet(written: Path, browser: Browser) -> bytes:
    """The first sheet of a page or a workbook as printed, with a line around it."""
    from PIL import Image, ImageOps

    paper = written.with_suffix(".pdf")
    if written.suffix == ".xlsx":
        own = f"-env:UserInstallation={(written.parent / 'office').as_uri()}"
        office = ["soffice", own, "--headless", "--convert-to", "pdf", "--outdir", str(written.parent), str(written)]
        subprocess.run(office, check=True, capture_output=True)
    else:
        page = browser.new_page()
        page.goto(written.as_uri())
        page.pdf(path=paper, format="A4")
    subprocess.run(
        ["pdftoppm", "-png", "-singlefile", "-r", str(DOTS), str(paper), str(paper.with_suffix(""))], check=True
    )
    out = io.BytesIO()
    ImageOps.expand(Image.open(paper.with_suffix(".png")).convert("RGB"), 1, (208, 213, 221)).save(out, "PNG")
    return out.getvalue()


def small(png: bytes) -> bytes:
    """The same picture with a palette: its most frequent colours as they are, others by the nearest of 256."""
    from PIL import Image

    picture = Image.open(io.BytesIO(png)).convert("RGB")
    packed = np.asarray(picture).astype(np.int32) @ [1 << 16, 1 << 8, 1]
    colours, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    rest = picture.quantize(256 - FREQUENT, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).getpalette()
    palette = np.concatenate(
        [channels(colours[np.argsort(-counts, kind="stable")[:FREQUENT]]), np.reshape(rest, (-1, 3))]
    )
    nearest = ((channels(colours)[:, None] - palette[None]) ** 2).sum(axis=2).argmin(axis=1).astype(np.uint8)
    drawn = Image.fromarray(nearest[places.reshape(packed.shape)], "P")
    drawn.putpalette(palette.astype(np.uint8).tobytes())
    out = io.BytesIO()
    drawn.save(out, "PNG", optimize=True)
    return out.getvalue()


def channels(packed: Array) -> Array:
    """Red, green and blue of colours that are one number each."""
    return np.stack([packed >> 16, (packed >> 8) & 255, packed & 255], axis=-1)


@cache
def chromium() -> str:
    """The browser of this machine."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise SystemExit("the pictures need Chromium")
    return found


def make(pictures: Sequence[Picture]) -> None:
    """Make these pictures, and say how large they are."""
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        run(DEMO, folder)
        printed = {command: run(command, folder) for command in dict.fromkeys(each.command for each in pictures)}
        browser = playwright.chromium.launch(executable_path=chromium())
        for picture in pictures:
            png = small(draw(picture, browser, folder, printed))
            (FOLDER / f"{picture.name}.png").write_bytes(png)
            print(f"{len(png) / 1000:6.0f} kB  {picture.name}")
        browser.close()


def main() -> None:
    """Make the pictures that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="pictures to make (default: all)")
    names = parser.parse_args().names
    known = {picture.name: picture for picture in PICTURES}
    if unknown := [name for name in names if name not in known]:
        raise SystemExit(f"no picture {', '.join(unknown)}; there are {', '.join(known)}")
    FOLDER.mkdir(exist_ok=True)
    make([known[name] for name in names] or PICTURES)
    if not names:
        for path in FOLDER.glob("*.png"):
            if path.stem not in known:
                path.unlink()


if __name__ == "__main__":
    main()
