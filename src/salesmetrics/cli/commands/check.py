"""`salesmetrics check`: is the data fit?"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from salesmetrics.cli.options import READING, Files, Output, Reading, with_groups
from salesmetrics.errors import ExitCode


@with_groups
def check(
    files: Files,
    reading: Reading,
    output: Output,
    rejects: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the rejected rows there.", rich_help_panel=READING)
    ] = None,
    github: Annotated[
        bool,
        typer.Option("--github", help="Lines that GitHub Actions shows beside a change.", rich_help_panel="Output"),
    ] = False,
) -> None:
    """Is the data fit? Findings by rule, with counts and rows; exit code 1 when there are errors."""
    from salesmetrics.answers.files import Check, generator
    from salesmetrics.cli.load_settings import settle_config
    from salesmetrics.cli.loading import begin_files, has_errors, read_options, write_rejects
    from salesmetrics.cli.writing import form_of, write_answer
    from salesmetrics.pipeline import load
    from salesmetrics.render.findings import render_check_github
    from salesmetrics.render.output import write_output
    from salesmetrics.render.writers import refuse_form

    form = form_of(output)
    refuse_form(form, Check, "check")
    config = settle_config(reading)
    dataset = load(begin_files(files, quiet=output.quiet), read_options(reading, config))
    passed = not has_errors(dataset)
    answer = Check(generator=generator(), passed=passed, inputs=list(dataset.inputs), findings=list(dataset.findings))
    if github:
        write_output(render_check_github(answer), output.output, sys.stdout)
    else:
        write_answer(answer, output, form)
    write_rejects(dataset, rejects)
    if not passed:
        raise typer.Exit(ExitCode.CHECK_FAILED)
