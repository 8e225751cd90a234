"""One answer to a survey."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from salesmetrics.schema.fields import Day, Id, Record, Score, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

__all__ = ["SCALES", "Survey", "maybe_of_five", "of_another_scale", "off_scale"]

SCALES: Final[Mapping[str, tuple[int, int]]] = {"nps": (0, 10), "enps": (0, 10), "csat": (1, 5)}
"""Question to the lowest and highest score that can answer it."""

_SOME = 3
_MANY = 5
_FEWEST = 10
_FEW_OF_FIVE = 4


class Survey(Record):
    """One answer to a survey."""

    id: Id | None = None
    score: Score | None = None
    scale_max: Score | None = None
    type: Text | None = None
    answered: Day | None = None
    account: Text | None = None
    account_id: Id | None = None
    owner: Text | None = None
    owner_id: Id | None = None
    team: Text | None = None
    region: Text | None = None
    segment: Text | None = None


def off_scale(surveys: pl.DataFrame) -> pl.Expr:
    """Whether a score, or the scale that its row names, is not that of its question."""
    import polars as pl

    wrong = pl.lit(value=False)
    for question, (low, high) in SCALES.items():
        off = ~pl.col("score").is_between(low, high)
        if "scale_max" in surveys.columns:
            off |= pl.col("scale_max").is_not_null() & (pl.col("scale_max") != high)
        wrong |= (pl.col("type") == question) & off
    return (wrong & pl.col("score").is_not_null()).fill_null(value=False)


def of_another_scale(surveys: pl.DataFrame) -> list[str]:
    """The questions that were asked on another scale, so that not even the scores within theirs can be used.

    That is so where all scores are off the scale, or a third and at least three, or a tenth and at least five; and where ten
    or more answers to a question from 0 to 10 all lie between 1 and 5. One wrong score in a few answers is a slip.
    """
    import polars as pl

    off, n = pl.col("off"), pl.col("n")
    many = ((off * 3 >= n) & (off >= _SOME)) | ((off >= _MANY) & (off * 10 > n)) | ((off == n) & (off > 0))
    return sorted(_ranges(surveys).filter(many | (_within_five() & (n >= _FEWEST)))["type"].to_list())


def maybe_of_five(surveys: pl.DataFrame) -> list[str]:
    """The questions from 0 to 10 whose few answers all lie between 1 and 5: from four on they may be of another scale."""
    import polars as pl

    few = pl.col("n").is_between(_FEW_OF_FIVE, _FEWEST - 1)
    return sorted(_ranges(surveys).filter(_within_five() & few)["type"].to_list())


def _within_five() -> pl.Expr:
    """All of them lie between 1 and 5, and no row says that the scale goes further."""
    import polars as pl

    return (pl.col("type") != "csat") & (pl.col("low") >= 1) & (pl.col("high") <= 5) & ~pl.col("stated")


def _ranges(surveys: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    score = pl.col("score")
    stated = pl.col("scale_max").is_not_null().any() if "scale_max" in surveys.columns else pl.lit(value=False)
    return (
        surveys.filter(score.is_not_null() & pl.col("type").is_in(list(SCALES)))
        .group_by("type", maintain_order=True)
        .agg(n=pl.len(), off=off_scale(surveys).sum(), low=score.min(), high=score.max(), stated=stated)
    )
