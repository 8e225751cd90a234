"""Answers as Polars tables. Own file: the types of columns follow from those of answers, and know no result, form or command.

A field of an answer that is a list of records is a table of that name, with a row per record. What a record holds beside
plain values stands in columns of its own: ``interval_low``, ``change_verdict``; of ``group`` a column per dimension. A list
within a record is a table by itself, ``cohorts.horizons``, whose rows begin with what says which record they are of.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from salesmetrics.answers.base import ShownAs
from salesmetrics.answers.shape import is_model, json_fields
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import KINDS, columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import polars as pl

    from salesmetrics.answers.base import Answer

__all__ = ["names_of_tables", "table_of"]

_MAIN = {
    "Report": "metrics",
    "Compare": "bridge",
    "Funnel": "stages",
    "Cohorts": "cohorts",
    "Forecast": "forecast",
    "Benchmark": "benchmark",
    "Losses": "losses",
    "Rows": "rows",
    "Check": "findings",
    "Inspection": "files",
    "Definition": "kpis",
    "Working": "ingredients",
    "Demo": "tour",
}
"""The table that an answer is asked for."""
_KEYS = frozenset(
    {
        *("id", "kpi", "currency", "cohort", "period_label", "pipeline", "stage", "path", "from", "to"),
        *("start", "end"),
    }
)
"""Columns that say which record a row of a list within it is of."""
_EXACT = "_exact"
"""What the name of a column ends in that has the exact decimals beside numbers of several kinds."""
_WIDEST = 38
"""Digits of a decimal in Polars."""


class _Column(NamedTuple):
    """A column to be: the way to it from a record, and the type that its field declares."""

    name: str
    path: tuple[str, ...]
    kind: Any


def names_of_tables(answer: Answer) -> tuple[str, ...]:
    """The tables of an answer, the main one first.

    >>> from salesmetrics.answers.files import Check
    >>> names_of_tables(Check(passed=True, inputs=[], findings=[]))
    ('findings', 'inputs')
    """
    found = [name for name, _ in _lists(type(answer))]
    found += [
        f"{name}.{inner}" for name, model in _lists(type(answer)) if is_model(model) for inner, _ in _lists(model)
    ]
    main = _MAIN.get(type(answer).__name__, "")
    return tuple(sorted(found, key=lambda name: name != main))


def table_of(answer: Answer, name: str) -> pl.DataFrame:
    """A table of an answer.

    Money is ``Decimal``, days are ``Date``, words are ``String``. A column whose numbers are of several kinds, such as the
    values of a report, is ``Float64``, and what is no float, money and counts, stands exactly in a column of its own beside it.

    Args:
        answer: The answer.
        name: One of :func:`names_of_tables`.
    """
    outer, _, inner = name.partition(".")
    model = dict(_lists(type(answer)))[outer]
    records = list(getattr(answer, _attribute(type(answer), outer)))
    if not is_model(model):
        return _frame(_of_dicts(records))
    if not inner:
        return _frame(_of_records(model, records))
    within = dict(_lists(model))[inner]
    attribute = _attribute(model, inner)
    pairs = [(record, item) for record in records for item in getattr(record, attribute) or ()]
    about = _of_records(model, [record for record, _ in pairs], key=True)
    own = _of_records(within, [item for _, item in pairs])
    return _frame({**about, **{(f"{inner}_{name}" if name in about else name): found for name, found in own.items()}})


def _attribute(model: type, key: str) -> str:
    return next(field.name for field in json_fields(model) if field.key == key)


@cache
def _lists(model: type) -> tuple[tuple[str, Any], ...]:
    """The fields of a class that are lists of records, and what these are."""
    found = []
    for field in json_fields(model):
        _, declared, *_ = field
        kind = _plain(declared)
        parts = get_args(kind)
        if get_origin(kind) in (list, tuple) and parts:
            item = _plain(parts[0])
            if is_model(item) or get_origin(item) is dict:
                found.append((field.key, item))
    return tuple(found)


def _plain(hint: Any) -> Any:
    """A type without its description, and without None beside it; what is shown as another class is that one."""
    if get_origin(hint) is Annotated:
        first, *marks = get_args(hint)
        return _plain(next((mark.shape for mark in marks if isinstance(mark, ShownAs)), first))
    if get_origin(hint) in (Union, UnionType):
        parts = [part for part in get_args(hint) if part is not NoneType]
        return _plain(parts[0]) if len(parts) == 1 else hint
    return hint


# --- columns ---


def _of_records(model: type, records: Sequence[Any], *, key: bool = False) -> dict[str, tuple[Any, list[Any]]]:
    """Name → type and values; with ``key`` only what says which record it is."""
    found: dict[str, tuple[Any, list[Any]]] = {}
    for column in _columns(model):
        if key and column.name not in _KEYS and get_origin(column.kind) is not dict:
            continue
        values = [_reached(record, column.path) for record in records]
        if get_origin(column.kind) is dict:
            of = _plain(get_args(column.kind)[1])
            for name in dict.fromkeys(name for value in values for name in value or ()):
                own = name if name not in found else f"{column.name}_{name}"
                found[own] = (of, [None if value is None else value.get(name) for value in values])
        else:
            found[column.name] = (column.kind, values)
    return found


@cache
def _columns(model: type) -> tuple[_Column, ...]:
    return tuple(_below(model, "", ()))


def _below(model: type, prefix: str, path: tuple[str, ...]) -> Iterator[_Column]:
    lists = dict(_lists(model))
    for field in json_fields(model):
        _, declared, *_ = field
        kind = _plain(declared)
        if field.key in lists:
            continue
        if is_model(kind):
            yield from _below(kind, f"{prefix}{field.key}_", (*path, field.name))
        else:
            yield _Column(prefix + field.key, (*path, field.name), kind)


def _reached(record: Any, path: Iterable[str]) -> Any:
    for name in path:
        if record is None:
            return None
        record = getattr(record, name)
    return record


def _of_dicts(records: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, list[Any]]]:
    """Columns of records that are no class: what is listed of the rows of a file."""
    names = dict.fromkeys(name for record in records for name in record)
    columns = {name: [record.get(name) for record in records] for name in names}
    return {name: _with_days(values) if name in _days() else (Any, values) for name, values in columns.items()}


def _with_days(values: list[Any]) -> tuple[Any, list[Any]]:
    """A column that has the name of one with days, which a column of the file may have as well."""
    try:
        return date, [None if value is None else date.fromisoformat(value) for value in values]
    except (TypeError, ValueError):
        return Any, values


@cache
def _days() -> frozenset[str]:
    """The fields of records that are days, whatever the kind of file."""
    return frozenset(
        name for kind in KINDS for name, column in columns_of(kind).items() if column.type is ColumnType.DAY
    )


# --- types ---


def _frame(columns: Mapping[str, tuple[Any, list[Any]]]) -> pl.DataFrame:
    import polars as pl

    series: list[pl.Series] = []
    for name, (kind, values) in columns.items():
        series += _series(name, kind, values)
    return pl.DataFrame(series)


def _series(name: str, kind: Any, values: list[Any]) -> list[pl.Series]:
    import polars as pl

    plain: dict[Any, Any] = {str: pl.String, bool: pl.Boolean, int: pl.Int64, float: pl.Float64, date: pl.Date}
    if kind in plain:
        return [pl.Series(name, values, dtype=plain[kind])]
    if get_origin(kind) is Literal:
        return [pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)]
    if get_origin(kind) in (list, tuple):
        inner = plain.get(_plain(get_args(kind)[0]), pl.String)
        held = [None if value is None else [_shown(item, inner) for item in value] for value in values]
        return [pl.Series(name, held, dtype=pl.List(inner))]
    return _numbers(name, kind, values)


def _shown(item: Any, inner: Any) -> Any:
    import polars as pl

    return str(item) if inner == pl.String and item is not None else item


def _numbers(name: str, kind: Any, values: list[Any]) -> list[pl.Series]:
    """A column of numbers, or of whatever else stands in cells of a file: the narrowest type that loses nothing."""
    import polars as pl

    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return [pl.Series(name, values, dtype=pl.String if kind is Any else pl.Float64)]
    if kinds == {bool}:
        return [pl.Series(name, values, dtype=pl.Boolean)]
    if kinds == {date}:
        return [pl.Series(name, values, dtype=pl.Date)]
    if not kinds <= {int, float, Decimal}:
        return [pl.Series(name, [None if value is None else str(value) for value in values], dtype=pl.String)]
    if kinds == {int}:
        return [pl.Series(name, values, dtype=pl.Int64)]
    if float not in kinds:
        return [_decimals(name, values)]
    floats = pl.Series(name, [None if value is None else float(value) for value in values], dtype=pl.Float64)
    exact = [None if isinstance(value, float) else value for value in values]
    return [floats, _decimals(name + _EXACT, exact)] if Decimal in kinds else [floats]


def _decimals(name: str, values: list[Any]) -> pl.Series:
    import polars as pl

    numbers = [None if value is None else Decimal(value) for value in values]
    places = (len(f"{number:f}".partition(".")[2].rstrip("0")) for number in numbers if number is not None)
    return pl.Series(name, numbers, dtype=pl.Decimal(_WIDEST, max(2, *places)))
