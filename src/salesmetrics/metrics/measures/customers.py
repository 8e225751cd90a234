"""Measures of customers.

Columns used: ``account_key`` (String), ``started``, ``left`` (Date: the first day on which they no longer were customers),
``vague`` (Boolean: gone, and nobody knows when), ``listed`` (Boolean: there on the as-of date), ``mrr`` (Decimal(38, 8)). A
customer may have several rows, one for each range of days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import distinct, per_key, total

if TYPE_CHECKING:
    import polars as pl


@measure(entity="customers", basis="snapshot", per=("account_key",))
def customers_at_start(
    account_key: pl.Expr, started: pl.Expr, left: pl.Expr, vague: pl.Expr, window_start: pl.Expr
) -> pl.Expr:
    """Customers on the eve of the period."""
    return distinct(account_key, _at(started, left, vague, window_start))


@measure(entity="customers", basis="snapshot", per=("account_key",))
def customers_lost(
    account_key: pl.Expr,
    started: pl.Expr,
    left: pl.Expr,
    vague: pl.Expr,
    window_start: pl.Expr,
    window_end: pl.Expr,
) -> pl.Expr:
    """Of the customers on the eve of the period, those who are not there on its last day."""
    before, after = _at_both(account_key, started, left, vague, window_start, window_end)
    return ((before > 0) & (after == 0)).sum()


@measure(entity="customers", basis="snapshot", per=("account_key",))
def customers_kept(
    account_key: pl.Expr,
    started: pl.Expr,
    left: pl.Expr,
    vague: pl.Expr,
    window_start: pl.Expr,
    window_end: pl.Expr,
) -> pl.Expr:
    """Of the customers on the eve of the period, those there on its last day."""
    before, after = _at_both(account_key, started, left, vague, window_start, window_end)
    return ((before > 0) & (after > 0)).sum()


@measure(entity="customers", basis="snapshot", per=("account_key",))
def customers_vague(account_key: pl.Expr, vague: pl.Expr) -> pl.Expr:
    """Customers who are gone, without a date."""
    return distinct(account_key, vague)


@measure(entity="customers", basis="snapshot", per=("account_key",))
def customers_undated(account_key: pl.Expr, started: pl.Expr) -> pl.Expr:
    """Customers without a first day."""
    return distinct(account_key, started.is_null())


@measure(entity="customers", basis="snapshot", per=("account_key",))
def active_customers(account_key: pl.Expr, listed: pl.Expr) -> pl.Expr:
    """Customers who are still there on the as-of date."""
    return distinct(account_key, listed)


@measure(entity="customers", basis="snapshot", unit="money", missing="missing_mrr")
def active_mrr(mrr: pl.Expr, started: pl.Expr, left: pl.Expr, vague: pl.Expr, window_end: pl.Expr) -> pl.Expr:
    """Recurring revenue per month of the customers who are there on the last day of the period."""
    return total(mrr, _at(started, left, vague, window_end))


@measure(entity="customers", basis="snapshot", per=("account_key",))
def priced_customers(
    account_key: pl.Expr, mrr: pl.Expr, started: pl.Expr, left: pl.Expr, vague: pl.Expr, window_end: pl.Expr
) -> pl.Expr:
    """Customers who are there on the last day of the period, and whose recurring revenue is known."""
    return distinct(account_key, _at(started, left, vague, window_end) & mrr.is_not_null())


@measure(entity="customers", basis="snapshot", unit="months", missing="no_period", per=())
def window_months(window_start: pl.Expr, window_end: pl.Expr) -> pl.Expr:
    """Months that the period has; a part of a month counts by its days."""
    return (_months(window_end) - _months(window_start)).first()


@measure(entity="customers", basis="snapshot", unit="money", missing="missing_potential")
def customer_potential(potential: pl.Expr, window_start: pl.Expr, window_end: pl.Expr) -> pl.Expr:
    """What customers could buy in the months of the period, a part of a month by its days."""
    import polars as pl

    money = pl.Decimal(38, 8)
    parts = (_month_parts(window_end) - _month_parts(window_start)).cast(money)
    return total((potential * parts / pl.lit(12 * PARTS, dtype=money)).cast(money), potential.is_not_null())


@measure(entity="customers", basis="snapshot", per=("account_key",))
def customers_of_potential(account_key: pl.Expr, potential: pl.Expr) -> pl.Expr:
    """Customers whose potential is known."""
    return distinct(account_key, potential.is_not_null())


@measure(entity="customers", basis="snapshot", per=("account_key",))
def customers_without_potential(account_key: pl.Expr, potential: pl.Expr) -> pl.Expr:
    """Customers whose potential is not known."""
    return account_key.n_unique() - distinct(account_key, potential.is_not_null())


def _at(started: pl.Expr, left: pl.Expr, vague: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Whether somebody was a customer on the eve of a day."""
    return (started < day) & (left.is_null() | (left >= day)) & ~vague


def _at_both(
    account_key: pl.Expr, started: pl.Expr, left: pl.Expr, vague: pl.Expr, start: pl.Expr, end: pl.Expr
) -> list[pl.Expr]:
    """By customer, on how many of its rows it was there on the eve of a period and on its last day."""
    days = {"before": start, "after": end}
    rows = {name: _at(started, left, vague, day).fill_null(value=False).cast(int) for name, day in days.items()}
    return list(per_key(account_key, rows)[1].values())


PARTS = 28 * 29 * 15 * 31
"""Equal parts of a month: a day of any month is a whole number of them."""


def _month_parts(day: pl.Expr) -> pl.Expr:
    """Months since the beginning of time, in equal parts."""
    month = day.dt.year().cast(int) * 12 + day.dt.month()
    return month * PARTS + (day.dt.day() - 1).cast(int) * (PARTS // day.dt.days_in_month().cast(int))


def _months(day: pl.Expr) -> pl.Expr:
    return day.dt.year().cast(int) * 12 + day.dt.month() + (day.dt.day() - 1) / day.dt.days_in_month()
