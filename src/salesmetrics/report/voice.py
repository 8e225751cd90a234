"""Answers to surveys, and whether they are on the scale of their question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["survey_view"]

SCALES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "enps": (0, 10), "csat": (1, 5)}


def survey_view(surveys: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """The answers up to a day.

    Args:
        surveys: Canonical surveys with ``type`` (String: nps, enps, csat or other) and ``score`` (Int64).
        as_of: The day.

    Returns:
        The answers with ``survey_type``, the type under a name of its own, and ``misscaled`` (Boolean): the scale that the file names, or the score itself, is not that of the
        question.
    """
    frame = surveys
    if as_of is not None and "answered" in surveys.columns:
        frame = frame.filter(pl.col("answered").is_null() | (pl.col("answered") <= as_of))
    wrong = pl.lit(value=False)
    for kind, (low, high) in SCALES.items():
        off = ~pl.col("score").is_between(low, high)
        if "scale_max" in surveys.columns:
            off |= pl.col("scale_max").is_not_null() & (pl.col("scale_max") != high)
        wrong |= (pl.col("type") == kind) & off
    return frame.with_columns(survey_type="type", misscaled=wrong.fill_null(value=False))
