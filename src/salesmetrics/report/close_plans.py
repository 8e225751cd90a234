"""What was known on each day of when a deal would close, from a stage history that carries the expected close date."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.report.activity_view import end_of

if TYPE_CHECKING:
    from datetime import date

__all__ = ["close_plans"]

DEAL = "__deal__"
_DAY = pl.Date()
_ADDED = ("known_from", "known_until", "was_expected")


def close_plans(deals: pl.DataFrame, stages: pl.DataFrame | None, as_of: date) -> pl.DataFrame | None:
    """Every stretch of days in which one expected close date of a deal was the last one put down.

    A row of the history without an expected close date says nothing about it, so the one before stands. What is put down
    on the day a deal closes, or later, is its close and no expectation.

    Args:
        deals: Deals as of the day: ``id``, ``outcome`` (String), ``created``, ``closed`` (Date), ``amount`` where known.
        stages: Stage history: ``deal_id`` (String), ``entered`` (Datetime), ``expected_close`` (Date), and ``amount``
            (Decimal) where it is known.
        as_of: The day; what was put down later is left out.

    Returns:
        Columns of the deals, ``expected_close`` and ``amount`` being those of the stretch (the deal's own amount where the
        history has no such column), ``was_expected`` (Date: the date it replaced), ``known_from`` (Date: the day it was put
        down) and ``known_until`` (Date: the day it was replaced or the deal closed; null while it stands). The time of a
        deal before its first date is a row with ``unplanned`` true, known from its creation; ``has_plan`` says whether a
        date follows. A deal that closed on an unknown day is one row with ``vague`` true. None where the history of no
        deal tells of close dates.
    """
    if (
        stages is None
        or not {"deal_id", "entered", "expected_close"} <= set(stages.columns)
        or "id" not in deals.columns
    ):
        return None
    frame = deals.with_columns(
        pl.lit(None, dtype=_DAY).alias(name) for name in ("created", "closed") if name not in deals.columns
    )
    frame = frame.drop(_ADDED, strict=False).with_row_index(DEAL)
    frame = frame.with_columns(vague=(pl.col("outcome") != "open") & pl.col("closed").is_null())
    history = _history(frame, stages, as_of)
    if history is None:
        return None
    plans = frame.drop("expected_close", "amount" if "amount" in history.columns else "", strict=False).join(
        history, on=DEAL, how="inner", maintain_order="right"
    )
    first = history.group_by(DEAL).agg(pl.col("known_from").min().alias("__first__"))
    before = frame.join(first, on=DEAL, how="left", maintain_order="left").with_columns(
        expected_close=pl.lit(None, dtype=_DAY),
        was_expected=pl.lit(None, dtype=_DAY),
        known_from=pl.coalesce("created", "__first__"),
        known_until=pl.coalesce("__first__", "closed"),
        unplanned=~pl.col("vague"),
        has_plan=pl.col("__first__").is_not_null(),
    )
    plans = plans.with_columns(unplanned=pl.lit(value=False), has_plan=pl.lit(value=True))
    before = before.filter(
        ~pl.col("has_plan") | pl.col("known_from").is_null() | (pl.col("known_from") < pl.col("known_until"))
    )
    return pl.concat([before.drop("__first__"), plans], how="diagonal").sort(DEAL, maintain_order=True)


def _history(frame: pl.DataFrame, stages: pl.DataFrame, as_of: date) -> pl.DataFrame | None:
    """The dates put down for each deal while it was open, in order of time."""
    known = stages.filter(
        (pl.col("entered") < end_of(as_of)) & pl.col("expected_close").is_not_null() & pl.col("deal_id").is_not_null()
    )
    carried = [name for name in ("amount",) if name in stages.columns]
    named = known.select("deal_id", "entered", "expected_close", *carried).join(
        frame.filter(~pl.col("vague")).select(DEAL, "id", "closed"), left_on="deal_id", right_on="id", how="inner"
    )
    day = pl.col("entered").dt.date()
    named = named.filter(pl.col("closed").is_null() | (day < pl.col("closed")))
    if named.is_empty():
        return None
    named = named.sort(DEAL, "entered", "expected_close", *carried)
    return named.select(
        DEAL,
        "expected_close",
        *carried,
        pl.col("expected_close").shift(1).over(DEAL).alias("was_expected"),
        day.alias("known_from"),
        pl.coalesce(day.shift(-1).over(DEAL), "closed").alias("known_until"),
    )
