"""Amounts that are given for a period, day by day: so that any other period can be made of them."""

from __future__ import annotations

from decimal import Decimal
from math import lcm
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar import Calendar, periods_of_column
from salesmetrics.calendar.steps import days_later
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from datetime import date

    from salesmetrics.schema.provenance import Finding


__all__ = ["END", "MONEY", "PARTS", "START", "UNITS", "by_day", "cost_days", "unplaced", "with_days", "with_units"]


MONEY = pl.Decimal(38, 8)
START, END = "__start__", "__end__"
"""The half-open range of days that a row speaks of."""

UNITS, PARTS = "__units__", "__parts__"
"""The share of a day without any rounding: so many units, of which so many make one."""

MOST_PARTS, MOST_UNITS = 10**15, Decimal(10) ** 27


def with_days(frame: pl.DataFrame, calendar: Calendar | None = None) -> pl.DataFrame:
    """The first day that each row speaks of, and the first day after it.

    A label in ``period`` comes first, then ``start`` and ``end`` (its last day), then the single day in ``date``.

    Args:
        frame: Canonical quotas or costs: ``period`` (String), ``start``, ``end``, ``date`` (Date), any of them.
        calendar: What quarters and years are.

    Returns:
        The frame with ``__start__`` and ``__end__`` (Date), null where a row names no days that can be understood.
    """
    starts: list[pl.Expr] = []
    ends: list[pl.Expr] = []
    if "period" in frame.columns:
        labels = frame["period"].drop_nulls().unique().sort().to_list()
        found = dict(zip(labels, periods_of_column(labels, calendar), strict=True))
        known = {label: (period.start, period.end) for label, period in found.items() if period and period.start}
        if known:
            starts.append(_looked_up({label: days[0] for label, days in known.items()}))
            ends.append(_looked_up({label: days[1] for label, days in known.items()}))
    if {"start", "end"} <= set(frame.columns):
        whole = (pl.col("start") <= pl.col("end")).fill_null(value=False)
        starts.append(pl.when(whole).then(pl.col("start")))
        ends.append(pl.when(whole).then(days_later(pl.col("end"))))
    if "date" in frame.columns:
        starts.append(pl.col("date"))
        ends.append(days_later(pl.col("date")))
    none = pl.lit(None, dtype=pl.Date)
    return frame.with_columns(
        pl.coalesce(*starts, none).alias(START),
        pl.coalesce(*ends, none).alias(END),
    )


def unplaced(kind: str, rows: pl.DataFrame) -> Finding:
    """The finding about amounts that count for no day at all.

    Args:
        kind: ``costs``, ``quotas`` or ``revenue``.
        rows: The rows, with ``__start__``, and ``period`` and ``__row__`` where the file has them.
    """
    numbers = rows["__row__"].sort().head(20).to_list() if "__row__" in rows.columns else []
    strange = rows.filter(pl.col(START).is_null()) if "period" in rows.columns else rows.select(period=None).clear()
    labels = strange["period"].drop_nulls().unique(maintain_order=True).head(5).to_list()
    such = Message("such_as", values=tuple(labels)) if labels else None
    return finding(f"{kind.removesuffix('s')}_unplaced", kind=kind, count=rows.height, rows=numbers, such=such)


