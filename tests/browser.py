"""Pages of every command as HTML, each made once; conftest.py has the browser that opens them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from drawn import answer_of, page_of
from every_block import every_block
from salesmetrics.render.write_html import write
from salesmetrics.render.writers import Screen

if TYPE_CHECKING:
    from salesmetrics.render.page import Page

__all__ = ["COMMANDS", "MADE", "html_of", "page_named"]

ROOT = Path(__file__).parent.parent
DEALS = "examples/deals.csv"

COMMANDS = {
    "report": f"report {DEALS} --period last-quarter --compare previous --goal win_rate>=0.25",
    "report by": f"report {DEALS} --by owner",
    "report of a folder": "report examples",
    "trend": f"trend win_rate {DEALS} --every quarter --by team",
    "inspect": "inspect examples/leads.csv",
    "inspect all": "inspect examples",
    "check": f"check {DEALS}",
    "rows": f"rows revenue {DEALS} --period last-quarter",
    "forecast": f"forecast {DEALS} examples/stages.csv --period 2026-Q4 --by team --target 900000 --draws 500",
    "funnel": f"funnel {DEALS} examples/stages.csv --by team --period last-quarter",
    "funnel now": f"funnel {DEALS}",
    "benchmark": f"benchmark {DEALS} --by owner",
    "benchmark changes": f"benchmark {DEALS} examples/figures.csv --by team --period 2026-Q2 --compare previous",
    "cohort": f"cohort {DEALS} --every quarter --by team",
    "losses": f"losses {DEALS} examples/stages.csv --by team --period last-quarter --compare previous",
    "kpis": "kpis",
    "explain": "explain win_rate",
    "explain a number": f"explain win_rate {DEALS}",
    "config show": "config show",
    "compare": "compare examples/weekly",
}
"""What is typed for each page."""

MADE = {"every block": "en", "every block from the right": "ar"}
"""Pages that no command makes, by their language."""


@cache
def page_named(name: str) -> Page:
    """The page of this name."""
    return every_block(MADE[name]) if name in MADE else page_of(answer_of(*COMMANDS[name].split(), cwd=ROOT))


@cache
def html_of(name: str) -> str:
    """The page of this name as HTML."""
    return write(page_named(name), Screen())
