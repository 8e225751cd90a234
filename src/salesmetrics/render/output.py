"""Where output goes: whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import stat
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from salesmetrics.errors import SalesmetricsError
from salesmetrics.render.visible import NEAREST
from salesmetrics.schema.message import Message
from salesmetrics.unfinished import unfinished

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ReaderGone", "is_stdout", "needs_ascii", "silence", "write_output"]

_STDOUT_NAMES = frozenset({"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})


class ReaderGone(Exception):  # noqa: N818
    """Whoever read our output closed it early, as ``head`` does: nothing is wrong, and nothing is left to say."""


def write_output(text: str | bytes, path: str | None, stdout: IO[Any] | None, *, encoding: str = "utf-8") -> None:
    """Write output to a file in one step, or to standard output.

    A file is written beside its target and renamed, so that a reader sees the old one or the new one and never a part.
    An existing file keeps its permissions, and a link keeps pointing where it did. Devices and pipes are written in place.

    Args:
        text: What to write.
        path: The target; ``None`` or ``-`` is standard output.
        stdout: Standard output; ``None`` where the process has none.
        encoding: Of text. What it cannot say is spelled out as an escape.

    Raises:
        SalesmetricsError: ``output_is_folder`` or ``output_unwritable``; nothing is left behind.
        ReaderGone: The reading end of a pipe is closed.
    """
    data = text if isinstance(text, bytes) else text.encode(encoding, NEAREST)
    if path is None or is_stdout(path):
        _write_stdout(data, stdout)
        return
    try:
        _write_file(data, path)
    except BrokenPipeError:
        raise ReaderGone from None
    except (OSError, ValueError) as error:  # a name that no system has
        raise SalesmetricsError("output_unwritable", path=path, cause=_cause(error)) from error


def is_stdout(path: str) -> bool:
    """Whether a path is a name of standard output."""
    return path in _STDOUT_NAMES


def needs_ascii(encoding: str | None) -> bool:
    """Whether an output encoding lacks the signs that tables use.

    >>> needs_ascii("utf-8"), needs_ascii("ascii"), needs_ascii("cp1252")
    (False, True, True)
    """
    try:
        "─▁█≥×–…·".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def _write_stdout(data: bytes, stdout: IO[Any] | None) -> None:
    if stdout is None:
        raise SalesmetricsError("output_unwritable", path="stdout", cause=Message("stdout_closed"))
    try:
        stdout.flush()
        binary = getattr(stdout, "buffer", None)
        if binary is None:
            stdout.write(data.decode("utf-8") if hasattr(stdout, "encoding") else data)
        else:
            _write_all(binary.write, data)
        stdout.flush()
    except BrokenPipeError:
        silence(stdout)
        raise ReaderGone from None
    except (OSError, ValueError) as error:
        silence(stdout)
        raise SalesmetricsError("output_unwritable", path="stdout", cause=_cause(error)) from error


def silence(stdout: IO[Any]) -> None:
    """Let a stream that nobody reads any more lead nowhere.

    Bytes that could not be written stay in its buffer, and the interpreter would try again and complain as it exits.
    """
    try:
        descriptor = stdout.fileno()
        null = os.open(os.devnull, os.O_WRONLY)
    except (OSError, ValueError):
        return
    os.dup2(null, descriptor)
    os.close(null)


def _write_file(data: bytes, path: str) -> None:
    target = Path(path)
    if path.startswith(("/dev/", "/proc/")) or _is_special(target):
        with target.open("wb", buffering=0) as stream:
            _write_all(stream.write, data)
        return
    target = target.resolve()
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError("the file is write-protected")
    _replace(target, data)


def _is_special(target: Path) -> bool:
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise SalesmetricsError("output_is_folder", path=str(target))
    return not stat.S_ISREG(mode)


def _replace(target: Path, data: bytes) -> None:
    part = target.parent / f".salesmetrics-{secrets.token_hex(8)}.part"
    with unfinished(part):
        # 0o666 lets the umask decide, as for any new file.
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        try:
            _write_all(partial(os.write, descriptor), data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if target.exists():
            shutil.copymode(target, part)
        part.replace(target)


def _write_all(write: Callable[[memoryview], int | None], data: bytes) -> None:
    # Without a buffer (python -u) a write takes only as much as there is room for.
    rest = memoryview(data)
    while rest:
        written = write(rest)
        if written is None:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        rest = rest[written:]


def _cause(error: OSError | ValueError) -> str:
    return str(getattr(error, "strerror", None) or error).lower()
