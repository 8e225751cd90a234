"""Each segment beside its own past. Own file: what a person usually does, apart from what others do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from salesmetrics.answers.benchmark import BenchmarkHistory
from salesmetrics.answers.report import Period
from salesmetrics.engine.maturity import MATURING
from salesmetrics.engine.metric import in_cell_order
from salesmetrics.engine.prepare import prepare
from salesmetrics.engine.series import series
from salesmetrics.engine.trend import with_limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import polars as pl

    from salesmetrics.answers.report import Metric
    from salesmetrics.calendar import Every
    from salesmetrics.engine.evaluate import Group
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi

__all__ = ["Place", "histories"]


class Place(NamedTuple):
    """What a history is of."""

    kpi: str
    currency: str | None
    group: Group


class _Employment(NamedTuple):
    """The first day of a rep, and the first one after the last; None where that is not known."""

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
    return {
        place: _latest(catalog.kpis[place.kpi], _there(own, staff.get(place.group[0])), every)
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
    return begun and (employed.left is None or (period.end is not None and period.end <= employed.left))


def _latest(kpi: Kpi, metrics: Sequence[Metric], every: Every) -> BenchmarkHistory:
    known = sum(metric.value is not None for metric in metrics)
    last = with_limits(kpi, metrics)[-1] if metrics else None
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
