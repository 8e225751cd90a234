"""`salesmetrics report`: every KPI that the files allow."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.options import READING, Files, Output, Reading, Selection, with_groups
from salesmetrics.errors import ExitCode


@with_groups
def report(
    files: Files,
    reading: Reading,
    selection: Selection,
    output: Output,
    strict: Annotated[
        bool, typer.Option("--strict", help="A rejected row or an error in the data exits 1.", rich_help_panel=READING)
    ] = False,
    rejects: Annotated[
        str | None, typer.Option(metavar="FILE", help="Write the rejected rows there.", rich_help_panel=READING)
    ] = None,
) -> None:
    """Every KPI that these files allow, each with its counts and its interval.

    Examples: `salesmetrics report deals.csv`, `salesmetrics report deals.csv --by owner --format csv`
    """
    from salesmetrics.cli.loading import has_errors, load_dataset, tell_about_rejects, write_rejects
    from salesmetrics.cli.requesting import make_request
    from salesmetrics.cli.settling import settle_catalog, settle_config
    from salesmetrics.cli.writing import form_of, write_report
    from salesmetrics.report.build import build_report

    form = form_of(output)
    config = settle_config(reading)
    dataset = load_dataset(files, reading, config)
    request = make_request(selection, config, dataset, trend=form in {"table", "md"})
    frames = {str(kind): frame for kind, frame in dataset.frames.items()}
    result = build_report(request, frames, settle_catalog(config), inputs=dataset.inputs, findings=dataset.findings)
    write_report(result, output, form)
    write_rejects(dataset, rejects)
    failed = strict and has_errors(dataset)
    if not output.quiet:
        tell_about_rejects(dataset, rejects, strict=strict)
    if failed:
        raise typer.Exit(ExitCode.CHECK_FAILED)
