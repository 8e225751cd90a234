"""Targets: what was to be sold, against what was."""

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
    formula="won amount of those with a quota / quota of the whole period",
    basis="closed",
    span="quota",
    n="quota_won_deals",
    excluded=LEFT_OUT,
    exact=True,
    source="Rekener, attainment (235 / 250 = 94 %); Salesforce help, quotas",
    headline=7,
)
def quota_attainment(quota_won_amount: Number, quota: Number) -> Shape:
    """How much of the quota has been sold.

    Without a period it is about the quota that runs on the as-of date: of the shortest period there is, a quarter where
    quotas are given by quarter. A quota counts for the days of its period that lie in the period asked for, so a month has
    31/92 of a quarter's quota in July, summed as exact fractions and rounded only where it is shown. The quota of a manager contains those of the team, so levels are not added up: the
    quotas of reps count, and those of teams or the company only where there are none below. Without a quota, or with one
    of 0, attainment is undefined. A rep with a quota and no deals has reached 0 %.

    Like is set against like: what was sold by somebody without a quota, or on days that no quota covers, is left out and
    counted. A quota for a product is for the deals of that product, and a quota of the company is everybody's.

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
    formula="reps with won amount ≥ quota / reps with a quota, those ramping up left out",
    basis="closed",
    span="quota",
    interval="wilson",
    excluded={"ramping_up": "ramping_reps", "no_quota": "quotaless_reps"},
    source="GitLab, percent of ramped reps at or above quota",
    headline=24,
)
def reps_at_quota(rep_results: Sample) -> Shape:
    """The share of reps who have sold their whole quota.

    Reps whose quota is marked as one of ramping up are left out and counted, and so are owners of deals without a quota.
    A rep with a quota and no deals counts as not there.

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
    formula="reps with won amount < quota / reps with a quota, those ramping up left out",
    basis="closed",
    span="quota",
    interval="wilson",
    excluded={"ramping_up": "ramping_reps", "no_quota": "quotaless_reps"},
    source="own definition: what is left of reps_at_quota",
)
def quota_miss_rate(rep_results: Sample) -> Shape:
    """The share of reps who have not sold their whole quota: what is left of ``reps_at_quota``.

    While the period runs, most reps are still below: compare ``pacing``.

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
    formula="quota of the whole period − won amount of those with a quota",
    basis="closed",
    span="quota",
    n="quota_won_deals",
    excluded=LEFT_OUT,
    exact=True,
    source="Salesforce help, forecasts: quota and gap",
)
def quota_gap(quota: Number, quota_won_amount: Number) -> Shape:
    """What is still to be sold to reach the quota; below 0 where more was sold than asked. Without a quota it is undefined.

    What was sold by somebody without a quota is left out and counted, so the gaps of groups add up to that of the whole.

    >>> quota_gap(250, 235)
    15
    """
    return Undefined("no_quota") if quota == 0 else quota - quota_won_amount


@kpi(
    title="Pacing",
    family=FAMILY,
    unit="ratio",
    formula="won amount to date of those with a quota / quota of the days that have elapsed",
    basis="closed",
    span="quota",
    n="quota_won_deals",
    excluded=LEFT_OUT,
    exact=True,
    source="Ebsta, pacing line (linear)",
)
def pacing(quota_won_amount: Number, quota_to_date: Number) -> Shape:
    """What has been sold, against what would have been sold by now if every day sold the same.

    100 % is on course for exactly the quota. Many teams sell most of a quarter in its last weeks, and read low until then.

    >>> pacing(50, 40)
    1.25
    """
    return Undefined("no_quota") if quota_to_date == 0 else Ratio(quota_won_amount, quota_to_date)


@kpi(
    title="Pacing, by own season",
    family=FAMILY,
    unit="ratio",
    formula="won amount to date of those with a quota / quota that the own past periods would have reached by now",
    basis="closed",
    span="quota",
    n="quota_won_deals",
    excluded=LEFT_OUT,
    source="Ebsta, pacing line (historical shape)",
)
def pacing_seasonal(
    quota_won_amount: Number, seasonal_quota_to_date: Number, shapeless_quota_days: Number, quota_to_date: Number
) -> Shape:
    """What has been sold, against what would have been sold by now if the period went like those before.

    The organisation's own shape comes from up to eight complete periods of the same length right before, at least four:
    if they made a third of their sales in the first half, then half a period of quota is a third of it. All reps are held
    to the one shape of the organisation, for single reps sell too unevenly to have one.

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
    formula="quotas of reps / target of the company",
    basis="period",
    span="quota",
    exact=True,
    source="GitLab, sales capacity",
)
def sales_capacity(deployed_quota: Number, company_target: Number) -> Shape:
    """How much of the company's target is given to reps as quotas. It should be over 100 %: not every rep gets there.

    The target of the company is a quota without an owner, a team, a region and a product. Without quotas of reps it is
    undefined.

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
    formula="sum over reps of what the plan under [settings.incentive] pays for won amount, quota and units",
    basis="closed",
    span="quota",
    n="reps_with_quota",
    excluded={"no_quota": "quotaless_reps"},
    additive=False,
    exact=True,
    source="own definition: tiers and accelerators from config",
)
def incentive_payout(rep_results: Sample, setting_incentive: IncentivePlan) -> Shape:
    """What reps earn on top of their salary by the plan in ``salesmetrics.toml``.

    The plan has rates by attainment (each for the sales within its tier, or the highest one for all), an attainment below
    which nothing is paid, an accelerator above the quota, a bonus for the quota and for every unit, and caps. It pays for
    each period that quotas are given for by itself, and a longer stretch is their sum: where quotas are by quarter, two
    quarters have two bonuses and two caps. Of a quota that the stretch cuts through, the part inside it is paid for as if
    it were the whole. Sales count on days that a quota of the rep covers. Owners without a quota earn nothing that could
    be told, and are counted.

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
