"""The frames that measures of leads and activities aggregate: each is made where the files that it needs are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.report.activity_view import activity_view, lead_view
from salesmetrics.report.chances import chances
from salesmetrics.report.close_plans import close_plans
from salesmetrics.report.deal_touches import deal_stages, deal_touches
from salesmetrics.report.later import reaches_past
from salesmetrics.report.meetings import meeting_outcomes
from salesmetrics.report.touches import lead_touches
from salesmetrics.report.workdays import rep_days, with_gaps

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from salesmetrics.metrics.settings import Settings
    from salesmetrics.report.moments import Moments
    from salesmetrics.schema.provenance import Finding

__all__ = ["add_activity_entities"]


def add_activity_entities(
    made: dict[str, pl.DataFrame],
    frames: Mapping[str, pl.DataFrame],
    moments: Moments,
    settings: Settings,
    zone: str | None = None,
) -> list[Finding]:
    """Put the state of leads and activities, and what follows from them, among the entities.

    Args:
        made: Frames by entity, deals already as of the day; added to in place.
        frames: Canonical frames by kind, as exported.
        moments: The days that the report speaks for.
        settings: Thresholds.
        zone: The zone that days are of, where one is named.

    Returns:
        What has to be said about how they were made.
    """
    findings: list[Finding] = []
    past = moments.cut is not None and reaches_past(frames, moments.cut)
    if "activities" in frames:
        own = moments.of("activities")
        made["activities"], notes = activity_view(frames["activities"], own, moments.cut, past=past)
        findings += notes
    if "leads" in frames:
        made["leads"], notes = lead_view(frames["leads"], moments.cut, frames.get("deals"), past=past)
        findings += notes
    if moments.day is not None:
        findings += _add_leads(made, moments, settings, zone)
        _add_deals(made, moments, settings)
        _add_activities(made, moments.day, settings)
    return findings


def _add_leads(made: dict[str, pl.DataFrame], moments: Moments, settings: Settings, zone: str | None) -> list[Finding]:
    as_of = moments.of("leads", "activities")
    if as_of is None or moments.day is None:
        return []
    activities, deals = made.get("activities"), made.get("deals")
    notes: list[Finding] = []
    if "leads" in made:
        touched, notes = lead_touches(made["leads"], activities, deals, as_of, settings, zone)
        if touched is not None:
            made["lead_touches"] = touched
            undated = made["leads"].filter(pl.col("created").is_null())
            made["leads"] = pl.concat([touched.select(*undated.columns, "response_band"), undated], how="diagonal")
    _add(made, "chances", chances(made.get("lead_touches"), deals, activities, moments.day, settings))
    return notes


def _add_deals(made: dict[str, pl.DataFrame], moments: Moments, settings: Settings) -> None:
    as_of, known = moments.day, moments.of("stages")
    if "deals" not in made or as_of is None or known is None:
        return
    known = max(known, as_of)  # a history that goes on is not cut where no day was asked for
    _add(made, "deal_touches", deal_touches(made["deals"], made.get("activities"), as_of))
    _add(made, "deal_stages", deal_stages(made["deals"], made.get("stages"), as_of, settings, known))
    _add(made, "close_plans", close_plans(made["deals"], made.get("stages"), known))


def _add_activities(made: dict[str, pl.DataFrame], as_of: date, settings: Settings) -> None:
    if "activities" not in made:
        return
    made["activities"] = with_gaps(made["activities"])
    _add(made, "rep_days", rep_days(made["activities"]))
    if "deals" in made:
        others = (made.get("stages"), made.get("leads"))
        met = meeting_outcomes(made["activities"], made["deals"], *others, as_of, settings.meeting_yield_days)
        _add(made, "meeting_outcomes", met)


def _add(made: dict[str, pl.DataFrame], entity: str, frame: pl.DataFrame | None) -> None:
    if frame is not None:
        made[entity] = frame
