"""Commands of the tests are about the same few files again and again: within a process, each is read, checked and prepared once.

What is remembered belongs to the name of a file, all its bytes and every option that has a say, so that another file, another
version of one or another option is read anew. The dataset of several files belongs to the tables of each of them, what is wrong
with its records and the frames that measures aggregate to the dataset. Nothing above these frames is remembered: every number,
every document and every line is made by each command. ``test_read_once.py`` holds that commands say the same with and without.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from msgspec.structs import replace

from salesmetrics.analysis import scope
from salesmetrics.engine import prepare
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest import read
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.ingest.table import table as tables
from salesmetrics.ingest.together import in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import polars as pl

    from salesmetrics.entities.make import Asked
    from salesmetrics.entities.moments import Moments
    from salesmetrics.ingest.canonical.canonical import Canonical
    from salesmetrics.ingest.dataset import Dataset, LoadedFile, ReadOptions
    from salesmetrics.ingest.table.raw import RawTable
    from salesmetrics.ingest.together import Together
    from salesmetrics.metrics.settings import Settings
    from salesmetrics.schema.provenance import Finding

__all__ = ["forget", "reading_once", "remembered"]

MOST_FILES = 60
MOST_BYTES = 1 << 21
"""What is larger is made for one test."""
MOST_ROWS = 100_000
"""Of the frames of a dataset together."""
MOST_WAYS = 8
"""In which something is remembered of the same files."""

_open_tables, _canonicalise = tables.open_tables, read.canonicalise
_read_files, _check_dataset, _make_entities = read.read_files, read.check_dataset, prepare.make_entities


@dataclass(slots=True)
class _File:
    """Its tables, and how the columns of one of them were parsed, by everything that was asked with it."""

    tables: tuple[RawTable, ...]
    parsed: list[tuple[RawTable, tuple[Any, ...], Canonical]] = field(default_factory=list)


@dataclass(slots=True)
class _Files:
    """What was made of the tables of several paths with some options, and what is wrong with it, by what was asked."""

    options: ReadOptions
    opened: list[tuple[str, tuple[RawTable, ...]]]
    answer: tuple[Dataset, frozenset[str]]
    checked: list[tuple[tuple[Any, ...], list[Finding]]] = field(default_factory=list)


@dataclass(slots=True)
class _Frames:
    """Canonical frames, and what measures aggregate of them, by what was asked."""

    frames: dict[str, pl.DataFrame]
    made: list[tuple[tuple[Any, ...], tuple[dict[str, pl.DataFrame], list[Finding]]]] = field(default_factory=list)


_FILES: OrderedDict[tuple[object, ...], _File] = OrderedDict()
_DATASETS: OrderedDict[tuple[object, ...], list[_Files]] = OrderedDict()
_FRAMES: OrderedDict[tuple[object, ...], _Frames] = OrderedDict()
_AT_THE_FILES = Lock()
"""Held by one thread at a time: large files are read in several."""


def forget() -> None:
    """As if nothing had been read yet."""
    for held in (_FILES, _DATASETS, _FRAMES):
        held.clear()


def remembered() -> tuple[int, ...]:
    """How much is remembered of each step: tables, columns, datasets, checks, frames."""
    datasets = [dataset for made in _DATASETS.values() for dataset in made]
    return (
        len(_FILES),
        sum(len(file.parsed) for file in _FILES.values()),
        len(datasets),
        sum(len(dataset.checked) for dataset in datasets),
        sum(len(frames.made) for frames in _FRAMES.values()),
    )


def _keep(held: OrderedDict[tuple[object, ...], Any], key: tuple[object, ...], found: Any) -> None:
    with _AT_THE_FILES:
        held[key] = found
        held.move_to_end(key)
        if len(held) > MOST_FILES:
            held.popitem(last=False)


def _opened_once(
    path: str, data: bytes, *, encoding: str | None = None, delimiter: str | None = None, together: Together = in_turn
) -> list[RawTable]:
    key = (path, data, encoding, delimiter)
    with _AT_THE_FILES:
        file = _FILES.get(key)
    if file is None:
        file = _File(tuple(_open_tables(path, data, encoding=encoding, delimiter=delimiter, together=together)))
    if len(data) <= MOST_BYTES:
        _keep(_FILES, key, file)
    return list(file.tables)


def _file_of(table: RawTable) -> _File | None:
    with _AT_THE_FILES:
        return next((file for file in _FILES.values() if any(table is known for known in file.tables)), None)


def _parsed_once(table: RawTable, *asked: Any, together: Together = in_turn, **more: Any) -> Canonical:
    file = _file_of(table)
    if file is None:
        return _canonicalise(table, *asked, together=together, **more)
    question = (*asked, more)
    for known, was_asked, answer in file.parsed:
        if known is table and was_asked == question:
            return answer
    answer = _canonicalise(table, *asked, together=together, **more)
    file.parsed.append((table, question, answer))
    return answer


def _read_once(
    arguments: Sequence[str],
    options: ReadOptions,
    tables_of: Callable[[str], list[RawTable]],
    together: Together = in_turn,
    about: frozenset[str] | None = None,
    without: frozenset[str] = frozenset(),
) -> tuple[Dataset, frozenset[str]]:
    items = tuple(expand(arguments))
    key = (tuple(arguments), items, about, without)
    options = replace(options, names=None)  # known to who opens the tables, and to nobody who reads them
    found: dict[str, list[RawTable] | SalesmetricsError] = {}

    def opened(path: str) -> list[RawTable] | SalesmetricsError:
        if path not in found:
            try:
                found[path] = tables_of(path)
            except SalesmetricsError as error:
                found[path] = error
        return found[path]

    def given(path: str) -> list[RawTable]:
        held = opened(path)
        if isinstance(held, SalesmetricsError):
            raise held
        return held

    if len({item.path for item in items}) < len(items):
        return _read_files(arguments, options, tables_of, together, about, without)
    for known in _DATASETS.get(key, []):
        if known.options == options and all(_same(opened(path), was) for path, was in known.opened):
            return known.answer
    answer = _read_files(arguments, options, given, together, about, without)
    kept = [(path, tuple(held)) for path, held in found.items() if not isinstance(held, SalesmetricsError)]
    small = sum(frame.height for frame in answer[0].frames.values()) <= MOST_ROWS
    if small and len(kept) == len(found) and all(_file_of(table) is not None for _, held in kept for table in held):
        _keep(_DATASETS, key, [*_DATASETS.get(key, []), _Files(options, kept, answer)][-MOST_WAYS:])
    return answer


def _same(held: list[RawTable] | SalesmetricsError, was: tuple[RawTable, ...]) -> bool:
    if isinstance(held, SalesmetricsError) or len(held) != len(was):
        return False
    return all(now is then for now, then in zip(held, was, strict=True))


def _checked_once(
    frames: Mapping[Any, pl.DataFrame],
    files: Sequence[LoadedFile],
    options: ReadOptions,
    last_events: Mapping[Any, Any],
    told: frozenset[str] = frozenset(),
    together: Together = in_turn,
) -> list[Finding]:
    with _AT_THE_FILES:
        datasets = [dataset for made in _DATASETS.values() for dataset in made]
    known = next((dataset for dataset in datasets if dataset.answer[0].frames is frames), None)
    if known is None:
        return _check_dataset(frames, files, options, last_events, told, together)
    question = (files, replace(options, names=None), last_events, told)
    for was_asked, answer in known.checked:
        if was_asked == question:
            return list(answer)
    answer = _check_dataset(frames, files, options, last_events, told, together)
    known.checked.append((question, answer))
    return list(answer)


def _made_once(
    frames: Mapping[str, pl.DataFrame], moments: Moments, settings: Settings, asked: Asked | None = None
) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    if sum(frame.height for frame in frames.values()) > MOST_ROWS:
        return _make_entities(frames, moments, settings, asked)
    key = tuple((name, id(frame)) for name, frame in frames.items())  # ids stay theirs while the frames are held
    held = _FRAMES.get(key) or _Frames(dict(frames))
    _keep(_FRAMES, key, held)
    question = (moments, settings, asked)
    for was_asked, (made, findings) in held.made:
        if was_asked == question:
            return dict(made), list(findings)
    made, findings = _make_entities(frames, moments, settings, asked)
    held.made.append((question, (dict(made), list(findings))))
    del held.made[:-MOST_WAYS]
    return made, findings


_PLACES = (
    (tables, "open_tables", _open_tables, _opened_once),
    (read, "canonicalise", _canonicalise, _parsed_once),
    (read, "read_files", _read_files, _read_once),
    (read, "check_dataset", _check_dataset, _checked_once),
    (prepare, "make_entities", _make_entities, _made_once),
    (scope, "make_entities", _make_entities, _made_once),
)


@contextmanager
def reading_once() -> Iterator[None]:
    """For as long as it lasts, what was read before is not read again; unless a test has put something else in the place."""
    if any(getattr(module, name) is not own for module, name, own, _ in _PLACES):
        yield
        return
    with ExitStack() as places:
        for module, name, _, once in _PLACES:
            places.enter_context(patch.object(module, name, once))
        yield
