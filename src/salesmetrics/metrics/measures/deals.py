"""Measures of deals.

Columns used: ``outcome`` (String or Enum: won, lost, other, open), ``amount`` (Decimal(38, 8)), ``created``, ``closed``,
``expected_close`` (Date), ``probability`` (Decimal, 0–1), ``account_key`` (String) and ``first_win`` (Boolean), and
``as_of``, the report date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count, distinct, ends, sample, total, weighted_total

if TYPE_CHECKING:
    import polars as pl

# --- closed: deals by the day they were won, lost or otherwise closed -------------------------------------------------


@measure(entity="deals", basis="closed", facts=("each",))
def won_deals(outcome: pl.Expr) -> pl.Expr:
    """Won deals."""
    return count(outcome == "won")


@measure(entity="deals", basis="closed", facts=("lost",))
def lost_deals(outcome: pl.Expr) -> pl.Expr:
    """Lost deals."""
    return count(outcome == "lost")


@measure(entity="deals", basis="closed")
def other_deals(outcome: pl.Expr) -> pl.Expr:
    """Deals closed without a decision: void, duplicate, disqualified."""
    return count(outcome == "other")


@measure(entity="deals", basis="undated")
def undated_closed_deals(outcome: pl.Expr, closed: pl.Expr) -> pl.Expr:
    """Closed deals without a close date: in no period."""
    return count((outcome != "open") & closed.is_null())


@measure(entity="deals", basis="undated", facts=("lost",))
def undated_lost_deals(outcome: pl.Expr, closed: pl.Expr) -> pl.Expr:
    """Lost deals without a close date: in no period."""
    return count((outcome == "lost") & closed.is_null())


@measure(entity="deals", basis="undated")
def undated_other_deals(outcome: pl.Expr, closed: pl.Expr) -> pl.Expr:
    """Deals closed without a decision and without a close date: in no period."""
    return count((outcome == "other") & closed.is_null())


@measure(entity="deals", basis="undated")
def undated_won_deals(outcome: pl.Expr, closed: pl.Expr) -> pl.Expr:
    """Won deals without a close date: in no period."""
    return count((outcome == "won") & closed.is_null())


@measure(entity="deals", basis="closed", unit="money", missing="missing_amount")
def won_amount(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Sum of the amounts of won deals."""
    return total(amount, outcome == "won")


