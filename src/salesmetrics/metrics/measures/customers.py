"""Measures of customers.

Columns used: ``account_key`` (String), ``started``, ``left`` (Date: the first day on which they no longer were customers),
``vague`` (Boolean: left on an unknown date), ``listed`` (Boolean: active on the as-of date), ``mrr`` (Decimal(38, 8)). A
customer may have several rows, one for each span of days.
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
    """Customers at the start of the period."""
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
    """Customers at the start of the period who left before its end."""
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
    """Customers at the start of the period who remain at its end."""
    before, after = _at_both(account_key, started, left, vague, window_start, window_end)
    return ((before > 0) & (after > 0)).sum()


@measure(entity="customers", basis="snapshot", per=("account_key",))
def customers_vague(account_key: pl.Expr, vague: pl.Expr) -> pl.Expr:
    """Former customers without an end date."""
    return distinct(account_key, vague)


@measure(entity="customers", basis="snapshot", per=("account_key",))
def customers_undated(account_key: pl.Expr, started: pl.Expr) -> pl.Expr:
    """Customers without a start date."""
    return distinct(account_key, started.is_null())


@measure(entity="customers", basis="snapshot", per=("account_key",))
def active_customers(account_key: pl.Expr, listed: pl.Expr) -> pl.Expr:
    """Customers on the as-of date."""
    return distinct(account_key, listed)


@measure(entity="customers", basis="snapshot", unit="money", missing="missing_mrr")
def active_mrr(mrr: pl.Expr, started: pl.Expr, left: pl.Expr, vague: pl.Expr, window_end: pl.Expr) -> pl.Expr:
    """Monthly recurring revenue of customers on the last day of the period."""
    return total(mrr, _at(started, left, vague, window_end))


@measure(entity="customers", basis="snapshot", per=("account_key",))
def priced_customers(
    account_key: pl.Expr, mrr: pl.Expr, started: pl.Expr, left: pl.Expr, vague: pl.Expr, window_end: pl.Expr
) -> pl.Expr:
    """Customers on the last day of the period with known recurring revenue."""
    return distinct(account_key, _at(started, left, vague, window_end) & mrr.is_not_null())


@measure(entity="customers", basis="snapshot", unit="months", missing="no_period", per=())
def window_months(window_start: pl.Expr, window_end: pl.Expr) -> pl.Expr:
    """Months in the period; parts of a month count by days."""
    return (_months(window_end) - _months(window_start)).first()


@measure(entity="customers", basis="snapshot", unit="money", missing="missing_potential")
def customer_potential(potential: pl.Expr, window_start: pl.Expr, window_end: pl.Expr) -> pl.Expr:
    """Potential of customers in the months of the period; parts of a month count by days."""
    import polars as pl

    money = pl.Decimal(38, 8)
    parts = (_month_parts(window_end) - _month_parts(window_start)).cast(money)
    return total((potential * parts / pl.lit(12 * PARTS, dtype=money)).cast(money), potential.is_not_null())


@measure(entity="customers", basis="snapshot", per=("account_key",))
def customers_of_potential(account_key: pl.Expr, potential: pl.Expr) -> pl.Expr:
    """Customers with a potential."""
    return distinct(account_key, potential.is_not_null())


@measure(entity="customers", basis="snapshot", per=("account_key",))
def customers_without_potential(account_key: pl.Expr, potential: pl.Expr) -> pl.Expr:
    """Customers without a potential."""
    return account_key.n_unique() - distinct(account_key, potential.is_not_null())


def _at(started: pl.Expr, left: pl.Expr, vague: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Whether somebody was a customer on the day before a day."""
    return (started < day) & (left.is_null() | (left >= day)) & ~vague


def _at_both(
    account_key: pl.Expr, started: pl.Expr, left: pl.Expr, vague: pl.Expr, start: pl.Expr, end: pl.Expr
) -> list[pl.Expr]:
    """By customer, in how many of its rows it was active on the day before a period and on its last day."""
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
