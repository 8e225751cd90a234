"""Size: how much a sale brings."""

from __future__ import annotations

from itertools import islice

from salesmetrics.metrics.definition import Mean, Quantile, Ratio, Sample, Shape, Undefined, kpi, total

FAMILY = "size"
UNPRICED = {"missing_amount": "won_unpriced_deals", "missing_close_date": "undated_won_deals"}
LARGEST = 10


@kpi(
    title="Average deal size",
    family=FAMILY,
    unit="money",
    formula="sum of the amounts of won deals / won deals with an amount",
    basis="closed",
    interval="hall",
    excluded=UNPRICED,
    source="dbt_salesforce, avg_bookings_amount; Oracle, average deal size",
)
def average_deal_size(won_amounts: Sample) -> Shape:
    """Mean amount of the deals won in the period. One very large deal moves it: read it beside the median.

    Fewer than 25 deals have no interval: of so few amounts as skewed as those of deals, none holds what it promises.

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
    source="common practice; interval from order statistics",
)
def median_deal_size(won_amounts: Sample) -> Shape:
    """The amount that half of the deals won in the period lie below.

    >>> median_deal_size([100, 200, 900])
    200.0
    """
    return Quantile(won_amounts, 0.5)


@kpi(
    title="Deal concentration",
    family=FAMILY,
    unit="ratio",
    direction="lower",
    formula="sum of the 10 largest won amounts / sum of all won amounts",
    basis="closed",
    n="won_priced_deals",
    excluded=UNPRICED,
    source="own definition: top-k share with k = 10",
)
def deal_concentration(won_amounts: Sample) -> Shape:
    """How much of the revenue hangs on the ten largest deals.

    Undefined with ten or fewer won deals, where it would be 100 % by construction, and where an amount is negative.

    >>> deal_concentration([10] * 10 + [90] * 10)
    0.9
    """
    if 0 < len(won_amounts) <= LARGEST:
        return Undefined("below_min_n")
    if len(won_amounts) and won_amounts[0] < 0:
        return Undefined("negative_amount")
    largest = islice((won_amounts[i] for i in range(len(won_amounts) - 1, -1, -1)), LARGEST)
    return Ratio(sum(largest), total(won_amounts))
