"""Two invented years of selling: leads become deals, deals become customers, customers renew, grow or leave."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import market
from pursuit import run_deal
from world import (
    CENT,
    CLOSING_TIME,
    REPS,
    SEGMENTS,
    SUBSCRIPTIONS,
    Account,
    Activity,
    Deal,
    Lead,
    Movement,
    Terms,
    World,
    business_time,
    discounted,
    months_between,
    office_time,
    owner_on,
    poisson,
    result_of,
    strength,
)

if TYPE_CHECKING:
    from random import Random


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
        demand = market.SEASON[day.month - 1] * (1 + 0.012 * months_between(market.START, day))
        demand *= 1.0 if day.weekday() < 5 else 0.25
        for _ in range(poisson(rng, 2.6 * demand)):
            _follow_lead(world, names, day)
        if day.weekday() < 5:
            for _ in range(poisson(rng, 0.28 * demand)):
                account = _new_account(world, names, None, day, source="Offline Sources")
                _new_business(world, account, office_time(rng, day))
        day += timedelta(1)
    world.deals.sort(key=lambda deal: (deal.created, deal.id))
    _number_deals(world)
    world.activities.sort(key=lambda activity: (activity.at, activity.subject))
    world.movements.sort(key=lambda movement: (movement.on, movement.account.id))
    world.moves.sort(key=lambda move: (move.deal, move.entered))
    return world


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
    for _ in range(min(4, poisson(rng, 1.1))):
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
    outcome, seconds = result_of(world.rng, type_)
    world.activities.append(
        Activity(type_, "outbound", subject, at, lead.owner, lead.account.id, lead=lead.id, outcome=outcome)
    )
    world.activities[-1].seconds = seconds
    world.activities[-1].is_automated = automated


def _new_business(world: World, account: Account, created: datetime) -> Deal:
    segment = SEGMENTS[account.segment]
    product, quantity, amount = _first_order(world, account)
    factor = next((factor for name, _, factor in market.SOURCES if name == account.source), 1.0)
    chance = 0.27 * factor * strength(REPS[owner_on(account, created.date())], created.date())
    deal = run_deal(world, account, created, Terms("New Business", chance, segment.cycle, product, quantity, amount))
    if deal.stage == market.WON and deal.close is not None:
        _become_customer(world, account, deal.close.date(), deal.amount)
        _live_on(world, account)
    return deal


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
    chance = 0.55 * strength(REPS[owner_on(account, day)], day)
    deal = run_deal(world, account, office_time(rng, day), Terms("Expansion", chance, 24.0, product, quantity, amount))
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
    deal = run_deal(world, account, office_time(rng, offered), terms)
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


def _number_deals(world: World) -> None:
    """Give the deals their final ids, in the order of their creation."""
    final = {deal.id: str(31_400_210_000 + 113 * index) for index, deal in enumerate(world.deals)}
    for deal in world.deals:
        deal.id = final[deal.id]
    for linked in (*world.moves, *world.activities, *world.leads):
        linked.deal = final.get(linked.deal, "")


def _next_year(day: date) -> date:
    return date(day.year + 1, day.month, min(day.day, 28) if day.month == 2 else day.day)