def with_units(days: pl.DataFrame, amount: str) -> pl.DataFrame:
    """Shares of days with the same once more in equal parts, so that any sum of them is exact.

    A hundred over 92 days is no decimal number a day, but a hundred 92nds. Over lengths that differ the parts are those of
    their least common multiple; where that is too large for a column the shares stay as they are, rounded.

    Args:
        days: Shares by day with ``__start__`` and ``__end__`` (Date).
        amount: Name of the amount of the whole period.

    Returns:
        The frame with ``__units__`` (Decimal(38, 8)) and ``__parts__`` (Int64).

    >>> from datetime import date
    >>> rows = pl.DataFrame({START: [date(2026, 1, 1)], END: [date(2026, 1, 4)], "agreed": [Decimal(100)]})
    >>> with_units(rows.cast({"agreed": MONEY}), "agreed").select(UNITS, PARTS).row(0)
    (Decimal('100.00000000'), 3)
    """
    length = (pl.col(END) - pl.col(START)).dt.total_days()
    parts = lcm(*days.select(length.unique()).to_series().to_list())
    largest = days[amount].abs().max() or 0
    if days.is_empty() or parts > MOST_PARTS or Decimal(str(largest)) * parts > MOST_UNITS:
        return days
    whole = pl.lit(parts, dtype=pl.Int64)
    units = pl.col(amount).cast(MONEY) * (whole // length).cast(pl.Decimal(38, 0))
    return days.with_columns(units.cast(MONEY).alias(UNITS), whole.alias(PARTS))


def _looked_up(table: dict[str, date]) -> pl.Expr:
    return pl.col("period").replace_strict(table, default=None, return_dtype=pl.Date)


def by_day(frame: pl.DataFrame, amount: str = "amount", dtype: pl.Decimal = MONEY) -> pl.DataFrame:
    """One row per day of each row's period, its amount shared out so that the shares add up to it exactly.

    The share of a day is the amount earned until its end less that until its beginning, both rounded to the decimals of
    the type, so no rounding is ever lost.

    Args:
        frame: With ``__start__`` and ``__end__`` (Date) and the amount (Decimal(38, 8)); rows without days fall away.
        amount: Name of the amount.
        dtype: Type of the shares.

    Returns:
        The frame with ``day`` (Date) and the shared amount; ``__start__`` and ``__end__`` stay.

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> rows = pl.DataFrame({START: [date(2026, 1, 1)], END: [date(2026, 1, 4)], "amount": [Decimal(100)]})
    >>> by_day(rows)["amount"].to_list()
    [Decimal('33.33333333'), Decimal('33.33333334'), Decimal('33.33333333')]
    """
    length = (pl.col(END) - pl.col(START)).dt.total_days()
    placed = frame.filter(pl.col(START).is_not_null() & pl.col(END).is_not_null() & (length > 0))
    spread = placed.with_columns(
        length.alias("__length__"), pl.int_ranges(0, length, dtype=pl.Int64).alias("__nth__")
    ).explode("__nth__")
    value, nth, length = (pl.col(name).cast(dtype) for name in (amount, "__nth__", "__length__"))
    until, before = (value * (nth + step) / length for step in (pl.lit(1, dtype=dtype), pl.lit(0, dtype=dtype)))
    return spread.with_columns(
        day=pl.col(START) + pl.duration(days=pl.col("__nth__")),
        **{amount: (until.cast(dtype) - before.cast(dtype)).cast(dtype)},
    ).drop("__length__", "__nth__")


# --- costs day by day ---


def cost_days(costs: pl.DataFrame, calendar: Calendar, as_of: date | None) -> tuple[pl.DataFrame, list[Finding]]:
    """The costs up to the as-of date; what was given for a period is shared out to its days.

    Args:
        costs: Canonical costs; ``category`` is one of sales, marketing, salary, tooling, training and other, or null where
            the word in ``category_text`` is not known. Such a cost counts as other.
        calendar: What quarters and years are.
        as_of: The report date; later days are not spent yet.

    Returns:
        ``amount`` (Decimal(38, 8)) per ``day`` (Date), with the columns of the costs and ``agreed`` (the whole amount); and
        what has to be said.
    """
    findings = []
    placed = with_days(costs, calendar)
    lost = placed.filter(pl.col(START).is_null() | pl.col("amount").is_null())
    if lost.height:
        findings.append(unplaced("costs", lost))
    if "category" in placed.columns:
        if "category_text" in placed.columns:
            strange = placed.filter(pl.col("category").is_null() & pl.col("category_text").is_not_null())
            if strange.height:
                findings.append(_strange(strange.height, strange["category_text"].unique().sort().to_list()))
        placed = placed.with_columns(pl.col("category").fill_null("other"))
    known = placed.filter(pl.col("amount").is_not_null()).with_columns(agreed=pl.col("amount"))
    days = with_units(by_day(known), "agreed")
    return days if as_of is None else days.filter(pl.col("day") <= as_of), findings


def _strange(count: int, labels: list[str]) -> Finding:
    return finding("cost_category_unknown", kind="costs", count=count, categories=tuple(labels[:5]))
