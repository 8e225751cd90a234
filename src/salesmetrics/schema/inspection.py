"""What a file was recognised as, or what it could be, in full: the answer of `inspect`."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from salesmetrics.schema.provenance import RowCounts  # noqa: TC001 - the JSON Schema is made of these annotations

__all__ = ["ELSEWHERE", "SURE", "ColumnGuess", "ColumnReading", "FileGuess", "FileReading", "WordGuess", "WordReading"]

SURE = 0.7
"""Below this confidence the kind of a file, or its encoding, is shown as a guess."""

ELSEWHERE = "other column"
"""How a word came to count as something else than it means: flags, or the status beside a stage, decided."""


class ColumnReading(Struct, frozen=True):
    """A column of the export and the field it is read as."""

    field: str
    header: str
    matched: Annotated[str, Meta(description="profile, generic, partial (matched loosely), or option")]
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


class ColumnGuess(Struct, frozen=True):
    """A column of a file that is not recognised, and the field that it could be: a proposal, never applied."""

    header: str
    field: Annotated[str | None, Meta(description="null where nothing speaks for a field")]
    confidence: Annotated[float, Meta(description="0–1")]
    rests_on: Annotated[
        str, Meta(description="header, words (of the header), cells, place or option; empty without a field")
    ]
    samples: Annotated[list[str], Meta(description="some of its cells")]


class WordGuess(Struct, frozen=True):
    """A stage that is not known, and how a deal in it could have ended."""

    word: str
    outcome: str
    count: int


class FileGuess(Struct, frozen=True):
    """A file that is not recognised, what its columns could be, and the command that reads it so."""

    path: str
    kind: Annotated[str, Meta(description="the kind that is nearest")]
    problem: Annotated[str, Meta(description="why the file is not read as it is")]
    columns: list[ColumnGuess]
    words: list[WordGuess]
    assumed: Annotated[dict[str, str], Meta(description="option → what the file leaves open, and what was taken")]
    missing: Annotated[list[str], Meta(description="fields of the kind that no column was found for")]
    likely: Annotated[
        bool, Meta(description="nothing says that the file is something else, and the guess rests on more than places")
    ]
    other: Annotated[bool, Meta(description="it looks like something that is no kind of file that is read")]
    works: Annotated[bool, Meta(description="the command was tried and reads the file")]
    still: Annotated[str | None, Meta(description="what refuses the file even so")]
    command: Annotated[str, Meta(description="the command to paste, on one line, as it is typed in a shell")]
    lines: Annotated[list[str], Meta(description="the same: the file, then each option with its value")]
