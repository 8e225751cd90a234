"""`salesmetrics schema`: the JSON Schema of the JSON output."""

from __future__ import annotations

import sys
from typing import Annotated

import typer


def _complete(text: str) -> list[str]:
    from salesmetrics.render.json_schema import commands_with_json

    return [name for name in commands_with_json() if name.startswith(text)]


def schema(
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="COMMAND", help="Whose JSON it describes.", show_default="report", autocompletion=_complete
        ),
    ] = None,
) -> None:
    """The JSON Schema of the JSON output.

    Example: `salesmetrics schema trend`
    """
    from salesmetrics.render import json_schema
    from salesmetrics.render.output import write_output
    from salesmetrics.render.write_json import dumps

    write_output(dumps(json_schema.schema(" ".join(command or ["report"]))), None, sys.stdout)
