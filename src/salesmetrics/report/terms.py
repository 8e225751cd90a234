"""A column in the place of a number, so that the formula of a KPI says what each record adds to it."""

from __future__ import annotations

from typing import Any

import polars as pl

__all__ = ["Term", "column_of"]


class Term:
    """A column that adds, subtracts and multiplies like a number.

    A comparison of it never holds: the exceptions of a formula (no quota, target met) are about the whole, not about a
    record, so what is left is its rule.

    >>> quota, won = Term(pl.col("quota")), Term(pl.col("won"))
    >>> frame = pl.DataFrame({"quota": [100, 0], "won": [0, 30]})
    >>> None if quota <= 0 else frame.select((quota - won).column.alias("gap"))["gap"].to_list()
    [100, -30]
    """

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, column: pl.Expr) -> None:
        self.column = column

    def __add__(self, other: Any) -> Term:
        """The sum in every row."""
        return Term(self.column + column_of(other))

    def __sub__(self, other: Any) -> Term:
        """The difference in every row."""
        return Term(self.column - column_of(other))

    def __mul__(self, other: Any) -> Term:
        """The product in every row."""
        return Term(self.column * column_of(other))

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


def column_of(value: Any) -> pl.Expr:
    """The column of a term; of a number, that number in every row."""
    return value.column if isinstance(value, Term) else pl.lit(value)
