"""From a dataset to what `inspect` says of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import structs

from salesmetrics.ingest.dataset import FILE
from salesmetrics.ingest.propose import is_something_else
from salesmetrics.ingest.recognise.columns import missing_fields
from salesmetrics.messages import told
from salesmetrics.schema.inspection import (
    ELSEWHERE,
    ColumnGuess,
    ColumnReading,
    FileGuess,
    FileReading,
    WordGuess,
    WordReading,
)
from salesmetrics.schema.kinds import column_types
from salesmetrics.schema.message import Message, Told

if TYPE_CHECKING:
    from salesmetrics.errors import SalesmetricsError
    from salesmetrics.ingest.canonical.outcome import StageWord
    from salesmetrics.ingest.dataset import Dataset, LoadedFile
    from salesmetrics.ingest.propose import Proposal

__all__ = ["file_guess", "file_readings"]


def file_readings(dataset: Dataset) -> list[FileReading]:
    """What every file was recognised as, in the order that the files were named."""
    return [_reading(file, dataset.frames.get(file.recognition.kind), i) for i, file in enumerate(dataset.files)]


def file_guess(proposal: Proposal, refusal: SalesmetricsError) -> FileGuess:
    """What a file that is not recognised could be.

    Args:
        proposal: The guess, and what it takes to read the file so.
        refusal: Why it is not read as it is.
    """
    guessed = proposal.guessed
    return FileGuess(
        path=proposal.path,
        kind=guessed.kind,
        problem=_said(refusal),
        columns=[
            ColumnGuess(
                header=each.header,
                field=each.field,
                confidence=each.confidence,
                rests_on=each.reason,
                samples=list(each.samples),
            )
            for each in guessed.columns
        ],
        words=[WordGuess(word=each.word, outcome=each.outcome, count=each.count) for each in proposal.words],
        assumed=dict(proposal.assumed),
        missing=[name for name in column_types(guessed.kind) if name not in guessed.mapping],
        likely=proposal.good and not is_something_else(refusal),
        other=is_something_else(refusal),
        works=proposal.works,
        still=_still(proposal),
        command=" ".join(proposal.lines),
        lines=list(proposal.lines),
    )


def _still(proposal: Proposal) -> str | None:
    """What stands in the way even so, and what to do about it."""
    if proposal.why_not is not None:
        return _said(proposal.why_not)
    if proposal.unsettled is not None:
        parts = [proposal.unsettled.problem, proposal.unsettled.remedy]
        return Told("; ".join(map(told, parts)), "{parts:;}", parts=parts)
    return None


def _said(error: SalesmetricsError) -> str:
    return told(Message(error.code, **error.details))


def _reading(file: LoadedFile, frame: pl.DataFrame | None, index: int) -> FileReading:
    source, recognition = file.source, file.recognition
    columns = [
        ColumnReading(
            field=name,
            header=match.header,
            matched=match.how,
            read_as=told(file.how[name]) if name in file.how else "text",
        )
        for name, match in recognition.columns.items()
    ]
    words = [
        reading
        for word in file.stage_words
        if word.column not in recognition.constants
        for reading in _counted(word, frame, index)
    ]
    return FileReading(
        path=source.path,
        kind=recognition.kind,
        profile=recognition.profile,
        crm=recognition.title,
        confidence=round(recognition.confidence, 2),
        alternatives=[f"{kind} ({profile})" for kind, profile, _ in recognition.alternatives],
        container=source.container,
        encoding=source.encoding,
        encoding_how=source.encoding_how,
        encoding_confidence=round(source.encoding_confidence, 2),
        delimiter=source.delimiter,
        line_end=source.line_end,
        header_row=source.header_row,
        rows=file.rows,
        ignored=file.ignored,
        columns=columns,
        unmapped=list(recognition.unmapped),
        missing=missing_fields(recognition),
        words=words,
        notes=list(map(told, recognition.notes)),
    )


def _counted(word: StageWord, frame: pl.DataFrame | None, index: int) -> list[WordReading]:
    """A word with the outcome that its records count as, which another column may have decided: one reading per outcome."""
    meant = WordReading(column=word.column, word=word.word, outcome=word.outcome, how=word.how, count=word.count)
    if frame is None or not {word.column, "outcome"} <= set(frame.columns):
        return [meant]
    counts = (
        frame.lazy()
        .filter((pl.col(FILE) == index) & (pl.col(word.column) == word.word))
        .group_by("outcome")
        .len()
        .sort(["len", "outcome"], descending=[True, False])
        .collect()
    )
    readings = [
        structs.replace(meant, outcome=outcome, count=count, how=word.how if outcome == word.outcome else ELSEWHERE)
        for outcome, count in counts.iter_rows()
    ]
    # Ids of stages that a pipelines file names are no longer in the frame.
    return readings or [meant]
