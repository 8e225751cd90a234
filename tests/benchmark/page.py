"""Puts what was measured between its markers in `docs/performance.md`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"


def shown(name: str, text: str, *, write: bool) -> None:
    """Print it and, if asked to, put it on the page between `<!-- name -->` and `<!-- /name -->`."""
    print(text)
    if write:
        page = PAGE.read_text("utf-8")
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
        fresh, times = re.subn(
            f"{re.escape(start)}.*?{re.escape(end)}", lambda _: f"{start}\n{text}\n\n{end}", page, flags=re.DOTALL
        )
        if times != 1:
            sys.exit(f"{PAGE}: the markers {start.strip()} and {end.strip()} must be there once, in this order")
        PAGE.write_text(fresh, "utf-8")


class Circumstances:
    """The day, the machine and how much else it does, as the benchmark starts."""

    def __init__(self) -> None:
        self.load = os.getloadavg()[0]

    def __str__(self) -> str:
        return f"{date.today()}, {os.cpu_count()} cores, a load of {self.load:.1f} from other work at the start"

    def with_wall_times(self, *parts: str) -> tuple[str, ...]:
        """What shows wall times, unless other work took the cores: they say nothing then, and processor times still do."""
        return ("Wall times are left out: other work took the cores.",) if self.load > 1 else parts


def version(command: list[str]) -> str | None:
    """The version that a program prints; None if it is not there or does not start."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError:
        return None
    found = re.search(r"\d+\.\d+[\w.]*", done.stdout)
    return found[0] if found and done.returncode == 0 else None


def table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
