"""Costs day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.report.days import START, by_day, unplaced, with_days, with_units
from salesmetrics.schema.provenance import Finding, Severity

if TYPE_CHECKING:
    from datetime import date

    from salesmetrics.calendar import Calendar

__all__ = ["cost_days"]


def cost_days(costs: pl.DataFrame, calendar: Calendar, as_of: date | None) -> tuple[pl.DataFrame, list[Finding]]:
    """The costs up to the as-of date; what was given for a period is shared out to its days.

    Args:
        costs: Canonical costs; ``category`` is one of sales, marketing, salary, tooling, training and other, or null where
            the word in ``category_text`` is not known. Such a cost counts as other.
        calendar: What quarters and years are.
        as_of: The day the report speaks for; later days are not spent yet.

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
    listed = ", ".join(f"`{label}`" for label in labels[:5])
    return Finding(
        code="cost_category_unknown",
        severity=Severity.NOTE,
        kind="costs",
        count=count,
        message=f"categories that are not known count as other: {listed}",
        hint="the known ones are sales, marketing, salary, tooling, training and other",
    )
