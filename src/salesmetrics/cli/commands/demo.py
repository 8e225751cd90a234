"""`salesmetrics demo`: sample exports, and the commands to try on them."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Without, with_groups
from salesmetrics.settings.options import Output


@with_groups
def demo(
    output: Annotated[Output, Without(("all",))],
    environment: Environment,
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="Folder to create.", show_default="salesmetrics-demo")
    ] = "salesmetrics-demo",
) -> None:
    """Write sample exports of every kind, and print commands to try on them.

    Two CRMs, two languages, weekly exports, a stage history. -q prints only the commands.
    Nothing is overwritten: a folder with files in it is refused.

    Examples:
      salesmetrics demo
      salesmetrics demo "my demo" -q
    """
    from msgspec.structs import replace

    from salesmetrics.cli.output import form_of, write_answer
    from salesmetrics.samples.demo import write_demo

    form = form_of(output)
    answer = replace(write_demo(folder), only_commands=output.quiet)
    write_answer(answer, output, form, environment)
