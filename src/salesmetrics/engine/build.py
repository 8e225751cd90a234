"""The report: a request and frames in, the report model out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import structs

from salesmetrics.answers.report import Change, Metric, Period, Report
from salesmetrics.calendar import unit_period, years_before
from salesmetrics.engine.compute import NO_CURRENCY, Cell, Keys, prepared, staff_cells, value_table
from salesmetrics.engine.cost_cover import cost_shift
from salesmetrics.engine.evaluate import (
    Outcome,
    Values,
    cell_order,
    change_between,
    evaluate,
    lengths_differ,
    make_metric,
    per_day,
    plain,
)
from salesmetrics.engine.maturity import MATURING, maturing
from salesmetrics.engine.moments import seen_by
from salesmetrics.engine.prepare import set_up
from salesmetrics.engine.request import Request, window_of, windows_of
from salesmetrics.engine.series import series, trends

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from salesmetrics.calendar import Calendar, Every
    from salesmetrics.calendar.windows import Window
    from salesmetrics.engine.prepare import Setup
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.schema.provenance import Finding, Input

__all__ = ["Request", "build_report", "make_report", "metrics_of"]


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
    setup = set_up(request, frames, catalog)
    return make_report(request, setup, metrics_of(request, setup), inputs=inputs, findings=findings, command=command)


def make_report(
    request: Request,
    setup: Setup,
    metrics: Sequence[Metric],
    *,
    inputs: Sequence[Input],
    findings: Sequence[Finding],
    command: str,
) -> Report:
    """The report around metrics that were computed from a setup."""
    return Report(
        command=command,
        as_of=request.as_of,
        as_of_source=request.as_of_source,
        period=request.period,
        comparison=request.comparison,
        group_by=list(request.by),
        inputs=list(inputs),
        metrics=list(metrics),
        not_computed=list(setup.plan.not_computed),
        findings=[*findings, *setup.findings, *lengths_differ(request, metrics)],
    )


def metrics_of(request: Request, setup: Setup) -> list[Metric]:
    """Every KPI in every cell: the total first, then groups in order of their keys, KPIs in catalogue order."""
    plan = setup.plan
    source = prepared(setup.source, plan.measures.values())
    setup = replace(setup, source=source)
    spans: dict[tuple[str, frozenset[str], date | None, str | None], list[Kpi]] = {}
    compared = {request.compare} if request.compare else set()
    for kpi in plan.kpis:
        shifts = frozenset({"", *source.catalog.shifts_of(kpi), *compared})
        day = seen_by(request, kpi, source.catalog).as_of
        spans.setdefault((kpi.span, shifts, day, cost_shift(kpi, source.catalog)), []).append(kpi)
    rows: list[tuple[tuple[Any, ...], Metric]] = []
    cells: set[Cell] = set()
    tables = []
    for (_, shifts, day, _), kpis in spans.items():
        asked, dated = seen_by(request, kpis[0], source.catalog), replace(source, as_of=day)
        windows = windows_of(asked, source.frames, kpis[0], source.catalog)
        windows = {shift: window for shift, window in windows.items() if shift in shifts}
        table = value_table(dated, kpis, windows, Keys())
        grouped = value_table(dated, kpis, windows, Keys(by=request.by)) if request.by else table
        tables.append((kpis, asked, windows, table, grouped))
        cells |= table.cells() | grouped.cells()
    cells |= staff_cells(source, request.by, window_of(request), cells)
    drawn = trends(request, setup) if request.trend and not request.by else {}
    position = {kpi.id: i for i, kpi in enumerate(plan.kpis)}
    is_money = {kpi.id: source.catalog.is_money(kpi) for kpi in plan.kpis}
    orders = {cell: cell_order(cell) for cell in cells}
    for kpis, asked, windows, total, grouped in tables:
        window = windows[""]
        period = _own_period(request, asked, window)
        for cell in cells:
            values = (grouped if cell.group else total).values(cell)
            for kpi in kpis:
                money = is_money[kpi.id]
                if source.several and money == (cell.currency is NO_CURRENCY):
                    continue
                outcome = evaluate(kpi, values, source.catalog, request.level)
                code = (cell.currency if source.several else setup.currency) if money else None
                own = (_day_of(request, asked) if kpi.basis == "snapshot" else None) or period
                extra: dict[str, Any] = {"currency": code, "period": own, "own_period": own is not None}
                extra |= {"trend": drawn.get(kpi.id)}
                extra |= _compared(asked, kpi, values, outcome, source.catalog, windows)
                rows.append(((*orders[cell], position[kpi.id]), make_metric(request, kpi, outcome, cell, extra)))
    if request.every is not None:
        rows += series(request, setup, position)
    return [metric for _, metric in sorted(rows, key=lambda row: row[0])]


def _compared(
    request: Request,
    kpi: Kpi,
    values: Values,
    outcome: Outcome,
    catalog: Catalog,
    windows: Mapping[str, Window],
) -> dict[str, Any]:
    """The value of the stretch before, and the step from it; the state on a day has no stretch before."""
    if request.compare is None or request.compare not in values.by_shift or kpi.basis == "snapshot":
        return {}
    before = evaluate(kpi, values.shifted(request.compare), catalog, request.level)
    change = change_between(kpi, outcome, before, request.level, request.min_n)
    if change is not None and maturing(kpi, values.by_shift[""], windows[""].end, request):
        change = Change(absolute=None, relative=None, reason=MATURING)
    elif change is not None and kpi.additive and request.calendar.of_weeks:
        change = structs.replace(change, per_day=per_day(outcome, before, windows[""], windows[request.compare]))
    return {"previous": plain(before.value), "change": change}


def _day_of(request: Request, asked: Request) -> Period | None:
    """The day that a state is of, where it is not that of the report, or could be taken for its period."""
    day = asked.as_of
    if day is None or (day == request.as_of and not window_of(request).bounded):
        return None
    return Period(label=f"on {day}", start=day, end=day + timedelta(days=1))


def _own_period(request: Request, asked: Request, window: Window) -> Period | None:
    """The stretch that a KPI is about where that is not the one of the report."""
    if window in (window_of(request), window_of(asked)):
        return None
    return _period_of(window, request.calendar)


def _period_of(window: Window, calendar: Calendar) -> Period | None:
    """The stretch that a KPI is about by itself, by name where it has one."""
    end = window.whole or window.end
    if window.start is None or end is None:
        return None
    units: tuple[Every, ...] = ("month", "quarter", "year")
    named = [unit_period(window.start, unit, calendar) for unit in units]
    last = end - timedelta(days=1)
    label = next((unit.label for unit in named if (unit.start, unit.end) == (window.start, end)), None)
    if label is None and window.start == years_before(end):
        label = f"12 months to {last}"
    label = label or f"{window.start}..{last}"
    return Period(label=label, start=window.start, end=end, partial=window.whole is not None)
