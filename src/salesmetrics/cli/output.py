"""What a command gives back: an answer to where the output goes, rejected rows, and a line about them."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from salesmetrics.cli.ending import heed
from salesmetrics.cli.environment import size_in
from salesmetrics.errors import SalesmetricsError
from salesmetrics.render.csv_locales import PLAIN, csv_dialect
from salesmetrics.render.output import is_stdout, needs_ascii, write_output
from salesmetrics.render.writers import WRITERS, Screen, format_of, render
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from salesmetrics.cli.environment import Environment
    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.settings.options import Output

__all__ = [
    "carries_hashes",
    "encoding_of",
    "form_of",
    "has_errors",
    "headlines_of",
    "refuse_terminal",
    "says_rejects",
    "screen_of",
    "tell_about_exports",
    "tell_about_rejects",
    "write_answer",
    "write_read",
    "write_rejects",
]


COLUMNS, LINES = 120, 40
"""Of a screen that nobody knows: a pipe, a file."""

FIRST, FIRST_OF_FEW_LINES = 12, 8
"""KPIs that come first, and on a screen that is lower than others."""


def form_of(output: Output) -> str:
    """The form of the output: as asked for, else as the file's name says, else a table."""
    if output.format is not None:
        return output.format
    return "table" if output.output is None or output.output == "-" else format_of(output.output)


def refuse_terminal(output: Output, form: str, environment: Environment) -> None:
    """Stop before a terminal is filled with bytes that are no text.

    Raises:
        SalesmetricsError: ``option_invalid``, with a file to type.
    """
    shown = output.output is None or is_stdout(output.output)
    if WRITERS[form].binary and shown and environment.stdout is not None and environment.stdout.isatty():
        cause, fix = Message("form_no_text"), Message("output_to_try", path=f"report{WRITERS[form].extensions[0]}")
        raise SalesmetricsError("option_invalid", option="--format", value=form, cause=cause, fix=fix)


def carries_hashes(form: str) -> bool:
    """Whether a form tells the hashes of files: the whole of an answer and a page do, a sheet or a document does not."""
    return WRITERS[form].draws in {"answer", "page"}


def headlines_of(output: Output, form: str, environment: Environment) -> int:
    """How many KPIs come first, on a screen and in what is as short as one; 0 for all."""
    if output.all or not WRITERS[form].for_people:
        return 0
    height = screen_of(output, environment).height
    return FIRST_OF_FEW_LINES if height is not None and height < LINES else FIRST


def says_rejects(output: Output, form: str) -> bool:
    """Whether the output itself says to whoever looks on that rows were rejected."""
    return WRITERS[form].for_people and _to_stdout(output)


def write_answer(answer: Any, output: Output, form: str, environment: Environment, *, wide: bool = False) -> None:
    """Write an answer in a form to where the output goes; a sheet ``wide``, with a column per period or segment."""
    heed()
    encoding = encoding_of(output, environment) if WRITERS[form].for_people else "utf-8"
    text = render(answer, form, screen_of(output, environment), wide=wide)
    write_output(text, output.output, environment.stdout, encoding=encoding)


def write_read(
    answer: Any,
    dataset: Dataset,
    output: Output,
    form: str,
    rejects: str | None,
    environment: Environment,
    *,
    wide: bool = False,
    headless: bool = False,
) -> None:
    """Write an answer and the rejected rows of what it was read from, and say that there are some where the answer does not.

    Args:
        answer: What was asked for.
        dataset: What it was read from.
        output: Where the output goes.
        form: Its form.
        rejects: The file of the rejected rows, if one is named.
        environment: Of the command.
        wide: A sheet has a column per period or segment.
        headless: No form of the answer lists the files with their rows.
    """
    write_answer(answer, output, form, environment, wide=wide)
    write_rejects(dataset, rejects, environment)
    tell_about_exports(dataset, output, form, environment)
    if not output.quiet and (headless or not says_rejects(output, form)):
        tell_about_rejects(dataset, rejects, environment, strict=False)


def screen_of(output: Output, environment: Environment) -> Screen:
    """What the place that the output goes to can show.

    A pipe or a file is as wide as COLUMNS says and as high as LINES, else 120 columns and 40 lines.
    """
    terminal = _to_stdout(output) and environment.stdout is not None and environment.stdout.isatty()
    size = _size(environment, COLUMNS, LINES)
    width, height = shutil.get_terminal_size(size) if terminal else size
    color = _color(output, environment, terminal=terminal)
    plain = csv_dialect(output.locale) if output.locale else PLAIN
    ascii_only = needs_ascii(encoding_of(output, environment))
    return Screen(
        width,
        color=color,
        ascii_only=ascii_only,
        height=None if output.all else height,
        csv=plain._replace(bom=output.bom),
    )


def _size(environment: Environment, columns: int, lines: int) -> tuple[int, int]:
    """What COLUMNS and LINES say, where they are numbers."""
    width, height = (size_in(environment.variables, name) for name in ("COLUMNS", "LINES"))
    return width or columns, height or lines


def _to_stdout(output: Output) -> bool:
    """Whether the output goes to standard output."""
    return output.output in {None, "-"}


def encoding_of(output: Output | None, environment: Environment) -> str:
    """The encoding that text for people is written in: that of the terminal, and UTF-8 in files."""
    stdout = environment.stdout
    shown = output is None or _to_stdout(output)
    return (stdout.encoding or "ascii") if shown and stdout is not None else "utf-8"


def _color(output: Output, environment: Environment, *, terminal: bool) -> bool:
    if output.color != "auto":
        return output.color == "always"
    if environment.variables.get("NO_COLOR"):
        return False
    if environment.variables.get("FORCE_COLOR"):
        return True
    return terminal and environment.variables.get("TERM") != "dumb"


def has_errors(dataset: Dataset) -> bool:
    """Whether rows were rejected or the data have a finding that is an error."""
    from salesmetrics.schema.provenance import Severity

    return bool(dataset.rejected) or any(item.severity == Severity.ERROR for item in dataset.findings)


def write_rejects(dataset: Dataset, path: str | None, environment: Environment) -> None:
    """Write the rejected rows to a CSV file, if one is named."""
    if path is None:
        return
    from salesmetrics.render.write_csv import write_rows

    rejects = dataset.rejects
    write_output(write_rows(rejects.columns, rejects.rows()), path, environment.stdout)


def tell_about_exports(dataset: Dataset, output: Output, form: str, environment: Environment) -> None:
    """One line on stderr about exports that are history, where the output has no place for it: a sheet has numbers only."""
    if output.quiet or WRITERS[form].draws != "sheet":
        return
    from salesmetrics.render.layouts.head import SERIES

    for item in dataset.findings:
        if item.code in SERIES:
            environment.say(item.message)


def tell_about_rejects(dataset: Dataset, path: str | None, environment: Environment, *, strict: bool) -> None:
    """One line on stderr about rows that could not be used."""
    rejected = sum(item.rows.rejected for item in dataset.inputs)
    if rejected:
        what = Message("rejected_listed" if path else "rejected", n=rejected, path=path)
        environment.tell("as_error" if strict else "as_warning", what=what)
