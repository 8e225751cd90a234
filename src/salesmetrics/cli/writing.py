"""From an answer to stdout or a file."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING, Any

from salesmetrics.render.output import needs_ascii, write_output
from salesmetrics.render.writers import WRITERS, Screen, format_of, render

if TYPE_CHECKING:
    from salesmetrics.settings.options import Output

__all__ = ["encoding_of", "form_of", "screen_of", "to_stdout", "write_answer"]


def form_of(output: Output) -> str:
    """The form of the output: as asked for, else as the file's name says, else a table."""
    if output.format is not None:
        return output.format
    return "table" if output.output is None or output.output == "-" else format_of(output.output)


def write_answer(answer: Any, output: Output, form: str) -> None:
    """Write an answer in a form to where the output goes."""
    encoding = encoding_of(output) if WRITERS[form].for_people else "utf-8"
    write_output(render(answer, form, screen_of(output)), output.output, sys.stdout, encoding=encoding)


def screen_of(output: Output) -> Screen:
    """What the place that the output goes to can show.

    A pipe or a file has no width: nothing is cut or wrapped for it.
    """
    terminal = to_stdout(output) and sys.stdout is not None and sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if terminal else None
    return Screen(width, color=_color(output, terminal=terminal), ascii_only=needs_ascii(encoding_of(output)))


def to_stdout(output: Output) -> bool:
    """Whether the output goes to standard output."""
    return output.output in {None, "-"}


def encoding_of(output: Output) -> str:
    """The encoding that text for people is written in: that of the terminal, and UTF-8 in files."""
    return (sys.stdout.encoding or "ascii") if to_stdout(output) and sys.stdout is not None else "utf-8"


def _color(output: Output, *, terminal: bool) -> bool:
    if output.color != "auto":
        return output.color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return terminal and os.environ.get("TERM") != "dumb"
