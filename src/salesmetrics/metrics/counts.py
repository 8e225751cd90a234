"""Counts of deals by outcome."""

from __future__ import annotations

from salesmetrics.metrics.definition import Number, Shape, kpi

FAMILY = "counts"
UNDATED = {"missing_close_date": "undated_closed_deals"}
SOURCE = "own definition: counts"


@kpi(
    title="Won deals",
    family=FAMILY,
    unit="count",
    formula="deals won in the period",
    basis="closed",
    excluded={"missing_close_date": "undated_won_deals"},
    additive=True,
    source="Salesforce, WON:SUM",
    headline=14,
)
def won_deals(won_deals: Number) -> Shape:
    """Deals that ended in a sale, by close date.

    >>> won_deals(30)
    30
    """
    return won_deals


@kpi(
    title="Lost deals",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="deals lost in the period",
    basis="closed",
    excluded=UNDATED,
    additive=True,
    source="Oracle, lost opportunities",
    headline=38,
)
def lost_deals(lost_deals: Number) -> Shape:
    """Deals that ended without a sale, by close date, without void and duplicate ones.

    >>> lost_deals(70)
    70
    """
    return lost_deals


@kpi(
    title="Deals closed without a decision",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="deals closed in the period without a decision",
    basis="closed",
    excluded=UNDATED,
    additive=True,
    source="Oracle, No Sale; Kellblog, narrow and broad win rate",
)
def other_deals(other_deals: Number) -> Shape:
    """Deals closed as void, duplicate, disqualified or for another reason that is neither won nor lost.

    They are kept apart from lost deals: counting them as lost lowers the win rate, leaving them out hides them.

    >>> other_deals(4)
    4
    """
    return other_deals


@kpi(
    title="Open deals",
    family=FAMILY,
    unit="count",
    direction="neutral",
    formula="deals open on the as-of date",
    basis="snapshot",
    additive=True,
    source="own definition",
)
def open_deals(open_deals: Number) -> Shape:
    """Deals that are not closed on the as-of date, whatever the period.

    >>> open_deals(90)
    90
    """
    return open_deals


@kpi(
    title="Created deals",
    family=FAMILY,
    unit="count",
    formula="deals created in the period",
    basis="created",
    excluded={"missing_created_date": "undated_created_deals"},
    additive=True,
    source="dbt_salesforce, daily activity",
    headline=28,
)
def created_deals(created_deals: Number) -> Shape:
    """Deals by creation date, whatever their outcome.

    >>> created_deals(100)
    100
    """
    return created_deals
