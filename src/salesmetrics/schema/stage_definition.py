"""What a stage of a pipeline means: one row of a stages or pipelines table."""

from __future__ import annotations

from salesmetrics.schema.fields import Flag, Id, Quantity, Record, Share, Text

__all__ = ["StageDefinition"]


class StageDefinition(Record):
    """What a stage of a pipeline means: one row of a stages or pipelines table."""

    id: Id | None = None
    pipeline: Text | None = None
    name: Text | None = None
    position: Quantity | None = None
    is_closed: Flag | None = None
    is_won: Flag | None = None
    is_lost: Flag | None = None
    probability: Share | None = None
