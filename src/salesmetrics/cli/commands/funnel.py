"""`salesmetrics funnel`: stage conversion, time in stage, where deals stick."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Files, NotFromFile, Rejects, Without, with_groups
from salesmetrics.settings.completion import complete_funnel_cells, complete_horizons
from salesmetrics.settings.options import PANELS, Output, Privacy, Reading, Resources, Selection
from salesmetrics.settings.sources import SettingsFile


@with_groups
def funnel(
    files: Files,
    reading: Reading,
    resources: Resources,
    privacy: Privacy,
    settings: SettingsFile,
    selection: Annotated[
        Selection,
        Without(("kpi", "family", "every", "compare")),
        NotFromFile(("kpi", "family", "every", "compare", "by")),
    ],
    output: Output,
    environment: Environment,
    cohort: Annotated[
        bool,
        typer.Option(
            "--cohort",
            help="The period is that of creation: follow the deals created in it.",
            rich_help_panel=PANELS[Selection],
        ),
    ] = False,
    horizon: Annotated[
        int | None,
        typer.Option(
            "--horizon",
            metavar="DAYS",
            help="Days within which a deal will advance; default: the setting horizon_days.",
            autocompletion=complete_horizons,
            rich_help_panel=PANELS[Selection],
        ),
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(
            "--rows",
            metavar="CELL",
            help="List the deals behind a cell: STAGE, STAGE:lost, STAGE:stuck, won, …",
            rich_help_panel=PANELS[Selection],
            autocompletion=complete_funnel_cells,
        ),
    ] = None,
    rejects: Rejects = None,
) -> None:
    """Show how deals pass the stages: conversion, time in stage, and where value waits.

    Examples:
      salesmetrics funnel deals.csv stages.csv
      salesmetrics funnel deals.csv stages.csv --by team --period last-quarter
      salesmetrics funnel deals.csv stages.csv --rows "Contract sent:stuck"
    """
    from salesmetrics import analyses
    from salesmetrics.cli.output import carries_hashes, form_of, write_read
    from salesmetrics.cli.request import begin_files, make_question, read_options
    from salesmetrics.questions import refuse_below

    refuse_below("--horizon", horizon, 1, 90)
    form = form_of(output)
    begun = begin_files(files, environment, resources, quiet=output.quiet, hashed=carries_hashes(form))
    question = make_question(selection, settings, environment.today())
    answer, dataset = analyses.funnel(
        begun, read_options(reading, privacy, resources), question, cohort=cohort, horizon=horizon, cell=rows
    )
    write_read(answer, dataset, output, form, rejects, environment)
