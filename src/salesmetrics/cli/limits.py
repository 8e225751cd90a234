"""What the system denies: memory and threads, said in words, also where a library ends the process for want of them."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn

from salesmetrics.errors import ExitCode, SalesmetricsError
from salesmetrics.messages import phrase
from salesmetrics.schema.message import Message

__all__ = ["error_lines", "guard", "shortage"]

_FEW_FILES = 12
"""Files that a command may have open at once at the very least; Polars ends in a panic with six."""
_FEW_THREADS = 4_096
_LEAST = 1 << 30
"""Bytes of addresses below which Polars and its threads may come to a standstill: at 700 MB two runs of eight hung."""
_NOISE = (b" panicked at ", b"<jemalloc>")
_LOST = (b"lost sys.stderr", b"sys.unraisablehook")
"""What Python says where a thread died for want of memory before it had begun: whoever started it waits for ever."""
_PASSED_ON = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_NO_LINKER = 127
"""How a process ends that the loader of libraries finds no memory for."""
_THREADS = (
    "start new thread",
    "spawn thread",
    "could not start thread",
    "code: 11",
    "Resource temporarily unavailable",
)
_MEMORY = ("allocat", "capacity overflow", "out of memory")


def shortage(error: BaseException) -> SalesmetricsError | None:
    """The error of the catalogue for what a library raises when memory or threads run out; None for anything else.

    >>> shortage(MemoryError()).code, shortage(RuntimeError("can't start new thread")).code, shortage(ValueError("x"))
    ('memory_short', 'threads_short', None)
    """
    text = str(error)
    panic = type(error).__name__ == "PanicException"
    if (panic or isinstance(error, (RuntimeError, OSError))) and any(words in text for words in _THREADS):
        return SalesmetricsError("threads_short")
    if isinstance(error, MemoryError) or (panic and any(words in text for words in _MEMORY)):
        return SalesmetricsError("memory_short", what=None, cause=Message("memory_denied"))
    return None


def error_lines(error: SalesmetricsError) -> list[str]:
    """An error as stderr gives it: what is wrong, and below it what to type next."""
    hint = ["", phrase("as_hint", what=error.hint)] if error.hint else []
    return [phrase("as_error", what=error.message), *hint]


def _memory_limit() -> float:
    import resource

    limits = (resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA))
    return min((limit for limit in limits if limit != resource.RLIM_INFINITY), default=float("inf"))


def _is_limited() -> bool:
    """Whether this process has a limit that it may well meet."""
    try:
        import resource
    except ImportError:
        return False
    threads = resource.getrlimit(resource.RLIMIT_NPROC)[0]
    return _memory_limit() < float("inf") or (threads != resource.RLIM_INFINITY and threads <= _FEW_THREADS)


def _few_files() -> bool:
    """Whether fewer files may be open than Polars and the imports need, though all are asked for that may be had."""
    import resource

    least, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if least == resource.RLIM_INFINITY or least >= _FEW_FILES:
        return False
    wanted = _FEW_FILES if most == resource.RLIM_INFINITY else min(_FEW_FILES, most)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return wanted < _FEW_FILES


def guard() -> None:
    """Where memory or threads are limited, go on in a child, and say of a child that was ended what it was ended for.

    Polars and the allocator end the process itself when they are denied memory; nobody in it can say a word then.
    """
    if not hasattr(os, "fork"):
        return
    if _few_files():
        error = SalesmetricsError("open_files_short")
        _end(_said(error), ExitCode.INPUT_ERROR)
    if not _is_limited():
        return
    if _memory_limit() < _LEAST:
        _end(_too_low(), ExitCode.INPUT_ERROR)
    try:
        read, write = os.pipe()
    except OSError:
        return
    # Until either knows what to do with a signal: one that ends the parent alone would leave a child that goes on.
    signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)
    try:
        child = os.fork()
    except OSError:  # Polars would be denied its threads as well, and say so in its own way
        _end(_said(SalesmetricsError("threads_short")), ExitCode.INPUT_ERROR)
    if child == 0:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
        os.close(read)
        os.dup2(write, 2)
        os.close(write)
        return
    os.close(write)
    _watch(child, read)


def _watch(child: int, read: int) -> None:
    for number in _PASSED_ON:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda passed, _: _pass_on(child, passed))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _PASSED_ON)
    said, lost = b"", False
    while piece := os.read(read, 65_536):
        said += piece
        if not lost and any(words in said for words in _LOST):
            lost = True
            os.kill(child, signal.SIGKILL)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if lost or code in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS, _NO_LINKER):
        _end(_too_low(), ExitCode.INPUT_ERROR)
    if any(words in said for words in _NOISE):
        said = said[max(0, said.rfind(phrase("as_error", what="").encode())) :]
    _end(said, code if code >= 0 else 128 - code)


def _pass_on(child: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(child, number)


def _too_low() -> bytes:
    return _said(SalesmetricsError("memory_short", what=Message("or_threads"), cause=Message("limit_too_low")))


def _said(error: SalesmetricsError) -> bytes:
    return "\n".join([*error_lines(error), ""]).encode()


def _end(said: bytes, code: int) -> NoReturn:
    with suppress(OSError):
        while said:
            said = said[os.write(2, said) :]
    sys.exit(code)
