"""A person who sells."""

from __future__ import annotations

from salesmetrics.schema.fields import Day, Flag, Id, Record, Text

__all__ = ["Rep"]


class Rep(Record):
    """A person who sells."""

    id: Id | None = None
    name: Text | None = None
    email: Text | None = None
    team: Text | None = None
    region: Text | None = None
    manager: Text | None = None
    role: Text | None = None
    hired: Day | None = None
    left: Day | None = None
    trained: Day | None = None
    is_active: Flag | None = None
