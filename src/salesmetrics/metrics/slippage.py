"""Slippage: deals that do not close when expected, and close dates that are pushed back."""

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
    formula="deals due in the period that are still open at its end / deals due in the period at its start",
    basis="due",
    span="quarter",
    interval="wilson",
    excluded={"other_outcome": "void_due_deals", **DARK},
    source="Ebsta, slipped; Truly, pushed deals",
    headline=20,
)
def slip_rate(slipped_deals: Number, due_deals: Number) -> Shape:
    """The share of deals expected, at the start of the period, to close in it that did not.

    The expected date is the last one entered before the period, so moving it later makes no difference. Won and lost deals
    did not slip. Deals closed as void or duplicate are left out and counted, as are deals that were open at the start
    without a known expected date, because they may have been due. The default period is the last complete quarter, fiscal if a fiscal calendar is set.
    The dates come from a stage history with the expected close date in each row, or from a log of changed fields.

    >>> slip_rate(12, 40)
    0.3
    """
    return Ratio(slipped_deals, due_deals)


@kpi(
    title="Slip rate by value",
    family=FAMILY,
    unit="ratio",
    direction="lower",
    formula="amount of deals due in the period that are still open at its end / amount of deals due in the period at its start",
    basis="due",
    span="quarter",
    n="due_priced_deals",
    excluded={"missing_amount": "due_unpriced_deals", "other_outcome": "void_due_deals", **DARK},
    idea="slip_rate",
    source="Ebsta, slipped; Truly, pushed deals",
)
def slip_rate_value(slipped_amount: Number, due_amount: Number) -> Shape:
    """The share of the amount expected, at the start of the period, to close in it that was still open at its end.

    Amounts are those in the history at the start of the period or, without one, those of the deals.

    >>> slip_rate_value(45000, 150000)
    0.3
    """
    return Ratio(slipped_amount, due_amount)


@kpi(
    title="Pushed close dates",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="number of times in the period that an open deal's expected close date was moved to a later day",
    basis="occurred",
    span="quarter",
    n="tracked_deals",
    excluded=UNTRACKED,
    additive=True,
    source="Quartz, close date adjustments",
    headline=35,
)
def push_count(close_date_pushes: Number) -> Shape:
    """How often the expected close date of an open deal was pushed back. Each push counts, even one reversed later.

    A date entered on the day a deal closes is its close, not a push. Deals without a known date in the period are left out
    and counted, because it is unknown whether they were pushed. The default period is the last complete
    quarter, fiscal if a fiscal calendar is set.

    >>> push_count(18)
    18
    """
    return close_date_pushes


@kpi(
    title="Days pushed, mean",
    family=FAMILY,
    unit="days",
    direction="lower",
    formula="mean number of days by which expected close dates were pushed back in the period",
    basis="occurred",
    span="quarter",
    interval="hall",
    excluded=UNTRACKED,
    source="Truly, date change amount",
)
def push_days_mean(push_days: Sample) -> Shape:
    """The mean number of calendar days per push of an expected close date. Dates moved forward do not count.

    >>> push_days_mean([7, 30, 92])
    43.0
    """
    return Mean(push_days)
