"""The bytes of a file and their SHA-256, read beside whatever else there is to do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.arguments import near_name
from salesmetrics.ingest.beside import beside

if TYPE_CHECKING:
    from concurrent.futures import Future

__all__ = ["Fetched", "fetch"]


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
        return stdin.read()
    try:
        regular = Path(path).is_file()
    except (OSError, ValueError):
        regular = False
    return None if regular else _read(path)


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise SalesmetricsError("file_not_found", path=path + near_name(path)) from None
    except (OSError, ValueError) as error:
        cause = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SalesmetricsError("file_unreadable", path=path, cause=cause.lower()) from error
