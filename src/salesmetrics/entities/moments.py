"""The days that kinds of file are measured on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

__all__ = ["Moments"]

_LASTING = frozenset({"customers", "revenue"})
"""Kinds whose records go on after their last event: their state is known on the day of the report, too."""


class Moments(msgspec.Struct, frozen=True):
    """The days that kinds of file are measured on.

    Attributes:
        day: The day that the report speaks for.
        own: The last event of each kind, where no day was asked for; ``exports`` is the newest of several exports of one list.
        asked: Whether the day was asked for: then what came later is left out of every file. Where it was not, nothing is.
    """

    day: date | None
    own: Mapping[str, date] = msgspec.field(default_factory=dict)
    asked: bool = True

    @property
    def cut(self) -> date | None:
        """The day after which records are left out, if there is one."""
        return self.day if self.asked else None

    def of(self, *kinds: str) -> date | None:
        """The day for records of a kind, or for what is made of several: that of the deals where they are among them, else the latest."""
        if self.day is None or "deals" in kinds:
            return self.day
        known = [*kinds, *(["exports"] if "stages" in kinds else [])]  # exports of a list tell of its stages, too
        days = [max(own, self.day) if kind in _LASTING else own for kind in known if (own := self.own.get(kind))]
        return max(days, default=self.day)
