"""Where files lie: on this machine, or on a file system that Spark reaches (``hdfs://…``, ``s3a://…``, ``file:///…``).

Which of them may be read depends on the engine that was asked for; it is settled before the files of a command are looked up.
"""

from __future__ import annotations

import glob
import os
import re
from contextvars import ContextVar
from fnmatch import filter as matching
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from salesmetrics.ingest.source.hadoop import HadoopPath

__all__ = ["Place", "beginning", "far_place", "is_far", "local_of", "place_of", "reach", "spark_path", "within"]

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
"""How an address begins; a single letter before the colon is a drive."""
_ROOT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(?://[^/]*+)?+/*+")

_session: ContextVar[Any] = ContextVar("session", default=None)


class State(Protocol):
    """What is known of a file without opening it."""

    @property
    def st_size(self) -> int:
        """Bytes."""

    @property
    def st_mtime_ns(self) -> int:
        """When it was written to."""


class Place(Protocol):
    """A path, wherever it leads. Not all methods of a :class:`~pathlib.Path`, but those that reading needs."""

    @property
    def name(self) -> str:
        """Its last part."""

    @property
    def suffix(self) -> str:
        """How its last part ends, with the full stop."""

    def exists(self) -> bool:
        """Whether anything is there."""

    def is_file(self) -> bool:
        """Whether it is a file."""

    def is_dir(self) -> bool:
        """Whether it is a folder."""

    def stat(self) -> State:
        """Size and time."""

    def iterdir(self) -> Iterator[Place]:
        """What a folder holds."""

    def __truediv__(self, name: str) -> Place:
        """What has a name in a folder."""


def is_far(path: str) -> bool:
    """Whether a path is an address, which a file system of Spark's has to look up.

    >>> [is_far(path) for path in ("hdfs://node:8020/deals.csv", "file:///deals.csv", "deals.csv", "C:/deals.csv", "a:b")]
    [True, True, False, False, False]
    """
    return _ADDRESS.match(path) is not None


def reach(engine: str, master: str | None) -> Any:
    """Settle where files may lie from now on: where an engine reaches them.

    Args:
        engine: What reads them.
        master: Where Spark runs.

    Returns:
        The session of Spark; None for this machine.

    Raises:
        SalesmetricsError: As :func:`salesmetrics.frames.spark.session_of`.
    """
    session = None
    if engine == "spark":
        from salesmetrics.frames.spark import session_of

        session = session_of(master)
    _session.set(session)
    return session


def place_of(path: str) -> Place:
    """Where a path leads.

    Raises:
        SalesmetricsError: ``place_needs_spark``: it is an address, and something else than Spark reads the files.
    """
    return far_place(path) if is_far(path) else Path(path)


def far_place(path: str) -> HadoopPath:
    """Where an address leads.

    Raises:
        SalesmetricsError: As :func:`place_of`.
    """
    session = _session.get()
    if session is None:
        raise SalesmetricsError("place_needs_spark", path=path)
    from salesmetrics.ingest.source.hadoop import HadoopPath

    return HadoopPath(path, session)


def beginning(path: str, count: int) -> bytes:
    """The first bytes of a file, or all of a shorter one.

    Raises:
        SalesmetricsError: As :func:`place_of`; what is wrong with the place.
        OSError: It is not there, or may not be read.
    """
    if is_far(path):
        return far_place(path).beginning(count)
    with Path(path).open("rb") as stream:
        return stream.read(count)


def local_of(path: str) -> str:
    """The path on this machine that an address leads to; what leads elsewhere as it is.

    >>> local_of("file:///exports/deals.csv"), local_of("file:/deals.csv"), local_of("hdfs://node/deals.csv")
    ('/exports/deals.csv', '/deals.csv', 'hdfs://node/deals.csv')
    """
    found = re.match(r"file:(?://(?:localhost)?(?=/))?(?=/)", path, re.IGNORECASE)
    return path[found.end() :] if found else path


def spark_path(path: str) -> str:
    """A path as Spark is given it: one of this machine says so, for what it takes by default may be another file system."""
    return path if is_far(path) else "file:" + os.path.abspath(path)  # noqa: PTH100 - a link is not followed


# --- patterns ---


def within(pattern: str) -> list[str]:
    """The files on a file system of Spark's that a pattern means, by name; what it means is the same as on this machine.

    Raises:
        SalesmetricsError: What is wrong with the place.
    """
    root = _ROOT.match(pattern)
    start = root[0] if root else ""
    found = [start]
    parts = [part for part in pattern[len(start) :].split("/") if part]
    for last, part in zip([*[False] * (len(parts) - 1), True], parts, strict=True):
        found = list(dict.fromkeys(path for base in found for path in _step(base, part, last=last)))
    return sorted(path for path in found if place_of(path).is_file())


def _step(base: str, part: str, *, last: bool) -> Iterable[str]:
    """What one part of a pattern means in a folder."""
    if part == "**":
        return _below(base, files=last)
    if not glob.has_magic(part):
        return [_joined(base, part)]
    names = [name for name in _names(base) if not name.startswith(".") or part.startswith(".")]
    return [_joined(base, name) for name in matching(names, part)]


def _below(base: str, *, files: bool) -> Iterator[str]:
    """A folder and all folders below it, and where they are asked for the files in them; none that is hidden."""
    if not place_of(base).is_dir():
        return
    yield base
    for name in _names(base):
        path = _joined(base, name)
        if name.startswith("."):
            continue
        if place_of(path).is_dir():
            yield from _below(path, files=files)
        elif files:
            yield path


def _names(base: str) -> list[str]:
    place = place_of(base)
    return [entry.name for entry in place.iterdir()] if place.is_dir() else []


def _joined(base: str, name: str) -> str:
    return f"{base}{name}" if base.endswith("/") else f"{base}/{name}"