@measure(entity="deals", basis="closed", unit="money", missing="missing_amount", facts=("lost",))
def lost_amount(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Sum of the amounts of lost deals."""
    return total(amount, outcome == "lost")


@measure(entity="deals", basis="closed", unit="money", missing="missing_amount")
def won_sized_amount(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Sum of the amounts of won deals, without negative amounts."""
    return total(amount, (outcome == "won") & _not_negative(amount))


@measure(entity="deals", basis="closed", unit="money", missing="missing_amount", facts=("lost",))
def lost_sized_amount(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Sum of the amounts of lost deals, without negative amounts."""
    return total(amount, (outcome == "lost") & _not_negative(amount))


@measure(entity="deals", basis="closed")
def won_negative_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals with a negative amount."""
    return count((outcome == "won") & (amount < 0))


@measure(entity="deals", basis="closed", facts=("lost",))
def decided_negative_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won or lost deals with a negative amount."""
    return count(outcome.is_in(["won", "lost"]) & (amount < 0))


@measure(entity="deals", basis="closed", facts=("each",))
def won_sized_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals with an amount of 0 or more."""
    return count((outcome == "won") & (amount >= 0))


@measure(entity="deals", basis="closed")
def won_priced_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals with an amount."""
    return count((outcome == "won") & amount.is_not_null())


@measure(entity="deals", basis="closed", facts=("lost",))
def decided_priced_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won or lost deals with an amount of 0 or more."""
    return count(outcome.is_in(["won", "lost"]) & (amount >= 0))


@measure(entity="deals", basis="closed", lacks_money=True)
def won_unpriced_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals without an amount."""
    return count((outcome == "won") & amount.is_null())


@measure(entity="deals", basis="closed", facts=("lost",), lacks_money=True)
def decided_unpriced_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won or lost deals without an amount."""
    return count(outcome.is_in(["won", "lost"]) & amount.is_null())


@measure(entity="deals", basis="closed", facts=("lost",))
def lost_priced_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Lost deals with an amount."""
    return count((outcome == "lost") & amount.is_not_null())


@measure(entity="deals", basis="closed", facts=("lost",), lacks_money=True)
def lost_unpriced_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Lost deals without an amount."""
    return count((outcome == "lost") & amount.is_null())


@measure(entity="deals", basis="closed", facts=("lost",))
def lost_negative_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Lost deals with a negative amount."""
    return count((outcome == "lost") & (amount < 0))


@measure(entity="deals", basis="closed", unit="money", shape="sample", facts=("lost",))
def lost_amounts(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Amounts of lost deals, without negative amounts, sorted."""
    return sample(amount, (outcome == "lost") & (amount >= 0))


@measure(entity="deals", basis="closed", unit="money", missing="missing_amount")
def other_amount(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Sum of the amounts of deals closed without a decision."""
    return total(amount, outcome == "other")


@measure(entity="deals", basis="closed")
def other_priced_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Deals closed without a decision, with an amount."""
    return count((outcome == "other") & amount.is_not_null())


@measure(entity="deals", basis="closed", lacks_money=True)
def other_unpriced_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Deals closed without a decision, without an amount."""
    return count((outcome == "other") & amount.is_null())


@measure(entity="deals", basis="closed", unit="money", shape="sample", facts=("each",))
def won_amounts(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Amounts of won deals, without negative amounts, sorted."""
    return sample(amount, (outcome == "won") & (amount >= 0))


@measure(entity="deals", basis="closed", unit="days", shape="sample")
def won_cycle_days(created: pl.Expr, closed: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Calendar days from creation to win, sorted, without negative cycles."""
    return sample(_days(created, closed), (outcome == "won") & (closed >= created))


@measure(entity="deals", basis="closed", unit="days", shape="sample", facts=("lost",))
def lost_cycle_days(created: pl.Expr, closed: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Calendar days from creation to loss, sorted, without negative cycles."""
    return sample(_days(created, closed), (outcome == "lost") & (closed >= created))


@measure(entity="deals", basis="closed")
def won_negative_cycles(created: pl.Expr, closed: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals that close before they were created."""
    return count((outcome == "won") & (closed < created))


@measure(entity="deals", basis="closed")
def won_undated_cycles(created: pl.Expr, closed: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals without a creation or a close date."""
    return count((outcome == "won") & (closed.is_null() | created.is_null()))


@measure(entity="deals", basis="closed", facts=("lost",))
def lost_negative_cycles(created: pl.Expr, closed: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Lost deals that close before they were created."""
    return count((outcome == "lost") & (closed < created))


@measure(entity="deals", basis="closed", facts=("lost",))
def lost_undated_cycles(created: pl.Expr, closed: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Lost deals without a creation or a close date."""
    return count((outcome == "lost") & (closed.is_null() | created.is_null()))


@measure(entity="deals", basis="closed", per=("account_key",))
def first_won_accounts(account_key: pl.Expr, first_win: pl.Expr) -> pl.Expr:
    """Accounts whose first won deal closes in the period, unless its type is a deal with an existing customer."""
    return distinct(account_key, first_win)


@measure(entity="deals", basis="closed")
def won_unlinked_deals(account_key: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals without an account."""
    return count((outcome == "won") & account_key.is_null())


# --- created: deals by the day they came into being -------------------------------------------------------------------


@measure(entity="deals", basis="created")
def created_deals(outcome: pl.Expr, created: pl.Expr) -> pl.Expr:
    """Deals with a creation date."""
    return count(outcome.is_not_null() & created.is_not_null())


@measure(entity="deals", basis="created")
def created_won_deals(outcome: pl.Expr, created: pl.Expr) -> pl.Expr:
    """Deals with a creation date that are won by the as-of date."""
    return count((outcome == "won") & created.is_not_null())


@measure(entity="deals", basis="created")
def created_open_deals(outcome: pl.Expr, created: pl.Expr) -> pl.Expr:
    """Deals with a creation date that are still open on the as-of date."""
    return count((outcome == "open") & created.is_not_null())


@measure(entity="deals", basis="created", unit="money", missing="missing_amount")
def created_amount(amount: pl.Expr, created: pl.Expr) -> pl.Expr:
    """Sum of the amounts of deals with a creation date, as in the export."""
    return total(amount, created.is_not_null())


@measure(entity="deals", basis="created", lacks_money=True)
def created_unpriced_deals(amount: pl.Expr, created: pl.Expr) -> pl.Expr:
    """Deals with a creation date but no amount."""
    return count(created.is_not_null() & amount.is_null())


@measure(entity="deals", basis="created")
def created_priced_deals(amount: pl.Expr, created: pl.Expr) -> pl.Expr:
    """Deals with a creation date and an amount."""
    return count(created.is_not_null() & amount.is_not_null())


@measure(entity="deals", basis="snapshot")
def undated_created_deals(created: pl.Expr) -> pl.Expr:
    """Deals without a creation date."""
    return count(created.is_null())


@measure(entity="deals", basis="created", unit="days", shape="table", facts=("lost",))
def deal_ends(created: pl.Expr, closed: pl.Expr, outcome: pl.Expr, as_of: pl.Expr) -> pl.Expr:
    """Days from creation to win, to another close or, for open deals, to the as-of date."""
    import polars as pl

    day = pl.when(outcome == "open").then(as_of).otherwise(closed)
    cause = pl.when(outcome == "won").then(1).when(outcome == "open").then(0).otherwise(2)
    return ends(_days(created, day), cause, created <= day)


@measure(entity="deals", basis="created")
def created_unplaced_deals(created: pl.Expr, closed: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Deals with a creation date that closed on an unknown date, or before they were created."""
    return count(created.is_not_null() & (outcome != "open") & (closed.is_null() | (closed < created)))


# --- snapshot: the state on the as-of date ----------------------------------------------------------------------------


@measure(entity="deals", basis="snapshot")
def open_deals(outcome: pl.Expr) -> pl.Expr:
    """Open deals."""
    return count(outcome == "open")


@measure(entity="deals", basis="snapshot", unit="money", missing="missing_amount")
def open_amount(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Sum of the amounts of open deals."""
    return total(amount, outcome == "open")


@measure(entity="deals", basis="snapshot")
def open_priced_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Open deals with an amount."""
    return count((outcome == "open") & amount.is_not_null())


@measure(entity="deals", basis="snapshot", lacks_money=True)
def open_unpriced_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Open deals without an amount."""
    return count((outcome == "open") & amount.is_null())


@measure(entity="deals", basis="snapshot", unit="money", missing="missing_amount_or_probability")
def open_weighted_amount(amount: pl.Expr, probability: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Sum of amount × probability of open deals."""
    return weighted_total(amount, probability, outcome == "open")


@measure(entity="deals", basis="snapshot")
def open_weighable_deals(amount: pl.Expr, probability: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Open deals with both an amount and a probability."""
    return count((outcome == "open") & amount.is_not_null() & probability.is_not_null())


@measure(entity="deals", basis="snapshot", lacks_money=True)
def open_unweighable_deals(amount: pl.Expr, probability: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Open deals without an amount or probability."""
    return count((outcome == "open") & (amount.is_null() | probability.is_null()))


@measure(entity="deals", basis="snapshot", unit="days", shape="sample")
def open_age_days(created: pl.Expr, outcome: pl.Expr, as_of: pl.Expr) -> pl.Expr:
    """Calendar days from creation to the as-of date of open deals, sorted."""
    return sample(_days(created, as_of), (outcome == "open") & (created <= as_of))


@measure(entity="deals", basis="snapshot", unit="money", shape="sample")
def open_amounts(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Amounts of open deals, without negative amounts, sorted."""
    return sample(amount, (outcome == "open") & (amount >= 0))


@measure(entity="deals", basis="snapshot")
def open_negative_deals(amount: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Open deals with a negative amount."""
    return count((outcome == "open") & (amount < 0))


@measure(entity="deals", basis="snapshot")
def open_undated_deals(created: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Open deals without a creation date."""
    return count((outcome == "open") & created.is_null())


@measure(entity="deals", basis="snapshot")
def old_open_deals(created: pl.Expr, outcome: pl.Expr, as_of: pl.Expr, setting_stalled_age_days: pl.Expr) -> pl.Expr:
    """Open deals created too long ago."""
    return count((outcome == "open") & (_days(created, as_of) > setting_stalled_age_days))


@measure(entity="deals", basis="snapshot")
def open_overdue_deals(expected_close: pl.Expr, outcome: pl.Expr, as_of: pl.Expr) -> pl.Expr:
    """Open deals whose expected close date has passed."""
    return count((outcome == "open") & (expected_close < as_of))


@measure(entity="deals", basis="snapshot", unit="money", missing="missing_amount")
def overdue_amount(amount: pl.Expr, expected_close: pl.Expr, outcome: pl.Expr, as_of: pl.Expr) -> pl.Expr:
    """Sum of the amounts of open deals whose expected close date has passed."""
    return total(amount, (outcome == "open") & (expected_close < as_of))


@measure(entity="deals", basis="snapshot")
def overdue_priced_deals(amount: pl.Expr, expected_close: pl.Expr, outcome: pl.Expr, as_of: pl.Expr) -> pl.Expr:
    """Open deals with an amount whose expected close date has passed."""
    return count((outcome == "open") & (expected_close < as_of) & amount.is_not_null())


@measure(entity="deals", basis="snapshot", lacks_money=True)
def overdue_unpriced_deals(amount: pl.Expr, expected_close: pl.Expr, outcome: pl.Expr, as_of: pl.Expr) -> pl.Expr:
    """Open deals without an amount whose expected close date has passed."""
    return count((outcome == "open") & (expected_close < as_of) & amount.is_null())


@measure(entity="deals", basis="period", unit="money", missing="missing_amount")
def open_due_amount(amount: pl.Expr, expected_close: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Sum of the amounts of open deals expected to close in the whole of the period."""
    return total(amount, (outcome == "open") & expected_close.is_not_null())


@measure(entity="deals", basis="period")
def open_due_priced_deals(amount: pl.Expr, expected_close: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Open deals with an amount, expected to close in the whole of the period."""
    return count((outcome == "open") & expected_close.is_not_null() & amount.is_not_null())


@measure(entity="deals", basis="period", lacks_money=True)
def open_due_unpriced_deals(amount: pl.Expr, expected_close: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Open deals without an amount, expected to close in the whole of the period."""
    return count((outcome == "open") & expected_close.is_not_null() & amount.is_null())


@measure(entity="deals", basis="snapshot")
def open_unplanned_deals(expected_close: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Open deals without an expected close date."""
    return count((outcome == "open") & expected_close.is_null())


@measure(entity="deals", basis="snapshot")
def owned_open_deals(outcome: pl.Expr, owner: pl.Expr) -> pl.Expr:
    """Open deals with an owner."""
    return count((outcome == "open") & owner.is_not_null())


@measure(entity="deals", basis="snapshot")
def open_ownerless_deals(outcome: pl.Expr, owner: pl.Expr) -> pl.Expr:
    """Open deals without an owner."""
    return count((outcome == "open") & owner.is_null())


@measure(entity="deals", basis="snapshot", per=("owner",))
def open_deal_owners(outcome: pl.Expr, owner: pl.Expr) -> pl.Expr:
    """Owners of open deals."""
    return distinct(owner, outcome == "open")


def _not_negative(amount: pl.Expr) -> pl.Expr:
    """Whether an amount is 0 or more, or unknown: an unknown amount still makes a sum unknown."""
    return amount.is_null() | (amount >= 0)


def _days(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    return (end - start).dt.total_days()
