"""`salesmetrics check`: data quality."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Files, Rejects, with_groups
from salesmetrics.errors import ExitCode
from salesmetrics.settings.options import PANELS, Output, Privacy, Reading, Resources
from salesmetrics.settings.sources import SettingsFile


@with_groups
def check(
    files: Files,
    reading: Reading,
    resources: Resources,
    privacy: Privacy,
    settings: SettingsFile,
    output: Output,
    environment: Environment,
    rejects: Rejects = None,
    github: Annotated[
        bool,
        typer.Option("--github", help="Write GitHub Actions annotations.", rich_help_panel=PANELS[Output]),
    ] = False,
) -> None:
    """Check data quality: findings by rule, with counts and rows. Exit 1 on errors.

    Examples:
      salesmetrics check deals.csv
      salesmetrics check deals.csv --rejects rejects.csv
    """
    from salesmetrics.answers.files import Check
    from salesmetrics.answers.provenance import filters_of
    from salesmetrics.cli.output import (
        carries_hashes,
        form_of,
        has_errors,
        tell_about_exports,
        write_answer,
        write_rejects,
    )
    from salesmetrics.cli.request import begin_files, read_options
    from salesmetrics.pipeline import load
    from salesmetrics.render.output import write_output
    from salesmetrics.render.write_github import write_github
    from salesmetrics.render.writers import refuse_form

    form = form_of(output)
    refuse_form(form, Check, "check")
    begun = begin_files(files, environment, resources, quiet=output.quiet, hashed=carries_hashes(form))
    dataset = load(begun, read_options(reading, privacy, resources))
    passed = not has_errors(dataset)
    answer = Check(
        passed=passed,
        inputs=list(dataset.inputs),
        findings=list(dataset.findings),
        filters=filters_of(settings.shaped),
        everything=output.all,
        arguments=begun.arguments,
    )
    if github:
        write_output(write_github(answer), output.output, environment.stdout)
    else:
        write_answer(answer, output, form, environment)
    write_rejects(dataset, rejects, environment)
    tell_about_exports(dataset, output, form, environment)
    if not passed:
        raise typer.Exit(ExitCode.CHECK_FAILED)
