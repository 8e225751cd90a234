"""KPIs of renewals, as a plugin: one measure of deals, one KPI that rests on it and on a measure that ships."""

from salesmetrics.metrics.definition import Ratio, kpi, measure


@measure(entity="deals", basis="closed")
def won_renewals(outcome, type):  # noqa: A002 - parameters are the names of columns
    """Won deals of the type renewal."""
    return ((outcome == "won") & type.str.to_lowercase().str.contains("renewal")).fill_null(value=False).sum()


@kpi(
    title="Renewal share",
    family="renewals",
    unit="ratio",
    direction="neutral",
    formula="won renewals / won deals",
    basis="closed",
    interval="wilson",
    source="example plugin",
)
def renewal_share(won_renewals, won_deals):
    """Of the deals won in the period, the share that renews what was sold before.

    >>> renewal_share(20, 80)
    0.25
    """
    return Ratio(won_renewals, won_deals)
