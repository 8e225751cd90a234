"""The report: a request and frames in, the report model out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from salesmetrics import __version__
from salesmetrics.errors import SalesmetricsError
from salesmetrics.report.compute import Cell, Keys, Window, aggregate, currencies
from salesmetrics.report.evaluate import Outcome, evaluate
from salesmetrics.report.model import Excluded, Generator, Interval, Metric, NotComputed, Period, Report
from salesmetrics.report.plan import Plan, make_plan
from salesmetrics.report.prepare import as_of_view, columns_of, with_derived
from salesmetrics.report.where import apply_where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.schema.provenance import Finding, Input

__all__ = ["Request", "build_report"]

TREND_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for.

    Attributes:
        as_of: The day the report speaks for.
        as_of_source: Where that day comes from, in words.
        kpis: Ids of the KPIs wanted; with ``families`` empty too, all of them.
        families: Families wanted.
        by: Column names that records are grouped by.
        where: An SQL condition over canonical columns.
        period: The stretch of time.
        level: Confidence level of the intervals.
        min_n: Fewer records than this make a value small.
        trend: Add the last twelve months to each KPI that has a date.
    """

    as_of: date
    as_of_source: str
    kpis: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    where: str | None = None
    period: Period = field(default_factory=lambda: Period(label="all"))
    level: float = 0.95
    min_n: int = 10
    trend: bool = False


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
    wanted = catalog.select(request.kpis, request.families)
    view = dict(frames)
    said = list(findings)
    if "deals" in view:
        view["deals"], note = as_of_view(view["deals"], request.as_of)
        said += [note] if note else []
    if request.where:
        view = apply_where(view, request.where)
    _check_dimensions(request.by, view)
    window = Window(request.period.start, _clipped_end(request))
    plan = make_plan(catalog, wanted, columns_of(view), bounded=window.bounded)
    if not plan.kpis:
        raise _nothing_to_report(plan.not_computed, view)
    prepared = _prepared(view, plan)
    metrics = _metrics(request, prepared, plan, catalog, window)
    return Report(
        generator=Generator(version=__version__),
        command=command,
        as_of=request.as_of,
        as_of_source=request.as_of_source,
        period=request.period,
        group_by=list(request.by),
        inputs=list(inputs),
        metrics=metrics,
        not_computed=list(plan.not_computed),
        findings=said,
    )


def _clipped_end(request: Request) -> date | None:
    if request.period.end is None:
        return None
    return min(request.period.end, request.as_of + timedelta(days=1))


def _check_dimensions(by: Sequence[str], frames: Mapping[str, pl.DataFrame]) -> None:
    from difflib import get_close_matches

    known = sorted({name for frame in frames.values() for name in frame.columns if not name.startswith("__")})
    for name in by:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            fix = f"did you mean `--by {near[0]}`? " if near else ""
            raise SalesmetricsError("dimension_unknown", name=name, fix=f"{fix}columns: {', '.join(known)}")


def _nothing_to_report(refused: Sequence[NotComputed], frames: Mapping[str, Any]) -> SalesmetricsError:
    cause = f"the KPIs asked for need more than {_listed(sorted(frames))}"
    needs = list(dict.fromkeys(item.needs for item in refused))
    return SalesmetricsError("report_empty", cause=cause, fix=f"add {needs[0]}" if needs else "ask for other KPIs")


def _listed(kinds: Sequence[str]) -> str:
    return " and ".join(f"a {kind} file" for kind in kinds) or "no file"


def _prepared(frames: Mapping[str, pl.DataFrame], plan: Plan) -> dict[str, pl.DataFrame]:
    wanted: dict[str, set[str]] = {}
    for measure in plan.measures.values():
        wanted.setdefault(measure.entity, set()).update(measure.columns)
    return {entity: with_derived(frames[entity], entity, columns) for entity, columns in wanted.items()}


