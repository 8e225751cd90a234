"""Chances to sell: a lead together with its deal, or a deal without a lead, and what became of it unanswered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.report.activity_view import INSTANT, end_of
from salesmetrics.report.business_hours import business_hours, seconds_between

if TYPE_CHECKING:
    from datetime import date

    from salesmetrics.metrics.settings import Settings

__all__ = ["chances"]

SHARED = (
    "owner",
    "owner_id",
    "team",
    "region",
    "source",
    "campaign",
    "segment",
    "product",
    "currency",
    "response_band",
)
GONE = ("lost", "disqualified")
HOUR = 3_600


def chances(
    leads: pl.DataFrame | None,
    deals: pl.DataFrame | None,
    activities: pl.DataFrame | None,
    as_of: date,
    settings: Settings,
) -> pl.DataFrame | None:
    """Leads and deals with what they are worth, whether they are gone, and how they were answered.

    A deal that names a lead at hand, or that a lead names, is the same chance as the lead: the lead's creation starts the
    clock, the deal says what it was worth and what became of it.

    Args:
        leads: Leads with ``first_touch``, ``last_touch``, ``response`` (see ``lead_touches``), or None.
        deals: Deals as of the day, or None.
        activities: Activities as of the day: ``deal_id``, ``occurred``, ``outbound``.
        as_of: The day.
        settings: ``expired_days``, ``slow_response_hours``, ``business_hours``.

    Returns:
        One row per chance: ``created`` (Datetime), ``amount`` (Decimal), ``gone`` (Boolean: lost, disqualified, or open
        without a touch for ``expired_days``), ``answered`` and ``slow`` (Boolean), and the columns that people group by.
        None where nothing has an amount or nothing tells of touches.
    """
    parts = []
    linked = None if deals is None else _named_deals(deals, leads)
    if leads is not None:
        parts.append(_of_leads(leads, deals, linked))
    if deals is not None and activities is not None:
        alone = _of_deals(deals, linked, activities, settings)
        parts += [] if alone is None else [alone]
    parts = [part for part in parts if "amount" in part.columns]
    if not parts:
        return None
    frame = pl.concat(parts, how="diagonal_relaxed")
    limit = end_of(as_of)
    seen = pl.coalesce("last_touch", "created")
    expired = (pl.col("outcome").is_in(["open", "qualified"])) & (
        seen + pl.duration(days=settings.expired_days) < limit
    )
    return frame.with_columns(
        gone=pl.col("outcome").is_in(GONE) | expired.fill_null(value=False),
        answered=pl.col("first_touch").is_not_null(),
        slow=(pl.col("response") > settings.slow_response_hours * HOUR).fill_null(value=False),
    )


def _named_deals(deals: pl.DataFrame, leads: pl.DataFrame | None) -> pl.DataFrame:
    """Pairs of lead and deal: ``lead``, ``deal``; the first deal by id of each lead, and one lead per deal."""
    empty = pl.DataFrame(schema={"lead": pl.String, "deal": pl.String})
    if leads is None or "id" not in leads.columns or "id" not in deals.columns:
        return empty
    pairs = [empty]
    if "lead_id" in deals.columns:
        pairs.append(deals.select(lead="lead_id", deal="id"))
    if "deal_id" in leads.columns:
        pairs.append(leads.select(lead="id", deal="deal_id"))
    known = pl.concat(pairs).drop_nulls()
    known = known.join(leads.select(lead="id"), on="lead", how="semi").join(
        deals.select(deal="id"), on="deal", how="semi"
    )
    once = known.sort("lead", "deal").unique("lead", keep="first", maintain_order=True)
    return once.unique("deal", keep="first", maintain_order=True)


def _of_leads(leads: pl.DataFrame, deals: pl.DataFrame | None, linked: pl.DataFrame | None) -> pl.DataFrame:
    frame = leads.select(
        *(name for name in (*SHARED, "id", "amount", "outcome", "created") if name in leads.columns),
        *("first_touch", "last_touch", "response"),
    )
    if "outcome" not in frame.columns:
        frame = frame.with_columns(outcome=pl.lit("open"))
    if deals is None or linked is None or linked.is_empty():
        return frame.drop("id", strict=False)
    values = [pl.col(name).alias(f"__deal_{name}__") for name in ("amount", "currency") if name in deals.columns]
    of_deal = deals.select(pl.col("id").alias("deal"), pl.col("outcome").alias("__deal_outcome__"), *values)
    found = linked.join(of_deal.unique("deal", keep="first", maintain_order=True), on="deal").drop("deal")
    frame = frame.join(found, left_on="id", right_on="lead", how="left", maintain_order="left")
    worth = [
        pl.coalesce(f"__deal_{name}__", *([name] if name in frame.columns else [])).alias(name)
        for name in ("amount", "currency")
        if name in deals.columns
    ]
    frame = frame.with_columns(*worth, outcome=pl.coalesce("__deal_outcome__", "outcome"))
    return frame.drop("id", "__deal_outcome__", "__deal_amount__", "__deal_currency__", strict=False)


def _of_deals(
    deals: pl.DataFrame, linked: pl.DataFrame | None, activities: pl.DataFrame, settings: Settings
) -> pl.DataFrame | None:
    """Deals that belong to no lead at hand; None where no activity names a deal."""
    if not {"id", "created", "amount"} <= set(deals.columns) or not {"deal_id", "occurred"} <= set(activities.columns):
        return None
    if activities.join(deals.select(deal_id="id").drop_nulls(), on="deal_id", how="semi").is_empty():
        return None
    alone = (
        deals
        if linked is None
        else deals.join(linked, left_on="id", right_on="deal", how="anti", maintain_order="left")
    )
    names = [name for name in (*SHARED, "id", "amount", "outcome") if name in deals.columns]
    frame = alone.select(*names, created=pl.col("created").cast(INSTANT))
    touches = activities.filter(pl.col("outbound") & pl.col("occurred").is_not_null()).select(
        id="deal_id", at="occurred"
    )
    after = touches.join(frame.select("id", "created").drop_nulls(), on="id").filter(pl.col("at") >= pl.col("created"))
    first = after.group_by("id").agg(first_touch=pl.col("at").min(), last_touch=pl.col("at").max())
    hours = business_hours(settings.business_hours) if settings.business_hours else None
    # A deal is created on a day without a time: its response is counted in whole days.
    response = seconds_between(pl.col("created"), pl.col("first_touch").dt.truncate("1d"), hours)
    joined = frame.join(first, on="id", how="left", maintain_order="left")
    return joined.with_columns(response=response.cast(pl.Int64)).drop("id")
