"""What a user can set for KPIs: thresholds and external figures. Each has a default or is unknown."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal  # noqa: TC003 - bounds and configuration are checked against these annotations
from typing import Annotated, ClassVar

from salesmetrics.metrics.bounds import LARGEST, Bounds, SettingError, check_bounds
from salesmetrics.metrics.incentives import IncentivePlan  # noqa: TC001 - as above
from salesmetrics.schema.message import Message

__all__ = ["PREFIX", "Settings"]

PREFIX = "setting_"
"""A measure or KPI takes a setting by naming a parameter so: ``setting_stalled_days``."""

Days = Annotated[int, Bounds(ge=1, le=36_500)]
"""From a day to a century: more would exceed the calendar."""
Hours = Annotated[int, Bounds(ge=1, le=876_000)]


@dataclass(frozen=True, slots=True)
class Settings:
    """Thresholds and external figures.

    Attributes:
        market_size: Number of potential customers in the market, from an external source.
        horizon_days: Days after creation within which ``win_rate_horizon`` counts a win.
        stalled_days: Days without a touch, or in one stage, after which an open deal is stalled.
        stalled_stage_days: Days in one stage after which an open deal is stalled; replaces the limit from won deals.
        stalled_age_days: Days since creation after which an open deal is stalled.
        follow_up_touches: Further touches that count as a follow-up.
        follow_up_days: Days after the first touch in which follow-up touches count.
        business_hours: Hours that count towards response times, for example ``09:00-18:00 Mon-Fri``; unset: all hours.
        missed_after_hours: Hours without any touch after which a lead is missed.
        slow_response_hours: Hours after which a first touch is slow.
        expired_days: Days without a touch after which an open lead or deal counts as lost.
        meeting_yield_days: Days after a meeting in which progress counts as its yield.
        training_window_days: Days compared before and after a training.
        stage_order: Open stages in order, of all pipelines; each pipeline takes its own from the list. A list of stages with
            their order (`pipelines=FILE`) comes first.
        incentive: Pay plan: tiers, bonuses and caps.

    Raises:
        SettingError: A number lies outside its bounds: days and hours are at least 1.

    >>> Settings(stalled_days=-3)
    Traceback (most recent call last):
    salesmetrics.metrics.bounds.SettingError: stalled_days: must be at least 1, not -3
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    market_size: Annotated[Decimal, Bounds(gt=0, le=LARGEST)] | None = None
    horizon_days: Days = 180
    stalled_days: Days = 30
    stalled_stage_days: Days | None = None
    stalled_age_days: Days = 180
    follow_up_touches: Annotated[int, Bounds(ge=1, le=1000)] = 1
    follow_up_days: Days = 14
    business_hours: str | None = None
    missed_after_hours: Hours = 24
    slow_response_hours: Hours = 24
    expired_days: Days = 90
    meeting_yield_days: Days = 14
    training_window_days: Days = 90
    stage_order: tuple[str, ...] = ()
    incentive: IncentivePlan | None = None

    def __post_init__(self) -> None:
        """Refuse what lies outside its bounds, wherever it comes from."""
        check_bounds(self)
        named = [" ".join(stage.casefold().split()) for stage in self.stage_order]
        twice = next(
            (stage for stage, name in zip(self.stage_order, named, strict=True) if named.count(name) > 1), None
        )
        if twice is not None or "" in named:
            cause = Message("stage_blank_in_order") if twice is None else Message("stage_twice_in_order", stage=twice)
            raise SettingError("stage_order", cause, Message("stage_order_form"))

    def value(self, name: str) -> object:
        """A setting by its parameter name.

        >>> Settings().value("setting_stalled_days")
        30
        """
        return getattr(self, name.removeprefix(PREFIX))
