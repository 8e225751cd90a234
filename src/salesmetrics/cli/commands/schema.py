"""`salesmetrics schema`: the JSON Schema of the JSON output."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import with_groups


def _complete(text: str) -> list[str]:
    from salesmetrics.render.json_schema import commands_with_json

    return [name for name in commands_with_json() if name.startswith(text)]


@with_groups
def schema(
    environment: Environment,
    command: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="COMMAND",
            help="Command whose JSON output to describe.",
            show_default="report",
            autocompletion=_complete,
        ),
    ] = None,
) -> None:
    """Print the JSON Schema of a command's JSON output.

    Examples:
      salesmetrics schema
      salesmetrics schema trend
    """
    from salesmetrics.render import json_schema
    from salesmetrics.render.output import write_output
    from salesmetrics.render.write_json import dumps

    write_output(dumps(json_schema.schema(" ".join(command or ["report"]))), None, environment.stdout)
