"""Ids that a spreadsheet has spoiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from salesmetrics.ingest.policies.context import Context
    from salesmetrics.schema.provenance import Finding

__all__ = ["check_ids"]

_LONGEST = 12
_SCIENTIFIC = r"^\d(?:[.,]\d+)?[eE]\+?\d+$"


def check_ids(context: Context) -> list[Finding]:
    """Ids such as ``1.23E+17``: their last digits are gone for good, and different records have become one."""
    findings: list[Finding] = []
    for column in ("id", "deal_id", "account_id", "lead_id"):
        if not context.has(column):
            continue
        ids = context.frame.get_column(column)
        if int(str(ids.str.len_bytes().min() or 0)) > _LONGEST:
            continue
        mask = (pl.col(column).str.len_bytes() <= _LONGEST) & pl.col(column).str.contains(_SCIENTIFIC)
        findings += context.report("ids_in_scientific_notation", mask, column)
    return findings
