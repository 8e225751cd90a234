"""Money spent on selling."""

from __future__ import annotations

from salesmetrics.schema.fields import Day, Id, Money, PeriodLabel, Record, Text

__all__ = ["Cost"]


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
