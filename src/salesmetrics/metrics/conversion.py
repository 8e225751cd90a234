"""Conversion: how often leads and deals end in a sale."""

from __future__ import annotations

from salesmetrics.metrics.definition import EventTable, Incidence, Number, Ratio, Shape, Tally, Undefined, kpi

FAMILY = "conversion"
UNPLACED_ONE_IN = 20
"""With a larger share of closed deals without a close date, curves over close dates are biased."""
UNDATED = {"missing_close_date": "undated_closed_deals"}


@kpi(
    title="Win rate",
    family=FAMILY,
    unit="ratio",
    formula="won / (won + lost)",
    basis="closed",
    interval="wilson",
    excluded={"other_outcome": "other_deals", **UNDATED},
    source="Salesforce help 000387867, WON:SUM/CLOSED:SUM; Oracle 25R4",
    headline=2,
)
def win_rate(won_deals: Number, lost_deals: Number) -> Shape:
    """The share of deals decided in the period that were won.

    Deals closed without a decision (void, duplicate) are left out and counted. The rate is too high if lost deals stay
    open: compare it with ``win_rate_created`` and with the age of open deals.

    >>> win_rate(30, 70)
    0.3
    >>> win_rate(0, 0) is None
    True
    """
    return Ratio(won_deals, won_deals + lost_deals)


@kpi(
    title="Win rate by value",
    family=FAMILY,
    unit="ratio",
    formula="won amount / (won amount + lost amount), without negative amounts",
    basis="closed",
    n="decided_priced_deals",
    excluded={"missing_amount": "decided_unpriced_deals", "negative_amount": "decided_negative_deals", **UNDATED},
    idea="win_rate",
    source="dbt_salesforce, sales_snapshot; QuarterOne",
)
def win_rate_value(won_sized_amount: Number, lost_sized_amount: Number, lost_deals: Number) -> Shape:
    """The share of the amount decided in the period that was won.

    Amounts of lost deals are often not maintained; if they are all 0, the rate would be 100 % whatever was lost: it is
    undefined, and a finding reports it. A deal with a negative amount is a correction or a credit: it is left out and counted, so that the rate
    stays between 0 and 100 %, but it still counts as won or lost elsewhere.

    >>> win_rate_value(300, 100, 5)
    0.75
    >>> win_rate_value(300, 0, 5) is None
    True
    """
    if lost_deals > 0 and won_sized_amount > 0 and lost_sized_amount == 0:
        return Undefined("lost_amounts_zero")
    return Ratio(won_sized_amount, won_sized_amount + lost_sized_amount)


@kpi(
    title="Win rate, broad",
    family=FAMILY,
    unit="ratio",
    formula="won / (won + lost + other)",
    basis="closed",
    interval="wilson",
    excluded=UNDATED,
    idea="win_rate",
    source="Kellblog, broad win rate",
)
def win_rate_broad(won_deals: Number, lost_deals: Number, other_deals: Number) -> Shape:
    """The share of all deals closed in the period, with or without a decision, that were won.

    >>> win_rate_broad(4, 2, 94)
    0.04
    """
    return Ratio(won_deals, won_deals + lost_deals + other_deals)


@kpi(
    title="Win rate by creation date",
    family=FAMILY,
    unit="ratio",
    formula="deals won by the as-of date / deals created in the period",
    basis="created",
    matures=True,
    open="created_open_deals",
    interval="wilson",
    excluded={"missing_created_date": "undated_created_deals"},
    idea="win_rate_horizon",
    source="Varicent, Created Win Rate",
)
def win_rate_created(created_won_deals: Number, created_deals: Number) -> Shape:
    """The share of deals created in the period that are won by the as-of date.

    Open deals count as not won, so the rate of a recent period is low; it is final when no deal is open. Until then, or
    until ``horizon_days`` after the period, it is not compared with other periods because it is still maturing.

    >>> win_rate_created(3, 100)
    0.03
    """
    return Ratio(created_won_deals, created_deals)


@kpi(
    title="Win rate within the horizon",
    titled="Win rate within {horizon_days} days",
    family=FAMILY,
    unit="ratio",
    formula="probability that a deal created in the period is won within horizon_days (default 180)",
    basis="created",
    interval="aalen_johansen",
    excluded={"missing_created_date": "undated_created_deals", "bad_close_date": "created_unplaced_deals"},
    source="Hanowell on Gelman's weblog; Aalen–Johansen estimate of the cumulative incidence",
)
def win_rate_horizon(
    deal_ends: EventTable, setting_horizon_days: int, created_unplaced_deals: Number = 0, created_deals: Number = 0
) -> Shape:
    """The probability that a deal is won within ``horizon_days`` of its creation.

    Open deals are neither left out nor counted as lost: each counts for as long as it has been observed. Deals lost or
    closed without a decision can no longer be won. It has no value until a deal has been observed that long, or if more
    than one deal in twenty has an unknown close date: leaving out closed deals alone would bias the rate.

    If two of four deals were won by day 3, one was lost then, and one was last seen open on day 2, the rate within three
    days is 62.5 %: the deal with the shorter observation is assumed to go like the others.

    >>> win_rate_horizon([(1, 1, 0, 0), (2, 0, 0, 1), (3, 1, 1, 0)], 3)
    0.625
    """
    if UNPLACED_ONE_IN * created_unplaced_deals > created_deals:
        return Undefined("missing_close_dates")
    return Incidence(deal_ends, setting_horizon_days)


