"""The working of a KPI, with the numbers of these files put in. Own file: the answer of `explain`."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from salesmetrics.answers.catalog import Ingredient, Working
from salesmetrics.answers.report import Period
from salesmetrics.drilldown.describe import describe_kpi
from salesmetrics.drilldown.forms import RESULTS
from salesmetrics.engine.build import metrics_of
from salesmetrics.engine.compute import NO_CURRENCY, Keys, value_table
from salesmetrics.engine.evaluate import Values, evaluate
from salesmetrics.engine.metric import cell_order, plain
from salesmetrics.engine.moments import seen_by
from salesmetrics.engine.prepare import prepare
from salesmetrics.engine.request import windows_of
from salesmetrics.messages import told
from salesmetrics.metrics.catalog import split_name
from salesmetrics.metrics.rep_results import by_rep, rep_lines
from salesmetrics.metrics.settings import PREFIX
from salesmetrics.metrics.shapes import total
from salesmetrics.schema.message import Message, Told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.schema.provenance import Input

__all__ = ["explain_working"]


def explain_working(
    request: Request, frames: Mapping[str, pl.DataFrame], catalog: Catalog, inputs: Sequence[Input]
) -> Working:
    """The working of one KPI over all records.

    Args:
        request: What is asked for; ``kpis`` holds one id, and groups are left aside.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.
        inputs: The files behind the frames.

    Raises:
        SalesmetricsError: As for a report.
    """
    setup = prepare(request, frames, catalog)
    kpi = setup.plan.kpis[0]
    asked = seen_by(request, kpi, catalog)
    source = replace(setup.source, as_of=asked.as_of)
    windows = windows_of(asked, source.frames, kpi, catalog)
    table = value_table(source, [kpi], windows, Keys())
    found: list[Ingredient] = []
    for cell in sorted(table.cells(), key=cell_order):
        money = catalog.is_money(kpi)
        if source.several and money == (cell.currency is NO_CURRENCY):
            continue
        code = cell.currency if source.several else setup.currency
        found += _ingredients(kpi, table.values([cell]), catalog, request.level, code, None)
    window = windows[""]
    return Working(
        kpi=describe_kpi(kpi, catalog),
        as_of=asked.as_of.isoformat() if asked.as_of else None,
        period=Period(label=request.period.label, start=window.start, end=window.end, partial=request.period.partial),
        inputs=list(inputs),
        ingredients=found,
        metrics=[metric for metric in metrics_of(request, setup) if not metric.group],
        filters=request.filters,
        span=request.span,
    )


def _ingredients(
    kpi: Kpi, values: Values, catalog: Catalog, level: float, currency: str | None, of: str | None
) -> list[Ingredient]:
    found: list[Ingredient] = []
    for name in kpi.inputs:
        if name.startswith(PREFIX):
            setting = values.settings.value(name)
            if setting is not None and not isinstance(setting, (int, float, Decimal)):
                continue
            plain_setting = setting if isinstance(setting, (int, float, Decimal)) else None
            found.append(Ingredient(id=name, meaning=told(Message("a_setting")), unit="x", value=plain_setting, of=of))
            continue
        base, shift = split_name(name)
        if shift not in values.by_shift:
            found.append(
                Ingredient(
                    id=name, meaning=told(Message("previous_period")), unit=kpi.unit, reason="no_previous_period", of=of
                )
            )
            continue
        here = values.shifted(shift) if shift else values
        measure = catalog.measures.get(base)
        if measure is None:
            part = catalog.kpis[base]
            (outcome,) = evaluate(part, here, catalog, level)
            code = currency if catalog.is_money(part) else None
            found.append(
                Ingredient(
                    id=name,
                    meaning=part.formula,
                    unit=part.unit,
                    currency=code,
                    value=plain(outcome.value),
                    reason=outcome.reason,
                    of=of,
                )
            )
            found += _ingredients(part, here, catalog, level, currency, part.id)
            continue
        (value,) = here.column(base, measure.empty)
        sample = measure.shape != "number"
        found.append(
            Ingredient(
                id=name,
                meaning=Told(line := measure.doc.splitlines()[0], line.rstrip("."), f"measure.{base}"),
                unit=measure.unit,
                currency=currency if measure.unit == "money" else None,
                value=_sum(value) if measure.shape == "sample" else None if sample else plain(value),
                n=len(by_rep(value) if base == RESULTS else value) if sample else None,
                reason=measure.missing if value is None else None,
                of=of,
            )
        )
        if base == RESULTS:
            plan = values.settings.incentive if f"{PREFIX}incentive" in kpi.inputs else None
            code = currency if plan else None
            found += [
                Ingredient(
                    id=told(line.name) if isinstance(line.name, Message) else line.name,
                    meaning=told(line.meaning) if line.value is not None else "",
                    unit=line.unit,
                    currency=code,
                    value=plain(line.value),
                    reason="no_quota" if line.value is None else None,
                    of=name,
                )
                for line in rep_lines(value, plan)
            ]
    return found


def _sum(values: Any) -> Any:
    return plain(total(values)) if hasattr(values, "sum") else total(values)
