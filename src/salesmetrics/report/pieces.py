"""A series of a KPI that compares stretches with each other: each stretch is asked for by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics import calendar
from salesmetrics.calendar import split, unit_period
from salesmetrics.report.asking import stretch_around
from salesmetrics.report.build import metrics_of
from salesmetrics.report.model import Period
from salesmetrics.report.moments import seen_by
from salesmetrics.report.plan import BASIS_COLUMNS
from salesmetrics.report.request import Request, window_of
from salesmetrics.report.series import refuse_many
from salesmetrics.report.setup import set_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.calendar import Every
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.report.model import Metric
    from salesmetrics.report.setup import Setup

__all__ = ["piecewise"]

MAX_PIECES = 2_000
_TODAY = frozenset({"snapshot", "undated"})
_EDGES = frozenset({"window_start", "window_end"})
_Place = tuple[tuple[tuple[str, str | None], ...], str | None]


def piecewise(request: Request, kpi: Kpi, frames: Mapping[str, pl.DataFrame], catalog: Catalog) -> list[Metric]:
    """One value per stretch, as a report on that stretch would have it: growth, retention and what else looks back.

    Args:
        request: With ``every``.
        kpi: What to compute.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.

    Returns:
        The total in order of time, then segments; nothing where no record has a date or the KPI is a state on one day.
    """
    request = seen_by(request, kpi, catalog)
    as_of, every = request.as_of, request.every
    if as_of is None or every is None or kpi.basis == "snapshot":
        return []
    bounds = window_of(request)
    probe = replace(request, period=Period(label="", start=as_of, end=as_of + timedelta(days=1)), every=None)
    setup = set_up(replace(probe, trend=False, compare=None), frames, catalog)
    start = bounds.start or _first_day(kpi, setup)
    if start is None or start > as_of or not _looks_at_stretches(kpi, setup):
        return []
    found: dict[_Place, dict[int, Metric]] = {}
    end = bounds.end or as_of + timedelta(days=1)
    pieces = split(
        calendar.Period("", start if bounds.start else _begun(start, every, request), end),
        every,
        as_of,
        request.calendar,
    )
    refuse_many(every, len(pieces), MAX_PIECES)
    for index, piece in enumerate(pieces):
        meant = piece if bounds.bounded else unit_period(piece.start or start, every, request.calendar).seen_from(as_of)
        terms = stretch_around(meant, as_of, request.calendar).terms()
        for metric in metrics_of(replace(request, **terms, every=None, trend=False, compare=None), setup):
            here = metric.model_copy(update={"period": _named(piece)})
            found.setdefault((tuple(metric.group.items()), metric.currency), {})[index] = here
    named = [_named(piece) for piece in pieces]
    ordered = sorted(
        found, key=lambda place: (len(place[0]), [(v is None, v or "") for _, v in place[0]], place[1] or "")
    )
    return [metric for place in ordered for metric in _with_gaps(found[place], named)]


def _with_gaps(known: Mapping[int, Metric], periods: list[Period]) -> list[Metric]:
    """A segment without a record in a stretch has no value there, and keeps its place."""
    some = next(iter(known.values()))
    nothing: dict[str, object] = {
        "value": None,
        "numerator": None,
        "denominator": None,
        "n": None,
        "interval": None,
        "excluded": [],
    }
    return [
        known.get(index)
        or some.model_copy(update={**nothing, "period": period, "reason": "no_records", "small": False})
        for index, period in enumerate(periods)
    ]


def _begun(day: date, every: Every, request: Request) -> date:
    return unit_period(day, every, request.calendar).start or day


def _named(piece: calendar.Period) -> Period:
    return Period(label=piece.label, start=piece.start, end=piece.end, partial=piece.partial)


def _looks_at_stretches(kpi: Kpi, setup: Setup) -> bool:
    """Whether all that a KPI is made of belongs to a stretch, and nothing of it is as it is today."""
    required = setup.source.catalog.required_measures(kpi).values()
    return all(m.basis not in _TODAY or not _EDGES.isdisjoint(m.columns) for m in required)


def _first_day(kpi: Kpi, setup: Setup) -> date | None:
    """The first day of the records that a KPI rests on, by the dates that put them into periods."""
    entities = {measure.entity for measure in setup.source.catalog.required_measures(kpi).values()}
    days = []
    for (entity, _), column in BASIS_COLUMNS.items():
        frame = setup.source.frames.get(entity)
        if entity in entities and frame is not None and column in frame.columns:
            days.append(frame[column].cast(pl.Date).min())
    return min((day for day in days if isinstance(day, date)), default=None)
