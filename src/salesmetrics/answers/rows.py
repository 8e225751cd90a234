"""The answer of `rows`, as data."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from salesmetrics.answers.report import SCHEMA_VERSION, Generator

__all__ = ["Rows", "RowsCell"]

RowsCell = int | float | Decimal | str | None


class Rows(BaseModel):
    """The answer of `rows`: the records behind a KPI."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal["1"] = SCHEMA_VERSION
    generator: Generator
    command: str = "rows"
    kpi: str
    how: str = Field(description="in a line, how the records make the number")
    rows: list[dict[str, RowsCell]] = Field(description="each with the same columns, those of the record among them")
