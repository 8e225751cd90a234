"""What a KPI can be told by its user: thresholds and outside figures. All of it has a default or is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal  # noqa: TC003 - the configuration validates against these annotations
from typing import ClassVar

from salesmetrics.metrics.incentives import IncentivePlan  # noqa: TC001 - as above

__all__ = ["PREFIX", "Settings"]

PREFIX = "setting_"
"""A measure or KPI takes a setting by naming a parameter so: ``setting_stalled_days``."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Thresholds and outside figures.

    Attributes:
        market_size: Customers that there are to win, from outside.
        horizon_days: Days within which ``win_rate_horizon`` asks for a win.
        stalled_days: Days without a touch, or in a stage, after which an open deal is stalled.
        stalled_stage_days: Days in one stage after which an open deal is stalled, whatever the history of won deals says.
        stalled_age_days: Days since creation after which an open deal is stalled.
        follow_up_touches: Further touches that make a follow-up.
        follow_up_days: Days after the first touch in which they count.
        business_hours: When the response clock runs, for example ``09:00-18:00 Mon-Fri``; unset, it always does.
        missed_after_hours: A lead without any touch for so long is missed.
        slow_response_hours: A first touch later than this is slow.
        expired_days: An open lead or deal without a touch for so long is as good as lost.
        meeting_yield_days: Days after a meeting in which progress counts as its yield.
        training_window_days: Days before and after a training that are compared.
        incentive: How sales are paid for: tiers, bonuses and caps.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    market_size: Decimal | None = None
    horizon_days: int = 180
    stalled_days: int = 30
    stalled_stage_days: int | None = None
    stalled_age_days: int = 180
    follow_up_touches: int = 1
    follow_up_days: int = 14
    business_hours: str | None = None
    missed_after_hours: int = 24
    slow_response_hours: int = 24
    expired_days: int = 90
    meeting_yield_days: int = 14
    training_window_days: int = 90
    incentive: IncentivePlan | None = None

    def value(self, name: str) -> object:
        """A setting by its parameter name.

        >>> Settings().value("setting_stalled_days")
        30
        """
        return getattr(self, name.removeprefix(PREFIX))
