"""`salesmetrics trend`: a KPI over time."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.completion import complete_kpi
from salesmetrics.cli.options import SELECTING, Every, Files, Output, Reading, Selection, Without, with_groups


@with_groups
def trend(
    kpi: Annotated[
        str, typer.Argument(metavar="KPI", help="Id of a KPI, or of several: ID,ID.", autocompletion=complete_kpi)
    ],
    files: Files,
    reading: Reading,
    selection: Annotated[Selection, Without(("family", "compare"))],
    output: Output,
    every: Annotated[
        Every, typer.Option(metavar="week|month|quarter|year", help="Length of a period.", rich_help_panel=SELECTING)
    ] = Every.month,
) -> None:
    """A KPI over time: each period with its value, its counts, and whether it is unusual for this KPI.

    Example: `salesmetrics trend win_rate deals.csv --every quarter`
    """
    from dataclasses import replace
    from datetime import date

    from salesmetrics import pipeline
    from salesmetrics.cli.build_request import make_question
    from salesmetrics.cli.load_settings import settle_catalog, settle_config
    from salesmetrics.cli.loading import begin_files, read_options, tell_about_rejects
    from salesmetrics.cli.writing import form_of, write_answer

    form = form_of(output)
    config = settle_config(reading)
    begun, options = begin_files(files, quiet=output.quiet), read_options(reading, config)
    # A series is about all of its time, whatever stretch a report is about.
    table = config.report.model_copy(update={"period": "all", "compare": None, "by": [], "kpi": [], "family": []})
    asked = replace(selection, kpi=[kpi], every=every)
    question = make_question(asked, config.model_copy(update={"report": table}), date.today())
    result, dataset = pipeline.trend(begun, options, question, settle_catalog(config, reading))
    write_answer(result, output, form)
    if not output.quiet:
        tell_about_rejects(dataset, None, strict=False)
