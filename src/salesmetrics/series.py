"""Exports of one list, one after the other. Own file: each is a dataset of its own, and is let go before the next but one.

What is asked of one dataset is in ``pipeline``; what a series of them says is folded here, two at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.pipeline import Files, columns_asked, load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import polars as pl

    from salesmetrics.analysis.exports import Dated
    from salesmetrics.answers.compare import BarId, Compare
    from salesmetrics.answers.rows import Rows
    from salesmetrics.engine.request import Question
    from salesmetrics.ingest.dataset import Dataset, ReadOptions
    from salesmetrics.ingest.source.arguments import FileArgument
    from salesmetrics.ingest.table.table import RejectedRow

__all__ = ["Exports", "compare_exports"]

_FEW_EXPORTS = 3
"""So few files are read once, and held until they are needed: two exports, and rates."""


class Exports:
    """Exports of one list, each read by itself: one is let go before the next but one is read.

    Args:
        arguments: As typed; a file with no date in its name, and none given, is read once more for the day of its last event.
        options: How they are read.
        stdin: Where ``-`` reads from.
        hashed: Their hashes are asked for.
    """

    def __init__(
        self, arguments: Sequence[str], options: ReadOptions, *, stdin: BinaryIO | None = None, hashed: bool = False
    ) -> None:
        self.arguments, self.options, self._stdin, self._hashed = tuple(arguments), options, stdin, hashed
        self.items = {item.path: item for item in expand(self.arguments)}
        self.aside: dict[str, pl.DataFrame] = {}
        self._kept: dict[str, Dataset] = {}

    def dated(self, on: Sequence[str]) -> list[Dated]:
        """The exports with their days, in order; files of other kinds are laid aside.

        Raises:
            SalesmetricsError: As :func:`load`; ``option_invalid``; ``exports_undated`` and what else an order refuses.
        """
        from salesmetrics.analysis.exports import Dated, day_in_name, days_by_option, in_order

        given = days_by_option(on, list(self.items))
        found: list[Dated] = []
        for path, item in self.items.items():
            named = day_in_name(path) if item.kind in (None, "deals") else None
            if path in given:
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
        if len(self.items) <= _FEW_EXPORTS:
            self._kept[item.path] = dataset
        if dataset.last_events.get("deals") is None:
            raise SalesmetricsError("exports_undated", path=item.path)
        return dataset.last_events["deals"][0]

    def read(self, path: str, about: frozenset[str] | None = None) -> Dataset:
        """The dataset of one export."""
        if path in self._kept:
            return self._kept.pop(path)
        kind = self.items[path].kind
        argument = path if kind is None else f"{kind}={path}"
        return load(Files((argument,), stdin=self._stdin, hashed=self._hashed), self.options, about)


def compare_exports(
    exports: Exports, question: Question, on: Sequence[str] = (), *, most: int | None = None, bar: BarId | None = None
) -> tuple[Compare | Rows, Dataset]:
    """What changed between exports of one list, two at a time.

    Args:
        exports: The exports.
        question: What is asked for: dimensions, condition, period, currency.
        on: ``FILE=DATE``: the days of exports.
        most: So many deals at most among the changes; None for all.
        bar: The deals in this bar are asked for.

    Returns:
        The answer, and the last dataset with the inputs and the rejected rows of all of them.

    Raises:
        SalesmetricsError: As :func:`load`; and what :mod:`salesmetrics.analysis.exports` refuses.
    """
    from salesmetrics.analysis.exports import Fold, settled
    from salesmetrics.ingest.recognise.naming import names_of

    dated = exports.dated(on)
    terms = settled(question, dated[-1].day, exports.aside, exports.options.timezone)
    fold = Fold(question, terms, exports.aside, dated[-1].day, most, bar)
    rejected: list[tuple[str, RejectedRow]] = []
    for export in dated:
        dataset = exports.read(export.path, columns_asked(question))
        if "deals" in dataset.frames:
            fold.add(export, dataset.frames["deals"], dataset, names_of(dataset).column)
        rejected += dataset.rejected
    return fold.answer(), replace(dataset, inputs=tuple(fold.inputs), rejected=tuple(rejected))
