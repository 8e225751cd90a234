"""The answer of `rows`, as data."""

from __future__ import annotations

from typing import Annotated, ClassVar

from msgspec import Meta, field

from salesmetrics.answers.base import Answer, Number
from salesmetrics.answers.provenance import Filters

__all__ = ["Rows", "RowsCell"]

RowsCell = Number | str | None


class Rows(Answer, frozen=True, kw_only=True):
    """The answer of `rows`: the records behind a KPI."""

    commands: ClassVar = ("rows",)

    command: str = "rows"
    kpi: str
    how: Annotated[str, Meta(description="in a line, how the records make the number")]
    rows: Annotated[
        list[dict[str, RowsCell]], Meta(description="each with the same columns, those of the record among them")
    ]
    filters: Annotated[Filters, Meta(description="what shaped the numbers besides the files")] = field(
        default_factory=Filters
    )
