"""`--where`: an SQL condition over canonical columns."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.report.compute import UNDIVIDED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from salesmetrics.metrics.sql import Node

__all__ = ["apply_where", "named_columns"]

_SHOWN = 5


def apply_where(
    frames: Mapping[str, pl.DataFrame],
    condition: str,
    *,
    renamed: Mapping[str, str] | None = None,
    listed: Collection[str] | None = None,
) -> dict[str, pl.DataFrame]:
    """Keep the records that fulfil a condition, and only the frames that have the columns it names.

    A frame without those columns is left out altogether: its records cannot be told apart, and counting all of them
    beside filtered ones would mix two populations in one report. What is of the organisation as a whole stays.

    Args:
        frames: Frames by entity.
        condition: For example ``amount > 1000 AND owner = 'Ann'``.
        renamed: Names in the condition that are headers of the export → the columns they stand for.
        listed: Columns that an error offers; all columns of the frames when left out.

    Raises:
        SalesmetricsError: ``where_invalid``.
    """
    from salesmetrics.metrics.sql import columns  # here and below: most reports have no condition, and read no SQL

    tree = _parsed(condition)
    names = set(columns(tree))
    aliases = {name: column for name, column in (renamed or {}).items() if name in names}
    needed = {aliases.get(name, name) for name in names}
    fitting = {
        entity: frame.with_columns(pl.col(column).alias(name) for name, column in aliases.items())
        for entity, frame in frames.items()
        if needed <= set(frame.columns) and entity not in UNDIVIDED
    }
    if not fitting:
        known = {name for frame in frames.values() for name in frame.columns}
        raise _unknown(condition, names - aliases.keys() or names, known, known if listed is None else listed)
    kept = {entity: _kept(frame, tree, condition).drop(aliases) for entity, frame in fitting.items()}
    if all(frame.is_empty() for frame in kept.values()):
        raise SalesmetricsError(
            "report_empty", cause=f"no record fulfils `{condition}`", fix=_what_there_is(tree, fitting.values())
        )
    return kept | {entity: frame for entity, frame in frames.items() if entity in UNDIVIDED}


def _kept(frame: pl.DataFrame, tree: Node, condition: str) -> pl.DataFrame:
    from salesmetrics.metrics.sql import SqlError, polars_cause, to_polars
    from salesmetrics.report.literals import with_typed_literals

    try:
        return frame.filter(to_polars(with_typed_literals(tree, frame.schema)))
    except SqlError as error:
        raise _invalid(condition, str(error), error.fix) from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, TypeError, ValueError, OverflowError) as error:
        raise _invalid(condition, polars_cause(error)) from error


def _what_there_is(tree: Node, frames: Iterable[pl.DataFrame]) -> str:
    """What to do about a condition that nothing fulfils: the values that a column does hold, where it asks for another."""
    from salesmetrics.report.literals import compared

    for item in compared(tree):
        for frame in frames:
            if item.operator not in ("=", "==", "IN") or frame.schema.get(item.column) != pl.String:
                continue
            values = frame.get_column(item.column).drop_nulls().unique().sort()
            if item.literal.text not in values:
                near = get_close_matches(item.literal.text.casefold(), [v.casefold() for v in values], n=1, cutoff=0.6)
                first = [v for v in values if near and v.casefold() == near[0]]
                shown = [*first, *(v for v in values.head(_SHOWN) if v not in first)][:_SHOWN]
                more = ", …" if len(values) > len(shown) else ""
                return f"`{item.column}` holds {', '.join(f'`{v}`' for v in shown)}{more}"
    return "loosen the condition"


def named_columns(condition: str | None) -> frozenset[str]:
    """The columns that a condition names.

    Raises:
        SalesmetricsError: ``where_invalid``.
    """
    if not condition:
        return frozenset()
    from salesmetrics.metrics.sql import columns

    return frozenset(columns(_parsed(condition)))


def _parsed(condition: str) -> Node:
    from salesmetrics.metrics.sql import SqlError
    from salesmetrics.metrics.sql_parser import parse

    try:
        return parse(condition)
    except SqlError as error:
        raise _invalid(condition, str(error), error.fix) from error


def _unknown(condition: str, names: set[str], known: Collection[str], listed: Collection[str]) -> SalesmetricsError:
    shown = sorted(name for name in listed if not name.startswith("__"))
    missing = sorted(names.difference(known)) or sorted(names)
    near = get_close_matches(missing[0], shown, n=1, cutoff=0.5)
    fix = f"did you mean `{near[0]}`? " if near else ""
    return _invalid(condition, f"no column `{missing[0]}`", f"{fix}columns: {', '.join(shown)}")


def _invalid(condition: str, cause: str, fix: str = "") -> SalesmetricsError:
    example = "write an SQL condition such as `--where \"amount > 1000 AND owner = 'Ann'\"`"
    return SalesmetricsError("where_invalid", text=condition, cause=cause, fix=fix or example)
