"""Segments in the order of a KPI: which come first, and the others as one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl
from msgspec.structs import replace

from salesmetrics.engine.metric import group_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.answers.report import Metric, Number, Report
    from salesmetrics.engine.evaluate import Group
    from salesmetrics.engine.prepare import Ordering, Prepared

__all__ = ["arranged", "name_of_others", "ordered_segments", "sort_of", "without_totals"]

OTHERS = "(others)"
"""The segment that stands for all but the first."""

DIRECTIONS = {"asc": True, "desc": False}


def sort_of(text: str) -> tuple[str, bool]:
    """The name that a text sorts by, and whether the lowest come first.

    >>> sort_of("revenue"), sort_of("win_rate:asc")
    (('revenue', False), ('win_rate', True))
    """
    name, sign, direction = text.rpartition(":")
    return (
        (name.strip(), DIRECTIONS[direction.strip()])
        if sign and direction.strip() in DIRECTIONS
        else (text.strip(), False)
    )


def ordered_segments(metrics: Iterable[Metric], *, ascending: bool) -> tuple[list[Group], str | None]:
    """The segments of one KPI by its value, and the currency whose amounts settle that, where there are several.

    Segments without a value come last. Of equal ones that of more records comes first, so that one deal won of one is not
    placed above three of three, and then they are in order of their keys. Amounts in several currencies are never
    added up: the currency that most segments have amounts in goes first, and the next one orders those without it.
    """
    values: dict[Group, dict[str | None, Number]] = {}
    records: Counter[Group] = Counter()
    currencies: dict[str | None, None] = {}
    for metric in metrics:
        if not metric.group:
            continue
        own = values.setdefault(tuple(metric.group.values()), {})
        currencies[metric.currency] = None
        if metric.value is not None:
            own[metric.currency] = metric.value
            records[tuple(metric.group.values())] += metric.n or 0
    known = Counter(code for own in values.values() for code in own)
    codes = sorted(currencies, key=lambda code: (-known[code], code is None, code or ""))

    def place(group: Group) -> tuple[object, ...]:
        own = [values[group].get(code) for code in codes]
        sizes = [(value is None, 0 if value is None else value if ascending else -value) for value in own]
        return (*sizes, -records[group], group_order(group))

    return sorted(values, key=place), codes[0] if len(codes) > 1 else None


def arranged(setup: Prepared, by: Sequence[str], ordering: Ordering) -> Prepared:
    """A setup whose segments stand in an order, all but those kept as one.

    The records of the others carry a key of their own, so that each KPI is computed of them as of any segment.
    """
    if ordering.kept is None:
        return replace(setup, ordering=ordering)
    name = ordering.said.others or OTHERS
    frames = {entity: _with_keys(frame, by, ordering.kept, name) for entity, frame in setup.source.frames.items()}
    source = replace(setup.source, frames=frames)
    return replace(setup, source=source, by=tuple(map(_key, by)), ordering=ordering)


def without_totals(report: Report) -> Report:
    """The report without what would count its records twice: totals over segments, and over periods that stand for themselves.

    A KPI that has no segments, or no periods, keeps its only value.
    """
    over_time = {metric.id for metric in report.metrics if metric.in_series}
    divided = {metric.id for metric in report.metrics if metric.group}
    kept = [
        metric
        for metric in report.metrics
        if (metric.group or metric.id not in divided) and (metric.in_series or metric.id not in over_time)
    ]
    return replace(report, metrics=kept)


def _key(name: str) -> str:
    return f"__segment__{name}"


def _with_keys(frame: pl.DataFrame, by: Sequence[str], kept: frozenset[Group], others: str) -> pl.DataFrame:
    if not set(by) <= set(frame.columns):
        return frame
    names = [_as_text(pl.col(name).cast(pl.String)) for name in by]
    known = ["\x1f".join("\0" if part is None else part for part in group) for group in kept]
    own = pl.concat_str(names, separator="\x1f").is_in(known)
    return frame.with_columns(
        pl.when(own).then(pl.col(name).cast(pl.String)).otherwise(pl.lit(others)).alias(_key(name)) for name in by
    )


def _as_text(column: pl.Expr) -> pl.Expr:
    return column.fill_null("\0")


def name_of_others(groups: Iterable[Group]) -> str:
    """What the others are called: no segment has the same name.

    >>> name_of_others([("Ann",), ("(others)",)])
    '((others))'
    """
    taken = {name for group in groups for name in group}
    name = OTHERS
    while name in taken:
        name = f"({name})"
    return name
