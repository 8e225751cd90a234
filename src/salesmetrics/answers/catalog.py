"""The catalogue as data: what `kpis` lists, and what `explain` says of a KPI with and without files."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from salesmetrics.answers.provenance import InputRead
from salesmetrics.answers.report import SCHEMA_VERSION, Generator, Metric, Number, Period

__all__ = ["Card", "Definition", "Ingredient", "Kpis", "Working"]


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


class Kpis(BaseModel):
    """The answer of `kpis`: a part of the catalogue."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal["1"] = SCHEMA_VERSION
    generator: Generator
    command: str = "kpis"
    kpis: list[Card]


class Definition(BaseModel):
    """The answer of `explain KPI`: a list of one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal["1"] = SCHEMA_VERSION
    generator: Generator
    command: str = "explain"
    kpis: list[Card]


class Ingredient(BaseModel):
    """A number that goes into the formula."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    meaning: str
    unit: str
    currency: str | None = None
    value: Number | None = None
    n: int | None = Field(default=None, description="size of a sample; its value is the sum")
    reason: str | None = None
    of: str | None = Field(default=None, description="the KPI that it goes into, where that is not the one explained")


class Working(BaseModel):
    """The answer of `explain KPI FILE…`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal["1"] = SCHEMA_VERSION
    generator: Generator
    command: str = "explain"
    kpi: Card
    as_of: str | None
    period: Period
    inputs: list[InputRead]
    ingredients: list[Ingredient]
    metrics: list[Metric]
