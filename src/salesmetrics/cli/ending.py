"""Ctrl-C, a request to end, a terminal that is closed, processor time that is used up. Own file: no part of any command.

The process ends within the handler of the signal. An exception would have to find its way out through whatever runs
just then, and is lost where nobody can raise one: in what is called back, cleared away or imported by a library.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import NoReturn

from salesmetrics.cli.environment import of_process
from salesmetrics.messages import phrase
from salesmetrics.unfinished import take_back

__all__ = ["heed", "listen"]

_SIGNALLED = 128
"""A shell gives a process that a signal ended this number and the signal's."""
_ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGXCPU") if hasattr(signal, name)]
_CLEAR_LINE, _SHOW_CURSOR = "\r\x1b[2K", "\x1b[?25h"


def listen() -> None:
    """From now on end in order: what is half written is taken back, and a word says why.

    What is ignored already stays so: whoever starts a command in the background or with `nohup` wants that.
    """
    for number in _ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            with suppress(ValueError):  # not in the main thread, or not on this system
                signal.signal(number, _end)


def heed() -> None:
    """Let Ctrl-C break off a read or a write that waits, once Polars is there.

    It puts a handler of its own before ours, which stops what it computes, and has the system go on with a read as if nothing had been.
    """
    if hasattr(signal, "siginterrupt"):
        with suppress(OSError):
            signal.siginterrupt(signal.SIGINT, True)  # noqa: FBT003 - the standard library's


def _end(number: int, _frame: object) -> NoReturn:
    try:
        take_back()
        for other in _ENDING:
            # Nothing is left to lose: a second request ends a process whose last word nobody takes.
            signal.signal(other, signal.SIG_DFL)
        _say("interrupted" if number == signal.SIGINT else "terminated")
    finally:
        os._exit(_SIGNALLED + number)


def _say(code: str) -> None:
    """Say one word past the buffer of the stream, which may just be in use."""
    around = of_process()
    stderr = around.stderr
    if stderr is None:
        return
    try:
        word = phrase(code)
    except Exception:  # the catalogue is just being imported
        word = code
    lead = _CLEAR_LINE + _SHOW_CURSOR if stderr.isatty() and around.variables.get("TERM") != "dumb" else ""
    os.write(stderr.fileno(), f"{lead}{word}\n".encode(stderr.encoding or "ascii", "backslashreplace"))
