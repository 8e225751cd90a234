"""`salesmetrics explain`: what a KPI means."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.completion import complete_kpi
from salesmetrics.cli.options import Output, with_groups


@with_groups
def explain(
    kpi: Annotated[str, typer.Argument(metavar="KPI", help="Id of a KPI.", autocompletion=complete_kpi)],
    output: Output,
) -> None:
    """The definition of a KPI: formula, basis, edge cases, source."""
    import sys

    from salesmetrics.cli.writing import form_of, screen_of
    from salesmetrics.metrics.catalog import catalog
    from salesmetrics.render.cards import render_card
    from salesmetrics.render.output import write_output
    from salesmetrics.report.cards import make_cards

    known = catalog()
    cards = make_cards(known.select([kpi]), known, "explain")
    write_output(render_card(cards, form_of(output), screen_of(output).width), output.output, sys.stdout)
