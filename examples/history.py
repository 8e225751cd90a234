"""Two invented years of selling: leads become deals, deals become customers, customers renew, grow or leave."""

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


def simulate(rng: Random) -> World:
    world = World(rng)
    names = _company_names(rng)
    for _ in range(118):
        account = _new_account(world, names, date(2022, 1, 3) + timedelta(rng.randrange(980)))
        _, _, amount = _first_order(world, account)
        _become_customer(world, account, account.started or market.START, amount)
        _live_on(world, account)
    day = market.START
    while day <= market.END:
        demand = market.SEASON[day.month - 1] * (1 + 0.012 * _months(market.START, day))
        demand *= 1.0 if day.weekday() < 5 else 0.25
        for _ in range(_poisson(rng, 2.6 * demand)):
            _follow_lead(world, names, day)
        if day.weekday() < 5:
            for _ in range(_poisson(rng, 0.28 * demand)):
                account = _new_account(world, names, None, day, source="Offline Sources")
                _new_business(world, account, _office_time(rng, day))
        day += timedelta(1)
    world.deals.sort(key=lambda deal: (deal.created, deal.id))
    _number_deals(world)
    world.activities.sort(key=lambda activity: (activity.at, activity.subject))
    world.movements.sort(key=lambda movement: (movement.on, movement.account.id))
    world.moves.sort(key=lambda move: (move.deal, move.entered))
    return world


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


# --- leads -----------------------------------------------------------------------------------------------------------


def _follow_lead(world: World, names: list[str], day: date) -> None:
    rng = world.rng
    account = _new_account(world, names, None, day)
    created = datetime.combine(day, time(min(23, max(0, round(rng.gauss(13, 4)))), rng.randrange(60)))
    lead = Lead(f"LD-{len(world.leads) + 1:05d}", account, created, owner_on(account, day), account.source)
    world.leads.append(lead)
    if rng.random() < 0.5:
        lead.value = Decimal(round(SEGMENTS[account.segment].yearly_value * rng.lognormvariate(0, 0.5), -2))
    if rng.random() < 0.85:
        _touch_lead(world, lead, created + timedelta(minutes=1), "email", "Thank you for your enquiry", automated=True)
    rep = REPS[lead.owner]
    if rng.random() > (0.93 if rep.response_hours < 4 else 0.83):
        return
    hours = rep.response_hours * rng.lognormvariate(0, 1.2)
    answered = business_time(created + timedelta(hours=hours))
    if answered > CLOSING_TIME:
        return
    _touch_lead(world, lead, answered, "call" if rng.random() < 0.6 else "email", "First answer")
    lead.status = "Attempting"
    _work_lead(world, lead, answered, hours)


def _work_lead(world: World, lead: Lead, answered: datetime, hours: float) -> None:
    rng = world.rng
    at = answered
    for _ in range(min(4, _poisson(rng, 1.1))):
        at = business_time(at + timedelta(days=rng.lognormvariate(1.0, 0.5), minutes=rng.randrange(60)))
        if at <= CLOSING_TIME:
            _touch_lead(world, lead, at, rng.choice(("call", "email", "email")), "Follow-up")
            lead.status = "Connected"
    decided = business_time(at + timedelta(days=rng.uniform(0.2, 6)))
    if decided > CLOSING_TIME:
        return
    if rng.random() > (0.76 if hours <= 1 else 0.62 if hours <= 24 else 0.40):
        if rng.random() < 0.8:
            lead.status = "Disqualified"
            lead.reason = rng.choice(("No need", "Too small", "Student or job seeker", "Not reachable", ""))
        return
    lead.status, lead.qualified = "Qualified", decided
    converted = business_time(decided + timedelta(days=rng.uniform(0, 4)))
    if rng.random() < 0.74 and converted <= CLOSING_TIME:
        lead.status, lead.converted = "Converted", converted
        lead.deal = _new_business(world, lead.account, converted).id


def _touch_lead(world: World, lead: Lead, at: datetime, type_: str, subject: str, *, automated: bool = False) -> None:
    outcome, seconds = _result(world.rng, type_)
    world.activities.append(
        Activity(type_, "outbound", subject, at, lead.owner, lead.account.id, lead=lead.id, outcome=outcome)
    )
    world.activities[-1].seconds = seconds
    world.activities[-1].is_automated = automated


