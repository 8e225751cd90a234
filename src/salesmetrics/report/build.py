"""The report: a request and frames in, the report model out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from salesmetrics import __version__, calendar
from salesmetrics.calendar import Calendar, Every, bucket_expression, bucket_label, split, unit_period
from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.settings import Settings
from salesmetrics.report.cells import NO_CURRENCY, Source, value_table
from salesmetrics.report.change import change_between
from salesmetrics.report.compute import Cell, Keys, currencies
from salesmetrics.report.entities import make_entities
from salesmetrics.report.evaluate import Outcome, Values, evaluate
from salesmetrics.report.model import Comparison, Excluded, Generator, Interval, Metric, NotComputed, Period, Report
from salesmetrics.report.plan import Plan, make_plan
from salesmetrics.report.prepare import columns_of
from salesmetrics.report.where import apply_where
from salesmetrics.report.windows import Window, span_windows

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
        as_of: The day the report speaks for; None where the data have no dates.
        as_of_source: Where that day comes from, in words.
        kpis: Ids of the KPIs wanted; with ``families`` empty too, all of them.
        families: Families wanted.
        by: Column names that records are grouped by.
        where: An SQL condition over canonical columns.
        period: The stretch of time.
        previous: The stretch before it, like for like.
        year_ago: The same stretch a year earlier.
        comparison: Which of the two stands beside each value, as the report names it.
        compare: Its name: ``previous`` or ``year_ago``.
        level: Confidence level of the intervals.
        min_n: Fewer records than this make a value small.
        trend: Add the last twelve months to each KPI that has a date.
        every: Also one value per week, month, quarter or year, of the KPIs that have a date.
        calendar: How weeks and years are counted.
        settings: Thresholds and outside figures.
    """

    as_of: date | None
    as_of_source: str | None
    kpis: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    where: str | None = None
    period: Period = field(default_factory=lambda: Period(label="all"))
    previous: Window | None = None
    year_ago: Window | None = None
    comparison: Comparison | None = None
    compare: str | None = None
    level: float = 0.95
    min_n: int = 10
    trend: bool = False
    every: Every | None = None
    calendar: Calendar = field(default_factory=Calendar)
    settings: Settings = field(default_factory=Settings)


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
    entities, notes = make_entities(frames, request.as_of, request.settings)
    if request.where:
        entities = apply_where(entities, request.where)
    _check_dimensions(request.by, entities)
    plan = make_plan(
        catalog, wanted, columns_of(entities, request.as_of), request.settings, bounded=_window(request).bounded
    )
    if not plan.kpis:
        raise _nothing_to_report(plan.not_computed, entities)
    codes = currencies(entities, plan.measures.values())
    source = Source(entities, catalog, request.as_of, request.settings, several=len(codes) > 1)
    return Report(
        generator=Generator(version=__version__),
        command=command,
        as_of=request.as_of,
        as_of_source=request.as_of_source,
        period=request.period,
        comparison=request.comparison,
        group_by=list(request.by),
        inputs=list(inputs),
        metrics=_metrics(request, source, plan, codes[0] if len(codes) == 1 else None),
        not_computed=list(plan.not_computed),
        findings=[*findings, *notes],
    )


def _window(request: Request) -> Window:
    if request.period.end is None or request.as_of is None:
        return Window(request.period.start, request.period.end)
    return Window(request.period.start, min(request.period.end, request.as_of + timedelta(days=1)))


def _windows(request: Request, source: Source, kpi: Kpi) -> dict[str, Window]:
    here = _window(request)
    if not here.bounded:
        return span_windows(kpi.span, source.frames, request.as_of)
    shifts = {"": here, "previous": request.previous, "year_ago": request.year_ago}
    return {shift: window for shift, window in shifts.items() if window is not None}


def _check_dimensions(by: Sequence[str], frames: Mapping[str, pl.DataFrame]) -> None:
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


def _metrics(request: Request, source: Source, plan: Plan, single: str | None) -> list[Metric]:
    """Every KPI in every cell: the total first, then groups in order of their keys, KPIs in catalogue order."""
    spans: dict[str, list[Kpi]] = {}
    for kpi in plan.kpis:
        spans.setdefault(kpi.span, []).append(kpi)
    rows: list[tuple[tuple[Any, ...], Metric]] = []
    cells: set[Cell] = set()
    tables = []
    for kpis in spans.values():
        windows = _windows(request, source, kpis[0])
        table = value_table(source, kpis, windows, Keys())
        grouped = value_table(source, kpis, windows, Keys(by=request.by)) if request.by else table
        tables.append((kpis, windows[""], table, grouped))
        cells |= table.cells() | grouped.cells()
    trends = _trends(request, source, plan) if request.trend and not source.several and not request.by else {}
    position = {kpi.id: i for i, kpi in enumerate(plan.kpis)}
    for kpis, window, total, grouped in tables:
        period = None if kpis[0].span == "period" or window == _window(request) else _period_of(window)
        for cell in cells:
            values = (grouped if cell.group else total).values(cell)
            for kpi in kpis:
                money = source.catalog.is_money(kpi)
                if source.several and money == (cell.currency is NO_CURRENCY):
                    continue
                outcome = evaluate(kpi, values, source.catalog, request.level)
                code = (cell.currency if source.several else single) if money else None
                extra = {"currency": code, "period": period, "trend": trends.get(kpi.id)}
                extra |= _compared(request, kpi, values, outcome, source.catalog)
                rows.append(((*_order(cell), position[kpi.id]), _metric(request, kpi, outcome, cell, extra)))
    if request.every is not None:
        rows += _series(request, source, plan, single, position)
    return [metric for _, metric in sorted(rows, key=lambda row: row[0])]


