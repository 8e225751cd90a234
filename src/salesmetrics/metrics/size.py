"""Size: how large deals are."""

from __future__ import annotations

from salesmetrics.metrics.definition import Mean, Quantile, Ratio, Sample, Shape, Undefined, kpi, total

FAMILY = "size"
UNPRICED = {
    "missing_amount": "won_unpriced_deals",
    "negative_amount": "won_negative_deals",
    "missing_close_date": "undated_won_deals",
}
LARGEST = 10


@kpi(
    title="Average deal size",
    family=FAMILY,
    unit="money",
    formula="sum of the amounts of won deals / won deals with an amount, without negative amounts",
    basis="closed",
    interval="hall",
    excluded=UNPRICED,
    source="dbt_salesforce, avg_bookings_amount; Oracle, average deal size",
    headline=3,
)
def average_deal_size(won_amounts: Sample) -> Shape:
    """The mean amount of deals won in the period. One very large deal can shift it: compare it with the median.

    A deal with a negative amount is a correction or a credit: it is left out and counted, but still counts as a win. A deal
    with an amount of 0 has a size of 0.

    Fewer than 25 deals have no interval: with amounts as skewed as those of deals, no interval is reliable.

    >>> average_deal_size([100, 200, 900])
    400.0
    """
    return Mean(won_amounts)


@kpi(
    title="Median deal size",
    family=FAMILY,
    unit="money",
    formula="median of the amounts of won deals",
    basis="closed",
    interval="order_statistic",
    excluded=UNPRICED,
    idea="average_deal_size",
    source="common practice; interval from order statistics",
)
def median_deal_size(won_amounts: Sample) -> Shape:
    """The median amount of deals won in the period. Negative amounts are left out and counted.

    >>> median_deal_size([100, 200, 900])
    200.0
    """
    return Quantile(won_amounts, 0.5)


@kpi(
    title="Average size of lost deals",
    family=FAMILY,
    unit="money",
    direction="neutral",
    formula="sum of the amounts of lost deals / lost deals with an amount, without negative amounts",
    basis="closed",
    interval="hall",
    excluded={
        "missing_amount": "lost_unpriced_deals",
        "negative_amount": "lost_negative_deals",
        "missing_close_date": "undated_lost_deals",
    },
    source="own definition: average_deal_size of lost deals",
)
def average_lost_deal_size(lost_amounts: Sample) -> Shape:
    """The mean amount of deals lost in the period. Above ``average_deal_size``, large deals are lost more often.

    Amounts of lost deals are often not kept up to date.

    >>> average_lost_deal_size([100, 200, 900])
    400.0
    """
    return Mean(lost_amounts)


@kpi(
    title="Average size of open deals",
    family=FAMILY,
    unit="money",
    direction="neutral",
    formula="sum of the amounts of open deals / open deals with an amount, without negative amounts",
    basis="snapshot",
    interval="hall",
    excluded={"missing_amount": "open_unpriced_deals", "negative_amount": "open_negative_deals"},
    source="own definition: average_deal_size of open deals",
)
def average_open_deal_size(open_amounts: Sample) -> Shape:
    """The mean amount of the deals that are open on the as-of date.

    Far above ``average_deal_size``, amounts in the pipeline may be too high, or large deals may take longer.

    >>> average_open_deal_size([100, 200, 900])
    400.0
    """
    return Mean(open_amounts)


@kpi(
    title="Deal concentration",
    family=FAMILY,
    unit="ratio",
    direction="lower",
    formula="sum of the 10 largest won amounts / sum of all won amounts",
    basis="closed",
    n="won_sized_deals",
    excluded=UNPRICED,
    source="own definition: top-k share with k = 10",
)
def deal_concentration(won_amounts: Sample) -> Shape:
    """The share of revenue from the ten largest deals.

    Undefined with ten or fewer won deals, where it would always be 100 %. Negative amounts are left out and counted.

    >>> deal_concentration([10] * 10 + [90] * 10)
    0.9
    """
    if 0 < len(won_amounts) <= LARGEST:
        return Undefined("below_min_n")
    return Ratio(total(won_amounts[-LARGEST:]), total(won_amounts))
