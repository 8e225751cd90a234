"""The KPIs of leads and activities by plain loops over dicts: slow, obvious, and without a line of the package."""

from __future__ import annotations

import statistics
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from crm_world import AS_OF, END, Row, Rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from crm_world import World

TALK = ("call", "email", "meeting")


class Oracle:
    """What the report must say about a world on the as-of day."""

    def __init__(self, world: World) -> None:
        self.acts = [a | self._marks(a) for a in world.activities if not self._unknown(a)]
        self.deals = [self._deal(d) for d in world.deals if not (d["created"] and d["created"] > AS_OF)]
        self.leads = [self._lead(lead) for lead in world.leads if not (lead["created"] and lead["created"] >= END)]
        self.moves = [m for m in world.stages if m["entered"] < END and m["deal_id"]]
        self._index_leads()
        self._touch_leads()
        self._touch_deals()
        self.stages = [(d, *_stage(self, d)) for d in self.deals]

    @staticmethod
    def _unknown(a: Row) -> bool:
        ahead = bool(a["occurred"] and a["occurred"] >= END)
        entered = a["created"] is not None and a["created"] < END
        return ahead and (bool(a["is_completed"]) or not entered)

    @staticmethod
    def _marks(a: Row) -> Row:
        held = a["is_completed"] is not False and not (a["occurred"] and a["occurred"] >= END)
        human = held and a["is_automated"] is not True
        out = a["direction"] == "outbound" or (a["direction"] is None and a["type"] == "meeting")
        return {"held": held, "human": human, "out": human and out}

    @staticmethod
    def _deal(d: Row) -> Row:
        if d["closed"] and d["closed"] > AS_OF:
            return d | {"outcome": "open", "closed": None, "stage": None, "stage_entered": None}
        if d["outcome"] == "open" and d["stage_entered"] and d["stage_entered"] > AS_OF:
            return d | {"stage": None, "stage_entered": None}
        return dict(d)

    @staticmethod
    def _lead(lead: Row) -> Row:
        converted = lead["is_converted"] and lead["converted_at"] < END
        outcome = lead["outcome"]
        in_time = lead["qualified_at"] is not None and lead["qualified_at"] < END
        if lead["is_converted"] and not converted:
            outcome = "qualified" if in_time else "open"
        elif outcome == "qualified" and lead["qualified_at"] and not in_time:
            outcome = "open"
        unsure = outcome == "qualified" and lead["qualified_at"] is None
        was = None if unsure else converted or in_time
        return lead | {"is_converted": converted, "outcome": outcome, "qualified": was}

    def _index_leads(self) -> None:
        dated = sorted((lead for lead in self.leads if lead["created"]), key=lambda r: (r["created"], r["id"] or ""))
        self.by_id = {lead["id"]: lead for lead in reversed(dated) if lead["id"]}
        self.of_deal: dict[str, Row] = {lead["deal_id"]: lead for lead in reversed(dated) if lead["deal_id"]}
        for deal in self.deals:
            if deal["id"] and deal["lead_id"] in self.by_id:
                self.of_deal.setdefault(deal["id"], self.by_id[deal["lead_id"]])
        self.of_account: dict[str, Rows] = defaultdict(list)
        for lead in dated:
            self.of_account[lead["account_id"]].append(lead)

    def _lead_of(self, a: Row) -> Row | None:
        if a["lead_id"] in self.by_id:
            return self.by_id[a["lead_id"]]
        if a["deal_id"] in self.of_deal:
            return self.of_deal[a["deal_id"]]
        same = self.of_account[a["account_id"]] if a["account_id"] else []
        return same[0] if len(same) == 1 and not a["lead_id"] and not a["deal_id"] else None

    def _touch_leads(self) -> None:
        touches: dict[int, list[datetime]] = defaultdict(list)
        for a in self.acts:
            if a["out"] and a["occurred"] and (lead := self._lead_of(a)) and a["occurred"] >= lead["created"]:
                touches[id(lead)].append(a["occurred"])
        for lead in self.leads:
            times = sorted(touches[id(lead)])
            lead["touches"] = times
            lead["response"] = (times[0] - lead["created"]) // timedelta(seconds=1) if times else None
            lead["waited"] = (END - lead["created"]) // timedelta(seconds=1) if lead["created"] else None

    def _touch_deals(self) -> None:
        for deal in self.deals:
            own = [a for a in self.acts if deal["id"] and a["deal_id"] == deal["id"]]
            human = [a for a in own if a["human"]]
            deal["linked"] = len(human)
            deal["effort"] = sum(
                1 for a in human if a["occurred"] and (not deal["closed"] or a["occurred"].date() <= deal["closed"])
            ) + sum(1 for a in human if not a["occurred"] and not deal["closed"])
            deal["planned"] = any(a["type"] in TALK and a["occurred"] and a["occurred"] >= END for a in own)
            talked = [a["occurred"].date() for a in human if a["type"] in TALK and a["occurred"]]
            column = deal["last_activity"]
            if column and column <= AS_OF:
                talked.append(column)
            hidden = bool(column and column > AS_OF) and not talked
            since = None if hidden else max(talked) if talked else deal["created"]
            deal["quiet"] = (AS_OF - since).days if since else None


def rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _qualification(o: Oracle, found: list[bool | None]) -> float | None:
    """Without leads qualified on an unknown day; not to be had where those are more than one in twenty of all."""
    if 20 * sum(lead["qualified"] is None for lead in o.leads) > len(o.leads):
        return None
    judged = [each for each in found if each is not None]
    return rate(sum(judged), len(judged))


def median(values: list[Any]) -> float | None:
    return float(statistics.median(values)) if values else None


def product_limit(times: list[tuple[int, bool]]) -> int | None:
    """The first time by which half have had the event, by Kaplan–Meier in fractions."""
    alive = Fraction(1)
    for time in sorted({t for t, event in times if event}):
        at_risk = sum(1 for t, _ in times if t >= time)
        alive *= 1 - Fraction(sum(1 for t, event in times if event and t == time), at_risk)
        if alive <= Fraction(1, 2):
            return time
    return None


def incidence(ends: list[tuple[int, str]]) -> list[tuple[int, Fraction]]:
    """The share won by each day, by Aalen–Johansen in fractions."""
    alive, share, curve = Fraction(1), Fraction(0), []
    for day in sorted({t for t, _ in ends}):
        at_risk = sum(1 for t, _ in ends if t >= day)
        here = [cause for t, cause in ends if t == day]
        share += alive * Fraction(here.count("won"), at_risk)
        alive *= 1 - Fraction(len(here) - here.count("open"), at_risk)
        curve.append((day, share))
    return curve


def expected(o: Oracle, start: date | None, end: date | None, mine: Callable[[Row], bool]) -> dict[str, Any]:
    """Every KPI over records of the period that are ``mine``."""

    def within(day: date | datetime | None) -> bool:
        if start is None and end is None:
            return True
        if day is None:
            return False
        day = day.date() if isinstance(day, datetime) else day
        return (start is None or day >= start) and (end is None or day < end)

    leads = [lead for lead in o.leads if mine(lead) and within(lead["created"])]
    acts = [a for a in o.acts if mine(a) and within(a["occurred"])]
    return {
        **_of_leads(o, leads),
        **_of_activities(o, acts, mine, within),
        **_of_deals(o, mine, within),
        **_load(o, mine),
    }


def _of_leads(o: Oracle, leads: Rows) -> dict[str, Any]:
    dated = [lead for lead in leads if lead["created"]]
    found: dict[str, Any] = {
        "lead_conversion_rate": rate(sum(lead["is_converted"] for lead in leads), len(leads)),
        "lead_qualification_rate": _qualification(o, [lead["qualified"] for lead in leads]),
        "lead_response_rate": rate(sum(bool(lead["touches"]) for lead in dated), len(dated)),
    }
    for name, seconds in (("5m", 300), ("1h", 3600), ("24h", 86400)):
        old = [lead for lead in dated if lead["waited"] >= seconds]
        quick = [lead for lead in old if lead["response"] is not None and lead["response"] <= seconds]
        found[f"lead_response_within_{name}"] = rate(len(quick), len(old))
    old = [lead for lead in dated if lead["waited"] >= 86400]
    found["missed_leads"] = sum(not lead["touches"] and not lead["is_converted"] for lead in old) if old else None
    times = [
        (lead["waited"] if lead["response"] is None else lead["response"], bool(lead["touches"])) for lead in dated
    ]
    half = product_limit(times)
    found["lead_response_median"] = None if half is None else half / 3600
    fortnight = timedelta(days=14)
    ripe = [lead for lead in dated if lead["touches"] and END - lead["touches"][0] >= fortnight]
    again = [lead for lead in ripe if len(lead["touches"]) > 1 and lead["touches"][1] - lead["touches"][0] <= fortnight]
    found["follow_up_rate"] = rate(len(again), len(ripe))
    return found


