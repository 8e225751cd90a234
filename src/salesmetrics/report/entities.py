"""From the frames of files to the frames that measures aggregate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.report.activity_entities import add_activity_entities
from salesmetrics.report.prepare import as_of_view

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import polars as pl

    from salesmetrics.metrics.settings import Settings
    from salesmetrics.schema.provenance import Finding

__all__ = ["make_entities"]


def make_entities(
    frames: Mapping[str, pl.DataFrame],
    as_of: date | None,
    settings: Settings,
) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """The frames as measures need them, on the as-of date.

    Args:
        frames: Canonical frames by kind.
        as_of: The day the report speaks for.
        settings: Thresholds that decide what a record counts as.

    Returns:
        Frames by entity, and what has to be said about how they were made.
    """
    made = dict(frames)
    findings: list[Finding] = []
    if "deals" in made and as_of is not None:
        made["deals"], note = as_of_view(made["deals"], as_of)
        findings += [note] if note else []
    findings += add_activity_entities(made, frames, as_of, settings)
    return made, findings
