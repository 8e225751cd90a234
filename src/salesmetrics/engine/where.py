"""`--where`: an SQL condition over canonical columns."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

import polars as pl
from msgspec.structs import replace

from salesmetrics.engine.compute import UNDIVIDED
from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.sql import (
    ARITHMETIC,
    COMPARISONS,
    FUNCTIONS,
    TYPES,
    Between,
    Binary,
    Call,
    Cast,
    Column,
    In,
    Literal,
    Node,
    SqlError,
    Unary,
    rebuilt,
    walk,
)
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping


__all__ = ["Compared", "apply_where", "compared", "named_columns", "parsed", "with_typed_literals"]


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

    tree = parsed(condition)
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
        cause, fix = Message("none_fulfils", condition=condition), _what_there_is(tree, fitting.values())
        raise SalesmetricsError("report_empty", cause=cause, fix=fix)
    return kept | {entity: frame for entity, frame in frames.items() if entity in UNDIVIDED}


def _kept(frame: pl.DataFrame, tree: Node, condition: str) -> pl.DataFrame:
    from salesmetrics.metrics.sql import SqlError, polars_cause, to_polars

    try:
        return frame.filter(to_polars(with_typed_literals(tree, frame.schema)))
    except SqlError as error:
        raise _invalid(condition, error.cause, error.fix) from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, TypeError, ValueError, OverflowError) as error:
        raise _invalid(condition, polars_cause(error)) from error


def _what_there_is(tree: Node, frames: Iterable[pl.DataFrame]) -> Message:
    """What to do about a condition that nothing fulfils: the values that a column does hold, where it asks for another."""
    for item in compared(tree):
        for frame in frames:
            if item.operator not in ("=", "==", "IN") or frame.schema.get(item.column) != pl.String:
                continue
            values = frame.get_column(item.column).drop_nulls().unique().sort()
            if item.literal.text not in values:
                near = get_close_matches(item.literal.text.casefold(), [v.casefold() for v in values], n=1, cutoff=0.6)
                first = [v for v in values if near and v.casefold() == near[0]]
                shown = [*first, *(v for v in values.head(_SHOWN + 1) if v not in first)]
                return Message("column_holds", column=item.column, values=shown)
    return Message("loosen_condition")


def named_columns(condition: str | None) -> frozenset[str]:
    """The columns that a condition names.

    Raises:
        SalesmetricsError: ``where_invalid``.
    """
    if not condition:
        return frozenset()
    from salesmetrics.metrics.sql import columns

    return frozenset(columns(parsed(condition)))


def parsed(condition: str) -> Node:
    """The tree of a condition.

    Raises:
        SalesmetricsError: ``where_invalid``.
    """
    from salesmetrics.metrics.sql import SqlError
    from salesmetrics.metrics.sql_parser import parse

    try:
        return parse(condition)
    except SqlError as error:
        raise _invalid(condition, error.cause, error.fix) from error


def _unknown(condition: str, names: set[str], known: Collection[str], listed: Collection[str]) -> SalesmetricsError:
    shown = sorted(name for name in listed if not name.startswith("__"))
    missing = sorted(names.difference(known)) or sorted(names)
    if (as_text := _with_quotes(condition, missing[0])) and not get_close_matches(missing[0], shown, n=1, cutoff=0.85):
        return _invalid(condition, Message("no_column", name=missing[0]), Message("did_you_mean_this", near=as_text))
    near = get_close_matches(missing[0], shown, n=1, cutoff=0.5)
    hint = Message("did_you_mean", near=near[0]) if near else None
    return _invalid(
        condition, Message("no_column", name=missing[0]), Message("columns_there", near=hint, columns=shown)
    )


def _with_quotes(condition: str, name: str) -> str | None:
    """The condition with a name that something is compared with as a text; None where nothing is."""
    text = name.replace("'", "''")
    changed, n = re.subn(
        rf"""([=>]\s*)(?:"{re.escape(name)}"|{re.escape(name)}\b)""", lambda found: f"{found[1]}'{text}'", condition
    )
    return changed if n else None


def _invalid(condition: str, cause: Message, fix: Message | None = None) -> SalesmetricsError:
    return SalesmetricsError("where_invalid", text=condition, cause=cause, fix=fix or Message("where_example"))


# --- literals of an SQL condition beside the columns that they are compared with ---


_EQUAL = {"=", "==", "<>", "!=", "<=>", "IN"}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


class Compared(NamedTuple):
    """A literal and the column that it is compared with.

    Attributes:
        column: Name of the column.
        operator: In upper case: ``=``, ``<``, ``BETWEEN``, ``IN`` …
        literal: As it is written.
    """

    column: str
    operator: str
    literal: Literal


def compared(condition: Node) -> list[Compared]:
    """The literals that a condition compares with a column directly.

    >>> from salesmetrics.metrics.sql_parser import parse
    >>> found = compared(parse("amount > '9' AND owner IN ('Ann', 'Bo') AND 5 < quantity"))
    >>> [(item.column, item.operator, item.literal.text) for item in found]
    [('amount', '>', '9'), ('owner', 'IN', 'Ann'), ('owner', 'IN', 'Bo'), ('quantity', '>', '5')]
    """
    return [Compared(name, operator, found) for node in walk(condition) for name, operator, found in _beside(node)]


def _beside(node: Node) -> Iterator[tuple[str, str, Literal]]:
    for subject, operator, values in _comparisons(node):
        if isinstance(subject, Column):
            yield from ((subject.name, operator, found) for value in values if (found := _literal(value)) is not None)


def _comparisons(node: Node) -> Iterator[tuple[Node, str, tuple[Node, ...]]]:
    """What is compared in a node, how, and with what; both ways round where there are two sides."""
    match node:
        case Binary(operator, left, right) if operator in COMPARISONS:
            yield left, operator, (right,)
            yield right, _MIRRORED.get(operator, operator), (left,)
        case Between(operand, low, high):
            yield operand, "BETWEEN", (low, high)
        case In(operand, items):
            yield operand, "IN", items


def _literal(node: Node) -> Literal | None:
    if isinstance(node, Unary) and isinstance(node.operand, Literal) and node.operand.kind == "number":
        return node.operand
    return node if isinstance(node, Literal) and node.kind in {"number", "text"} else None


def with_typed_literals(condition: Node, schema: Mapping[str, pl.DataType]) -> Node:
    """The condition with each literal in the type of its column.

    Args:
        condition: A tree.
        schema: Columns and their types; names in a condition are looked up as they are written.

    Raises:
        SqlError: A literal says nothing that its column could hold.

    >>> from salesmetrics.metrics.sql import text_of
    >>> from salesmetrics.metrics.sql_parser import parse
    >>> condition = parse("amount > '9' AND closed >= '2026-01-01'")
    >>> print(text_of(with_typed_literals(condition, {"amount": pl.Decimal(38, 8), "closed": pl.Date()})))
    "amount" > 9 AND "closed" >= DATE '2026-01-01'
    """
    return rebuilt(condition, lambda node: _with_types(node, schema))


def _with_types(node: Node, schema: Mapping[str, pl.DataType]) -> Node:
    for subject, operator, values in _comparisons(node):
        if isinstance(subject, Column) and subject.name in schema:
            dtype = schema[subject.name]
            node = _replaced(node, {value: _typed(subject.name, operator, value, dtype) for value in values})
    for subject, _, values in _comparisons(node):
        for value in values:
            _refuse_mixed(subject, value, schema)
    return node


def _replaced(node: Node, found: Mapping[Node, Node]) -> Node:
    match node:
        case Binary():
            return replace(node, left=found.get(node.left, node.left), right=found.get(node.right, node.right))
        case Between():
            return replace(node, low=found[node.low], high=found[node.high])
        case In():
            return replace(node, items=tuple(found[item] for item in node.items))
    return node


def _typed(column: str, operator: str, value: Node, dtype: pl.DataType) -> Node:
    found = _literal(value)
    if found is None:
        return value
    quoted = found.kind == "text"
    if dtype.is_numeric() and quoted:
        return _number(column, found)
    if dtype in (pl.Date, pl.Datetime):
        return _day(column, operator, found)
    ordered = operator not in _EQUAL
    if dtype == pl.String and (not quoted or (ordered and _is_number(found.text))):
        name = column if column.isidentifier() else f'"{column}"'
        fix = "compare_as_number" if ordered else "compare_as_text_or_number"
        details = {"name": name, "operator": operator, "value": found.text}
        raise SqlError(Message("column_is_text", column=column), Message(fix, **details))
    return value


def _number(column: str, found: Literal) -> Node:
    if not _is_number(found.text):
        raise SqlError(Message("column_is_number", column=column, value=found.text), Message("number_unquoted"))
    number = f"{Decimal(found.text.strip()):f}"
    return Unary("-", Literal("number", number[1:])) if number.startswith("-") else Literal("number", number)


def _is_number(text: str) -> bool:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return False
    return number.is_finite() and abs(number.adjusted()) < 30


def _day(column: str, operator: str, found: Literal) -> Node:
    fix = Message("write_a_date", column=column, operator=operator)
    if found.kind != "text":
        raise SqlError(Message("column_is_date", column=column, value=found.text), fix)
    try:
        date.fromisoformat(found.text)
    except ValueError:
        try:
            datetime.fromisoformat(found.text)
        except ValueError:
            raise SqlError(Message("column_is_date_value_none", column=column, value=found.text), fix) from None
        return Literal("TIMESTAMP", found.text)
    return Literal("DATE", found.text)


def _refuse_mixed(left: Node, right: Node, schema: Mapping[str, pl.DataType]) -> None:
    """A text and a number compare as texts: ``amount * 2 > '9'`` would leave 1000 out."""
    kinds = {_kind(left, schema), _kind(right, schema)}
    if kinds == {"number", "text"}:
        raise SqlError(Message("number_beside_text"), Message("numbers_unquoted"))


def _kind(node: Node, schema: Mapping[str, pl.DataType]) -> str:
    """What an expression gives: number, text, date, truth, or nothing where that is not known."""
    match node:
        case Column(name):
            dtype = schema.get(name, pl.Unknown())
            return "number" if dtype.is_numeric() else "text" if dtype == pl.String else ""
        case Literal(kind):
            return kind
        case Call(name):
            return FUNCTIONS[name].gives
        case Cast(_, name):
            return TYPES[name.partition("(")[0]]
        case Unary("-" | "+", operand):
            return _kind(operand, schema)
        case Binary("||"):
            return "text"
        case Binary(operator, left, right) if operator in ARITHMETIC:
            return "number" if {_kind(left, schema), _kind(right, schema)} == {"number"} else ""
    return ""
