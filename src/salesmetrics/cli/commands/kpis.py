"""`salesmetrics kpis`: the catalogue."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Without, with_groups
from salesmetrics.settings.completion import complete_families
from salesmetrics.settings.options import Output
from salesmetrics.settings.sources import SettingsFile


@with_groups
def kpis(
    output: Annotated[Output, Without(("all",))],
    settings: SettingsFile,
    environment: Environment,
    family: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="List only KPIs of this family.", autocompletion=complete_families),
    ] = None,
    search: Annotated[str | None, typer.Option(metavar="TEXT", help="List only KPIs that contain this text.")] = None,
) -> None:
    """List the KPIs: id, unit and formula.

    Examples:
      salesmetrics kpis
      salesmetrics kpis --family conversion
      salesmetrics kpis --search churn
    """
    from salesmetrics.cli.output import form_of, write_answer
    from salesmetrics.cli.request import make_catalog
    from salesmetrics.drilldown.describe import list_kpis
    from salesmetrics.messages import phrase, retold

    known = make_catalog(settings)
    families = [name.strip() for names in family or () for name in names.split(",") if name.strip()]
    chosen = known.search(known.select(families=families), search, retold)
    write_answer(list_kpis(chosen, known), output, form_of(output), environment)
    if not chosen and search:
        environment.say(phrase("no_kpi_found", text=search))
