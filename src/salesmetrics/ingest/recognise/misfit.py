"""Options that do not fit the file, refused. Own file: it needs the parsed columns, unlike the rest of recognition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.canonical.canonical import MISREAD
from salesmetrics.ingest.parse import parse_column
from salesmetrics.ingest.parse.common import plain_text
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import column_types
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.ingest.dataset import ReadOptions
    from salesmetrics.ingest.parse import ParseOptions
    from salesmetrics.ingest.recognise.columns import Recognition
    from salesmetrics.ingest.table.table import RawTable, RejectedRow

__all__ = ["refuse_misfits"]

_DATES = (ColumnType.DAY, ColumnType.INSTANT)
_NUMBERS = (ColumnType.MONEY, ColumnType.QUANTITY, ColumnType.SHARE, ColumnType.COUNT, ColumnType.SCORE)
_CHOICES = {"date_order": ("dmy", "mdy", "ymd"), "decimal": ("point", "comma")}


def refuse_misfits(
    table: RawTable,
    recognition: Recognition,
    rejected: Sequence[RejectedRow],
    said: ReadOptions,
    options: ParseOptions,
) -> None:
    """Refuse an option under which more than half of the filled cells of a column cannot be read, though others can.

    Args:
        table: The file's table.
        recognition: Which column is which field.
        rejected: Rows that were rejected under the options.
        said: What the user settled; what a profile settles is not looked at.
        options: What the columns were read with.

    Raises:
        SalesmetricsError: ``option_invalid``, with the column, its first such cell, and what fits.
    """
    types = column_types(recognition.kind)
    for field, match in recognition.columns.items():
        option = "date_order" if types[field] in _DATES else "decimal" if types[field] in _NUMBERS else None
        value = getattr(said, option) if option else None
        faults = [row for row in rejected if row.column == match.header and row.reason.code in MISREAD]
        if option is None or value is None or not faults:
            continue
        text = plain_text(table.frame.get_column(match.header))
        filled = int((text.str.strip_chars() != "").sum())
        if 2 * len(faults) <= filled:
            continue
        others: list[dict[str, Any]] = [{option: choice} for choice in _CHOICES[option] if choice != value]
        bad = {
            str(other[option]): _bad(table, match.header, types[field], replace(options, **other)) for other in others
        }
        best = min(bad, key=lambda choice: bad[choice])
        if bad[best] < len(faults):
            raise _misfit(option, value, best, faults, filled)


def _bad(table: RawTable, header: str, kind: ColumnType, options: ParseOptions) -> int:
    text, rows = table.frame.get_column(header), table.frame.get_column(ROW)
    try:
        parsed = parse_column(text, kind, options, header=header, path=table.source.path, rows=rows)
    except SalesmetricsError:
        return len(text)
    return int(parsed.bad.sum())


def _misfit(option: str, value: Any, best: str, faults: Sequence[RejectedRow], filled: int) -> SalesmetricsError:
    first = min(faults, key=lambda row: row.row)
    name = f"--{option.replace('_', '-')}"
    cause = Message(
        "cells_do_not_fit", faults=len(faults), filled=filled, column=first.column, value=first.value, row=first.row
    )
    fix = Message("option_that_fits", option=name.removeprefix("--"), value=best)
    return SalesmetricsError("option_invalid", option=name, value=value, cause=cause, fix=fix)