# --- deals -----------------------------------------------------------------------------------------------------------


def _new_business(world: World, account: Account, created: datetime) -> Deal:
    segment = SEGMENTS[account.segment]
    product, quantity, amount = _first_order(world, account)
    factor = next((factor for name, _, factor in market.SOURCES if name == account.source), 1.0)
    chance = 0.27 * factor * _strength(REPS[owner_on(account, created.date())], created.date())
    deal = _run_deal(world, account, created, Terms("New Business", chance, segment.cycle, product, quantity, amount))
    if deal.stage == market.WON and deal.close is not None:
        _become_customer(world, account, deal.close.date(), deal.amount)
        _live_on(world, account)
    return deal


def _run_deal(world: World, account: Account, created: datetime, terms: Terms) -> Deal:
    rng = world.rng
    deal = Deal(
        f"draft-{len(world.deals)}",
        account,
        terms.type,
        created,
        account.source,
        terms.product,
        terms.quantity,
        terms.amount,
    )
    world.deals.append(deal)
    days = terms.cycle * rng.lognormvariate(0, 0.55)
    fate = rng.random()
    if fate < 0.018:
        outcome, days = rng.choice(market.VOID), rng.uniform(0.5, 9)
    elif fate < 0.018 + 0.982 * min(0.95, terms.chance):
        outcome = market.WON
    else:
        outcome, days = market.LOST, 0.8 * days * rng.lognormvariate(0, 0.4)
        deal.reason = rng.choices(market.LOST_REASONS, market.LOST_REASON_WEIGHTS)[0]
        # A losing deal that nobody closes: it stays open and grows old.
        if rng.random() < 0.07 and terms.type != "Renewal":
            outcome = ""
    close = business_time(created + timedelta(days=days))
    if outcome == market.WON and terms.type != "Renewal":
        close = _pulled_to_quarter_end(rng, close)
    _walk_stages(world, deal, outcome, close)
    return deal


def _walk_stages(world: World, deal: Deal, outcome: str, close: datetime) -> None:
    rng = world.rng
    reach = (
        5
        if outcome == market.WON
        else 1
        if outcome in market.VOID
        else rng.choices((1, 2, 3, 4, 5), (22, 28, 25, 15, 10))[0]
    )
    path = [0] + [index for index in range(1, reach) if index == reach - 1 or rng.random() > 0.08]
    shares = sorted(rng.random() ** 1.2 for _ in path[1:])
    times = [deal.created] + [business_time(deal.created + (close - deal.created) * share) for share in shares]
    steps = [(market.STAGES[index][0], at) for index, at in zip(path, times, strict=True)]
    if outcome and close <= CLOSING_TIME:
        steps = [(name, min(at, close)) for name, at in steps]
        steps.append((outcome, close))
    else:
        steps = [step for step in steps if step[1] <= CLOSING_TIME]
    deal.stage = steps[-1][0]
    ended = CLOSING_TIME if deal.is_open else steps[-1][1]
    deal.owner = owner_on(deal.account, ended.date())
    before = ""
    for index, (name, at) in enumerate(steps):
        left = steps[index + 1][1] if index + 1 < len(steps) else None
        world.moves.append(StageMove(deal.id, before, name, at, left, owner_on(deal.account, at.date()), deal.amount))
        before = name
    if deal.is_open:
        deal.reason = ""
        deal.close = _expected_close(rng, deal, close if outcome else None)
    else:
        deal.close = close
        deal.reason = deal.reason if deal.stage == market.LOST else ""
    _work_deal(world, deal, steps, ended)


def _expected_close(rng: Random, deal: Deal, true_close: datetime | None) -> datetime:
    """What the rep has entered: the CRM's default of the month's end, a guess, or a date long gone."""
    if rng.random() < 0.25:
        following = (deal.created.replace(day=1) + timedelta(32)).replace(day=1)
        return following.replace(hour=23, minute=59) - timedelta(1)
    if true_close is not None and rng.random() < 0.8:
        return true_close + timedelta(days=rng.randrange(-10, 25))
    return deal.created + timedelta(days=SEGMENTS[deal.account.segment].cycle * rng.uniform(0.8, 1.8))


