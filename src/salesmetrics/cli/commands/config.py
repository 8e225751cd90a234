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

    from salesmetrics.answers.files import Settings, generator
    from salesmetrics.cli.load_settings import config_path
    from salesmetrics.cli.writing import form_of, screen_of
    from salesmetrics.render import refuse_form
    from salesmetrics.render.envelope import dumps
    from salesmetrics.render.output import write_output
    from salesmetrics.render.settings import render_settings
    from salesmetrics.settings.model import config_text
    from salesmetrics.settings.sources import settled

    form = form_of(output)
    refuse_form(form, ("table", "json"), "config show")
    path = config_path(settling)
    text = config_text(path) if path else None
    name = str(path) if path else None
    answer = Settings(generator=generator(), path=name, settings=settled(text, name, os.environ))
    screen = screen_of(output)
    shown = dumps(answer) if form == "json" else render_settings(answer, width=screen.width, color=screen.color)
    write_output(shown, output.output, sys.stdout)


@config.command()
def schema() -> None:
    """The JSON Schema of salesmetrics.toml, for editors."""
    from salesmetrics.render.envelope import dumps
    from salesmetrics.render.output import write_output
    from salesmetrics.settings.model import config_schema

    write_output(dumps(config_schema()), None, sys.stdout)
