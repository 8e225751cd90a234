"""How one deal goes: its stages, its end, and the calls, emails and meetings on the way."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

import market
from world import (
    CLOSING_TIME,
    SEGMENTS,
    Account,
    Activity,
    Deal,
    StageMove,
    Terms,
    World,
    business_time,
    owner_on,
    poisson,
    result_of,
)


def run_deal(world: World, account: Account, created: datetime, terms: Terms) -> Deal:
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
    # Two nights may end in the same morning, in either order; no deal enters the later stage first.
    times = sorted(at for _, at in steps)
    plans = _expected_on_the_way(deal, times, close)
    for index, (name, at) in enumerate(zip([name for name, _ in steps], times, strict=True)):
        left = times[index + 1] if index + 1 < len(steps) else None
        owner = owner_on(deal.account, at.date())
        world.moves.append(StageMove(deal.id, before, name, at, left, owner, deal.amount, plans[index]))
        before = name
    if deal.is_open:
        deal.reason = ""
        deal.close = _expected_close(rng, deal, close if outcome else None)
    else:
        deal.close = close
        deal.reason = deal.reason if deal.stage == market.LOST else ""
    _work_deal(world, deal, steps, ended)


def _expected_on_the_way(deal: Deal, times: list[datetime], close: datetime) -> list[date]:
    """What the rep expects at each step: hopeful at first, then put off more often than brought forward."""
    rng = Random(f"expected close of {deal.id}")  # its own, so that everything else stays as it was
    plan = (deal.created + (close - deal.created) * rng.uniform(0.5, 1.1)).date()
    plans = [plan]
    for at in times[1:]:
        fate = rng.random()
        if at == close:
            plan = close.date()
        elif fate < 0.35 or plan <= at.date():
            plan = max(plan, at.date()) + timedelta(rng.randrange(5, 45))
        elif fate < 0.45:
            plan = at.date() + (plan - at.date()) / 2
        plans.append(plan)
    return plans


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
    planned = [(deal.created + (until - deal.created) * rng.random(), "") for _ in range(poisson(rng, 2.4))]
    # Meetings come shortly before a deal moves on.
    planned += [(at - timedelta(days=rng.uniform(0, 3)), "meeting") for _, at in steps[1:] if rng.random() < 0.42]
    for at, fixed in planned:
        moment = business_time(at).replace(second=rng.randrange(60))
        if not deal.created <= moment <= until:
            continue
        type_ = fixed or rng.choices(("call", "email", "meeting"), (38, 47, 15))[0]
        direction = "inbound" if type_ != "meeting" and rng.random() < 0.3 else "outbound"
        outcome, seconds = result_of(rng, type_)
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


def _pulled_to_quarter_end(rng: Random, close: datetime) -> datetime:
    following = date(close.year + close.month // 12, close.month % 12 + 1, 1)
    last = following - timedelta(1)
    while last.weekday() >= 5:
        last -= timedelta(1)
    is_near = close.month % 3 == 0 and 0 < (last - close.date()).days <= 14
    return datetime.combine(last, close.time()) if is_near and rng.random() < 0.35 else close
