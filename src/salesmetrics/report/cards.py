"""The catalogue as data: what `kpis` lists and `explain` tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from salesmetrics import __version__
from salesmetrics.report.model import SCHEMA_VERSION, Generator

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
    """Describe KPIs, with the columns that each needs as ``kind.column``."""
    return Cards(generator=Generator(version=__version__), command=command, kpis=[_card(kpi, catalog) for kpi in kpis])


def _card(kpi: Kpi, catalog: Catalog) -> Card:
    definition, _, example = kpi.doc.partition(">>>")
    required = catalog.required_measures(kpi).values()
    needs = {f"{m.entity}.{column}" for m in required for column in m.columns if column != "as_of"}
    return Card(
        id=kpi.id,
        title=kpi.title,
        family=kpi.family,
        unit=kpi.unit,
        direction=kpi.direction,
        basis=kpi.basis,
        formula=kpi.formula,
        interval=kpi.interval,
        needs=sorted(needs),
        definition=definition.strip(),
        example=f">>>{example}".strip() if example else "",
        source=kpi.source,
        since=kpi.since,
    )
