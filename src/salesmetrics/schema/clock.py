"""What stands beside a wall clock where the instant behind it is known."""

from __future__ import annotations

__all__ = ["utc_name"]


def utc_name(field: str) -> str:
    """The column that holds the same instants as clocks in UTC, which can be subtracted from each other.

    >>> utc_name("created")
    '__created_utc__'
    """
    return f"__{field}_utc__"
