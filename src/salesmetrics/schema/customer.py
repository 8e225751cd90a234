"""A company or person that buys: one row of an accounts or customers export."""

from __future__ import annotations

from salesmetrics.schema.fields import Day, Flag, Id, Money, Record, Text

__all__ = ["Customer"]


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
