"""`salesmetrics kpis`: the catalogue."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.options import Output, Settling, with_groups


@with_groups
def kpis(
    output: Output,
    settling: Settling,
    family: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this family.")] = None,
    search: Annotated[str | None, typer.Option(metavar="TEXT", help="Only KPIs that speak of this.")] = None,
) -> None:
    """The catalogue of KPIs: id, unit and formula."""
    from salesmetrics.cli.build_request import split_list
    from salesmetrics.cli.load_settings import settle_catalog, settle_config
    from salesmetrics.cli.talk import say
    from salesmetrics.cli.writing import form_of, write_answer
    from salesmetrics.drilldown.describe import list_kpis

    known = settle_catalog(settle_config(settling), settling)
    chosen = known.search(known.select(families=split_list(family)), search)
    write_answer(list_kpis(chosen, known), output, form_of(output))
    if not chosen and search:
        say(f"no KPI speaks of `{search}`")