def _of_activities(o: Oracle, acts: Rows, mine: Callable[[Row], bool], within: Callable[[Any], bool]) -> dict[str, Any]:
    human = [a for a in acts if a["human"]]
    owned = [a for a in human if a["owner"] and a["occurred"]]
    found: dict[str, Any] = {"activities": len(human)}
    for name in TALK:
        found[f"{name}s"] = sum(a["type"] == name for a in human)
    days = [(owner, day) for owner, day in _rep_days(o) if mine({"owner": owner}) and within(day)]
    found["activities_per_rep_day"] = rate(len(owned), len(days))

    def person(a: Row) -> str | None:
        return next((f"{k}{a[k]}" for k in ("contact_id", "lead_id", "deal_id", "account_id") if a[k]), None)

    stretches: dict[str, Callable[[date], Any]] = {
        "day": lambda day: day,
        "week": lambda day: day.isocalendar()[:2],
        "month": lambda day: (day.year, day.month),
    }
    for name, stretch in stretches.items():
        people = {(a["owner"], stretch(a["occurred"].date()), person(a)) for a in owned if person(a)}
        found[f"contacts_per_{name}"] = rate(len(people), len({(owner, stretch(day)) for owner, day in days}))
    found["follow_up_gap_median"] = median([gap for a, gap in _gaps(o) if mine(a) and within(a["occurred"])])
    found["meeting_yield"] = _meeting_yield(o, [a for a in human if a["type"] == "meeting" and a["occurred"]])
    return found


def _rep_days(o: Oracle) -> list[tuple[str, date]]:
    days = []
    for owner in ("ann", "bob", "cy"):
        done = [a["occurred"].date() for a in o.acts if a["human"] and a["owner"] == owner and a["occurred"]]
        day = min(done)
        while day <= max(done):
            if day.weekday() < 5:
                days.append((owner, day))
            day += timedelta(days=1)
    return days


def _gaps(o: Oracle) -> list[tuple[Row, int]]:
    records: dict[str, Rows] = defaultdict(list)
    for a in o.acts:
        key = f"lead {a['lead_id']}" if a["lead_id"] else f"deal {a['deal_id']}" if a["deal_id"] else None
        if key and a["out"] and a["occurred"]:
            records[key].append(a)
    gaps = []
    for touches in records.values():
        touches.sort(key=lambda a: a["occurred"])
        gaps += [(b, (b["occurred"].date() - a["occurred"].date()).days) for a, b in pairwise(touches)]
    return gaps


def _meeting_yield(o: Oracle, meetings: Rows) -> float | None:
    deals = {d["id"]: d for d in o.deals if d["id"]}
    good = ripe = 0
    for m in meetings:
        at, last = m["occurred"], m["occurred"] + timedelta(days=14)
        if not (m["deal_id"] in deals or m["lead_id"] or m["account_id"]) or last >= END:
            continue
        ripe += 1
        good += _progress(o, m, deals.get(m["deal_id"]), at, last)
    return rate(good, ripe)


def _progress(o: Oracle, m: Row, deal: Row | None, at: datetime, last: datetime) -> bool:
    def soon(day: date | None) -> bool:
        return day is not None and at.date() <= day <= last.date()

    if deal and deal["outcome"] == "won" and soon(deal["closed"]):
        return True
    moves = [x for x in o.moves if m["deal_id"] and x["deal_id"] == m["deal_id"]]
    begun = min((x["entered"] for x in moves), default=None)
    if any(at <= x["entered"] <= last and x["entered"] > begun and x["stage"] not in ("lost", "void") for x in moves):
        return True
    others = [d for d in o.deals if not (m["deal_id"] and d["id"] == m["deal_id"])]
    if any(soon(d["created"]) and m[k] and d[k] == m[k] for d in others for k in ("account_id", "lead_id")):
        return True
    own = [lead for lead in o.leads if m["lead_id"] and lead["id"] == m["lead_id"]]
    return any(lead["converted_at"] and at <= lead["converted_at"] <= last for lead in own)


