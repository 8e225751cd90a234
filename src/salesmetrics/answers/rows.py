"""The answer of `rows`, as data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from msgspec import Meta, field

from salesmetrics.answers.base import NOT_IN_JSON, Answer, Model, Number
from salesmetrics.answers.provenance import Filters, InputRead, Span
from salesmetrics.answers.report import Period

__all__ = ["Rows", "RowsCell", "RowsTotal"]

RowsCell = Number | str | None


class RowsTotal(Model, frozen=True, kw_only=True):
    """What all records add up to, also those that are not listed."""

    kpi: Annotated[str, Meta(description="the name that the records stand under: the KPI, or a part of it")]
    currency: str | None = None
    records: int
    left_out: Annotated[int, Meta(description="records that the number leaves out, among them")]
    numerator: Number | None = None
    denominator: Number | None = None
    value: Annotated[Number | None, Meta(description="where the KPI is the sum of value")] = None


class Rows(Answer, frozen=True, kw_only=True):
    """The answer of `rows`: the records behind a KPI; and of `--rows`: those behind a cell of a table."""

    commands: ClassVar = ("rows", "cohort", "compare", "funnel", "forecast", "losses", "benchmark")

    command: str = "rows"
    kpi: str
    how: Annotated[str, Meta(description="how the value is calculated from the records, in one line")]
    rows: Annotated[
        list[dict[str, RowsCell]], Meta(description="all with the same columns, including those of the record")
    ]
    filters: Annotated[
        Filters, Meta(description="what affects the values besides the files: filters, settings, variables")
    ] = field(default_factory=Filters)
    chosen: Annotated[bool, NOT_IN_JSON] = False
    """its columns were asked for by name"""
    limited: Annotated[bool, NOT_IN_JSON] = False
    """so many records were asked for: a screen shows all of these"""
    records: Annotated[int, Meta(description="all records behind the KPI, listed or not")] = 0
    totals: Annotated[
        list[RowsTotal], Meta(description="for each name that records stand under and, of money, each currency")
    ] = field(default_factory=list)
    title: Annotated[str, Meta(description="of the KPI")] = ""
    as_of: date | None = None
    as_of_source: Annotated[str | None, Meta(description="where the as-of date comes from")] = None
    period: Period = field(default_factory=lambda: Period(label="all"))
    inputs: list[InputRead] = field(default_factory=list)
    span: Annotated[Span | None, Meta(description="first and last day of the records")] = None
