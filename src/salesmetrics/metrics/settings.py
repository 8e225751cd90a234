"""What a KPI can be told by its user: thresholds and outside figures. All of it has a default or is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["PREFIX", "Settings"]

PREFIX = "setting_"
"""A measure or KPI takes a setting by naming a parameter so: ``setting_stalled_days``."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Thresholds and outside figures.

    Attributes:
        market_size: Customers that there are to win, from outside.
        stalled_days: Days without a touch, in a stage or of age after which an open deal is stalled.
    """

    market_size: Decimal | None = None
    stalled_days: int = 30

    def value(self, name: str) -> object:
        """A setting by its parameter name.

        >>> Settings().value("setting_stalled_days")
        30
        """
        return getattr(self, name.removeprefix(PREFIX))