def _of_deals(o: Oracle, mine: Callable[[Row], bool], within: Callable[[Any], bool]) -> dict[str, Any]:
    open_deals = [d for d in o.deals if mine(d) and d["outcome"] == "open"]
    heard = [d for d in open_deals if d["quiet"] is not None]
    won = [d for d in o.deals if mine(d) and d["outcome"] == "won" and within(d["closed"]) and d["linked"]]
    dated = [d for d in open_deals if d["created"]]
    staged = [item for item in o.stages if mine(item[0]) and item[0]["outcome"] == "open"]
    known = [(d, days, limit) for d, days, limit in staged if days is not None]
    made = [d for d in o.deals if mine(d) and d["created"] and within(d["created"])]
    ends = [
        ((AS_OF - d["created"]).days, "open")
        if d["outcome"] == "open"
        else ((d["closed"] - d["created"]).days, d["outcome"])
        for d in made
        if d["outcome"] == "open" or (d["closed"] and d["closed"] >= d["created"])
    ]
    # With more than one deal in twenty closed on a day that nobody knows, the curve is not to be had.
    curve = incidence(ends) if 20 * (len(made) - len(ends)) <= len(made) else []
    watched = bool(curve) and curve[-1][0] >= 60
    return {
        "activities_per_won_deal": rate(sum(d["effort"] for d in won), len(won)),
        "stalled_deals": sum(d["quiet"] > 30 and not d["planned"] for d in heard) if heard else None,
        "stalled_deals_by_age": sum((AS_OF - d["created"]).days > 100 for d in dated) if dated else None,
        "stalled_deals_in_stage": sum(days > limit for _, days, limit in known) if known else None,
        "win_rate_horizon": max((float(f) for day, f in curve if day <= 60), default=0.0) if watched else None,
        "time_to_win": next((day for day, f in curve if f >= Fraction(1, 2)), None),
    }


def _stage(o: Oracle, deal: Row) -> tuple[int | None, float]:
    """Days in the stage, and how many are too many."""
    moves = sorted(
        (m for m in o.moves if deal["id"] and m["deal_id"] == deal["id"]), key=lambda m: (m["entered"], m["stage"])
    )
    stage = moves[-1]["stage"] if moves else deal["stage"]
    entered = moves[-1]["entered"].date() if moves else None
    if entered is None and deal["stage_entered"] and deal["stage_entered"] <= AS_OF:
        entered = deal["stage_entered"]
    passed = []
    for other in o.deals:
        if other["outcome"] != "won" or not other["id"]:
            continue
        own = sorted((m for m in o.moves if m["deal_id"] == other["id"]), key=lambda m: (m["entered"], m["stage"]))
        for move, after in zip(own, [*own, None][1:], strict=True):
            left = after["entered"].date() if after else other["closed"]
            if move["stage"] == stage and left and left >= move["entered"].date():
                passed.append((left - move["entered"].date()).days)
    limit = statistics.quantiles(passed, n=10, method="inclusive")[-1] if len(passed) >= 5 else 30
    return (AS_OF - entered).days if entered else None, limit


def _load(o: Oracle, mine: Callable[[Row], bool]) -> dict[str, Any]:
    found = {}
    for name, rows in (("deals", o.deals), ("leads", o.leads)):
        waiting = [r for r in rows if mine(r) and r["owner"] and r["outcome"] in ("open", "qualified")]
        found[f"open_{name}_per_rep"] = rate(len(waiting), len({r["owner"] for r in waiting}))
    return found


