"""The rest of the KPIs of the made-up company, as plain loops over dicts: deals, customers, targets, cash and people.

What :mod:`oracle_money` has is here too, so that one oracle answers for all that these files allow.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import oracle_money
from money_world import AS_OF
from oracle_money import DAY, Row, dates_of, of_billed, over, shared

if TYPE_CHECKING:
    from collections.abc import Callable

MARKET = 1000
WINDOW = timedelta(days=90)
TIERS = ((Fraction(0), Fraction(4, 100)), (Fraction(1, 2), Fraction(6, 100)), (Fraction(1), Fraction(10, 100)))
ACCELERATOR, THRESHOLD, AT_QUOTA, PER_UNIT, CAP = Fraction(3, 2), Fraction(1, 5), 100, 2, 2500


def known(values: list[Any]) -> Any:
    """A sum; unknown where there are records and none of them has a value."""
    there = [value for value in values if value is not None]
    return None if values and not there else sum(there, Decimal(0))


def rank(values: list[Any], q: Fraction) -> Any:
    """A quantile by linear interpolation between the two nearest of the sorted values."""
    if not values:
        return None
    ordered, place = sorted(values), q * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    return Fraction(ordered[low]) + (place - low) * (Fraction(ordered[high]) - Fraction(ordered[low]))


def months_back(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 - months
    return date(number // 12, number % 12 + 1, 1)


def paid(won: Fraction, quota: Fraction, units: Decimal) -> Fraction:
    """What the plan pays: each rate for the sales between its share of the quota and the next."""
    pay = Fraction(0)
    if won >= THRESHOLD * quota:
        edges = [*(at * quota for at, _ in TIERS[1:]), max(won, quota)]
        for (at, rate), end in zip(TIERS, edges, strict=True):
            sold = max(Fraction(0), min(won, end) - at * quota)
            pay += sold * rate * (ACCELERATOR if at >= 1 else 1)
    if won >= quota:
        pay += AT_QUOTA
    pay += PER_UNIT * max(Fraction(0), Fraction(units))
    return min(pay, Fraction(CAP))


class Oracle(oracle_money.Oracle):
    """What all KPIs of these files are, of the rows that pass a filter."""

    def __init__(self, *given: Any, year_ago: Any, by: tuple[str, ...] = ()) -> None:
        super().__init__(*given)
        self.level = "product" if "product" in by else "owner"
        self.currency, self.group, self.year_ago = given[1], given[2], year_ago

    def inside(self, day: date | None, low: date | None = None, high: date | None = None) -> bool:
        """Whether a day is in the period; without one, every record is but those of days to come."""
        if self.low is None and low is None:
            return day is None or day <= AS_OF
        return super().inside(day, low, high)

    def pool(self, kind: str) -> list[Row]:
        """The rows that a KPI counts: those of the currency where it is about money."""
        return (self.rows if self.currency is None else self.money)[kind]

    def deals(self, rows: list[Row] | None = None) -> list[Row]:
        """The deals as they were on the day: later ones are unknown, and those closed later were open, nobody knows where."""
        found = []
        for row in self.pool("deals") if rows is None else rows:
            if row["created"] and row["created"] > AS_OF:
                continue
            late = row["closed"] and row["closed"] > AS_OF
            unknown = dict.fromkeys(("closed", "probability", "expected_close", "stage"))
            found.append({**row, **unknown, "outcome": "open"} if late else row)
        return found

    def closed(self, *outcomes: str) -> list[Row]:
        return [r for r in self.deals() if r["outcome"] in outcomes and self.inside(r["closed"])]

    def opened(self) -> list[Row]:
        return [r for r in self.deals() if r["outcome"] == "open"]

    def created(self) -> list[Row]:
        return [r for r in self.deals() if r["created"] and self.inside(r["created"])]

    def amounts(self) -> list[Decimal]:
        return sorted(r["amount"] for r in self.closed("won") if r["amount"] is not None and r["amount"] >= 0)

    def cycles(self, outcome: str) -> list[int]:
        rows = [r for r in self.closed(outcome) if r["created"] and r["closed"] and r["closed"] >= r["created"]]
        return [(r["closed"] - r["created"]).days for r in rows]

    # --- deals --------------------------------------------------------------------------------------------------------

    def won_deals(self) -> Any:
        return len(self.closed("won"))

    def lost_deals(self) -> Any:
        return len(self.closed("lost"))

    def other_deals(self) -> Any:
        return len(self.closed("other"))

    def open_deals(self) -> Any:
        return len(self.opened())

    def created_deals(self) -> Any:
        return len(self.created())

    def new_customers(self) -> Any:
        firsts: dict[str, date] = {}
        for row in self.deals(self.all_deals):
            if row["outcome"] == "won" and row["account_id"] and row["closed"]:
                firsts[row["account_id"]] = min(row["closed"], firsts.get(row["account_id"], row["closed"]))
        dated = [r for r in self.closed("won") if r["closed"]]
        return len({r["account_id"] for r in dated if firsts.get(r["account_id"]) == r["closed"]})

    def win_rate(self) -> Any:
        return over(self.won_deals(), len(self.closed("won", "lost")))

    def loss_rate(self) -> Any:
        return over(self.lost_deals(), len(self.closed("won", "lost")))

    def win_loss_ratio(self) -> Any:
        return over(self.won_deals(), self.lost_deals())

    def win_rate_broad(self) -> Any:
        return over(self.won_deals(), len(self.closed("won", "lost", "other")))

    def win_rate_created(self) -> Any:
        return over(sum(r["outcome"] == "won" for r in self.created()), len(self.created()))

    def win_rate_value(self) -> Any:
        rows = {outcome: [r["amount"] for r in self.closed(outcome)] for outcome in ("won", "lost")}
        won, lost = (known([a for a in amounts if a is None or a >= 0]) for amounts in rows.values())
        if won is None or lost is None or (won and not lost and rows["lost"]):
            return None
        return over(won, won + lost)

    def average_deal_size(self) -> Any:
        return over(sum(self.amounts()), len(self.amounts()))

    def median_deal_size(self) -> Any:
        return rank(self.amounts(), Fraction(1, 2))

    def deal_concentration(self) -> Any:
        amounts = self.amounts()
        if len(amounts) <= 10:
            return None
        return over(sum(amounts[-10:]), sum(amounts))

    def sales_cycle_mean(self) -> Any:
        return over(sum(self.cycles("won")), len(self.cycles("won")))

    def sales_cycle_median(self) -> Any:
        return rank(self.cycles("won"), Fraction(1, 2))

    def sales_cycle_p90(self) -> Any:
        return rank(self.cycles("won"), Fraction(9, 10))

    def time_to_loss_median(self) -> Any:
        return rank(self.cycles("lost"), Fraction(1, 2))

    def deal_age_median(self) -> Any:
        return rank([(AS_OF - r["created"]).days for r in self.opened() if r["created"]], Fraction(1, 2))

    def pipeline_velocity(self) -> Any:
        rate, size, cycle = self.win_rate(), self.average_deal_size(), self.sales_cycle_mean()
        return None if None in (rate, size, cycle) else over(self.open_deals() * rate * size, cycle)

    def open_pipeline(self) -> Any:
        return known([r["amount"] for r in self.opened()])

    def weighted_pipeline(self) -> Any:
        pairs = [(r["amount"], r["probability"]) for r in self.opened()]
        return known([None if None in pair else pair[0] * pair[1] for pair in pairs])

    def pipeline_created(self) -> Any:
        return known([r["amount"] for r in self.created()])

    def overdue_deals(self) -> Any:
        planned = [r["expected_close"] for r in self.opened() if r["expected_close"]]
        return sum(day < AS_OF for day in planned) if planned else None

    def overdue_pipeline(self) -> Any:
        planned = [r for r in self.opened() if r["expected_close"]]
        return known([r["amount"] for r in planned if r["expected_close"] < AS_OF])

    def pipeline_due(self) -> Any:
        planned = [r for r in self.opened() if r["expected_close"]]
        due = [r["amount"] for r in planned if self.low is None or self.low <= r["expected_close"] < self.whole]
        return known(due)

    def lost_value(self) -> Any:
        return known([r["amount"] for r in self.closed("lost")])

    def other_value(self) -> Any:
        return known([r["amount"] for r in self.closed("other")])

    def average_lost_deal_size(self) -> Any:
        amounts = [r["amount"] for r in self.closed("lost") if r["amount"] is not None and r["amount"] >= 0]
        return over(sum(amounts), len(amounts))

    def average_open_deal_size(self) -> Any:
        amounts = [r["amount"] for r in self.opened() if r["amount"] is not None and r["amount"] >= 0]
        return over(sum(amounts), len(amounts))

    def revenue_growth_year_ago(self) -> Any:
        if self.year_ago is None:
            return None
        now, before = self.sum_won(), self.sum_won(*self.year_ago)
        return None if now is None or before is None or before <= 0 else Fraction(now - before) / Fraction(before)

    def revenue_per_rep(self) -> Any:
        """Reps do not know products: there, whoever sold something counts."""
        if "product" not in self.group:
            return super().revenue_per_rep()
        owners = {r["owner"] for r in self.won()} - {None}
        return None if self.sum_won() is None else over(self.sum_won(), len(owners))

    # --- targets ------------------------------------------------------------------------------------------------------

    def pipeline_coverage_remaining(self) -> Any:
        won, due, quota = self.sum_under_quota(), self.due_open(), self.quota()
        if won is None or due is None or won >= quota:
            return None
        rest = quota - Fraction(won)
        return None if rest < Fraction(quota) / 20 else over(due, rest)

    def sales_capacity(self) -> Any:
        rows = [r for r in self.money["quotas"] if r["amount"] is not None]
        rows = [r for r in rows if r["owner"] is None and r["team"] is None and r["product"] is None]
        if self.level != "owner" or not self.quota():
            return None
        target = sum(shared(r["amount"], *dates_of(r["period"]), self.low, self.whole) for r in rows)
        return over(self.quota(), target)

    def pacing_seasonal(self) -> Any:
        won, due = self.sum_under_quota(), Fraction(0)
        for row in self.quotas():
            begin, end = dates_of(row["period"])
            low, high = max(begin, self.low), min(end, self.high)
            if low >= high:
                continue
            if (made := self.shape(begin, end)) is None:
                return None
            due += Fraction(row["amount"]) * (made((high - begin).days) - made((low - begin).days))
        return None if won is None or not self.quota(self.high) else over(won, due)

    def shape(self, begin: date, end: date) -> Callable[[int], Fraction] | None:
        """The share of its sales that a quarter has made after so many days, if it goes like those before."""
        wins = [
            r for r in self.deals(self.all_deals) if r["outcome"] == "won" and r["closed"] and r["amount"] is not None
        ]
        wins = [r for r in wins if r["currency"] == self.currency]
        first = min(r["closed"] for r in wins)
        past = []
        for k in range(1, 9):
            low, high = months_back(begin, 3 * k), months_back(begin, 3 * k - 3)
            inside = [r for r in wins if low <= r["closed"] < high]
            known_then = high <= AS_OF + DAY and first <= low + (high - low) / 10
            if known_then and sum(r["amount"] for r in inside) > 0:
                past.append((low, high, inside))
        if len(past) < 4:
            return None
        days = (end - begin).days
        whole = sum(Fraction(r["amount"]) for _, _, rows in past for r in rows)

        def made(i: int) -> Fraction:
            until = [(low + timedelta(days=i * (high - low).days // days), rows) for low, high, rows in past]
            return sum(Fraction(r["amount"]) for day, rows in until for r in rows if r["closed"] < day) / whole

        return made

    def incentive_payout(self) -> Any:
        units: dict[str, Decimal] = {}
        for row in self.won():
            if row["owner"] is not None and self.has_quota(row, row["closed"]):
                units[row["owner"]] = units.get(row["owner"], Decimal(0)) + (row["quantity"] or 0)
        results = {owner: found for owner, found in self.results().items() if found[0] > 0}
        pay = [paid(Fraction(won), quota, units.get(owner, Decimal(0))) for owner, (quota, won, _) in results.items()]
        return sum(pay) if pay else None

    # --- customers and cash -------------------------------------------------------------------------------------------

    def customers(self) -> list[Row]:
        """Those who had come by the day, with the first day on which they were gone if that had come too."""
        found = []
        for row in self.rows["customers"]:
            moves = [r for r in self.everything["revenue"] if r["account_id"] == row["id"] and r["occurred"] <= AS_OF]
            code = moves[0]["currency"] if moves else row["currency"]
            if (row["started"] and row["started"] > AS_OF) or self.currency not in (None, code):
                continue
            left = row["ended"] + DAY if row["ended"] and row["ended"] < AS_OF else None
            vague = row["state"] == "churned" and row["ended"] is None
            mrr = self.paying(moves) if moves else row["mrr"]
            found.append({**row, "left": left, "vague": vague, "mrr": mrr})
        return found

    def paying(self, moves: list[Row]) -> Decimal | None:
        """What a customer pays on the last day of the period; unknown before the first movement."""
        level = None
        for move in moves:
            if self.high is None or move["occurred"] < self.high:
                sign = {"contraction": -1, "churn": -1, "renewal": 0}.get(move["movement"], 1)
                level = (level or 0) + sign * abs(move["amount"])
        return None if level is None else max(level, Decimal(0))

    def staying(self) -> list[Row]:
        return [r for r in self.customers() if r["left"] is None and not r["vague"]]

    def ltv(self) -> Any:
        dated = [r for r in self.customers() if r["started"] and not r["vague"]]
        there = [r for r in dated if r["started"] < self.low and (r["left"] is None or r["left"] >= self.low)]
        gone = [r for r in there if r["left"] and r["left"] < self.high]
        last = [r for r in dated if r["started"] < self.high and (r["left"] is None or r["left"] >= self.high)]
        mrr = [r["mrr"] for r in last if r["mrr"] is not None]
        if not gone or not mrr:
            return None
        return Fraction(sum(mrr)) / len(mrr) * self.months() * Fraction(len(there), len(gone))

    def months(self) -> Fraction:
        first, last = (
            12 * day.year + day.month + Fraction(day.day - 1, calendar.monthrange(day.year, day.month)[1])
            for day in (self.low, self.high)
        )
        return last - first

    def ltv_margin(self) -> Any:
        ltv, margin = self.ltv(), self.gross_margin()
        return None if ltv is None or margin is None else ltv * margin

    def ltv_cac(self) -> Any:
        ltv, cac = self.ltv_margin(), self.cac()
        return None if ltv is None or cac is None else over(ltv, cac)

    def cac_payback(self) -> Any:
        moves = [r for r in self.money["revenue"] if r["movement"] == "new" and self.inside(r["occurred"])]
        cac, margin, mrr = self.cac(), self.gross_margin(), sum(r["amount"] for r in moves)
        if cac is None or margin is None or margin <= 0 or mrr <= 0:
            return None
        return cac / (Fraction(mrr) / len({r["account_id"] for r in moves}) * margin)

    def market_penetration(self) -> Any:
        return Fraction(len(self.staying()), MARKET)

    def account_penetration(self) -> Any:
        rated = {r["id"] for r in self.everything["customers"] if r["potential"] is not None and came(r)}
        won = known([r["amount"] for r in self.closed("won") if r["account_id"] in rated])
        potential = sum(r["potential"] for r in self.customers() if r["potential"] is not None)
        return None if won is None else over(won, Fraction(potential) * self.months() / 12)

    def collection_rate_receipts(self) -> Any:
        rows = [r for r in self.money["invoices"] if r["state"] != "cancelled" and r["issued"] <= AS_OF]
        rows = [r for r in rows if r["paid_on"] and self.inside(r["paid_on"])]
        worth = [r["amount"] if r["paid_amount"] is None else r["paid_amount"] for r in rows]
        return None if known(worth) is None else of_billed(known(worth), self.invoiced())

    def repeat_purchase_rate_invoices(self) -> Any:
        if self.low and self.whole and self.whole - self.low < timedelta(days=365):
            return None  # too short for most customers to buy again
        rows = [r for r in self.pool("invoices") if r["state"] != "cancelled" and self.inside(r["issued"])]
        billed = [r["account_id"] for r in rows if r["account_id"]]
        return over(sum(billed.count(account) > 1 for account in set(billed)), len(set(billed)))

    # --- people -------------------------------------------------------------------------------------------------------

    def ramp_time(self) -> Any:
        """Kaplan–Meier in fractions over the months until three in a row reach four fifths of their quotas."""
        begun = min(dates_of(r["period"])[0] for r in self.everything["quotas"] if r["owner"] and r["amount"])
        ends = [self.ramp(r) for r in self.reps if r["hired"] and r["hired"] <= AS_OF and first_month(r) >= begun]
        alive = Fraction(1)
        for month in sorted({m for m, there in ends if there}):
            alive *= 1 - Fraction(ends.count((month, True)), sum(m >= month for m, _ in ends))
            if alive <= Fraction(1, 2):
                return month
        return None

    def ramp(self, rep: Row) -> tuple[int, bool]:
        quotas = [r for r in self.everything["quotas"] if r["owner"] == rep["name"] and r["amount"]]
        codes = {r["currency"] for r in quotas}
        wins = [r for r in self.deals(self.all_deals) if r["outcome"] == "won" and r["owner"] == rep["name"]]
        covered = [dates_of(r["period"]) for r in quotas]
        wins = [r for r in wins if r["closed"] and r["currency"] in codes and r["amount"] is not None]
        wins = [r for r in wins if any(low <= r["closed"] < high for low, high in covered)]
        month, count, last = first_month(rep), 0, min(rep["left"] or AS_OF, AS_OF)
        while months_back(month, -1) <= last + DAY:
            count, month = count + 1, months_back(month, -1)
            low = months_back(month, 3)
            quota = sum(shared(r["amount"], *dates_of(r["period"]), low, month) for r in quotas)
            won = sum(Fraction(r["amount"]) for r in wins if low <= r["closed"] < month)
            if count >= 3 and len(codes) == 1 and quota > 0 and won >= quota * Fraction(4, 5):
                return count, True
        return count, False

    def training_effect(self) -> Any:
        trained = {r["name"]: r["trained"] for r in self.everything["reps"]}
        tally: dict[tuple[bool, bool], list[bool]] = {(a, b): [] for a in (True, False) for b in (True, False)}
        for day in {d for d in trained.values() if d}:
            for row in self.deals():
                if row["outcome"] not in ("won", "lost") or not row["closed"] or row["owner"] not in trained:
                    continue
                own = trained[row["owner"]]
                if day - WINDOW <= row["closed"] < day + WINDOW and (own == day or not own or own >= day + WINDOW):
                    tally[own == day, row["closed"] >= day].append(row["outcome"] == "won")
        if not all(tally.values()):
            return None
        rates = {key: Fraction(sum(wins), len(wins)) for key, wins in tally.items()}
        return 100 * ((rates[True, True] - rates[True, False]) - (rates[False, True] - rates[False, False]))


def came(customer: Row) -> bool:
    return customer["started"] is None or customer["started"] <= AS_OF


def first_month(rep: Row) -> date:
    return rep["hired"] if rep["hired"].day == 1 else months_back(rep["hired"], -1)
