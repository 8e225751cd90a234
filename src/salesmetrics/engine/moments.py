"""The day that each kind of file is measured on: the one asked for, or where none is, its own last event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.calendar import Period
from salesmetrics.engine.resolve import terms_around
from salesmetrics.entities.declared import kinds_of
from salesmetrics.entities.moments import Moments
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.schema.provenance import Finding

__all__ = ["days_differ", "moments_of", "seen_by"]


def moments_of(request: Request) -> Moments:
    """The days that a request is about."""
    return Moments(request.as_of, request.own or {}, request.own is None)


def seen_by(request: Request, kpi: Kpi, catalog: Catalog) -> Request:
    """The request as a KPI sees it: on the day of its own files, and with its period as far as it has elapsed by then."""
    day = _day_of(request, kpi, catalog)
    if day == request.as_of or day is None:
        return request
    asked = replace(request, as_of=day)
    if request.period.start is None or request.period.end is None:
        return asked
    start, end = request.period.start, request.period.end
    period = (request.asked_period or Period(request.period.label, start, end)).seen_from(day)
    return replace(asked, **terms_around(period, day, request.calendar).terms())


def _day_of(request: Request, kpi: Kpi, catalog: Catalog) -> date | None:
    if not request.own:
        return request.as_of
    kinds = {kind for measure in catalog.required_measures(kpi).values() for kind in kinds_of(measure.entity)}
    return moments_of(request).of(*kinds)


def days_differ(request: Request, kpis: Iterable[Kpi], catalog: Catalog) -> list[Finding]:
    """What has to be said where kinds of file are measured on days of their own."""
    if not request.own:
        return []
    behind = {kind for kpi in kpis for m in catalog.required_measures(kpi).values() for kind in kinds_of(m.entity)}
    days = {kind: day for kind in request.own if kind in behind and (day := moments_of(request).of(kind)) is not None}
    others = {kind: day for kind, day in days.items() if day != request.as_of}
    if not others:
        return []
    own = tuple(Message("kind_and_day", kind=kind, day=day) for kind, day in others.items())
    return [finding("as_of_differs", count=0, days=own, as_of=request.as_of)]
