"""Revenue: what was sold."""

from __future__ import annotations

from decimal import Decimal

from salesmetrics.metrics.definition import Number, Ratio, Shape, Undefined, kpi

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
    headline=1,
)
def revenue(won_amount: Number) -> Shape:
    """Bookings: the exact sum of the amounts of deals won in the period.

    It is the amount sold, not invoiced, recognised or paid. A won deal without an amount is left out and counted; if no won
    deal has an amount, the revenue is unknown, not 0.

    >>> revenue(1250)
    1250
    """
    return won_amount


@kpi(
    title="Revenue growth",
    family=FAMILY,
    unit="ratio",
    formula="(revenue − revenue of the previous period) / revenue of the previous period",
    basis="closed",
    span="quarter",
    n="won_priced_deals",
    excluded={"missing_amount": "won_unpriced_deals", "missing_close_date": "undated_won_deals"},
    idea="revenue",
    source="NetSuite, growth rate; 销售增长率",
)
def revenue_growth(revenue: Number, revenue_previous: Number) -> Shape:
    """The change of revenue from the previous period of the same length.

    By default it compares the last complete quarter (fiscal if a fiscal calendar is set) with the one before. It is
    undefined if the deals do not go back that far, or if the previous revenue is 0 or less. A period that is not over is
    compared with as many days of the previous one.

    >>> revenue_growth(120, 100)
    0.2
    >>> revenue_growth(120, 0) is None
    True
    """
    return _growth(revenue, revenue_previous)


@kpi(
    title="Revenue growth, year on year",
    family=FAMILY,
    unit="ratio",
    formula="(revenue − revenue of the same period a year ago) / revenue of the same period a year ago",
    basis="closed",
    span="year",
    n="won_priced_deals",
    excluded={"missing_amount": "won_unpriced_deals", "missing_close_date": "undated_won_deals"},
    idea="revenue",
    source="own definition: revenue_growth_yoy",
    headline=17,
)
def revenue_growth_year_ago(revenue: Number, revenue_year_ago: Number) -> Shape:
    """The change of revenue from the same period a year ago, which cancels out seasons.

    By default it compares the last twelve months with the twelve before.

    >>> revenue_growth_year_ago(90, 100)
    -0.1
    """
    return _growth(revenue, revenue_year_ago)


def _growth(now: Number, before: Number) -> Shape:
    return Undefined("not_positive_before") if before <= 0 else Ratio(now - before, before)


@kpi(
    title="New customers",
    family=FAMILY,
    unit="count",
    formula="accounts whose first won deal closes in the period",
    basis="closed",
    excluded={
        "already_customer": "old_won_accounts",
        "missing_account": "won_unlinked_deals",
        "missing_close_date": "undated_won_deals",
    },
    source="GitLab sales glossary, First Order",
)
def new_customers(first_won_accounts: Number) -> Shape:
    """Accounts that bought for the first time, by the close date of their first won deal.

    Accounts are identified by id. A deal without one belongs to the account of the same name, which a finding reports; if
    no deal has an id, names are used, ignoring case and spaces. The export must go back to the first sale: an account that
    bought before the export begins counts as new, unless the type of its first deal is a renewal, an expansion or existing
    business; then it is left out and counted.

    >>> new_customers(7)
    7
    """
    return first_won_accounts


@kpi(
    title="Units sold",
    family=FAMILY,
    unit="count",
    formula="sum of the quantities of won deals",
    basis="closed",
    n="won_counted_deals",
    excluded={"missing_quantity": "won_uncounted_deals", "missing_close_date": "undated_won_deals"},
    additive=True,
    source="own definition",
)
def units_sold(won_units: Number) -> Shape:
    """The number of units sold, less returns. A deal without a quantity is left out, not counted as one unit.

    >>> units_sold(480)
    480
    """
    return won_units


@kpi(
    title="Profit per sale",
    family=FAMILY,
    unit="money",
    formula="sum of (amount − cost) / won deals with amount and cost",
    basis="closed",
    n="won_costed_deals",
    excluded={"missing_cost": "won_uncosted_deals", "missing_close_date": "undated_won_deals"},
    source="Pricefx, margin",
)
def profit_per_sale(won_profit: Number, won_costed_deals: Number) -> Shape:
    """The average amount of a won deal less the cost of what was sold.

    The cost is that of the deal or, without one, that of its product on the price list times the quantity. A deal without a
    cost is left out and counted: its cost is unknown, not 0.

    >>> profit_per_sale(3000, 4)
    750.0
    """
    return Ratio(won_profit, won_costed_deals)


@kpi(
    title="Gross margin",
    family=FAMILY,
    unit="ratio",
    formula="sum of (amount − cost) / sum of amounts, of won deals with amount and cost",
    basis="closed",
    n="won_costed_deals",
    excluded={"missing_cost": "won_uncosted_deals", "missing_close_date": "undated_won_deals"},
    source="Pricefx, SUM(margin) / SUM(invoice)",
)
def gross_margin(won_profit: Number, won_costed_amount: Number) -> Shape:
    """The share of the amount sold that remains after the cost of what was sold. Large deals weigh more than small ones.

    >>> gross_margin(3000, 12000)
    0.25
    """
    return Ratio(won_profit, won_costed_amount)


@kpi(
    title="Discount rate",
    family=FAMILY,
    unit="ratio",
    direction="lower",
    formula="1 − sum of amounts / sum of list prices, of won deals with amount and list price",
    basis="closed",
    n="won_listed_deals",
    excluded={"missing_list_price": "won_unlisted_deals", "missing_close_date": "undated_won_deals"},
    source="petavue, discount; not list / net − 1, which is a markup",
)
def discount_rate(won_net_amount: Number, won_list_amount: Number) -> Shape:
    """How far below list price deals were sold. Below 0, they were sold above it.

    The list price is that of the deal or, without one, that of its product on the price list times the quantity.

    >>> discount_rate(90, 100)
    0.1
    """
    return Ratio(won_list_amount - won_net_amount, won_list_amount)


@kpi(
    title="Revenue per rep",
    family=FAMILY,
    unit="money",
    formula="revenue / reps by days employed (otherwise owners of won deals)",
    basis="closed",
    n="won_owners",
    excluded={"missing_amount": "won_unpriced_deals", "missing_close_date": "undated_won_deals"},
    idea="revenue",
    source="own definition: full-time equivalents",
)
def revenue_per_rep(
    revenue: Number, won_owners: Number, rep_days_employed: Number = None, staffed_days: Number = None
) -> Shape:
    """The average revenue per rep in the period.

    With a reps file, reps count by days employed, including those without a sale: a rep employed for half of the days
    counts as half. The same applies by owner: 500 sold by a rep employed for half of the period is 1,000 per rep. Without a
    reps file, or by a dimension that it lacks, the owners of won deals count, which gives a higher value.

    A revenue of 950 by 10 reps, one of whom was employed for half of 100 days, is 100 each: they count as 9.5.

    >>> revenue_per_rep(950, 8, 950, 100)
    100.0
    """
    if rep_days_employed is None or staffed_days is None:
        return Ratio(revenue, won_owners)
    return Ratio(revenue, Decimal(rep_days_employed) / staffed_days if staffed_days else 0)
