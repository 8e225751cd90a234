"""What a file was recognised as, in full: the answer of `inspect`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from salesmetrics.schema.provenance import RowCounts  # noqa: TC001 - the JSON Schema is made of these annotations

__all__ = ["ELSEWHERE", "SURE", "ColumnReading", "FileReading", "WordReading"]

SURE = 0.7
"""Below this confidence the kind of a file, or its encoding, is shown as a guess."""

ELSEWHERE = "other column"
"""How a word came to count as something else than it means: flags, or the status beside a stage, decided."""


class ColumnReading(Struct, frozen=True):
    """A column of the export and the field it is read as."""

    field: str
    header: str
    matched: Annotated[str, Meta(description="profile, generic, partial (leniently), or option")]
    read_as: Annotated[str, Meta(description="how its text was read, for example day.month.year")]


class WordReading(Struct, frozen=True):
    """A stage or status word and what its records count as; a word that counts in two ways has two readings."""

    column: str
    word: str
    outcome: str
    how: str
    count: int


class FileReading(Struct, frozen=True):
    """A file, everything that was recognised in it, and how sure that is."""

    path: str
    kind: str
    profile: str
    crm: str
    confidence: float
    alternatives: list[str]
    container: str
    encoding: str
    encoding_how: str
    encoding_confidence: float
    delimiter: str | None
    line_end: str | None
    header_row: int
    rows: RowCounts
    ignored: dict[str, int]
    columns: list[ColumnReading]
    unmapped: list[str]
    missing: list[str]
    words: list[WordReading]
    notes: list[str]
