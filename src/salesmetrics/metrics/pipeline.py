"""Pipeline: what is still open."""

from __future__ import annotations

from salesmetrics.metrics.definition import Number, Ratio, Shape, Tally, Undefined, kpi

FAMILY = "pipeline"

_LEAST_PART = 20
"""One part in so many of a quota has to remain for its coverage to mean something."""


@kpi(
    title="Open pipeline",
    family=FAMILY,
    unit="money",
    formula="sum of the amounts of deals open on the as-of date",
    basis="snapshot",
    n="open_priced_deals",
    excluded={"missing_amount": "open_unpriced_deals"},
    additive=True,
    source="dbt_salesforce, pipeline amount",
    headline=6,
)
def open_pipeline(open_amount: Number) -> Shape:
    """The sum of the amounts of open deals. If none of them has an amount, it is unknown, not 0.

    On an as-of date in the past, a deal that closed later counts as open with the amount in the export; a finding counts
    the amounts that may have changed at the close.

    >>> open_pipeline(90000)
    90000
    """
    return open_amount


@kpi(
    title="Weighted pipeline",
    family=FAMILY,
    unit="money",
    formula="sum of amount × probability of the deals open on the as-of date",
    basis="snapshot",
    n="open_weighable_deals",
    excluded={"missing_amount_or_probability": "open_unweighable_deals"},
    additive=True,
    idea="open_pipeline",
    source="Salesforce, expected revenue; GASP",
    headline=27,
)
def weighted_pipeline(open_weighted_amount: Number) -> Shape:
    """The sum of the amounts of open deals, each multiplied by its probability.

    The probability comes from the CRM, where it is usually a default of the stage rather than a calibrated estimate. A deal
    without one is left out and counted; no value is assumed. The same applies, on an as-of date in the past, to every deal
    that closed later, because the close overwrote its probability.

    >>> weighted_pipeline(30000)
    30000
    """
    return open_weighted_amount


@kpi(
    title="Pipeline created",
    family=FAMILY,
    unit="money",
    formula="sum of the amounts of deals created in the period",
    basis="created",
    n="created_priced_deals",
    excluded={"missing_amount": "created_unpriced_deals", "missing_created_date": "undated_created_deals"},
    additive=True,
    idea="created_deals",
    source="dbt_salesforce, pipeline created",
    headline=15,
)
def pipeline_created(created_amount: Number) -> Shape:
    """The sum of the amounts of deals created in the period, as they are in the export.

    >>> pipeline_created(120000)
    120000
    """
    return created_amount


@kpi(
    title="Pipeline due",
    family=FAMILY,
    unit="money",
    formula="sum of the amounts of open deals expected to close in the period",
    basis="snapshot",
    n="open_due_priced_deals",
    excluded={"missing_amount": "open_due_unpriced_deals", "missing_expected_close": "open_unplanned_deals"},
    additive=True,
    idea="open_pipeline",
    source="GitLab, pipeline with close dates in the quarter",
)
def pipeline_due(open_due_amount: Number) -> Shape:
    """The sum of the amounts of open deals expected to close in the whole of the period, days to come included.

    Without a period it counts all open deals that have an expected close date.

    >>> pipeline_due(40000)
    40000
    """
    return open_due_amount


@kpi(
    title="Overdue pipeline",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="sum of the amounts of open deals with an expected close date before the as-of date",
    basis="snapshot",
    n="overdue_priced_deals",
    excluded={"missing_amount": "overdue_unpriced_deals", "missing_expected_close": "open_unplanned_deals"},
    additive=True,
    idea="overdue_deals",
    source="own definition: the amounts of overdue_deals",
)
def overdue_pipeline(overdue_amount: Number) -> Shape:
    """The sum of the amounts of open deals whose expected close date has passed. It inflates the open pipeline.

    On an as-of date in the past, the expected close date of a deal that closed later is unknown: it is left out and counted.

    >>> overdue_pipeline(12000)
    12000
    """
    return overdue_amount


@kpi(
    title="Lost value",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="sum of the amounts of lost deals",
    basis="closed",
    n="lost_priced_deals",
    excluded={"missing_amount": "lost_unpriced_deals", "missing_close_date": "undated_lost_deals"},
    additive=True,
    idea="lost_deals",
    source="own definition: the amounts of lost_deals",
)
def lost_value(lost_amount: Number) -> Shape:
    """The sum of the amounts of deals lost in the period, as they are in the export.

    Amounts of lost deals are often not kept up to date; a finding reports it if all of them are 0. Deals closed without a
    decision are not lost: see ``other_value``.

    >>> lost_value(90000)
    90000
    """
    return lost_amount


@kpi(
    title="Value closed without a decision",
    family=FAMILY,
    unit="money",
    direction="lower",
    formula="sum of the amounts of deals closed without a decision",
    basis="closed",
    n="other_priced_deals",
    excluded={"missing_amount": "other_unpriced_deals", "missing_close_date": "undated_other_deals"},
    additive=True,
    idea="other_deals",
    source="own definition: the amounts of other_deals",
)
def other_value(other_amount: Number) -> Shape:
    """The sum of the amounts of deals closed as void, duplicate, disqualified or without a decision in the period.

    >>> other_value(8000)
    8000
    """
    return other_amount


