"""Aggregates that many measures share. Every function takes column expressions and returns one aggregate."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

__all__ = ["count", "distinct", "ends", "known_total", "per_key", "sample", "total", "weighted_total"]


def count(where: pl.Expr) -> pl.Expr:
    """How many records fulfil a condition; unknown counts as not fulfilled."""
    return where.fill_null(value=False).sum()


def total(values: pl.Expr, where: pl.Expr) -> pl.Expr:
    """The sum of what is known where a condition holds.

    Null where records fulfil the condition and not one of them has a value: that sum is unknown, not zero.
    """
    return _known_sum(values.filter(where.fill_null(value=False)))


def known_total(values: pl.Expr, where: pl.Expr) -> pl.Expr:
    """The sum of what is known where a condition holds; null where nothing is: no record is no sum of 0."""
    import polars as pl

    chosen = values.filter(where.fill_null(value=False))
    return pl.when(chosen.count() > 0).then(chosen.sum())


def weighted_total(values: pl.Expr, weights: pl.Expr, where: pl.Expr) -> pl.Expr:
    """The sum of values times weights where a condition holds, under the rule of :func:`total`."""
    import polars as pl

    counts = where.fill_null(value=False)
    known = counts & values.is_not_null() & weights.is_not_null()
    # Chosen before they are multiplied, and multiplied once: a product of decimals is dear.
    product = values.filter(known) * weights.filter(known)
    return pl.when((counts.sum() == 0) | (known.sum() > 0)).then(product.sum())


def _known_sum(chosen: pl.Expr) -> pl.Expr:
    import polars as pl

    return pl.when((chosen.len() == 0) | (chosen.count() > 0)).then(chosen.sum())


def sample(values: pl.Expr, where: pl.Expr) -> pl.Expr:
    """The known values where a condition holds, sorted, as one list."""
    return values.filter(where.fill_null(value=False)).drop_nulls().sort().implode()


def distinct(values: pl.Expr, where: pl.Expr) -> pl.Expr:
    """How many different known values there are where a condition holds."""
    return values.filter(where.fill_null(value=False)).drop_nulls().n_unique()


def ends(time: pl.Expr, cause: pl.Expr, where: pl.Expr) -> pl.Expr:
    """When and how each record ended or was last seen, as one list of codes: four times the time, plus the cause.

    One number per record is gathered much faster than a pair, and ``definition.curve`` takes it apart again.

    Args:
        time: Whole units of time from the start, not negative.
        cause: 1 the event, 2 another end, 0 not ended yet.
        where: Records that count.
    """
    import polars as pl

    codes = time.cast(pl.Int64) * 4 + cause.cast(pl.Int64)
    return codes.filter(where.fill_null(value=False)).implode()


def per_key(key: pl.Expr, values: Mapping[str, pl.Expr]) -> tuple[pl.Expr, dict[str, pl.Expr]]:
    """The known keys in order, and for each of them the sum of each column; records without a key are left out.

    A sum within a sum, as one expression: the running total of the sorted records is read at the last record of each
    key, and what stood there for the key before is taken off.

    Args:
        key: What records are summed by.
        values: Names to columns; unknown values count as 0.

    Returns:
        The keys, and by name their sums in the same order.
    """
    import polars as pl

    known = key.is_not_null()
    keys = key.filter(known)
    ordered = keys.sort()
    last = (ordered != ordered.shift(-1)).fill_null(value=True)
    sums = {}
    for name, column in values.items():
        running = column.fill_null(0).filter(known).sort_by(keys).cum_sum().filter(last)
        sums[name] = running - running.shift(1).fill_null(pl.lit(0))
    return ordered.filter(last), sums
