"""Measures of movements of recurring revenue.

Columns used: ``account_key``, ``movement`` (String), ``day`` (Date), ``change`` (Decimal(38, 8), with its sign).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import distinct, per_key, total

if TYPE_CHECKING:
    import polars as pl


@measure(entity="revenue", basis="occurred", unit="money", missing="missing_amount")
def new_mrr(change: pl.Expr, movement: pl.Expr) -> pl.Expr:
    """Monthly recurring revenue of new customers."""
    return total(change, movement == "new")


@measure(entity="revenue", basis="occurred", per=("account_key",))
def new_mrr_accounts(account_key: pl.Expr, movement: pl.Expr) -> pl.Expr:
    """Customers with new recurring revenue."""
    return distinct(account_key, movement == "new")


@measure(entity="revenue", basis="occurred", unit="money", missing="missing_amount")
def net_new_mrr(change: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Change in all monthly recurring revenue."""
    return total(change, day.is_not_null())


@measure(entity="revenue", basis="snapshot", unit="money", per=("account_key",), facts=("level_ends",))
def mrr_at_start(account_key: pl.Expr, change: pl.Expr, day: pl.Expr, window_start: pl.Expr) -> pl.Expr:
    """Recurring revenue on the day before the period."""
    return _levels(account_key, change, day, window_start, window_start)[0].sum()


@measure(entity="revenue", basis="snapshot", unit="money", per=("account_key",), facts=("level_ends",))
def mrr_kept(
    account_key: pl.Expr, change: pl.Expr, day: pl.Expr, window_start: pl.Expr, window_end: pl.Expr
) -> pl.Expr:
    """Recurring revenue at the end of the period from customers at its start, without growth."""
    import polars as pl

    before, after = _levels(account_key, change, day, window_start, window_end)
    return pl.min_horizontal(before, after).sum()


@measure(entity="revenue", basis="snapshot", unit="money", per=("account_key",), facts=("level_ends",))
def mrr_after(
    account_key: pl.Expr, change: pl.Expr, day: pl.Expr, window_start: pl.Expr, window_end: pl.Expr
) -> pl.Expr:
    """Recurring revenue at the end of the period from customers at its start, with growth."""
    before, after = _levels(account_key, change, day, window_start, window_end)
    return after.filter(before > 0).sum()


def _levels(account_key: pl.Expr, change: pl.Expr, day: pl.Expr, start: pl.Expr, end: pl.Expr) -> list[pl.Expr]:
    """What each customer paid at the start of two days, never less than 0."""
    import polars as pl

    zero = pl.lit(0, dtype=pl.Decimal(38, 8))
    parts = {name: pl.when(day < bound).then(change).otherwise(zero) for name, bound in (("a", start), ("b", end))}
    return [pl.max_horizontal(level, zero) for level in per_key(account_key, parts)[1].values()]