@kpi(
    title="Pipeline coverage",
    family=FAMILY,
    unit="x",
    formula="amount of open deals of owners with a quota expected to close in the period / quota of the whole period",
    basis="snapshot",
    span="quota",
    n="quota_due_deals",
    excluded={
        "missing_amount": "quota_due_unpriced",
        "missing_expected_close": "open_unplanned_deals",
        "no_quota": "quotaless_due_deals",
    },
    source="GitLab, pipeline with close dates in the quarter / target",
)
def pipeline_coverage(quota_due_amount: Number, quota: Number) -> Shape:
    """How many times the open, unweighted pipeline of the period covers its full quota.

    The default period is that of the quota on the as-of date. The coverage needed is 1 / win rate by value: four times at
    25 %. Deals of owners without a quota are left out and counted. It falls towards the end of the period as deals are won;
    ``pipeline_coverage_remaining`` does not.

    >>> pipeline_coverage(400, 100)
    4.0
    """
    return Undefined("no_quota") if quota == 0 else Ratio(quota_due_amount, quota)


@kpi(
    title="Pipeline coverage, remaining quota",
    family=FAMILY,
    unit="x",
    formula="amount of open deals of owners with a quota expected to close in the period / (quota of the whole period − won amount)",
    basis="snapshot",
    span="quota",
    n="quota_due_deals",
    excluded={
        "missing_amount": "quota_due_unpriced",
        "missing_expected_close": "open_unplanned_deals",
        "no_quota": "quotaless_due_deals",
    },
    idea="pipeline_coverage",
    source="Rafiki, coverage of the remaining quota",
)
def pipeline_coverage_remaining(quota_due_amount: Number, quota: Number, quota_won_amount: Number) -> Shape:
    """How many times the open pipeline of the period covers the rest of the quota.

    Undefined once the quota is met, and when less than 5 % of it remains: what covers next to nothing many times over says
    nothing about the pipeline.

    >>> pipeline_coverage_remaining(150, 100, 50)
    3.0
    >>> [pipeline_coverage_remaining(150, 100, won) for won in (96, 100)]
    [None, None]
    """
    if quota <= 0:
        return Undefined("no_quota")
    if quota_won_amount >= quota:
        return Undefined("target_met")
    if (quota - quota_won_amount) * _LEAST_PART < quota:
        return Undefined("target_nearly_met")
    return Ratio(quota_due_amount, quota - quota_won_amount)


@kpi(
    title="Overdue deals",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="open deals with an expected close date before the as-of date",
    basis="snapshot",
    excluded={"missing_expected_close": "open_unplanned_deals"},
    source="hubspot_revops, stale_open",
    headline=16,
)
def overdue_deals(open_overdue_deals: Number, open_deals: Number, open_unplanned_deals: Number) -> Shape:
    """Open deals whose expected close date has passed, out of the open deals that have one.

    On an as-of date in the past, the expected close date of a deal that closed later is unknown: it is left out and counted.

    >>> overdue_deals(20, 90, 10)
    20
    """
    return Tally(open_overdue_deals, open_deals - open_unplanned_deals)


@kpi(
    title="Stalled deals, no touch",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="open deals without a call, email or meeting for over stalled_days (30), and none planned",
    basis="snapshot",
    excluded={"missing_last_touch": "deals_without_touch"},
    source="Atrium, Untouched; Pipedrive, rotting",
)
def stalled_deals(quiet_deals: Number, hearable_deals: Number) -> Shape:
    """Open deals without a recent touch, out of the open deals whose last touch or creation date is known.

    The last touch is the latest call, email or meeting with a person that names the deal, or the deal's date of last
    activity; without either, the creation date of the deal. Other meanings of stalled have their own KPIs:
    ``stalled_deals_in_stage``, ``stalled_deals_by_age`` and ``overdue_deals``.

    >>> stalled_deals(12, 90)
    12
    """
    return Tally(quiet_deals, hearable_deals)


@kpi(
    title="Stalled deals, in stage",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="open deals longer in their stage than 90 % of won deals (or than stalled_stage_days)",
    basis="snapshot",
    excluded={"missing_stage_entry": "unstaged_deals"},
    idea="stalled_deals",
    source="Lead Liaison, stage rot",
)
def stalled_deals_in_stage(stuck_deals: Number, staged_deals: Number) -> Shape:
    """Open deals that have been in their stage for too long, out of those with a known stage entry date.

    The limit is ``stalled_stage_days`` if set; otherwise the 90th percentile of the days that won deals spent in the
    stage, if a stages file has at least five of them; otherwise ``stalled_days``. A limit based on won deals shows which
    deals are unlike a win, not which are lost.

    >>> stalled_deals_in_stage(7, 80)
    7
    """
    return Tally(stuck_deals, staged_deals)


@kpi(
    title="Stalled deals, by age",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="open deals created more than stalled_age_days (180) before the as-of date",
    basis="snapshot",
    excluded={"missing_created_date": "open_undated_deals"},
    idea="stalled_deals",
    source="Freshsales, stale deals",
)
def stalled_deals_by_age(old_open_deals: Number, open_deals: Number, open_undated_deals: Number) -> Shape:
    """Open deals created long ago, out of the open deals with a creation date.

    >>> stalled_deals_by_age(15, 90, 10)
    15
    """
    return Tally(old_open_deals, open_deals - open_undated_deals)
