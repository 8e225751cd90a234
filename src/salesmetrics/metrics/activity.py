"""Activity: what was done, how regularly, and what came of it."""

from __future__ import annotations

from salesmetrics.metrics.definition import Number, Quantile, Ratio, Sample, Shape, kpi

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
    source="Vymo",
    headline=23,
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
    source="Vymo",
    headline=32,
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
    source="Vymo",
)
def emails(emails: Number) -> Shape:
    """Emails in both directions, without automated ones.

    These are marked so by the export, or have the sender, the type or the subject of an automation.

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
    source="Vymo",
    headline=11,
)
def meetings(meetings: Number) -> Shape:
    """Meetings that took place in the period. What came of them is ``meeting_yield``.

    >>> meetings(40)
    40
    """
    return meetings


@kpi(
    title="Activities per rep and working day",
    family=FAMILY,
    unit="count",
    formula="activities with an owner / working days summed over the reps",
    basis="occurred",
    n="owned_activities",
    excluded={"missing_owner": "ownerless_activities", "missing_date": "undated_activities"},
    source="Vymo, activities / agents and days",
)
def activities_per_rep_day(owned_activities: Number, rep_days: Number) -> Shape:
    """How much a rep does on a working day.

    A rep's working days are the days from Monday to Friday between the first and the last activity under that name, as
    far as they lie in the period; holidays and leave are not known. What is done at weekends counts as done.

    >>> activities_per_rep_day(1200, 100)
    12.0
    """
    return Ratio(owned_activities, rep_days)


@kpi(
    title="Contacts per rep and working day",
    family=FAMILY,
    unit="count",
    formula="different people touched by each rep in each day / working days summed over the reps",
    basis="occurred",
    n="people_by_day",
    excluded={"missing_owner": "ownerless_activities", "unlinked": "unlinked_activities"},
    source="own definition",
)
def contacts_per_day(people_by_day: Number, rep_days: Number) -> Shape:
    """How many different people a rep deals with in a working day, in either direction.

    An activity stands for its contact; without one for its lead, its deal or its account. A person called and mailed on the same day is one.

    >>> contacts_per_day(450, 100)
    4.5
    """
    return Ratio(people_by_day, rep_days)


@kpi(
    title="Contacts per rep and week",
    family=FAMILY,
    unit="count",
    formula="different people touched by each rep in each week / weeks with a working day summed over the reps",
    basis="occurred",
    n="people_by_week",
    excluded={"missing_owner": "ownerless_activities", "unlinked": "unlinked_activities"},
    source="own definition",
)
def contacts_per_week(people_by_week: Number, rep_weeks: Number) -> Shape:
    """How many different people a rep deals with in a week, in either direction.

    An activity stands for its contact; without one for its lead, its deal or its account. A person touched on several days of a week is one; a week begins on Monday, and the first and last may be cut short.

    >>> contacts_per_week(450, 100)
    4.5
    """
    return Ratio(people_by_week, rep_weeks)


@kpi(
    title="Contacts per rep and month",
    family=FAMILY,
    unit="count",
    formula="different people touched by each rep in each month / months with a working day summed over the reps",
    basis="occurred",
    n="people_by_month",
    excluded={"missing_owner": "ownerless_activities", "unlinked": "unlinked_activities"},
    source="own definition",
)
def contacts_per_month(people_by_month: Number, rep_months: Number) -> Shape:
    """How many different people a rep deals with in a month, in either direction.

    An activity stands for its contact; without one for its lead, its deal or its account. A person touched several times in a month is one; the first and last month may be cut short.

    >>> contacts_per_month(450, 100)
    4.5
    """
    return Ratio(people_by_month, rep_months)


@kpi(
    title="Activities per won deal",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="activities that name a won deal, up to its close / won deals that an activity names",
    basis="closed",
    n="won_linked_deals",
    excluded={"no_activity": "won_untouched_deals"},
    source="Rekener, the variant of activities on won deals",
)
def activities_per_won_deal(won_effort: Number, won_linked_deals: Number) -> Shape:
    """How many calls, emails, meetings and tasks a win took, over the deals won in the period.

    Only what names the deal counts, so work on deals that were lost is not charged to those won. Won deals that no
    activity names were worked on without a record: they are left out and counted, not taken as effortless.

    >>> activities_per_won_deal(300, 20)
    15.0
    """
    return Ratio(won_effort, won_linked_deals)


@kpi(
    title="Meeting yield",
    family=FAMILY,
    unit="ratio",
    formula="meetings followed within meeting_yield_days (14) by progress / meetings held that long ago",
    basis="occurred",
    interval="wilson",
    excluded={"too_recent": "meetings_too_recent", "unlinked": "unlinked_meetings"},
    source="Teamgate, call > meeting > opportunity > won",
)
def meeting_yield(fruitful_meetings: Number, ripe_meetings: Number) -> Shape:
    """Of the meetings held in the period, the share after which something moved: effective, not merely held.

    Something moved when within two weeks the deal was won or reached a stage where it had not been (a stage in which
    only lost deals stand does not count), another deal of the same account or lead came up, or the lead converted. Each
    meeting counts once, however much followed; one progress may follow several meetings. It is what followed, not proof
    of what the meeting caused.

    >>> meeting_yield(12, 40)
    0.3
    """
    return Ratio(fruitful_meetings, ripe_meetings)


@kpi(
    title="Follow-up rate",
    family=FAMILY,
    unit="ratio",
    formula="answered leads with follow_up_touches (1) or more further touches within follow_up_days (14) / answered leads "
    "whose first touch is longer ago",
    basis="created",
    interval="wilson",
    excluded={"too_recent": "follow_ups_too_recent", "missing_created_date": "leads_without_date"},
    source="own definition: follow-up rate",
)
def follow_up_rate(followed_up_leads: Number, followable_leads: Number) -> Shape:
    """Of the leads that were answered, the share that heard from us again within two weeks of the first touch.

    Leads answered more recently than that are left out until their two weeks have passed.

    >>> follow_up_rate(30, 40)
    0.75
    """
    return Ratio(followed_up_leads, followable_leads)


@kpi(
    title="Gap between touches, median",
    family=FAMILY,
    unit="days",
    direction="neutral",
    formula="median calendar days from one outbound touch to the next of the same lead or deal",
    basis="occurred",
    interval="order_statistic",
    excluded={"unlinked": "touches_without_target"},
    source="own definition: follow-up cadence",
)
def follow_up_gap_median(touch_gaps: Sample) -> Shape:
    """Half of the further touches came at most this many calendar days after the touch before.

    Each gap belongs to the day of its later touch. Leads and deals touched once have no gap.

    >>> follow_up_gap_median([0, 2, 3, 7, 30])
    3.0
    """
    return Quantile(touch_gaps, 0.5)


@kpi(
    title="Open deals per rep",
    family=FAMILY,
    unit="count",
    direction="neutral",
    formula="open deals with an owner / owners of open deals",
    basis="snapshot",
    n="owned_open_deals",
    excluded={"missing_owner": "open_ownerless_deals"},
    source="own definition: who is overloaded",
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
    unit="count",
    direction="neutral",
    formula="open leads with an owner / owners of open leads",
    basis="snapshot",
    n="open_leads",
    excluded={"missing_owner": "open_ownerless_leads"},
    source="own definition: who is overloaded",
)
def open_leads_per_rep(open_leads: Number, open_lead_owners: Number) -> Shape:
    """How many leads that are neither converted nor disqualified a rep has, on average over the reps who have any.

    >>> open_leads_per_rep(60, 4)
    15.0
    """
    return Ratio(open_leads, open_lead_owners)
