"""KPIs over time, each stretch beside what the KPI has varied between so far."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from salesmetrics.errors import SalesmetricsError
from salesmetrics.report.build import make_report
from salesmetrics.report.model import Limits
from salesmetrics.report.pieces import piecewise
from salesmetrics.report.series import series
from salesmetrics.report.setup import set_up
from salesmetrics.statistics.control import ProcessLimits, p_prime_limits, xmr_limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.report.model import Metric, Report
    from salesmetrics.report.request import Request
    from salesmetrics.schema.provenance import Finding, Input

__all__ = ["build_trend"]


def build_trend(
    request: Request,
    frames: Mapping[str, pl.DataFrame],
    catalog: Catalog,
    *,
    inputs: Sequence[Input] = (),
    findings: Sequence[Finding] = (),
) -> Report:
    """A report that holds each KPI for every stretch of the calendar, gaps included, and its own limits.

    Limits rest on the complete periods with a value, at least six of them: for shares Laney's p′ chart, which knows how
    many records each period has, for all other KPIs mean ± 2.66 · mean moving range. A partial period has none, and a KPI
    that still grows after its period has none at all: its last periods would always seem to fall.

    Args:
        request: With the KPIs and ``every``.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.
        inputs: The files behind the frames, for the record.
        findings: What is known about the data already.

    Raises:
        SalesmetricsError: ``report_empty``: the KPI has no series, or as for ``build_report``.
    """
    setup = set_up(request, frames, catalog)
    metrics: list[Metric] = []
    position = {name: index for index, name in enumerate(dict.fromkeys(request.kpis))}
    rows = sorted(series(request, setup, position), key=lambda row: row[0])
    for name in position:
        kpi = catalog.kpis[name]
        alone = replace(request, kpis=(name,))
        values = [metric for _, metric in rows if metric.id == name] or piecewise(alone, kpi, frames, catalog)
        if not values:
            raise _no_series(kpi)
        members: dict[tuple[object, ...], list[Metric]] = {}
        for metric in values:
            members.setdefault((tuple(metric.group.items()), metric.currency), []).append(metric)
        metrics += [metric for one in members.values() for metric in _with_limits(kpi, one)]
    return make_report(request, setup, metrics, inputs=inputs, findings=findings, command="trend")


def _no_series(kpi: Kpi) -> SalesmetricsError:
    if kpi.basis == "snapshot":
        cause = f"`{kpi.id}` is a state on one day, and an export holds no history of it"
        fix = f"see it on another day: `salesmetrics report FILE --kpi {kpi.id} --as-of DATE`"
        return SalesmetricsError("report_empty", cause=cause, fix=fix)
    cause = f"`{kpi.id}` has no value per period in these files"
    return SalesmetricsError(
        "report_empty", cause=cause, fix=f"see its value: `salesmetrics report FILE --kpi {kpi.id}`"
    )


def _with_limits(kpi: Kpi, metrics: Sequence[Metric]) -> list[Metric]:
    complete = [metric.period is not None and not metric.period.partial for metric in metrics]
    method, found = _limits(kpi, metrics, complete)
    n = sum(whole and metric.value is not None for metric, whole in zip(metrics, complete, strict=True))
    return [
        metric if limits is None else metric.model_copy(update={"limits": _judged(metric, limits, method, n)})
        for metric, limits in zip(metrics, found, strict=True)
    ]


def _limits(
    kpi: Kpi, metrics: Sequence[Metric], complete: Sequence[bool]
) -> tuple[Literal["xmr", "p_prime"], Sequence[ProcessLimits | None]]:
    if kpi.grows:
        return "xmr", [None] * len(metrics)
    usable = [metric if whole else None for metric, whole in zip(metrics, complete, strict=True)]
    if kpi.interval == "wilson":
        counts = [(int(m.numerator or 0), int(m.denominator or 0)) if m else None for m in usable]
        return "p_prime", p_prime_limits(counts) or [None] * len(metrics)
    values = [float(m.value) if m and m.value is not None else None for m in usable]
    limits = xmr_limits(values)
    return "xmr", [limits if value is not None else None for value in values]


def _judged(metric: Metric, limits: ProcessLimits, method: Literal["xmr", "p_prime"], n: int) -> Limits:
    value = float(metric.value or 0)
    outside: Literal["above", "below"] | None = None
    if value > limits.high:
        outside = "above"
    elif value < limits.low:
        outside = "below"
    return Limits(low=limits.low, centre=limits.centre, high=limits.high, method=method, n=n, outside=outside)
