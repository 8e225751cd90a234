"""The report: a request and frames in, the report model out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from msgspec import structs
from msgspec.structs import replace

from salesmetrics.answers.report import Available, Change, Metric, NotComputed, Period, Report, SegmentOrder
from salesmetrics.calendar import unit_period, years_before
from salesmetrics.calendar.steps import day_after, day_before
from salesmetrics.engine.changes import change_between, corrected, judged, lengths_differ, per_day
from salesmetrics.engine.compute import Cell, Keys, counts, staff_cells, value_table, with_derived_columns
from salesmetrics.engine.cost_cover import cost_shift
from salesmetrics.engine.evaluate import Outcome, evaluate
from salesmetrics.engine.maturity import MATURING, maturing, of_long_periods
from salesmetrics.engine.metric import Beside, MetricColumn, cell_order, groups_of, in_cell_order, make_metrics, plain
from salesmetrics.engine.moments import seen_by
from salesmetrics.engine.past import past_of
from salesmetrics.engine.prepare import Ordering, prepare
from salesmetrics.engine.request import Request, window_of, windows_of
from salesmetrics.engine.segments import arranged, name_of_others, ordered_segments, sort_of
from salesmetrics.engine.series import last_drawn, series, trends
from salesmetrics.engine.unknown import products_merged, touching
from salesmetrics.engine.where import named_columns
from salesmetrics.entities.currency import still_true
from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages import told
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import polars as pl

    from salesmetrics.calendar import Calendar, Every
    from salesmetrics.calendar.windows import Window
    from salesmetrics.engine.compute import Source, ValueTable
    from salesmetrics.engine.evaluate import Group, Values
    from salesmetrics.engine.past import Past
    from salesmetrics.engine.plan import Refused
    from salesmetrics.engine.prepare import Prepared
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.schema.provenance import Finding, Input
    from salesmetrics.statistics.changes import Dispersion

__all__ = [
    "Request",
    "Tabled",
    "build_report",
    "in_order",
    "make_report",
    "metrics_of",
    "not_computed_of",
    "own_period",
    "tables_of",
]


_LAST = 10_000
"""The place of a KPI that is no headline."""


def build_report(
    request: Request,
    frames: Mapping[str, pl.DataFrame],
    catalog: Catalog,
    *,
    inputs: Sequence[Input] = (),
    findings: Sequence[Finding] = (),
    command: str = "report",
) -> Report:
    """Compute every KPI asked for.

    Args:
        request: What is asked for.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.
        inputs: The files behind the frames, for the record.
        findings: What is known about the data already.
        command: The command that asks.

    Raises:
        SalesmetricsError: ``kpi_unknown``, ``family_unknown``, ``dimension_unknown``, ``where_invalid``, ``report_empty``.
    """
    setup = in_order(request, prepare(request, frames, catalog), frames, catalog)
    return make_report(request, setup, metrics_of(request, setup), inputs=inputs, findings=findings, command=command)


def in_order(request: Request, setup: Prepared, frames: Mapping[str, pl.DataFrame], catalog: Catalog) -> Prepared:
    """The setup with its segments in the order asked for, and all but the first as one.

    Raises:
        SalesmetricsError: ``option_invalid``, for a KPI that does not exist, cannot be computed or has no segments.
    """
    if not request.by or (request.sort is None and request.top is None):
        return setup
    whole = replace(request, every=None, trend=False, compare=None, comparison=None)
    name, ascending, metrics = _ranking(whole, setup, frames, catalog)
    groups, currency = ordered_segments(metrics, ascending=ascending)
    count, top = len(groups), request.top
    if top is not None and count <= top:
        # Segments that only other KPIs know fill the places that are left.
        groups = list(dict.fromkeys([*groups, *_groups(metrics_of(whole, setup))]))
    kept = None if top is None or len(groups) <= top else frozenset(groups[:top])
    rank = {group: place for place, group in enumerate(groups[:top])}
    others = None
    if kept is not None:
        others = name_of_others(groups)
        rank[tuple(others for _ in request.by)] = len(rank)
    said = SegmentOrder(
        kpi=name, order="asc" if ascending else "desc", currency=currency, top=top, count=count, others=others
    )
    return arranged(setup, request.by, Ordering(rank, kept, said))


def _ranking(
    request: Request, setup: Prepared, frames: Mapping[str, pl.DataFrame], catalog: Catalog
) -> tuple[str, bool, list[Metric]]:
    """The KPI that segments are ordered by, whether its lowest value comes first, and its metrics.

    Where none is named, it is the first of the report that has a value for any segment.
    """

    def of(name: str) -> list[Metric]:
        alone = replace(request, kpis=(name,), families=(), sort=None)
        return metrics_of(alone, _of_one(alone, setup, frames, catalog))

    if request.sort is None:
        tried = ((name, of(name)) for name in _in_typed_order(request, setup))
        first = next(tried)
        name, metrics = first if _divided(first[1]) else next((one for one in tried if _divided(one[1])), first)
        return name, False, metrics
    name, ascending = sort_of(request.sort)
    metrics = of(name)
    if not _divided(metrics) and any(metric.value is not None for metric in metrics):
        cause, fix = Message("kpi_without_segments", by=request.by), Message("sort_by_another")
        raise SalesmetricsError("option_invalid", option="--sort", value=request.sort, cause=cause, fix=fix)
    return name, ascending, metrics


def _divided(metrics: Iterable[Metric]) -> bool:
    return any(metric.group and metric.value is not None for metric in metrics)


def _in_typed_order(request: Request, setup: Prepared) -> list[str]:
    """The KPIs of a report, those named in the order in which they are."""
    there = [kpi.id for kpi in setup.plan.kpis]
    return list(dict.fromkeys([*(name for name in request.kpis if name in there), *there]))


def _of_one(request: Request, setup: Prepared, frames: Mapping[str, pl.DataFrame], catalog: Catalog) -> Prepared:
    """The setup for one KPI: a part of a larger one, where that has it."""
    (name,) = request.kpis
    kpi = next((kpi for kpi in setup.plan.kpis if kpi.id == name), None)
    if kpi is not None:
        return replace(setup, plan=replace(setup.plan, kpis=(kpi,)))
    try:
        return prepare(request, frames, catalog)
    except SalesmetricsError as error:
        if error.code not in ("kpi_unknown", "report_empty"):
            raise
        cause = Message("no_such_kpi") if error.code == "kpi_unknown" else Message("kpi_not_in_files")
        fix = error.details["fix"]
        raise SalesmetricsError("option_invalid", option="--sort", value=name, cause=cause, fix=fix) from None


def _groups(metrics: Iterable[Metric]) -> Iterable[Group]:
    return (tuple(metric.group.values()) for metric in metrics if metric.group)


def make_report(
    request: Request,
    setup: Prepared,
    metrics: Sequence[Metric],
    *,
    inputs: Sequence[Input],
    findings: Sequence[Finding],
    command: str,
) -> Report:
    """The report around metrics that were computed from a setup."""
    named = {*request.by, *(request.renamed.get(name, name) for name in named_columns(request.where))}
    merged = products_merged(findings) if "product" in named else []
    findings = still_true([*merged, *findings, *setup.findings, *lengths_differ(request, metrics)], request.currency)
    return Report(
        command=command,
        as_of=request.as_of,
        as_of_source=None if request.as_of_source is None else told(request.as_of_source),
        period=request.period,
        comparison=request.comparison,
        group_by=list(request.by),
        segments=None if setup.ordering is None else setup.ordering.said,
        inputs=list(inputs),
        metrics=list(metrics),
        not_computed=not_computed_of(setup),
        findings=findings,
        filters=request.filters,
        span=request.span,
        available=tuple(Available(id=kpi.id, family=kpi.family) for kpi in setup.plan.available),
        min_n=request.min_n,
        headlines=bool(request.headlines and not (request.kpis or request.families)),
        order=tuple(kpi.id for kpi in setup.plan.kpis),
        ranked=tuple(kpi.id for kpi in sorted(setup.plan.kpis, key=lambda kpi: kpi.headline or _LAST)),
        touching=tuple(touching(findings, setup.plan.measures.values(), request.headers, named)),
        trend_to=last_drawn(request) if request.trend else None,
        verdicts=corrected((metric.change for metric in metrics), request.accepted) if request.compare else None,
    )


def not_computed_of(setup: Prepared) -> list[NotComputed]:
    """The KPIs that the files do not allow, with what would allow them."""
    return [_not_computed(item) for item in setup.plan.not_computed]


def _not_computed(refused: Refused) -> NotComputed:
    kpi, needs = refused.kpi, Message("all_of", needs=refused.needs)
    unlock = told(Message("all_of", needs=refused.unlock))
    return NotComputed(
        id=kpi.id,
        title=kpi.title,
        family=kpi.family,
        reason="missing_input",
        needs=told(needs),
        unlock=unlock,
        extended=refused.extended,
        lacks=refused.lacks,
    )


class Tabled(NamedTuple):
    """Measure values of KPIs that share their periods.

    Attributes:
        kpis: They.
        asked: The request as they see it.
        windows: The periods that they look at; ``""`` is their own.
        total: Values of all records.
        grouped: Values of each segment; the same as the total without dimensions.
    """

    kpis: list[Kpi]
    asked: Request
    windows: Mapping[str, Window]
    total: ValueTable
    grouped: ValueTable


def tables_of(request: Request, setup: Prepared) -> tuple[list[Tabled], list[Cell], Source]:
    """The measure values of all KPIs in one pass per period, all cells that any of them has in their order, and the source."""
    plan = setup.plan
    source = with_derived_columns(setup.source, plan.measures.values())
    spans: dict[tuple[str, frozenset[str], date | None, str | None], list[Kpi]] = {}
    compared = {request.compare} if request.compare else set()
    for kpi in plan.kpis:
        shifts = frozenset({"", *source.catalog.shifts_of(kpi), *compared})
        day = seen_by(request, kpi, source.catalog).as_of
        spans.setdefault((kpi.span, shifts, day, cost_shift(kpi, source.catalog)), []).append(kpi)
    cells: set[Cell] = set()
    tables = []
    for (_, shifts, day, _), kpis in spans.items():
        asked, dated = seen_by(request, kpis[0], source.catalog), replace(source, as_of=day)
        windows = windows_of(asked, source.frames, kpis[0], source.catalog)
        windows = {shift: window for shift, window in windows.items() if shift in shifts}
        table = value_table(dated, kpis, windows, Keys())
        grouped = value_table(dated, kpis, windows, Keys(by=setup.by)) if setup.by else table
        tables.append(Tabled(kpis, asked, windows, table, grouped))
        cells |= table.cells() | grouped.cells()
    cells |= staff_cells(source, setup.by, window_of(request), cells)
    return tables, sorted(cells, key=cell_order), source


def metrics_of(request: Request, setup: Prepared) -> list[Metric]:
    """Every KPI in every cell: the total first, then groups in order of their keys, KPIs in catalogue order."""
    plan = setup.plan
    tables, ordered, source = tables_of(request, setup)
    setup = replace(setup, source=source)
    drawn = trends(request, setup) if request.trend else {}
    position = {kpi.id: i for i, kpi in enumerate(plan.kpis)}
    columns: list[MetricColumn] = []
    for kpis, asked, windows, total, grouped in tables:
        terms = _Terms(request, asked, windows, own_period(request, asked, windows[""]), setup.currency)
        seen = replace(source, as_of=asked.as_of)
        sides = {by: past_of(asked, kpis, seen, windows, by) if request.compare else None for by in {(), setup.by}}
        for money in (True, False):
            chosen = [kpi for kpi in kpis if source.catalog.is_money(kpi) == money]
            for table, grouping in ((total, False), (grouped, True)) if request.by else ((total, False),):
                own = [cell for cell in ordered if bool(cell.group) == grouping and counts(source, cell, money=money)]
                values, groups = table.values(own), groups_of(request.by, own)
                past = None if money else sides[setup.by if grouping else ()]
                for kpi in chosen:
                    found = _metrics(
                        terms, kpi, own, groups, values, source, None if grouping else drawn.get(kpi.id), past
                    )
                    columns.append(MetricColumn(own, position[kpi.id], found))
    if request.every is not None:
        columns += series(request, setup, position)
    metrics = in_cell_order(columns, setup.rank)
    return judged(metrics, source.catalog.kpis, request.accepted) if request.compare else metrics


class _Terms(NamedTuple):
    """What the metrics of some KPIs have in common.

    Attributes:
        request: The report's.
        asked: The request as these KPIs see it.
        windows: The periods that they look at.
        period: Theirs, where it is not that of the report.
        currency: That of the data, where there is one.
    """

    request: Request
    asked: Request
    windows: Mapping[str, Window]
    period: Period | None
    currency: str | None


def _metrics(
    terms: _Terms,
    kpi: Kpi,
    cells: Sequence[Cell],
    groups: Sequence[dict[str, str | None]],
    values: Values,
    source: Source,
    trend: list[float | None] | None,
    past: Past | None,
) -> list[Metric]:
    """A KPI in some cells: with those of the period before, where they are compared."""
    catalog, asked = source.catalog, terms.asked
    here = terms.windows[""]
    days = [(here.start, here.whole or here.end)] * len(cells)
    outcomes = of_long_periods(kpi, evaluate(kpi, values, catalog, terms.request.level), days)
    period = (_day_of(terms.request, asked) if kpi.basis == "snapshot" else None) or terms.period
    beside: Iterable[Beside] | None = None
    if asked.compare is not None and asked.compare in values.by_shift and kpi.basis != "snapshot":
        before = of_long_periods(kpi, evaluate(kpi, values.shifted(asked.compare), catalog, asked.level), days)
        young = maturing(kpi, values, terms.windows[""].end, asked)
        varied = _varied(kpi, cells, outcomes, before, past, asked.min_n)
        steps = zip(outcomes, before, young, varied, strict=True)
        beside = (_compared(asked, kpi, terms.windows, *pair, young=grows, past=own) for *pair, grows, own in steps)
    money = catalog.is_money(kpi)
    return make_metrics(
        terms.request,
        kpi,
        outcomes,
        groups=groups,
        codes=[(cell.currency if source.several else terms.currency) if money else None for cell in cells],
        periods=[period] * len(cells),
        own_period=period is not None,
        trend=trend,
        beside=beside,
    )


def _varied(
    kpi: Kpi,
    cells: Sequence[Cell],
    now: Sequence[Outcome],
    before: Sequence[Outcome],
    past: Past | None,
    min_n: int,
) -> list[Dispersion | None]:
    """How much a count has varied so far in each cell; not asked where too few records give no verdict anyway."""
    found: list[Dispersion | None] = [None] * len(cells)
    if past is None or kpi.id not in past.starts:
        return found
    enough = [i for i, pair in enumerate(zip(now, before, strict=True)) if all((o.n or 0) >= min_n for o in pair)]
    for place, own in zip(enough, past.of(kpi, [cells[i] for i in enough]), strict=True):
        found[place] = own
    return found


def _compared(
    request: Request,
    kpi: Kpi,
    windows: Mapping[str, Window],
    now: Outcome,
    before: Outcome,
    *,
    young: bool,
    past: Dispersion | None,
) -> Beside:
    """The value of the period before, and the step from it; the state on a day has no period before."""
    change = change_between(kpi, now, before, request.level, request.min_n, past)
    if change is not None and young:
        change = Change(absolute=None, relative=None, reason=MATURING)
    elif change is not None and kpi.additive and request.calendar.of_weeks:
        earlier = windows[request.compare or ""]
        change = structs.replace(change, per_day=per_day(now, before, windows[""], earlier))
    return Beside(plain(before.value), change)


def _day_of(request: Request, asked: Request) -> Period | None:
    """The day that a state is of, where it is not that of the report, or could be taken for its period."""
    day = asked.as_of
    if day is None or (day == request.as_of and not window_of(request).bounded):
        return None
    return Period(label=told(Message("period_on_day", day=day)), start=day, end=day_after(day))


def own_period(request: Request, asked: Request, window: Window) -> Period | None:
    """The period that a KPI is about where that is not the one of the report."""
    if window in (window_of(request), window_of(asked)):
        return None
    return _period_of(window, request.calendar)


def _period_of(window: Window, calendar: Calendar) -> Period | None:
    """The period that a KPI is about by itself, by name where it has one."""
    end = window.whole or window.end
    if window.start is None or end is None:
        return None
    units: tuple[Every, ...] = ("month", "quarter", "year")
    named = [unit_period(window.start, unit, calendar) for unit in units]
    last = day_before(end)
    label = next((unit.label for unit in named if (unit.start, unit.end) == (window.start, end)), None)
    if label is None and window.start == years_before(end):
        label = told(Message("period_of_twelve_months", day=last))
    label = label or f"{window.start}..{last}"
    return Period(label=label, start=window.start, end=end, partial=window.whole is not None)
