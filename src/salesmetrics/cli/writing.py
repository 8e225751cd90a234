"""From a report to stdout or a file."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from salesmetrics.render import RENDERERS, Screen, format_of
from salesmetrics.render.output import write_output

if TYPE_CHECKING:
    from salesmetrics.cli.options import Output
    from salesmetrics.report.model import Report

__all__ = ["form_of", "screen_of", "write_report"]


def form_of(output: Output) -> str:
    """The form of the output: as asked for, else as the file's name says, else a table."""
    if output.format is not None:
        return output.format.value
    return format_of(output.output) if output.output not in {None, "-"} else "table"


def write_report(report: Report, output: Output, form: str) -> None:
    """Render a report and write it."""
    write_output(RENDERERS[form](report, screen_of(output)), output.output, sys.stdout)


def screen_of(output: Output) -> Screen:
    """What the place that the output goes to can show.

    A pipe or a file has no width: nothing is cut or wrapped for it.
    """
    terminal = output.output in {None, "-"} and sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if terminal else None
    encoding = (sys.stdout.encoding or "ascii").lower() if output.output in {None, "-"} else "utf-8"
    return Screen(width=width, color=_color(output, terminal=terminal), ascii_only=not encoding.startswith("utf"))


def _color(output: Output, *, terminal: bool) -> bool:
    if output.color.value != "auto":
        return output.color.value == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return terminal and os.environ.get("TERM") != "dumb"
