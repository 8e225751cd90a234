"""How long new reps take to get up to speed, and what happened around a training."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.report.days import PARTS, UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RAMP_MONTHS", "RAMP_SHARE", "ramps", "training_arms"]

RAMP_MONTHS = 3
"""Months over which sales and target are compared."""

RAMP_SHARE = (4, 5)
"""The share of the target at which a rep is up to speed: 80 %."""


def ramps(reps: pl.DataFrame, targets: pl.DataFrame, as_of: date) -> pl.DataFrame | None:
    """Per rep the months from being hired to selling at speed, or to the as-of date for those who are not there yet.

    Months are whole calendar months, the first one beginning on or after the day of hire. A rep is up to speed at the
    end of the first three of them in a row in which the won deals reach 80 % of the quota. Three months with no quota
    cannot be judged and are passed over.

    Args:
        reps: ``owner``, ``hired`` and, where known, ``left`` (Date) and dimensions.
        targets: ``owner``, ``day``, ``quota`` and ``won``, as :func:`salesmetrics.report.quotas.rep_targets` gives them.
        as_of: The day up to which sales are known.

    Returns:
        The reps whose first months lie inside the quotas, with ``months`` (Int64) and ``ramped`` (Boolean), and those
        hired before, with ``months`` null. None where nobody's day of hire is known.
    """
    if "hired" not in reps.columns or "owner" not in reps.columns or targets.is_empty():
        return None
    named = reps.filter(pl.col("owner").is_not_null() & pl.col("hired").is_not_null())
    if named.is_empty():
        return None
    quota = UNITS if UNITS in targets.columns else "quota"
    parts = int(targets[PARTS][0]) if quota == UNITS else 1
    monthly = (
        _of_quota_currency(targets)
        .group_by("owner", pl.col("day").dt.truncate("1mo").alias("month"))
        .agg(pl.col(quota).sum().alias("quota"), pl.col("won").sum())
    )
    first_target = targets.filter(pl.col("quota") > 0)["day"].min()
    sold = {
        (row["owner"], row["month"]): (row["won"], Fraction(row["quota"]) / parts)
        for row in monthly.iter_rows(named=True)
    }
    rows = []
    for row in named.iter_rows(named=True):
        begin = _month_on_or_after(row["hired"])
        end = min(row.get("left") or as_of, as_of)
        seen = isinstance(first_target, date) and begin >= first_target.replace(day=1)
        rows.append(_ramp(row["owner"], begin, end, sold) if seen else (None, None))
    months, ramped = zip(*rows, strict=True)
    return named.with_columns(pl.Series("months", months, pl.Int64), pl.Series("ramped", ramped, pl.Boolean))


def _of_quota_currency(targets: pl.DataFrame) -> pl.DataFrame:
    """Sales and quotas in the currency of the rep's quota; a rep with quotas in several cannot be judged."""
    if "currency" not in targets.columns:
        return targets
    coded = targets.filter(pl.col("quota") > 0).select("owner", "currency").unique()
    coded = coded.filter(pl.col("owner").is_unique())
    return targets.join(coded, on=["owner", "currency"], how="semi", nulls_equal=True)


def _ramp(owner: str, begin: date, end: date, sold: Mapping[tuple[str, date], Any]) -> tuple[int, bool]:
    count, month = 0, begin
    recent: list[tuple[Any, Any]] = []
    while _next_month(month) <= end + timedelta(days=1):
        recent = [*recent, sold.get((owner, month), (0, 0))][-RAMP_MONTHS:]
        count, month = count + 1, _next_month(month)
        won, quota = sum(w for w, _ in recent), sum(q for _, q in recent)
        if len(recent) == RAMP_MONTHS and quota > 0 and won * RAMP_SHARE[1] >= quota * RAMP_SHARE[0]:
            return count, True
    return count, False


def _month_on_or_after(day: date) -> date:
    return day if day.day == 1 else _next_month(day)


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def training_arms(reps: pl.DataFrame, deals: pl.DataFrame, days: int) -> pl.DataFrame | None:
    """Deals decided around trainings, by those who were trained and, in the same days, by those who were not.

    Each day on which somebody was trained has its own two windows: so many days before it, and as many from it on. The
    others are those never trained, or trained only after the second window.

    Args:
        reps: ``owner`` and ``trained`` (Date).
        deals: ``owner``, ``outcome`` and ``closed``, and dimensions.
        days: Length of a window.

    Returns:
        The won and lost deals of the windows with ``trained_arm``, ``after`` and ``won`` (Boolean); a deal stands in it
        once for every training that it is compared for. None where nobody was trained.
    """
    if not {"owner", "trained"} <= set(reps.columns) or not {"owner", "outcome", "closed"} <= set(deals.columns):
        return None
    people = reps.select("owner", "trained").filter(pl.col("owner").is_not_null()).unique()
    people = people.filter(pl.col("owner").is_unique())
    dates = people["trained"].drop_nulls().unique().sort().to_list()
    if not dates:
        return None
    decided = deals.filter(pl.col("outcome").is_in(["won", "lost"]) & pl.col("closed").is_not_null())
    decided = decided.drop("trained", strict=False).join(people, on="owner", how="inner", maintain_order="left")
    window = timedelta(days=days)
    parts = []
    for day in dates:
        near = decided.filter((pl.col("closed") >= day - window) & (pl.col("closed") < day + window))
        arm = pl.col("trained") == day
        other = pl.col("trained").is_null() | (pl.col("trained") >= day + window)
        parts.append(
            near.filter(arm.fill_null(value=False) | other).with_columns(
                trained_arm=arm.fill_null(value=False), after=pl.col("closed") >= day, won=pl.col("outcome") == "won"
            )
        )
    return pl.concat(parts)
