"""A sales opportunity: one row of a CRM's deals export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from salesmetrics.schema.fields import (
    Day,
    Duration,
    Flag,
    Id,
    Instant,
    Money,
    PeriodLabel,
    Quantity,
    Record,
    Score,
    Share,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

__all__ = [
    "SCALES",
    "Activity",
    "Cost",
    "Customer",
    "Deal",
    "Figure",
    "Invoice",
    "Lead",
    "Product",
    "Quota",
    "Rate",
    "Rep",
    "RevenueMovement",
    "StageDefinition",
    "StageEntry",
    "Survey",
    "maybe_of_five",
    "of_another_scale",
    "off_scale",
]


class Deal(Record):
    """A sales opportunity: one row of a CRM's deals export."""

    id: Id | None = None
    name: Text | None = None
    account: Text | None = None
    account_id: Id | None = None
    contact: Text | None = None
    owner: Text | None = None
    owner_id: Id | None = None
    team: Text | None = None
    region: Text | None = None
    pipeline: Text | None = None
    stage: Text | None = None
    status: Text | None = None
    amount: Money | None = None
    value_period: Text | None = None
    """What the amount is per (``monthly``, ``annual``); with ``term`` it says what the deal is worth."""
    term: Text | None = None
    """How long the contract runs, such as ``12`` or ``2 years``."""
    currency: Text | None = None
    created: Day | None = None
    close_date: Day | None = None
    """Actual close of a closed deal, expected close of an open one: the single date of many CRMs."""
    closed: Day | None = None
    """Actual close, never a forecast."""
    won_on: Day | None = None
    lost_on: Day | None = None
    expected_close: Day | None = None
    is_won: Flag | None = None
    is_lost: Flag | None = None
    is_closed: Flag | None = None
    is_deleted: Flag | None = None
    probability: Share | None = None
    forecast_category: Text | None = None
    type: Text | None = None
    source: Text | None = None
    campaign: Text | None = None
    product: Text | None = None
    segment: Text | None = None
    loss_reason: Text | None = None
    quantity: Quantity | None = None
    list_price: Money | None = None
    cost: Money | None = None
    last_activity: Day | None = None
    stage_entered: Day | None = None
    lead_id: Id | None = None


# --- A prospect before it becomes a deal: one row of a leads export ---


class Lead(Record):
    """A prospect before it becomes a deal: one row of a leads export."""

    id: Id | None = None
    name: Text | None = None
    company: Text | None = None
    account_id: Id | None = None
    deal_id: Id | None = None
    owner: Text | None = None
    owner_id: Id | None = None
    team: Text | None = None
    region: Text | None = None
    source: Text | None = None
    campaign: Text | None = None
    segment: Text | None = None
    product: Text | None = None
    status: Text | None = None
    amount: Money | None = None
    """What the lead is thought to be worth."""
    value_period: Text | None = None
    """What the amount is per, as of a deal."""
    currency: Text | None = None
    created: Instant | None = None
    is_converted: Flag | None = None
    converted_at: Instant | None = None
    is_qualified: Flag | None = None
    qualified_at: Instant | None = None
    first_response_at: Instant | None = None
    lost_reason: Text | None = None
    is_deleted: Flag | None = None


# --- A call, an email, a meeting or a task ---


class Activity(Record):
    """A call, an email, a meeting or a task."""

    id: Id | None = None
    type: Text | None = None
    direction: Text | None = None
    subject: Text | None = None
    owner: Text | None = None
    owner_id: Id | None = None
    team: Text | None = None
    deal_id: Id | None = None
    lead_id: Id | None = None
    account_id: Id | None = None
    contact_id: Id | None = None
    occurred: Instant | None = None
    """When it happened (or is planned to happen)."""
    created: Instant | None = None
    due: Instant | None = None
    completed_at: Instant | None = None
    is_completed: Flag | None = None
    status: Text | None = None
    result: Text | None = None
    duration: Duration | None = None
    is_automated: Flag | None = None
    is_deleted: Flag | None = None


# --- A company or person that buys: one row of an accounts or customers export ---


