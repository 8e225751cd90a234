"""Measures of sales: units, list prices, costs, sellers and buyers.

Columns used: those of deals, with ``quantity``, ``list_price`` and ``cost`` (Decimal(38, 8)) of the whole deal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count, distinct, total

if TYPE_CHECKING:
    import polars as pl


@measure(entity="deals", basis="closed", missing="missing_quantity")
def won_units(quantity: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Units of won deals, less returns."""
    return total(quantity, outcome == "won")


@measure(entity="deals", basis="closed")
def won_counted_deals(quantity: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals with a quantity."""
    return count((outcome == "won") & quantity.is_not_null())


@measure(entity="deals", basis="closed")
def won_uncounted_deals(quantity: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals without a quantity."""
    return count((outcome == "won") & quantity.is_null())


@measure(entity="deals", basis="closed", unit="money", missing="missing_cost")
def won_profit(amount: pl.Expr, cost: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Amount less cost of won deals with both."""
    return total(amount - cost, outcome == "won")


@measure(entity="deals", basis="closed", unit="money", missing="missing_amount")
def won_costed_amount(amount: pl.Expr, cost: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Amount of won deals with a cost."""
    return total(amount, (outcome == "won") & cost.is_not_null())


@measure(entity="deals", basis="closed", facts=("each",))
def won_costed_deals(amount: pl.Expr, cost: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals with an amount and a cost."""
    return count((outcome == "won") & amount.is_not_null() & cost.is_not_null())


@measure(entity="deals", basis="closed", lacks_money=True)
def won_uncosted_deals(amount: pl.Expr, cost: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals without an amount or cost."""
    return count((outcome == "won") & (amount.is_null() | cost.is_null()))


@measure(entity="deals", basis="closed", unit="money", missing="missing_amount")
def won_net_amount(amount: pl.Expr, list_price: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Amount of won deals with a list price."""
    return total(amount, (outcome == "won") & list_price.is_not_null())


@measure(entity="deals", basis="closed", unit="money", missing="missing_list_price")
def won_list_amount(amount: pl.Expr, list_price: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """List price of won deals with an amount."""
    return total(list_price, (outcome == "won") & amount.is_not_null())


@measure(entity="deals", basis="closed")
def won_listed_deals(amount: pl.Expr, list_price: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals with an amount and a list price."""
    return count((outcome == "won") & amount.is_not_null() & list_price.is_not_null())


@measure(entity="deals", basis="closed", lacks_money=True)
def won_unlisted_deals(amount: pl.Expr, list_price: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals without an amount or list price."""
    return count((outcome == "won") & (amount.is_null() | list_price.is_null()))


@measure(entity="deals", basis="closed", per=("owner",))
def won_owners(owner: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Owners of won deals."""
    return distinct(owner, outcome == "won")


@measure(entity="deals", basis="closed", per=("account_key",))
def old_won_accounts(account_key: pl.Expr, old_win: pl.Expr) -> pl.Expr:
    """Accounts whose first won deal closes in the period and is a renewal or another deal with an existing customer."""
    return distinct(account_key, old_win)


@measure(entity="deals", basis="closed", per=("account_key",))
def buying_accounts(account_key: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Accounts with a won deal."""
    return distinct(account_key, outcome == "won")


@measure(entity="deals", basis="closed", per=("account_key",))
def repeat_accounts(account_key: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Accounts with more than one won deal."""
    bought = account_key.filter(outcome == "won").drop_nulls()
    return bought.filter(~bought.is_first_distinct()).n_unique()


@measure(entity="deals", basis="closed", unit="money", missing="missing_amount")
def won_of_potential(amount: pl.Expr, outcome: pl.Expr, has_potential: pl.Expr) -> pl.Expr:
    """Amount of won deals with customers who have a potential."""
    return total(amount, (outcome == "won") & has_potential)
