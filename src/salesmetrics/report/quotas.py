"""Quotas day by day, at one level of the organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.report.days import END, MONEY, PARTS, START, UNITS, by_day, unplaced, with_days, with_units
from salesmetrics.schema.provenance import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from salesmetrics.calendar import Calendar
    from salesmetrics.report.windows import Window

__all__ = ["LEVELS", "company_targets", "quota_days", "rep_targets"]

LEVELS = ("owner", "team", "region", "product")
"""From the finest level of a quota to the coarsest; a quota without any of these is the company's."""

REP_KEYS = ("product", "team", "region", "manager", "tenure", "currency")


def quota_days(
    quotas: pl.DataFrame, calendar: Calendar, by: Sequence[str], window: Window
) -> tuple[pl.DataFrame, list[Finding]]:
    """The quotas that count, shared out to the days of their periods.

    A manager's quota contains those of the team, so levels are never added up. The quotas of reps count where there are
    any; the quota of a team (then of a region, of a product, of the company) counts only where no quota below it does.

    Args:
        quotas: Canonical quotas.
        calendar: What quarters and years are.
        by: Dimensions of the report. Where the finest level cannot be told apart by one of them, and a coarser one can,
            that one is used.
        window: The period asked for, to say whether quotas were cut by it.

    Returns:
        ``amount`` (Decimal(38, 8)) per ``day`` (Date), with the columns of the quotas, ``level`` (String), ``agreed`` (the
        amount of the whole period), and ``__start__`` and ``__end__`` of the period that the quota was given for; and what has to be said.
    """
    placed = with_days(_with_level(quotas), calendar)
    findings = []
    lost = placed.filter(pl.col(START).is_null() | pl.col("amount").is_null())
    if lost.height:
        findings.append(unplaced("quotas", lost))
    placed = placed.filter(pl.col(START).is_not_null() & pl.col("amount").is_not_null())
    kept = _one_level(placed, by)
    if kept.height < placed.height:
        findings.append(_contained(placed.height - kept.height))
    cut = 0 if window.start is None else _cut(kept, window.start, window.whole or window.end)
    findings += [_prorated(cut)] if cut else []
    return with_units(by_day(kept.with_columns(agreed=pl.col("amount"))), "agreed"), findings


def company_targets(quotas: pl.DataFrame, calendar: Calendar) -> pl.DataFrame | None:
    """The quotas of the company as a whole, day by day; None where there is none, or no finer one beside it."""
    levels = _with_level(quotas)
    company = levels.filter(pl.col("level") == "company")
    if company.is_empty() or company.height == levels.height:
        return None
    known = company.filter(pl.col("amount").is_not_null()).with_columns(agreed=pl.col("amount"))
    return with_units(by_day(with_days(known, calendar)), "agreed")


def rep_targets(quotas: pl.DataFrame, deals: pl.DataFrame | None) -> pl.DataFrame | None:
    """What every rep was to sell and did sell, by day.

    Args:
        quotas: Quotas by day.
        deals: Deals with ``outcome``, ``closed``, ``owner``, ``amount`` and ``under_quota``, and ``quantity`` where known.

    Returns:
        ``owner``, ``day``, ``quota``, ``won``, ``units`` (Decimal(38, 8)), ``ramping`` (Boolean), ``since`` (Date: the first
        day of the period of the rep's quota that the day lies in, of the one that began last where several hold; the
        day itself where none does), and the dimensions that both files have. What was sold on days without a quota is 0. None where no quota is a rep's or the deals do not tell who won what.
    """
    if deals is None or not {"owner", "closed", "outcome", "amount", "under_quota"} <= set(deals.columns):
        return None
    own = quotas.filter(pl.col("level") == "owner")
    if own.is_empty():
        return None
    keys = REP_KEYS if _told_apart(own, None, ["product"]) else REP_KEYS[1:]
    shared = [name for name in keys if name in own.columns and name in deals.columns]
    ramping = pl.col("is_ramping").fill_null(value=False) if "is_ramping" in own.columns else pl.lit(value=False)
    zero = pl.lit(0, dtype=MONEY)
    since = pl.col(START).max().over("owner", "day")
    exact = [pl.col(UNITS), pl.col(PARTS)] if UNITS in own.columns else []
    targets = own.select(
        "owner", *shared, "day", *exact, since=since, quota=pl.col("amount"), won=zero, units=zero, ramping=ramping
    )
    under = pl.col("under_quota")
    units = pl.col("quantity").filter(under).sum().cast(MONEY) if "quantity" in deals.columns else zero
    sales = (
        deals.lazy()
        .filter((pl.col("outcome") == "won") & pl.col("closed").is_not_null() & pl.col("owner").is_not_null())
        .group_by("owner", *shared, pl.col("closed").alias("day"))
        .agg(won=pl.col("amount").filter(under).sum().cast(MONEY), units=units)
        .collect()
        .join(targets.select("owner", "day", "since").unique(), on=["owner", "day"], how="left")
        .with_columns(pl.col("since").fill_null(pl.col("day")))
        .with_columns(quota=zero, ramping=pl.lit(value=False))
    )
    if exact:
        sales = sales.with_columns(zero.alias(UNITS), pl.lit(own[PARTS][0], dtype=pl.Int64).alias(PARTS))
    return pl.concat([targets, sales.select(targets.columns)], how="vertical_relaxed")


def _with_level(quotas: pl.DataFrame) -> pl.DataFrame:
    there = [name for name in LEVELS if name in quotas.columns]
    level = pl.lit("company")
    for name in reversed(there):
        level = pl.when(pl.col(name).is_not_null()).then(pl.lit(name)).otherwise(level)
    return quotas.with_columns(level.alias("level"))


def _one_level(placed: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    levels = [name for name in (*LEVELS, "company") if (placed["level"] == name).any()]
    wanted = [name for name in by if name in LEVELS]
    while len(levels) > 1 and not _told_apart(placed, levels[0], wanted):
        levels = levels[1:]
    kept = placed.filter(pl.col("level") == levels[0]) if levels else placed.clear()
    for level in levels[1:]:
        if level == "company" or not _told_apart(kept, None, [level]):
            continue
        below = kept[level].drop_nulls().unique()
        rows = placed.filter((pl.col("level") == level) & ~pl.col(level).is_in(below.implode()))
        kept = pl.concat([kept, rows])
    return kept


def _told_apart(frame: pl.DataFrame, level: str | None, wanted: Sequence[str]) -> bool:
    rows = frame if level is None else frame.filter(pl.col("level") == level)
    return all(name in rows.columns and rows[name].null_count() < rows.height for name in wanted)


def _cut(quotas: pl.DataFrame, start: date, end: date | None) -> int:
    def inside(day: date) -> pl.Expr:
        return (pl.col(START) < day) & (pl.col(END) > day)

    cut = inside(start) if end is None else inside(start) | inside(end)
    return quotas.filter(cut).height


def _prorated(count: int) -> Finding:
    return Finding(
        code="quota_prorated",
        severity=Severity.NOTE,
        kind="quotas",
        count=count,
        message="the period cuts through the periods of quotas: their days inside it count",
        hint="ask for a period that quotas are given for, to compare with quotas as they were agreed",
    )


def _contained(count: int) -> Finding:
    return Finding(
        code="quota_levels",
        severity=Severity.NOTE,
        kind="quotas",
        count=count,
        message="quotas of teams, regions, products or the company stand beside finer ones that they contain: only the finer ones are summed",
    )