class Customer(Record):
    """A company or person that buys: one row of an accounts or customers export."""

    id: Id | None = None
    name: Text | None = None
    owner: Text | None = None
    owner_id: Id | None = None
    team: Text | None = None
    region: Text | None = None
    segment: Text | None = None
    source: Text | None = None
    status: Text | None = None
    started: Day | None = None
    ended: Day | None = None
    is_active: Flag | None = None
    mrr: Money | None = None
    potential: Money | None = None
    """What the customer could buy in a year: an estimate from outside."""
    currency: Text | None = None
    is_deleted: Flag | None = None


# --- A change of recurring revenue of one customer, or its level in one period ---


class RevenueMovement(Record):
    """A change of recurring revenue of one customer, or its level in one period."""

    id: Id | None = None
    account: Text | None = None
    account_id: Id | None = None
    owner: Text | None = None
    owner_id: Id | None = None
    team: Text | None = None
    region: Text | None = None
    segment: Text | None = None
    product: Text | None = None
    movement: Text | None = None
    """new, expansion, contraction, churn, reactivation or renewal."""
    amount: Money | None = None
    """The change, without a sign for contraction and churn, or with one."""
    mrr: Money | None = None
    """The level in the period, where the export gives levels."""
    start: Day | None = None
    """The first day of the level, where the export gives levels from one day to another."""
    end: Day | None = None
    """The last day paid."""
    occurred: Day | None = None
    period: PeriodLabel | None = None
    currency: Text | None = None


# --- A bill, or a payment received ---


class Invoice(Record):
    """A bill, or a payment received."""

    id: Id | None = None
    account: Text | None = None
    account_id: Id | None = None
    deal_id: Id | None = None
    owner: Text | None = None
    owner_id: Id | None = None
    team: Text | None = None
    region: Text | None = None
    product: Text | None = None
    type: Text | None = None
    """Invoice, credit note, draft and the like; the kind of payment is none of it."""
    issued: Day | None = None
    due: Day | None = None
    paid_on: Day | None = None
    amount: Money | None = None
    paid_amount: Money | None = None
    balance: Money | None = None
    """What is still open of the amount."""
    status: Text | None = None
    is_cancelled: Flag | None = None
    currency: Text | None = None


# --- A target of a rep, a team, a region, a product or the company for a period ---


class Quota(Record):
    """A target of a rep, a team, a region, a product or the company for a period."""

    owner: Text | None = None
    owner_id: Id | None = None
    team: Text | None = None
    region: Text | None = None
    product: Text | None = None
    period: PeriodLabel | None = None
    start: Day | None = None
    end: Day | None = None
    amount: Money | None = None
    currency: Text | None = None
    is_ramping: Flag | None = None


# --- money spent on selling ---


class Cost(Record):
    """Money spent on selling."""

    id: Id | None = None
    date: Day | None = None
    period: PeriodLabel | None = None
    start: Day | None = None
    """The first day that the cost is for, where the export gives its first and last day."""
    end: Day | None = None
    """The last day that the cost is for."""
    category: Text | None = None
    description: Text | None = None
    amount: Money | None = None
    currency: Text | None = None
    owner: Text | None = None
    owner_id: Id | None = None
    team: Text | None = None
    region: Text | None = None
    product: Text | None = None
    source: Text | None = None
    campaign: Text | None = None


# --- A person who sells ---


class Rep(Record):
    """A person who sells."""

    id: Id | None = None
    name: Text | None = None
    email: Text | None = None
    team: Text | None = None
    region: Text | None = None
    manager: Text | None = None
    role: Text | None = None
    hired: Day | None = None
    left: Day | None = None
    trained: Day | None = None
    is_active: Flag | None = None


# --- one answer to a survey ---


SCALES: Final[Mapping[str, tuple[int, int]]] = {"nps": (0, 10), "enps": (0, 10), "csat": (1, 5)}
"""Question to the lowest and highest score that can answer it."""

_SOME = 3
_MANY = 5
_FEWEST = 10
_FEW_OF_FIVE = 4


class Survey(Record):
    """One answer to a survey."""

    id: Id | None = None
    score: Score | None = None
    scale_max: Score | None = None
    type: Text | None = None
    answered: Day | None = None
    account: Text | None = None
    account_id: Id | None = None
    owner: Text | None = None
    owner_id: Id | None = None
    team: Text | None = None
    region: Text | None = None
    segment: Text | None = None


