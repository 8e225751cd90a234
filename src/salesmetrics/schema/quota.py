"""A target of a rep, a team, a region, a product or the company for a period."""

from __future__ import annotations

from salesmetrics.schema.fields import Day, Flag, Id, Money, PeriodLabel, Record, Text

__all__ = ["Quota"]


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
