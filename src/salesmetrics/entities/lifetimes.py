"""From when to when somebody was a customer, and what they paid in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar.steps import days_later
from salesmetrics.entities.accounts import account_keys
from salesmetrics.entities.customers import DIMENSIONS, KEYS, TOLD, changes_of_levels, levels_after
from salesmetrics.entities.days import END, MONEY, START
from salesmetrics.schema.findings import finding
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from salesmetrics.calendar.windows import Window
    from salesmetrics.schema.provenance import Finding

__all__ = ["came_back", "customer_terms", "levels_of_customers", "nobody_left", "untold_ends"]


def customer_terms(
    customers: pl.DataFrame | None,
    changes: pl.DataFrame | None,
    as_of: date | None,
    names: pl.DataFrame | None = None,
    *,
    priced: bool = True,
) -> pl.DataFrame | None:
    """Customers with the days on which they were customers: a row for every period, several of one customer together.

    The end of a row is the last day paid, so the customer is gone on the day after it. Where the customers file says
    nothing of who left, and the revenue file does, that tells. The recurring revenue is that of the revenue file where it
    names the customer, else that of the customers file.

    Args:
        customers: Canonical customers with ``started`` (Date), or None.
        changes: Changes of recurring revenue, which tell the same where there is no such file.
        as_of: The day; customers who came later are left out, and those who leave later are still there.
        names: Ids of accounts by their plain names, of all files.
        priced: The changes are of a file of their own, so that they tell the recurring revenue of customers.

    Returns:
        ``account_key`` (String), ``started`` (Date), ``left`` (Date: the first day on which they no longer were customers,
        null for those still there), ``vague`` (Boolean: gone, and nobody knows when), ``listed`` (Boolean: there on the
        as-of date), and ``mrr`` (Decimal(38, 8)) where known; None where neither file tells.
    """
    if customers is None:
        return None if changes is None else _of_changes(changes)
    frame = _of_file(customers, as_of, names)
    if "potential" in frame.columns:
        frame = frame.with_columns(potential=_once())
    if "started" not in customers.columns and (changes is None or not priced):
        return frame.drop("started", "left", "vague")
    told = "started" in customers.columns and _ends_told(customers, frame)
    if changes is not None and priced:
        instead = not told and ("started" not in customers.columns or bool(changes[TOLD].all()))
        frame = _with_levels(frame, changes, instead=instead)
        told = bool(changes[TOLD].all()) if instead else told
    listed = pl.col("left").is_null() & ~pl.col("vague") & pl.col("started").is_not_null()
    if "started" in customers.columns:
        listed = pl.col("left").is_null() & ~pl.col("vague")
    return frame.with_columns(pl.lit(told).alias(TOLD), listed=listed)


def _of_file(customers: pl.DataFrame, as_of: date | None, names: pl.DataFrame | None) -> pl.DataFrame:
    there = set(customers.columns)
    frame = customers.with_columns(account_key=_key(customers, names))
    ended = pl.col("ended") if "ended" in there else pl.lit(None, dtype=pl.Date)
    left = days_later(ended)
    gone = pl.lit(value=False)
    if "state" in there:
        gone |= (pl.col("state") == "churned").fill_null(value=False)
    if "is_active" in there:
        gone |= (~pl.col("is_active")).fill_null(value=False)
    vague = gone & ended.is_null()
    if "started" not in there:
        frame = frame.with_columns(started=pl.lit(None, dtype=pl.Date))
    if as_of is not None:
        left = pl.when(left <= as_of).then(left)
        frame = frame.filter(pl.col("started").is_null() | (pl.col("started") <= as_of))
    return frame.with_columns(left=left, vague=vague)


def _key(customers: pl.DataFrame, names: pl.DataFrame | None) -> pl.Series:
    """The account of each row; a row that names none is one of its own."""
    numbers = pl.Series(range(customers.height), dtype=pl.UInt32)
    lone = pl.select(pl.format("\x00{}", numbers)).to_series()
    if not {"id", "name"} & set(customers.columns):
        return lone
    keys = account_keys(customers, names, ("id", "name")) if "name" in customers.columns else customers["id"]
    return keys.zip_with(keys.is_not_null(), lone)


def _ends_told(customers: pl.DataFrame, frame: pl.DataFrame) -> bool:
    """Whether a file says who left and when: by a day, or by a status of which nobody is gone."""
    if "ended" in customers.columns:
        return True
    said = [customers[name].is_not_null().any() for name in ("state", "is_active") if name in customers.columns]
    return any(said) and not frame["vague"].any()


def _once() -> pl.Expr:
    """The potential of a customer once, on the first row that gives it, however many rows repeat it."""
    given = pl.col("potential").is_not_null()
    first = given.cum_sum().over("account_key") == 1
    return pl.when(given & first).then("potential")


def _with_levels(frame: pl.DataFrame, changes: pl.DataFrame, *, instead: bool) -> pl.DataFrame:
    """Every row cut into periods of one recurring revenue, of the customers that the revenue file names.

    Args:
        frame: Customers with ``started`` and ``left``.
        changes: Changes of recurring revenue.
        instead: Only what the revenue file pays for makes a customer; others have no first day. Customers that the revenue
            file alone names are added.
    """
    levels = _segments(changes)
    if not instead:
        names = [name for name in KEYS if name in levels.columns]
        first = levels.group_by(names).agg(pl.col(START).min().alias(END))
        before = first.with_columns(pl.lit(None, dtype=pl.Date).alias(START), level=pl.lit(None, dtype=MONEY))
        levels = pl.concat([before.select(levels.columns), levels])
    else:
        levels = levels.filter(pl.col("level") > 0)
    levels = levels.rename({"currency": "__code__"}) if "currency" in levels.columns else levels
    named = pl.lit(value=True).alias("__named__")
    joined = frame.join(levels.with_columns(named), on="account_key", how="left", maintain_order="left")
    known = pl.col("__named__").fill_null(value=False)
    started = pl.when(pl.col("started").is_not_null()).then(pl.max_horizontal("started", START))
    if instead:
        started = pl.when(known).then(pl.col(START))
    joined = joined.with_columns(started=started, left=pl.min_horizontal("left", END))
    alone = pl.lit(None, dtype=MONEY) if "mrr" not in frame.columns else pl.col("mrr")
    level = pl.max_horizontal(pl.col("level"), pl.lit(0, dtype=MONEY))
    made = joined.with_columns(
        mrr=pl.when(known & pl.col("level").is_not_null()).then(level).when(~known).then(alone).cast(MONEY)
    )
    if "__code__" in made.columns:
        own = pl.col("currency") if "currency" in frame.columns else pl.lit(None, dtype=pl.String)
        made = made.with_columns(currency=pl.when(known).then("__code__").otherwise(own))
    empty = (pl.col("left") <= pl.col("started")).fill_null(value=False)
    made = made.filter(~(known & empty)).drop(START, END, "level", "__named__", "__code__", strict=False)
    if "potential" in made.columns:
        made = made.with_columns(potential=_once())
    if not instead:
        return made
    others = _of_changes(changes.filter(~pl.col("account_key").is_in(frame["account_key"].unique().implode())))
    return pl.concat([made, others.drop(TOLD, "listed")], how="diagonal_relaxed")


def _segments(changes: pl.DataFrame) -> pl.DataFrame:
    """The ranges of days on which each customer has one level."""
    names = [name for name in KEYS if name in changes.columns]
    levels = levels_after(changes, names)
    return levels.select(*names, pl.col("day").alias(START), pl.col("day").shift(-1).over(names).alias(END), "level")


def _of_changes(changes: pl.DataFrame) -> pl.DataFrame:
    alike = [
        pl.when(pl.col(name).drop_nulls().n_unique() == 1).then(pl.col(name).max()).alias(name)
        for name in DIMENSIONS
        if name in changes.columns
    ]
    attributes = changes.group_by("account_key").agg(alike)
    levels = _segments(changes).filter(pl.col("level") > 0)
    made = levels.rename({START: "started", END: "left", "level": "mrr"})
    made = made.join(attributes, on="account_key", how="left", maintain_order="left")
    return made.with_columns(
        pl.lit(bool(changes[TOLD].all())).alias(TOLD), vague=pl.lit(value=False), listed=pl.col("left").is_null()
    )


def levels_of_customers(
    customers: pl.DataFrame, as_of: date | None, names: pl.DataFrame | None = None
) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Changes of recurring revenue from a list of customers with a first day, a last day paid and a recurring revenue.

    Where the list shows no revenue of customers who left, as CRMs that only keep today's do, what they paid is not known,
    and nothing is made of it.

    Args:
        customers: Canonical customers.
        as_of: The day; later changes are left out.
        names: Ids of accounts by their plain names.
    """
    if not {"started", "ended", "mrr"} <= set(customers.columns):
        return None, []
    frame = _of_file(customers, as_of, names)
    paid = (pl.col("mrr") > 0).fill_null(value=False)
    if frame.filter(pl.col("ended").is_not_null() & ~paid).height:
        return None, []
    kept = frame.filter(~pl.col("vague") & pl.col("mrr").is_not_null())
    spans = kept.with_columns(pl.col("started").alias(START), pl.col("left").alias(END))
    made = changes_of_levels(spans)
    made = made if as_of is None else made.filter(pl.col("day") <= as_of)
    note = finding("levels_from_customers", kind="customers", count=kept.height)
    return made.with_columns(pl.lit(value=True).alias(TOLD)), [note] if kept.height else []


