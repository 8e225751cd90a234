"""Inputs and findings as they stand in the JSON: a finding with the sentences that are made of its code and details.

Answers keep findings as codes, so that a layout can say them in the language of the reader.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta, field

from salesmetrics.answers.base import Model, ShownAs
from salesmetrics.schema import provenance
from salesmetrics.schema.provenance import Severity

__all__ = ["Filters", "FindingInWords", "InputRead", "Span", "filters_of"]

_Rows = Annotated[int, Meta(ge=0)]


class Finding(Model, frozen=True, kw_only=True):
    """Something in the data that a careful reader would want to know."""

    code: str
    severity: Severity
    kind: str | None = None
    path: str | None = None
    column: Annotated[str | None, Meta(description="header in the export")] = None
    count: Annotated[int, Meta(ge=0, description="number of affected rows")]
    rows: Annotated[list[int], Meta(description="numbers of the first affected rows, as in a spreadsheet")] = field(
        default_factory=list
    )
    share_of_value: Annotated[float | None, Meta(description="share of the total amount in the affected rows")] = None
    message: str
    hint: str | None = None


class RowCounts(Model, frozen=True, kw_only=True):
    """Rows in = rows used + rows rejected + rows ignored, always."""

    read: _Rows
    used: _Rows
    rejected: _Rows
    ignored: _Rows


class Input(Model, frozen=True, kw_only=True):
    """A file as it was read."""

    kind: str
    path: str
    sha256: str
    profile: str
    encoding: str
    delimiter: str | None
    rows: RowCounts


class Filters(Model, frozen=True, kw_only=True):
    """What shaped the numbers besides the files."""

    where: Annotated[str | None, Meta(description="the condition of --where")] = None
    period: Annotated[str, Meta(description="the requested period")] = "all"
    settings_file: Annotated[str | None, Meta(description="the settings file, if any")] = None
    settings: Annotated[list[str], Meta(description="its keys and tables that apply here")] = field(
        default_factory=list
    )
    environment: Annotated[list[str], Meta(description="the environment variables that apply here")] = field(
        default_factory=list
    )


class Span(Model, frozen=True, kw_only=True):
    """The days between which the records of the files lie."""

    first: date
    last: date


def filters_of(shaped: provenance.Shaped, *, where: str | None = None, period: str = "all") -> Filters:
    """What shaped numbers, for the record."""
    return Filters(
        where=where,
        period=period,
        settings_file=shaped.settings_file,
        settings=list(shaped.settings),
        environment=list(shaped.environment),
    )


FindingInWords = Annotated[provenance.Finding, ShownAs(Finding)]
InputRead = Annotated[provenance.Input, ShownAs(Input)]
