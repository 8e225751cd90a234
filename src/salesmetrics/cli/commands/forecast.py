"""`salesmetrics forecast`: what will close in a period, with its range, and how good such forecasts were."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Files, NotFromFile, Rejects, Without, with_groups
from salesmetrics.settings.completion import complete_forecast_cells
from salesmetrics.settings.options import PANELS, Forecasting, Output, Privacy, Reading, Resources, Selection
from salesmetrics.settings.sources import SettingsFile


@with_groups
def forecast(
    files: Files,
    reading: Reading,
    resources: Resources,
    privacy: Privacy,
    settings: SettingsFile,
    # The period of a report is one of the past.
    selection: Annotated[
        Selection,
        Without(("kpi", "family", "every", "compare", "min_n")),
        NotFromFile(("kpi", "family", "every", "compare", "min_n", "by", "period")),
    ],
    forecasting: Forecasting,
    output: Output,
    environment: Environment,
    rows: Annotated[
        str | None,
        typer.Option(
            "--rows",
            metavar="CELL",
            help="List deals: open (with their chance), due, overdue or won_so_far.",
            autocompletion=complete_forecast_cells,
            rich_help_panel=PANELS[Selection],
        ),
    ] = None,
    rejects: Rejects = None,
) -> None:
    """Show what will close in a period, with its range, and how good such forecasts were.

    Examples:
      salesmetrics forecast deals.csv --period 2026-Q4
      salesmetrics forecast deals.csv stages.csv quotas.csv --period 2026-Q4
      salesmetrics forecast deals.csv --period 2026-10 --target 250000 --by team
      salesmetrics forecast deals.csv --period 2026-Q4 --rows open
    """
    from salesmetrics import analyses
    from salesmetrics.cli.output import carries_hashes, form_of, write_read
    from salesmetrics.cli.request import begin_files, make_question, read_options

    form = form_of(output)
    begun = begin_files(files, environment, resources, quiet=output.quiet, hashed=carries_hashes(form))
    question = make_question(selection, settings, environment.today())
    answer, dataset = analyses.forecast(
        begun,
        read_options(reading, privacy, resources),
        question,
        target=forecasting.target,
        seed=forecasting.seed,
        draws=forecasting.draws,
        cell=rows,
    )
    write_read(answer, dataset, output, form, rejects, environment)
