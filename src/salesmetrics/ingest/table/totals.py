"""Totals that no word gives away: a row of numbers alone, one of which is the sum of its column above."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.checks.findings import finding
from salesmetrics.ingest.table.assemble import ignored_findings
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import column_types

if TYPE_CHECKING:
    from collections.abc import Collection

    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.provenance import Finding

__all__ = ["without_totals"]

_NUMBERS = (ColumnType.MONEY, ColumnType.QUANTITY, ColumnType.COUNT, ColumnType.SHARE, ColumnType.SCORE)
_SUMMED = (ColumnType.MONEY, ColumnType.QUANTITY, ColumnType.COUNT)
_NUMBER = r"^[^\pL]*\d[^\pL]*$"
_MOST = 100
"""More such rows than this are no totals, but how the file is."""
_TELLING = 3
"""Columns that tell records apart which a file must have for a row without any to be a fault."""
_RECORDS = ("deals", "leads", "invoices", "activities", "customers", "revenue", "stages", "costs", "quotas")


def without_totals(
    frame: pl.DataFrame, kind: Kind, path: str, constants: Collection[str] = ()
) -> tuple[pl.DataFrame, int, list[Finding]]:
    """Drop totals without a label, and say which other rows have nothing but numbers.

    A row is a total when no text, id, date or flag is filled in it, and one of its numbers is exactly the sum of that
    column above, or of that column since the total before. A zero is no proof. Where a kind has columns enough to tell its
    records, the other such rows are left out, too, as an error to look at.

    Args:
        frame: Canonical columns, the export's other columns as text, and ``__row__``.
        kind: Kind of record.
        path: File, for the finding.
        constants: Columns that say the same in every row.

    Returns:
        The frame without them, their number, and the findings.

    >>> rows = pl.DataFrame({ROW: [2, 3, 4], "name": ["A", "B", None], "amount": [1, 2, 3]})
    >>> without_totals(rows, "deals", "x.csv")[0]["name"].to_list()
    ['A', 'B']
    """
    types = column_types(kind)
    numbers = [name for name in frame.columns if types.get(name) in _NUMBERS]
    skipped = {ROW, "currency", *constants, *numbers}
    telling = [name for name in frame.columns if name in types and name not in skipped]
    if not numbers or not telling or any(not frame.get_column(name).null_count() for name in telling):
        return frame, 0, []
    others = [name for name in frame.columns if name not in types and name not in skipped]
    bare = pl.all_horizontal(pl.col(telling).is_null()) & pl.any_horizontal(pl.col(numbers).is_not_null())
    if others:
        bare &= pl.all_horizontal(pl.col(others).is_null() | pl.col(others).str.contains(_NUMBER))
    found = frame.select(bare.arg_true()).to_series().to_list()
    if not found or len(found) > _MOST or 2 * len(found) > frame.height:
        return frame, 0, []
    totals = _totals(frame, found, [name for name in numbers if types[name] in _SUMMED])
    rest = [index for index in found if index not in totals]
    findings = []
    if rest and kind in _RECORDS and len(telling) >= _TELLING:
        rows = frame.get_column(ROW).gather(rest).to_list()
        findings.append(finding("row_of_numbers", kind=kind, path=path, count=len(rows), rows=rows))
        totals |= set(rest)
    if not totals:
        return frame, 0, findings
    exact = sorted(totals.difference(rest))
    findings += ignored_findings(path, dict.fromkeys(frame.get_column(ROW).gather(exact).to_list(), "total"))
    keep = ~pl.int_range(pl.len()).is_in(sorted(totals))
    return frame.filter(keep), len(totals), findings


def _totals(frame: pl.DataFrame, found: list[int], columns: list[str]) -> set[int]:
    totals: set[int] = set()
    since = 0
    for index in found:
        for name in columns:
            column = frame.get_column(name)
            value = column[index]
            if not value:
                continue
            above = (column[:index].sum() or 0) - sum(column[i] or 0 for i in totals)
            if value in (above, column[since:index].sum()):
                totals.add(index)
                since = index + 1
                break
    return totals
