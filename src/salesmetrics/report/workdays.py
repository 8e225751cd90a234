"""Working days of reps: what activity per day is divided by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.report.clocks import clock, comparable

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["rep_days", "with_gaps"]

OF_REP = ("owner_id", "team", "region", "manager")
FRIDAY = 5
PERSON = ("contact_id", "lead_id", "deal_id", "account_id")


def rep_days(activities: pl.DataFrame) -> pl.DataFrame | None:
    """One row per rep and working day.

    A rep works on every day from Monday to Friday between the first and the last activity under that name. Holidays and
    leave are not known; days before the first and after the last activity are not the rep's.

    Args:
        activities: Activities as of the day: ``owner`` (String), ``occurred`` (Datetime), ``held``, ``automated`` (Boolean).

    Returns:
        ``owner``, ``day`` (Date), and the owner id, team, region and manager of the rep where known. None without owners or days.
    """
    if not {"owner", "occurred"} <= set(activities.columns):
        return None
    done = activities.filter(
        pl.col("held") & ~pl.col("automated") & pl.col("owner").is_not_null() & pl.col("occurred").is_not_null()
    ).with_columns(day=pl.col("occurred").dt.date())
    attributes = [pl.col(name).min() for name in OF_REP if name in activities.columns]
    spans = done.group_by("owner", maintain_order=True).agg(
        pl.col("day").min().alias("first"), pl.col("day").max().alias("last"), *attributes
    )
    days = spans.with_columns(day=pl.date_ranges("first", "last")).drop("first", "last").explode("day")
    return days.filter(pl.col("day").dt.weekday() <= FRIDAY)


def with_gaps(activities: pl.DataFrame) -> pl.DataFrame:
    """Activities with what follow-up is measured on.

    Args:
        activities: Activities as of the day: ``outbound``, ``held``, ``automated`` (Boolean), ``occurred`` (Datetime) and
            any of ``contact_id``, ``lead_id``, ``deal_id``, ``account_id`` (String).

    Returns:
        The activities with ``gap`` (Int64: calendar days since the outbound touch before it of the same lead or else
        deal; null where there was none), ``record`` (that lead or deal), and ``person`` (String: the contact, else the lead, deal or account).
    """
    have = [name for name in PERSON if name in activities.columns]
    if not have or "occurred" not in activities.columns:
        return activities
    frame = activities.with_columns(person=_first_known(have))
    records = [name for name in ("lead_id", "deal_id") if name in have]
    if not records:
        return frame
    frame = frame.with_columns(record=_first_known(records))
    owner = pl.col("owner") if "owner" in frame.columns else pl.lit(None, dtype=pl.String).alias("owner")
    exact = comparable((frame, "occurred"))
    touched = (
        frame.with_row_index("__touch__")
        .filter(pl.col("outbound") & pl.col("occurred").is_not_null())
        .select("__touch__", "record", owner, day=pl.col("occurred").dt.date(), at=clock("occurred", exact=exact))
        .filter(pl.col("record").is_not_null())
        .sort("record", "at", "owner", "__touch__")
        .with_columns(gap=(pl.col("day") - pl.col("day").shift()).dt.total_days().over("record"))
    )
    indexed = frame.with_row_index("__touch__").join(
        touched.select("__touch__", "gap"), on="__touch__", how="left", maintain_order="left"
    )
    return indexed.drop("__touch__")


def _first_known(names: Sequence[str]) -> pl.Expr:
    """The first id that is there, with what it is an id of: a lead and a deal may share a number."""
    return pl.coalesce([pl.lit(f"{name}:") + pl.col(name) for name in names])
