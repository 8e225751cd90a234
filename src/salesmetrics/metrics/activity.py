"""Activity: how much people did, how regularly, and what came of it."""

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
    """Calls, emails, meetings, tasks and other activities that people did in the period.

    Planned and automated activities do not count as done; both are counted separately.

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
    """Calls, inbound and outbound, that people made or took in the period.

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
    """Emails, inbound and outbound, without automated ones.

    An email is automated if the export marks it so, or if its sender, type or subject is that of an automation.

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
    """Meetings that took place in the period. For their results, see ``meeting_yield``.

    >>> meetings(40)
    40
    """
    return meetings


@kpi(
    title="Activities per rep and working day",
    family=FAMILY,
    unit="count",
    formula="activities with an owner / working days of all reps",
    basis="occurred",
    n="owned_activities",
    excluded={"missing_owner": "ownerless_activities", "missing_date": "undated_activities"},
    idea="activities",
    source="Vymo, activities / agents and days",
)
def activities_per_rep_day(owned_activities: Number, rep_days: Number) -> Shape:
    """How many activities a rep does per working day.

    A rep's working days are the days from Monday to Friday between the first and the last activity of that rep, within
    the period; holidays and leave are unknown. Activities at weekends count.

    >>> activities_per_rep_day(1200, 100)
    12.0
    """
    return Ratio(owned_activities, rep_days)


@kpi(
    title="Contacts per rep and working day",
    family=FAMILY,
    unit="count",
    formula="different people contacted per rep and day, summed / working days of all reps",
    basis="occurred",
    n="people_by_day",
    excluded={"missing_owner": "ownerless_activities", "unlinked": "unlinked_activities"},
    source="own definition",
)
def contacts_per_day(people_by_day: Number, rep_days: Number) -> Shape:
    """How many different people a rep contacts per working day, inbound or outbound.

    The person is the contact of the activity or, without one, its lead, deal or account. A person called and emailed on the same day counts once.

    >>> contacts_per_day(450, 100)
    4.5
    """
    return Ratio(people_by_day, rep_days)


@kpi(
    title="Contacts per rep and week",
    family=FAMILY,
    unit="count",
    formula="different people contacted per rep and week, summed / weeks with a working day of all reps",
    basis="occurred",
    n="people_by_week",
    excluded={"missing_owner": "ownerless_activities", "unlinked": "unlinked_activities"},
    idea="contacts_per_day",
    source="own definition",
)
def contacts_per_week(people_by_week: Number, rep_weeks: Number) -> Shape:
    """How many different people a rep contacts per week, inbound or outbound.

    The person is the contact of the activity or, without one, its lead, deal or account. A person contacted on several days of a week counts once. Weeks begin on Monday; the first and last may be incomplete.

    >>> contacts_per_week(450, 100)
    4.5
    """
    return Ratio(people_by_week, rep_weeks)


@kpi(
    title="Contacts per rep and month",
    family=FAMILY,
    unit="count",
    formula="different people contacted per rep and month, summed / months with a working day of all reps",
    basis="occurred",
    n="people_by_month",
    excluded={"missing_owner": "ownerless_activities", "unlinked": "unlinked_activities"},
    idea="contacts_per_day",
    source="own definition",
)
def contacts_per_month(people_by_month: Number, rep_months: Number) -> Shape:
    """How many different people a rep contacts per month, inbound or outbound.

    The person is the contact of the activity or, without one, its lead, deal or account. A person contacted several times in a month counts once. The first and last month may be incomplete.

    >>> contacts_per_month(450, 100)
    4.5
    """
    return Ratio(people_by_month, rep_months)


@kpi(
    title="Activities per won deal",
    family=FAMILY,
    unit="count",
    direction="lower",
    formula="activities of won deals up to the close / won deals with an activity",
    basis="closed",
    n="won_linked_deals",
    excluded={"no_activity": "won_untouched_deals"},
    source="Rekener, the variant of activities on won deals",
)
def activities_per_won_deal(won_effort: Number, won_linked_deals: Number) -> Shape:
    """How many calls, emails, meetings and tasks a deal won in the period took.

    Only activities that name the deal count, so work on lost deals is not included. Won deals without an activity were
    worked on without a record: they are left out and counted, not treated as zero effort.

    >>> activities_per_won_deal(300, 20)
    15.0
    """
    return Ratio(won_effort, won_linked_deals)


@kpi(
    title="Meeting yield",
    family=FAMILY,
    unit="ratio",
    formula="meetings followed by progress within meeting_yield_days (14) / meetings held at least that long ago",
    basis="occurred",
    interval="wilson",
    excluded={"too_recent": "meetings_too_recent", "unlinked": "unlinked_meetings"},
    source="Teamgate, call > meeting > opportunity > won",
)
def meeting_yield(fruitful_meetings: Number, ripe_meetings: Number) -> Shape:
    """The share of meetings held in the period that were followed by progress.

    Progress means that within two weeks the deal was won or reached a new stage (other than a stage with lost deals
    only), another deal of the same account or lead was created, or the lead converted. Each meeting counts once; several
    meetings can share the same progress. It shows what followed a meeting, not what the meeting caused.

    >>> meeting_yield(12, 40)
    0.3
    """
    return Ratio(fruitful_meetings, ripe_meetings)


@kpi(
    title="Follow-up rate",
    family=FAMILY,
    unit="ratio",
    formula="answered leads with at least follow_up_touches (1) more touches within follow_up_days (14) / answered leads "
    "first touched longer ago",
    basis="created",
    interval="wilson",
    excluded={"too_recent": "follow_ups_too_recent", "missing_created_date": "leads_without_date"},
    source="own definition: follow-up rate",
)
def follow_up_rate(followed_up_leads: Number, followable_leads: Number) -> Shape:
    """The share of answered leads that were contacted again within two weeks of the first touch.

    Leads answered less than two weeks ago are left out.

    >>> follow_up_rate(30, 40)
    0.75
    """
    return Ratio(followed_up_leads, followable_leads)


@kpi(
    title="Gap between touches, median",
    family=FAMILY,
    unit="days",
    direction="neutral",
    formula="median calendar days between consecutive outbound touches of the same lead or deal",
    basis="occurred",
    interval="order_statistic",
    excluded={"unlinked": "touches_without_target"},
    source="own definition: follow-up cadence",
)
def follow_up_gap_median(touch_gaps: Sample) -> Shape:
    """The median number of calendar days between one outbound touch and the next.

    A gap belongs to the day of its later touch. Leads and deals touched only once have no gap.

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
    """The average number of open deals per rep, over reps who have any.

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
    """The average number of open leads per rep (neither converted nor disqualified), over reps who have any.

    >>> open_leads_per_rep(60, 4)
    15.0
    """
    return Ratio(open_leads, open_lead_owners)
