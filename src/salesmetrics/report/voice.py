"""Answers to surveys, and whether they are on the scale of their question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.schema.survey import of_another_scale, off_scale

if TYPE_CHECKING:
    from datetime import date

__all__ = ["survey_view"]


def survey_view(surveys: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """The answers up to a day.

    Args:
        surveys: Canonical surveys with ``type`` (String: nps, enps, csat or other) and ``score`` (Int64).
        as_of: The day.

    Returns:
        The answers with ``survey_type``, the type under a name of its own, ``misscaled`` (Boolean: the scale of the question's
        answers is another one, so that none can be used) and ``off_scale`` (Boolean: this score alone cannot be).
    """
    frame = surveys
    if as_of is not None and "answered" in surveys.columns:
        frame = frame.filter(pl.col("answered").is_null() | (pl.col("answered") <= as_of))
    off = off_scale(surveys)
    other = of_another_scale(surveys)
    judged = frame.with_columns(
        survey_type="type", misscaled=pl.col("type").is_in(other) & pl.col("score").is_not_null()
    )
    return judged.with_columns(off_scale=off & ~pl.col("misscaled"))
