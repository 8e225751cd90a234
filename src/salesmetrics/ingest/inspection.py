"""From a dataset to what `inspect` says of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.ingest.columns import missing_fields
from salesmetrics.schema.inspection import ColumnReading, FileReading, WordReading

if TYPE_CHECKING:
    from salesmetrics.ingest.dataset import Dataset, LoadedFile

__all__ = ["file_readings"]


def file_readings(dataset: Dataset) -> list[FileReading]:
    """What every file was recognised as, in the order that the files were named."""
    return [_reading(file) for file in dataset.files]


def _reading(file: LoadedFile) -> FileReading:
    source, recognition = file.source, file.recognition
    columns = [
        ColumnReading(field=name, header=match.header, matched=match.how, read_as=file.how.get(name, "text"))
        for name, match in recognition.columns.items()
    ]
    words = [
        WordReading(column=word.column, word=word.word, outcome=word.outcome, how=word.how, count=word.count)
        for word in file.stage_words
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
        notes=list(recognition.notes),
    )
