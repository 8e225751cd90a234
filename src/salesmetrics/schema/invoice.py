"""A bill, or a payment received."""

from __future__ import annotations

from salesmetrics.schema.fields import Day, Flag, Id, Money, Record, Text

__all__ = ["Invoice"]


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
