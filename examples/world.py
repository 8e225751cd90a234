"""The records of the invented history, and small helpers that its parts share."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import market

if TYPE_CHECKING:
    from random import Random

REPS = {rep.id: rep for rep in market.REPS}
SEGMENTS = {segment.name: segment for segment in market.SEGMENTS}
SUBSCRIPTIONS = {
    segment.name: [product for product in market.PRODUCTS if segment.name in product.segments]
    for segment in market.SEGMENTS
}
CLOSING_TIME = datetime.combine(market.END, time(17, 45))
CENT = Decimal("0.01")


@dataclass
class Account:
    id: str
    name: str
    segment: str
    region: str
    rep: str
    source: str
    started: date | None = None
    ended: date | None = None
    mrr: Decimal = Decimal(0)


@dataclass
class Lead:
    id: str
    account: Account
    created: datetime
    owner: str
    source: str
    status: str = "New"
    value: Decimal | None = None
    qualified: datetime | None = None
    converted: datetime | None = None
    deal: str = ""
    reason: str = ""


@dataclass
class Deal:
    id: str
    account: Account
    type: str
    created: datetime
    source: str
    product: market.Product
    quantity: int
    amount: Decimal
    owner: str = ""
    stage: str = ""
    close: datetime | None = None
    """Actual close, or what the rep expects while the deal is open."""
    reason: str = ""
    last_activity: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.stage not in (market.WON, market.LOST, *market.VOID)


@dataclass
class StageMove:
    deal: str
    before: str
    stage: str
    entered: datetime
    exited: datetime | None
    owner: str
    amount: Decimal
    expected: date


@dataclass
class Activity:
    type: str
    direction: str
    subject: str
    at: datetime
    owner: str
    account: str
    deal: str = ""
    lead: str = ""
    outcome: str = ""
    seconds: int | None = None
    is_completed: bool = True
    is_automated: bool = False


@dataclass
class Movement:
    account: Account
    on: date
    kind: str
    amount: Decimal


@dataclass
class Terms:
    """What decides how a deal goes."""

    type: str
    chance: float
    cycle: float
    product: market.Product
    quantity: int
    amount: Decimal


@dataclass
class World:
    rng: Random
    accounts: list[Account] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    moves: list[StageMove] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)


def owner_on(account: Account, day: date) -> str:
    """The rep of an account, or the successor once the rep has left."""
    rep = REPS[account.rep]
    return market.SUCCESSOR.get(rep.id, rep.id) if rep.left is not None and day > rep.left else rep.id


def discounted(list_value: int, share: float) -> Decimal:
    return (list_value * (1 - Decimal(round(share * 200)) / 200)).quantize(CENT)


def business_time(moment: datetime) -> datetime:
    """The same moment, or the next working morning where it falls into a night or a weekend."""
    if moment.hour >= 18:
        moment = datetime.combine(moment.date() + timedelta(1), time(8, moment.minute))
    elif moment.hour < 8:
        moment = moment.replace(hour=8)
    while moment.weekday() >= 5:
        moment += timedelta(1)
    return moment


def strength(rep: market.Rep, day: date) -> float:
    """A new rep starts at less than half and is up to speed after nine months; training adds a little."""
    ramp = min(1.0, 0.45 + 0.55 * max(0, months_between(rep.hired, day)) / 9)
    trained = 1.08 if rep.trained is not None and day >= rep.trained else 1.0
    return rep.skill * ramp * trained


def result_of(rng: Random, type_: str) -> tuple[str, int | None]:
    if type_ == "meeting":
        return "Held", rng.choice((1500, 1800, 2700, 3600, 5400))
    if type_ == "email":
        return "Delivered", None
    outcome = rng.choices(("Connected", "No answer", "Left voicemail", "Busy"), (58, 22, 15, 5))[0]
    return outcome, round(320 * rng.lognormvariate(0, 0.7)) if outcome == "Connected" else rng.randrange(4, 40)


def office_time(rng: Random, day: date) -> datetime:
    return business_time(datetime.combine(day, time(rng.randrange(8, 18), rng.randrange(60))))


def months_between(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def poisson(rng: Random, mean: float) -> int:
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count
