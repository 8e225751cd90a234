"""Segments over time: each beside its own past, and what of a change is theirs. Own file: a benchmark looks at one period.

The limits are those of a trend, and the arithmetic of changes is that of :mod:`salesmetrics.analysis.change_parts`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec.structs import replace

from salesmetrics.analysis.change_parts import VELOCITY, rate_parts, velocity_parts
from salesmetrics.answers.benchmark import (
    BenchmarkChange,
    BenchmarkFactor,
    BenchmarkHistory,
    BenchmarkPart,
    BenchmarkVelocity,
)
from salesmetrics.answers.report import Period
from salesmetrics.calendar.steps import day_before
from salesmetrics.engine.compute import Cell, counts
from salesmetrics.engine.evaluate import evaluate, shapes_of
from salesmetrics.engine.maturity import MATURING, maturing
from salesmetrics.engine.metric import in_cell_order, plain
from salesmetrics.engine.prepare import prepare
from salesmetrics.engine.series import series
from salesmetrics.engine.trend import with_limits
from salesmetrics.engine.usual import Records, amounts_of
from salesmetrics.metrics.shapes import Mean, Ratio, as_decimal, total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import polars as pl

    from salesmetrics.answers.report import Metric
    from salesmetrics.calendar import Every
    from salesmetrics.engine.build import Tabled
    from salesmetrics.engine.compute import Source
    from salesmetrics.engine.evaluate import Group, Values
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi, Shape

__all__ = ["Measured", "Place", "absent", "changes_of", "histories", "velocity_of"]


# --- the own past ---


class Place(NamedTuple):
    """What a history is of."""

    kpi: str
    currency: str | None
    group: Group


class _Employment(NamedTuple):
    """The first and the last day of a rep; None where that is not known."""

    hired: date | None
    left: date | None


def histories(
    request: Request, kpis: Sequence[Kpi], frames: Mapping[str, pl.DataFrame], catalog: Catalog, every: Every
) -> dict[Place, BenchmarkHistory]:
    """The latest complete period of each segment, between the limits of its own earlier ones.

    The limits are those of :mod:`salesmetrics.engine.trend`, from at least six complete periods. Only periods count in
    which a rep was employed, by the reps file; without one, those from the first to the last with a record.

    Args:
        request: What is asked for, with dimensions.
        kpis: Of which KPIs; those without a date of their own have no history.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.
        every: Length of a period.
    """
    until = Period(label=request.period.label, start=None, end=request.period.end)
    ids = tuple(kpi.id for kpi in kpis)
    asked = replace(request, kpis=ids, families=(), period=until, asked_period=None, every=every, headlines=0)
    asked = replace(asked, compare=None, comparison=None, trend=False)
    setup = prepare(asked, frames, catalog)
    metrics = in_cell_order(series(asked, setup, {name: place for place, name in enumerate(ids)}), setup.rank)
    members: dict[Place, list[Metric]] = {}
    for metric in metrics:
        if metric.group:
            members.setdefault(Place(metric.id, metric.currency, tuple(metric.group.values())), []).append(metric)
    staff = _staff(setup.source.frames.get("reps")) if request.by == ("owner",) else {}
    several = setup.source.several
    records = {kpi.id: Records(amounts_of(kpi, asked, setup, catalog), several) for kpi in setup.plan.kpis}
    return {
        place: _latest(catalog.kpis[place.kpi], _there(own, staff.get(place.group[0])), every, records[place.kpi])
        for place, own in members.items()
    }


def _staff(reps: pl.DataFrame | None) -> dict[str | None, _Employment]:
    if reps is None or "owner" not in reps.columns:
        return {}
    nothing = [None] * reps.height
    hired, left = (reps[name].to_list() if name in reps.columns else nothing for name in ("hired", "left"))
    return {name: _Employment(*days) for name, *days in zip(reps["owner"].to_list(), hired, left, strict=True)}


def _there(metrics: Sequence[Metric], employed: _Employment | None) -> list[Metric]:
    """The complete periods in which a segment was there."""
    whole = [m for m in metrics if m.period is not None and not m.period.partial]
    if employed is not None and employed.hired is not None:
        return [m for m in whole if m.period is not None and _within(m.period, employed)]
    seen = [place for place, metric in enumerate(whole) if metric.n or metric.value]
    return whole[seen[0] : seen[-1] + 1] if seen else []


def _within(period: Period, employed: _Employment) -> bool:
    begun = employed.hired is None or (period.start is not None and period.start >= employed.hired)
    return begun and (employed.left is None or (period.end is not None and day_before(period.end) <= employed.left))


def _latest(kpi: Kpi, metrics: Sequence[Metric], every: Every, records: Records) -> BenchmarkHistory:
    known = sum(metric.value is not None for metric in metrics)
    last = with_limits(kpi, metrics, records)[-1] if metrics else None
    limits = last.limits if last else None
    period = last.period if last else None
    if last is None or limits is None:
        reason = MATURING if kpi.matures else "few_periods"
        value = last.value if last else None
        return BenchmarkHistory(every=every, periods=known, period=period, value=value, reason=reason)
    return BenchmarkHistory(
        every=every,
        periods=known,
        period=period,
        value=last.value,
        low=limits.low,
        centre=limits.centre,
        high=limits.high,
        method=limits.method,
        outside=limits.outside,
    )


def absent(
    counted: Mapping[Group, int], reps: pl.DataFrame | None, request: Request, period: Period
) -> dict[Group, str]:
    """Segments whose counts say nothing beside those of the others, with the reason.

    They were not there for all of the period, or they have no record and no reps file says that they were there.

    Args:
        counted: The count of each segment.
        reps: Reps with ``owner``, ``hired`` and ``left`` (Date) where known.
        request: Says what segments are.
        period: Of the counts; for all of time, from the first to the last day of the records.
    """
    staff = _staff(reps) if request.by == ("owner",) else {}
    first = period.start or (request.span.first if request.span else None)
    ends = [day for day in (period.end and day_before(period.end), request.as_of) if day is not None]
    last = min(ends, default=None)
    found = {}
    for group, count in counted.items():
        own = staff.get(group[0])
        if own is not None and ((own.hired and first and own.hired > first) or (own.left and last and own.left < last)):
            found[group] = "partly_employed"
        elif not count and (own is None or own.hired is None):
            found[group] = "presence_unknown"
    return found


# --- what of a change is theirs ---


_NEAR = Fraction(1, 10**9)
_NOTHING = (0, 0)
_VELOCITY = "pipeline_velocity"


class Measured(NamedTuple):
    """Measure values of segments, and what they come from.

    Attributes:
        tables: By span of time, with the values of the earlier period beside them.
        cells: All that any table has, in order.
        source: Where the values come from.
        currency: The one currency of all amounts, where there is one.
    """

    tables: Sequence[Tabled]
    cells: Sequence[Cell]
    source: Source
    currency: str | None


def changes_of(request: Request, measured: Measured, kpis: Sequence[str]) -> list[BenchmarkChange]:
    """The change of each KPI that is a ratio or a mean: what segments did, and what their shares of the records did.

    Args:
        request: What is asked for, with an earlier period.
        measured: The values of segments.
        kpis: Ids, in the order wanted.
    """
    found: dict[str, list[BenchmarkChange]] = {}
    for table in measured.tables:
        for kpi in table.kpis:
            if kpi.id in kpis and kpi.basis != "snapshot" and kpi.id != _VELOCITY:
                found[kpi.id] = _of_kpi(kpi, table, request, measured)
    return [change for name in kpis for change in found.get(name, ())]


def _of_kpi(kpi: Kpi, table: Tabled, request: Request, measured: Measured) -> list[BenchmarkChange]:
    shift, source = request.compare or "", measured.source
    if shift not in table.windows:
        return []
    money = source.catalog.is_money(kpi)
    cells = [cell for cell in measured.cells if cell.group and counts(source, cell, money=money)]
    values = table.grouped.values(cells)
    pairs = [_pairs(shapes_of(kpi, one, source.catalog)) for one in (values.shifted(shift), values)]
    young = any(maturing(kpi, values, table.windows[""].end, table.asked))
    found = []
    for code in dict.fromkeys(cell.currency for cell in cells):
        places = [place for place, cell in enumerate(cells) if cell.currency == code]
        then, now = ({cells[p].group: pair for p in places if (pair := own[p])} for own in pairs)
        if not then or not now:
            continue
        whole = table.total.values([Cell((), code, None)])
        ends = [evaluate(kpi, one, source.catalog, None)[0].value for one in (whole.shifted(shift), whole)]
        currency = (code if source.several else measured.currency) if money else None
        found.append(_change(kpi, request, then, now, ends, currency, young=young))
    return found


def _pairs(shapes: Sequence[Shape | None]) -> list[tuple[Any, Any] | None]:
    """Numerator and denominator of each segment; None where it is made of something else."""
    found: list[tuple[Any, Any] | None] = []
    for shape in shapes:
        if isinstance(shape, Ratio):
            found.append((shape.numerator, shape.denominator))
        else:
            found.append((total(shape.sample), len(shape.sample)) if isinstance(shape, Mean) else None)
    return found


def _change(
    kpi: Kpi,
    request: Request,
    then: Mapping[Group, tuple[Any, Any]],
    now: Mapping[Group, tuple[Any, Any]],
    ends: Sequence[Any],
    currency: str | None,
    *,
    young: bool,
) -> BenchmarkChange:
    """The parts of a change, or why there are none."""
    named: dict[str, Any] = {"kpi": kpi.id, "title": kpi.title_with(request.settings), "unit": kpi.unit}
    named |= {"currency": currency, "previous": plain(ends[0]), "value": plain(ends[1])}
    reason = MATURING if young else None
    positive = all(n >= 0 for period in (then, now) for _, n in period.values())
    parts = rate_parts(then, now) if positive and reason is None else None
    if parts is None or None in ends or not _is_total(parts.total, ends):
        return BenchmarkChange(**named, reason=reason or ("zero_denominator" if None in ends else "not_additive"))
    whole = [sum(Fraction(n) for _, n in period.values()) for period in (then, now)]
    segments = []
    for group, part in parts.segments.items():
        cells = [period.get(group, _NOTHING) for period in (then, now)]  # type: ignore[call-overload]
        rates = [float(Fraction(k) / Fraction(n)) if n else None for k, n in cells]
        shares = [float(Fraction(n) / size) for (_, n), size in zip(cells, whole, strict=True)]
        segments.append(
            BenchmarkPart(
                group=dict(zip(request.by, group, strict=True)),  # type: ignore[call-overload]
                previous=rates[0],
                value=rates[1],
                previous_share=shares[0],
                share=shares[1],
                within=as_decimal(part.within),
                mix=as_decimal(part.mix),
            )
        )
    change, within = as_decimal(parts.total), as_decimal(parts.within)
    return BenchmarkChange(
        **named, change=change, within=within, mix=change - within, paradox=parts.paradox, segments=segments
    )


def _is_total(change: Fraction, ends: Sequence[Any]) -> bool:
    """Whether the segments make the total: they do not where a record counts in several, or an account once in each."""
    before, after = (Fraction(end) for end in ends)
    return abs(after - before - change) <= _NEAR * max(abs(before), abs(after), Fraction(1))


def velocity_of(request: Request, measured: Measured) -> list[BenchmarkVelocity]:
    """The change of pipeline velocity by its four factors, in each currency.

    Open deals are those of the as-of day in both periods, so they change nothing unless the files say what was open then.
    """
    shift, source = request.compare or "", measured.source
    table = next((t for t in measured.tables if any(kpi.id == _VELOCITY for kpi in t.kpis)), None)
    if table is None or shift not in table.windows:
        return []
    kpi = source.catalog.kpis[_VELOCITY]
    found = []
    for code in source.currencies if source.several else [None]:
        whole = table.total.values([Cell((), code, None)])
        periods = (whole.shifted(shift), whole)
        ends = [evaluate(kpi, one, source.catalog, None)[0].value for one in periods]
        factors = [{name: _factor(name, one, source) for name in VELOCITY} for one in periods]
        if None in ends or any(value is None for one in factors for value in one.values()):
            continue
        parts = velocity_parts(*factors)
        if parts is None:
            continue
        change = as_decimal(parts.total)
        found.append(
            BenchmarkVelocity(
                currency=code if source.several else measured.currency,
                previous=plain(ends[0]),
                value=plain(ends[1]),
                change=change,
                factors=[
                    BenchmarkFactor(
                        id=name,
                        title=source.catalog.kpis[name].title_with(request.settings),
                        unit=source.catalog.kpis[name].unit,
                        previous=plain(factors[0][name]),
                        value=plain(factors[1][name]),
                        part=as_decimal(part),
                    )
                    for name, part in parts.parts.items()
                ],
            )
        )
    return found


def _factor(name: str, values: Values, source: Source) -> Any:
    """A factor of velocity: a measure, or a KPI."""
    if name in source.catalog.measures:
        return values.column(name, 0)[0]
    return evaluate(source.catalog.kpis[name], values, source.catalog, None)[0].value
