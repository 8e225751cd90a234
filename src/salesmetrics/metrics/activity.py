"""Activity: what was done, how regularly, and what came of it."""

from __future__ import annotations

from salesmetrics.metrics.definition import Number, Ratio, Shape, kpi

FAMILY = "activity"


@kpi(
    title="Activities",
    family=FAMILY,
    unit="count",
    formula="activities held in the period",
    basis="occurred",
    excluded={
        "planned": "planned_activities",
        "automated": "automated_activities",
        "missing_date": "undated_activities",
    },
    additive=True,
    source="Vymo; kpis.md 2.8",
)
def activities(activities: Number) -> Shape:
    """Calls, emails, meetings, tasks and the rest that people did in the period.

    What is only planned, or was planned and never done, does not count, and neither does what a machine sent; both are
    counted beside it.

    >>> activities(250)
    250
    """
    return activities


@kpi(
    title="Calls",
    family=FAMILY,
    unit="count",
    formula="calls held in the period",
    basis="occurred",
    excluded={"planned": "planned_calls", "automated": "automated_calls", "missing_date": "undated_calls"},
    additive=True,
    source="Vymo; kpis.md 2.8",
)
def calls(calls: Number) -> Shape:
    """Calls in both directions that people made or took in the period.

    >>> calls(120)
    120
    """
    return calls


@kpi(
    title="Emails",
    family=FAMILY,
    unit="count",
    formula="emails sent or received in the period",
    basis="occurred",
    excluded={"planned": "planned_emails", "automated": "automated_emails", "missing_date": "undated_emails"},
    additive=True,
    source="Vymo; kpis.md 2.8",
)
def emails(emails: Number) -> Shape:
    """Emails in both directions, without those that the export marks as automated.

    >>> emails(300)
    300
    """
    return emails


@kpi(
    title="Meetings",
    family=FAMILY,
    unit="count",
    formula="meetings held in the period",
    basis="occurred",
    excluded={"planned": "planned_meetings", "automated": "automated_meetings", "missing_date": "undated_meetings"},
    additive=True,
    source="Vymo; kpis.md 2.8",
)
def meetings(meetings: Number) -> Shape:
    """Meetings that took place in the period. What came of them is ``meeting_yield``.

    >>> meetings(40)
    40
    """
    return meetings


@kpi(
    title="Follow-up rate",
    family=FAMILY,
    unit="ratio",
    formula="answered leads with follow_up_touches (1) or more further touches within follow_up_days (14) / answered leads "
    "whose first touch is longer ago",
    basis="created",
    interval="wilson",
    excluded={"too_recent": "unripe_follow_ups", "missing_created_date": "leads_without_date"},
    source="kpis.md 2.4, follow-up rate",
)
def follow_up_rate(followed_up_leads: Number, followable_leads: Number) -> Shape:
    """Of the leads that were answered, the share that heard from us again within two weeks of the first touch.

    Leads answered more recently than that are left out until their two weeks have passed.

    >>> follow_up_rate(30, 40)
    0.75
    """
    return Ratio(followed_up_leads, followable_leads)


@kpi(
    title="Open deals per rep",
    family=FAMILY,
    unit="x",
    direction="neutral",
    formula="open deals with an owner / owners of open deals",
    basis="snapshot",
    n="owned_open_deals",
    excluded={"missing_owner": "open_ownerless_deals"},
    source="kpis.md Part I: who is overloaded",
)
def open_deals_per_rep(owned_open_deals: Number, open_deal_owners: Number) -> Shape:
    """How many open deals a rep looks after, on average over the reps who have any.

    >>> open_deals_per_rep(90, 6)
    15.0
    """
    return Ratio(owned_open_deals, open_deal_owners)


@kpi(
    title="Open leads per rep",
    family=FAMILY,
    unit="x",
    direction="neutral",
    formula="open leads with an owner / owners of open leads",
    basis="snapshot",
    n="open_leads",
    excluded={"missing_owner": "open_ownerless_leads"},
    source="kpis.md Part I: who is overloaded",
)
def open_leads_per_rep(open_leads: Number, open_lead_owners: Number) -> Shape:
    """How many leads that are neither converted nor disqualified a rep has, on average over the reps who have any.

    >>> open_leads_per_rep(60, 4)
    15.0
    """
    return Ratio(open_leads, open_lead_owners)
