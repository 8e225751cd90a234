"""The records behind KPIs of the made-up company, and those left out of them by reason, as plain loops over its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from money_world import AS_OF
from oracle_money import Row, dates_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from oracle_company import Oracle


class Counts(NamedTuple):
    """How many records are behind a value, None where it counts none, and how many were left out for each reason."""

    behind: int | None
    left_out: dict[str, int]


def where(rows: Iterable[Row], holds: Callable[[Row], object]) -> int:
    return sum(bool(holds(row)) for row in rows)


def lacking(rows: Iterable[Row], *names: str) -> int:
    return sum(any(row[name] is None for name in names) for row in rows)


def different(rows: Iterable[Row], name: str) -> int:
    return len({row[name] for row in rows} - {None})


# --- sales and what they cost -----------------------------------------------------------------------------------------


def dated_wins(o: Oracle) -> list[Row]:
    return [row for row in o.closed("won") if row["closed"]]


def undated_wins(o: Oracle) -> dict[str, int]:
    if o.low is None:
        return {}  # without a period a deal needs no date to be in it
    return {"missing_close_date": where(o.deals(), lambda row: row["outcome"] == "won" and row["closed"] is None)}


def accountless_wins(o: Oracle) -> dict[str, int]:
    return {"missing_account": lacking(o.closed("won"), "account_id")}


def wins_with(o: Oracle, code: str, *names: str) -> Counts:
    won = o.closed("won")
    return Counts(len(won) - lacking(won, *names), {code: lacking(won, *names)})


def revenue_per_rep(o: Oracle) -> Counts:
    left_out = {"missing_amount": lacking(o.closed("won"), "amount"), **undated_wins(o)}
    return Counts(different(o.closed("won"), "owner"), left_out)


def buyers(o: Oracle) -> Counts:
    return Counts(different(o.closed("won"), "account_id"), {**accountless_wins(o), **undated_wins(o)})


def cost_per_lead(o: Oracle) -> Counts:
    leads = o.rows["leads"]
    created = where(leads, lambda row: row["created"] and o.inside(row["created"].date()))
    return Counts(created, {"missing_created_date": lacking(leads, "created")})


def newly_paying(o: Oracle) -> Counts:
    moves = [row for row in o.money["revenue"] if row["movement"] == "new" and o.inside(row["occurred"])]
    return Counts(different(moves, "account_id"), {})


# --- targets ----------------------------------------------------------------------------------------------------------


def sold_under_quota(o: Oracle) -> Counts:
    won = dated_wins(o)
    under = [row for row in won if o.has_quota(row, row["closed"])]
    missing = lacking(under, "amount")
    return Counts(
        len(under) - missing, {"missing_amount": missing, **undated_wins(o), "no_quota": len(won) - len(under)}
    )


def due_under_quota(o: Oracle) -> Counts:
    planned = [row for row in o.opened() if row["expected_close"] and o.low <= row["expected_close"] < o.whole]
    due = [row for row in planned if o.has_quota(row, row["expected_close"])]
    left_out = {
        "missing_amount": lacking(due, "amount"),
        "missing_expected_close": lacking(o.opened(), "expected_close"),
        "no_quota": len(planned) - len(due),
    }
    return Counts(len(due) - lacking(due, "amount"), left_out)


def reps_with_quota(o: Oracle) -> dict[str, bool]:
    """Whether each rep with a quota is ramping up."""
    return {owner: ramping for owner, (quota, _, ramping) in o.results().items() if quota > 0}


def reps_without_quota(o: Oracle) -> dict[str, int]:
    """Those whose quota is 0, and owners of won deals."""

    def overlaps(begin: date, end: date) -> bool:
        return max(begin, o.low) < min(end, o.whole)

    known = {row["owner"] for row in o.quotas() if overlaps(*dates_of(row["period"]))}
    known |= {row["owner"] for row in dated_wins(o)} - {None}
    return {"no_quota": len(known - reps_with_quota(o).keys())}


def judged_reps(o: Oracle) -> Counts:
    ramping = reps_with_quota(o).values()
    return Counts(len(ramping) - sum(ramping), {"ramping_up": sum(ramping), **reps_without_quota(o)})


def paid_reps(o: Oracle) -> Counts:
    return Counts(len(reps_with_quota(o)), reps_without_quota(o))


# --- customers and cash -----------------------------------------------------------------------------------------------


def at_start(o: Oracle) -> int:
    dated = [row for row in o.customers() if row["started"] and not row["vague"]]
    return where(dated, lambda row: row["started"] < o.low and (row["left"] is None or row["left"] >= o.low))


def vague(o: Oracle) -> dict[str, int]:
    return {"missing_end_date": where(o.customers(), lambda row: row["vague"])}


def cohort(o: Oracle) -> Counts:
    return Counts(at_start(o), {**vague(o), "missing_start_date": lacking(o.customers(), "started")})


def with_potential(o: Oracle) -> Counts:
    missing = lacking(o.customers(), "potential")
    return Counts(len(o.customers()) - missing, {"missing_potential": missing})


def bills(o: Oracle, inside: Callable[[Row], bool]) -> list[Row]:
    return [row for row in o.pool("invoices") if row["issued"] <= AS_OF and inside(row)]


def issued(o: Oracle) -> tuple[list[Row], dict[str, int]]:
    """The invoices of the period that stand, and how many were cancelled."""
    rows = bills(o, lambda row: o.inside(row["issued"]))
    standing = [row for row in rows if row["state"] != "cancelled"]
    return standing, {"cancelled": len(rows) - len(standing)}


def invoiced(o: Oracle) -> Counts:
    rows, cancelled = issued(o)
    return Counts(len(rows) - lacking(rows, "amount"), {**cancelled, "missing_amount": lacking(rows, "amount")})


def invoiced_accounts(o: Oracle) -> Counts:
    rows, cancelled = issued(o)
    return Counts(different(rows, "account_id"), {"missing_account": lacking(rows, "account_id"), **cancelled})


def fallen_due(o: Oracle) -> Counts:
    def inside(row: Row) -> bool:
        day = row["due"] or row["issued"]
        return row["state"] != "cancelled" and day <= AS_OF and o.inside(day)

    rows = bills(o, inside)
    known = where(rows, lambda row: row["amount"] is not None and o.received(row) is not None)
    return Counts(known, {"missing_amount": len(rows) - known})


COUNTS: dict[str, Callable[[Oracle], Counts]] = {
    "new_customers": lambda o: Counts(None, {**accountless_wins(o), **undated_wins(o)}),
    "repeat_purchase_rate": buyers,
    "revenue_per_rep": revenue_per_rep,
    "cac": lambda o: Counts(o.new_accounts(), {**accountless_wins(o), **undated_wins(o)}),
    "cac_payback": newly_paying,
    "sales_efficiency": lambda o: wins_with(o, "missing_amount", "amount"),
    "roi": lambda o: wins_with(o, "missing_cost", "amount", "cost"),
    "cost_per_lead": cost_per_lead,
    **dict.fromkeys(("quota_attainment", "quota_gap", "pacing", "pacing_seasonal"), sold_under_quota),
    **dict.fromkeys(("pipeline_coverage", "pipeline_coverage_remaining"), due_under_quota),
    **dict.fromkeys(("reps_at_quota", "quota_miss_rate"), judged_reps),
    "incentive_payout": paid_reps,
    **dict.fromkeys(("customer_retention", "logo_churn"), cohort),
    "ltv": lambda o: Counts(at_start(o), vague(o)),
    "ltv_margin": lambda o: Counts(
        at_start(o), {**vague(o), **wins_with(o, "missing_cost", "amount", "cost").left_out}
    ),
    "ltv_cac": lambda o: Counts(at_start(o), {}),
    "market_penetration": lambda o: Counts(len(o.staying()), vague(o)),
    "account_penetration": with_potential,
    "invoiced": invoiced,
    "repeat_purchase_rate_invoices": invoiced_accounts,
    "collection_rate": fallen_due,
}
"""By KPI, what a loop over the rows of one group, currency and stretch of days counts."""
