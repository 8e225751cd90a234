"""A column in the place of a number, so that the formula of a KPI says what each record adds to it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

import polars as pl

__all__ = ["Term", "Values", "column_of", "constant_of"]


class Values(NamedTuple):
    """A column of samples or of ends in the place of all of them."""

    column: pl.Expr
    shape: str


class Term:
    """A sum over records, as the column of what each of them adds, and a number that belongs to none of them.

    It adds and subtracts like a number, and a number multiplies it. What else a formula does with it – a product of two
    sums, a quotient – is no sum over records: TypeError. A comparison of it never holds: the exceptions of a formula
    (no quota, target met) are about the whole, not about a record, so what is left is its rule.

    >>> quota, won = Term(pl.col("quota")), Term(pl.col("won"))
    >>> frame = pl.DataFrame({"quota": [100, 0], "won": [0, 30]})
    >>> None if quota <= 0 else frame.select((quota - won).column.alias("gap"))["gap"].to_list()
    [100, -30]
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, column: pl.Expr, constant: Any = 0) -> None:
        self.column = column
        self.constant = constant

    def __add__(self, other: Any) -> Term:
        """The sum in every row."""
        if isinstance(other, Term):
            return Term(self.column + other.column, self.constant + other.constant)
        return Term(self.column, self.constant + _number(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Term:
        """The difference in every row."""
        return self.__add__(other * -1 if isinstance(other, Term) else -_number(other))

    def __rsub__(self, other: Any) -> Term:
        """A number less the sum."""
        return Term(self.column * -1, _number(other) - self.constant)

    def __mul__(self, other: Any) -> Term:
        """So many times as much in every row."""
        return Term(self.column * _number(other), self.constant * _number(other))

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        """Not to be asked for: a formula that does is no sum over records."""
        raise TypeError("a record has no truth of its own")

    def __eq__(self, _: object) -> bool:
        """Never: see the class."""
        return False

    def __lt__(self, _: object) -> bool:
        """Never: see the class."""
        return False

    __le__ = __gt__ = __ge__ = __lt__


def _number(value: Any) -> Any:
    if not isinstance(value, (int, float, Decimal)):
        raise TypeError("a product of sums is no sum over records")
    return value


def column_of(value: Any) -> pl.Expr:
    """What each record adds to a sum; to a number, nothing."""
    return value.column if isinstance(value, Term) else pl.lit(0)


def constant_of(value: Any) -> Any:
    """What belongs to no record: of a number, all of it."""
    return value.constant if isinstance(value, Term) else value
