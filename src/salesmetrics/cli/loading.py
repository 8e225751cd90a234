"""From the options of a command to a dataset."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.read import load
from salesmetrics.schema.provenance import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.cli.options import Reading
    from salesmetrics.ingest.dataset import Dataset

__all__ = ["has_errors", "load_dataset", "tell_about_rejects", "write_rejects"]


def load_dataset(files: Sequence[str], reading: Reading) -> Dataset:
    """Read the files as the options say."""
    if "-" in [name.rpartition("=")[2] for name in files] and sys.stdin.isatty():
        raise SalesmetricsError("stdin_is_terminal")
    return load(files, read_options(reading), stdin=sys.stdin.buffer)


def read_options(reading: Reading) -> ReadOptions:
    """The options of the command line as the reader takes them."""
    delimiter = {"tab": "\t", "\\t": "\t"}.get(reading.delimiter or "", reading.delimiter)
    return ReadOptions(
        encoding=reading.encoding,
        delimiter=delimiter,
        date_order=reading.date_order.value if reading.date_order else None,
        decimal=reading.decimal.value if reading.decimal else None,
        profile=reading.profile,
        mapping=_mapping(reading.map or []),
        won=tuple(reading.won or ()),
        lost=tuple(reading.lost or ()),
    )


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
    return dataset.rejects.height > 0 or any(item.severity == Severity.ERROR for item in dataset.findings)


def write_rejects(dataset: Dataset, path: str | None) -> None:
    """Write the rejected rows to a CSV file, if one is named."""
    if path is None:
        return
    from salesmetrics.render.output import write_output

    write_output(dataset.rejects.write_csv(), path, sys.stdout)


def tell_about_rejects(dataset: Dataset, path: str | None, *, strict: bool) -> None:
    """One line on stderr about rows that could not be used."""
    rejected = sum(item.rows.rejected for item in dataset.inputs)
    if rejected:
        where = f"see {path}" if path else "list them with `--rejects rejects.csv`"
        typer.echo(f"{'error' if strict else 'warning'}: {rejected} rows rejected; {where}", err=True)
