"""From the options of a command to a dataset. Nothing heavy is imported here before a file is on its way."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from salesmetrics.cli.talk import say
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.pipeline import Files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.settings.options import Reading

__all__ = ["begin_files", "has_errors", "read_options", "tell_about_rejects", "write_rejects"]


LONG = 20_000_000
"""Bytes from which on reading takes long enough to say so."""


def begin_files(files: Sequence[str], *, quiet: bool = False, early: Files | None = None) -> Files:
    """The files of a command, the first of which is read from now on; at a terminal a long read shows that it goes on.

    Args:
        files: As typed.
        quiet: Show nothing.
        early: What was begun before the options were read.
    """
    if "-" in [name.rpartition("=")[2] for name in files] and (sys.stdin is None or sys.stdin.isatty()):
        raise SalesmetricsError("stdin_is_terminal")
    return Files(
        files,
        stdin=None if sys.stdin is None else sys.stdin.buffer,
        during=None if quiet else _progress(files),
        early=early,
    )


def _progress(files: Sequence[str]) -> AbstractContextManager[object]:
    if sys.stderr is None or not sys.stderr.isatty():
        return nullcontext()
    paths = [Path(item.path) for item in expand(files)]
    size = sum(path.stat().st_size for path in paths if path.is_file())
    if size < LONG:
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(f"reading {size / 1e6:,.0f} MB")


def read_options(reading: Reading) -> ReadOptions:
    """What settles the reading, as the reader takes it."""
    delimiter = reading.delimiter or ""
    return ReadOptions(
        encoding=reading.encoding,
        delimiter={"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter) or None,
        date_order=reading.date_order,
        decimal=reading.decimal,
        profile=reading.profile,
        mapping=reading.map,
        timezone=reading.timezone,
        symbols=reading.currency_symbol,
        won=reading.won,
        lost=reading.lost,
        other=reading.other,
        open=reading.open,
    )


def has_errors(dataset: Dataset) -> bool:
    """Whether rows were rejected or the data have a finding that is an error."""
    from salesmetrics.schema.provenance import Severity

    return bool(dataset.rejected) or any(item.severity == Severity.ERROR for item in dataset.findings)


def write_rejects(dataset: Dataset, path: str | None) -> None:
    """Write the rejected rows to a CSV file, if one is named."""
    if path is None:
        return
    from salesmetrics.render.output import write_output
    from salesmetrics.render.write_csv import write_rows

    rejects = dataset.rejects
    write_output(write_rows(rejects.columns, rejects.rows()), path, sys.stdout)


def tell_about_rejects(dataset: Dataset, path: str | None, *, strict: bool) -> None:
    """One line on stderr about rows that could not be used."""
    rejected = sum(item.rows.rejected for item in dataset.inputs)
    if rejected:
        where = f"see {path}" if path else "list them with `--rejects rejects.csv`"
        say(f"{'error' if strict else 'warning'}: {rejected} {'row' if rejected == 1 else 'rows'} rejected; {where}")
