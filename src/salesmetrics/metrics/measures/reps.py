"""Measures of new reps and of training.

Columns used: ``months`` (Int64), ``ramped`` (Boolean). Of deals around trainings: ``trained_arm``, ``after``, ``won`` (Boolean).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count, ends

if TYPE_CHECKING:
    import polars as pl


@measure(entity="ramps", basis="snapshot", unit="months", shape="table")
def ramp_ends(months: pl.Expr, ramped: pl.Expr) -> pl.Expr:
    """Months from hire to full productivity, or to the as-of date."""
    import polars as pl

    return ends(months, ramped.cast(pl.Int64), months.is_not_null())


@measure(entity="ramps", basis="snapshot")
def reps_hired_before(months: pl.Expr) -> pl.Expr:
    """Reps hired before the first quota."""
    return count(months.is_null())


@measure(entity="trainings", basis="snapshot", facts=("lost",))
def trained_decided_after(trained_arm: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Deals decided by trained reps in the days after training."""
    return count(trained_arm & after)


@measure(entity="trainings", basis="snapshot")
def trained_won_after(trained_arm: pl.Expr, after: pl.Expr, won: pl.Expr) -> pl.Expr:
    """Of these, those won."""
    return count(trained_arm & after & won)


@measure(entity="trainings", basis="snapshot", facts=("lost",))
def trained_decided_before(trained_arm: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Deals decided by trained reps in the days before training."""
    return count(trained_arm & ~after)


@measure(entity="trainings", basis="snapshot")
def trained_won_before(trained_arm: pl.Expr, after: pl.Expr, won: pl.Expr) -> pl.Expr:
    """Of these, those won."""
    return count(trained_arm & ~after & won)


@measure(entity="trainings", basis="snapshot", facts=("lost",))
def untrained_decided_after(trained_arm: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Deals decided by other reps in the days after training."""
    return count(~trained_arm & after)


@measure(entity="trainings", basis="snapshot")
def untrained_won_after(trained_arm: pl.Expr, after: pl.Expr, won: pl.Expr) -> pl.Expr:
    """Of these, those won."""
    return count(~trained_arm & after & won)


@measure(entity="trainings", basis="snapshot", facts=("lost",))
def untrained_decided_before(trained_arm: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Deals decided by other reps in the days before training."""
    return count(~trained_arm & ~after)


@measure(entity="trainings", basis="snapshot")
def untrained_won_before(trained_arm: pl.Expr, after: pl.Expr, won: pl.Expr) -> pl.Expr:
    """Of these, those won."""
    return count(~trained_arm & ~after & won)
