"""From the options of a command to a dataset. Nothing heavy is imported here before a file is on its way."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.pipeline import Files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from salesmetrics.cli.environment import Environment
    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.settings.options import Reading

__all__ = ["begin_files", "has_errors", "read_options", "tell_about_rejects", "write_rejects"]


LONG = 20_000_000
"""Bytes from which on reading takes long enough to say so."""


def begin_files(files: Sequence[str], environment: Environment, *, quiet: bool = False, hashed: bool = False) -> Files:
    """The files of a command, the first of which is read from now on; at a terminal a long read shows that it goes on.

    Args:
        files: As typed.
        environment: Where ``-`` reads from, and what was begun before the options were read.
        quiet: Show nothing.
        hashed: The output carries their hashes.
    """
    stdin = environment.stdin
    if "-" in [name.rpartition("=")[2] for name in files] and (stdin is None or stdin.isatty()):
        raise SalesmetricsError("stdin_is_terminal")
    return Files(
        files,
        stdin=None if stdin is None else stdin.buffer,
        during=None if quiet else _progress(files, environment),
        early=environment.begun,
        hashed=hashed,
    )


def _progress(files: Sequence[str], environment: Environment) -> AbstractContextManager[object]:
    if environment.stderr is None or not environment.stderr.isatty():
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


def write_rejects(dataset: Dataset, path: str | None, environment: Environment) -> None:
    """Write the rejected rows to a CSV file, if one is named."""
    if path is None:
        return
    from salesmetrics.render.output import write_output
    from salesmetrics.render.write_csv import write_rows

    rejects = dataset.rejects
    write_output(write_rows(rejects.columns, rejects.rows()), path, environment.stdout)


def tell_about_rejects(dataset: Dataset, path: str | None, environment: Environment, *, strict: bool) -> None:
    """One line on stderr about rows that could not be used."""
    rejected = sum(item.rows.rejected for item in dataset.inputs)
    if rejected:
        where = f"see {path}" if path else "list them with `--rejects rejects.csv`"
        word = "error" if strict else "warning"
        environment.say(f"{word}: {rejected} {'row' if rejected == 1 else 'rows'} rejected; {where}")
