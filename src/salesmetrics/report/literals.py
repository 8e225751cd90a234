"""Literals of an SQL condition beside the columns that they are compared with.

Polars compares a number with a text as texts (``amount > '9'`` leaves 1000 out) and a day with a number as days since 1970.
Neither is ever meant, so a literal takes the type of its column here, or is refused.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["Compared", "LiteralError", "compared", "with_typed_literals"]

_TOKEN = re.compile(r""""(?:[^"]|"")*"|'(?:[^']|'')*'|\d+(?:\.\d+)?|[^\W\d]\w*|<=|>=|<>|!=|==|\S""")
_EQUAL = {"=", "==", "<>", "!="}
_ORDER = {"<", ">", "<=", ">=", "BETWEEN"}
_TYPED = {"DATE", "TIME", "TIMESTAMP", "DATETIME", "INTERVAL"}


class LiteralError(ValueError):
    """A literal that its column cannot be compared with: ``str`` says why, ``fix`` what to write."""

    def __init__(self, cause: str, fix: str) -> None:
        super().__init__(cause)
        self.fix = fix


class Compared(NamedTuple):
    """A literal and what it is compared with.

    Attributes:
        column: Name of the column.
        operator: In upper case: ``=``, ``<``, ``BETWEEN``, ``IN`` …
        literal: As it stands in the condition.
        start: Where it stands.
    """

    column: str
    operator: str
    literal: str
    start: int

    @property
    def quoted(self) -> bool:
        """Whether it is a text."""
        return self.literal.startswith("'")

    @property
    def text(self) -> str:
        """What it says."""
        return self.literal[1:-1].replace("''", "'") if self.quoted else self.literal


def compared(condition: str) -> list[Compared]:
    """The literals that a condition compares with a column directly.

    >>> [(c.column, c.operator, c.text) for c in compared("amount > '9' AND owner IN ('Ann', 'Bo') AND 5 < quantity")]
    [('amount', '>', '9'), ('owner', 'IN', 'Ann'), ('owner', 'IN', 'Bo'), ('quantity', '<', '5')]
    """
    tokens = [(match[0], match.start()) for match in _TOKEN.finditer(condition)]
    return list(_compared([token for token, _ in tokens], [start for _, start in tokens]))


def _compared(tokens: Sequence[str], starts: Sequence[int]) -> Iterator[Compared]:
    for i, token in enumerate(tokens):
        if not token.startswith("'") and not token[0].isdigit():
            continue
        before = [word.upper() for word in tokens[:i]]
        if before and before[-1] in _TYPED:
            continue
        if before and before[-1] == "-" and not token.startswith("'"):
            before.pop()
        found = _left(before)
        if found is not None:
            position, operator = found
            yield Compared(_name(tokens[position]), operator, token, starts[i])
        elif i + 2 < len(tokens) and tokens[i + 1] in _EQUAL | _ORDER and _is_name(tokens[i + 2]):
            yield Compared(_name(tokens[i + 2]), tokens[i + 1], token, starts[i])


def _left(before: Sequence[str]) -> tuple[int, str] | None:
    """Where the column stands that what follows is compared with, and how."""
    end = len(before) - 1
    if end >= 1 and before[end] in _EQUAL | _ORDER:
        operator = before[end]
        at = end - 1
    elif end >= 3 and before[end] == "AND" and before[end - 2] == "BETWEEN":
        operator, at = "BETWEEN", end - 3
    else:
        while end >= 1 and (before[end] == "," or before[end][0] in "'0123456789"):
            end -= 1
        if end < 2 or before[end] != "(" or before[end - 1] != "IN":
            return None
        operator, at = "IN", end - 2
    if at >= 1 and before[at] == "NOT":
        at -= 1
    return (at, operator) if at >= 0 and _is_name(before[at]) else None


def _is_name(token: str) -> bool:
    return token.startswith('"') or (token[0].isalpha() or token[0] == "_")


def _name(token: str) -> str:
    return token[1:-1].replace('""', '"') if token.startswith('"') else token


def with_typed_literals(condition: str, schema: Mapping[str, pl.DataType]) -> str:
    """The condition with each literal in the type of its column.

    Args:
        condition: SQL.
        schema: Columns and their types; names in a condition are looked up as they are written.

    Raises:
        LiteralError: A literal says nothing that its column could hold.

    >>> with_typed_literals("amount > '9' AND closed >= '2026-01-01'", {"amount": pl.Decimal(38, 8), "closed": pl.Date()})
    "amount > 9 AND closed >= DATE '2026-01-01'"
    """
    for found in reversed(compared(condition)):
        dtype = schema.get(found.column)
        if dtype is None:
            continue
        written = _typed(found, dtype)
        condition = condition[: found.start] + written + condition[found.start + len(found.literal) :]
    return condition


def _typed(found: Compared, dtype: pl.DataType) -> str:
    if dtype.is_numeric() and found.quoted:
        return _number(found)
    if dtype in (pl.Date, pl.Datetime):
        return _day(found)
    ordered = found.operator in _ORDER
    if dtype == pl.String and (not found.quoted or (ordered and _is_number(found.text))):
        name = found.column if found.column.isidentifier() else f'"{found.column}"'
        fix = f"write `TRY_CAST({name} AS DOUBLE) {found.operator} {found.text}` to compare it as a number"
        if not ordered:
            fix = f"write `'{found.text}'` for the text, or `TRY_CAST({name} AS DOUBLE) {found.operator} {found.text}`"
        raise LiteralError(f"`{found.column}` is text", fix)
    return found.literal


def _number(found: Compared) -> str:
    if not _is_number(found.text):
        raise LiteralError(f"`{found.column}` is a number, `{found.text}` is not", "write a number without quotes")
    return found.text.strip()


def _is_number(text: str) -> bool:
    try:
        return Decimal(text.strip()).is_finite()
    except InvalidOperation:
        return False


def _day(found: Compared) -> str:
    fix = f"write `{found.column} {found.operator} DATE '2026-01-31'`, as year-month-day"
    if not found.quoted:
        raise LiteralError(f"`{found.column}` is a date, `{found.text}` is not", fix)
    try:
        date.fromisoformat(found.text)
    except ValueError:
        try:
            datetime.fromisoformat(found.text)
        except ValueError:
            raise LiteralError(f"`{found.column}` is a date, `{found.text}` is none", fix) from None
        return f"TIMESTAMP {found.literal}"
    return f"DATE {found.literal}"
