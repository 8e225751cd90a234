"""Reps: the days on which they were there, how long they had been, and whether they are up to speed."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.calendar.steps import (
    beginning,
    day_after,
    days_after,
    days_later,
    first_of_month,
    month_after,
    months_later,
    months_of,
)
from salesmetrics.entities.days import END, PARTS, START, UNITS, by_day

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "RAMP_MONTHS",
    "RAMP_SHARE",
    "TENURE_BANDS",
    "ramps",
    "rep_calendar",
    "staff_view",
    "training_arms",
    "with_tenure",
]


MONTHS = pl.Decimal(38, 12)
"""Shares of months: of a single day of work, eight decimals would shift a cost per month by cents."""

TENURE_BANDS = ("0-3", "3-6", "6-12", "12-24", "24+")
"""Bands of months since a rep was hired, each from its first number up to but not including its second."""

BAND_STARTS = (3, 6, 12, 24)

MOMENTS: Mapping[str, tuple[str, ...]] = {
    "deals": ("closed", "created"),
    "leads": ("created",),
    "activities": ("occurred",),
    "invoices": ("issued",),
    "quotas": ("day",),
    "costs": ("day",),
    "rep_calendar": ("day",),
    "surveys": ("answered",),
}
"""The day on which tenure is asked for: of a deal its close, while it is open its creation."""


def staff_view(reps: pl.DataFrame, as_of: date | None) -> pl.DataFrame:
    """Reps as other files name them, without those who are hired later.

    Args:
        reps: Canonical reps.
        as_of: The report date.

    Returns:
        The reps with ``owner``: the name, else the id.
    """
    names = [name for name in ("name", "id", "email") if name in reps.columns]
    if not names:
        return reps
    frame = reps.with_columns(owner=pl.coalesce(names))
    if as_of is None or "hired" not in reps.columns:
        return frame
    return frame.filter(pl.col("hired").is_null() | (pl.col("hired") <= as_of))


def rep_calendar(reps: pl.DataFrame, first: date, as_of: date) -> pl.DataFrame | None:
    """One row per rep and day of being employed, from the first day that the data speak of to the as-of date.

    A rep without a hire date was there from the beginning. One without a last day is there still, unless marked as
    inactive: then nobody knows how long, and the rep is left out.

    Args:
        reps: Reps with ``owner``; ``hired``, ``left`` (Date) and ``is_active`` (Boolean) where known.
        first: The first day of the data.
        as_of: The last one.

    Returns:
        ``owner``, ``day`` (Date) and ``month_share`` (Decimal(38, 12)): the day as a share of its calendar month, so that
        a whole month adds up to exactly 1; and the dimensions and the
        row numbers of the reps.
    """
    if "owner" not in reps.columns or first > as_of:
        return None
    there = set(reps.columns)
    names = ("owner_id", "team", "region", "manager", "role", "__row__", "__file__")
    keep = ["owner", *(name for name in names if name in there)]
    hired = pl.col("hired") if "hired" in there else pl.lit(None, dtype=pl.Date)
    left = pl.col("left") if "left" in there else pl.lit(None, dtype=pl.Date)
    active = pl.col("is_active").fill_null(value=True) if "is_active" in there else pl.lit(value=True)
    begin = pl.max_horizontal(hired.fill_null(first), pl.lit(first))
    after = days_later(pl.min_horizontal(left.fill_null(as_of), pl.lit(as_of)))
    spans = reps.filter(pl.col("owner").is_not_null() & (active | left.is_not_null()))
    spans = spans.select(*keep, begin.alias("__begin__"), after.alias("__after__"))
    spans = spans.filter(pl.col("__begin__") < pl.col("__after__"))
    months = pl.DataFrame({START: months_of(first, as_of)}, schema={START: pl.Date})
    months = months.with_columns(months_later(pl.col(START)).alias(END), month_share=pl.lit(1, dtype=MONTHS))
    days = by_day(months, "month_share", MONTHS).select("day", "month_share")
    ranges = pl.date_ranges("__begin__", "__after__", closed="left")
    return spans.select(*keep, ranges.alias("day")).explode("day").join(days, on="day", how="left")


def with_tenure(frame: pl.DataFrame, entity: str, reps: pl.DataFrame) -> pl.DataFrame:
    """The frame with ``tenure``: the band of months that its owner had been there on the day of the record.

    Args:
        frame: A frame with ``owner`` and a day.
        entity: Its name, which says what that day is.
        reps: Reps with ``owner`` and ``hired``; a name that stands for two people tells nothing.

    Returns:
        The frame; unchanged where it does not name owners and days.
    """
    moments = [pl.col(name).cast(pl.Date) for name in MOMENTS.get(entity, ()) if name in frame.columns]
    if not moments or "owner" not in frame.columns:
        return frame
    known = reps.select("owner", "hired").drop_nulls().unique()
    known = known.filter(pl.col("owner").is_unique())
    hired = pl.col("owner").replace_strict(known["owner"], known["hired"], default=None, return_dtype=pl.Date)
    return frame.with_columns(tenure=tenure_band(hired, pl.coalesce(moments)))


def tenure_band(hired: pl.Expr, day: pl.Expr) -> pl.Expr:
    """The band of whole months from one day to another; null before the first.

    >>> from datetime import date
    >>> days = pl.DataFrame({"hired": [date(2026, 1, 31)] * 3, "day": [date(2026, 4, 29), date(2026, 4, 30), date(2026, 1, 1)]})
    >>> days.select(tenure_band(pl.col("hired"), pl.col("day"))).to_series().to_list()
    ['0-3', '3-6', None]
    """
    band = pl.lit(TENURE_BANDS[-1])
    for months, name in reversed(list(zip(BAND_STARTS, TENURE_BANDS[:-1], strict=True))):
        band = pl.when(day < months_later(hired, months)).then(pl.lit(name)).otherwise(band)
    return pl.when(day >= hired).then(band).alias("tenure")


# --- how long new reps take to get up to speed, and what happened around a training ---


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
        targets: ``owner``, ``day``, ``quota`` and ``won``, as :func:`salesmetrics.entities.quotas.rep_targets` gives them.
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
        .group_by("owner", beginning(pl.col("day"), "1mo").alias("month"))
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
        seen = isinstance(first_target, date) and begin >= first_of_month(first_target)
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
    while month_after(month) <= day_after(end):
        recent = [*recent, sold.get((owner, month), (0, 0))][-RAMP_MONTHS:]
        count, month = count + 1, month_after(month)
        won, quota = sum(w for w, _ in recent), sum(q for _, q in recent)
        if len(recent) == RAMP_MONTHS and quota > 0 and won * RAMP_SHARE[1] >= quota * RAMP_SHARE[0]:
            return count, True
    return count, False


def _month_on_or_after(day: date) -> date:
    return day if day.day == 1 else month_after(day)


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
    parts = []
    for day in dates:
        since, until = days_after(day, -days), days_after(day, days)
        near = decided.filter((pl.col("closed") >= since) & (pl.col("closed") < until))
        arm = pl.col("trained") == day
        other = pl.col("trained").is_null() | (pl.col("trained") >= until)
        parts.append(
            near.filter(arm.fill_null(value=False) | other).with_columns(
                trained_arm=arm.fill_null(value=False), after=pl.col("closed") >= day, won=pl.col("outcome") == "won"
            )
        )
    return pl.concat(parts)
