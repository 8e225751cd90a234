"""From the options of a command to a dataset. Nothing heavy is imported here before a file is on its way."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from salesmetrics.calendar.model import check_zone, zone_refused
from salesmetrics.cli.talk import say
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.pipeline import Files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from salesmetrics.cli.options import Reading
    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.settings.model import Config

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


def read_options(reading: Reading, config: Config) -> ReadOptions:
    """What settles the reading: an option before the settings file."""
    table = config.read
    _check_zone(reading.timezone)
    delimiter = reading.delimiter or table.delimiter or ""
    said = {word for given in (reading.won, reading.lost, reading.other, reading.open) for word in given or ()}

    def words(given: Sequence[str] | None, settled: Sequence[str]) -> tuple[str, ...]:
        return (*(given or ()), *(word for word in settled if word not in said))

    return ReadOptions(
        encoding=reading.encoding or table.encoding,
        delimiter={"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter) or None,
        date_order=reading.date_order.value if reading.date_order else table.date_order,
        decimal=reading.decimal.value if reading.decimal else table.decimal,
        profile=reading.profile or table.profile,
        mapping={**config.map, **_mapping(reading.map or [])},
        timezone=reading.timezone or table.timezone,
        symbols={**config.currency.symbols, **_symbols(reading.currency_symbol or [])},
        won=words(reading.won, config.stages.won),
        lost=words(reading.lost, config.stages.lost),
        other=words(reading.other, config.stages.other),
        open=words(reading.open, config.stages.open),
    )


def _symbols(pairs: Sequence[str]) -> dict[str, str]:
    symbols: dict[str, str] = {}
    for pair in pairs:
        sign, equals, code = pair.rpartition("=")
        if not equals:
            fix = "for example `--currency-symbol '$=USD'`; in a shell the quotes keep the sign as it is"
            raise SalesmetricsError(
                "option_invalid", option="--currency-symbol", value=pair, cause="it is not SIGN=CODE", fix=fix
            )
        symbols[sign.strip()] = code.strip()
    return symbols


def _check_zone(name: str | None) -> None:
    if name is None:
        return
    try:
        check_zone(name)
    except ValueError:
        raise zone_refused(name) from None


def _mapping(pairs: Sequence[str]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for pair in pairs:
        field, sign, header = pair.partition("=")
        if not sign or not field.strip():
            raise SalesmetricsError(
                "map_invalid", text=pair, cause="it is not FIELD=HEADER", fix='for example `--map amount="Deal size"`'
            )
        mapping[field.strip()] = header.strip()
    return mapping


def has_errors(dataset: Dataset) -> bool:
    """Whether rows were rejected or the data have a finding that is an error."""
    from salesmetrics.schema.provenance import Severity

    return dataset.rejects.height > 0 or any(item.severity == Severity.ERROR for item in dataset.findings)


def write_rejects(dataset: Dataset, path: str | None) -> None:
    """Write the rejected rows to a CSV file, if one is named."""
    if path is None:
        return
    from salesmetrics.render.output import write_output
    from salesmetrics.render.write_csv import write_rows

    write_output(write_rows(dataset.rejects.columns, dataset.rejects.rows()), path, sys.stdout)


def tell_about_rejects(dataset: Dataset, path: str | None, *, strict: bool) -> None:
    """One line on stderr about rows that could not be used."""
    rejected = sum(item.rows.rejected for item in dataset.inputs)
    if rejected:
        where = f"see {path}" if path else "list them with `--rejects rejects.csv`"
        say(f"{'error' if strict else 'warning'}: {rejected} {'row' if rejected == 1 else 'rows'} rejected; {where}")
