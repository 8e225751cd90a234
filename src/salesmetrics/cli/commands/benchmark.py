"""`salesmetrics benchmark`: each segment against the team without it."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Files, NotFromFile, Rejects, with_groups
from salesmetrics.settings.options import PANELS, Every, Judging, Output, Privacy, Reading, Resources, Selection
from salesmetrics.settings.sources import SettingsFile


@with_groups
def benchmark(
    files: Files,
    reading: Reading,
    resources: Resources,
    privacy: Privacy,
    settings: SettingsFile,
    selection: Annotated[Selection, NotFromFile(("compare", "every", "kpi", "family", "by"))],
    judging: Judging,
    output: Output,
    environment: Environment,
    seed: Annotated[
        int,
        typer.Option("--seed", metavar="N", help="Seed of resampling.", rich_help_panel=PANELS[Selection]),
    ] = 1,
    every: Annotated[
        Every | None,
        typer.Option(
            metavar="week|month|quarter|year",
            help="Also show the latest complete period of each segment beside its own past.",
            rich_help_panel=PANELS[Selection],
        ),
    ] = None,
    rows: Annotated[
        str | None,
        typer.Option(
            "--rows",
            metavar="CELL",
            help="List the records behind a row: KPI:SEGMENT, for example win_rate:Ann.",
            rich_help_panel=PANELS[Selection],
        ),
    ] = None,
    rejects: Rejects = None,
) -> None:
    """Show which reps or segments really differ from the team, and which differences chance explains.

    Examples:
      salesmetrics benchmark deals.csv --by owner
      salesmetrics benchmark deals.csv --by team --kpi win_rate --period 2026
      salesmetrics benchmark deals.csv --by team --period 2026 --compare previous
      salesmetrics benchmark deals.csv --by team --rows win_rate:Enterprise
    """
    from msgspec.structs import replace

    from salesmetrics import analyses
    from salesmetrics.analysis.benchmark import BenchmarkTerms
    from salesmetrics.answers.benchmark import Benchmark
    from salesmetrics.cli.output import carries_hashes, form_of, write_read
    from salesmetrics.cli.request import begin_files, make_catalog, make_question, read_options
    from salesmetrics.questions import refuse_below

    refuse_below("--seed", seed, 0, 1)
    form = form_of(output)
    begun = begin_files(files, environment, resources, quiet=output.quiet, hashed=carries_hashes(form))
    question = make_question(selection, settings, environment.today(), judging=judging)
    terms = BenchmarkTerms(question.accepted, seed, every)
    answer, dataset = analyses.benchmark(
        begun, read_options(reading, privacy, resources), question, make_catalog(settings), terms, cell=rows
    )
    shown = replace(answer, everything=output.all) if isinstance(answer, Benchmark) else answer
    write_read(shown, dataset, output, form, rejects, environment)
