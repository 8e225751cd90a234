"""The day that each kind of file is measured on: the one asked for, or where none is, its own last event."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from salesmetrics.calendar import Period, unit_period
from salesmetrics.report.asking import stretch_around
from salesmetrics.report.withholding import kinds_of
from salesmetrics.schema.provenance import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from salesmetrics.calendar import Calendar, Unit
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.report import model
    from salesmetrics.report.request import Request

__all__ = ["Moments", "days_differ", "moments_of", "seen_by"]

_LASTING = frozenset({"customers", "revenue"})
"""Kinds whose records go on after their last event: their state is known on the day of the report, too."""


@dataclass(frozen=True, slots=True)
class Moments:
    """The days that kinds of file are measured on.

    Attributes:
        day: The day that the report speaks for.
        own: The last event of each kind, where no day was asked for.
        asked: Whether the day was asked for: then what came later is left out of every file. Where it was not, nothing is.
    """

    day: date | None
    own: Mapping[str, date] = field(default_factory=dict)
    asked: bool = True

    @property
    def cut(self) -> date | None:
        """The day after which records are left out, if there is one."""
        return self.day if self.asked else None

    def of(self, *kinds: str) -> date | None:
        """The day for records of a kind, or for what is made of several: that of the deals where they are among them, else the latest."""
        if self.day is None or "deals" in kinds:
            return self.day
        days = [max(own, self.day) if kind in _LASTING else own for kind in kinds if (own := self.own.get(kind))]
        return max(days, default=self.day)


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
    period = _again(request.period, request.calendar).seen_from(day)
    return replace(asked, **stretch_around(period, day, request.calendar).terms())


def _day_of(request: Request, kpi: Kpi, catalog: Catalog) -> date | None:
    if not request.own:
        return request.as_of
    kinds = {kind for measure in catalog.required_measures(kpi).values() for kind in kinds_of(measure.entity)}
    return moments_of(request).of(*kinds)


def _again(period: model.Period, calendar: Calendar) -> Period:
    """A period of a request as the calendar has it, with its unit if it is one, or the first part of one."""
    start, end, name = period.start, period.end, period.label.removesuffix(" to date")
    assert start is not None
    assert end is not None
    units: tuple[Unit, ...] = ("week", "month", "quarter", "year")
    for unit in units:
        for fiscal in (False, True):
            whole = unit_period(start, unit, calendar, fiscal=fiscal and unit != "week")
            if whole.start == start and (whole.end == end or whole.label == name) and whole.label == name:
                return Period(period.label, start, end, unit, whole.fiscal)
    return Period(period.label, start, end)


def days_differ(request: Request, kpis: Iterable[Kpi], catalog: Catalog) -> list[Finding]:
    """What has to be said where kinds of file are measured on days of their own."""
    if not request.own:
        return []
    behind = {kind for kpi in kpis for m in catalog.required_measures(kpi).values() for kind in kinds_of(m.entity)}
    days = {kind: day for kind in request.own if kind in behind and (day := moments_of(request).of(kind)) is not None}
    others = {kind: day for kind, day in days.items() if day != request.as_of}
    if not others:
        return []
    listed = ", ".join(f"{kind} {day}" for kind, day in others.items())
    return [
        Finding(
            code="as_of_differs",
            severity=Severity.NOTE,
            count=0,
            message=f"without `--as-of` each file is measured at its own last event: {listed}, all else {request.as_of}",
            hint=f"`--as-of {request.as_of}` puts all of them on one day and leaves out what came later",
        )
    ]
