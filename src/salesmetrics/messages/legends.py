"""Sentences below tables: what signs stand for, why something is missing, and what is unusual."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LEGENDS"]

LEGENDS: Mapping[str, str] = {
    "small_sample": "{sign} fewer than {min_n} records: treat as a hint",
    "no_verdict": "no verdict: without an interval, a change may be chance",
    "short_history": "no verdict on a count: fewer than 6 earlier periods show how much it varies",
    "no_verdict_on_some": "no verdict: no interval, or a count with fewer than 6 earlier periods",
    "verdicts_corrected": "verdicts corrected for {n} comparisons (Benjamini–Hochberg, {percent:g} %)",
    "segments_in_order": "{parts:;}",
    "sorted_desc": "sorted by {kpi}, highest first",
    "sorted_asc": "sorted by {kpi}, lowest first",
    "sorted_in_currency": "amounts in {currency} first, as most segments have these",
    "others_counted": "{name:typed}: {n:# other segment|# other segments} combined",
    "others_are": "{name:typed}: all other segments combined",
    "values_undefined": "– undefined: {parts:,}",
    "times_undefined": "{n:,} × {reason:typed}",
    "columns_elsewhere": "not shown: {columns:and} (use --format csv or json)",
    "columns_narrowed": "not shown in {width} columns: {columns:and} (use --format csv or json)",
    "rows_capped": "the first {n:,} of {total:,} rows are shown (all: --format csv)",
    "table_scrolls": "Wide table: scroll sideways",
    "more_unlocks": "{n} more: list them with `salesmetrics inspect FILE`",
    # --- what is unusual in a series --------------------------------------------------------------------------------
    "limits_none": "{series:typed}: no control limits: they need 6 complete periods that no longer change and are not all alike",
    "limits_kept": "{series:typed}: no period is outside the control limits (usual range; {chart}, {n} complete periods)",
    "limits_passed": "{series:typed}: outside the control limits (usual range; {chart}, {n} complete periods): {found:;}",
    "period_outside": "{period:typed} {where} ({value}, limits {limits})",
    "chart_p_prime": "p' chart",
    "chart_xmr": "XmR chart",
}
