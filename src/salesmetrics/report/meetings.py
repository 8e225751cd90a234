"""Meetings and whether something came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.report.activity_view import INSTANT, end_of
from salesmetrics.report.clocks import clock, comparable, has_times

if TYPE_CHECKING:
    from datetime import date

__all__ = ["meeting_outcomes"]

MEETING = "__meeting__"


def meeting_outcomes(
    activities: pl.DataFrame,
    deals: pl.DataFrame,
    stages: pl.DataFrame | None,
    leads: pl.DataFrame | None,
    as_of: date,
    days: int,
) -> pl.DataFrame | None:
    """Meetings held, each with whether progress followed within some days.

    Progress is the win of the meeting's deal; its entry into a stage where it had not been before, unless lost deals
    stand in that stage; another deal of the meeting's account or lead; or the conversion of its lead. A day is enough:
    what happens later on the day of the meeting counts, and a stage entered before the meeting on that day does not.

    Args:
        activities: Activities as of the day, with ``type``, ``occurred``, ``held``, ``automated`` and any of ``deal_id``,
            ``lead_id``, ``account_id``.
        deals: Deals as of the day: ``id``, ``outcome``, ``created``, ``closed``, ``stage``, ``account_id``, ``lead_id``.
        stages: Moves into stages: ``deal_id``, ``stage``, ``entered``.
        leads: Leads as of the day: ``id``, ``converted_at``.
        as_of: The day.
        days: Days after the meeting in which progress counts.

    Returns:
        The meetings with ``linked``, ``ripe`` (the days have passed) and ``progressed`` (Boolean). None where no meeting
        can be linked.
    """
    if not {"type", "occurred"} <= set(activities.columns):
        return None
    met = activities.filter(
        (pl.col("type") == "meeting") & pl.col("held") & ~pl.col("automated") & pl.col("occurred").is_not_null()
    ).with_row_index(MEETING)
    links = _links(met, deals, leads)
    if not links:
        return None
    events = [
        *_deal_events(met, deals),
        *_stage_events(met, deals, stages, as_of),
        *_new_deals(met, deals),
        *_converted(met, leads, as_of),
    ]
    start = pl.col("occurred")
    within = (pl.col("at") >= start) & (pl.col("at") <= start + pl.duration(days=days))
    daily = (pl.col("on") >= start.dt.date()) & (pl.col("on") <= (start + pl.duration(days=days)).dt.date())
    daily = daily & (pl.col("on") <= as_of)
    hits = [frame.filter(within if "at" in frame.columns else daily).select(MEETING) for frame in events]
    progressed = pl.concat(hits)[MEETING].unique() if hits else pl.Series([], dtype=pl.UInt32)
    return met.with_columns(
        linked=pl.any_horizontal(links),
        ripe=start + pl.duration(days=days) < end_of(as_of),
        progressed=pl.col(MEETING).is_in(progressed.implode()),
    ).drop(MEETING)


def _links(met: pl.DataFrame, deals: pl.DataFrame, leads: pl.DataFrame | None) -> list[pl.Expr]:
    """What makes a meeting a linked one: its deal is there, or its lead or account can have deals."""
    links = []
    if "deal_id" in met.columns and "id" in deals.columns:
        links.append(pl.col("deal_id").is_in(deals["id"].drop_nulls().unique().implode()).fill_null(value=False))
    if "lead_id" in met.columns and (
        "lead_id" in deals.columns or (leads is not None and "converted_at" in leads.columns)
    ):
        links.append(pl.col("lead_id").is_not_null())
    if "account_id" in met.columns and "account_id" in deals.columns:
        links.append(pl.col("account_id").is_not_null())
    return links


def _deal_events(met: pl.DataFrame, deals: pl.DataFrame) -> list[pl.DataFrame]:
    if "deal_id" not in met.columns or not {"id", "closed"} <= set(deals.columns):
        return []
    won = deals.filter(pl.col("outcome") == "won").select(pl.col("id").alias("deal_id"), pl.col("closed").alias("on"))
    return [_joined(met, won, "deal_id")]


def _stage_events(
    met: pl.DataFrame, deals: pl.DataFrame, stages: pl.DataFrame | None, as_of: date
) -> list[pl.DataFrame]:
    if stages is None or "deal_id" not in met.columns or not {"deal_id", "stage", "entered"} <= set(stages.columns):
        return []
    exact = has_times(stages["entered"].drop_nulls()) and comparable((met, "occurred"), (stages, "entered"))
    days = pl.col("entered").cast(INSTANT)
    moves = stages.filter(days < end_of(as_of)).select(
        "deal_id", "stage", at=clock("entered", exact=exact).cast(INSTANT)
    )
    moves = moves.drop_nulls()
    first = moves.group_by("deal_id", "stage", maintain_order=True).agg(pl.col("at").min())
    # The stage in which a deal begins is no advance.
    later = first.filter(pl.col("at") > pl.col("at").min().over("deal_id"))
    if "stage" in deals.columns:
        bad = deals.filter(pl.col("outcome").is_in(["lost", "other"]))["stage"].drop_nulls().unique()
        good = deals.filter(pl.col("outcome").is_in(["won", "open"]))["stage"].drop_nulls().unique()
        ends = bad.filter(~bad.is_in(good.implode()))
        later = later.filter(~pl.col("stage").is_in(ends.implode()))
    if not exact and not has_times(moves["at"]):  # days without times of day
        return [_joined(met, later.select("deal_id", pl.col("at").dt.date().alias("on")), "deal_id")]
    return [_joined(met, later.select("deal_id", "at"), "deal_id", exact=exact)]


def _new_deals(met: pl.DataFrame, deals: pl.DataFrame) -> list[pl.DataFrame]:
    if "created" not in deals.columns:
        return []
    own = pl.col("deal_id") if "deal_id" in met.columns else pl.lit(None, dtype=pl.String)
    other = pl.col("id") if "id" in deals.columns else pl.lit(None, dtype=pl.String)
    events = []
    for name in ("account_id", "lead_id"):
        if name in met.columns and name in deals.columns:
            started = deals.select(name, other.alias("__new__"), pl.col("created").alias("on"))
            found = (
                met.with_columns(own.alias("__own__"))
                .select(MEETING, "occurred", "__own__", name)
                .join(started, on=name)
            )
            same = (pl.col("__own__") == pl.col("__new__")).fill_null(value=False)
            events.append(found.filter(~same).select(MEETING, "occurred", "on"))
    return events


def _converted(met: pl.DataFrame, leads: pl.DataFrame | None, as_of: date) -> list[pl.DataFrame]:
    if leads is None or "lead_id" not in met.columns or not {"id", "converted_at"} <= set(leads.columns):
        return []
    exact = comparable((met, "occurred"), (leads, "converted_at"))
    known = leads.filter(pl.col("converted_at").cast(INSTANT) < end_of(as_of))
    at = clock("converted_at", exact=exact).cast(INSTANT)
    done = known.select(pl.col("id").alias("lead_id"), at=at).drop_nulls()
    return [_joined(met, done, "lead_id", exact=exact)]


def _joined(met: pl.DataFrame, events: pl.DataFrame, key: str, *, exact: bool = False) -> pl.DataFrame:
    return (
        met.select(MEETING, clock("occurred", exact=exact).alias("occurred"), key)
        .join(events.drop_nulls(), on=key)
        .drop(key)
    )
