"""The catalogue as data: what `kpis` lists and `explain` tells."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from salesmetrics.answers.report import SCHEMA_VERSION, Generator

__all__ = ["Card", "Cards"]


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
