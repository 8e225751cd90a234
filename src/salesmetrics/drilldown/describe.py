"""What the catalogue and the files at hand say of KPIs, without a number: definitions, and what would unlock more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.answers.catalog import Card, Definition, Kpis
from salesmetrics.answers.files import Unlock
from salesmetrics.engine.plan import make_plan, needs_of
from salesmetrics.entities.declared import columns_of
from salesmetrics.messages import told
from salesmetrics.metrics.catalog import split_name
from salesmetrics.metrics.definition import Mean, Quantile, Ratio, Tally, Undefined
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import polars as pl

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.metrics.settings import Settings

__all__ = ["define_kpi", "describe_kpi", "list_kpis", "unlocks"]


def list_kpis(kpis: Iterable[Kpi], catalog: Catalog) -> Kpis:
    """The answer of `kpis`: each with the files and columns that it needs, in words."""
    return Kpis(kpis=[describe_kpi(kpi, catalog) for kpi in kpis])


def define_kpi(kpi: Kpi, catalog: Catalog) -> Definition:
    """The answer of `explain` without files."""
    return Definition(kpis=[describe_kpi(kpi, catalog)])


def describe_kpi(kpi: Kpi, catalog: Catalog) -> Card:
    """Everything that the catalogue says about a KPI."""
    definition, _, example = kpi.doc.partition(">>>")
    return Card(
        id=kpi.id,
        title=kpi.title,
        family=kpi.family,
        unit=kpi.unit,
        direction=kpi.direction,
        basis=kpi.basis,
        formula=kpi.formula,
        interval=kpi.interval,
        needs=[told(need) for need in needs_of(kpi, catalog)],
        excluded=list(kpi.excluded),
        undefined=_undefined(kpi, catalog),
        definition=definition.strip() if example else kpi.doc,
        example=f">>>{example}".strip() if example else "",
        source=kpi.source,
        since=kpi.since,
        headline=kpi.headline,
    )


def _undefined(kpi: Kpi, catalog: Catalog) -> list[str]:
    """Reason codes that the value can be undefined with, as far as the definition itself tells."""
    required = catalog.required_measures(kpi)
    reasons = [m.missing for m in required.values() if m.missing != "missing_input"]
    try:
        shape = kpi.parts(**{name: [] if _is_sample(name, catalog) else 0 for name in kpi.inputs})
    except (TypeError, ValueError, ArithmeticError, AttributeError, IndexError):
        shape = None
    match shape:
        case Ratio():
            reasons.append("zero_denominator")
        case Mean() | Quantile() | Tally():
            reasons.append("no_records")
        case Undefined(code):
            reasons.append(code)
    return list(dict.fromkeys(reasons))


def _is_sample(name: str, catalog: Catalog) -> bool:
    measure = catalog.measures.get(split_name(name)[0])
    return measure is not None and measure.shape != "number"


def unlocks(
    frames: Mapping[str, pl.DataFrame], catalog: Catalog, settings: Settings, as_of: date | None
) -> tuple[list[str], list[Unlock]]:
    """The KPIs that frames allow, and what each missing thing would unlock, the most useful first."""
    plan = make_plan(catalog, catalog.kpis.values(), columns_of(frames, as_of), settings, bounded=False)
    wanting: dict[str, list[str]] = {}
    for item in plan.not_computed:
        wanting.setdefault(told(Message("all_of", needs=item.unlock)), []).append(item.kpi.id)
    ordered = sorted(wanting.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [kpi.id for kpi in plan.kpis], [Unlock(needs=needs, kpis=kpis) for needs, kpis in ordered]
