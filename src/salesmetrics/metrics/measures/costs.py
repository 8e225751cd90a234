"""Measures of costs and of the people that they pay for.

Columns used: ``amount`` (Decimal(38, 8)) of a ``day``, ``category`` (String). Of the calendar of reps: ``owner``, ``day``,
``month_share`` (Decimal(38, 12)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count, known_total

if TYPE_CHECKING:
    import polars as pl


@measure(entity="costs", basis="occurred", unit="money", missing="no_costs", unknown_if_none=True, prorated="amount")
def cost(amount: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Costs of all categories."""
    return known_total(amount, day.is_not_null())


@measure(entity="costs", basis="occurred", unit="money", missing="no_costs", unknown_if_none=True, prorated="amount")
def marketing_cost(amount: pl.Expr, category: pl.Expr) -> pl.Expr:
    """Marketing costs."""
    return known_total(amount, category == "marketing")


@measure(entity="costs", basis="occurred", unit="money", missing="no_costs", unknown_if_none=True, prorated="amount")
def tooling_cost(amount: pl.Expr, category: pl.Expr) -> pl.Expr:
    """Tooling costs."""
    return known_total(amount, category == "tooling")


@measure(entity="rep_calendar", basis="occurred")
def rep_days_employed(owner: pl.Expr) -> pl.Expr:
    """Days on which a rep was employed, summed over reps."""
    return count(owner.is_not_null())


@measure(entity="staff_days", basis="occurred", per=("day",))
def staffed_days(day: pl.Expr) -> pl.Expr:
    """Days on which any rep was employed, of the whole organisation."""
    return day.n_unique()


@measure(entity="rep_calendar", basis="occurred", unit="months")
def employed_months(month_share: pl.Expr) -> pl.Expr:
    """Months of employment, summed over reps; parts of a month count by days."""
    return month_share.sum()


@measure(entity="leads", basis="created")
def created_leads(created: pl.Expr) -> pl.Expr:
    """Leads with a creation date."""
    return count(created.is_not_null())
