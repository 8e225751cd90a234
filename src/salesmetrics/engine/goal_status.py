"""Goals beside a report: looked up in it, or computed. Own file: goals are read by the settings, before there is a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs
from msgspec.structs import replace

from salesmetrics.answers import report as model
from salesmetrics.engine.build import build_report
from salesmetrics.engine.goals import ANY, status
from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages import text
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import polars as pl

    from salesmetrics.answers.report import GoalResult, Metric, Report
    from salesmetrics.engine.goals import Goal
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi

__all__ = ["with_goals"]

_BEST_FIRST = ("met", "on track", "too early", "unknown", "missed")


def with_goals(
    report: Report, goals: Sequence[Goal], request: Request, frames: Mapping[str, pl.DataFrame], catalog: Catalog
) -> Report:
    """The report with how each goal stands, and with the goal on the metric that it is about.

    A metric with several goals carries the one that stands worst; the report lists all of them.

    Args:
        report: What was built from the request.
        goals: The goals, in the order to list them.
        request: What the report was asked for; goals of other segments and periods share its other terms.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.

    Raises:
        SalesmetricsError: ``dimension_unknown``: a goal names a column that no file has.
    """
    found = [(goal, result) for goal in goals for result in _results(goal, report, request, frames, catalog)]
    metrics = list(report.metrics)
    places: dict[tuple[object, ...], int] = {}
    for index, metric in enumerate(metrics):
        places.setdefault(_place(metric), index)
    for goal, result in sorted(found, key=lambda pair: _BEST_FIRST.index(pair[1].goal.status)):
        here = places.get(_place(result)) if goal.stretch is None else None
        if here is not None:
            metrics[here] = structs.replace(metrics[here], goal=result.goal)
    return structs.replace(report, metrics=metrics, goals=[result for _, result in found])


def _place(item: Metric | GoalResult) -> tuple[object, ...]:
    return item.id, tuple(sorted(item.group.items())), item.currency


def _results(
    goal: Goal, report: Report, request: Request, frames: Mapping[str, pl.DataFrame], catalog: Catalog
) -> list[GoalResult]:
    kpi = catalog.kpis[goal.kpi]
    metrics, reason = _metrics_of(goal, report, request, frames, catalog)
    groups: dict[tuple[tuple[str, str | None], ...], list[Metric]] = {}
    for metric in metrics:
        if all(value == ANY or (metric.group[name] or "") == value for name, value in goal.group.items()):
            groups.setdefault(tuple(metric.group.items()), []).append(metric)
    if not groups:
        return [_result(goal, kpi, None, dict(goal.group), request, reason or Message("no_such_segment"))]
    results = []
    for key, members in groups.items():
        chosen, why = _in_currency(members, goal.target.currency)
        results.append(_result(goal, kpi, chosen, dict(key), request, why or (chosen.reason if chosen else None)))
    return results


def _metrics_of(
    goal: Goal, report: Report, request: Request, frames: Mapping[str, pl.DataFrame], catalog: Catalog
) -> tuple[list[Metric], Message | None]:
    """The numbers of a KPI by the dimensions of its goal, and why there are none."""
    if goal.stretch is None and set(goal.group) <= set(request.by):
        own = list(_first_of_each(m for m in report.metrics if m.id == goal.kpi and set(m.group) == set(goal.group)))
        if own:
            return own, None
    asked = replace(
        request,
        **({} if goal.stretch is None else goal.stretch.terms()),
        kpis=(goal.kpi,),
        families=(),
        by=tuple(goal.group),
        comparison=None,
        compare=None,
        trend=False,
        every=None,
    )
    try:
        built = build_report(asked, frames, catalog)
    except SalesmetricsError as error:
        if error.code != "report_empty":
            raise
        fix = error.details["fix"]
        lacking = Message("it_needs_all", **fix.details) if fix.code == "add_needs" else Message("it_needs", fix=fix)
        return [], lacking
    return [metric for metric in built.metrics if set(metric.group) == set(goal.group)], None


def _first_of_each(metrics: Iterable[Metric]) -> Iterable[Metric]:
    """Without the stretches of a series, which stand behind the number of the whole period."""
    seen = set()
    for metric in metrics:
        if _place(metric) not in seen:
            seen.add(_place(metric))
            yield metric


def _in_currency(metrics: Sequence[Metric], currency: str | None) -> tuple[Metric | None, str | Message | None]:
    """The number that the goal is about, of those in several currencies; amounts without one can be told from it."""
    if currency is not None:
        named = [metric for metric in metrics if metric.currency == currency]
        return (named[0], None) if named else (None, Message("no_amount_in", currency=currency))
    known = [metric for metric in metrics if metric.currency is not None]
    if len(metrics) == 1 or len(known) == 1:
        return (known or list(metrics))[0], None
    return None, "mixed_currency"


def _result(
    goal: Goal,
    kpi: Kpi,
    metric: Metric | None,
    group: dict[str, str | None],
    request: Request,
    reason: str | Message | None,
) -> GoalResult:
    period = goal.stretch.period if goal.stretch else request.period
    if metric is not None and metric.period is not None:
        period = metric.period
    stands = model.Goal(
        expression=goal.text,
        target=goal.target.value,
        status=status(goal, kpi, metric, period, request.as_of),
        owner=goal.owner,
        by=goal.by,
        note=goal.note,
    )
    return model.GoalResult(
        id=kpi.id,
        title=kpi.title_with(request.settings),
        unit=kpi.unit,
        currency=metric.currency if metric else goal.target.currency,
        group=group,
        period=period,
        value=metric.value if metric else None,
        reason=text(reason) if isinstance(reason, Message) else reason,
        said=text(reason) if isinstance(reason, Message) else "",
        goal=stands,
    )
