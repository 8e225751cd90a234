"""What a rep earns on top: a plan of tiers, and the pay that follows from sales and quota."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, ClassVar

from salesmetrics.metrics.bounds import LARGEST, Bounds, SettingError, check_bounds
from salesmetrics.schema.message import Message

__all__ = ["IncentivePlan", "Payout", "Tier", "payout"]

Rate = Annotated[Decimal, Bounds(ge=0, le=1)]
Attainment = Annotated[Decimal, Bounds(ge=0, le=10)]
"""A share of the quota; more than ten times the quota is a percentage in place of a share."""
Amount = Annotated[Decimal, Bounds(ge=0, le=LARGEST)]


@dataclass(frozen=True, slots=True)
class Tier:
    """A rate that holds from a share of the quota on.

    Attributes:
        at: Attainment at which it begins: 0 for the first sale, 1 for the full quota.
        rate: Share of the sales that is paid: 0.05 is 5 %.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    at: Attainment
    rate: Rate

    def __post_init__(self) -> None:
        """Refuse a percentage in the place of a share."""
        check_bounds(self)


@dataclass(frozen=True, slots=True)
class IncentivePlan:
    """How sales are paid for.

    Attributes:
        tiers: Rates by attainment, in its order. A higher rate above the quota is an accelerator.
        marginal: Each rate pays for the sales within its own tier; otherwise the rate of the highest tier that is
            reached pays for all of them.
        threshold: Attainment below which nothing is paid by rate.
        accelerator: Multiplies the rates for what is sold above the quota.
        bonus_at_quota: Paid once when the quota is reached.
        bonus_per_unit: Paid per unit sold.
        cap: The most that is paid to a rep in a period.
        cap_attainment: Sales above this attainment are not paid for by rate.
    """

    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}

    tiers: tuple[Tier, ...] = ()
    marginal: bool = True
    threshold: Attainment = Decimal(0)
    accelerator: Annotated[Decimal, Bounds(gt=0, le=10)] = Decimal(1)
    bonus_at_quota: Amount = Decimal(0)
    bonus_per_unit: Amount = Decimal(0)
    cap: Annotated[Decimal, Bounds(gt=0, le=LARGEST)] | None = None
    cap_attainment: Annotated[Decimal, Bounds(gt=0, le=10)] | None = None

    def __post_init__(self) -> None:
        """Refuse a plan of which nobody can tell what it pays, or which pays nothing.

        Raises:
            SettingError: A number lies outside its bounds, tiers are not in order, or nothing is ever paid.
        """
        check_bounds(self)
        for one, after in pairwise(tier.at for tier in self.tiers):
            if one == after:
                raise SettingError("tiers", Message("tiers_begin_alike", at=one), Message("each_at_once"))
            if one > after:
                raise SettingError("tiers", Message("tiers_out_of_order", at=after, before=one), Message("at_rising"))
        if not (any(tier.rate for tier in self.tiers) or self.bonus_at_quota or self.bonus_per_unit):
            raise SettingError("tiers", Message("plan_pays_nothing"), Message("tiers_example"))


@dataclass(frozen=True, slots=True)
class Payout:
    """What is paid, and how it came about.

    Attributes:
        amount: The sum that is paid.
        attainment: Sales over quota.
        steps: The working, a line each: what, of how much, at which rate, makes how much.
        capped: The cap took something away.
    """

    amount: Decimal
    attainment: Decimal
    steps: tuple[tuple[Message, Decimal, Decimal, Decimal], ...]
    capped: bool


def payout(plan: IncentivePlan, won: Decimal, quota: Decimal, units: Decimal = Decimal(0)) -> Payout | None:
    """The pay of one rep for one period.

    Args:
        plan: The plan.
        won: Amount of the rep's won deals; a negative one earns nothing by rate.
        quota: The rep's quota; without one above 0 attainment is unknown, and so is the pay.
        units: Units sold.

    Returns:
        The pay; None without a quota.

    5 % up to the quota of 100,000 and 10 % above it, of 120,000: 5,000 and 2,000.

    >>> plan = IncentivePlan(tiers=(Tier(Decimal(0), Decimal("0.05")), Tier(Decimal(1), Decimal("0.10"))))
    >>> payout(plan, Decimal(120000), Decimal(100000)).amount
    Decimal('7000.00')
    >>> payout(plan, Decimal(120000), Decimal(0)) is None
    True
    """
    if quota <= 0:
        return None
    attainment = won / quota
    steps: list[tuple[Message, Decimal, Decimal, Decimal]] = []
    if attainment >= plan.threshold:
        steps += [(name, part, rate, part * rate) for name, part, rate in _parts(plan, won, quota)]
    if plan.bonus_at_quota and attainment >= 1:
        steps.append((Message("pay_bonus_at_quota"), Decimal(1), plan.bonus_at_quota, plan.bonus_at_quota))
    if plan.bonus_per_unit and units > 0:
        steps.append((Message("pay_bonus_per_unit"), units, plan.bonus_per_unit, units * plan.bonus_per_unit))
    full = sum((amount for *_, amount in steps), Decimal(0))
    capped = plan.cap is not None and full > plan.cap
    return Payout(plan.cap if plan.cap is not None and capped else full, attainment, tuple(steps), capped)


def _parts(plan: IncentivePlan, won: Decimal, quota: Decimal) -> list[tuple[Message, Decimal, Decimal]]:
    """The sales cut into bands of one rate each: name, amount, rate."""
    paid = won if plan.cap_attainment is None else min(won, plan.cap_attainment * quota)
    reached = [tier for tier in plan.tiers if tier.at * quota <= won] if won > 0 else []
    if not reached:
        return []
    if plan.marginal:
        ends = [*(tier.at * quota for tier in reached[1:]), paid]
        names = [Message("pay_from", share=float(tier.at)) for tier in reached]
        bands = [(n, tier.at * quota, end, tier.rate) for n, tier, end in zip(names, reached, ends, strict=True)]
    else:
        bands = [(Message("pay_all_sales"), Decimal(0), paid, reached[-1].rate)]
    pieces: list[tuple[Message, Decimal, Decimal]] = []
    for name, begin, end, rate in bands:
        low, high = min(begin, paid), min(end, paid)
        below, above = min(high, max(low, quota)) - low, high - max(low, min(high, quota))
        if plan.accelerator == 1:
            below, above = high - low, Decimal(0)
        pieces += [(name, below, rate)] if below > 0 else []
        pieces += [(Message("pay_accelerated", name=name), above, rate * plan.accelerator)] if above > 0 else []
    return pieces
