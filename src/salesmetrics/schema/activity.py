"""A call, an email, a meeting or a task."""

from __future__ import annotations

from salesmetrics.schema.fields import Duration, Flag, Id, Instant, Record, Text

__all__ = ["Activity"]


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
