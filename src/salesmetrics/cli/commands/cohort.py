"""`salesmetrics cohort`: created deals or leads followed to their end."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Files, NotFromFile, Rejects, Without, with_groups
from salesmetrics.settings.options import PANELS, Output, Privacy, Reading, Resources, Selection
from salesmetrics.settings.sources import SettingsFile


@with_groups
def cohort(
    files: Files,
    reading: Reading,
    resources: Resources,
    privacy: Privacy,
    settings: SettingsFile,
    selection: Annotated[
        Selection, Without(("kpi", "family", "compare")), NotFromFile(("kpi", "family", "compare", "by"))
    ],
    output: Output,
    environment: Environment,
    every: Annotated[
        Literal["month", "quarter"],
        typer.Option(metavar="month|quarter", help="Length of a cohort.", rich_help_panel=PANELS[Selection]),
    ] = "month",
    of: Annotated[
        Literal["deals", "leads"],
        typer.Option(
            metavar="deals|leads",
            help="Records to follow: deals until won, leads until converted.",
            rich_help_panel=PANELS[Selection],
        ),
    ] = "deals",
    rows: Annotated[
        str | None,
        typer.Option(
            "--rows",
            metavar="CELL",
            help="List the records behind a cell: COHORT, COHORT:won, COHORT:open, COHORT:90, total:lost, …",
            rich_help_panel=PANELS[Selection],
        ),
    ] = None,
    rejects: Rejects = None,
) -> None:
    """Follow created deals or leads to their end: the share won by each horizon, open ones not counted as lost.

    Examples:
      salesmetrics cohort deals.csv
      salesmetrics cohort deals.csv --every quarter --by team
      salesmetrics cohort deals.csv leads.csv --of leads
      salesmetrics cohort deals.csv --rows 2026-01:won
    """
    from salesmetrics import analyses
    from salesmetrics.cli.output import carries_hashes, form_of, write_read
    from salesmetrics.cli.request import begin_files, make_question, read_options

    form = form_of(output)
    begun = begin_files(files, environment, resources, quiet=output.quiet, hashed=carries_hashes(form))
    question = make_question(selection._replace(every=every), settings, environment.today())
    answer, dataset = analyses.cohort(
        begun, read_options(reading, privacy, resources), question, of=of, every=every, cell=rows
    )
    write_read(answer, dataset, output, form, rejects, environment)
