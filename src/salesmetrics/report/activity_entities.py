"""The frames that measures of leads and activities aggregate: each is made where the files that it needs are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.report.activity_view import activity_view, lead_view
from salesmetrics.report.touches import lead_touches

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import polars as pl

    from salesmetrics.metrics.settings import Settings
    from salesmetrics.schema.provenance import Finding

__all__ = ["add_activity_entities"]


def add_activity_entities(
    made: dict[str, pl.DataFrame],
    frames: Mapping[str, pl.DataFrame],
    as_of: date | None,
    settings: Settings,
) -> list[Finding]:
    """Put the state of leads and activities, and what follows from them, among the entities.

    Args:
        made: Frames by entity, deals already as of the day; added to in place.
        frames: Canonical frames by kind, as exported.
        as_of: The day the report speaks for.
        settings: Thresholds.

    Returns:
        What has to be said about how they were made.
    """
    findings: list[Finding] = []
    if "activities" in frames:
        made["activities"], notes = activity_view(frames["activities"], as_of)
        findings += notes
    if "leads" in frames:
        made["leads"], notes = lead_view(frames["leads"], as_of, frames.get("deals"))
        findings += notes
    if "leads" in made and as_of is not None:
        touched, notes = lead_touches(made["leads"], made.get("activities"), made.get("deals"), as_of, settings)
        findings += notes
        if touched is not None:
            made["lead_touches"] = touched
    return findings
