"""`salesmetrics explain`: what a KPI means, and its working."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import OptionalFiles, Rejects, Without, with_groups
from salesmetrics.settings.completion import complete_one_kpi
from salesmetrics.settings.options import Output, Privacy, Reading, Resources, Selection
from salesmetrics.settings.sources import SettingsFile


@with_groups
def explain(
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="Id of a KPI.", autocompletion=complete_one_kpi)],
    reading: Reading,
    resources: Resources,
    privacy: Privacy,
    settings: SettingsFile,
    selection: Annotated[Selection, Without(("by", "family", "compare", "min_n"))],
    output: Annotated[Output, Without(("all",))],
    environment: Environment,
    files: OptionalFiles = None,
    rejects: Rejects = None,
) -> None:
    """Explain a KPI: formula, basis, edge cases, source; with files, also its working.

    Examples:
      salesmetrics explain win_rate
      salesmetrics explain win_rate deals.csv --period last-quarter
    """
    from msgspec.structs import replace

    from salesmetrics import pipeline
    from salesmetrics.answers.catalog import Definition, Working
    from salesmetrics.cli.output import carries_hashes, form_of, write_answer, write_read
    from salesmetrics.cli.request import begin_files, make_catalog, make_question, read_options
    from salesmetrics.drilldown.describe import define_kpi
    from salesmetrics.render.writers import refuse_form

    form = form_of(output)
    known = make_catalog(settings)
    (chosen,) = known.select([kpi])
    refuse_form(form, Working if files else Definition, "explain")
    if not files:
        write_answer(define_kpi(chosen, known), output, form, environment)
        return
    begun = begin_files(files, environment, resources, quiet=output.quiet, hashed=carries_hashes(form))
    options = read_options(reading, privacy, resources)
    question = replace(make_question(selection, settings, environment.today()), kpis=(kpi,), families=(), by=())
    working, dataset = pipeline.explain(begun, options, question, known)
    write_read(working, dataset, output, form, rejects, environment, headless=True)