def _metrics(
    request: Request, frames: Mapping[str, pl.DataFrame], plan: Plan, catalog: Catalog, window: Window
) -> list[Metric]:
    codes = currencies(frames, plan.measures.values())
    several = len(codes) > 1
    single = codes[0] if len(codes) == 1 else None
    cut = partial(_cut, frames=frames, plan=plan, catalog=catalog, as_of=request.as_of, window=window, several=several)
    cells = cut(keys=Keys())
    if request.by:
        cells |= cut(keys=Keys(by=request.by))
    trends = _trends(request, frames, plan, catalog) if request.trend and not several and not request.by else {}
    metrics = []
    for cell in sorted(cells, key=_order):
        for kpi in plan.kpis:
            money = catalog.is_money(kpi)
            if several and money == (cell.currency is _NO_CURRENCY):
                continue
            outcome = evaluate(kpi, cells[cell], catalog, request.level)
            code = (cell.currency if several else single) if money else None
            metric = _metric(request, kpi, outcome, cell, code)
            metrics.append(metric.model_copy(update={"trend": trends[kpi.id]}) if kpi.id in trends else metric)
    return metrics


_NO_CURRENCY = "\0"
"""Marks the cells in which currencies are not kept apart."""


def _cut(
    *,
    keys: Keys,
    frames: Mapping[str, pl.DataFrame],
    plan: Plan,
    catalog: Catalog,
    as_of: date,
    window: Window,
    several: bool,
) -> dict[Cell, dict[str, Any]]:
    run = partial(aggregate, frames, window=window, as_of=as_of)
    if not several:
        return run(plan.measures.values(), keys=keys)
    money = [kpi for kpi in plan.kpis if catalog.is_money(kpi)]
    priced = {name: m for kpi in money for name, m in catalog.measures_of(kpi).items() if name in plan.measures}
    plain = [m for m in plan.measures.values() if m.unit != "money"]
    cells = {cell._replace(currency=_NO_CURRENCY): values for cell, values in run(plain, keys=keys).items()}
    return cells | run(priced.values(), keys=replace(keys, currency=True))


def _order(cell: Cell) -> tuple[Any, ...]:
    group = tuple((name is None, name or "") for name in cell.group)
    return (len(cell.group), group, cell.bucket or date.min, cell.currency is None, cell.currency or "")


def _metric(request: Request, kpi: Kpi, outcome: Outcome, cell: Cell, currency: str | None) -> Metric:
    bounds = outcome.interval
    return Metric(
        id=kpi.id,
        title=kpi.title,
        family=kpi.family,
        unit=kpi.unit,
        basis=kpi.basis,
        currency=currency,
        group=dict(zip(request.by, cell.group, strict=True)) if cell.group else {},
        value=_plain(outcome.value),
        numerator=_plain(outcome.numerator),
        denominator=_plain(outcome.denominator),
        n=outcome.n,
        interval=None
        if bounds is None
        else Interval(low=bounds.low, high=bounds.high, level=request.level, method=str(kpi.interval)),
        reason=outcome.reason,
        excluded=[Excluded(code=code, count=count) for code, count in outcome.excluded],
        direction=kpi.direction,
        small=outcome.n is not None and outcome.n < request.min_n,
    )


def _plain(value: Any) -> Any:
    """A whole Decimal stays a Decimal without its zeros, so that 1250.00000000 is written 1250."""
    return value.normalize() + Decimal(0) if isinstance(value, Decimal) else value


def _trends(
    request: Request, frames: Mapping[str, pl.DataFrame], plan: Plan, catalog: Catalog
) -> dict[str, list[float | None]]:
    """The twelve months up to the as-of date, for every KPI whose records have a date."""
    first = request.as_of.replace(day=1)
    starts = [first]
    for _ in range(TREND_MONTHS - 1):
        starts.insert(0, (starts[0] - timedelta(days=1)).replace(day=1))
    window = Window(starts[0], request.as_of + timedelta(days=1))
    dated = make_plan(catalog, plan.kpis, columns_of(frames), bounded=True)
    keys = Keys(bucket=lambda day: day.dt.truncate("1mo"))
    cells = aggregate(frames, dated.measures.values(), window=window, as_of=request.as_of, keys=keys)
    trends: dict[str, list[float | None]] = {}
    for kpi in dated.kpis:
        if any(m.basis in {"snapshot", "undated"} for m in catalog.required_measures(kpi).values()):
            continue
        values = [evaluate(kpi, cells.get(Cell((), None, start), {}), catalog, request.level).value for start in starts]
        trends[kpi.id] = [None if value is None else float(value) for value in values]
    return trends
