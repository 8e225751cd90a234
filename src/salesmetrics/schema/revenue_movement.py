"""A change of recurring revenue of one customer, or its level in one period."""

from __future__ import annotations

from salesmetrics.schema.fields import Day, Id, Money, PeriodLabel, Record, Text

__all__ = ["RevenueMovement"]


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
