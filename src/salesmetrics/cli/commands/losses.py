"""`salesmetrics losses`: why and where deals are lost."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Files, NotFromFile, Rejects, Without, with_groups
from salesmetrics.settings.completion import complete_loss_cells
from salesmetrics.settings.options import PANELS, Judging, Merging, Output, Privacy, Reading, Resources, Selection
from salesmetrics.settings.sources import SettingsFile


@with_groups
def losses(
    files: Files,
    reading: Reading,
    resources: Resources,
    privacy: Privacy,
    settings: SettingsFile,
    selection: Annotated[Selection, Without(("kpi", "family", "every")), NotFromFile(("kpi", "family", "every", "by"))],
    merging: Merging,
    judging: Judging,
    output: Output,
    environment: Environment,
    rows: Annotated[
        str | None,
        typer.Option(
            "--rows",
            metavar="CELL",
            help="List the deals behind a cell: a reason, or stage:NAME, owner:NAME, …",
            rich_help_panel=PANELS[Selection],
            autocompletion=complete_loss_cells,
        ),
    ] = None,
    rejects: Rejects = None,
) -> None:
    """Show why and where deals are lost: by reason, stage, competitor, owner, product and age.

    Examples:
      salesmetrics losses deals.csv
      salesmetrics losses deals.csv stages.csv --by team
      salesmetrics losses deals.csv --period last-quarter --compare previous
      salesmetrics losses deals.csv --rows Price
    """
    from salesmetrics import analyses
    from salesmetrics.cli.output import carries_hashes, form_of, write_read
    from salesmetrics.cli.request import begin_files, make_question, read_options

    form = form_of(output)
    begun = begin_files(files, environment, resources, quiet=output.quiet, hashed=carries_hashes(form))
    question = make_question(selection, settings, environment.today(), judging=judging)
    answer, dataset = analyses.losses(
        begun, read_options(reading, privacy, resources), question, cell=rows, reasons=merging.merge_reason
    )
    write_read(answer, dataset, output, form, rejects, environment)
