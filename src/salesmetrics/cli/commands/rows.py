"""`salesmetrics rows`: the records behind a number."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Files, NotFromFile, Rejects, Without, with_groups
from salesmetrics.settings.completion import complete_one_kpi
from salesmetrics.settings.options import Listed, Output, Privacy, Reading, Resources, Selection
from salesmetrics.settings.sources import SettingsFile


@with_groups
def rows(
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="Id of a KPI.", autocompletion=complete_one_kpi)],
    files: Files,
    reading: Reading,
    resources: Resources,
    privacy: Privacy,
    settings: SettingsFile,
    selection: Annotated[Selection, Without(("by", "family", "compare", "every", "level", "min_n"))],
    listed: Annotated[Listed, NotFromFile(("columns", "sort", "top"))],
    output: Output,
    environment: Environment,
    rejects: Rejects = None,
) -> None:
    """List the records behind a KPI (numerator, denominator, excluded) with row numbers.

    Examples:
      salesmetrics rows win_rate deals.csv --period last-month
      salesmetrics rows lost_deals deals.csv --sort amount --top 10
    """
    from msgspec.structs import replace

    from salesmetrics import pipeline
    from salesmetrics.answers.rows import Rows
    from salesmetrics.cli.output import carries_hashes, form_of, write_read
    from salesmetrics.cli.request import begin_files, make_catalog, make_listing, make_question, read_options
    from salesmetrics.render.writers import refuse_form

    form = form_of(output)
    refuse_form(form, Rows, "rows")
    begun = begin_files(files, environment, resources, quiet=output.quiet, hashed=carries_hashes(form))
    options = read_options(reading, privacy, resources)
    question = replace(make_question(selection, settings, environment.today()), kpis=(kpi,), families=(), by=())
    found, dataset = pipeline.rows(begun, options, question, make_catalog(settings), make_listing(listed))
    write_read(found, dataset, output, form, rejects, environment)
