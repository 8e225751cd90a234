"""`salesmetrics init`: a first settings file."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.options import OptionalFiles, Reading, with_groups


@with_groups
def init(
    reading: Reading,
    files: OptionalFiles = None,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Where to write; - is standard output.",
            show_default="salesmetrics.toml",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a settings file that is there.")] = False,
) -> None:
    """Write a settings file from what is seen in the files, so that the next command needs no options.

    Example: `salesmetrics init exports/*.csv --date-order dmy`, then `salesmetrics report exports/*.csv`
    """
    import sys
    from pathlib import Path

    from salesmetrics.cli.loading import load_dataset, read_options
    from salesmetrics.cli.talk import say
    from salesmetrics.errors import SalesmetricsError
    from salesmetrics.ingest.recognise.inspection import file_readings
    from salesmetrics.render.output import write_output
    from salesmetrics.settings.model import FILE_NAME, default_config
    from salesmetrics.settings.template import starter

    path = output or FILE_NAME
    if path != "-" and Path(path).exists() and not force:
        raise SalesmetricsError("file_exists", path=path)
    readings = file_readings(load_dataset(files, reading, default_config())) if files else []
    write_output(starter(readings, read_options(reading, default_config())), path, sys.stdout)
    if path != "-":
        say(f"wrote {path}; look through it, then run `salesmetrics report FILE` with no other options")