def _work_deal(world: World, deal: Deal, steps: list[tuple[str, datetime]], until: datetime) -> None:
    rng = world.rng
    planned = [(deal.created + (until - deal.created) * rng.random(), "") for _ in range(_poisson(rng, 2.4))]
    # Meetings come shortly before a deal moves on.
    planned += [(at - timedelta(days=rng.uniform(0, 3)), "meeting") for _, at in steps[1:] if rng.random() < 0.42]
    for at, fixed in planned:
        moment = business_time(at).replace(second=rng.randrange(60))
        if not deal.created <= moment <= until:
            continue
        type_ = fixed or rng.choices(("call", "email", "meeting"), (38, 47, 15))[0]
        direction = "inbound" if type_ != "meeting" and rng.random() < 0.3 else "outbound"
        outcome, seconds = _result(rng, type_)
        is_held = type_ != "meeting" or rng.random() > 0.06
        subject = {"call": "Call", "email": "Email", "meeting": "Meeting"}[type_]
        world.activities.append(
            Activity(
                type_,
                direction,
                f"{subject} with {deal.account.name}",
                moment,
                owner_on(deal.account, moment.date()),
                deal.account.id,
                deal=deal.id,
                outcome=outcome if is_held else "No show",
                seconds=seconds if is_held else None,
                is_completed=is_held,
            )
        )
        deal.last_activity = max(moment, deal.last_activity or moment)


# --- customers -------------------------------------------------------------------------------------------------------


def _become_customer(world: World, account: Account, on: date, yearly: Decimal) -> None:
    account.started, account.ended = on, None
    account.mrr = (yearly / 12).quantize(CENT)
    world.movements.append(Movement(account, on, "new", account.mrr))


def _live_on(world: World, account: Account) -> None:
    """Year after year: more seats now and then, and a renewal before each anniversary."""
    rng = world.rng
    assert account.started is not None
    anniversary = account.started
    while account.ended is None:
        previous, anniversary = anniversary, _next_year(anniversary)
        if anniversary <= market.START:
            continue
        if rng.random() < 0.30:
            _expand(world, account, previous + timedelta(rng.randrange(40, 280)))
        offered = anniversary - timedelta(rng.randrange(45, 75))
        if offered > market.END:
            return
        if offered >= market.START:
            _renew(world, account, offered, anniversary)


def _expand(world: World, account: Account, day: date) -> None:
    rng = world.rng
    if not market.START <= day <= market.END:
        return
    if rng.random() < 0.25:
        product, quantity = rng.choice(market.PRODUCTS[4:]), rng.randrange(1, 8)
    else:
        product = rng.choice(SUBSCRIPTIONS[account.segment])
        quantity = max(1, round(float(account.mrr) * 12 * rng.uniform(0.08, 0.4) / product.price))
    amount = discounted(product.price * quantity, max(0.0, rng.gauss(0.05, 0.05)))
    chance = 0.55 * _strength(REPS[owner_on(account, day)], day)
    deal = _run_deal(
        world, account, _office_time(rng, day), Terms("Expansion", chance, 24.0, product, quantity, amount)
    )
    if deal.stage == market.WON and deal.close is not None and product.category == "Subscription":
        rise = (amount / 12).quantize(CENT)
        account.mrr += rise
        world.movements.append(Movement(account, deal.close.date(), "expansion", rise))


def _renew(world: World, account: Account, offered: date, anniversary: date) -> None:
    rng = world.rng
    product = rng.choice(SUBSCRIPTIONS[account.segment])
    shrunk = rng.random() < 0.10
    amount = (account.mrr * 12 * (Decimal(rng.randrange(60, 95)) / 100 if shrunk else 1)).quantize(CENT)
    quantity = max(1, math.ceil(amount / product.price))
    terms = Terms("Renewal", 0.86, 32.0, product, quantity, amount)
    deal = _run_deal(world, account, _office_time(rng, offered), terms)
    if deal.stage == market.LOST and anniversary <= market.END:
        world.movements.append(Movement(account, anniversary, "churn", -account.mrr))
        former, account.ended, account.mrr = account.mrr, anniversary, Decimal(0)
        returned = anniversary + timedelta(rng.randrange(70, 200))
        if rng.random() < 0.12 and returned <= market.END:
            world.movements.append(Movement(account, returned, "reactivation", former))
            account.ended, account.mrr = None, former
    elif shrunk and deal.stage == market.WON and deal.close is not None:
        fall = account.mrr - (amount / 12).quantize(CENT)
        account.mrr -= fall
        world.movements.append(Movement(account, deal.close.date(), "contraction", -fall))


