"""`salesmetrics config`: the settings that hold, and what a settings file may say."""

from __future__ import annotations

import sys

import typer

from salesmetrics.cli.options import Output, Settling, with_groups

config = typer.Typer(no_args_is_help=True, help="Settings: what holds and why, and what a settings file may say.")


@config.command()
@with_groups
def show(settling: Settling, output: Output) -> None:
    """Every setting, its value, and where it comes from: environment, file and line, or default."""
    import os

    from salesmetrics.answers.files import generator
    from salesmetrics.answers.settings import Settings
    from salesmetrics.cli.load_settings import config_path
    from salesmetrics.cli.writing import form_of, write_answer
    from salesmetrics.render.writers import refuse_form
    from salesmetrics.settings.model import config_text
    from salesmetrics.settings.sources import settled

    form = form_of(output)
    refuse_form(form, Settings, "config show")
    path = config_path(settling)
    text = config_text(path) if path else None
    name = str(path) if path else None
    answer = Settings(generator=generator(), path=name, settings=settled(text, name, os.environ))
    write_answer(answer, output, form)


@config.command()
def schema() -> None:
    """The JSON Schema of salesmetrics.toml, for editors."""
    from salesmetrics.render.output import write_output
    from salesmetrics.render.write_json import dumps
    from salesmetrics.settings.model import config_schema

    write_output(dumps(config_schema()), None, sys.stdout)
