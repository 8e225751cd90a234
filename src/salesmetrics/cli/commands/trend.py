"""`salesmetrics trend`: a KPI over time."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Always, Files, NotFromFile, Rejects, Without, with_groups
from salesmetrics.settings.completion import complete_kpis
from salesmetrics.settings.options import PANELS, Every, Output, Privacy, Reading, Resources, Segments, Selection
from salesmetrics.settings.sources import SettingsFile


@with_groups
def trend(
    kpi: Annotated[
        str, typer.Argument(metavar="KPI", help="Id of a KPI, or several: ID,ID.", autocompletion=complete_kpis)
    ],
    files: Files,
    reading: Reading,
    resources: Resources,
    privacy: Privacy,
    settings: SettingsFile,
    # A series covers all of its time, whatever the period of a report.
    selection: Annotated[Selection, Without(("family", "compare")), NotFromFile(("family", "compare", "period", "by"))],
    segments: Annotated[Segments, Always(("wide",))],
    output: Output,
    environment: Environment,
    every: Annotated[
        Every,
        typer.Option(metavar="week|month|quarter|year", help="Length of a period.", rich_help_panel=PANELS[Selection]),
    ] = "month",
    rejects: Rejects = None,
) -> None:
    """Show a KPI over time: the value and counts of each period, and whether it is unusual.

    Examples:
      salesmetrics trend win_rate deals.csv
      salesmetrics trend win_rate,revenue deals.csv --every quarter
    """
    from msgspec.structs import replace

    from salesmetrics import pipeline
    from salesmetrics.cli.output import carries_hashes, form_of, write_read
    from salesmetrics.cli.request import begin_files, make_catalog, make_question, read_options

    form = form_of(output)
    begun = begin_files(files, environment, resources, quiet=output.quiet, hashed=carries_hashes(form))
    options = read_options(reading, privacy, resources)
    kpis = tuple(name.strip() for name in kpi.split(",") if name.strip())
    question = make_question(
        selection._replace(kpi=kpis, every=every), settings, environment.today(), segments=segments
    )
    result, dataset = pipeline.trend(begun, options, question, make_catalog(settings))
    shown = replace(result, everything=output.all)
    write_read(shown, dataset, output, form, rejects, environment, wide=segments.wide)
