"""Measures of surveys.

Columns used: ``type`` (String: nps, enps, csat), ``score`` (Int64), ``misscaled`` (Boolean: not on the scale of its type).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count

if TYPE_CHECKING:
    import polars as pl


@measure(entity="surveys", basis="occurred")
def nps_answers(type: pl.Expr, score: pl.Expr) -> pl.Expr:  # noqa: A002
    """Answers of customers asked whether they would recommend."""
    return count((type == "nps") & score.is_not_null())


@measure(entity="surveys", basis="occurred")
def nps_promoters(type: pl.Expr, score: pl.Expr) -> pl.Expr:  # noqa: A002
    """Answers of 9 or 10."""
    return count((type == "nps") & (score >= 9))


@measure(entity="surveys", basis="occurred")
def nps_detractors(type: pl.Expr, score: pl.Expr) -> pl.Expr:  # noqa: A002
    """Answers of 0 to 6."""
    return count((type == "nps") & (score <= 6))


@measure(entity="surveys", basis="occurred")
def nps_misscaled(type: pl.Expr, misscaled: pl.Expr) -> pl.Expr:  # noqa: A002
    """Answers that are not on a scale from 0 to 10."""
    return count((type == "nps") & misscaled)


@measure(entity="surveys", basis="occurred")
def nps_blank(type: pl.Expr, score: pl.Expr) -> pl.Expr:  # noqa: A002
    """Surveys without a score."""
    return count((type == "nps") & score.is_null())


@measure(entity="surveys", basis="occurred")
def enps_answers(type: pl.Expr, score: pl.Expr) -> pl.Expr:  # noqa: A002
    """Answers of colleagues asked whether they would recommend."""
    return count((type == "enps") & score.is_not_null())


@measure(entity="surveys", basis="occurred")
def enps_promoters(type: pl.Expr, score: pl.Expr) -> pl.Expr:  # noqa: A002
    """Answers of 9 or 10."""
    return count((type == "enps") & (score >= 9))


@measure(entity="surveys", basis="occurred")
def enps_detractors(type: pl.Expr, score: pl.Expr) -> pl.Expr:  # noqa: A002
    """Answers of 0 to 6."""
    return count((type == "enps") & (score <= 6))


@measure(entity="surveys", basis="occurred")
def enps_misscaled(type: pl.Expr, misscaled: pl.Expr) -> pl.Expr:  # noqa: A002
    """Answers that are not on a scale from 0 to 10."""
    return count((type == "enps") & misscaled)


@measure(entity="surveys", basis="occurred")
def enps_blank(type: pl.Expr, score: pl.Expr) -> pl.Expr:  # noqa: A002
    """Surveys without a score."""
    return count((type == "enps") & score.is_null())


@measure(entity="surveys", basis="occurred")
def csat_answers(type: pl.Expr, score: pl.Expr) -> pl.Expr:  # noqa: A002
    """Answers of customers asked how satisfied they are."""
    return count((type == "csat") & score.is_not_null())


@measure(entity="surveys", basis="occurred")
def csat_satisfied(type: pl.Expr, score: pl.Expr) -> pl.Expr:  # noqa: A002
    """Answers of 4 or 5."""
    return count((type == "csat") & (score >= 4))


@measure(entity="surveys", basis="occurred")
def csat_misscaled(type: pl.Expr, misscaled: pl.Expr) -> pl.Expr:  # noqa: A002
    """Answers that are not on a scale from 1 to 5."""
    return count((type == "csat") & misscaled)


@measure(entity="surveys", basis="occurred")
def csat_blank(type: pl.Expr, score: pl.Expr) -> pl.Expr:  # noqa: A002
    """Surveys without a score."""
    return count((type == "csat") & score.is_null())
