"""From what a command was typed with to files on their way; what they are asked is made by ``questions``.

Nothing heavy is imported here before a file is on its way.
"""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from salesmetrics.cli.ending import heed
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.ingest.source.bounds import bytes_of, size_typed
from salesmetrics.ingest.source.places import is_far
from salesmetrics.messages import phrase
from salesmetrics.pipeline import Files
from salesmetrics.questions import make_beside, make_catalog, make_listing, make_question, read_options
from salesmetrics.series import Exports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from types import TracebackType

    from salesmetrics.cli.environment import Environment
    from salesmetrics.ingest.dataset import ReadOptions
    from salesmetrics.settings.options import Resources

__all__ = [
    "begin_files",
    "make_beside",
    "make_catalog",
    "make_listing",
    "make_question",
    "read_exports",
    "read_options",
]

LONG = 20_000_000
"""Bytes from which on reading takes long enough to say so."""


def begin_files(
    files: Sequence[str],
    environment: Environment,
    resources: Resources,
    *,
    quiet: bool = False,
    hashed: bool = False,
) -> Files:
    """The files of a command, the first of which is read from now on; at a terminal a long read shows that it goes on.

    Args:
        files: As typed.
        environment: Where ``-`` reads from, and what was begun before the options were read.
        resources: How much memory they may take.
        quiet: Show nothing.
        hashed: The output carries their hashes.
    """
    return Files(
        files,
        stdin=_piped(files, environment),
        during=_During(nullcontext() if quiet else _progress(files, environment)),
        early=environment.begun,
        hashed=hashed,
        memory=0 if resources.engine == "spark" else bytes_of(resources.memory),  # Spark reads it, not we
        in_parts=None if quiet else partial(_tell_parts, environment),
    )


def _tell_parts(environment: Environment, paths: Sequence[str], need: int) -> None:
    """Say which files are read in parts, and what reads them at once."""
    code = "file_in_parts" if len(paths) == 1 else "files_in_parts"
    environment.tell(code, path=paths[0], n=len(paths) - 1, gigabytes=need / 1e9, memory=size_typed(need))


class _During:
    """What goes on while files are read, which begins when all that reads them is imported."""

    def __init__(self, shown: AbstractContextManager[object]) -> None:
        self._shown = shown

    def __enter__(self) -> None:
        heed()
        self._shown.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._shown.__exit__(kind, error, trace)


def read_exports(
    files: Sequence[str],
    options: ReadOptions,
    environment: Environment,
    *,
    quiet: bool = False,
    hashed: bool = False,
) -> Exports:
    """The exports of a comparison, each to be read by itself."""
    import_module("polars")
    heed()
    in_parts = None if quiet else partial(_tell_parts, environment)
    return Exports(files, options, stdin=_piped(files, environment), hashed=hashed, in_parts=in_parts)


def _piped(files: Sequence[str], environment: Environment) -> BinaryIO | None:
    """What ``-`` reads from."""
    stdin = environment.stdin
    if "-" in [name.rpartition("=")[2] for name in files] and (stdin is None or stdin.isatty()):
        raise SalesmetricsError("stdin_is_terminal")
    return None if stdin is None else stdin.buffer


def _progress(files: Sequence[str], environment: Environment) -> AbstractContextManager[object]:
    if environment.stderr is None or not environment.stderr.isatty():
        return nullcontext()
    if any(is_far(name.rpartition("=")[2]) for name in files):
        return nullcontext()  # how large they are is known when Spark runs
    paths = [Path(item.path) for item in expand(files)]
    size = sum(path.stat().st_size for path in paths if path.is_file())
    if size < LONG:
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(phrase("reading_large", megabytes=size / 1e6))
