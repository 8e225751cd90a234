"""Measures of customers.

Columns used: ``started``, ``left`` (Date), ``vague`` (Boolean: gone, and nobody knows when), ``mrr`` (Decimal(38, 8)).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count, total

if TYPE_CHECKING:
    import polars as pl


@measure(entity="customers", basis="snapshot")
def customers_at_start(started: pl.Expr, left: pl.Expr, vague: pl.Expr, window_start: pl.Expr) -> pl.Expr:
    """Customers on the eve of the period."""
    return count(_at(started, left, vague, window_start))


@measure(entity="customers", basis="snapshot")
def customers_lost(
    started: pl.Expr, left: pl.Expr, vague: pl.Expr, window_start: pl.Expr, window_end: pl.Expr
) -> pl.Expr:
    """Of the customers on the eve of the period, those who left in it."""
    return count(_at(started, left, vague, window_start) & (left < window_end))


@measure(entity="customers", basis="snapshot")
def customers_kept(
    started: pl.Expr, left: pl.Expr, vague: pl.Expr, window_start: pl.Expr, window_end: pl.Expr
) -> pl.Expr:
    """Of the customers on the eve of the period, those still there at its end."""
    return count(_at(started, left, vague, window_start) & (left.is_null() | (left >= window_end)))


@measure(entity="customers", basis="snapshot")
def customers_vague(vague: pl.Expr) -> pl.Expr:
    """Customers who are gone, without a date."""
    return count(vague)


@measure(entity="customers", basis="snapshot")
def customers_undated(started: pl.Expr) -> pl.Expr:
    """Customers without a first day."""
    return count(started.is_null())


@measure(entity="customers", basis="snapshot")
def active_customers(left: pl.Expr, vague: pl.Expr) -> pl.Expr:
    """Customers who are still there on the as-of date."""
    return count(left.is_null() & ~vague)


@measure(entity="customers", basis="snapshot", unit="money", missing="missing_mrr")
def active_mrr(mrr: pl.Expr, left: pl.Expr, vague: pl.Expr) -> pl.Expr:
    """Recurring revenue per month of the customers who are still there."""
    return total(mrr, left.is_null() & ~vague)


@measure(entity="customers", basis="snapshot")
def priced_customers(mrr: pl.Expr, left: pl.Expr, vague: pl.Expr) -> pl.Expr:
    """Customers who are still there, and whose recurring revenue is known."""
    return count(left.is_null() & ~vague & mrr.is_not_null())


@measure(entity="customers", basis="snapshot", unit="months", missing="no_period", per=())
def window_months(window_start: pl.Expr, window_end: pl.Expr) -> pl.Expr:
    """Months that the period has; a part of a month counts by its days."""
    return (_months(window_end) - _months(window_start)).first()


@measure(entity="customers", basis="snapshot", unit="money", missing="missing_potential")
def customer_potential(potential: pl.Expr) -> pl.Expr:
    """What customers could buy in a year."""
    return total(potential, potential.is_not_null())


@measure(entity="customers", basis="snapshot")
def customers_of_potential(potential: pl.Expr) -> pl.Expr:
    """Customers whose potential is known."""
    return count(potential.is_not_null())


@measure(entity="customers", basis="snapshot")
def customers_without_potential(potential: pl.Expr) -> pl.Expr:
    """Customers whose potential is not known."""
    return count(potential.is_null())


def _at(started: pl.Expr, left: pl.Expr, vague: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Whether somebody was a customer at the beginning of a day."""
    return (started < day) & (left.is_null() | (left >= day)) & ~vague


def _months(day: pl.Expr) -> pl.Expr:
    return day.dt.year().cast(int) * 12 + day.dt.month() + (day.dt.day() - 1) / day.dt.days_in_month()
