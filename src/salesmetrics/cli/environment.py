"""What a command finds around it: streams, variables, the clock and the folder. Nothing else in the program looks for them."""

from __future__ import annotations

import os
import sys
from contextlib import chdir, contextmanager, nullcontext, redirect_stderr, redirect_stdout, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from salesmetrics.render.visible import NEAREST, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    import typer

    from salesmetrics.pipeline import Files

__all__ = ["Environment", "environment_of", "of_process", "size_in"]


def _today() -> date:
    from datetime import date

    return date.today()


class Environment(NamedTuple):
    """What a command finds around it.

    Attributes:
        stdin: None where it is closed, as are the other two.
        stdout: For data.
        stderr: For all else that is said.
        variables: Environment variables.
        today: The day that it is.
        folder: That relative paths start from; None for that of the process.
        begun: What is being read already.
    """

    stdin: Any
    stdout: Any
    stderr: Any
    variables: Mapping[str, str]
    today: Callable[[], date] = _today
    folder: Path | None = None
    begun: Files | None = None

    def say(self, *lines: str) -> None:
        """Say something on stderr, with nothing in it that a terminal would obey.

        Args:
            *lines: Lines; a break inside one of them is not written as one.
        """
        if self.stderr is None:
            return
        encoding = getattr(self.stderr, "encoding", None) or "utf-8"
        with suppress(OSError, ValueError, LookupError):
            shown = [visible(line).encode(encoding, NEAREST).decode(encoding) for line in lines]
            print(*shown, sep="\n", file=self.stderr)

    def tell(self, code: str, /, **details: Any) -> None:
        """Say a message of the catalogue on stderr, in which names are hidden where they are not to be told.

        Args:
            code: Of the message.
            **details: What its template names, as they are.
        """
        from salesmetrics.messages import text
        from salesmetrics.privacy.hiding import told
        from salesmetrics.schema.message import Message

        self.say(text(told(Message(code, **details))))

    @contextmanager
    def lent(self) -> Iterator[None]:
        """The process with these streams, variables and folder, for what looks there by itself.

        That is Typer, which writes help and what is wrong with an option, Rich, which asks how wide a terminal is, and
        the system, which knows one folder.
        """
        streams = self.stdout is not sys.stdout or self.stderr is not sys.stderr
        with (
            redirect_stdout(self.stdout) if streams else nullcontext(),
            redirect_stderr(self.stderr) if streams else nullcontext(),
            _variables(self.variables),
            _without_odd_sizes(),
            chdir(self.folder) if self.folder is not None else nullcontext(),
        ):
            yield


def of_process() -> Environment:
    """The environment of this process."""
    return Environment(sys.stdin, sys.stdout, sys.stderr, os.environ)


def environment_of(context: typer.Context) -> Environment:
    """The environment that Typer hands to a command; that of this process where Typer was called without one."""
    return context.obj if isinstance(context.obj, Environment) else of_process()


_SIZES = ("COLUMNS", "LINES", "TERMINAL_WIDTH")
_DIGITS = 5


def size_in(variables: Mapping[str, str], name: str) -> int | None:
    """The columns or lines that a variable names; None where it names none that a screen could have.

    >>> [size_in({"COLUMNS": text}, "COLUMNS") for text in ("80", "0", "²", "9999999999", "wide")]
    [80, None, None, None, None]
    """
    text = variables.get(name, "")
    return int(text) or None if text.isascii() and text.isdigit() and len(text) <= _DIGITS else None


@contextmanager
def _without_odd_sizes() -> Iterator[None]:
    """The process without sizes that are none: Rich and Typer fail on `²`, and fill the memory with a line of 10^10 columns."""
    odd = {name: os.environ.pop(name) for name in _SIZES if name in os.environ and size_in(os.environ, name) is None}
    try:
        yield
    finally:
        os.environ.update(odd)


@contextmanager
def _variables(variables: Mapping[str, str]) -> Iterator[None]:
    if variables is os.environ:
        yield
        return
    before = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(variables)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
