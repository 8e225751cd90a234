"""The catalogue as data: what `kpis` lists, and what `explain` says of a KPI with and without files."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta, field

from salesmetrics.answers.base import Answer, Model, Number
from salesmetrics.answers.provenance import Filters, InputRead, Span
from salesmetrics.answers.report import Metric, Period

__all__ = ["Card", "Definition", "Ingredient", "Kpis", "Working"]


class Card(Model, frozen=True, kw_only=True):
    """Everything the catalogue says about a KPI."""

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
    headline: Annotated[int | None, Meta(description="its place among the KPIs that a report shows first")] = None


class Kpis(Answer, frozen=True, kw_only=True):
    """The answer of `kpis`: a part of the catalogue."""

    commands: ClassVar = ("kpis",)

    command: str = "kpis"
    kpis: list[Card]


class Definition(Answer, frozen=True, kw_only=True):
    """The answer of `explain KPI`: a list of one."""

    commands: ClassVar = ("explain",)

    command: str = "explain"
    kpis: list[Card]


class Ingredient(Model, frozen=True, kw_only=True):
    """A number that goes into the formula."""

    id: str
    meaning: str
    unit: str
    currency: str | None = None
    value: Number | None = None
    n: Annotated[int | None, Meta(description="size of a sample; its value is the sum")] = None
    reason: str | None = None
    of: Annotated[str | None, Meta(description="the KPI it is part of, if that is not the explained KPI")] = None


class Working(Answer, frozen=True, kw_only=True):
    """The answer of `explain KPI FILE…`."""

    commands: ClassVar = ("explain",)

    command: str = "explain"
    kpi: Card
    as_of: str | None
    period: Period
    inputs: list[InputRead]
    ingredients: list[Ingredient]
    metrics: list[Metric]
    filters: Annotated[
        Filters, Meta(description="what affects the values besides the files: filters, settings, variables")
    ] = field(default_factory=Filters)
    span: Annotated[Span | None, Meta(description="first and last day of the records")] = None
