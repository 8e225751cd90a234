"""A prospect before it becomes a deal: one row of a leads export."""

from __future__ import annotations

from salesmetrics.schema.fields import Flag, Id, Instant, Money, Record, Text

__all__ = ["Lead"]


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
