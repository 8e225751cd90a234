"""Measures of quotas and of the sales against them.

Of deals: ``amount``, ``outcome``, ``expected_close``, and ``under_quota`` (Boolean): whoever the deal belongs to had a quota on
the day it closed or is to close.

Columns used: ``amount`` (Decimal(38, 8)) of a ``day``, ``level`` (String). Of reps' targets: ``owner``, ``quota``, ``won``,
``units`` (Decimal(38, 8)), ``ramping`` (Boolean), ``since`` (Date): the first day of the period of the quota that holds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count, distinct, per_key, total

if TYPE_CHECKING:
    import polars as pl


@measure(entity="quotas", basis="period", unit="money", missing="missing_amount", prorated="amount")
def quota(amount: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Quota of the whole period."""
    return total(amount, day.is_not_null())


@measure(entity="quotas", basis="occurred", unit="money", missing="missing_amount", prorated="amount")
def quota_to_date(amount: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Quota of the days elapsed."""
    return total(amount, day.is_not_null())


@measure(entity="quotas", basis="occurred", unit="money", missing="short_history")
def seasonal_quota_to_date(seasonal: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Quota of the days elapsed, spread over its period by the sales pattern of past periods."""
    return total(seasonal, day.is_not_null())


@measure(entity="quotas", basis="occurred")
def shapeless_quota_days(seasonal: pl.Expr) -> pl.Expr:
    """Days of quotas with too few past periods."""
    return count(seasonal.is_null())


@measure(entity="quotas", basis="period", unit="money", missing="missing_amount", prorated="amount")
def deployed_quota(amount: pl.Expr, level: pl.Expr) -> pl.Expr:
    """Quota of the whole period assigned to reps."""
    return total(amount, level == "owner")


@measure(entity="deals", basis="closed", unit="money", missing="missing_amount")
def quota_won_amount(amount: pl.Expr, outcome: pl.Expr, under_quota: pl.Expr) -> pl.Expr:
    """Amount of won deals of owners with a quota on that day."""
    return total(amount, (outcome == "won") & under_quota)


@measure(entity="deals", basis="closed")
def quota_won_deals(amount: pl.Expr, outcome: pl.Expr, under_quota: pl.Expr) -> pl.Expr:
    """Won deals with an amount, of owners with a quota on that day."""
    return count((outcome == "won") & under_quota & amount.is_not_null())


@measure(entity="deals", basis="closed", lacks_money=True)
def quota_won_unpriced(amount: pl.Expr, outcome: pl.Expr, under_quota: pl.Expr) -> pl.Expr:
    """Won deals without an amount, of owners with a quota on that day."""
    return count((outcome == "won") & under_quota & amount.is_null())


@measure(entity="deals", basis="closed")
def quotaless_won_deals(outcome: pl.Expr, closed: pl.Expr, under_quota: pl.Expr) -> pl.Expr:
    """Won deals of owners without a quota on that day."""
    return count((outcome == "won") & closed.is_not_null() & ~under_quota)


@measure(entity="deals", basis="period", unit="money", missing="missing_amount")
def quota_due_amount(amount: pl.Expr, outcome: pl.Expr, expected_close: pl.Expr, under_quota: pl.Expr) -> pl.Expr:
    """Amount of open deals expected to close in the whole period, of owners with a quota for it."""
    return total(amount, (outcome == "open") & expected_close.is_not_null() & under_quota)


@measure(entity="deals", basis="period")
def quota_due_deals(amount: pl.Expr, outcome: pl.Expr, expected_close: pl.Expr, under_quota: pl.Expr) -> pl.Expr:
    """Open deals with an amount expected to close in the whole period, of owners with a quota for it."""
    return count((outcome == "open") & expected_close.is_not_null() & amount.is_not_null() & under_quota)


@measure(entity="deals", basis="period", lacks_money=True)
def quota_due_unpriced(amount: pl.Expr, outcome: pl.Expr, expected_close: pl.Expr, under_quota: pl.Expr) -> pl.Expr:
    """Open deals without an amount expected to close in the whole period, of owners with a quota for it."""
    return count((outcome == "open") & expected_close.is_not_null() & amount.is_null() & under_quota)


@measure(entity="deals", basis="period")
def quotaless_due_deals(outcome: pl.Expr, expected_close: pl.Expr, under_quota: pl.Expr) -> pl.Expr:
    """Open deals expected to close in the whole period, of owners without a quota for it."""
    return count((outcome == "open") & expected_close.is_not_null() & ~under_quota)


@measure(entity="company_targets", basis="period", unit="money", missing="missing_amount", prorated="amount")
def company_target(amount: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Company target for the whole period."""
    return total(amount, day.is_not_null())


@measure(entity="rep_targets", basis="period", unit="money", shape="table", prorated="quota")
def rep_results(
    owner: pl.Expr, quota: pl.Expr, won: pl.Expr, units: pl.Expr, ramping: pl.Expr, since: pl.Expr
) -> pl.Expr:
    """Per rep and quota period: the quota, the won amount, the units, and whether the rep was ramping up."""
    import polars as pl

    sums = {"quota": quota, "won": won, "units": units, "ramping": ramping.cast(pl.Int32)}
    keys, made = per_key(pl.struct(owner.alias("owner"), since.alias("since")), sums)
    parts = [keys.struct.field(name).alias(name) for name in ("owner", "since")]
    return pl.struct(*parts, *(values.alias(name) for name, values in made.items())).implode()


@measure(entity="rep_targets", basis="period", per=("owner",))
def ramping_reps(owner: pl.Expr, quota: pl.Expr, ramping: pl.Expr) -> pl.Expr:
    """Reps who are ramping up."""
    return distinct(owner, ramping & (quota > 0))


@measure(entity="rep_targets", basis="period", per=("owner",))
def reps_with_quota(owner: pl.Expr, quota: pl.Expr) -> pl.Expr:
    """Reps with a quota."""
    return distinct(owner, quota > 0)


@measure(entity="rep_targets", basis="period", per=("owner",))
def quotaless_reps(owner: pl.Expr, quota: pl.Expr) -> pl.Expr:
    """Owners of won deals without a quota."""
    return owner.n_unique() - owner.filter(quota > 0).n_unique()
