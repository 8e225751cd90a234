"""The program: its commands, and what happens when one stops. Own file: imported once memory and threads are seen to do."""

from __future__ import annotations

import errno
import io
import sys
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer

from salesmetrics.cli.ending import listen
from salesmetrics.cli.environment import Environment, environment_of, of_process
from salesmetrics.cli.language import language_at_start
from salesmetrics.cli.limits import error_lines, shortage
from salesmetrics.cli.usage import Command, Group, UsageError, usage_refusal
from salesmetrics.errors import ExitCode, SalesmetricsError
from salesmetrics.messages import phrase
from salesmetrics.messages.commands import COMMANDS
from salesmetrics.messages.speech import speaking
from salesmetrics.privacy.hiding import asks_to_hide, hidden_now, hide_from_now_on, nothing_hidden
from salesmetrics.render.visible import NEAREST
from salesmetrics.schema.message import Message
from salesmetrics.unfinished import take_back
from salesmetrics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.pipeline import Files
    from salesmetrics.privacy.names import Names

__all__ = ["COMMANDS", "main", "make_app", "run"]

_HELP_OPTIONS = ("-h", "--help")
_UNWRITABLE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What a write can meet for which nobody here is to blame; whatever else writes says so itself."""


HELP = """Sales KPIs from any CRM export, each with its definition, counts and uncertainty.

Examples:
  salesmetrics report deals.csv
  salesmetrics inspect deals.csv
  salesmetrics report -h
"""


def make_app(only: str | None = None) -> typer.Typer:
    """The program.

    Args:
        only: The one command that is going to run: the others then need not be made. Of ``--help`` alone none is: their names
            and lines are enough.
    """
    app = typer.Typer(
        name="salesmetrics",
        cls=Group,
        help=HELP,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": list(_HELP_OPTIONS)},
    )
    app.callback()(_common)
    if only in _HELP_OPTIONS:
        for name, line in COMMANDS.items():
            app.command(name, help=line)(_listed)
        return app
    for name in COMMANDS if only is None or only not in COMMANDS else [only]:
        command = getattr(import_module(f"salesmetrics.cli.commands.{name}"), name)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(cls=Command)(command)
    return app


def _listed() -> None:
    """Stands for a command of which only the line in the help is wanted."""


def _print_version(context: typer.Context, wanted: bool) -> None:  # noqa: FBT001 - the signature of a Typer callback
    if wanted:
        from salesmetrics.render.output import write_output

        write_output(f"salesmetrics {__version__}\n", None, environment_of(context).stdout)
        raise typer.Exit


def _common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass


def main() -> int:
    """Run the command that was typed, with all of its output written, and return its exit code."""
    listen()
    around = of_process()
    for stream in (around.stdout, around.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(errors=NEAREST)  # for the help, which Typer writes
    code = run(sys.argv[1:], around)
    if code == ExitCode.INTERRUPTED:
        take_back()
    for stream in (around.stdout, around.stderr):
        if stream is not None:
            try:
                stream.flush()
            except (OSError, ValueError):
                from salesmetrics.render.output import silence

                silence(stream)
    return code


def run(words: list[str], environment: Environment | None = None) -> int:
    """Run a command and return its exit code.

    Errors of the catalogue are printed to stderr. A reader that closes the pipe early has had enough: that is no
    error. Whatever else goes wrong is a fault of ours and says so; `--debug` shows where.

    Args:
        words: What was typed after the name of the program.
        environment: What it finds around it; what is around this process when left out.
    """
    around = environment or of_process()
    if "_SALESMETRICS_COMPLETE" in around.variables:
        from salesmetrics.cli.completion import complete

        return complete(make_app(), around)
    language = language_at_start(words, around.variables, getattr(around.stdout, "encoding", None) or "utf-8")
    with around.lent(), speaking(language), nothing_hidden():
        return _run(words, around)


def _run(words: list[str], environment: Environment) -> int:
    if environment.stdout is None and not {"-h", "--help"}.isdisjoint(words):
        closed = SalesmetricsError("output_unwritable", path="stdout", cause=Message("stdout_closed"))
        _tell(closed, words, environment)
        return ExitCode.INPUT_ERROR
    try:
        around = environment._replace(begun=_begin_early(words, environment.variables))
        app = make_app(next(iter(words), "--help"))
        code = app(args=words, prog_name="salesmetrics", obj=around, standalone_mode=False)
    except SystemExit as stop:
        return _code_of(stop)
    except SalesmetricsError as error:
        _tell(error, words, environment)
        return error.exit_code
    except UsageError as error:
        if type(error).__name__ != "NoArgsIsHelpError":  # which has shown the help
            _tell(usage_refusal(error, words, _every_command), words, environment)
        return ExitCode.INPUT_ERROR
    except KeyboardInterrupt:
        environment.say(phrase("interrupted"))
        return ExitCode.INTERRUPTED
    except BaseException as error:
        if (denied := _denied(error)) is not None:
            _tell(denied, words, environment)
            return denied.exit_code
        if type(error).__name__ == "ReaderGone" or isinstance(error, BrokenPipeError):
            return ExitCode.OK
        if "--debug" in words and _hidden(words, environment) is None:
            raise
        bug = SalesmetricsError("bug", type=type(error).__name__, cause=" ".join(str(error).split())[:200])
        _tell(bug, words, environment)
        return ExitCode.BUG
    if code == ExitCode.INTERRUPTED:  # raised within Polars, and already taken up by Typer
        environment.say(phrase("interrupted"))
    return code if isinstance(code, int) else ExitCode.OK


def _code_of(stop: SystemExit) -> int:
    """The exit code of a command that Typer ends; a reader of the help who has had enough is an error to Typer only."""
    wanted = isinstance(stop.code, int) and not isinstance(stop.__context__, BrokenPipeError)
    return int(stop.code or 0) if wanted else ExitCode.OK


def _denied(error: BaseException) -> SalesmetricsError | None:
    """What the system denies, for which nobody here is to blame; None for anything else."""
    if isinstance(error, OSError) and error.errno in _UNWRITABLE:
        return SalesmetricsError("output_unwritable", path="stdout", cause=str(error.strerror).lower())
    return shortage(error)


def _every_command() -> Mapping[str, Any]:
    return typer.main.get_command(make_app()).commands  # type: ignore[attr-defined, no-any-return]


def _begin_early(words: list[str], variables: Mapping[str, str]) -> Files | None:
    """Begin to read the file of a report while the program is still being imported.

    What follows the command and is no option is a file for certain. How much memory it may take is not known yet.
    """
    limited = not variables.keys().isdisjoint(("SALESMETRICS_MEMORY", "SALESMETRICS_ENGINE")) or any(
        word.startswith(("--memory", "--engine")) for word in words
    )
    if len(words) > 1 and words[0] == "report" and not words[1].startswith("-") and not limited:
        from salesmetrics.pipeline import Files  # which a help does not wait for

        return Files(words[1:2])
    return None


def _tell(error: SalesmetricsError, words: Sequence[str], environment: Environment) -> None:
    names = _hidden(words, environment)
    if names is not None:
        from salesmetrics.privacy.details import hidden_error

        error = hidden_error(error, names)
    environment.say(*error_lines(error))


def _hidden(words: Sequence[str], environment: Environment) -> Names | None:
    """Whose names are hidden; what goes wrong before the settings are known may not tell them either."""
    if hidden_now() is None and asks_to_hide(words, environment.variables):
        hide_from_now_on()
    return hidden_now()
