"""`salesmetrics init`: a first settings file."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import OptionalFiles, with_groups
from salesmetrics.settings.options import Privacy, Reading, Resources, SettingsOptions


@with_groups
def init(
    reading: Reading,
    resources: Resources,
    privacy: Privacy,
    environment: Environment,
    settings: SettingsOptions,  # noqa: ARG001 - taken, though a first settings file is made without another one
    files: OptionalFiles = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="File to write; - for standard output.",
            show_default="salesmetrics.toml",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write a settings file for these exports, so that later commands need no options.

    For a file that is not recognised it writes a guess for each column, which you check.

    Examples:
      salesmetrics init deals.csv
      salesmetrics init deals.csv --date-order dmy --output -
    """
    from pathlib import Path

    from salesmetrics.cli.request import begin_files, read_options
    from salesmetrics.errors import SalesmetricsError
    from salesmetrics.ingest.recognise.inspection import file_readings
    from salesmetrics.render.layouts.head import files_typed
    from salesmetrics.render.output import write_output
    from salesmetrics.schema.inspection import FileGuess
    from salesmetrics.settings.sources import FILE_NAME
    from salesmetrics.settings.template import settings_template

    path = output or FILE_NAME
    if path != "-" and Path(path).exists() and not force:
        raise SalesmetricsError("file_exists", path=path)
    options = read_options(reading, privacy, resources)
    dataset, guesses = None, list[FileGuess]()
    if files:
        begun = begin_files(files, environment, resources)
        dataset, guesses = begun.read_or_guess(options)
        dataset = None if dataset is None else begun.hidden(dataset, options)
    if options.names is not None:
        from salesmetrics.ingest.hidden import hidden_options

        options = hidden_options(options, options.names)
    readings = file_readings(dataset) if dataset is not None else []
    hows = [how for file in dataset.files for how in file.how.values()] if dataset is not None else []
    deals = dataset.entities.get("deals") if dataset is not None else None
    reasons = None
    if dataset is not None and deals is not None:
        from salesmetrics.analyses import separators_of
        from salesmetrics.analysis.reasons import counted_reasons

        reasons = counted_reasons(deals, separators_of(dataset))
    write_output(settings_template(readings, options, guesses, hows, reasons), path, environment.stdout)
    for guess in guesses:
        environment.tell("settings_guessed", path=guess.path)
    if path != "-":
        environment.tell("settings_written", path=path, files=files_typed(files or ("-",), ()))
