"""Revenue: what was sold."""

from __future__ import annotations

from salesmetrics.metrics.definition import Number, Shape, kpi

FAMILY = "revenue"


@kpi(
    title="Revenue",
    family=FAMILY,
    unit="money",
    formula="sum of the amounts of won deals",
    basis="closed",
    n="won_priced_deals",
    excluded={"missing_amount": "won_unpriced_deals", "missing_close_date": "undated_won_deals"},
    additive=True,
    source="dbt_salesforce, bookings_amount_closed",
)
def revenue(won_amount: Number) -> Shape:
    """Bookings: the amounts of the deals won in the period, summed exactly.

    It is what was sold, not what was invoiced, recognised or paid. A won deal without an amount is counted under
    ``excluded`` and adds nothing; where no won deal has an amount the revenue is unknown, not 0.

    >>> revenue(1250)
    1250
    """
    return won_amount


@kpi(
    title="New customers",
    family=FAMILY,
    unit="count",
    formula="accounts whose first won deal closes in the period",
    basis="closed",
    excluded={"missing_account": "won_unlinked_deals", "missing_close_date": "undated_won_deals"},
    source="GitLab sales glossary, First Order",
)
def new_customers(first_won_accounts: Number) -> Shape:
    """Accounts that bought for the first time, by the close date of their first won deal.

    An account is its id where the export has one, else its name. The export must reach back to the first sale: an
    account that bought before the export begins counts as new here.

    >>> new_customers(7)
    7
    """
    return first_won_accounts