def untold_ends(entities: Mapping[str, pl.DataFrame]) -> tuple[Withheld, ...]:
    """That nobody knows who left, where no file says it."""
    facts = {"customers": "left", "revenue": "level_ends"}
    frames = {kind: entities[kind] for kind in facts if kind in entities and TOLD in entities[kind].columns}
    return tuple(Withheld(kind, facts[kind], "no_end_dates") for kind, frame in frames.items() if not frame[TOLD].all())


def nobody_left(entities: Mapping[str, pl.DataFrame], window: Window) -> list[Finding]:
    """That not one customer of a file ever left: often such a list holds those only who are there.

    Args:
        entities: ``customers`` among them, where a file tells.
        window: The period of retention; without customers on its eve there is nothing to say.
    """
    customers = entities.get("customers")
    if customers is None or TOLD not in customers.columns or window.start is None or not customers[TOLD].all():
        return []
    ended = ["left", *(name for name in ("ended",) if name in customers.columns)]
    if customers["vague"].any() or customers.select(pl.any_horizontal(pl.col(ended).is_not_null().any())).item():
        return []
    before = customers.filter(pl.col("started") < window.start)["account_key"].n_unique()
    return [finding("nobody_left", kind="customers", count=before)] if before else []


def came_back(entities: Mapping[str, pl.DataFrame], window: Window) -> list[Finding]:
    """That customers left and came back within the period, which retention does not count.

    Args:
        entities: ``customers`` among them, where a file tells.
        window: The period.
    """
    customers = entities.get("customers")
    if customers is None or TOLD not in customers.columns or window.start is None or window.end is None:
        return []
    stays = customers.filter(~pl.col("vague") & pl.col("started").is_not_null())
    if "mrr" in stays.columns:
        stays = stays.filter(pl.col("mrr").is_null() | (pl.col("mrr") > 0))
    merged = _merged(stays)
    inside = merged.filter((pl.col("left") >= window.start) & (pl.col("left") < window.end))
    there = merged.filter(
        (pl.col("started") < window.end) & (pl.col("left").is_null() | (pl.col("left") >= window.end))
    )
    before = merged.filter(
        (pl.col("started") < window.start) & (pl.col("left").is_null() | (pl.col("left") >= window.start))
    )
    again = set(inside["account_key"]) & set(there["account_key"]) & set(before["account_key"])
    if not again:
        return []
    return [finding("customers_came_back", kind="customers", count=len(again))]


def _merged(stays: pl.DataFrame) -> pl.DataFrame:
    """Periods of one customer that touch or overlap as one."""
    ordered = stays.select("account_key", "started", "left").sort("account_key", "started")
    end = pl.col("left").fill_null(pl.date(9999, 1, 1)).cum_max()
    ordered = ordered.with_columns(reach=end.shift(1).over("account_key"))
    ordered = ordered.with_columns(
        stay=(pl.col("reach").is_null() | (pl.col("started") > pl.col("reach"))).cum_sum().over("account_key")
    )
    last = pl.when(pl.col("left").is_null().any()).then(None).otherwise(pl.col("left").max())
    return ordered.group_by("account_key", "stay").agg(pl.col("started").min(), left=last)
