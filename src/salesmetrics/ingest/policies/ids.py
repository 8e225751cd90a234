"""Ids that a spreadsheet has spoiled, and records that have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.dataset import FILE
from salesmetrics.ingest.parse.ids import all_whole
from salesmetrics.ingest.table import ROW

if TYPE_CHECKING:
    from salesmetrics.ingest.policies.context import Context
    from salesmetrics.schema.provenance import Finding

__all__ = ["check_alike", "check_ids"]

_LONGEST = 12
_TELLING = 4
"""With fewer columns than these, equal rows are nothing to wonder at."""
_SCIENTIFIC = r"^\d(?:[.,]\d+)?[eE]\+?\d+$"


def check_ids(context: Context) -> list[Finding]:
    """Ids such as ``1.23E+17``: their last digits are gone for good, and different records have become one."""
    findings: list[Finding] = []
    for column in ("id", "deal_id", "account_id", "lead_id"):
        if not context.has(column):
            continue
        ids = context.frame.get_column(column)
        if int(str(ids.str.len_bytes().min() or 0)) > _LONGEST or all_whole(ids):
            continue
        mask = (pl.col(column).str.len_bytes() <= _LONGEST) & pl.col(column).str.contains(_SCIENTIFIC)
        findings += context.report("ids_in_scientific_notation", mask, column)
    return findings


def check_alike(context: Context) -> list[Finding]:
    """Rows without an id that repeat an earlier one in every column: one record twice, or two that look the same."""
    frame = context.frame
    content = [name for name in frame.columns if name not in (ROW, FILE)]
    if context.has("id") or len(content) < _TELLING:
        return []
    # Distinct hashes prove distinct rows at a fraction of the cost of comparing them.
    if frame.select(content).hash_rows().n_unique() == frame.height:
        return []
    return context.report("rows_alike", ~pl.struct(content).is_first_distinct())
