"""`salesmetrics rows`: the records behind a number."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.completion import complete_kpi
from salesmetrics.cli.options import Files, Output, Reading, Selection, Without, with_groups


@with_groups
def rows(
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="Id of a KPI.", autocompletion=complete_kpi)],
    files: Files,
    reading: Reading,
    selection: Annotated[Selection, Without(("by", "family", "compare", "every", "level", "min_n"))],
    output: Output,
) -> None:
    """The records behind a KPI: numerator, denominator, or left out, each with its row in the file."""
    from dataclasses import replace

    from salesmetrics.answers.rows import Rows
    from salesmetrics.cli.build_request import make_request
    from salesmetrics.cli.load_settings import settle_catalog, settle_config
    from salesmetrics.cli.loading import load_dataset
    from salesmetrics.cli.writing import form_of, write_answer
    from salesmetrics.drilldown.rows import list_rows
    from salesmetrics.engine.unknown import refuse_unsettled_rows
    from salesmetrics.render.writers import refuse_form

    form = form_of(output)
    refuse_form(form, Rows, "rows")
    config = settle_config(reading)
    dataset = load_dataset(files, reading, config, quiet=output.quiet, as_of=selection.as_of)
    request = replace(make_request(selection, config, dataset, trend=False), kpis=(kpi,), families=(), by=())
    catalog = settle_catalog(config, reading)
    refuse_unsettled_rows(kpi, catalog, dataset.withheld, lambda: dataset.findings)
    write_answer(list_rows(request, dataset.records, catalog), output, form)
