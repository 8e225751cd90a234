"""`salesmetrics report`: every KPI that the files allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Files, Rejects, with_groups
from salesmetrics.errors import ExitCode
from salesmetrics.settings.options import (
    PANELS,
    Composing,
    Judging,
    Output,
    Privacy,
    Reading,
    Resources,
    Segments,
    Selection,
    Watch,
)
from salesmetrics.settings.sources import SettingsFile

if TYPE_CHECKING:
    from salesmetrics.answers.report import Report
    from salesmetrics.answers.sections import Sections
    from salesmetrics.engine.goals import Goal
    from salesmetrics.engine.request import Request
    from salesmetrics.ingest.dataset import Dataset


@with_groups
def report(
    environment: Environment,
    files: Files,
    reading: Reading,
    resources: Resources,
    privacy: Privacy,
    settings: SettingsFile,
    selection: Selection,
    segments: Segments,
    judging: Judging,
    watch: Watch,
    composing: Composing,
    output: Output,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Exit 1 on any rejected row, data error, or goal that cannot be evaluated.",
            rich_help_panel=PANELS[Reading],
        ),
    ] = False,
    rejects: Rejects = None,
) -> None:
    """Compute every KPI that the files allow, each with its counts and interval.

    Examples:
      salesmetrics report deals.csv
      salesmetrics report deals.csv --by owner --period last-quarter
      salesmetrics report deals.csv --kpi win_rate,revenue --format json
      salesmetrics report deals.csv stages.csv quotas.csv -o report.html
    """
    from msgspec.structs import replace

    from salesmetrics.cli.output import (
        carries_hashes,
        form_of,
        has_errors,
        headlines_of,
        says_rejects,
        tell_about_exports,
        tell_about_rejects,
        write_answer,
        write_rejects,
    )
    from salesmetrics.cli.request import begin_files, make_beside, make_catalog, make_question, read_options

    form = form_of(output)
    begun = begin_files(files, environment, resources, quiet=output.quiet, hashed=carries_hashes(form))
    options = read_options(reading, privacy, resources)
    begun.open(options)

    # The rest of the program is loaded while Polars reads the file, which leaves Python idle.
    from salesmetrics import pipeline
    from salesmetrics.cli.alerts import refuse_stale, settle_goals, tell_about_goals
    from salesmetrics.render.writers import WRITERS

    catalog = make_catalog(settings)
    paged = WRITERS[form].draws == "page"
    question = make_question(
        selection,
        settings,
        environment.today(),
        segments=segments,
        judging=judging,
        trend=paged or (WRITERS[form].for_people and not selection.by),
        headlines=headlines_of(output, form, environment),
    )
    goals_by = {name for tables in settings.goals.values() for table in tables for name in table.group}

    def accept(dataset: Dataset) -> None:
        refuse_stale(watch, dataset, environment)

    def goals(request: Request) -> list[Goal]:
        return settle_goals(watch, settings, request, catalog)

    answer: Report | Sections
    if paged:
        from salesmetrics.sections import sections

        beside = make_beside(composing, settings, question.shaped)
        answer, dataset = sections(
            begun, options, question, catalog, beside, accept=accept, goals=goals, goals_by=goals_by
        )
        result = answer.report
    else:
        result, dataset = pipeline.report(
            begun, options, question, catalog, accept=accept, goals=goals, goals_by=goals_by
        )
        answer = replace(result, everything=output.all)
    write_answer(answer, output, form, environment, wide=segments.wide and bool(selection.by or selection.every))
    write_rejects(dataset, rejects, environment)
    tell_about_exports(dataset, output, form, environment)
    missed = tell_about_goals(result, environment, strict=strict, quiet=output.quiet)
    failed = missed or (strict and has_errors(dataset))
    if not output.quiet and (strict or not says_rejects(output, form)):
        tell_about_rejects(dataset, rejects, environment, strict=strict)
    if failed:
        raise typer.Exit(ExitCode.CHECK_FAILED)
