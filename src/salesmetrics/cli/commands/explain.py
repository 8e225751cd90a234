"""`salesmetrics explain`: what a KPI means, and its working."""

from __future__ import annotations

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

    from salesmetrics.answers.catalog import Definition, Working
    from salesmetrics.cli.build_request import make_request
    from salesmetrics.cli.load_settings import settle_catalog, settle_config
    from salesmetrics.cli.loading import load_dataset
    from salesmetrics.cli.writing import form_of, write_answer
    from salesmetrics.drilldown.describe import define_kpi
    from salesmetrics.drilldown.working import explain_working
    from salesmetrics.render.writers import refuse_form

    form = form_of(output)
    config = settle_config(reading)
    known = settle_catalog(config, reading)
    (chosen,) = known.select([kpi])
    refuse_form(form, Working if files else Definition, "explain")
    if not files:
        write_answer(define_kpi(chosen, known), output, form)
        return
    dataset = load_dataset(files, reading, config, quiet=output.quiet, as_of=selection.as_of)
    request = replace(make_request(selection, config, dataset, trend=False), kpis=(kpi,), families=(), by=())
    write_answer(explain_working(request, dataset.records, known, dataset.inputs), output, form)
