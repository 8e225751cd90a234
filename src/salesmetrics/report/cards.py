"""The catalogue as data: what `kpis` lists and `explain` tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from salesmetrics.metrics.catalog import split_name
from salesmetrics.metrics.definition import Mean, Quantile, Ratio, Tally, Undefined
from salesmetrics.report.model import SCHEMA_VERSION, Generator
from salesmetrics.report.plan import needs_of
from salesmetrics.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi

__all__ = ["Card", "Cards", "make_cards"]


class Card(BaseModel):
    """Everything the catalogue says about a KPI."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    family: str
    unit: str
    direction: str
    basis: str
    formula: str
    interval: str | None
    needs: list[str]
    excluded: list[str]
    undefined: list[str]
    definition: str
    example: str
    source: str
    since: str


class Cards(BaseModel):
    """A part of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal["1"] = SCHEMA_VERSION
    generator: Generator
    command: str
    kpis: list[Card]


def make_cards(kpis: Iterable[Kpi], catalog: Catalog, command: str) -> Cards:
    """Describe KPIs, with the files and columns that each needs in words."""
    return Cards(generator=Generator(version=__version__), command=command, kpis=[_card(kpi, catalog) for kpi in kpis])


def _card(kpi: Kpi, catalog: Catalog) -> Card:
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
        needs=needs_of(kpi, catalog),
        excluded=list(kpi.excluded),
        undefined=_undefined(kpi, catalog),
        definition=definition.strip(),
        example=f">>>{example}".strip() if example else "",
        source=kpi.source,
        since=kpi.since,
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
