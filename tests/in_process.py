"""Commands run within the process of the tests: streams, folder, variables, day and exit code as in one of their own."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import typer.main

from read_once import reading_once
from salesmetrics.cli.app import run
from salesmetrics.cli.environment import Environment

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Done", "answered", "invoke"]

_parameters_of = lru_cache(2_000)(typer.main.get_params_from_function)
"""What the signatures of the commands say; Typer reads each of them again and again."""
EXAMPLES = Path(__file__).parent.parent / "examples"


@dataclass(frozen=True, slots=True)
class Done:
    """What a command left behind; as of ``subprocess.run`` with ``encoding="utf-8"``, and bytes that are no text as surrogates."""

    stdout: str
    stderr: str
    returncode: int


def invoke(
    *words: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
    today: date | None = None,
) -> Done:
    """Run a command.

    Args:
        *words: What is typed after ``salesmetrics``.
        cwd: The folder that it runs in.
        env: All its variables; those of the tests when left out.
        stdin: What is piped in.
        today: The day that it is.
    """
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", newline="", write_through=True) for _ in range(2))
    piped = io.TextIOWrapper(io.BytesIO(stdin), "utf-8")
    variables = os.environ if env is None else env
    environment = Environment(piped, out, err, variables, lambda: today or date.today(), cwd)
    with reading_once(), patch.object(typer.main, "get_params_from_function", _parameters_of):
        code = run(list(words), environment)
    return Done(_text(out), _text(err), int(code))


@cache
def answered(*words: str, cwd: Path = EXAMPLES, today: date | None = None) -> Done:
    """What a command answers about files that no test changes, in no settings but these; each is run once.

    Not for a command that writes a file, nor where a test is about running twice or has put something else in a place.

    Args:
        *words: What is typed after ``salesmetrics``.
        cwd: The folder that it runs in, by itself that of the examples.
        today: The day that it is.
    """
    assert "-o" not in words
    assert cwd.is_relative_to(EXAMPLES.parent)
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}
    return invoke(*words, cwd=cwd, env=env, today=today)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8", "surrogateescape")  # type: ignore[attr-defined]
