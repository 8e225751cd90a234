"""Exports of one list, one after the other. Own file: each is a dataset of its own, and is let go before the next but one.

What is asked of one dataset is in ``pipeline``; what a series of them says is folded here, two at a time.

Two things are made of the exports of one list. ``history`` reads the newest as the dataset, with what the older ones tell as
its stage history: that is what every command gets by itself, and ``Dataset.history`` says whether there is one. Here each is
a dataset of its own, as it was known on its day, for whoever looks at them one by one::

    exports = Exports(arguments, options)
    for export in exports.dated(()):  # from the earliest day to the latest; a folder, files, or snapshots on each row
        dataset = exports.read(export.path, columns_asked(question), export.day)

Keep no dataset longer than its turn. Files of other kinds are laid aside where they have no date in their names
(``exports.aside``); fewer than two exports of deals are refused (``exports_too_few``).
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.history import by_snapshot, names_snapshots
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.ingest.source.places import place_of, reach
from salesmetrics.pipeline import Files, beyond, columns_asked, load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    import polars as pl

    from salesmetrics.analysis.exports import Dated
    from salesmetrics.analysis.journeys import StageOrders
    from salesmetrics.answers.compare import BarId, Compare
    from salesmetrics.answers.rows import Rows
    from salesmetrics.engine.request import Question
    from salesmetrics.ingest.dataset import Dataset, ReadOptions
    from salesmetrics.ingest.source.arguments import FileArgument
    from salesmetrics.ingest.table.raw import RawTable, RejectedRow

__all__ = ["SHOWN_CHANGES", "Exports", "compare_exports"]

SHOWN_CHANGES = 20
"""So many of the largest changes are told in words; JSON has all of them."""

_AT_ONCE = 2
"""Exports that are in memory at once."""
_FEW_EXPORTS = 3
"""So few files are read once, and held until they are needed: two exports, and rates."""


class Exports:
    """Exports of one list, each read by itself: one is let go before the next but one is read.

    Args:
        arguments: As typed; a file with no date in its name, and none given, is read once more for the day of its last event.
        options: How they are read.
        stdin: Where ``-`` reads from.
        hashed: Their hashes are asked for.
        in_parts: As for :class:`salesmetrics.pipeline.Files`, of all exports that are read in parts.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        options: ReadOptions,
        *,
        stdin: BinaryIO | None = None,
        hashed: bool = False,
        in_parts: Callable[[Sequence[str], int], None] | None = None,
    ) -> None:
        if options.memory is not None:
            options = replace(options, memory=options.memory // _AT_ONCE)
        self.arguments, self.options, self._stdin, self._hashed = tuple(arguments), options, stdin, hashed
        self._in_parts = in_parts if reach(options.engine, options.master) is None else None
        self.items = {item.path: item for item in expand(self.arguments)}
        self.aside: dict[str, pl.DataFrame] = {}
        self._kept: dict[str, Dataset] = {}
        self._parts: dict[str, dict[date, RawTable]] = {}
        self._hashes: dict[str, str | None] = {}

    def _snapshots(self, item: FileArgument) -> list[Dated]:
        """The days of a file that has a snapshot date on each row; none of another file.

        Raises:
            SalesmetricsError: ``snapshot_day_unreadable``; what is wrong with the file.
        """
        path = item.path
        if item.kind not in (None, "deals") or not names_snapshots(path):
            return []
        from salesmetrics.analysis.exports import Dated
        from salesmetrics.ingest.source.fetch import fetch
        from salesmetrics.ingest.table.table import open_tables

        options = self.options
        data = fetch(path)
        tables = open_tables(path, data, encoding=options.encoding, delimiter=options.delimiter)
        parts = [split for table in tables if (split := by_snapshot(table)) is not None]
        if len(parts) != 1 or len(tables) != 1:
            return []
        self._parts[path] = parts[0]
        self._hashes[path] = hashlib.sha256(data).hexdigest() if self._hashed else None
        return [Dated(path, day, "snapshot_column") for day in parts[0]]

    def dated(self, on: Sequence[str]) -> list[Dated]:
        """The exports with their days, in order; files of other kinds are laid aside.

        Raises:
            SalesmetricsError: As :func:`load`; ``option_invalid``; ``exports_undated`` and what else an order refuses.
        """
        from salesmetrics.analysis.exports import Dated, days_by_option, in_order
        from salesmetrics.calendar import day_in_name

        given = days_by_option(on, list(self.items))
        found: list[Dated] = []
        for path, item in self.items.items():
            named = day_in_name(path) if item.kind in (None, "deals") else None
            snapshots = [] if path in given else self._snapshots(item)
            if snapshots:
                found += snapshots
            elif path in given:
                found.append(Dated(path, given[path], "option"))
            elif named is not None:
                found.append(Dated(path, named, "file_name"))
            elif (day := self._last_event(item)) is not None:
                found.append(Dated(path, day, "last_event"))
        return in_order(found, typed=len(self.items) == len(self.arguments))

    def _last_event(self, item: FileArgument) -> date | None:
        """The last event of a file of deals; None for one of another kind, which is laid aside."""
        dataset = self.read(item.path)
        if "deals" not in dataset.frames:
            self.aside |= dataset.entities
            return None
        if len(self.items) <= _FEW_EXPORTS or not place_of(item.path).is_file():
            self._kept[item.path] = dataset
        if dataset.last_events.get("deals") is None:
            raise SalesmetricsError("exports_undated", path=item.path)
        return dataset.last_events["deals"][0]

    def read(self, path: str, about: frozenset[str] | None = None, day: date | None = None) -> Dataset:
        """The dataset of one export; of a file with many, that of a day."""
        if path in self._kept:
            return self._kept.pop(path)
        kind = self.items[path].kind
        argument = path if kind is None else f"{kind}={path}"
        if path in self._parts and day is not None:
            return self._read_part(argument, self._parts[path][day], about)
        self._tell_once()
        memory = self.options.memory
        files = Files((argument,), stdin=self._stdin, hashed=self._hashed, alone=True, memory=memory)
        return load(files, self.options, about)

    def _tell_once(self) -> None:
        """Say which of the exports are read in parts, before the first is read."""
        tell, memory = self._in_parts, self.options.memory
        self._in_parts = None
        if tell is None or memory is None:
            return
        needs = {path: need for path in self.items if path not in self._parts and (need := beyond([path], memory))}
        if needs:
            tell(list(needs), _AT_ONCE * max(needs.values()))

    def hold(self, path: str, dataset: Dataset) -> None:
        """Hold the dataset of an export until it is asked for again."""
        self._kept[path] = dataset

    def _read_part(self, argument: str, table: RawTable, about: frozenset[str] | None) -> Dataset:
        from salesmetrics.ingest.hiding import hidden
        from salesmetrics.ingest.read import read_files, with_findings

        dataset, words = read_files((argument,), self.options, lambda _: [table], about=about)
        inputs = tuple(replace(item, sha256=self._hashes[table.source.path]) for item in dataset.inputs)
        found = with_findings(replace(dataset, inputs=inputs), words, self.options)
        return hidden(found, self.options.names)


def compare_exports(
    exports: Exports,
    question: Question,
    on: Sequence[str] = (),
    *,
    most: int | None = None,
    bar: BarId | None = None,
    until: date | None = None,
) -> tuple[Compare | Rows, Dataset]:
    """What changed between exports of one list, two at a time.

    Args:
        exports: The exports.
        question: What is asked for: dimensions, condition, period, currency.
        on: ``FILE=DATE``: the days of exports.
        most: So many deals at most among the changes; None for all.
        bar: The deals in this bar are asked for.
        until: Exports of later days are left aside.

    Returns:
        The answer, and the last dataset with the inputs and the rejected rows of all of them.

    Raises:
        SalesmetricsError: As :func:`load`; and what :mod:`salesmetrics.analysis.exports` refuses.
    """
    from salesmetrics.analysis.exports import Fold, in_order, settled
    from salesmetrics.ingest.recognise.naming import names_of
    from salesmetrics.resolving import with_hidden_names, without_names

    dated, names = exports.dated(on), exports.options.names
    if until is not None:
        dated = in_order([export for export in dated if export.day <= until], typed=False)
    if names is not None and dated:  # headers say which columns of a condition hold names
        first = exports.read(dated[0].path, columns_asked(question), dated[0].day)
        exports.hold(dated[0].path, first)
        question = with_hidden_names(question, first)
    terms = settled(question, dated[-1].day, exports.aside, exports.options.timezone)
    fold = Fold(question, terms, exports.aside, dated[-1].day, most, bar)
    rejected: list[tuple[str, RejectedRow]] = []
    stages: set[str] = set()
    for export in dated:
        dataset = exports.read(export.path, columns_asked(question), export.day)
        if "deals" in dataset.frames:
            told = export if names is None else export._replace(path=names.file(export.path))
            fold.add(told, dataset.frames["deals"], dataset, names_of(dataset).column, _told(dataset, question, stages))
        rejected += dataset.rejected
    dataset = replace(dataset, inputs=tuple(fold.inputs), rejected=tuple(rejected))
    return without_names(fold.answer(), names), dataset


def _told(dataset: Dataset, question: Question, stages: set[str]) -> StageOrders:
    """What the settings and the CRM say of the order of stages in an export, and of those in the exports before."""
    from salesmetrics.analysis.journeys import StageOrders
    from salesmetrics.ingest.canonical.meanings import crm_orders, places_in

    deals = dataset.frames["deals"]
    if "stage" in deals.columns:
        stages.update(deals["stage"].drop_nulls().unique())
    return StageOrders(settled=places_in(stages, question.settings.stage_order), known=crm_orders(dataset, stages))