@kpi(
    title="Loss rate",
    family=FAMILY,
    unit="ratio",
    direction="lower",
    formula="lost / (won + lost)",
    basis="closed",
    interval="wilson",
    excluded={"other_outcome": "other_deals", **UNDATED},
    idea="win_rate",
    source="Salesforce help 000387867, (CLOSED-WON)/CLOSED; Oracle 25R4",
)
def loss_rate(won_deals: Number, lost_deals: Number) -> Shape:
    """The share of deals decided in the period that were lost.

    >>> loss_rate(30, 70)
    0.7
    """
    return Ratio(lost_deals, won_deals + lost_deals)


@kpi(
    title="Win/loss ratio",
    family=FAMILY,
    unit="x",
    formula="won / lost",
    basis="closed",
    excluded={"other_outcome": "other_deals", **UNDATED},
    idea="win_rate",
    source="own definition",
)
def win_loss_ratio(won_deals: Number, lost_deals: Number) -> Shape:
    """Won deals per lost deal. Without a lost deal it is undefined, and shown as 12:0, for example.

    >>> win_loss_ratio(30, 60)
    0.5
    >>> win_loss_ratio(12, 0) is None
    True
    """
    return Ratio(won_deals, lost_deals)


@kpi(
    title="Lead conversion rate",
    family=FAMILY,
    unit="ratio",
    formula="leads converted by the as-of date / leads created in the period",
    basis="created",
    matures=True,
    interval="wilson",
    excluded={"missing_created_date": "undated_leads"},
    source="Vymo, conversions / leads created",
    headline=8,
)
def lead_conversion_rate(converted_leads: Number, decided_leads: Number) -> Shape:
    """The share of leads created in the period that became a deal or a customer by the as-of date.

    The conversion flag or date decides; without one, a deal that names the lead; without that, the status. Recent leads
    may still convert, so the rate of a recent period is low. (Conversions in a period divided by leads created in it
    would mix cohorts, and can exceed 100 %.)

    >>> lead_conversion_rate(842, 8000)
    0.10525
    """
    return Ratio(converted_leads, decided_leads)


@kpi(
    title="Lead qualification rate",
    family=FAMILY,
    unit="ratio",
    formula="leads qualified or converted by the as-of date / leads created in the period",
    basis="created",
    matures=True,
    interval="wilson",
    excluded={"missing_created_date": "undated_leads"},
    source="own definition: conversion counts as qualified",
    headline=25,
)
def lead_qualification_rate(qualified_leads: Number, judged_leads: Number) -> Shape:
    """The share of leads created in the period that were qualified by the as-of date.

    A converted lead counts as qualified, whatever its status. It needs a qualification flag, date or status.

    >>> lead_qualification_rate(25, 100)
    0.25
    """
    return Ratio(qualified_leads, judged_leads)


@kpi(
    title="Missed leads",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="unanswered, unconverted leads at least missed_after_hours (24) old",
    basis="created",
    excluded={"too_recent": "unmissable_leads", "missing_created_date": "leads_without_date"},
    source="own definition: never answered",
)
def missed_leads(missed_leads: Number, missable_leads: Number) -> Shape:
    """Leads without an answer from a person by the as-of date, out of the leads old enough to expect one.

    A lead that converted without a recorded touch was answered somehow, and does not count as missed.

    >>> missed_leads(23, 100)
    23
    """
    return Tally(missed_leads, missable_leads)


@kpi(
    title="Missed value, never answered",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="amounts of leads and deals lost or expired (expired_days, 90) without an outbound touch by a person",
    basis="created",
    n="unanswered_priced",
    excluded={"missing_amount": "unanswered_unpriced"},
    additive=True,
    idea="missed_leads",
    source="own definition: lost or expired without a follow-up",
)
def missed_value(unanswered_amount: Number) -> Shape:
    """The value of leads and deals that were lost or expired without anybody contacting them.

    A lead and its deal count once, with the amount of the deal. Together with ``missed_value_slow`` (answered too late), it
    is an upper bound of the cost of slow or no answers: not all of it would have been won. To see how much less often late
    answers convert, use ``lead_conversion_rate`` by ``response_band``.

    >>> missed_value(12500)
    12500
    """
    return unanswered_amount


@kpi(
    title="Missed value, answered slowly",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="amounts of leads and deals lost or expired whose first outbound touch took over slow_response_hours (24)",
    basis="created",
    n="slow_priced",
    excluded={"missing_amount": "slow_unpriced"},
    additive=True,
    idea="missed_leads",
    source="own definition: how much slow answers cost",
)
def missed_value_slow(slow_amount: Number) -> Shape:
    """The value of leads and deals that were answered late and then lost or expired.

    The first touch of a lead is timed to the second from its creation; that of a deal without a lead in whole days,
    because deals have a creation date only. An upper bound of the cost of slow answers: some would have been lost anyway.

    >>> missed_value_slow(8000)
    8000
    """
    return slow_amount
