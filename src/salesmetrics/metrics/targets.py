"""Targets: quotas and what was sold against them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from salesmetrics.metrics.definition import Number, Ratio, Sample, Shape, Undefined, kpi
from salesmetrics.metrics.rep_results import by_rep, payouts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from salesmetrics.metrics.incentives import IncentivePlan

FAMILY = "targets"
LEFT_OUT = {
    "missing_amount": "quota_won_unpriced",
    "missing_close_date": "undated_won_deals",
    "no_quota": "quotaless_won_deals",
}


@kpi(
    title="Quota attainment",
    family=FAMILY,
    unit="ratio",
    formula="won amount of owners with a quota / quota of the whole period",
    basis="closed",
    span="quota",
    n="quota_won_deals",
    excluded=LEFT_OUT,
    exact=True,
    source="Rekener, attainment (235 / 250 = 94 %); Salesforce help, quotas",
    headline=7,
)
def quota_attainment(quota_won_amount: Number, quota: Number) -> Shape:
    """The share of the quota that has been sold.

    The default period is that of the quota on the as-of date; with quotas for several lengths, the shortest, such as a
    quarter. A quota counts for its days in the report period, so July has 31/92 of a quarter's quota, added up as exact
    fractions and rounded only for display. The quota of a manager includes those of the team, so levels are not added up:
    rep quotas count, and those of teams or the company only if there are none below. Without a quota, or with one of 0,
    attainment is undefined. A rep with a quota and no deals is at 0 %.

    Sales of owners without a quota, or on days that no quota covers, are left out and counted. A product quota applies to
    the deals of that product, and a company quota to all deals.

    >>> quota_attainment(235, 250)
    0.94
    >>> quota_attainment(100, 0) is None
    True
    """
    return Undefined("no_quota") if quota == 0 else Ratio(quota_won_amount, quota)


@kpi(
    title="Reps at quota",
    family=FAMILY,
    unit="ratio",
    formula="reps with won amount ≥ quota / reps with a quota, without reps ramping up",
    basis="closed",
    span="quota",
    interval="wilson",
    excluded={"ramping_up": "ramping_reps", "no_quota": "quotaless_reps"},
    source="GitLab, percent of ramped reps at or above quota",
    headline=24,
)
def reps_at_quota(rep_results: Sample) -> Shape:
    """The share of reps who have reached their quota.

    Reps with a quota marked as ramping up are left out and counted, as are owners of deals without a quota. A rep with a
    quota and no deals counts as below quota.

    >>> ann = {"owner": "Ann", "quota": 100, "won": 110, "units": 0, "ramping": 0}
    >>> reps_at_quota([ann, {**ann, "owner": "Bob", "won": 0}])
    0.5
    """
    return _share(rep_results, lambda row: row["won"] >= row["quota"])


@kpi(
    title="Reps below quota",
    family=FAMILY,
    unit="ratio",
    direction="lower",
    formula="reps with won amount < quota / reps with a quota, without reps ramping up",
    basis="closed",
    span="quota",
    interval="wilson",
    excluded={"ramping_up": "ramping_reps", "no_quota": "quotaless_reps"},
    idea="reps_at_quota",
    source="own definition: what is left of reps_at_quota",
)
def quota_miss_rate(rep_results: Sample) -> Shape:
    """The share of reps who have not reached their quota: 1 − ``reps_at_quota``.

    During the period, most reps are still below quota: compare it with ``pacing``.

    >>> ann = {"owner": "Ann", "quota": 100, "won": 110, "units": 0, "ramping": 0}
    >>> quota_miss_rate([ann, {**ann, "owner": "Bob", "won": 0}])
    0.5
    """
    return _share(rep_results, lambda row: row["won"] < row["quota"])


@kpi(
    title="Gap to quota",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="quota of the whole period − won amount of owners with a quota",
    basis="closed",
    span="quota",
    n="quota_won_deals",
    excluded=LEFT_OUT,
    exact=True,
    idea="quota_attainment",
    source="Salesforce help, forecasts: quota and gap",
)
def quota_gap(quota: Number, quota_won_amount: Number) -> Shape:
    """The amount still to be sold to reach the quota; below 0 if the quota was exceeded. Undefined without a quota.

    Sales of owners without a quota are left out and counted, so the gaps of groups add up to the total gap.

    >>> quota_gap(250, 235)
    15
    """
    return Undefined("no_quota") if quota == 0 else quota - quota_won_amount


@kpi(
    title="Pacing",
    family=FAMILY,
    unit="ratio",
    formula="won amount to date of owners with a quota / quota of the days elapsed",
    basis="closed",
    span="quota",
    n="quota_won_deals",
    excluded=LEFT_OUT,
    exact=True,
    idea="quota_attainment",
    source="Ebsta, pacing line (linear)",
)
def pacing(quota_won_amount: Number, quota_to_date: Number) -> Shape:
    """Sales to date against the quota to date, assuming the same sales every day.

    100 % is on track for exactly the quota. Teams that sell most of a quarter in its last weeks are below 100 % until then.

    >>> pacing(50, 40)
    1.25
    """
    return Undefined("no_quota") if quota_to_date == 0 else Ratio(quota_won_amount, quota_to_date)


@kpi(
    title="Pacing, seasonal",
    family=FAMILY,
    unit="ratio",
    formula="won amount to date of owners with a quota / quota to date by the pattern of past periods",
    basis="closed",
    span="quota",
    n="quota_won_deals",
    excluded=LEFT_OUT,
    idea="quota_attainment",
    source="Ebsta, pacing line (historical shape)",
)
def pacing_seasonal(
    quota_won_amount: Number, seasonal_quota_to_date: Number, shapeless_quota_days: Number, quota_to_date: Number
) -> Shape:
    """Sales to date against the quota to date, assuming the sales pattern of past periods.

    The pattern comes from the preceding four to eight complete periods of the same length: if a third of their sales fell
    in the first half, a third of the quota is expected by then. All reps share the pattern of the organisation, because
    single reps sell too unevenly.

    >>> pacing_seasonal(50, 40, 0, 45)
    1.25
    >>> pacing_seasonal(50, 40, 31, 45) is None
    True
    """
    if quota_to_date == 0:
        return Undefined("no_quota")
    return Undefined("short_history") if shapeless_quota_days > 0 else Ratio(quota_won_amount, seasonal_quota_to_date)


@kpi(
    title="Sales capacity",
    family=FAMILY,
    unit="ratio",
    formula="rep quotas / company target",
    basis="period",
    span="quota",
    exact=True,
    source="GitLab, sales capacity",
)
def sales_capacity(deployed_quota: Number, company_target: Number) -> Shape:
    """The share of the company target that is assigned to reps as quotas.

    It should be above 100 %, because not every rep reaches the quota. The company target is a quota without an owner, team,
    region and product. Without rep quotas it is undefined.

    >>> sales_capacity(1200, 1000)
    1.2
    >>> sales_capacity(0, 1000) is None
    True
    """
    return Undefined("no_quota") if deployed_quota == 0 else Ratio(deployed_quota, company_target)


@kpi(
    title="Incentive payout",
    family=FAMILY,
    unit="money",
    direction="neutral",
    formula="sum over reps of the pay under [settings.incentive] for won amount, quota and units",
    basis="closed",
    span="quota",
    n="reps_with_quota",
    excluded={"no_quota": "quotaless_reps"},
    additive=False,
    exact=True,
    source="own definition: tiers and accelerators from config",
)
def incentive_payout(rep_results: Sample, setting_incentive: IncentivePlan) -> Shape:
    """The variable pay of reps under the plan in ``salesmetrics.toml``.

    A plan has rates by attainment (each for the sales within its tier, or the highest one for all sales), a threshold below
    which nothing is paid, an accelerator above the quota, bonuses for reaching the quota and per unit, and caps. It pays for
    each quota period separately, and a longer report period is their sum: with quarterly quotas, two quarters have two
    bonuses and two caps. If the report period covers only part of a quota period, that part is paid as if it were a whole
    quota. Sales count on days covered by a quota of the rep. The pay of owners without a quota is unknown; they are counted.

    >>> from salesmetrics.metrics.incentives import IncentivePlan, Tier
    >>> plan = IncentivePlan(tiers=(Tier(Decimal(0), Decimal("0.05")),))
    >>> incentive_payout([{"owner": "Ann", "quota": Decimal(100), "won": Decimal(200), "units": Decimal(0)}], plan)
    Decimal('10.00')
    """
    paid = [result.amount for _, result in payouts(rep_results, setting_incentive) if result is not None]
    return sum(paid, Decimal(0)) if paid else Undefined("no_quota")


def _share(rep_results: Sample, holds: Callable[[Mapping[str, Any]], bool]) -> Shape:
    reps = by_rep(rep_results)
    judged = _judged(reps)
    if not judged and not any(row["quota"] > 0 for row in reps):
        return Undefined("no_quota")
    return Ratio(sum(holds(row) for row in judged), len(judged))


def _judged(reps: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [row for row in reps if row["quota"] > 0 and not row["ramping"]]
