"""Inputs and findings as an answer gives them: a finding in words, and the JSON Schema of both."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, InstanceOf, PlainSerializer

from salesmetrics.schema import provenance
from salesmetrics.schema.provenance import Severity

__all__ = ["FindingInWords", "InputRead"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Finding(_Model):
    """Something in the data that a careful reader would want to know."""

    code: str
    severity: Severity
    kind: str | None = None
    path: str | None = None
    column: str | None = Field(default=None, description="header in the export")
    count: int = Field(ge=0, description="rows concerned")
    rows: list[int] = Field(
        default_factory=list, description="numbers of the first rows concerned, as a spreadsheet numbers them"
    )
    share_of_value: float | None = Field(default=None, description="share of the summed amount in the rows concerned")
    message: str
    hint: str | None = None


class RowCounts(_Model):
    """Rows in = rows used + rows rejected + rows ignored, always."""

    read: int = Field(ge=0)
    used: int = Field(ge=0)
    rejected: int = Field(ge=0)
    ignored: int = Field(ge=0)


class Input(_Model):
    """A file as it was read."""

    kind: str
    path: str
    sha256: str
    profile: str
    encoding: str
    delimiter: str | None
    rows: RowCounts


def _in_words(item: provenance.Finding) -> Finding:
    return Finding(
        code=item.code,
        severity=item.severity,
        kind=item.kind,
        path=item.path,
        column=item.column,
        count=item.count,
        rows=list(item.rows),
        share_of_value=item.share_of_value,
        message=item.message,
        hint=item.hint,
    )


def _read(item: provenance.Input) -> Input:
    rows = item.rows
    return Input(
        kind=item.kind,
        path=item.path,
        sha256=item.sha256 or "",
        profile=item.profile,
        encoding=item.encoding,
        delimiter=item.delimiter,
        rows=RowCounts(read=rows.read, used=rows.used, rejected=rows.rejected, ignored=rows.ignored),
    )


FindingInWords = Annotated[InstanceOf[provenance.Finding], PlainSerializer(_in_words, return_type=Finding)]
InputRead = Annotated[InstanceOf[provenance.Input], PlainSerializer(_read, return_type=Input)]
