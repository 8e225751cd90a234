"""From the frames of files to the frames that measures aggregate."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.report.activity_entities import add_activity_entities
from salesmetrics.report.currency import convert
from salesmetrics.report.later import later_records
from salesmetrics.report.linking import with_one_currency, with_potential, with_prices
from salesmetrics.report.money_entities import Asked, add_money_entities
from salesmetrics.report.prepare import as_of_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.metrics.settings import Settings
    from salesmetrics.report.moments import Moments
    from salesmetrics.schema.provenance import Finding

__all__ = ["make_entities"]

OTHER_TYPES = frozenset({"activities", "meeting_outcomes", "surveys"})
"""Entities whose ``type`` is not that of a deal."""


def make_entities(
    frames: Mapping[str, pl.DataFrame],
    moments: Moments,
    settings: Settings,
    asked: Asked | None = None,
) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """The frames as measures need them, on the as-of date.

    Args:
        frames: Canonical frames by kind.
        moments: The days that the report speaks for.
        settings: Thresholds that decide what a record counts as.
        asked: What of the request decides how frames are made.

    Returns:
        Frames by entity, and what has to be said about how they were made.
    """
    asked = asked or Asked()
    frames, findings = _priced(frames, moments.day, asked)
    made = dict(frames)
    if moments.cut is None:
        made |= _without_far_closes(made, moments)
    else:
        if "deals" in made:
            made["deals"], note = as_of_view(made["deals"], moments.cut)
            findings += [note] if note else []
        findings += later_records(frames, moments.cut)
    findings += add_activity_entities(made, frames, moments, settings, asked.calendar.timezone)
    findings += add_money_entities(made, frames, moments, settings, asked)
    return _with_one_type(made), findings


def _without_far_closes(frames: Mapping[str, pl.DataFrame], moments: Moments) -> dict[str, pl.DataFrame]:
    """The deals without the days of closing that lie beyond the last event: the deals stay closed, on a day that nobody knows."""
    deals, day = frames.get("deals"), moments.day
    if deals is None or day is None or "closed" not in deals.columns or "deals" not in moments.own:
        return {}
    last = deals["closed"].max()
    if not isinstance(last, date) or last <= day:
        return {}
    return {"deals": deals.with_columns(pl.when(pl.col("closed") <= day).then(pl.col("closed")))}


def _with_one_type(made: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The frames with ``type`` in those of deals alone, if deals have one: other types go by their own names."""
    if "deals" not in made or "type" not in made["deals"].columns:
        return dict(made)
    return {
        entity: frame.drop("type", strict=False) if entity in OTHER_TYPES else frame for entity, frame in made.items()
    }


def _priced(
    frames: Mapping[str, pl.DataFrame], as_of: date | None, asked: Asked
) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """The frames with what is known of prices, and in one currency if that is asked for."""
    made, findings = with_one_currency(frames)
    if "products" in made and "deals" in made:
        made["deals"], notes = with_prices(made["deals"], made["products"])
        findings += notes
    if "customers" in made and "deals" in made:
        made["deals"] = with_potential(made["deals"], made["customers"], as_of)
    if asked.currency is not None:
        made, notes = convert(made, asked.currency, as_of, asked.calendar)
        findings += notes
    return made, findings