def missed(o: Oracle, mine: Callable[[Row], bool]) -> dict[tuple[str, str], Decimal]:
    """Missed value by KPI and currency."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for kpi, currency, amount in missed_chances(o, mine):
        if amount is not None:
            sums[kpi, currency] += amount
    return dict(sums)


def missed_chances(o: Oracle, mine: Callable[[Row], bool]) -> list[tuple[str, str, Decimal | None]]:
    """Leads and deals that were lost or expired without a touch or after a slow one: KPI, currency and amount."""
    leads = [lead for lead in o.leads if lead["created"]]
    by_lead, by_deal = _pairs(leads, o.deals)
    found: list[tuple[str, str, Decimal | None]] = []

    def add(
        amount: Decimal | None, currency: str, outcome: str, touches: list[datetime], since: datetime, slow: bool
    ) -> None:
        idle = END - (touches[-1] if touches else since) > timedelta(days=90)
        gone = outcome in ("lost", "disqualified") or (outcome in ("open", "qualified") and idle)
        if gone and (not touches or slow):
            found.append(("missed_value" if not touches else "missed_value_slow", currency, amount))

    for lead in leads:
        deal = by_lead.get(lead["id"])
        amount = deal["amount"] if deal and deal["amount"] is not None else lead["amount"]
        if mine(lead):
            add(amount, (deal or lead)["currency"], (deal or lead)["outcome"], lead["touches"], lead["created"],
                lead["response"] is not None and lead["response"] > 86400)  # fmt: skip
    for deal in o.deals:
        if deal["id"] in by_deal or not mine(deal):
            continue
        if deal["created"] is None:
            add(deal["amount"], deal["currency"], "lost" if deal["outcome"] == "lost" else "", [], END, slow=False)
            continue
        start = datetime.combine(deal["created"], datetime.min.time())
        own = (
            a["occurred"] for a in o.acts if deal["id"] and a["deal_id"] == deal["id"] and a["out"] and a["occurred"]
        )
        times = sorted(t for t in own if t >= start)
        slow = bool(times) and (times[0].date() - deal["created"]).days > 1
        add(deal["amount"], deal["currency"], deal["outcome"], times, start, slow)
    return found


def _pairs(leads: Rows, deals: Rows) -> tuple[dict[str, Row], set[str]]:
    ids = {d["id"]: d for d in deals if d["id"]}
    known = {lead["id"] for lead in leads if lead["id"]}
    named = [(d["lead_id"], d["id"]) for d in deals if d["id"] and d["lead_id"] in known]
    named += [(lead["id"], lead["deal_id"]) for lead in leads if lead["id"] and lead["deal_id"] in ids]
    first: dict[str, str] = {}
    for lead_id, deal_id in sorted(named):
        first.setdefault(lead_id, deal_id)
    by_lead: dict[str, Row] = {}
    taken: set[str] = set()
    for lead_id, deal_id in sorted(first.items()):
        if deal_id not in taken:
            taken.add(deal_id)
            by_lead[lead_id] = ids[deal_id]
    return by_lead, taken


# --- how many records are behind a value, and how many were left out --------------------------------------------------


def counts(
    o: Oracle, start: date | None, end: date | None, mine: Callable[[Row], bool]
) -> dict[str, tuple[int, dict[str, int]]]:
    """By KPI of leads, the records behind it and those left out of it by reason."""
    own = [lead for lead in o.leads if mine(lead)]
    bounded = start is not None and end is not None
    dated = [lead for lead in own if lead["created"] and (not bounded or start <= lead["created"].date() < end)]
    blank = {"missing_created_date": sum(not lead["created"] for lead in own)}
    # Without a period, a lead needs no date to be counted where its waiting time does not matter.
    within, of_states = (dated, blank) if bounded else (own, {})
    found = {
        "lead_conversion_rate": (len(within), of_states),
        "lead_qualification_rate": (sum(lead["qualified"] is not None for lead in within), of_states),
        "lead_response_median": (len(dated), blank),
        "lead_response_rate": (len(dated), blank),
    }
    ages = {"lead_response_within_5m": 300, "lead_response_within_1h": 3600, "lead_response_within_24h": 86400}
    for kpi, seconds in {**ages, "missed_leads": 86400}.items():
        old = sum(lead["waited"] >= seconds for lead in dated)
        found[kpi] = old, {"too_recent": len(dated) - old, **blank}
    touched = [END - lead["touches"][0] for lead in dated if lead["touches"]]
    ripe = sum(since >= timedelta(days=14) for since in touched)
    found["follow_up_rate"] = ripe, {"too_recent": len(touched) - ripe, **blank}
    for kpi, rows in (("open_leads_per_rep", o.leads), ("open_deals_per_rep", o.deals)):
        waiting = [row["owner"] for row in rows if mine(row) and row["outcome"] in ("open", "qualified")]
        ownerless = waiting.count(None)
        found[kpi] = len(waiting) - ownerless, {"missing_owner": ownerless}
    return found
