"""Deals with what happened to them lately: the last touch, the time in their stage, the activities behind a win."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.entities.activities import end_of
from salesmetrics.entities.clocks import clock, comparable

if TYPE_CHECKING:
    from datetime import date

    from salesmetrics.metrics.settings import Settings

__all__ = ["close_plans", "deal_stages", "deal_touches"]


TALKING = ("call", "email", "meeting")
ENOUGH_WON = 5
SLOW_SHARE = 0.9


def deal_touches(deals: pl.DataFrame, activities: pl.DataFrame | None, as_of: date) -> pl.DataFrame | None:
    """Deals with their last touch and their activities.

    Args:
        deals: Deals as of the day: ``id`` (String), ``created``, ``closed``, ``last_activity`` (Date) where known.
        activities: Activities as of the day, with ``deal_id`` (String), ``occurred`` (Datetime), ``held`` and
            ``automated`` (Boolean), ``type`` (String) where known.
        as_of: The day.

    Returns:
        The deals with ``quiet_days`` (Int64: calendar days since the last call, email or meeting with a person, in
        either direction, or since creation where there was none), ``planned`` (Boolean: one is planned for later) and,
        from activities, ``linked`` (Int64: activities that name the deal) and ``effort`` (Int64: those up to the day it
        closed). None where nothing tells of touches.
    """
    counted = None if activities is None else _by_deal(deals, activities, as_of)
    if counted is None and "last_activity" not in deals.columns:
        return None
    frame = deals
    if counted is not None:
        frame = frame.join(counted, on="id", how="left", maintain_order="left").with_columns(
            pl.col("linked", "effort").fill_null(0), pl.col("planned").fill_null(value=False)
        )
    else:
        frame = frame.with_columns(pl.lit(None, dtype=pl.Date).alias("__talked__"), planned=pl.lit(value=False))
    day = pl.lit(as_of, dtype=pl.Date)
    last, unknown = pl.col("__talked__"), pl.lit(value=False)
    if "last_activity" in frame.columns:
        seen = pl.col("last_activity")
        # The column holds the last touch only: one after the day hides the one before it.
        unknown = (seen > day).fill_null(value=False) & last.is_null()
        last = pl.max_horizontal(last, pl.when(seen <= day).then(seen))
    since = pl.coalesce(last, "created") if "created" in frame.columns else last
    quiet = pl.when(~unknown).then((day - since).dt.total_days().clip(0))
    return frame.with_columns(quiet_days=quiet).drop("__talked__")


def _by_deal(deals: pl.DataFrame, activities: pl.DataFrame, as_of: date) -> pl.DataFrame | None:
    if "id" not in deals.columns or not {"deal_id", "occurred"} <= set(activities.columns):
        return None
    closed = (
        deals.select("id", "closed") if "closed" in deals.columns else deals.select("id", closed=pl.lit(None, pl.Date))
    )
    ends = closed.drop_nulls("id").unique("id", keep="first", maintain_order=True)
    named = activities.join(ends, left_on="deal_id", right_on="id", how="inner", maintain_order="left")
    if named.is_empty():
        return None
    talk = pl.col("type").is_in(TALKING).fill_null(value=False) if "type" in named.columns else pl.lit(value=True)
    done = pl.col("held") & ~pl.col("automated")
    day = pl.col("occurred").dt.date()
    in_time = pl.col("closed").is_null() | (day <= pl.col("closed"))
    return named.group_by(pl.col("deal_id").alias("id")).agg(
        linked=done.sum().cast(pl.Int64),
        effort=(done & in_time.fill_null(value=False)).sum().cast(pl.Int64),
        __talked__=day.filter(done & talk).max(),
        planned=(talk & (pl.col("occurred") >= end_of(as_of))).fill_null(value=False).any(),
    )


def deal_stages(
    deals: pl.DataFrame, stages: pl.DataFrame | None, as_of: date, settings: Settings, known: date | None = None
) -> pl.DataFrame | None:
    """Deals with the time in the stage they stand in, and the time that is too long there.

    Args:
        deals: Deals as of the day: ``id``, ``stage``, ``outcome`` (String), ``stage_entered`` (Date) where known.
        stages: Moves into stages: ``deal_id``, ``stage`` (String), ``entered``, ``exited`` (Datetime).
        as_of: The day.
        settings: ``stalled_stage_days`` holds for every stage; without it a stage that at least five won deals passed
            has the 90th percentile of their days there, and any other ``stalled_days``.
        known: The day up to which moves are known, where they reach past the day.

    Returns:
        The deals with ``stage_days`` and ``stage_limit`` (days). None where no entry into a stage is known.
    """
    visits = None if stages is None else _visits(deals, stages, known or as_of)
    if visits is None and "stage_entered" not in deals.columns:
        return None
    day = pl.lit(as_of, dtype=pl.Date)
    frame, stage = deals, pl.col("stage") if "stage" in deals.columns else pl.lit(None, dtype=pl.String)
    entered = pl.lit(None, dtype=pl.Date)
    if visits is not None:
        last = visits.group_by("id", maintain_order=True).agg(
            __stage__=pl.col("stage").last(), __entered__=pl.col("entered").last().dt.date()
        )
        frame = frame.join(last, on="id", how="left", maintain_order="left")
        stage, entered = pl.coalesce("__stage__", stage), pl.col("__entered__")
    if "stage_entered" in frame.columns:
        noted = pl.col("stage_entered")
        entered = pl.coalesce(entered, pl.when(noted <= day).then(noted))
    frame = frame.with_columns(__key__=stage, stage_days=(day - entered).dt.total_days().clip(0))
    limit: pl.Expr = pl.lit(float(settings.stalled_stage_days or settings.stalled_days))
    if visits is not None and settings.stalled_stage_days is None:
        frame = frame.join(_limits(deals, visits), on="__key__", how="left", maintain_order="left")
        limit = pl.coalesce("__limit__", limit)
    return frame.with_columns(stage_limit=limit).drop("__key__", "__stage__", "__entered__", "__limit__", strict=False)


def _visits(deals: pl.DataFrame, stages: pl.DataFrame, as_of: date) -> pl.DataFrame | None:
    """Entries into stages known by the day, in order, each with the day on which it ended where that is known.

    Where exports tell of them, the entry of a deal that stood there before is null, and ``unsure`` (Boolean) says that
    nobody knows how long the visit was.
    """
    if "id" not in deals.columns or not {"deal_id", "stage", "entered"} <= set(stages.columns):
        return None
    exports = "__state__" in stages.columns
    if exports:
        # What exports put down of a deal is no entry; that its stage ended so, ends a visit.
        state = pl.col("__state__")
        stages = stages.filter(state.is_null() | state.is_in(["stage", "left"]))
    known = (
        stages.with_columns(clock("entered", exact=comparable((stages, "entered"))).alias("__at__"))
        .filter((pl.col("entered") < end_of(as_of)) & pl.col("deal_id").is_not_null() & pl.col("stage").is_not_null())
        .select(
            pl.col("deal_id").alias("id"),
            "stage",
            "entered",
            "__at__",
            *(["exited"] if "exited" in stages.columns else []),
            *(["__state__", "__ongoing__"] if exports else []),
        )
        .sort("id", "__at__", "stage")
        .drop("__at__")
    )
    if known.join(deals.select("id").drop_nulls(), on="id", how="semi").is_empty():
        return None
    if "expected_close" in stages.columns and "exited" not in stages.columns and not exports:
        # Such a history has a row per change, and names the stage again where something else changed: no new entry.
        known = known.filter(pl.col("stage").ne_missing(pl.col("stage").shift(1)).over("id") | _is_first("id"))
    following = pl.col("entered").shift(-1).over("id")
    left = pl.coalesce("exited", following) if "exited" in known.columns else following
    if exports:
        unsure = pl.col("__ongoing__").fill_null(value=False)
        untracked = (unsure | unsure.shift(-1).fill_null(value=False).over("id")).alias("unsure")
        known = known.with_columns(left=left.dt.date()).with_columns(untracked)
        known = known.filter(pl.col("__state__").ne_missing("left")).drop("__state__")
        return known.with_columns(entered=pl.when(~unsure).then("entered")).drop("__ongoing__")
    return known.with_columns(left=left.dt.date(), unsure=pl.lit(value=False))


def _is_first(key: str) -> pl.Expr:
    return pl.int_range(pl.len()).over(key) == 0


def _limits(deals: pl.DataFrame, visits: pl.DataFrame) -> pl.DataFrame:
    closed = pl.col("closed") if "closed" in deals.columns else pl.lit(None, dtype=pl.Date)
    won = deals.filter(pl.col("outcome") == "won").select("id", closed.alias("won_on")).drop_nulls("id")
    days = (pl.coalesce("left", "won_on") - pl.col("entered").dt.date()).dt.total_days()
    passed = visits.join(won.unique("id", keep="first", maintain_order=True), on="id").with_columns(days=days)
    return (
        passed.filter(pl.col("days") >= 0)
        .group_by(pl.col("stage").alias("__key__"))
        .agg(pl.col("days").quantile(SLOW_SHARE, "linear").alias("__limit__"), pl.len().alias("__won__"))
        .filter((pl.col("__won__") >= ENOUGH_WON) & pl.col("__key__").is_not_null())
        .drop("__won__")
    )


# --- what was known on each day of when a deal would close, from a stage history that carries the expected close date ---


DEAL = "__deal__"
_DAY = pl.Date()
_ADDED = ("known_from", "known_until", "was_expected", "planned_before")


def close_plans(deals: pl.DataFrame, stages: pl.DataFrame | None, as_of: date) -> pl.DataFrame | None:
    """Every range of days in which one expected close date of a deal was the last one put down.

    A row of the history without an expected close date says nothing about it, so the one before stands. What is put down
    on the day a deal closes, or later, is its close and no expectation.

    Args:
        deals: Deals as of the day: ``id``, ``outcome`` (String), ``created``, ``closed`` (Date), ``amount`` where known.
        stages: Stage history: ``deal_id`` (String), ``entered`` (Datetime), ``expected_close`` (Date), and ``amount``
            (Decimal) where it is known.
        as_of: The day; what was put down later is left out.

    Returns:
        Columns of the deals, ``expected_close`` and ``amount`` being those of the period (the deal's own amount where the
        history has no such column), ``was_expected`` (Date: the date it replaced), ``known_from`` (Date: the day it was put
        down) and ``known_until`` (Date: the day it was replaced or the deal closed; null while it stands). The time of a
        deal before its first date is a row with ``unplanned`` true, known from its creation; ``has_plan`` says whether a
        date follows. So is the time in which exports of the list had no date for a deal, or the deal was missing;
        ``planned_before`` says whether a date was known before that. A deal that closed on an unknown day is one row with ``vague`` true. None where the history of no
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
    carried = [name for name in ("amount", "currency") if name in history.columns]
    plans = frame.drop("expected_close", *carried, strict=False).join(
        history, on=DEAL, how="inner", maintain_order="right"
    )
    if "currency" in carried:
        plans = plans.join(frame.select(DEAL, __own__="currency"), on=DEAL, how="left", maintain_order="left")
        plans = plans.with_columns(currency=pl.coalesce("currency", "__own__")).drop("__own__")
    first = history.group_by(DEAL).agg(pl.col("known_from").min().alias("__first__"))
    before = frame.join(first, on=DEAL, how="left", maintain_order="left").with_columns(
        expected_close=pl.lit(None, dtype=_DAY),
        was_expected=pl.lit(None, dtype=_DAY),
        known_from=pl.coalesce("created", "__first__"),
        known_until=pl.coalesce("__first__", "closed"),
        unplanned=~pl.col("vague"),
        has_plan=pl.col("__first__").is_not_null(),
        planned_before=pl.lit(value=False),
    )
    plans = plans.with_columns(unplanned=pl.col("expected_close").is_null(), has_plan=pl.lit(value=True))
    before = before.filter(
        ~pl.col("has_plan") | pl.col("known_from").is_null() | (pl.col("known_from") < pl.col("known_until"))
    )
    return pl.concat([before.drop("__first__"), plans], how="diagonal").sort(DEAL, maintain_order=True)


