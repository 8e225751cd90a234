"""Commands run within the process of the tests: the same streams, folder, variables and exit code as in one of their own."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from salesmetrics.cli.app import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Done", "invoke"]


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind; as of ``subprocess.run`` with ``encoding="utf-8"``."""

    stdout: str
    stderr: str
    returncode: int


def invoke(*words: str, cwd: Path | None = None, env: Mapping[str, str] | None = None, stdin: bytes = b"") -> Done:
    """Run a command.

    Args:
        *words: What is typed after ``salesmetrics``.
        cwd: The folder that it runs in.
        env: All its variables; those of the tests when left out.
        stdin: What is piped in.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True) for _ in range(2))
    piped = sys.stdin
    with _variables(env), _folder(cwd), redirect_stdout(out), redirect_stderr(err):
        sys.stdin = io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
        try:
            code = run(list(words))
        finally:
            sys.stdin = piped
    return Done(_text(out), _text(err), int(code))


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]


@contextmanager
def _variables(env: Mapping[str, str] | None) -> Iterator[None]:
    before = dict(os.environ)
    try:
        if env is not None:
            os.environ.clear()
            os.environ.update(env)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _folder(cwd: Path | None) -> Iterator[None]:
    before = Path.cwd()
    try:
        os.chdir(cwd or before)
        yield
    finally:
        os.chdir(before)
