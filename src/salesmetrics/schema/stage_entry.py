"""One move of a deal into a stage: one row of a stage-history export."""

from __future__ import annotations

from salesmetrics.schema.fields import Day, Id, Instant, Money, Record, Text

__all__ = ["StageEntry"]


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
