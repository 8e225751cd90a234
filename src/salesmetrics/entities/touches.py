"""Leads and the first time that a person reached out to them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar import Change, clock_changes, utc_of_wall
from salesmetrics.calendar.business_hours import at_changes, business_hours, seconds_between
from salesmetrics.entities.activities import INSTANT, end_of
from salesmetrics.entities.clocks import clock, comparable, has_times
from salesmetrics.entities.currency import UNRATED
from salesmetrics.schema.clock import utc_name
from salesmetrics.schema.findings import finding

if TYPE_CHECKING:
    from datetime import date

    from salesmetrics.metrics.settings import Settings
    from salesmetrics.schema.provenance import Finding


__all__ = ["chances", "lead_touches", "touches_of_leads"]


LEAD = "__lead__"
BANDS = ((300, "1: within 5 minutes"), (3_600, "2: within 1 hour"), (86_400, "3: within 24 hours"))
"""Periods that answers are told apart by, in the order in which they are shown."""
LINKS = ("lead_id", "deal_id", "account_id")


def touches_of_leads(
    leads: pl.DataFrame, activities: pl.DataFrame, deals: pl.DataFrame | None = None
) -> pl.DataFrame | None:
    """The outbound touches that belong to a lead.

    An activity belongs to the lead that it names; else to the lead of the deal that it names; and where it names neither,
    to the lead of the account that it names if that account has one lead only.

    Args:
        leads: ``id``, ``deal_id``, ``account_id`` (String) where known, and ``__lead__``, the position of the lead.
        activities: ``outbound`` (Boolean), ``occurred`` (Datetime), ``lead_id``, ``deal_id``, ``account_id`` (String).
        deals: ``id`` and ``lead_id`` (String) of the deals that name a lead.

    Returns:
        ``__lead__`` and ``occurred``, with its instant where known, one row per touch; None when no activity of any sort belongs to a lead.
    """
    names = [name for name in LINKS if name in activities.columns]
    if not names or "occurred" not in activities.columns:
        return None
    keys = {"lead_id": _index(leads, "id"), "deal_id": _deal_index(leads, deals), "account_id": _accounts(leads)}
    times = ["occurred", *(name for name in (utc_name("occurred"),) if name in activities.columns)]
    frame = activities.select(*times, "outbound", *names)
    found = []
    for name in names:
        index = keys[name]
        if index is not None:
            target = f"__by_{name}__"
            found.append(target)
            frame = frame.join(index.rename({LEAD: target}), on=name, how="left", maintain_order="left")
    if "__by_account_id__" in found:
        vague = pl.all_horizontal(
            [pl.col(n).is_null() for n in ("lead_id", "deal_id") if n in names] or [pl.lit(value=True)]
        )
        frame = frame.with_columns(pl.when(vague).then(pl.col("__by_account_id__")))
    if not found:
        return None
    linked = frame.with_columns(pl.coalesce(found).alias(LEAD)).filter(pl.col(LEAD).is_not_null())
    if linked.is_empty():
        return None
    return linked.filter(pl.col("outbound") & pl.col("occurred").is_not_null()).select(LEAD, *times)


def _index(leads: pl.DataFrame, column: str) -> pl.DataFrame | None:
    if column not in leads.columns:
        return None
    named = leads.select(pl.col(column).alias("lead_id"), LEAD).drop_nulls()
    return named.unique("lead_id", keep="first", maintain_order=True)


def _deal_index(leads: pl.DataFrame, deals: pl.DataFrame | None) -> pl.DataFrame | None:
    parts = []
    if "deal_id" in leads.columns:
        parts.append(leads.select("deal_id", LEAD).drop_nulls())
    ids = _index(leads, "id")
    if deals is not None and ids is not None and {"id", "lead_id"} <= set(deals.columns):
        named = deals.select(pl.col("id").alias("deal_id"), "lead_id").drop_nulls()
        parts.append(named.join(ids, on="lead_id", how="inner", maintain_order="left").select("deal_id", LEAD))
    return pl.concat(parts).unique("deal_id", keep="first", maintain_order=True) if parts else None


def _accounts(leads: pl.DataFrame) -> pl.DataFrame | None:
    if "account_id" not in leads.columns:
        return None
    named = leads.select("account_id", LEAD).drop_nulls()
    return named.filter(pl.col("account_id").is_unique())


def lead_touches(
    leads: pl.DataFrame,
    activities: pl.DataFrame | None,
    deals: pl.DataFrame | None,
    as_of: date,
    settings: Settings,
    zone: str | None = None,
) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Leads with their first touch by a person and how long it took.

    Args:
        leads: Leads as of the day, ``created`` (Datetime) among their columns. Where no activity belongs to a lead, their
            own ``first_response_at`` is the first touch.
        activities: Activities as of the day, with ``outbound``.
        deals: Deals, for activities that name a deal of a lead.
        as_of: The day.
        settings: ``follow_up_days`` and ``business_hours``.
        zone: The zone that days and opening hours are of, where one is named.

    Returns:
        The leads that have a creation date, with ``first_touch``, ``last_touch`` (Datetime), ``response``, ``waited`` and
        ``since_touch`` (Int64 seconds from creation to the first touch, from creation to the end of the day, and from
        the first touch to it; the first two on the clock of the business hours), ``response_band`` (String, to group by),
        ``timed`` (Boolean: times of day are known) and, from activities, ``further_touches`` (Int64). None where neither source is there.
    """
    if "created" not in leads.columns:
        return None, []
    order = [name for name in ("created", "id") if name in leads.columns]
    frame = leads.filter(pl.col("created").is_not_null()).sort(order).with_row_index(LEAD)
    touches = None if activities is None else touches_of_leads(frame, activities, deals)
    if touches is None:
        if "first_response_at" not in leads.columns:
            return None, []
        answered = frame.filter(pl.col("first_response_at").is_not_null())
        names = {"first_response_at": "occurred", utc_name("first_response_at"): utc_name("occurred")}
        touches = answered.select(LEAD, *(pl.col(old).alias(new) for old, new in names.items() if old in frame.columns))
        further = False
    else:
        further = True
    timed = has_times(frame["created"]) and (touches.is_empty() or has_times(touches["occurred"]))
    exact = timed and comparable((frame, "created"), (touches, "occurred"))
    if not timed:
        frame = frame.with_columns(pl.col("created").dt.truncate("1d").cast(INSTANT).alias("__start__"))
        touches = touches.with_columns(pl.col("occurred").dt.truncate("1d"))
    else:
        frame = frame.with_columns(clock("created", exact=exact).cast(INSTANT).alias("__start__"))
    touches = touches.with_columns(clock("occurred", exact=exact).cast(INSTANT).alias("__at__"))
    made = _with_first(frame, touches, settings.follow_up_days)
    made = _with_clock(made, as_of, settings, zone if timed else None, exact=exact)
    made = made.with_columns(timed=pl.lit(value=timed), response_band=_band(timed=timed)).drop(
        LEAD, "__start__", "__at__"
    )
    if "is_converted" not in made.columns:
        made = made.with_columns(is_converted=pl.lit(value=False))
    if not further:
        made = made.drop("further_touches")
    unnamed = _unnamed(activities) if further and activities is not None else []
    return made, unnamed if timed else [finding("response_in_days", kind="leads", count=frame.height), *unnamed]


