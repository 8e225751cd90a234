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

    from salesmetrics.cli.build_request import make_request
    from salesmetrics.cli.load_settings import settle_catalog, settle_config
    from salesmetrics.cli.loading import load_dataset, tell_about_rejects
    from salesmetrics.cli.writing import form_of, write_answer
    from salesmetrics.engine.trend import build_trend
    from salesmetrics.engine.unknown import refuse_unsettled

    form = form_of(output)
    config = settle_config(reading)
    dataset = load_dataset(files, reading, config, quiet=output.quiet, as_of=selection.as_of)
    # A series is about all of its time, whatever stretch a report is about.
    table = config.report.model_copy(update={"period": "all", "compare": None, "by": [], "kpi": [], "family": []})
    asked = replace(selection, kpi=[kpi], every=every)
    request = make_request(asked, config.model_copy(update={"report": table}), dataset, trend=False)
    frames = dataset.records
    result = build_trend(
        request, frames, settle_catalog(config, reading), inputs=dataset.inputs, findings=dataset.findings
    )
    refuse_unsettled(request.kpis, result.metrics, dataset.findings)
    write_answer(result, output, form)
    if not output.quiet:
        tell_about_rejects(dataset, None, strict=False)
