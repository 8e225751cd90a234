"""Pipeline: what is still open."""

from __future__ import annotations

from salesmetrics.metrics.definition import Number, Shape, Tally, kpi

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
)
def open_pipeline(open_amount: Number) -> Shape:
    """The amounts of the open deals, summed. Where none of them has an amount it is unknown, not 0.

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
)
def weighted_pipeline(open_weighted_amount: Number) -> Shape:
    """The amounts of the open deals, each times its own probability.

    The probability is what the CRM says, usually a label of the stage and not a calibrated chance. A deal without one
    is left out and counted; none is assumed.

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
)
def pipeline_created(created_amount: Number) -> Shape:
    """The amounts of the deals created in the period, as they stand in the export today.

    >>> pipeline_created(120000)
    120000
    """
    return created_amount


@kpi(
    title="Overdue deals",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="open deals whose expected close date is before the as-of date",
    basis="snapshot",
    excluded={"missing_expected_close": "open_unplanned_deals"},
    source="hubspot_revops, stale_open",
)
def overdue_deals(open_overdue_deals: Number, open_deals: Number, open_unplanned_deals: Number) -> Shape:
    """Open deals whose expected close date has passed, out of the open deals that have one.

    >>> overdue_deals(20, 90, 10)
    20
    """
    return Tally(open_overdue_deals, open_deals - open_unplanned_deals)