def _with_first(frame: pl.DataFrame, touches: pl.DataFrame, days: int) -> pl.DataFrame:
    after = touches.join(frame.select(LEAD, "__start__"), on=LEAD).filter(pl.col("__at__") >= pl.col("__start__"))
    at, occurred = pl.col("__at__"), pl.col("occurred").cast(INSTANT)
    within = (at <= at.min() + pl.duration(days=days)).sum().cast(pl.Int64) - 1
    firsts = after.group_by(LEAD).agg(
        at.min(),
        first_touch=occurred.filter(at == at.min()).min(),
        last_touch=occurred.filter(at == at.max()).max(),
        further_touches=within,
    )
    return frame.join(firsts, on=LEAD, how="left", maintain_order="left")


def _with_clock(frame: pl.DataFrame, as_of: date, settings: Settings, zone: str | None, *, exact: bool) -> pl.DataFrame:
    """Seconds from one to the other, as instants where they are known; the day ends on the clock of its zone, or of the record."""
    hours = business_hours(settings.business_hours) if settings.business_hours else None
    end = pl.lit(end_of(as_of), dtype=INSTANT)
    start, first = pl.col("__start__"), pl.col("__at__")
    created, touched = (pl.col("created").cast(INSTANT), pl.col("first_touch")) if exact else (start, first)
    if hours is not None:  # they are those of a wall clock
        moved = _changes(frame, as_of, zone) if exact else []
        finish = utc_of_wall(end, zone) if zone is not None else end
        return frame.with_columns(
            response=(seconds_between(created, touched, hours) - at_changes(start, first, hours, moved)).cast(pl.Int64),
            waited=(seconds_between(created, end, hours) - at_changes(start, finish, hours, moved)).cast(pl.Int64),
            since_touch=_elapsed(touched, first, end, zone, exact=exact).cast(pl.Int64),
        )
    return frame.with_columns(
        response=seconds_between(start, first).cast(pl.Int64),
        waited=_elapsed(created, start, end, zone, exact=exact).cast(pl.Int64),
        since_touch=_elapsed(touched, first, end, zone, exact=exact).cast(pl.Int64),
    )