def _history(frame: pl.DataFrame, stages: pl.DataFrame, as_of: date) -> pl.DataFrame | None:
    """The dates put down for each deal while it was open, in order of time.

    Exports also say that a deal had no date, that it was missing, or closed for a while: there its date is not known, and
    while it was closed there is nothing to know.
    """
    exports = "__state__" in stages.columns
    told = pl.col("expected_close").is_not_null()
    if exports:
        told |= pl.col("__state__").is_in(["open", "absent", "closed"]).fill_null(value=False)
    known = stages.filter((pl.col("entered") < end_of(as_of)) & told & pl.col("deal_id").is_not_null())
    # A deal may have changed its currency between exports; a stage history has that of the deal.
    carried = ["amount"] if "amount" in stages.columns else []
    carried += ["currency"] if exports and "currency" in stages.columns and "currency" in frame.columns else []
    state = pl.col("__state__") if exports else pl.lit("open")
    named = known.select("deal_id", "entered", "expected_close", *carried, state=state).join(
        frame.filter(~pl.col("vague")).select(DEAL, "id", "closed"), left_on="deal_id", right_on="id", how="inner"
    )
    day = pl.col("entered").dt.date()
    named = named.filter(pl.col("closed").is_null() | (day < pl.col("closed")))
    if named["expected_close"].null_count() == named.height:
        return None
    named = named.sort(DEAL, "entered", "expected_close", *carried)
    # A date that was missing for a while stands until there is another one; a deal that is opened again begins anew.
    closed, dark = (pl.col("state") == "closed").fill_null(value=False), pl.col("expected_close").is_null()
    named = named.with_columns(spell=closed.cum_sum().over(DEAL), dark=dark & ~closed)
    again = pl.col("dark") & pl.col("dark").shift(1).over(DEAL, "spell").fill_null(value=False)
    named = named.filter(~again).with_columns(
        put=pl.col("expected_close").forward_fill().over(DEAL, "spell"),
        known_from=day,
        known_until=pl.coalesce(day.shift(-1).over(DEAL), "closed"),
        planned_before=pl.col("expected_close").is_not_null().cum_max().over(DEAL),
    )
    named = named.with_columns(
        was_expected=pl.col("put").shift(1).over(DEAL, "spell"),
        planned_before=pl.col("planned_before") & pl.col("dark"),
    )
    return named.filter(pl.col("state").ne_missing(pl.lit("closed"))).select(
        DEAL, "expected_close", *carried, "was_expected", "known_from", "known_until", "planned_before"
    )
