"""What is said about data rather than with it: inputs, row counts, findings."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Finding", "Input", "Provenance", "RowCounts", "Severity"]


class Provenance(BaseModel):
    """Base of what is said about data."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Severity(StrEnum):
    """How much a finding matters: an error makes ``check`` and ``--strict`` fail."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(Provenance):
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


class RowCounts(Provenance):
    """Rows in = rows used + rows rejected + rows ignored, always."""

    read: int = Field(ge=0)
    used: int = Field(ge=0)
    rejected: int = Field(ge=0)
    ignored: int = Field(ge=0)


class Input(Provenance):
    """A file as it was read."""

    kind: str
    path: str
    sha256: str
    profile: str
    encoding: str
    delimiter: str | None
    rows: RowCounts
