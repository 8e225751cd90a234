"""Recurring revenue as movements, and how long customers have been customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.report.days import END, MONEY, START, with_days
from salesmetrics.schema.provenance import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from salesmetrics.calendar import Calendar

__all__ = ["customer_terms", "movements"]

KEYS = ("account_id", "account")
DOWN = ("contraction", "churn")


def movements(
    revenue: pl.DataFrame, calendar: Calendar, as_of: date | None
) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Changes of recurring revenue up to a day, each with its sign.

    A file of movements is read as it stands: contraction and churn take away, whatever their sign; a renewal changes
    nothing. A file of levels (``mrr`` per customer and period) becomes movements: a customer without a level in a
    period that the file covers has none.

    Args:
        revenue: Canonical revenue movements.
        calendar: What quarters and years are.
        as_of: The day; later movements are left out.

    Returns:
        ``account_key`` (String), ``day`` (Date), ``change`` (Decimal(38, 8)) and ``movement`` (String), with the columns
        of the file; None where customers or days are not named. And what has to be said.
    """
    keys = [name for name in KEYS if name in revenue.columns]
    if not keys:
        return None, []
    frame = revenue.with_columns(account_key=pl.coalesce(keys))
    if {"amount", "movement"} <= set(frame.columns):
        made, findings = _signed(frame, calendar)
    elif "mrr" in frame.columns:
        made, findings = _from_levels(_with_day(frame, calendar)), []
    else:
        return None, []
    if made is None:
        return None, findings
    made = made.filter(pl.col("account_key").is_not_null() & pl.col("day").is_not_null())
    return made if as_of is None else made.filter(pl.col("day") <= as_of), findings


def _with_day(frame: pl.DataFrame, calendar: Calendar) -> pl.DataFrame:
    placed = with_days(frame, calendar)
    days = [pl.col(name) for name in ("occurred", START) if name in placed.columns]
    return placed.with_columns(day=pl.coalesce(days)).drop(START, END)


def _signed(frame: pl.DataFrame, calendar: Calendar) -> tuple[pl.DataFrame, list[Finding]]:
    size = pl.col("amount").abs()
    kind = pl.col("movement")
    change = (
        pl.when(kind.is_in(DOWN))
        .then(-size)
        .when(kind == "renewal")
        .then(pl.lit(0, dtype=MONEY))
        .when(kind.is_not_null())
        .then(pl.col("amount"))
    )
    strange = frame.filter(kind.is_null() | pl.col("amount").is_null()).height
    made = _with_day(frame, calendar).with_columns(change=change.cast(MONEY)).filter(pl.col("change").is_not_null())
    return made, [_strange(strange)] if strange else []


def _from_levels(frame: pl.DataFrame) -> pl.DataFrame:
    """Differences between the levels of each customer, over all periods that the file covers."""
    names = [name for name in ("account_key", "currency") if name in frame.columns]
    others = [n for n in frame.columns if n not in {*names, "day", "mrr", "amount", "movement", "change", "__row__"}]
    placed = frame.filter(pl.col("day").is_not_null() & pl.col("account_key").is_not_null())
    levels = placed.group_by(*names, "day").agg(pl.col("mrr").sum().cast(MONEY), pl.col(others).max())
    grid = levels.select(names).unique().join(levels.select("day").unique(), how="cross")
    full = grid.join(levels, on=[*names, "day"], how="left", nulls_equal=True).sort(*names, "day")
    full = full.with_columns(pl.col("mrr").fill_null(0), pl.col(others).forward_fill().over(names))
    before = pl.col("mrr").shift(1).over(names).fill_null(0)
    had = (pl.col("mrr") > 0).cum_max().shift(1).over(names).fill_null(value=False)
    change = (pl.col("mrr") - before).cast(MONEY)
    kind = (
        pl.when((before <= 0) & ~had)
        .then(pl.lit("new"))
        .when(before <= 0)
        .then(pl.lit("reactivation"))
        .when(pl.col("mrr") <= 0)
        .then(pl.lit("churn"))
        .when(change < 0)
        .then(pl.lit("contraction"))
        .otherwise(pl.lit("expansion"))
    )
    return full.with_columns(change=change, movement=kind).filter(pl.col("change") != 0).drop("mrr")


def customer_terms(
    customers: pl.DataFrame | None, moves: pl.DataFrame | None, as_of: date | None
) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Customers with the first and the last day on which they were customers.

    Args:
        customers: Canonical customers with ``started`` (Date), or None.
        moves: Movements of recurring revenue, which tell the same where there is no such file.
        as_of: The day; customers who came later are left out, and those who leave later are still there.

    Returns:
        ``started`` (Date), ``left`` (Date: the day of leaving, null for those still there), ``vague`` (Boolean: gone, and
        nobody knows when), and ``mrr`` (Decimal(38, 8)) where known; None where neither file tells.
    """
    if customers is not None and "started" in customers.columns:
        return _terms_of_file(customers, moves, as_of), []
    if moves is None:
        return None, []
    keys = [name for name in ("team", "region", "owner", "segment", "manager", "product") if name in moves.columns]
    return _terms_of_moves(moves, keys), []


def _terms_of_file(customers: pl.DataFrame, moves: pl.DataFrame | None, as_of: date | None) -> pl.DataFrame:
    there = set(customers.columns)
    left = pl.col("ended") if "ended" in there else pl.lit(None, dtype=pl.Date)
    gone = pl.lit(value=False)
    if "state" in there:
        gone |= (pl.col("state") == "churned").fill_null(value=False)
    if "is_active" in there:
        gone |= (~pl.col("is_active")).fill_null(value=False)
    if as_of is not None:
        left = pl.when(left <= as_of).then(left)
        gone &= ~(pl.col("ended") > as_of).fill_null(value=False) if "ended" in there else pl.lit(value=True)
    frame = customers.with_columns(left=left).with_columns(vague=gone & pl.col("left").is_null())
    if as_of is not None:
        frame = frame.filter(pl.col("started").is_null() | (pl.col("started") <= as_of))
    if "mrr" not in there and moves is not None and "id" in there:
        levels = moves.group_by(pl.col("account_key").alias("id")).agg(mrr=pl.col("change").sum())
        frame = frame.join(levels, on="id", how="left", maintain_order="left")
    return frame


def _terms_of_moves(moves: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    names = ["account_key", *(["currency"] if "currency" in moves.columns else [])]
    level = pl.col("change").sum()
    made = moves.group_by(names).agg(
        [pl.col(key).max() for key in keys], started=pl.col("day").min(), last=pl.col("day").max(), mrr=level
    )
    return made.sort(names).with_columns(
        left=pl.when(pl.col("mrr") <= 0).then(pl.col("last")), vague=pl.lit(value=False)
    )


def _strange(count: int) -> Finding:
    return Finding(
        code="movement_unknown",
        severity=Severity.WARNING,
        kind="revenue",
        count=count,
        message="movements without an amount, or of a kind that is not known, count for nothing",
        hint="the kinds are new, expansion, contraction, churn, reactivation and renewal",
    )
