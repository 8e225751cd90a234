"""From an answer to stdout or a file."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from salesmetrics.render.output import needs_ascii, write_output
from salesmetrics.render.writers import WRITERS, Screen, format_of, render

if TYPE_CHECKING:
    from salesmetrics.cli.environment import Environment
    from salesmetrics.settings.options import Output

__all__ = ["encoding_of", "form_of", "screen_of", "to_stdout", "write_answer"]


def form_of(output: Output) -> str:
    """The form of the output: as asked for, else as the file's name says, else a table."""
    if output.format is not None:
        return output.format
    return "table" if output.output is None or output.output == "-" else format_of(output.output)


def write_answer(answer: Any, output: Output, form: str, environment: Environment) -> None:
    """Write an answer in a form to where the output goes."""
    encoding = encoding_of(output, environment) if WRITERS[form].for_people else "utf-8"
    text = render(answer, form, screen_of(output, environment))
    write_output(text, output.output, environment.stdout, encoding=encoding)


def screen_of(output: Output, environment: Environment) -> Screen:
    """What the place that the output goes to can show.

    A pipe or a file has no width: nothing is cut or wrapped for it.
    """
    terminal = to_stdout(output) and environment.stdout is not None and environment.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if terminal else None
    color = _color(output, environment, terminal=terminal)
    return Screen(width, color=color, ascii_only=needs_ascii(encoding_of(output, environment)))


def to_stdout(output: Output) -> bool:
    """Whether the output goes to standard output."""
    return output.output in {None, "-"}


def encoding_of(output: Output, environment: Environment) -> str:
    """The encoding that text for people is written in: that of the terminal, and UTF-8 in files."""
    stdout = environment.stdout
    return (stdout.encoding or "ascii") if to_stdout(output) and stdout is not None else "utf-8"


def _color(output: Output, environment: Environment, *, terminal: bool) -> bool:
    if output.color != "auto":
        return output.color == "always"
    if environment.variables.get("NO_COLOR"):
        return False
    if environment.variables.get("FORCE_COLOR"):
        return True
    return terminal and environment.variables.get("TERM") != "dumb"
