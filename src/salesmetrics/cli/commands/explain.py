"""`salesmetrics explain`: what a KPI means, and its working."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from salesmetrics.cli.completion import complete_kpi
from salesmetrics.cli.options import OptionalFiles, Output, Reading, Selection, Without, with_groups


@with_groups
def explain(
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="Id of a KPI.", autocompletion=complete_kpi)],
    reading: Reading,
    selection: Annotated[Selection, Without(("by", "family", "compare", "min_n"))],
    output: Output,
    files: OptionalFiles = None,
) -> None:
    """The definition of a KPI: formula, basis, edge cases, source; with files also its working.

    Examples: `salesmetrics explain win_rate`, `salesmetrics explain win_rate deals.csv`
    """
    from dataclasses import replace

    from salesmetrics.cli.build_request import make_request
    from salesmetrics.cli.load_settings import settle_catalog, settle_config
    from salesmetrics.cli.loading import load_dataset
    from salesmetrics.cli.writing import form_of, screen_of
    from salesmetrics.drilldown.describe import make_cards
    from salesmetrics.drilldown.working import explain_working
    from salesmetrics.render import refuse_form
    from salesmetrics.render.cards import render_card
    from salesmetrics.render.envelope import dumps
    from salesmetrics.render.output import write_output
    from salesmetrics.render.working import render_working

    form = form_of(output)
    config = settle_config(reading)
    known = settle_catalog(config, reading)
    cards = make_cards(known.select([kpi]), known, "explain")
    width = screen_of(output).width
    if not files:
        write_output(render_card(cards, form, width), output.output, sys.stdout)
        return
    refuse_form(form, ("table", "json"), "explain")
    dataset = load_dataset(files, reading, config, quiet=output.quiet, as_of=selection.as_of)
    request = replace(make_request(selection, config, dataset, trend=False), kpis=(kpi,), families=(), by=())
    frames = dataset.records
    working = explain_working(request, frames, known, dataset.inputs)
    write_output(dumps(working) if form == "json" else render_working(working, width), output.output, sys.stdout)
