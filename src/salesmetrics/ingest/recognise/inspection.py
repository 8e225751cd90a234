"""From a dataset to what `inspect` says of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec import structs

from salesmetrics.ingest.dataset import FILE
from salesmetrics.ingest.recognise.columns import missing_fields
from salesmetrics.messages import text
from salesmetrics.schema.inspection import ELSEWHERE, ColumnReading, FileReading, WordReading

if TYPE_CHECKING:
    from salesmetrics.ingest.canonical.outcome import StageWord
    from salesmetrics.ingest.dataset import Dataset, LoadedFile

__all__ = ["file_readings"]


def file_readings(dataset: Dataset) -> list[FileReading]:
    """What every file was recognised as, in the order that the files were named."""
    return [_reading(file, dataset.frames.get(file.recognition.kind), i) for i, file in enumerate(dataset.files)]


def _reading(file: LoadedFile, frame: pl.DataFrame | None, index: int) -> FileReading:
    source, recognition = file.source, file.recognition
    columns = [
        ColumnReading(
            field=name,
            header=match.header,
            matched=match.how,
            read_as=text(file.how[name]) if name in file.how else "text",
        )
        for name, match in recognition.columns.items()
    ]
    words = [reading for word in file.stage_words for reading in _counted(word, frame, index)]
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
        notes=list(map(text, recognition.notes)),
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
