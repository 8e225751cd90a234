"""Measures of new reps and of trainings.

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
    """Months from being hired to selling at speed, or to the as-of date."""
    import polars as pl

    return ends(months, ramped.cast(pl.Int64), months.is_not_null())


@measure(entity="ramps", basis="snapshot")
def reps_hired_before(months: pl.Expr) -> pl.Expr:
    """Reps whose first months lie before the quotas."""
    return count(months.is_null())


@measure(entity="trainings", basis="snapshot", facts=("lost",))
def trained_decided_after(trained_arm: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Deals that the trained reps decided in the days after a training."""
    return count(trained_arm & after)


@measure(entity="trainings", basis="snapshot")
def trained_won_after(trained_arm: pl.Expr, after: pl.Expr, won: pl.Expr) -> pl.Expr:
    """Of these, the won ones."""
    return count(trained_arm & after & won)


@measure(entity="trainings", basis="snapshot", facts=("lost",))
def trained_decided_before(trained_arm: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Deals that the trained reps decided in the days before a training."""
    return count(trained_arm & ~after)


@measure(entity="trainings", basis="snapshot")
def trained_won_before(trained_arm: pl.Expr, after: pl.Expr, won: pl.Expr) -> pl.Expr:
    """Of these, the won ones."""
    return count(trained_arm & ~after & won)


@measure(entity="trainings", basis="snapshot", facts=("lost",))
def untrained_decided_after(trained_arm: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Deals that the others decided in the days after a training."""
    return count(~trained_arm & after)


@measure(entity="trainings", basis="snapshot")
def untrained_won_after(trained_arm: pl.Expr, after: pl.Expr, won: pl.Expr) -> pl.Expr:
    """Of these, the won ones."""
    return count(~trained_arm & after & won)


@measure(entity="trainings", basis="snapshot", facts=("lost",))
def untrained_decided_before(trained_arm: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Deals that the others decided in the days before a training."""
    return count(~trained_arm & ~after)


@measure(entity="trainings", basis="snapshot")
def untrained_won_before(trained_arm: pl.Expr, after: pl.Expr, won: pl.Expr) -> pl.Expr:
    """Of these, the won ones."""
    return count(~trained_arm & ~after & won)
