"""Measures of invoices.

Columns used: ``amount``, ``received`` (Decimal(38, 8)), ``cancelled``, ``credit`` (Boolean), ``issued``, ``due``, ``settled`` (Date: the day of payment, where known).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count, distinct, total

if TYPE_CHECKING:
    import polars as pl


@measure(entity="invoices", basis="created", unit="money")
def invoiced_amount(amount: pl.Expr, cancelled: pl.Expr) -> pl.Expr:
    """Amount of invoices."""
    return total(amount, ~cancelled & amount.is_not_null())


@measure(entity="invoices", basis="created")
def invoices_priced(amount: pl.Expr, cancelled: pl.Expr) -> pl.Expr:
    """Invoices with an amount."""
    return count(~cancelled & amount.is_not_null())


@measure(entity="invoices", basis="created", lacks_money=True)
def invoices_unpriced(amount: pl.Expr, cancelled: pl.Expr) -> pl.Expr:
    """Invoices without an amount."""
    return count(~cancelled & amount.is_null())


@measure(entity="invoices", basis="due", unit="money", missing="missing_amount")
def amount_due(amount: pl.Expr, received: pl.Expr, due: pl.Expr, cancelled: pl.Expr, as_of: pl.Expr) -> pl.Expr:
    """Amount of invoices that have fallen due."""
    return total(amount, (due <= as_of) & ~cancelled & received.is_not_null())


@measure(entity="invoices", basis="due", unit="money", missing="missing_amount")
def amount_received(amount: pl.Expr, received: pl.Expr, due: pl.Expr, cancelled: pl.Expr, as_of: pl.Expr) -> pl.Expr:
    """Amount received for invoices that have fallen due."""
    return total(received, (due <= as_of) & ~cancelled & amount.is_not_null())


@measure(entity="invoices", basis="due")
def invoices_due(amount: pl.Expr, received: pl.Expr, due: pl.Expr, cancelled: pl.Expr, as_of: pl.Expr) -> pl.Expr:
    """Invoices that have fallen due."""
    return count((due <= as_of) & ~cancelled & amount.is_not_null() & received.is_not_null())


@measure(entity="invoices", basis="due", lacks_money=True)
def invoices_due_unpriced(
    amount: pl.Expr, received: pl.Expr, due: pl.Expr, cancelled: pl.Expr, as_of: pl.Expr
) -> pl.Expr:
    """Invoices that have fallen due, without an amount."""
    return count((due <= as_of) & ~cancelled & (amount.is_null() | received.is_null()))


@measure(entity="invoices", basis="snapshot")
def invoices_undated(due: pl.Expr, cancelled: pl.Expr) -> pl.Expr:
    """Invoices without a date."""
    return count(~cancelled & due.is_null())


@measure(entity="invoices", basis="closed", unit="money")
def receipts(received: pl.Expr, paid_on: pl.Expr, cancelled: pl.Expr) -> pl.Expr:
    """Amount received."""
    return total(received, ~cancelled & paid_on.is_not_null())


@measure(entity="invoices", basis="snapshot", unit="money", missing="missing_amount")
def receivable_at_end(
    amount: pl.Expr, received: pl.Expr, issued: pl.Expr, settled: pl.Expr, cancelled: pl.Expr, window_end: pl.Expr
) -> pl.Expr:
    """Amount invoiced before the end of the period and not received by then."""
    paid = received * (settled.is_null() | (settled < window_end)).cast(int)
    return total(amount - paid, ~cancelled & (issued < window_end))


@measure(entity="invoices", basis="snapshot", unit="days", missing="no_period", per=())
def invoice_window_days(window_start: pl.Expr, window_end: pl.Expr) -> pl.Expr:
    """Days in the period."""
    return (window_end - window_start).dt.total_days().first()


@measure(entity="invoices", basis="created")
def invoices_cancelled(cancelled: pl.Expr) -> pl.Expr:
    """Cancelled invoices."""
    return count(cancelled)


@measure(entity="invoices", basis="created", per=("account_key",))
def invoiced_accounts(account_key: pl.Expr, cancelled: pl.Expr, credit: pl.Expr) -> pl.Expr:
    """Accounts with an invoice, not counting credit notes."""
    return distinct(account_key, ~cancelled & ~credit)


@measure(entity="invoices", basis="created", per=("account_key",))
def reinvoiced_accounts(account_key: pl.Expr, cancelled: pl.Expr, credit: pl.Expr) -> pl.Expr:
    """Accounts with more than one invoice, not counting credit notes."""
    billed = account_key.filter(~cancelled & ~credit).drop_nulls()
    return billed.n_unique() - billed.is_unique().sum()


@measure(entity="invoices", basis="created")
def invoices_unlinked(account_key: pl.Expr, cancelled: pl.Expr) -> pl.Expr:
    """Invoices without an account."""
    return count(~cancelled & account_key.is_null())
