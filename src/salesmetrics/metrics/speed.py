"""Speed: how long sales and answers take."""

from __future__ import annotations

from salesmetrics.metrics.conversion import UNPLACED_ONE_IN
from salesmetrics.metrics.definition import (
    EventTable,
    Mean,
    MedianTimeToEvent,
    Number,
    Quantile,
    Ratio,
    Sample,
    Shape,
    Undefined,
    kpi,
)

FAMILY = "speed"
WON = {"negative_duration": "won_negative_cycles", "missing_date": "won_undated_cycles"}
LOST = {"negative_duration": "lost_negative_cycles", "missing_date": "lost_undated_cycles"}


@kpi(
    title="Sales cycle, mean",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="mean of close date − creation date of won deals",
    basis="closed",
    interval="hall",
    excluded=WON,
    idea="sales_cycle_median",
    source="Atrium: won deals only",
)
def sales_cycle_mean(won_cycle_days: Sample) -> Shape:
    """The mean number of calendar days from creation to win. A deal won on the day it was created takes 0 days.

    >>> sales_cycle_mean([10, 20, 60])
    30.0
    """
    return Mean(won_cycle_days)


@kpi(
    title="Sales cycle, median",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="median of close date − creation date of won deals",
    basis="closed",
    interval="order_statistic",
    excluded=WON,
    source="Atrium: won deals only",
    headline=4,
)
def sales_cycle_median(won_cycle_days: Sample) -> Shape:
    """Half of the deals won in the period took at most this many calendar days.

    Open deals are not included, so it is too short for a young pipeline.

    >>> sales_cycle_median([10, 20, 60, 70])
    40.0
    """
    return Quantile(won_cycle_days, 0.5)


@kpi(
    title="Sales cycle, 90th percentile",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="90th percentile of close date − creation date of won deals",
    basis="closed",
    interval="order_statistic",
    excluded=WON,
    idea="sales_cycle_median",
    source="own definition: linear interpolation (type 7)",
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
    formula="days until half of all created deals are won, open deals censored",
    basis="created",
    interval="aalen_johansen",
    excluded={"missing_created_date": "undated_created_deals", "bad_close_date": "created_unplaced_deals"},
    source="Hanowell on Gelman's weblog; quantile of the Aalen–Johansen estimate",
)
def time_to_win(deal_ends: EventTable, created_unplaced_deals: Number = 0, created_deals: Number = 0) -> Shape:
    """The number of days until half of all deals created, not only of those won, are won.

    If fewer than half of the deals are ever won, it is not reached, which is common; ``win_rate_horizon`` shows how many are
    won within a number of days. Unlike the sales cycle, it is not too short for a young pipeline. It has no value if more
    than one deal in twenty has an unknown close date.

    >>> time_to_win([(10, 1, 0, 0), (20, 1, 0, 0), (30, 1, 0, 0), (40, 0, 1, 0)])
    20
    >>> time_to_win([(10, 1, 0, 0), (20, 0, 2, 1)]) is None
    True
    """
    if UNPLACED_ONE_IN * created_unplaced_deals > created_deals:
        return Undefined("missing_close_dates")
    return MedianTimeToEvent(deal_ends, competing=True)


@kpi(
    title="Time to loss, median",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="median of close date − creation date of lost deals",
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
    formula="median of as-of date − creation date of open deals",
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
    title="Lead response time, median",
    family=FAMILY,
    unit="hours",
    direction="lower",
    formula="Kaplan–Meier median of first outbound touch by a person − lead creation, unanswered leads censored",
    basis="created",
    interval="kaplan_meier",
    excluded={"missing_created_date": "leads_without_date"},
    source="HBR 2011, The Short Life of Online Sales Leads",
    headline=18,
)
def lead_response_median(response_ends: EventTable) -> Shape:
    """Half of all leads, answered or not, are answered by a person within this many hours.

    The first outbound call, email or meeting after the lead was created counts; automated messages do not. An unanswered
    lead has been waiting until the as-of date: leaving it out would make the slowest teams look fast. If fewer than half
    are ever answered, it is not reached. The clock runs day and night unless ``business_hours`` are set.

    With leads answered after 1, 2 and 30 minutes, and one never, half are answered within 2 minutes.

    >>> lead_response_median([(60, 1, 0, 0), (120, 1, 0, 0), (1800, 1, 0, 0), (90000, 0, 0, 1)]) == 120 / 3600
    True
    >>> lead_response_median([(60, 1, 0, 0), (90000, 0, 0, 2)]) is None
    True
    """
    return MedianTimeToEvent(response_ends, competing=False, per=3600)


