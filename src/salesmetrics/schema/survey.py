"""One answer to a survey."""

from __future__ import annotations

from salesmetrics.schema.fields import Day, Id, Record, Score, Text

__all__ = ["Survey"]


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
