"""Conversion: how often it ends in a sale."""

from __future__ import annotations

from salesmetrics.metrics.definition import EventTable, Incidence, Number, Ratio, Shape, Tally, Undefined, kpi

FAMILY = "conversion"
UNPLACED_ONE_IN = 20
"""With more closed deals without a day among those created, curves over the days of closing are shifted."""
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
    """Of the deals decided in the period, the share that was won.

    Deals closed otherwise (void, duplicate) are left out and counted. It reads too high where losers are left open:
    compare it with ``win_rate_created`` and with the age of the open deals.

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
    formula="won amount / (won amount + lost amount), negative amounts left out",
    basis="closed",
    n="decided_priced_deals",
    excluded={"missing_amount": "decided_unpriced_deals", "negative_amount": "decided_negative_deals", **UNDATED},
    source="dbt_salesforce, sales_snapshot; QuarterOne",
)
def win_rate_value(won_value: Number, lost_value: Number) -> Shape:
    """Of the money decided in the period, the share that was won.

    Amounts of lost deals are often never kept up; where they are all 0 the share is 100 % whatever happened, and a
    finding says so. A deal with an amount below 0 is a correction or a credit: it is left out and counted, for the share
    would leave the range from 0 to 100 %. In the counts of wins and losses it stays.

    >>> win_rate_value(300, 100)
    0.75
    """
    return Ratio(won_value, won_value + lost_value)


@kpi(
    title="Win rate, broad",
    family=FAMILY,
    unit="ratio",
    formula="won / (won + lost + other)",
    basis="closed",
    interval="wilson",
    excluded=UNDATED,
    source="Kellblog, broad win rate",
)
def win_rate_broad(won_deals: Number, lost_deals: Number, other_deals: Number) -> Shape:
    """Of all deals closed in the period, those without a decision included, the share that was won.

    >>> win_rate_broad(4, 2, 94)
    0.04
    """
    return Ratio(won_deals, won_deals + lost_deals + other_deals)


@kpi(
    title="Win rate, created",
    family=FAMILY,
    unit="ratio",
    formula="won by the as-of date / created in the period",
    basis="created",
    matures=True,
    open="created_open_deals",
    interval="wilson",
    excluded={"missing_created_date": "undated_created_deals"},
    source="Varicent, Created Win Rate",
)
def win_rate_created(created_won_deals: Number, created_deals: Number) -> Shape:
    """Of the deals created in the period, the share that is won by the as-of date.

    Deals that are still open count as not won yet, so a young cohort reads low; it is final when none is open. Until then, or
    until ``horizon_days`` have passed since the period, it is not set beside another one: it is still maturing.

    >>> win_rate_created(3, 100)
    0.03
    """
    return Ratio(created_won_deals, created_deals)


@kpi(
    title="Win rate within the horizon",
    titled="Win rate within {settings.horizon_days} days",
    family=FAMILY,
    unit="ratio",
    formula="chance that a deal created in the period is won within horizon_days (180 unless set)",
    basis="created",
    interval="aalen_johansen",
    excluded={"missing_created_date": "undated_created_deals", "bad_close_date": "created_unplaced_deals"},
    source="Hanowell on Gelman's weblog; Aalen–Johansen estimate of the cumulative incidence",
)
def win_rate_horizon(
    deal_ends: EventTable, setting_horizon_days: int, created_unplaced_deals: Number = 0, created_deals: Number = 0
) -> Shape:
    """The chance that a deal is won within so many days of its creation; the setting ``horizon_days`` names them.

    Deals that are still open are neither left out nor counted as lost: each says what is known of it until the as-of
    date. Deals lost or closed otherwise can no longer be won. It has no value while no deal has been watched that long, nor
    where the day of closing is unknown of more than one deal in twenty: leaving out closed deals alone would shift it.

    If two of four deals were won by day 3, one was lost then, and one was last seen open on day 2, the rate within three
    days is 62.5 %: the one that was not watched to the end is taken to go like those that were.

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
    source="Salesforce help 000387867, (CLOSED-WON)/CLOSED; Oracle 25R4",
)
def loss_rate(won_deals: Number, lost_deals: Number) -> Shape:
    """Of the deals decided in the period, the share that was lost.

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
    source="own definition",
)
def win_loss_ratio(won_deals: Number, lost_deals: Number) -> Shape:
    """Won deals per lost deal. Without a lost deal it is undefined, and shown as for example 12:0.

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
    """Of the leads created in the period, the share that has become a deal or a customer by the as-of date.

    The flag or time of conversion decides; without one, a deal that names the lead does; without that, the status.
    Young leads may still convert, so a recent period reads low. (Conversions of a period over leads of the same period
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
    """Of the leads created in the period, the share that was found worth pursuing by the as-of date.

    A converted lead was qualified, whatever its status says. It needs a flag, a time or status words of qualification.

    >>> lead_qualification_rate(25, 100)
    0.25
    """
    return Ratio(qualified_leads, judged_leads)


@kpi(
    title="Missed leads",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="leads never answered and not converted, of those at least missed_after_hours (24) old",
    basis="created",
    excluded={"too_recent": "unmissable_leads", "missing_created_date": "leads_without_date"},
    source="own definition: never answered",
)
def missed_leads(missed_leads: Number, missable_leads: Number) -> Shape:
    """Leads that no person has reached out to by the as-of date, out of the leads old enough to expect it.

    A lead that converted without a touch on record was answered somehow, and is not counted as missed.

    >>> missed_leads(23, 100)
    23
    """
    return Tally(missed_leads, missable_leads)


@kpi(
    title="Missed value, never answered",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="amounts of leads and deals lost or expired (expired_days, 90) without any outbound touch by a person",
    basis="created",
    n="unanswered_priced",
    excluded={"missing_amount": "unanswered_unpriced"},
    additive=True,
    source="own definition: lost or expired without a follow-up",
)
def missed_value(unanswered_amount: Number) -> Shape:
    """What the leads and deals were worth that ended, or lie dead, without anybody having reached out to them.

    A lead and its deal are one chance: the deal's amount stands in for the lead's. With ``missed_value_slow``, which
    counts the chances answered too late, it bounds what silence and slowness cost: not all of it would have been won.
    How much less often late answers convert is ``lead_conversion_rate`` by ``response_band``.

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
    source="own definition: how much slow answers cost",
)
def missed_value_slow(slow_amount: Number) -> Shape:
    """What the leads and deals were worth that were answered late, and then lost or left lying.

    The first touch of a lead is timed from its creation to the second; that of a deal without a lead in whole days, for
    a deal is created on a day. An upper bound of the cost of slow answers: some would have been lost anyway.

    >>> missed_value_slow(8000)
    8000
    """
    return slow_amount
