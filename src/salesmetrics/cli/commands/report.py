"""`salesmetrics report`: every KPI that the files allow."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from salesmetrics.cli.options import READING, Files, Output, Reading, Selection, Watch, with_groups
from salesmetrics.errors import ExitCode


@with_groups
def report(
    context: typer.Context,
    files: Files,
    reading: Reading,
    selection: Selection,
    watch: Watch,
    output: Output,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="A rejected row, an error in the data or a goal that cannot be told exits 1.",
            rich_help_panel=READING,
        ),
    ] = False,
    rejects: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the rejected rows there.", rich_help_panel=READING)
    ] = None,
) -> None:
    """Every KPI that these files allow, each with its counts and its interval.

    Examples: `salesmetrics report deals.csv`, `salesmetrics report deals.csv --by owner --format csv`
    """
    from salesmetrics.cli.load_settings import settle_catalog, settle_config
    from salesmetrics.cli.loading import has_errors, load_dataset, read_options, tell_about_rejects, write_rejects
    from salesmetrics.cli.writing import form_of, write_answer
    from salesmetrics.ingest.source.ahead import fetch_ahead, open_ahead

    form = form_of(output)
    config = settle_config(reading)
    opened = open_ahead(context.obj or fetch_ahead(files), read_options(reading, config))

    # The rest of the program is loaded while Polars reads the file, which leaves Python idle.
    from salesmetrics.cli.alerts import refuse_stale, settle_goals, tell_about_goals
    from salesmetrics.cli.build_request import make_request
    from salesmetrics.engine.build import make_report, metrics_of
    from salesmetrics.engine.goal_status import with_goals
    from salesmetrics.engine.prepare import set_up
    from salesmetrics.engine.unknown import refuse_unsettled

    catalog = settle_catalog(config, reading)
    dataset = load_dataset(files, reading, config, quiet=output.quiet, opened=opened, wait=False, as_of=selection.as_of)
    refuse_stale(watch, config, dataset, date.today())
    request = make_request(selection, config, dataset, trend=form in {"table", "md"})
    frames = dataset.records
    goals = settle_goals(watch, config, request, catalog)
    setup = set_up(request, frames, catalog)
    metrics = metrics_of(request, setup)
    # Asked for last: the findings are looked for beside the metrics.
    refuse_unsettled(request.kpis, metrics, dataset.findings)
    result = make_report(request, setup, metrics, inputs=dataset.inputs, findings=dataset.findings, command="report")
    result = with_goals(result, goals, request, frames, catalog)
    write_answer(result, output, form)
    write_rejects(dataset, rejects)
    missed = tell_about_goals(result, strict=strict, quiet=output.quiet)
    failed = missed or (strict and has_errors(dataset))
    if not output.quiet:
        tell_about_rejects(dataset, rejects, strict=strict)
    if failed:
        raise typer.Exit(ExitCode.CHECK_FAILED)
