"""Reps: the days on which they were there, how long they had been, and whether they are up to speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.report.days import END, START, by_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["TENURE_BANDS", "rep_calendar", "staff_view", "with_tenure"]

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
        as_of: The day the report speaks for.

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
    after = pl.min_horizontal(left.fill_null(as_of), pl.lit(as_of)).dt.offset_by("1d")
    spans = reps.filter(pl.col("owner").is_not_null() & (active | left.is_not_null()))
    spans = spans.select(*keep, begin.alias("__begin__"), after.alias("__after__"))
    spans = spans.filter(pl.col("__begin__") < pl.col("__after__"))
    months = pl.DataFrame({START: pl.date_range(first.replace(day=1), as_of, "1mo", eager=True)})
    months = months.with_columns(pl.col(START).dt.offset_by("1mo").alias(END), month_share=pl.lit(1, dtype=MONTHS))
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
        band = pl.when(day < hired.dt.offset_by(f"{months}mo")).then(pl.lit(name)).otherwise(band)
    return pl.when(day >= hired).then(band).alias("tenure")