def _changes(frame: pl.DataFrame, as_of: date, zone: str | None) -> list[Change]:
    first = frame["created"].min()
    return clock_changes(zone, first.date(), as_of) if zone is not None and isinstance(first, datetime) else []


def _elapsed(wall: pl.Expr, at: pl.Expr, end: pl.Expr, zone: str | None, *, exact: bool) -> pl.Expr:
    """Seconds to the end of the day: of the day of the zone, else of the day of the record's own clock."""
    if exact and zone is not None:
        return seconds_between(at, utc_of_wall(end, zone))
    return seconds_between(wall, end)


def _band(*, timed: bool) -> pl.Expr:
    band = pl.lit("4: later")
    for seconds, name in reversed(BANDS if timed else BANDS[-1:]):
        band = pl.when(pl.col("response") <= seconds).then(pl.lit(name)).otherwise(band)
    return pl.when(pl.col("response").is_null()).then(pl.lit("5: not answered")).otherwise(band)


def _unnamed(activities: pl.DataFrame) -> list[Finding]:
    """Touches that count although nothing says whether a person made them."""
    if "is_automated" in activities.columns:
        return []
    known = [pl.col(name).is_not_null() for name in ("owner", "owner_id") if name in activities.columns]
    count = activities.filter(pl.col("outbound") & ~pl.any_horizontal([pl.lit(value=False), *known])).height
    if not count:
        return []
    return [finding("touches_of_nobody", kind="activities", count=count)]


# --- chances to sell: a lead together with its deal, or a deal without a lead, and what became of it unanswered ---


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
        *(name for name in (*SHARED, "id", "amount", UNRATED, "outcome", "created") if name in leads.columns),
        *("first_touch", "last_touch", "response"),
    )
    if "outcome" not in frame.columns:
        frame = frame.with_columns(outcome=pl.lit("open"))
    if deals is None or linked is None or linked.is_empty():
        return frame.drop("id", strict=False)
    known = [name for name in ("amount", "currency", UNRATED) if name in deals.columns]
    values = [pl.col(name).alias(f"__deal_{name}__") for name in known]
    of_deal = deals.select(pl.col("id").alias("deal"), pl.col("outcome").alias("__deal_outcome__"), *values)
    found = linked.join(of_deal.unique("deal", keep="first", maintain_order=True), on="deal").drop("deal")
    frame = frame.join(found, left_on="id", right_on="lead", how="left", maintain_order="left")
    worth = [
        pl.coalesce(f"__deal_{name}__", *([name] if name in frame.columns else [])).alias(name)
        for name in known
        if name != UNRATED
    ]
    # Where neither has an amount, a rate for either would have given one.
    unrated = [name for name in (UNRATED, f"__deal_{UNRATED}__") if name in frame.columns]
    worth += (
        [pl.any_horizontal(pl.col(name).fill_null(value=False) for name in unrated).alias(UNRATED)] if unrated else []
    )
    frame = frame.with_columns(*worth, outcome=pl.coalesce("__deal_outcome__", "outcome"))
    return frame.drop("id", "__deal_outcome__", *(f"__deal_{name}__" for name in known))


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
    names = [name for name in (*SHARED, "id", "amount", UNRATED, "outcome") if name in deals.columns]
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
