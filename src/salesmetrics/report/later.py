"""What a day that was asked for leaves out of the files, counted: records that came later are not known on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.schema.provenance import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["later_records"]

_COMES: Mapping[str, tuple[str, str, str]] = {
    "stages": ("entered", "entry into a stage", "entries into stages"),
    "customers": ("started", "customer who started", "customers who started"),
    "revenue": ("occurred", "movement of recurring revenue", "movements of recurring revenue"),
    "invoices": ("issued", "invoice issued", "invoices issued"),
    "surveys": ("answered", "answer given", "answers given"),
    "costs": ("date", "cost", "costs"),
    "reps": ("hired", "rep hired", "reps hired"),
}
"""The day on which a record comes into the world, and one and several of them in words. Deals, leads and activities are told of where they are put back."""


def later_records(frames: Mapping[str, pl.DataFrame], day: date) -> list[Finding]:
    """A finding for each file with records later than a day, and for payments that came in later.

    Args:
        frames: Canonical frames by kind.
        day: The day.
    """
    found = []
    for kind, (column, one, several) in _COMES.items():
        frame = frames.get(kind)
        if frame is None or column not in frame.columns:
            continue
        later = _count(frame, pl.col(column).cast(pl.Date) > day)
        said = [f"{later:,} {one if later == 1 else several} later left out"] if later else []
        paid = 0
        if kind == "invoices" and "paid_on" in frame.columns:
            paid = _count(frame, (pl.col("paid_on") > day) & (pl.col(column) <= day))
            said += [f"{paid:,} paid later {'counts' if paid == 1 else 'count'} as not paid yet"] if paid else []
        if said:
            message = f"the export reaches past {day}: {'; '.join(said)}"
            code, note = "as_of_reconstructed", Severity.NOTE
            found.append(Finding(code=code, severity=note, kind=kind, count=later + paid, message=message))
    return found


def _count(frame: pl.DataFrame, mask: pl.Expr) -> int:
    return int(frame.select(mask.sum()).item())
