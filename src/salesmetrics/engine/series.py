"""KPIs over time: one value per period of the calendar, and the twelve months that the screen draws."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec.structs import replace

import salesmetrics.calendar as calendar
from salesmetrics.answers.report import Period
from salesmetrics.calendar import Every, bucket_expression, bucket_label, last_units, split, unit_period
from salesmetrics.calendar.steps import day_after, day_before
from salesmetrics.calendar.windows import Window
from salesmetrics.engine.compute import UNDIVIDED, Cell, Keys, counts, value_table
from salesmetrics.engine.cost_cover import CostCover, cost_shift
from salesmetrics.engine.evaluate import Group, Outcome, evaluate
from salesmetrics.engine.maturity import MATURING, maturing, of_long_periods
from salesmetrics.engine.metric import MetricColumn, cell_order, groups_of, make_metrics
from salesmetrics.engine.moments import seen_by
from salesmetrics.engine.request import Request, window_of
from salesmetrics.engine.unknown import covered_days
from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from salesmetrics.engine.compute import Source, ValueTable
    from salesmetrics.engine.evaluate import Values
    from salesmetrics.engine.prepare import Prepared
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi

__all__ = ["has_series", "last_drawn", "refuse_many", "series", "trends"]

MAX_VALUES = 1_000_000

TREND_MONTHS = 12

DATED_SPANS = frozenset({"period", "quota", "costs"})
"""Spans of KPIs that mean the same in any period; the others compare a period with one before it."""


def series(request: Request, setup: Prepared, position: Mapping[str, int]) -> list[MetricColumn]:
    """One value per period of the calendar, gaps included, of every KPI whose records have a date."""
    dated = [kpi for kpi in setup.plan.kpis if has_series(kpi, setup.source.catalog)]
    groups = _by_day(request, dated, setup.source.catalog)
    return [column for asked, kpis in groups for column in _series(asked, setup, kpis, position)]


def _by_day(request: Request, kpis: Sequence[Kpi], catalog: Catalog) -> list[tuple[Request, list[Kpi]]]:
    """KPIs by the day that they are measured on, with the request as they see it."""
    groups: dict[date | None, tuple[Request, list[Kpi]]] = {}
    for kpi in kpis:
        asked = seen_by(request, kpi, catalog)
        groups.setdefault(asked.as_of, (asked, []))[1].append(kpi)
    return list(groups.values())


def _series(request: Request, setup: Prepared, dated: Sequence[Kpi], position: Mapping[str, int]) -> list[MetricColumn]:
    every, as_of, source = request.every, request.as_of, replace(setup.source, as_of=request.as_of)
    if every is None or as_of is None:
        return []
    costly = {kpi.id for kpi in dated if cost_shift(kpi, source.catalog) is not None}
    cover = CostCover(source.frames.get("costs"))
    window = window_of(request)
    current = unit_period(as_of, every, request.calendar).end
    window = Window(window.start, window.end or day_after(as_of), window.whole or current)
    columns: list[MetricColumn] = []
    for by in [(), setup.by] if setup.by else [()]:
        keys = Keys(by=by, bucket=lambda day: bucket_expression(day, every, request.calendar))
        table = value_table(source, dated, {"": window}, keys)
        begun = _periods(table.cells(), window, every, request)
        periods: dict[date | None, Period] = dict(begun)
        covered = {bucket: cover.whole(Window(period.start, period.end)) for bucket, period in periods.items()}
        spans = _spans(source, table, dated, Asked(window, keys, [start for start, _ in begun]))
        refuse_many(every, sum(len(span) * len(kpis) for span, kpis in spans.items()), MAX_VALUES)
        for span, kpis in spans.items():
            own = sorted((Cell(*place, bucket) for place in span.places for bucket in span.buckets), key=cell_order)
            values, meant = table.values(own), [periods[cell.bucket] for cell in own]
            groups = groups_of(request.by, own)
            for kpi in kpis:
                outcomes = evaluate(kpi, values, source.catalog, request.level)
                outcomes = list(of_long_periods(kpi, outcomes, ((period.start, period.end) for period in meant)))
                if kpi.id in costly:
                    outcomes = [
                        outcome
                        if covered[cell.bucket]
                        else Outcome(reason=outcome.reason or "costs_partial", excluded=outcome.excluded)
                        for cell, outcome in zip(own, outcomes, strict=True)
                    ]
                young = _maturing(kpi, values, [period.end for period in meant], request)
                outcomes = [
                    replace(outcome, value=None, interval=None, reason=MATURING, excluded=()) if grows else outcome
                    for outcome, grows in zip(outcomes, young, strict=True)
                ]
                codes = _codes(kpi, own, setup)
                metrics = make_metrics(request, kpi, outcomes, groups=groups, codes=codes, periods=meant)
                columns.append(MetricColumn(own, position[kpi.id], metrics))
    return columns


class Asked(NamedTuple):
    """What a series is asked for: its days, what its values are kept apart by, and the first days of its periods."""

    window: Window
    keys: Keys
    buckets: Sequence[date]


class Span(msgspec.Struct, frozen=True):
    """The groups with their currencies, and the first days of the periods, that a series has."""

    places: frozenset[tuple[Group, str | None]]
    buckets: tuple[date, ...]

    def __len__(self) -> int:
        """How many values that makes."""
        return len(self.places) * len(self.buckets)


def _spans(source: Source, table: ValueTable, dated: Sequence[Kpi], asked: Asked) -> dict[Span, list[Kpi]]:
    """What each KPI has a series of, whatever else is asked for beside it: the KPIs by their span.

    A series begins with the first period that has a record of the KPI's own: nobody knows of the time before the files
    begin. A KPI without a record has none.
    """
    window, keys, buckets = asked
    cells = {kpi.id: _own_cells(source, table, kpi, keys) for kpi in dated}
    first = {name: min(cell.bucket for cell in own if cell.bucket is not None) for name, own in cells.items() if own}
    late = [kpi for kpi in dated if kpi.id in first and first[kpi.id] > buckets[0]]
    if late and window.start is not None:
        before = value_table(source, late, {"": Window(None, window.start)}, keys)
        first |= {kpi.id: buckets[0] for kpi in late if _own_cells(source, before, kpi, keys)}
    found: dict[Span, list[Kpi]] = {}
    for kpi in dated:
        if kpi.id in first:
            places = frozenset((cell.group, cell.currency) for cell in cells[kpi.id])
            own = tuple(bucket for bucket in buckets if bucket >= first[kpi.id])
            found.setdefault(Span(places, own), []).append(kpi)
    return found


def _own_cells(source: Source, table: ValueTable, kpi: Kpi, keys: Keys) -> set[Cell]:
    """The cells in which a KPI has records of its own; those of the organisation as a whole make no group."""
    measures = source.catalog.measures_of(kpi).items()
    cells = table.cells({name for name, measure in measures if not keys.by or measure.entity not in UNDIVIDED})
    money = source.catalog.is_money(kpi)
    return {cell for cell in cells if counts(source, cell, money=money)}


def _codes(kpi: Kpi, cells: Sequence[Cell], setup: Prepared) -> list[str | None]:
    """The currency of a KPI in some cells."""
    if not setup.source.catalog.is_money(kpi):
        return [None] * len(cells)
    return [cell.currency if setup.source.several else setup.currency for cell in cells]


def _maturing(kpi: Kpi, values: Values, ends: Sequence[date | None], request: Request) -> list[bool]:
    """Whether the value of each cell may still change, the cells being of periods with ends of their own."""
    found = {end: maturing(kpi, values, end, request) for end in set(ends)}
    return [found[end][place] for place, end in enumerate(ends)]


def refuse_many(every: Every, count: int, limit: int) -> None:
    """Refuse a series that no memory holds, or that takes hours.

    Raises:
        SalesmetricsError: ``values_too_many``.
    """
    if count > limit:
        raise SalesmetricsError("values_too_many", every=every, count=count, limit=limit)


def _periods(cells: set[Cell], window: Window, every: Every, request: Request) -> list[tuple[date, Period]]:
    """The periods that a series has, each with the first day of its unit, which its cells carry."""
    starts = [cell.bucket for cell in cells if cell.bucket is not None]
    if not starts or window.end is None:
        return []
    whole = calendar.Period(request.period.label, window.start or min(starts), window.end)
    periods = []
    for piece in split(whole, every, request.as_of or window.end, request.calendar):
        start = piece.start or window.end
        label = bucket_label(start, every, request.calendar)
        bucket = unit_period(start, every, request.calendar).start or start
        periods.append((bucket, Period(label=label, start=start, end=piece.end, partial=piece.partial)))
    return periods


def trends(request: Request, setup: Prepared) -> dict[str, list[float | None]]:
    """The twelve months up to the end of the period, for every KPI whose records have a date.

    Months before the first record and after the last one are gaps: what happened in them is not known, and not nothing.
    """
    if setup.source.several:
        return {}
    dated = [kpi for kpi in setup.plan.kpis if has_series(kpi, setup.source.catalog)]
    found: dict[str, list[float | None]] = {}
    for asked, kpis in _by_day(request, dated, setup.source.catalog):
        found |= _trends(asked, setup, kpis, last_drawn(request))
    return found


def last_drawn(request: Request) -> date | None:
    """The last day of the twelve months that are drawn: of the period, as far as it has elapsed."""
    end = window_of(request).end
    return request.as_of if end is None or request.as_of is None else day_before(end)


def _trends(
    request: Request, setup: Prepared, dated: Sequence[Kpi], last: date | None
) -> dict[str, list[float | None]]:
    source = replace(setup.source, as_of=request.as_of)
    if request.as_of is None or last is None:
        return {}
    calendar_ = request.calendar
    months = last_units(last, "month", TREND_MONTHS, calendar_)
    starts = [month.start for month in months if month.start is not None]
    window = Window(starts[0], day_after(min(request.as_of, last)))
    table = value_table(
        source, dated, {"": window}, Keys(bucket=lambda day: bucket_expression(day, "month", calendar_))
    )
    reach = {entity: covered_days(frame, entity) for entity, frame in source.frames.items()}
    found: dict[str, list[float | None]] = {}
    values = table.values([Cell((), None, start) for start in starts])
    for kpi in dated:
        if kpi.yearly:
            continue
        entities = {measure.entity for measure in source.catalog.required_measures(kpi).values()}
        ends = [days for entity in entities if (days := reach.get(entity)) is not None]
        known = [
            all(first < month.end and start <= last for first, last in ends)
            for month, start in zip(months, starts, strict=True)
        ]
        young = _maturing(kpi, values, [month.end for month in months], request)
        numbers = [outcome.value for outcome in evaluate(kpi, values, source.catalog, None)]
        found[kpi.id] = [
            None if number is None or not there or grows else float(number)
            for number, there, grows in zip(numbers, known, young, strict=True)
        ]
    return found


def has_series(kpi: Kpi, catalog: Catalog) -> bool:
    """Whether a KPI has a value for each period of the calendar: its records have a date, and it compares no periods."""
    if kpi.span not in DATED_SPANS or kpi.basis == "snapshot":
        return False
    return all(m.basis not in {"snapshot", "undated"} for m in catalog.required_measures(kpi).values())
