"""Measures of surveys.

Columns used: ``survey_type`` (String: nps, enps, csat), ``score`` (Int64), ``misscaled`` (Boolean: no answer
to this question is on its scale) and ``off_scale`` (Boolean: this one is not).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count

if TYPE_CHECKING:
    import polars as pl


@measure(entity="surveys", basis="occurred")
def nps_answers(survey_type: pl.Expr, score: pl.Expr, off_scale: pl.Expr) -> pl.Expr:
    """Customer answers to whether they would recommend."""
    return count((survey_type == "nps") & score.is_not_null() & ~off_scale)


@measure(entity="surveys", basis="occurred")
def nps_promoters(survey_type: pl.Expr, score: pl.Expr, off_scale: pl.Expr) -> pl.Expr:
    """Answers of 9 or 10."""
    return count((survey_type == "nps") & (score >= 9) & ~off_scale)


@measure(entity="surveys", basis="occurred")
def nps_detractors(survey_type: pl.Expr, score: pl.Expr, off_scale: pl.Expr) -> pl.Expr:
    """Answers of 0 to 6."""
    return count((survey_type == "nps") & (score <= 6) & ~off_scale)


@measure(entity="surveys", basis="occurred")
def nps_misscaled(survey_type: pl.Expr, misscaled: pl.Expr) -> pl.Expr:
    """Answers on a scale other than 0 to 10."""
    return count((survey_type == "nps") & misscaled)


@measure(entity="surveys", basis="occurred")
def nps_off_scale(survey_type: pl.Expr, off_scale: pl.Expr) -> pl.Expr:
    """Answers off the scale of the question."""
    return count((survey_type == "nps") & off_scale)


@measure(entity="surveys", basis="occurred")
def nps_blank(survey_type: pl.Expr, score: pl.Expr) -> pl.Expr:
    """Surveys without a score."""
    return count((survey_type == "nps") & score.is_null())


@measure(entity="surveys", basis="occurred")
def enps_answers(survey_type: pl.Expr, score: pl.Expr, off_scale: pl.Expr) -> pl.Expr:
    """Employee answers to whether they would recommend."""
    return count((survey_type == "enps") & score.is_not_null() & ~off_scale)


@measure(entity="surveys", basis="occurred")
def enps_promoters(survey_type: pl.Expr, score: pl.Expr, off_scale: pl.Expr) -> pl.Expr:
    """Answers of 9 or 10."""
    return count((survey_type == "enps") & (score >= 9) & ~off_scale)


@measure(entity="surveys", basis="occurred")
def enps_detractors(survey_type: pl.Expr, score: pl.Expr, off_scale: pl.Expr) -> pl.Expr:
    """Answers of 0 to 6."""
    return count((survey_type == "enps") & (score <= 6) & ~off_scale)


@measure(entity="surveys", basis="occurred")
def enps_misscaled(survey_type: pl.Expr, misscaled: pl.Expr) -> pl.Expr:
    """Answers on a scale other than 0 to 10."""
    return count((survey_type == "enps") & misscaled)


@measure(entity="surveys", basis="occurred")
def enps_off_scale(survey_type: pl.Expr, off_scale: pl.Expr) -> pl.Expr:
    """Answers off the scale of the question."""
    return count((survey_type == "enps") & off_scale)


@measure(entity="surveys", basis="occurred")
def enps_blank(survey_type: pl.Expr, score: pl.Expr) -> pl.Expr:
    """Surveys without a score."""
    return count((survey_type == "enps") & score.is_null())


@measure(entity="surveys", basis="occurred")
def csat_answers(survey_type: pl.Expr, score: pl.Expr, off_scale: pl.Expr) -> pl.Expr:
    """Customer answers to how satisfied they are."""
    return count((survey_type == "csat") & score.is_not_null() & ~off_scale)


@measure(entity="surveys", basis="occurred")
def csat_satisfied(survey_type: pl.Expr, score: pl.Expr, off_scale: pl.Expr) -> pl.Expr:
    """Answers of 4 or 5."""
    return count((survey_type == "csat") & (score >= 4) & ~off_scale)


@measure(entity="surveys", basis="occurred")
def csat_misscaled(survey_type: pl.Expr, misscaled: pl.Expr) -> pl.Expr:
    """Answers on a scale other than 1 to 5."""
    return count((survey_type == "csat") & misscaled)


@measure(entity="surveys", basis="occurred")
def csat_off_scale(survey_type: pl.Expr, off_scale: pl.Expr) -> pl.Expr:
    """Answers off the scale of the question."""
    return count((survey_type == "csat") & off_scale)


@measure(entity="surveys", basis="occurred")
def csat_blank(survey_type: pl.Expr, score: pl.Expr) -> pl.Expr:
    """Surveys without a score."""
    return count((survey_type == "csat") & score.is_null())
