"""Pipeline: what is still open."""

from __future__ import annotations

from salesmetrics.metrics.definition import Number, Ratio, Shape, Tally, Undefined, kpi

FAMILY = "pipeline"


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
    """The amounts of the open deals, summed. Where none of them has an amount it is unknown, not 0.

    On an as-of date in the past a deal that closed later was open; its amount is that of the export, and a finding counts
    those that may have been changed at the close.

    >>> open_pipeline(90000)
    90000
    """
    return open_amount


@kpi(
    title="Weighted pipeline",
    family=FAMILY,
    unit="money",
    formula="sum of amount × probability of deals open on the as-of date",
    basis="snapshot",
    n="open_weighable_deals",
    excluded={"missing_amount_or_probability": "open_unweighable_deals"},
    additive=True,
    source="Salesforce, expected revenue; GASP",
    headline=27,
)
def weighted_pipeline(open_weighted_amount: Number) -> Shape:
    """The amounts of the open deals, each times its own probability.

    The probability is what the CRM says, usually a label of the stage and not a calibrated chance. A deal without one
    is left out and counted; none is assumed. On an as-of date in the past that goes for every deal that closed later, too:
    what the export says of its probability was written at its close.

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
    source="dbt_salesforce, pipeline created",
    headline=17,
)
def pipeline_created(created_amount: Number) -> Shape:
    """The amounts of the deals created in the period, as they stand in the export today.

    >>> pipeline_created(120000)
    120000
    """
    return created_amount


@kpi(
    title="Pipeline coverage",
    family=FAMILY,
    unit="x",
    formula="amounts of open deals of those with a quota expected to close in the period / quota of the whole period",
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
    """How often the open pipeline of the period covers its quota: unweighted, and against the full quota.

    Without a period it is about the quota that runs on the as-of date. Needed is 1 / win rate by value: four times at 25 %.
    Deals of owners without a quota are left out and counted. Towards the end of the period it falls by itself, as deals are
    won: ``pipeline_coverage_remaining`` does not.

    >>> pipeline_coverage(400, 100)
    4.0
    """
    return Undefined("no_quota") if quota == 0 else Ratio(quota_due_amount, quota)


@kpi(
    title="Pipeline coverage, of what remains",
    family=FAMILY,
    unit="x",
    formula="amounts of open deals of those with a quota expected to close in the period / (quota of the whole period − won amount)",
    basis="snapshot",
    span="quota",
    n="quota_due_deals",
    excluded={
        "missing_amount": "quota_due_unpriced",
        "missing_expected_close": "open_unplanned_deals",
        "no_quota": "quotaless_due_deals",
    },
    source="Rafiki, coverage of the remaining quota",
)
def pipeline_coverage_remaining(quota_due_amount: Number, quota: Number, quota_won_amount: Number) -> Shape:
    """How often the open pipeline of the period covers what is still to be sold. Undefined once the quota is met.

    >>> pipeline_coverage_remaining(150, 100, 50)
    3.0
    >>> pipeline_coverage_remaining(150, 100, 100) is None
    True
    """
    if quota <= 0:
        return Undefined("no_quota")
    if quota_won_amount >= quota:
        return Undefined("target_met")
    return Ratio(quota_due_amount, quota - quota_won_amount)


@kpi(
    title="Overdue deals",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="open deals whose expected close date is before the as-of date",
    basis="snapshot",
    excluded={"missing_expected_close": "open_unplanned_deals"},
    source="hubspot_revops, stale_open",
    headline=16,
)
def overdue_deals(open_overdue_deals: Number, open_deals: Number, open_unplanned_deals: Number) -> Shape:
    """Open deals whose expected close date has passed, out of the open deals that have one.

    On an as-of date in the past nobody knows the expected close of a deal that closed later: it is left out and counted.

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
    """Open deals in which nobody has spoken for too long, out of the open deals of which that is known.

    The last touch is the latest call, email or meeting with a person that names the deal, or the deal's own date of
    last activity; a deal without any has been silent since its creation. Other meanings of stalled have their own KPI:
    ``stalled_deals_in_stage``, ``stalled_deals_by_age`` and ``overdue_deals``.

    >>> stalled_deals(12, 90)
    12
    """
    return Tally(quiet_deals, hearable_deals)


@kpi(
    title="Stalled deals, in their stage",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="open deals longer in their stage than nine of ten won deals were (or than stalled_stage_days)",
    basis="snapshot",
    excluded={"missing_stage_entry": "unstaged_deals"},
    source="Lead Liaison, stage rot",
)
def stalled_deals_in_stage(stuck_deals: Number, staged_deals: Number) -> Shape:
    """Open deals that have stood in one stage for too long, out of those of which it is known when they entered it.

    Too long is the setting ``stalled_stage_days``; without it the 90th percentile of the days that won deals spent in
    the stage, where at least five are known from a stages file; without that ``stalled_days``. A limit learnt from won
    deals only says what is unlike a win, not what is lost.

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
    source="Freshsales, stale deals",
)
def stalled_deals_by_age(old_open_deals: Number, open_deals: Number, open_undated_deals: Number) -> Shape:
    """Open deals that are simply old, out of the open deals with a creation date.

    >>> stalled_deals_by_age(15, 90, 10)
    15
    """
    return Tally(old_open_deals, open_deals - open_undated_deals)
