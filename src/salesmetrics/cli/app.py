"""The program: its commands, and what happens when one of them stops."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from salesmetrics.cli.commands.check import check
from salesmetrics.cli.commands.config import config
from salesmetrics.cli.commands.explain import explain
from salesmetrics.cli.commands.init import init
from salesmetrics.cli.commands.inspect import inspect
from salesmetrics.cli.commands.kpis import kpis
from salesmetrics.cli.commands.report import report
from salesmetrics.cli.commands.rows import rows
from salesmetrics.cli.commands.schema import schema
from salesmetrics.cli.commands.trend import trend
from salesmetrics.errors import ExitCode, SalesmetricsError
from salesmetrics.version import __version__

__all__ = ["app", "main"]

_SIGNALLED = 128
"""A shell gives a process that a signal ended this number and the signal's."""


class _Plain(TyperGroup):
    """The commands, with what Typer says of a wrong option freed from the name of a Python exception."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except typer.BadParameter as error:
            error.message = error.message.removeprefix("Value error, ")
            raise


app = typer.Typer(
    name="salesmetrics",
    cls=_Plain,
    help="Sales KPIs from any CRM export, each with its definition, its counts and its uncertainty.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(report)
app.command()(inspect)
app.command()(check)
app.command()(rows)
app.command()(trend)
app.command()(kpis)
app.command()(explain)
app.command()(init)
app.add_typer(config, name="config")
app.command()(schema)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - the signature of a Typer callback
    if wanted:
        typer.echo(f"salesmetrics {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


def main() -> NoReturn:
    """Run a command and end the process with its exit code.

    Errors of the catalogue are told in words on stderr. A reader that closes the pipe early has had enough: that is no
    error. Whatever else goes wrong is a fault of ours and says so; `--debug` shows where. A request to end (SIGTERM)
    unwinds like Ctrl-C, so that a file that is being written is taken back.
    """
    with suppress(ValueError):
        signal.signal(signal.SIGTERM, _terminate)
    try:
        app(prog_name="salesmetrics")
    except SalesmetricsError as error:
        _tell(error)
        _leave(error.exit_code)
    except KeyboardInterrupt:
        _say("interrupted")
        _leave(ExitCode.INTERRUPTED)
    except Exception as error:
        if type(error).__name__ == "ReaderGone" or isinstance(error, BrokenPipeError):
            _leave(ExitCode.OK)
        if "--debug" in sys.argv:
            raise
        _tell(SalesmetricsError("bug", type=type(error).__name__, cause=" ".join(str(error).split())[:200]))
        _leave(ExitCode.BUG)
    _leave(ExitCode.OK)


def _terminate(number: int, _frame: object) -> NoReturn:
    _say("terminated")
    sys.exit(_SIGNALLED + number)


def _tell(error: SalesmetricsError) -> None:
    _say(f"error: {error.message}\n\nhint: {error.hint}" if error.hint else f"error: {error.message}")


def _say(text: str) -> None:
    with suppress(OSError):
        print(text, file=sys.stderr)  # noqa: T201


def _leave(code: ExitCode) -> NoReturn:
    """End now: without a second complaint about a pipe that is closed, and without tidying a memory that goes anyway."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError):
                stream.flush()
    os._exit(int(code))
