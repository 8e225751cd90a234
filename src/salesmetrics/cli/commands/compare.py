"""`salesmetrics compare`: what changed between exports of one list."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Files, NotFromFile, Rejects, Without, with_groups
from salesmetrics.settings.completion import complete_bars
from salesmetrics.settings.options import PANELS, Output, Privacy, Reading, Resources, Selection
from salesmetrics.settings.sources import SettingsFile


@with_groups
def compare(
    files: Files,
    reading: Reading,
    resources: Resources,
    privacy: Privacy,
    settings: SettingsFile,
    # An export is the state of its own day, and a bridge has no KPIs.
    selection: Annotated[
        Selection,
        Without(("kpi", "family", "as_of", "compare", "every", "level", "min_n")),
        NotFromFile(("kpi", "family", "as_of", "compare", "every", "by", "period")),
    ],
    output: Output,
    environment: Environment,
    on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FILE=DATE",
            help="Day of an export (repeatable). Default: the date in its name, else its last event.",
            rich_help_panel=PANELS[Reading],
            show_default=False,
        ),
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(
            metavar="BAR",
            help="List the deals behind a bar, for example won or pushed_out.",
            rich_help_panel=PANELS[Selection],
            autocompletion=complete_bars,
        ),
    ] = None,
    rejects: Rejects = None,
) -> None:
    """Show what changed between exports of one list: the bridge from one pipeline to the next.

    Examples:
      salesmetrics compare deals-2026-09-23.csv deals-2026-09-30.csv
      salesmetrics compare deals-2026-09-23.csv deals.csv --on deals.csv=2026-09-30
      salesmetrics compare weekly --period 2026-Q3 --by owner
    """
    from msgspec.structs import replace

    from salesmetrics.answers.compare import Compare
    from salesmetrics.cli.output import carries_hashes, form_of, write_read
    from salesmetrics.cli.request import make_question, read_exports, read_options
    from salesmetrics.questions import bar_named
    from salesmetrics.series import SHOWN_CHANGES, compare_exports

    form = form_of(output)
    bar = None if rows is None else bar_named(rows)
    exports = read_exports(
        files, read_options(reading, privacy, resources), environment, quiet=output.quiet, hashed=carries_hashes(form)
    )
    question = make_question(selection, settings, environment.today())
    most = None if form == "json" else SHOWN_CHANGES
    answer, dataset = compare_exports(exports, question, on or (), most=most, bar=bar)
    shown = replace(answer, everything=output.all) if isinstance(answer, Compare) else answer
    write_read(shown, dataset, output, form, rejects, environment, headless=True)
