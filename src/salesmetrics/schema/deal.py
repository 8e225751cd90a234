"""A sales opportunity: one row of a CRM's deals export."""

from __future__ import annotations

from salesmetrics.schema.fields import Day, Flag, Id, Money, Quantity, Record, Share, Text

__all__ = ["Deal"]


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
