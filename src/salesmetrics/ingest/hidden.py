"""What a dataset tells beside its records, with names hidden: findings, files, readings, rejected rows, guesses.

Own file: reading is done, and what it says is about to leave the reader. The records themselves are hidden elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
from msgspec.structs import replace

from salesmetrics.calendar import periods_of_column
from salesmetrics.ingest.recognise.headers import generic_keys, header_keys
from salesmetrics.privacy.details import (
    hidden_cell,
    hidden_error,
    hidden_finding,
    hidden_message,
    hidden_word,
    may_stand,
)
from salesmetrics.privacy.fields import sort_of
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import column_types

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from salesmetrics.ingest.canonical.outcome import StageWord
    from salesmetrics.ingest.dataset import Dataset, LoadedFile, ReadOptions
    from salesmetrics.ingest.propose import Proposal
    from salesmetrics.ingest.table.raw import RawTable, RejectedRow
    from salesmetrics.privacy.names import Names
    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.message import Message
    from salesmetrics.schema.provenance import Finding

__all__ = ["hidden_options", "hidden_proposal", "learn_headers", "learn_records", "plain_labels", "told_hidden"]

_BY_OPTION = "option"
_CURRENCIES = frozenset({"currency", "to_currency"})
_SIGN = 3
"""Letters that a sign of a currency has at most, such as ``kr.``"""
_ENOUGH = 2
"""So many known headers make a line a header: a record that stands in its place has none, or one by chance."""


def learn_headers(tables: Iterable[RawTable], names: Names) -> None:
    """Headers that are words of CRMs may be shown, whatever the file turns out to be.

    Args:
        tables: As they stand in their file.
        names: Learns them.
    """
    known = generic_keys()
    for table in tables:
        names.learn(header for header in table.headers if header_keys(header).exact in known)


def learn_records(dataset: Dataset, names: Names) -> None:
    """Words of columns that hold no names may be shown, and headers of files that have a header.

    Args:
        dataset: With its records as they were read, or hidden already.
        names: Learns them.
    """
    for kind, frame in dataset.frames.items():
        for column in frame.columns:
            text = frame.schema[column] == pl.String and sort_of(kind, column) == "harmless"
            if text and column not in _CURRENCIES and column_types(kind).get(column) != ColumnType.PERIOD:
                names.learn(frame[column].unique().drop_nulls())
    for file in dataset.files:
        names.learn(word.word for word in file.stage_words)
        recognition = file.recognition
        found = [match.header for match in recognition.columns.values() if match.how != _BY_OPTION]
        if len(found) >= _ENOUGH:
            names.learn([*found, *(match.header for match in recognition.columns.values()), *recognition.unmapped])


def plain_labels(kind: Kind, frame: pl.DataFrame, names: Names) -> pl.DataFrame:
    """A frame whose periods and currencies are such: what else stands in their columns could be anything.

    Args:
        kind: Kind of its records.
        frame: Its canonical frame.
        names: What stands in the place of a value that is none.
    """
    types = column_types(kind)
    changed = []
    for column in frame.columns:
        if frame.schema[column] != pl.String:
            continue
        labels = frame[column].drop_nulls().unique().to_list()
        if types.get(column) == ColumnType.PERIOD:
            odd = [label for label, period in zip(labels, periods_of_column(labels), strict=True) if period is None]
        elif column in _CURRENCIES:
            odd = [label for label in labels if not (may_stand(label, names) or len(label) <= _SIGN)]
        else:
            continue
        odd = [label for label in odd if not may_stand(label, names)]
        if odd:
            changed.append(frame[column].replace(odd, names.pseudonyms("value", odd)))
    return frame.with_columns(changed)


def told_hidden(dataset: Dataset, names: Names) -> Dataset:
    """A dataset whose findings, files and rejected rows tell no name.

    Args:
        dataset: With everything that is to be known of it.
        names: Whose pseudonyms are shown.
    """
    fields: dict[tuple[str, str], str] = {
        (file.recognition.kind, match.header): field
        for file in dataset.files
        for field, match in file.recognition.columns.items()
    }
    kinds = {file.source.path: file.recognition.kind for file in dataset.files}
    return replace(
        dataset,
        files=tuple(_file(file, names) for file in dataset.files),
        inputs=tuple(replace(item, path=names.file(item.path)) for item in dataset.inputs),
        findings=tuple(_finding(item, fields, names) for item in dataset.findings),
        rejected=tuple(
            (names.file(path), _rejected(row, kinds.get(path), fields, names)) for path, row in dataset.rejected
        ),
    )


def hidden_proposal(proposal: Proposal, names: Names) -> Proposal:
    """A guess at a file that tells no name."""
    guessed = proposal.guessed
    columns = tuple(
        replace(each, header=hidden_word(each.header, names), samples=tuple(_plain(each.samples, names)))
        for each in guessed.columns
    )
    return replace(
        proposal,
        path=names.file(proposal.path),
        guessed=replace(guessed, columns=columns),
        options=hidden_options(proposal.options, names),
        words=tuple(replace(each, word=hidden_word(each.word, names)) for each in proposal.words),
        why_not=None if proposal.why_not is None else hidden_error(proposal.why_not, names),
        unsettled=None if proposal.unsettled is None else hidden_finding(proposal.unsettled, names),
    )


def hidden_options(options: ReadOptions, names: Names) -> ReadOptions:
    """What the user settled, with headers and words of the data that may not be shown hidden: it is written down again."""
    words = {
        name: tuple(hidden_word(word, names) for word in getattr(options, name))
        for name in ("won", "lost", "other", "open")
    }
    return replace(
        options,
        mapping={
            hidden_word(field, names): header and hidden_word(header, names)
            for field, header in options.mapping.items()
        },
        symbols={hidden_word(sign, names): code for sign, code in options.symbols.items()},
        **words,
    )


def _plain(cells: Iterable[str], names: Names) -> list[str]:
    return [cell for cell in cells if may_stand(cell, names)]


def _file(file: LoadedFile, names: Names) -> LoadedFile:
    recognition, source = file.recognition, file.source
    columns = {
        field: replace(match, header=hidden_word(match.header, names)) for field, match in recognition.columns.items()
    }
    return replace(
        file,
        origin=names.file(file.origin),
        source=replace(source, path=names.file(source.path)),
        recognition=replace(
            recognition,
            columns=columns,
            unmapped=tuple(hidden_word(header, names) for header in recognition.unmapped),
            notes=tuple(hidden_message(note, names) for note in recognition.notes),
        ),
        how={field: hidden_message(how, names, kind=recognition.kind, column=field) for field, how in file.how.items()},
        stage_words=tuple(_stage_word(word, names) for word in file.stage_words),
    )


def _stage_word(word: StageWord, names: Names) -> StageWord:
    return replace(word, word=hidden_word(word.word, names))


def _finding(item: Finding, fields: Mapping[tuple[str, str], str], names: Names) -> Finding:
    return hidden_finding(item, names, field=fields.get((item.kind or "", item.column or ""), item.column))


def _rejected(row: RejectedRow, kind: str | None, fields: Mapping[tuple[str, str], str], names: Names) -> RejectedRow:
    field = fields.get((kind or "", row.column or ""), row.column)
    reason: Message = hidden_message(row.reason, names, kind=kind, column=field)
    value = row.value if row.value is None else hidden_cell(row.value, names, kind=kind, column=field)
    return replace(
        row,
        column=None if row.column is None else hidden_word(row.column, names),
        value=value,
        reason=reason,
    )