def _series(
    request: Request, source: Source, plan: Plan, single: str | None, position: Mapping[str, int]
) -> list[tuple[tuple[Any, ...], Metric]]:
    """One value per stretch of the calendar, gaps included, of every KPI whose records have a date."""
    every, as_of = request.every, request.as_of
    if every is None or as_of is None:
        return []
    dated = [kpi for kpi in plan.kpis if _has_date(kpi, source)]
    window = _window(request)
    window = Window(window.start, window.end or as_of + timedelta(days=1))
    rows: list[tuple[tuple[Any, ...], Metric]] = []
    for by in [(), request.by] if request.by else [()]:
        keys = Keys(by=by, bucket=lambda day: bucket_expression(day, every, request.calendar))
        table = value_table(source, dated, {"": window}, keys)
        found = table.cells()
        stretches = _stretches(found, window, every, request)
        for place in {(cell.group, cell.currency) for cell in found}:
            for bucket, stretch in stretches:
                cell = Cell(*place, bucket)
                values = table.values(cell)
                for kpi in dated:
                    money = source.catalog.is_money(kpi)
                    if source.several and money == (cell.currency is NO_CURRENCY):
                        continue
                    outcome = evaluate(kpi, values, source.catalog, request.level)
                    code = (cell.currency if source.several else single) if money else None
                    metric = _metric(request, kpi, outcome, cell, {"currency": code, "period": stretch})
                    rows.append(((*_order(cell), position[kpi.id]), metric))
    return rows


def _stretches(cells: set[Cell], window: Window, every: Every, request: Request) -> list[tuple[date, Period]]:
    """The stretches that a series has, each with the first day of its unit, which its cells carry."""
    starts = [cell.bucket for cell in cells if cell.bucket is not None]
    if not starts or window.end is None:
        return []
    whole = calendar.Period(request.period.label, window.start or min(starts), window.end)
    stretches = []
    for piece in split(whole, every, request.as_of or window.end, request.calendar):
        start = piece.start or window.end
        label = bucket_label(start, every, request.calendar)
        bucket = unit_period(start, every, request.calendar).start or start
        stretches.append((bucket, Period(label=label, start=start, end=piece.end, partial=piece.partial)))
    return stretches


def _compared(request: Request, kpi: Kpi, values: Values, outcome: Outcome, catalog: Catalog) -> dict[str, Any]:
    """The value of the stretch before, and the step from it; the state on a day has no stretch before."""
    if request.compare is None or request.compare not in values.by_shift or kpi.basis == "snapshot":
        return {}
    before = evaluate(kpi, values.shifted(request.compare), catalog, request.level)
    change = change_between(kpi, outcome, before, request.level, request.min_n)
    return {"previous": _plain(before.value), "change": change}


def _period_of(window: Window) -> Period | None:
    if window.start is None or window.end is None:
        return None
    return Period(label=f"{window.start}..{window.end - timedelta(days=1)}", start=window.start, end=window.end)


def _order(cell: Cell) -> tuple[Any, ...]:
    group = tuple((name is None, name or "") for name in cell.group)
    return (len(cell.group), group, cell.bucket or date.min, cell.currency is None, cell.currency or "")


def _metric(request: Request, kpi: Kpi, outcome: Outcome, cell: Cell, extra: Mapping[str, Any]) -> Metric:
    bounds = outcome.interval
    return Metric(
        id=kpi.id,
        title=kpi.title,
        family=kpi.family,
        unit=kpi.unit,
        basis=kpi.basis,
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
        small=not kpi.additive and outcome.n is not None and outcome.n < request.min_n,
        **extra,
    )


def _plain(value: Any) -> Any:
    """A Decimal without the zeros that its column carries: 1250.00000000 is 1250."""
    return value.normalize() + Decimal(0) if isinstance(value, Decimal) else value


def _trends(request: Request, source: Source, plan: Plan) -> dict[str, list[float | None]]:
    """The twelve months up to the as-of date, for every KPI whose records have a date."""
    if request.as_of is None:
        return {}
    starts = [request.as_of.replace(day=1)]
    for _ in range(TREND_MONTHS - 1):
        starts.insert(0, (starts[0] - timedelta(days=1)).replace(day=1))
    dated = [kpi for kpi in plan.kpis if _has_date(kpi, source)]
    window = Window(starts[0], request.as_of + timedelta(days=1))
    table = value_table(source, dated, {"": window}, Keys(bucket=lambda day: day.dt.truncate("1mo")))
    trends: dict[str, list[float | None]] = {}
    for kpi in dated:
        cells = [table.values(Cell((), None, start)) for start in starts]
        values = [evaluate(kpi, cell, source.catalog, request.level).value for cell in cells]
        trends[kpi.id] = [None if value is None else float(value) for value in values]
    return trends


def _has_date(kpi: Kpi, source: Source) -> bool:
    required = source.catalog.required_measures(kpi).values()
    return kpi.span == "period" and all(m.basis not in {"snapshot", "undated"} for m in required)
