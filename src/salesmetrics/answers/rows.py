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
    how: Annotated[str, Meta(description="how the value is calculated from the records, in one line")]
    rows: Annotated[
        list[dict[str, RowsCell]], Meta(description="all with the same columns, including those of the record")
    ]
    filters: Annotated[
        Filters, Meta(description="what affects the values besides the files: filters, settings, variables")
    ] = field(default_factory=Filters)