@kpi(
    title="Leads answered",
    family=FAMILY,
    unit="ratio",
    formula="leads with a first outbound touch by a person / leads created in the period",
    basis="created",
    interval="wilson",
    excluded={"missing_created_date": "leads_without_date"},
    idea="lead_response_median",
    source="HBR 2011: 23 % of companies never answered",
)
def lead_response_rate(touched_leads: Number, touchable_leads: Number) -> Shape:
    """The share of leads created in the period that a person contacted by the as-of date.

    >>> lead_response_rate(77, 100)
    0.77
    """
    return Ratio(touched_leads, touchable_leads)


@kpi(
    title="Leads answered within 5 minutes",
    family=FAMILY,
    unit="ratio",
    formula="leads answered within 5 minutes / leads at least 5 minutes old",
    basis="created",
    interval="wilson",
    excluded={"too_recent": "leads_too_young_5m", "missing_created_date": "leads_without_date"},
    idea="lead_response_median",
    source="own definition: lead response time",
)
def lead_response_within_5m(leads_answered_5m: Number, leads_aged_5m: Number) -> Shape:
    """The share of leads that a person contacted within five minutes. Unanswered leads count as not in time.

    It needs the time of day of leads and activities.

    >>> lead_response_within_5m(9, 100)
    0.09
    """
    return Ratio(leads_answered_5m, leads_aged_5m)


@kpi(
    title="Leads answered within 1 hour",
    family=FAMILY,
    unit="ratio",
    formula="leads answered within 1 hour / leads at least 1 hour old",
    basis="created",
    interval="wilson",
    excluded={"too_recent": "leads_too_young_1h", "missing_created_date": "leads_without_date"},
    idea="lead_response_median",
    source="HBR 2011: 37 % of companies within an hour",
)
def lead_response_within_1h(leads_answered_1h: Number, leads_aged_1h: Number) -> Shape:
    """The share of leads that a person contacted within one hour. Unanswered leads count as not in time.

    >>> lead_response_within_1h(37, 100)
    0.37
    """
    return Ratio(leads_answered_1h, leads_aged_1h)


@kpi(
    title="Leads answered within 24 hours",
    family=FAMILY,
    unit="ratio",
    formula="leads answered within 24 hours / leads at least 24 hours old",
    basis="created",
    interval="wilson",
    excluded={"too_recent": "leads_too_young_24h", "missing_created_date": "leads_without_date"},
    idea="lead_response_median",
    source="HBR 2011",
)
def lead_response_within_24h(leads_answered_24h: Number, leads_aged_24h: Number) -> Shape:
    """The share of leads that a person contacted within 24 hours. Unanswered leads count as not in time.

    Hours are clock hours, or business hours if ``business_hours`` are set: 24 of those are several days.

    >>> lead_response_within_24h(53, 100)
    0.53
    """
    return Ratio(leads_answered_24h, leads_aged_24h)


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
    """The amount per day that the open pipeline is expected to bring in, if it converts like the deals of the period.

    It uses the number of open deals on the as-of date. (With the number of closed deals in the period it would reduce to
    revenue / cycle.) With a mean cycle of 0 days it is undefined.

    >>> pipeline_velocity(100, 0.25, 30000, 60)
    12500.0
    """
    return Ratio(open_deals * win_rate * average_deal_size, sales_cycle_mean)
