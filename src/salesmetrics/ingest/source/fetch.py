"""The bytes of a file and their SHA-256, read beside whatever else there is to do."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.arguments import near_name
from salesmetrics.ingest.source.beside import beside
from salesmetrics.ingest.source.bounds import MAX_UNPACKED, afford, afford_text, size_words

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["Fetched", "fetch"]

_STEP = 1 << 20
_WORTH_A_LOOK = 256 << 20


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that is being read: its bytes to come, and the ``sha256`` of them to come."""

    data: Future[bytes]
    sha256: Future[str]


def fetch(path: str, stdin: BinaryIO | None = None) -> Fetched:
    """Begin to read a file; what goes wrong is raised where the bytes are asked for.

    A pipe is read before this returns: nobody could interrupt a thread that waits for one.

    Args:
        path: A file, or ``-`` for ``stdin``.
        stdin: The stream that ``-`` stands for.

    Raises:
        SalesmetricsError: ``stdin_is_terminal``, or what is wrong with a pipe.
    """
    given = _stream(path, stdin)
    data = beside(lambda: _read(path) if given is None else given)
    return Fetched(data, beside(lambda: hashlib.sha256(data.result()).hexdigest()))


def _stream(path: str, stdin: BinaryIO | None) -> bytes | None:
    """What a pipe holds; None for a file."""
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
        raise SalesmetricsError("file_unreadable", path=path, cause="it is a device, not a file")
    return _read(path)


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if not size:
                return _drained(path, stream)
            if size > MAX_UNPACKED:
                raise _too_large(path)
            afford_text(path, size)
            return stream.read()
    except FileNotFoundError:
        raise SalesmetricsError("file_not_found", path=path + near_name(path)) from None
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SalesmetricsError("file_unreadable", path=path, cause=cause.lower()) from error


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


def _too_large(path: str) -> SalesmetricsError:
    return SalesmetricsError("file_too_large", path=path, limit=size_words(MAX_UNPACKED))
