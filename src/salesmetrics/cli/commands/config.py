"""`salesmetrics config`: the settings in effect, and the schema of the settings file."""

from __future__ import annotations

from typing import Annotated

import typer

from salesmetrics.cli.environment import Environment
from salesmetrics.cli.options import Without, with_groups
from salesmetrics.cli.usage import Command, Group
from salesmetrics.settings.options import Output
from salesmetrics.settings.sources import SettingsFile

HELP = """Show the settings in effect, or the JSON Schema of the settings file.

Example:
  salesmetrics config show
"""

config = typer.Typer(cls=Group, no_args_is_help=True, help=HELP)


@config.command(cls=Command)
@with_groups
def show(settings: SettingsFile, output: Annotated[Output, Without(("all",))], environment: Environment) -> None:
    """Show every setting, its value and its source: environment, file and line, or default.

    Example:
      salesmetrics config show
    """
    from salesmetrics.answers.settings import Settings
    from salesmetrics.cli.output import form_of, write_answer
    from salesmetrics.privacy.hiding import hidden_now
    from salesmetrics.render.writers import refuse_form
    from salesmetrics.settings.hidden import hidden_settings
    from salesmetrics.settings.model import shown_settings

    form = form_of(output)
    refuse_form(form, Settings, "config show")
    answer = Settings(path=settings.path, settings=shown_settings(settings, environment.variables))
    names = hidden_now()
    if names is not None:
        answer = hidden_settings(answer, names)
    write_answer(answer, output, form, environment)


@config.command(cls=Command)
@with_groups
def schema(environment: Environment) -> None:
    """Print the JSON Schema of salesmetrics.toml, for editors.

    Example:
      salesmetrics config schema
    """
    from salesmetrics.render.output import write_output
    from salesmetrics.render.write_json import dumps
    from salesmetrics.settings.model import settings_schema

    write_output(dumps(settings_schema()), None, environment.stdout)
