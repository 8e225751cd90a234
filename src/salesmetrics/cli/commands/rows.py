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
    from datetime import date

    from salesmetrics import pipeline
    from salesmetrics.answers.rows import Rows
    from salesmetrics.cli.build_request import make_question
    from salesmetrics.cli.load_settings import settle_catalog, settle_config
    from salesmetrics.cli.loading import begin_files, read_options
    from salesmetrics.cli.writing import form_of, write_answer
    from salesmetrics.render.writers import refuse_form

    form = form_of(output)
    refuse_form(form, Rows, "rows")
    config = settle_config(reading)
    begun, options = begin_files(files, quiet=output.quiet), read_options(reading, config)
    question = replace(make_question(selection, config, date.today()), kpis=(kpi,), families=(), by=())
    write_answer(pipeline.rows(begun, options, question, settle_catalog(config, reading)), output, form)
