"""Which days the files speak of: a period before the first record or after the last is unknown, not zero."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar import parse_period
from salesmetrics.errors import counted
from salesmetrics.report.plan import BASIS_COLUMNS
from salesmetrics.schema.provenance import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from salesmetrics.metrics.definition import Measure
    from salesmetrics.report.request import Request
    from salesmetrics.report.windows import Window

__all__ = ["complete_today", "covered_days", "early_ends", "unknown_measures"]

EVENTS = frozenset({"closed", "created", "occurred"})
"""Bases whose dates are things that happened, so that the last of them says how far a file reaches."""

WATCHED = ("deals", "leads", "activities", "invoices")
PATIENCE = 31


def covered_days(frame: pl.DataFrame, entity: str) -> tuple[date, date] | None:
    """The first and the last day on which something happened, or None when the records have no dates."""
    columns = {
        column
        for (owner, basis), column in BASIS_COLUMNS.items()
        if owner == entity and basis in EVENTS and column in frame.columns
    }
    if not columns:
        return None
    days = [pl.col(name).cast(pl.Date) for name in sorted(columns)]
    ends = frame.select(
        first=pl.min_horizontal(day.min() for day in days), last=pl.max_horizontal(day.max() for day in days)
    )
    first, last = ends.row(0)
    return (first, last) if isinstance(first, date) and isinstance(last, date) else None


def unknown_measures(
    frames: Mapping[str, pl.DataFrame], measures: Mapping[str, Measure], window: Window
) -> dict[str, str]:
    """The measures that the records cannot tell, with the reason: none of them reaches the period.

    Args:
        frames: Frames by entity.
        measures: Measures by id.
        window: The period.
    """
    if not window.bounded:
        return {}
    entities = {m.entity for m in measures.values() if m.basis in EVENTS}
    known = {entity: covered_days(frames[entity], entity) for entity in entities}
    silent = {entity for entity, days in known.items() if days is not None and _misses(window, days)}
    silenced = {name: m for name, m in measures.items() if m.entity in silent and m.basis in EVENTS}
    if window.start is not None and window.end is not None and window.end <= window.start:
        silenced.pop("quota_won_amount", None)  # nothing has been won in a period that has not begun
    return dict.fromkeys(silenced, "outside_data")


def _misses(window: Window, days: tuple[date, date]) -> bool:
    late = window.start is not None and days[1] < window.start
    return late or (window.end is not None and window.end <= days[0])


def early_ends(frames: Mapping[str, pl.DataFrame], as_of: date | None) -> Iterable[Finding]:
    """Findings for files that end long before the day the report speaks for: later periods are not empty but unknown."""
    for entity in WATCHED:
        days = covered_days(frames[entity], entity) if as_of is not None and entity in frames else None
        if days is None or as_of is None or as_of - days[1] <= timedelta(days=PATIENCE):
            continue
        gap = (as_of - days[1]).days
        yield Finding(
            code="data_end_early",
            severity=Severity.WARNING,
            kind=entity,
            count=0,
            message=f"the {entity} end on {days[1]}, {counted(gap, 'day')} before the as-of date {as_of}: what came later is not in the file",
            hint=f"export them again, or say `--as-of {days[1]}`",
        )


def complete_today(request: Request) -> list[Finding]:
    """That the last quarter is not the one that the as-of day completes, where somebody asks for it on that very day."""
    words, as_of = request.period_words, request.as_of
    if as_of is None or not words.startswith("last-") or words.endswith("-days"):
        return []
    now = f"this-{words.removeprefix('last-')}"
    running = parse_period(now, as_of=as_of, calendar=request.calendar)
    if running is None or running.end != as_of + timedelta(days=1):
        return []
    own = ", which KPIs of the last complete quarter take by themselves" if words == "last-quarter" else ""
    return [
        Finding(
            code="period_complete_today",
            severity=Severity.NOTE,
            count=0,
            message=f"{as_of} is the last day of {running.label}, and `{words}` is the one before it, {request.period.label}",
            hint=f"`--period {now}` is {running.label}{own}",
        )
    ]