def off_scale(surveys: pl.DataFrame) -> pl.Expr:
    """Whether a score, or the scale that its row names, is not that of its question."""
    import polars as pl

    wrong = pl.lit(value=False)
    for question, (low, high) in SCALES.items():
        off = ~pl.col("score").is_between(low, high)
        if "scale_max" in surveys.columns:
            off |= pl.col("scale_max").is_not_null() & (pl.col("scale_max") != high)
        wrong |= (pl.col("type") == question) & off
    return (wrong & pl.col("score").is_not_null()).fill_null(value=False)


def of_another_scale(surveys: pl.DataFrame) -> list[str]:
    """The questions that were asked on another scale, so that not even the scores within theirs can be used.

    That is so where all scores are off the scale, or a third and at least three, or a tenth and at least five; and where ten
    or more answers to a question from 0 to 10 all lie between 1 and 5. One wrong score in a few answers is a slip.
    """
    import polars as pl

    off, n = pl.col("off"), pl.col("n")
    many = ((off * 3 >= n) & (off >= _SOME)) | ((off >= _MANY) & (off * 10 > n)) | ((off == n) & (off > 0))
    return sorted(_ranges(surveys).filter(many | (_within_five() & (n >= _FEWEST)))["type"].to_list())


def maybe_of_five(surveys: pl.DataFrame) -> list[str]:
    """The questions from 0 to 10 whose few answers all lie between 1 and 5: from four on they may be of another scale."""
    import polars as pl

    few = pl.col("n").is_between(_FEW_OF_FIVE, _FEWEST - 1)
    return sorted(_ranges(surveys).filter(_within_five() & few)["type"].to_list())


def _within_five() -> pl.Expr:
    """All of them lie between 1 and 5, and no row says that the scale goes further."""
    import polars as pl

    return (pl.col("type") != "csat") & (pl.col("low") >= 1) & (pl.col("high") <= 5) & ~pl.col("stated")


def _ranges(surveys: pl.DataFrame) -> pl.DataFrame:
    import polars as pl

    score = pl.col("score")
    stated = pl.col("scale_max").is_not_null().any() if "scale_max" in surveys.columns else pl.lit(value=False)
    return (
        surveys.filter(score.is_not_null() & pl.col("type").is_in(list(SCALES)))
        .group_by("type", maintain_order=True)
        .agg(n=pl.len(), off=off_scale(surveys).sum(), low=score.min(), high=score.max(), stated=stated)
    )


# --- A row of the price list ---


class Product(Record):
    """A row of the price list."""

    id: Id | None = None
    sku: Id | None = None
    name: Text | None = None
    category: Text | None = None
    list_price: Money | None = None
    cost: Money | None = None
    currency: Text | None = None
    is_active: Flag | None = None


# --- what one unit of a currency was worth in another on a day or in a period ---


class Rate(Record):
    """What one unit of a currency was worth in another on a day or in a period."""

    currency: Text | None = None
    to_currency: Text | None = None
    date: Day | None = None
    period: PeriodLabel | None = None
    rate: Quantity | None = None


# --- what a KPI is elsewhere, and who says so ---


class Figure(Record):
    """What a KPI is elsewhere, and who says so: an outside figure to compare with."""

    kpi: Id | None = None
    segment: Text | None = None
    value: Quantity | None = None
    source: Text | None = None
    year: Text | None = None


# --- one move of a deal into a stage: one row of a stage-history export ---


class StageEntry(Record):
    """One move of a deal into a stage: one row of a stage-history export."""

    id: Id | None = None
    deal_id: Id | None = None
    stage: Text | None = None
    from_stage: Text | None = None
    entered: Instant | None = None
    exited: Instant | None = None
    owner: Text | None = None
    owner_id: Id | None = None
    pipeline: Text | None = None
    amount: Money | None = None
    expected_close: Day | None = None
    """When the deal was expected to close, as it was put down then."""


# --- what a stage of a pipeline means: one row of a stages or pipelines table ---


class StageDefinition(Record):
    """What a stage of a pipeline means: one row of a stages or pipelines table."""

    id: Id | None = None
    pipeline: Text | None = None
    name: Text | None = None
    position: Quantity | None = None
    is_closed: Flag | None = None
    is_won: Flag | None = None
    is_lost: Flag | None = None
    probability: Share | None = None
