"""Speed: how long it takes."""

from __future__ import annotations

from salesmetrics.metrics.definition import Ends, Mean, Number, Quantile, Ratio, Sample, Shape, Wait, kpi

FAMILY = "speed"
WON = {"negative_duration": "won_negative_cycles", "missing_date": "won_undated_cycles"}
LOST = {"negative_duration": "lost_negative_cycles", "missing_date": "lost_undated_cycles"}


@kpi(
    title="Sales cycle, mean",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="mean of close date - creation date of won deals",
    basis="closed",
    interval="student_t",
    excluded=WON,
    source="Atrium: won deals only",
)
def sales_cycle_mean(won_cycle_days: Sample) -> Shape:
    """Mean number of calendar days from creation to the win. A deal won on the day it was created counts 0 days.

    >>> sales_cycle_mean([10, 20, 60])
    30.0
    """
    return Mean(won_cycle_days)


@kpi(
    title="Sales cycle, median",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="median of close date - creation date of won deals",
    basis="closed",
    interval="order_statistic",
    excluded=WON,
    source="Atrium: won deals only",
)
def sales_cycle_median(won_cycle_days: Sample) -> Shape:
    """Half of the deals won in the period took at most this many calendar days.

    Deals that are still open are not in it, so it reads too short while a pipeline is young.

    >>> sales_cycle_median([10, 20, 60, 70])
    40.0
    """
    return Quantile(won_cycle_days, 0.5)


@kpi(
    title="Sales cycle, 90th percentile",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="0.9 quantile of close date - creation date of won deals",
    basis="closed",
    interval="order_statistic",
    excluded=WON,
    source="kpis.md 2.4; linear interpolation (type 7)",
)
def sales_cycle_p90(won_cycle_days: Sample) -> Shape:
    """Nine of ten deals won in the period took at most this many calendar days.

    >>> sales_cycle_p90([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    90.0
    """
    return Quantile(won_cycle_days, 0.9)


@kpi(
    title="Time to win",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="days by which half of all created deals are won, open deals censored",
    basis="created",
    interval="aalen_johansen",
    excluded={"missing_created_date": "undated_created_deals", "bad_close_date": "created_unplaced_deals"},
    source="Hanowell on Gelman's weblog; quantile of the Aalen–Johansen estimate",
)
def time_to_win(deal_ends: Ends) -> Shape:
    """The number of days after which half of all deals created, not only of those won, have been won.

    Where less than half of the deals are ever won it is not reached, which is usual: ``win_rate_horizon`` says how many
    are won by a day. Unlike the sales cycle it does not read too short while a pipeline is young.

    >>> time_to_win([(10, 1, 0, 0), (20, 1, 0, 0), (30, 1, 0, 0), (40, 0, 1, 0)])
    20
    >>> time_to_win([(10, 1, 0, 0), (20, 0, 2, 1)]) is None
    True
    """
    return Wait(deal_ends, competing=True)


@kpi(
    title="Time to loss, median",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="median of close date - creation date of lost deals",
    basis="closed",
    interval="order_statistic",
    excluded=LOST,
    source="Vymo, time to lose",
)
def time_to_loss_median(lost_cycle_days: Sample) -> Shape:
    """Half of the deals lost in the period were lost within this many calendar days.

    >>> time_to_loss_median([5, 15, 100])
    15.0
    """
    return Quantile(lost_cycle_days, 0.5)


@kpi(
    title="Age of open deals, median",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="median of as-of date - creation date of open deals",
    basis="snapshot",
    interval="order_statistic",
    excluded={"missing_created_date": "open_undated_deals"},
    source="Atrium; Nextian on the Age field of Salesforce",
)
def deal_age_median(open_age_days: Sample) -> Shape:
    """Half of the deals open on the as-of date are at least this many calendar days old.

    >>> deal_age_median([3, 30, 300])
    30.0
    """
    return Quantile(open_age_days, 0.5)


@kpi(
    title="Pipeline velocity",
    family=FAMILY,
    unit="money_per_day",
    formula="open deals × win rate × average deal size / mean sales cycle",
    basis="mixed",
    source="GASP; Pipelineroad",
)
def pipeline_velocity(
    open_deals: Number, win_rate: Number, average_deal_size: Number, sales_cycle_mean: Number
) -> Shape:
    """Money that the open pipeline is expected to bring per day, if it converts as the period's deals did.

    N is the number of open deals on the as-of date. (With the closed deals of the period as N it would collapse to
    revenue / cycle.) A mean cycle of 0 days makes it undefined.

    >>> pipeline_velocity(100, 0.25, 30000, 60)
    12500.0
    """
    return Ratio(open_deals * win_rate * average_deal_size, sales_cycle_mean)
