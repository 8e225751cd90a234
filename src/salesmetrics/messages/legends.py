"""Sentences below tables: what signs stand for, why something is missing, and what is unusual."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LEGENDS"]

LEGENDS: Mapping[str, str] = {
    "small_sample": "{sign} few records: read with care, no verdict is drawn",
    "no_verdict": "no verdict: a change without an interval cannot be told from chance",
    "chance_among_many": "at this level about 1 in {odds} segments would look better or worse by chance alone (number of verdicts drawn: {n:,})",
    "values_undefined": "– undefined: {parts:,}",
    "times_undefined": "{n:,} × {reason:typed}",
    "columns_elsewhere": "{columns:and} are in --format csv or json",
    "columns_narrowed": "narrowed to {width} columns: {columns:and} are in --format csv or json",
    "more_unlocks": "{n} more: `salesmetrics inspect FILE` lists them all",
    # --- what is unusual in a series --------------------------------------------------------------------------------
    "limits_none": "{series:typed}: no limits of its own: they take six complete periods that change no more and are not all alike",
    "limits_kept": "{series:typed}: nothing outside its own limits ({chart}, {n} complete periods)",
    "limits_passed": "{series:typed}: outside its own limits ({chart}, {n} complete periods): {found:;}",
    "period_outside": "{period:typed} {where} ({value}, limits {limits})",
    "chart_p_prime": "p' chart",
    "chart_xmr": "XmR chart",
}
