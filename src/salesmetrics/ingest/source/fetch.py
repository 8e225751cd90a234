"""The bytes of a file or pipe, within bounds."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.arguments import near_name
from salesmetrics.ingest.source.bounds import MAX_UNPACKED, afford, afford_text, size_words
from salesmetrics.ingest.source.places import far_place, is_far, place_of
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["changed", "fetch", "read_file", "read_pipe", "reading", "refuse_changed", "sha256_of", "state_of"]

_STEP = 1 << 20
_WORTH_A_LOOK = 256 << 20
_LOOKS = 2


def fetch(path: str, stdin: BinaryIO | None = None) -> bytes:
    """All bytes of a file or pipe.

    Args:
        path: A file, or ``-`` for ``stdin``.
        stdin: The stream that ``-`` stands for.

    Raises:
        SalesmetricsError: ``stdin_is_terminal``, ``file_not_found``, ``file_unreadable`` or ``file_too_large``.
    """
    piped = read_pipe(path, stdin)
    return read_file(path) if piped is None else piped


def read_pipe(path: str, stdin: BinaryIO | None = None) -> bytes | None:
    """All bytes of a pipe; None for what is a file, or nothing.

    Args:
        path: A file, or ``-`` for ``stdin``.
        stdin: The stream that ``-`` stands for.

    Raises:
        SalesmetricsError: ``stdin_is_terminal``, ``file_unreadable`` or ``file_too_large``.
    """
    if is_far(path):
        return None
    if path == "-":
        if stdin is None or stdin.isatty():
            raise SalesmetricsError("stdin_is_terminal")
        return _drained(path, stdin)
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return None
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):
        raise SalesmetricsError("file_unreadable", path=path, cause=Message("is_device"))
    return read_file(path)


def read_file(path: str) -> bytes:
    """All bytes of a file, as they were at one moment: what changes meanwhile is read once more, and then refused.

    Raises:
        SalesmetricsError: ``file_not_found``, ``file_unreadable`` or ``file_too_large``.
    """
    with reading(path):
        try:
            return _read(path)
        except ValueError as error:  # a name that no file can have
            raise OSError(str(error)) from error


@contextmanager
def reading(path: str) -> Iterator[None]:
    """A file is read within.

    Raises:
        SalesmetricsError: ``file_not_found`` or ``file_unreadable``.
    """
    try:
        yield
    except FileNotFoundError:
        raise SalesmetricsError("file_not_found", path=path, near=near_name(path)) from None
    except OSError as error:
        cause = Message("files_open") if error.errno == errno.EMFILE else (error.strerror or str(error)).lower()
        raise SalesmetricsError("file_unreadable", path=path, cause=cause) from error


def _read(path: str) -> bytes:
    if is_far(path):
        return _read_far(path)
    for _ in range(_LOOKS):
        with Path(path).open("rb") as stream:
            before = os.fstat(stream.fileno())
            if not before.st_size:
                return _drained(path, stream)
            if before.st_size > MAX_UNPACKED:
                raise _too_large(path)
            afford_text(path, before.st_size)
            data = stream.read()
            after = os.fstat(stream.fileno())
        if (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns):
            return data
        del data  # before as much is read again
    raise changed(path)


def _read_far(path: str) -> bytes:
    place = far_place(path)
    before = place.stat()
    if before.st_size > MAX_UNPACKED:
        raise _too_large(path)
    afford_text(path, before.st_size)
    data = place.beginning(before.st_size)
    if place.stat() != before:
        raise changed(path)
    return data


def _drained(path: str, stream: BinaryIO) -> bytes:
    """All that a stream of unknown length gives, counted: it may never end."""
    out = io.BytesIO()
    looked = _WORTH_A_LOOK
    while piece := stream.read(_STEP):
        out.write(piece)
        size = out.tell()
        if size > MAX_UNPACKED:
            raise _too_large(path)
        if size > looked:
            afford(path, 2 * size)
            looked *= 2
    return out.getvalue()


def sha256_of(path: str) -> str:
    """The SHA-256 of a file that stays on disk.

    Raises:
        SalesmetricsError: As :func:`read_file`.
    """
    if is_far(path):
        with reading(path):
            return far_place(path).sha256()
    with reading(path), Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def state_of(path: str) -> tuple[int, int] | None:
    """Size of a file, and when it was written to: another one means that it is not what it was. None where it is not there."""
    try:
        found = place_of(path).stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def refuse_changed(path: str, seen: tuple[int, int] | None) -> None:
    """Refuse a file that is no longer what it was.

    Raises:
        SalesmetricsError: ``file_unreadable``.
    """
    if state_of(path) != seen:
        raise changed(path)


def changed(path: str) -> SalesmetricsError:
    """What is raised where a file is written to while it is read."""
    return SalesmetricsError("file_unreadable", path=path, cause=Message("changed_meanwhile"))


def _too_large(path: str) -> SalesmetricsError:
    return SalesmetricsError("file_too_large", path=path, limit=size_words(MAX_UNPACKED))