# --- small helpers ---------------------------------------------------------------------------------------------------


def _company_names(rng: Random) -> list[str]:
    names = [
        f"{first}{second} {trade}"
        for first in market.COMPANY_FIRST
        for second in market.COMPANY_SECOND
        for trade in market.COMPANY_TRADE
        if second != first.lower()
    ]
    rng.shuffle(names)
    return names


def _new_account(
    world: World, names: list[str], started: date | None, day: date = market.START, source: str | None = None
) -> Account:
    rng = world.rng
    segment = rng.choices(market.SEGMENTS, [segment.weight for segment in market.SEGMENTS])[0]
    at_work = [
        rep
        for rep in market.REPS
        if rep.team == segment.team and rep.hired <= day and (not rep.left or day <= rep.left)
    ]
    rep = rng.choice(at_work)
    if source is None:
        source = rng.choices([name for name, _, _ in market.SOURCES], [share for _, share, _ in market.SOURCES])[0]
    number = 9_004_100_000 + 37 * len(world.accounts) + rng.randrange(37)
    account = Account(str(number), names.pop(), segment.name, rep.region, rep.id, source, started)
    world.accounts.append(account)
    return account


def _first_order(world: World, account: Account) -> tuple[market.Product, int, Decimal]:
    rng = world.rng
    product = rng.choice(SUBSCRIPTIONS[account.segment])
    value = SEGMENTS[account.segment].yearly_value * rng.lognormvariate(0, 0.65)
    quantity = max(1, round(value / product.price))
    return product, quantity, discounted(product.price * quantity, min(0.3, max(0.0, rng.gauss(0.09, 0.07))))


def _strength(rep: market.Rep, day: date) -> float:
    """A new rep starts at less than half and is up to speed after nine months; training adds a little."""
    ramp = min(1.0, 0.45 + 0.55 * max(0, _months(rep.hired, day)) / 9)
    trained = 1.08 if rep.trained is not None and day >= rep.trained else 1.0
    return rep.skill * ramp * trained


def _result(rng: Random, type_: str) -> tuple[str, int | None]:
    if type_ == "meeting":
        return "Held", rng.choice((1500, 1800, 2700, 3600, 5400))
    if type_ == "email":
        return "Delivered", None
    outcome = rng.choices(("Connected", "No answer", "Left voicemail", "Busy"), (58, 22, 15, 5))[0]
    return outcome, round(320 * rng.lognormvariate(0, 0.7)) if outcome == "Connected" else rng.randrange(4, 40)


def _pulled_to_quarter_end(rng: Random, close: datetime) -> datetime:
    following = date(close.year + close.month // 12, close.month % 12 + 1, 1)
    last = following - timedelta(1)
    while last.weekday() >= 5:
        last -= timedelta(1)
    is_near = close.month % 3 == 0 and 0 < (last - close.date()).days <= 14
    return datetime.combine(last, close.time()) if is_near and rng.random() < 0.35 else close


def _number_deals(world: World) -> None:
    """Give the deals their final ids, in the order of their creation."""
    final = {deal.id: str(31_400_210_000 + 113 * index) for index, deal in enumerate(world.deals)}
    for deal in world.deals:
        deal.id = final[deal.id]
    for linked in (*world.moves, *world.activities, *world.leads):
        linked.deal = final.get(linked.deal, "")


def _office_time(rng: Random, day: date) -> datetime:
    return business_time(datetime.combine(day, time(rng.randrange(8, 18), rng.randrange(60))))


def _next_year(day: date) -> date:
    return date(day.year + 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


def _months(start: date, end: date) -> int:
    return (end.year - start.year) * 12 + end.month - start.month


def _poisson(rng: Random, mean: float) -> int:
    limit, count, product = math.exp(-mean), 0, rng.random()
    while product > limit:
        count += 1
        product *= rng.random()
    return count
