"""KPIs of money, people and customers once more, as plain loops over dicts: no code is shared with the package.

Every function takes the rows of one group and one currency, and the stretch of days; it returns the value or None.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from money_world import AS_OF, World

Row = dict[str, Any]
DAY = timedelta(days=1)


@cache
def dates_of(label: str) -> tuple[date, date]:
    year = int(label[:4])
    if len(label) == 4:
        return date(year, 1, 1), date(year + 1, 1, 1)
    first, count = (3 * int(label[6]) - 2, 3) if "Q" in label else (int(label[5:7]), 1)
    after = first + count
    return date(year, first, 1), date(year + (after > 12), (after - 1) % 12 + 1, 1)


def shared(amount: Decimal, begin: date, end: date, low: date, high: date) -> Fraction:
    """The part of an amount of [begin, end) that falls on days in [low, high)."""
    days = max(0, (min(end, high) - max(begin, low)).days)
    return Fraction(amount) * days / (end - begin).days


def over(top: Any, bottom: Any) -> Fraction | None:
    return None if top is None or bottom is None or bottom == 0 else Fraction(top) / Fraction(bottom)


def of_billed(top: Any, bottom: Any) -> Fraction | None:
    """A share of what was billed, which credit notes must not take below 0."""
    return None if bottom is not None and bottom < 0 else over(top, bottom)


class Oracle:
    """What the KPIs are, of the rows that pass a filter."""

    def __init__(
        self, world: World, currency: str | None, group: Row, low: date, high: date, whole: date, previous: Any
    ) -> None:
        self.low, self.high, self.whole, self.previous = low, high, whole, previous
        self.rows = {kind: [r for r in rows if self._fits(r, group)] for kind, rows in world.rows.items()}
        self.money = {kind: [r for r in rows if r.get("currency") == currency] for kind, rows in self.rows.items()}
        self.reps = [{**r, "owner": r["name"]} for r in world.rows["reps"]]
        self.reps = [r for r in self.reps if self._fits(r, group)]
        self.days: dict[str, list[date]] = {}
        self.everything = world.rows
        self.all_deals = world.rows["deals"]

    def _fits(self, row: Row, group: Row) -> bool:
        return all({**row, "owner": row.get("owner", row.get("name"))}.get(k) == v for k, v in group.items())

    def inside(self, day: date | None, low: date | None = None, high: date | None = None) -> bool:
        return day is not None and (low or self.low) <= day < (high or self.high) and day <= AS_OF

    def won(self, low: date | None = None, high: date | None = None) -> list[Row]:
        deals = [r for r in self.money["deals"] if not (r["created"] and r["created"] > AS_OF)]
        return [r for r in deals if r["outcome"] == "won" and self.inside(r["closed"], low, high)]

    def sum_won(self, low: date | None = None, high: date | None = None) -> Decimal | None:
        deals = self.won(low, high)
        known = [r["amount"] for r in deals if r["amount"] is not None]
        return None if deals and not known else sum(known, Decimal(0))

    def revenue(self) -> Any:
        return self.sum_won()

    def revenue_growth(self) -> Any:
        now, before = self.sum_won(), self.sum_won(*self.previous)
        if now is None or before is None or before <= 0:
            return None
        return Fraction(now - before) / Fraction(before)

    def units_sold(self) -> Any:
        deals = [r for r in self.rows["deals"] if not (r["created"] and r["created"] > AS_OF)]
        deals = [r for r in deals if r["outcome"] == "won" and self.inside(r["closed"])]
        known = [r["quantity"] for r in deals if r["quantity"] is not None]
        return None if deals and not known else sum(known, Decimal(0))

    def costed(self) -> list[Row]:
        return [r for r in self.won() if r["amount"] is not None and r["cost"] is not None]

    def profit_per_sale(self) -> Any:
        deals = self.costed()
        return over(sum(r["amount"] - r["cost"] for r in deals), len(deals))

    def gross_margin(self) -> Any:
        deals = self.costed()
        return over(sum(r["amount"] - r["cost"] for r in deals), sum(r["amount"] for r in deals))

    def discount_rate(self) -> Any:
        deals = [r for r in self.won() if r["amount"] is not None and r["list_price"] is not None]
        listed = sum(r["list_price"] for r in deals)
        return over(listed - sum(r["amount"] for r in deals), listed)

    def employed(self) -> dict[str, list[date]]:
        if self.days:
            return self.days
        days = self.days
        first = self.low or self.first_day()
        for rep in self.reps:
            day, last = max(rep["hired"] or date(2020, 1, 1), first), min(rep["left"] or AS_OF, AS_OF)
            days[rep["owner"]] = []
            while day <= last and (self.high is None or day < self.high):
                days[rep["owner"]].append(day)
                day += DAY
        return days

    def first_day(self) -> date:
        """The first day that sales, costs and invoices speak of."""
        days = [row[name] for row in self.all_deals for name in ("created", "closed")]
        days += [row["issued"] for row in self.everything["invoices"]]
        days += [dates_of(row["period"])[0] if row["period"] else row["date"] for row in self.everything["costs"]]
        return min(day for day in days if day)

    def revenue_per_rep(self) -> Any:
        days = [day for there in self.employed().values() for day in there]
        if self.sum_won() is None or not days:
            return None
        return over(self.sum_won(), Fraction(len(days), len(self.staffed())))

    def staffed(self) -> set[date]:
        """The days on which anybody was employed, whoever is asked about."""
        everybody, self.reps, self.days = self.reps, [{**r, "owner": r["name"]} for r in self.everything["reps"]], {}
        found = {day for there in self.employed().values() for day in there}
        self.reps, self.days = everybody, {}
        return found

    level = "owner"
    """Whose quotas count: those of reps, unless the report is by something that they do not tell."""

    def quotas(self) -> list[Row]:
        return [r for r in self.money["quotas"] if r[self.level] is not None and r["amount"] is not None]

    def quota(self, high: date | None = None) -> Fraction:
        return sum(
            (shared(r["amount"], *dates_of(r["period"]), self.low, high or self.whole) for r in self.quotas()),
            Fraction(0),
        )

    def has_quota(self, deal: Row, day: date) -> bool:
        rows = [r for r in self.quotas() if r[self.level] == deal[self.level] and r["amount"] > 0]
        return any(begin <= day < end for begin, end in (dates_of(r["period"]) for r in rows))

    def sum_under_quota(self) -> Decimal | None:
        deals = [r for r in self.won() if self.has_quota(r, r["closed"])]
        known = [r["amount"] for r in deals if r["amount"] is not None]
        return None if deals and not known else sum(known, Decimal(0))

    def quota_attainment(self) -> Any:
        return None if self.sum_under_quota() is None else over(self.sum_under_quota(), self.quota())

    def pacing(self) -> Any:
        return None if self.sum_under_quota() is None else over(self.sum_under_quota(), self.quota(self.high))

    def quota_gap(self) -> Any:
        won = self.sum_under_quota()
        return None if won is None or not self.quota() else self.quota() - Fraction(won)

    def results(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for row in self.quotas():
            part = shared(row["amount"], *dates_of(row["period"]), self.low, self.whole)
            begin, end = dates_of(row["period"])
            result = found.setdefault(row["owner"], [Fraction(0), Decimal(0), False])
            result[0] += part
            result[2] |= bool(row["is_ramping"]) and max(begin, self.low) < min(end, self.whole)
        for row in self.won():
            if row["owner"] is not None and self.has_quota(row, row["closed"]):
                found.setdefault(row["owner"], [Fraction(0), Decimal(0), False])[1] += row["amount"] or 0
        return found

    def reps_at_quota(self) -> Any:
        judged = [(won, quota) for quota, won, ramping in self.results().values() if quota > 0 and not ramping]
        return over(sum(Fraction(won) >= quota for won, quota in judged), len(judged))

    def quota_miss_rate(self) -> Any:
        at = self.reps_at_quota()
        return None if at is None else 1 - at

    def due_open(self) -> Decimal | None:
        deals = [r for r in self.money["deals"] if not (r["created"] and r["created"] > AS_OF)]
        deals = [r for r in deals if r["outcome"] == "open" and r["expected_close"]]
        deals = [r for r in deals if self.low <= r["expected_close"] < self.whole]
        deals = [r for r in deals if self.has_quota(r, r["expected_close"])]
        known = [r["amount"] for r in deals if r["amount"] is not None]
        return None if deals and not known else sum(known, Decimal(0))

    def cost(self, *categories: str, stretch: Any = None) -> Fraction | None:
        low, high = stretch or (self.low, self.high)
        high = min(high, AS_OF + DAY)
        total = None
        for row in self.money["costs"]:
            if row["amount"] is None or (categories and row["category"] not in categories):
                continue
            begin, end = dates_of(row["period"]) if row["period"] else (row["date"], row["date"] + DAY)
            if max(begin, low) < min(end, high):
                total = (total or 0) + shared(row["amount"], begin, end, low, high)
        return total

    def new_accounts(self) -> int:
        firsts: dict[str, date] = {}
        for row in self.all_deals:
            late = row["created"] and row["created"] > AS_OF
            if row["outcome"] == "won" and row["account_id"] and row["closed"] and row["closed"] <= AS_OF and not late:
                firsts[row["account_id"]] = min(row["closed"], firsts.get(row["account_id"], row["closed"]))
        return len({r["account_id"] for r in self.won() if r["account_id"] and firsts[r["account_id"]] == r["closed"]})

    def cac(self) -> Any:
        return over(self.cost(), self.new_accounts())

    def sales_efficiency(self) -> Any:
        return None if self.sum_won() is None else over(self.sum_won(), self.cost())

    def roi(self) -> Any:
        cost = self.cost()
        if cost is None or (self.won() and not self.costed()):
            return None
        return over(sum(Fraction(r["amount"] - r["cost"]) for r in self.costed()) - cost, cost)

    def rep_months(self) -> Fraction:
        days = [day for there in self.employed().values() for day in there]
        return sum((Fraction(1, calendar.monthrange(day.year, day.month)[1]) for day in days), Fraction(0))

    def cost_per_rep(self) -> Any:
        return over(self.cost(), self.rep_months())

    def tooling_cost_per_rep(self) -> Any:
        return over(self.cost("tooling"), self.rep_months())

    def cost_per_lead(self) -> Any:
        leads = [r for r in self.rows["leads"] if r["created"] and self.inside(r["created"].date())]
        return over(self.cost("marketing"), len(leads))

    def cohort(self) -> tuple[int, int]:
        start = lost = 0
        for row in self.rows["customers"]:
            ended = row["ended"] or (date.min if row["state"] == "churned" else date.max)
            if row["started"] and row["started"] < self.low and ended >= self.low - DAY:
                start += 1
                lost += ended < self.high - DAY
        return start, lost

    def customer_retention(self) -> Any:
        start, lost = self.cohort()
        return over(start - lost, start)

    def logo_churn(self) -> Any:
        start, lost = self.cohort()
        return over(lost, start)

    def levels(self, day: date) -> dict[str, Decimal]:
        found: dict[str, Decimal] = {}
        for row in self.money["revenue"]:
            if row["occurred"] < day and row["occurred"] <= AS_OF:
                size = abs(row["amount"])
                change = {"contraction": -size, "churn": -size, "renewal": Decimal(0)}.get(row["movement"], size)
                found[row["account_id"]] = found.get(row["account_id"], Decimal(0)) + change
        return found

    def grr(self) -> Any:
        before, after = self.levels(self.low), self.levels(self.high)
        return over(
            sum(min(v, max(after[k], 0)) for k, v in before.items() if v > 0), sum(v for v in before.values() if v > 0)
        )

    def nrr(self) -> Any:
        before, after = self.levels(self.low), self.levels(self.high)
        return over(sum(max(after[k], 0) for k, v in before.items() if v > 0), sum(v for v in before.values() if v > 0))

    def magic_number(self) -> Any:
        net = sum(self.levels(self.high).values()) - sum(self.levels(self.low).values())
        return over(12 * net, self.cost(stretch=self.previous))

    def repeat_purchase_rate(self) -> Any:
        if self.low and self.whole and self.whole - self.low < timedelta(days=365):
            return None  # too short for most customers to buy again
        deals = [r for r in self.rows["deals"] if not (r["created"] and r["created"] > AS_OF)]
        bought = [
            r["account_id"] for r in deals if r["outcome"] == "won" and self.inside(r["closed"]) and r["account_id"]
        ]
        return over(sum(bought.count(a) > 1 for a in set(bought)), len(set(bought)))

    def received(self, row: Row) -> Decimal | None:
        """What had come in by the day; None where something came in on a day that nobody knows."""
        if row["paid_on"] and row["paid_on"] > AS_OF:
            return Decimal(0)
        if not row["paid_on"] and (row["state"] == "paid" if row["paid_amount"] is None else row["paid_amount"]):
            return None if row["paid_amount"] is not None or row["amount"] else Decimal(0)
        if row["paid_amount"] is not None:
            return row["paid_amount"]
        return row["amount"] if row["paid_on"] or row["state"] == "paid" else Decimal(0)

    def bills(self) -> list[Row]:
        rows = [r for r in self.money["invoices"] if r["state"] != "cancelled" and r["issued"] <= AS_OF]
        return [r for r in rows if r["amount"] is not None]

    def invoiced(self) -> Any:
        return sum((r["amount"] for r in self.bills() if self.inside(r["issued"])), Decimal(0))

    def collection_rate(self) -> Any:
        due = [r for r in self.bills() if self.inside(r["due"] or r["issued"]) and self.received(r) is not None]
        return of_billed(sum(self.received(r) for r in due), sum(r["amount"] for r in due))

    def dso(self) -> Any:
        waiting = Decimal(0)
        for row in self.bills():
            if row["issued"] < self.high and self.received(row) is not None:
                in_time = row["paid_on"] is None or row["paid_on"] < self.high
                waiting += row["amount"] - (self.received(row) if in_time else 0)
        return of_billed(waiting * (self.high - self.low).days, self.invoiced())

    def scores(self, kind: str) -> list[int]:
        rows = [r for r in self.rows["surveys"] if r["type"] == kind and r["score"] is not None]
        return [r["score"] for r in rows if self.inside(r["answered"])]

    def nps(self, kind: str = "nps") -> Any:
        scores = self.scores(kind)
        return over(100 * (sum(s >= 9 for s in scores) - sum(s <= 6 for s in scores)), len(scores))

    def enps(self) -> Any:
        return self.nps("enps")

    def csat(self) -> Any:
        scores = self.scores("csat")
        return over(sum(s >= 4 for s in scores), len(scores))

    def pipeline_coverage(self) -> Any:
        return None if self.due_open() is None else over(self.due_open(), self.quota())
