"""KPIs over time beside what they have varied between so far. Own file: the answer of `trend`."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

import polars as pl
from msgspec import structs
from msgspec.structs import replace

from salesmetrics import calendar
from salesmetrics.answers.report import Limits, Period
from salesmetrics.calendar import split, unit_period
from salesmetrics.calendar.steps import day_after
from salesmetrics.engine.build import in_order, make_report, metrics_of
from salesmetrics.engine.metric import group_order, in_cell_order
from salesmetrics.engine.moments import seen_by
from salesmetrics.engine.prepare import prepare
from salesmetrics.engine.request import Request, window_of
from salesmetrics.engine.resolve import terms_around
from salesmetrics.engine.segments import arranged
from salesmetrics.engine.series import refuse_many, series
from salesmetrics.engine.usual import Employment, Records, amounts_of
from salesmetrics.entities.declared import date_columns
from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.message import Message
from salesmetrics.statistics.control import p_prime_limits, scaled_limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.answers.report import Metric, Report
    from salesmetrics.calendar import Every
    from salesmetrics.engine.prepare import Ordering, Prepared
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.schema.provenance import Finding, Input
    from salesmetrics.statistics.control import ProcessLimits

__all__ = ["build_trend", "per_period", "with_limits"]


def build_trend(
    request: Request,
    frames: Mapping[str, pl.DataFrame],
    catalog: Catalog,
    *,
    inputs: Sequence[Input] = (),
    findings: Sequence[Finding] = (),
) -> Report:
    """A report that holds each KPI for every period of the calendar, gaps included, and its control limits.

    A series begins with the first period that has a record of the KPI's own, also where the period asked for begins before it;
    so a KPI has the same values and limits alone and beside others.

    Limits rest on the complete periods with a value, at least six of them: for shares Laney's p′ chart, which knows how
    many records each period has, for all other KPIs mean ± 2.66 · mean moving range, which for counts and sums of amounts
    is taken on the scale on which they are symmetrical. A partial period has none, nor has one in which the person of the
    segment was not employed throughout (for shares and averages: at all). A KPI that still grows after its period has none: its
    last periods would always seem to fall.

    Args:
        request: With the KPIs and ``every``.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.
        inputs: The files behind the frames, for the record.
        findings: What is known about the data already.

    Raises:
        SalesmetricsError: ``report_empty``: the KPI has no series, or as for ``build_report``.
    """
    setup = in_order(request, prepare(request, frames, catalog), frames, catalog)
    metrics: list[Metric] = []
    position = {name: index for index, name in enumerate(dict.fromkeys(request.kpis))}
    there = Employment(setup.source.frames.get("reps"))
    known = in_cell_order(series(request, setup, position), setup.rank)
    for name in position:
        kpi = catalog.kpis[name]
        alone = replace(request, kpis=(name,))
        values = [metric for metric in known if metric.id == name] or per_period(
            alone, kpi, frames, catalog, setup.ordering
        )
        if not values:
            raise _no_series(kpi)
        members: dict[tuple[object, ...], list[Metric]] = {}
        for metric in values:
            members.setdefault((tuple(metric.group.items()), metric.currency), []).append(metric)
        known_of = Records(amounts_of(kpi, request, setup, catalog), several=setup.source.several)
        for one in members.values():
            metrics += with_limits(kpi, one, known_of, there)
    return make_report(request, setup, metrics, inputs=inputs, findings=findings, command="trend")


def _no_series(kpi: Kpi) -> SalesmetricsError:
    if kpi.basis == "snapshot":
        cause, fix = Message("kpi_of_one_day", kpi=kpi.id), Message("see_another_day", kpi=kpi.id)
    else:
        cause, fix = Message("kpi_without_series", kpi=kpi.id), Message("see_its_value", kpi=kpi.id)
    return SalesmetricsError("report_empty", cause=cause, fix=fix)


def with_limits(kpi: Kpi, metrics: Sequence[Metric], records: Records, there: Employment | None = None) -> list[Metric]:
    """The metrics of one KPI, group and currency in order of time, with the control limits of their complete periods.

    Args:
        kpi: What they are of.
        metrics: One per period.
        records: What is known of the records behind them.
        there: Who was employed when; None where the periods are those in which the person was.
    """
    counted = [
        m.period is not None
        and not m.period.partial
        and (there is None or there.covers(m.group, m.period, whole=kpi.additive))
        for m in metrics
    ]
    usable = [metric if counts else None for metric, counts in zip(metrics, counted, strict=True)]
    method: Literal["xmr", "p_prime"] = "p_prime" if kpi.interval == "wilson" else "xmr"
    found: Sequence[ProcessLimits | None] = [None] * len(metrics)
    power = None
    if kpi.interval == "wilson" and not kpi.matures:
        counts = [(int(m.numerator or 0), int(m.denominator or 0)) if m else None for m in usable]
        found = p_prime_limits(counts) or found
    elif not kpi.matures:
        values = [float(m.value) if m and m.value is not None else None for m in usable]
        power = records.power_of(kpi, [m for m in usable if m is not None and m.value is not None])
        limits = scaled_limits(values, power)
        found = [None if value is None else limits for value in values]
    n = sum(m is not None and m.value is not None for m in usable)
    return [
        metric if limits is None else structs.replace(metric, limits=_judged(metric, limits, method, n, power))
        for metric, limits in zip(metrics, found, strict=True)
    ]


def _judged(
    metric: Metric, limits: ProcessLimits, method: Literal["xmr", "p_prime"], n: int, power: float | None
) -> Limits:
    value = float(metric.value or 0)
    outside: Literal["above", "below"] | None = None
    if value > limits.high:
        outside = "above"
    elif value < limits.low:
        outside = "below"
    return Limits(
        low=limits.low,
        centre=limits.centre,
        high=limits.high,
        method=method,
        n=n,
        outside=outside,
        power=None if power == 1 else power,
    )


# --- A series of a KPI that compares periods with each other: each period is asked for by itself ---


MAX_PIECES = 2_000
_TODAY = frozenset({"snapshot", "undated"})
_EDGES = frozenset({"window_start", "window_end"})
_Place = tuple[tuple[tuple[str, str | None], ...], str | None]


def per_period(
    request: Request,
    kpi: Kpi,
    frames: Mapping[str, pl.DataFrame],
    catalog: Catalog,
    ordering: Ordering | None = None,
) -> list[Metric]:
    """One value per period, as a report on that period would have it: growth, retention and what else looks back.

    Args:
        request: With ``every``.
        kpi: What to compute.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.
        ordering: The order of segments.

    Returns:
        The total in order of time, then segments; nothing where no record has a date or the KPI is a state on one day.
    """
    request = seen_by(request, kpi, catalog)
    as_of, every = request.as_of, request.every
    if as_of is None or every is None or kpi.basis == "snapshot":
        return []
    bounds = window_of(request)
    tomorrow = day_after(as_of)
    probe = replace(request, period=Period(label="", start=as_of, end=tomorrow), asked_period=None, every=None)
    setup = prepare(replace(probe, trend=False, compare=None), frames, catalog)
    setup = setup if ordering is None else arranged(setup, request.by, ordering)
    start = bounds.start or _first_day(kpi, setup)
    if start is None or start > as_of or not _looks_at_periods(kpi, setup):
        return []
    found: dict[_Place, dict[int, Metric]] = {}
    end = bounds.end or tomorrow
    pieces = split(
        calendar.Period("", start if bounds.start else _begun(start, every, request), end),
        every,
        as_of,
        request.calendar,
    )
    refuse_many(every, len(pieces), MAX_PIECES)
    for index, piece in enumerate(pieces):
        meant = piece if bounds.bounded else unit_period(piece.start or start, every, request.calendar).seen_from(as_of)
        terms = terms_around(meant, as_of, request.calendar).terms()
        for metric in metrics_of(replace(request, **terms, every=None, trend=False, compare=None), setup):
            here = structs.replace(metric, period=_named(piece))
            found.setdefault((tuple(metric.group.items()), metric.currency), {})[index] = here
    named = [_named(piece) for piece in pieces]
    ordered = sorted(found, key=lambda place: (*group_order(tuple(v for _, v in place[0]), setup.rank), place[1] or ""))
    return [metric for place in ordered for metric in _with_gaps(found[place], named)]


def _with_gaps(known: Mapping[int, Metric], periods: list[Period]) -> list[Metric]:
    """A segment without a record in a period has no value there, and keeps its place."""
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
        known.get(index) or structs.replace(some, **nothing, period=period, reason="no_records", small=False)
        for index, period in enumerate(periods)
    ]


def _begun(day: date, every: Every, request: Request) -> date:
    return unit_period(day, every, request.calendar).start or day


def _named(piece: calendar.Period) -> Period:
    return Period(label=piece.label, start=piece.start, end=piece.end, partial=piece.partial)


def _looks_at_periods(kpi: Kpi, setup: Prepared) -> bool:
    """Whether all that a KPI is made of belongs to a period, and nothing of it is as it is today."""
    required = setup.source.catalog.required_measures(kpi).values()
    return all(m.basis not in _TODAY or not _EDGES.isdisjoint(m.columns) for m in required)


def _first_day(kpi: Kpi, setup: Prepared) -> date | None:
    """The first day of the records that a KPI rests on, by the dates that put them into periods."""
    entities = {measure.entity for measure in setup.source.catalog.required_measures(kpi).values()}
    days = []
    for entity in entities:
        frame = setup.source.frames.get(entity)
        columns = set() if frame is None else set(date_columns(entity).values()) & set(frame.columns)
        days += [frame[column].cast(pl.Date).min() for column in columns if frame is not None]
    return min((day for day in days if isinstance(day, date)), default=None)
