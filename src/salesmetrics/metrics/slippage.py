"""Slippage: deals that do not close when they were meant to, and dates that are put off."""

from __future__ import annotations

from salesmetrics.metrics.definition import Mean, Number, Ratio, Sample, Shape, kpi

FAMILY = "pipeline"
DARK = {"no_close_date_history": "unplanned_at_start", "missing_close_date": "vague_closed_deals"}
UNTRACKED = {"no_close_date_history": "untracked_deals", "missing_close_date": "vague_closed_deals"}


@kpi(
    title="Slip rate",
    family=FAMILY,
    unit="ratio",
    direction="lower",
    formula="deals due in the period that are still open at its end / deals that were due in it when it began",
    basis="due",
    span="quarter",
    interval="wilson",
    excluded={"other_outcome": "void_due_deals", **DARK},
    source="Ebsta, slipped; Truly, pushed deals",
    headline=20,
)
def slip_rate(slipped_deals: Number, due_deals: Number) -> Shape:
    """Of the deals that were expected to close in the period when it began, the share that did not.

    What was expected is the last date put down before the period: moving it afterwards does not help. A won deal did not
    slip, and neither did a lost one. A deal that is closed as void or duplicate is left out and counted; so is a deal that
    was open then and of which no earlier date is known: it may have been due. Without a period it is about the last
    complete quarter, of the fiscal calendar where one is set. The dates come from a stage history that says with each row when the deal was expected to close.

    >>> slip_rate(12, 40)
    0.3
    """
    return Ratio(slipped_deals, due_deals)


@kpi(
    title="Slip rate by value",
    family=FAMILY,
    unit="ratio",
    direction="lower",
    formula="amount of deals due in the period that are still open at its end / amount of deals due in it when it began",
    basis="due",
    span="quarter",
    n="due_priced_deals",
    excluded={"missing_amount": "due_unpriced_deals", "other_outcome": "void_due_deals", **DARK},
    source="Ebsta, slipped; Truly, pushed deals",
)
def slip_rate_value(slipped_amount: Number, due_amount: Number) -> Shape:
    """Of the money that was expected in the period when it began, the share that was still open at its end.

    Amounts are those that stood in the history when the period began; where the history has none, those of the deals.

    >>> slip_rate_value(45000, 150000)
    0.3
    """
    return Ratio(slipped_amount, due_amount)


@kpi(
    title="Pushed close dates",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="times in the period that the expected close date of an open deal was moved to a later day",
    basis="occurred",
    span="quarter",
    n="tracked_deals",
    excluded=UNTRACKED,
    additive=True,
    source="Quartz, close date adjustments",
    headline=35,
)
def push_count(close_date_pushes: Number) -> Shape:
    """How often the end of an open deal was put off. Each move counts as it was made, also one that is taken back later.

    A date that is put down on the day a deal closes is its close and no push. Deals of which no date is known in the
    period are left out and counted: nobody knows whether they were pushed. Without a period it is about the last complete
    quarter, of the fiscal calendar where one is set.

    >>> push_count(18)
    18
    """
    return close_date_pushes


@kpi(
    title="Days pushed, mean",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="mean days by which expected close dates were moved to a later day in the period",
    basis="occurred",
    span="quarter",
    interval="hall",
    excluded=UNTRACKED,
    source="Truly, date change amount",
)
def push_days_mean(push_days: Sample) -> Shape:
    """How far the end of a deal is put off at a time, in calendar days. Dates that are brought forward do not count.

    >>> push_days_mean([7, 30, 92])
    43.0
    """
    return Mean(push_days)
