"""Measures of activities.

Columns used: ``activity_type`` (String: call, email, meeting, task, other), ``held``, ``automated``, ``outbound``, ``logs_calls`` and
the like (Boolean: the export keeps a log of that type),
``occurred`` (Datetime), ``owner``, ``person`` (String), ``gap`` (Int64, days). Of working days: ``owner``, ``day`` (Date). Of
meetings: ``linked``, ``ripe``, ``progressed`` (Boolean). Of deals with their touches: ``linked``, ``effort``, ``quiet_days``,
``stage_days`` (Int64), ``stage_limit`` (Float64), ``planned`` (Boolean).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.calendar.steps import beginning
from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count, distinct, sample, total

if TYPE_CHECKING:
    import polars as pl


@measure(entity="activities", basis="occurred")
def activities(held: pl.Expr, automated: pl.Expr) -> pl.Expr:
    """Activities that took place, done by a person."""
    return count(held & ~automated)


@measure(entity="activities", basis="occurred")
def calls(activity_type: pl.Expr, held: pl.Expr, automated: pl.Expr, logs_calls: pl.Expr) -> pl.Expr:
    """Calls that took place, made or taken by a person."""
    return count((activity_type == "call") & held & ~automated & logs_calls)


@measure(entity="activities", basis="occurred")
def emails(activity_type: pl.Expr, held: pl.Expr, automated: pl.Expr, logs_emails: pl.Expr) -> pl.Expr:
    """Emails written by a person."""
    return count((activity_type == "email") & held & ~automated & logs_emails)


@measure(entity="activities", basis="occurred")
def meetings(activity_type: pl.Expr, held: pl.Expr, automated: pl.Expr, logs_meetings: pl.Expr) -> pl.Expr:
    """Meetings that took place."""
    return count((activity_type == "meeting") & held & ~automated & logs_meetings)


@measure(entity="activities", basis="occurred")
def planned_activities(held: pl.Expr) -> pl.Expr:
    """Activities that are planned, or were planned and did not take place."""
    return count(~held)


@measure(entity="activities", basis="occurred")
def planned_calls(activity_type: pl.Expr, held: pl.Expr) -> pl.Expr:
    """Calls that are planned, or were planned and did not take place."""
    return count((activity_type == "call") & ~held)


@measure(entity="activities", basis="occurred")
def planned_emails(activity_type: pl.Expr, held: pl.Expr) -> pl.Expr:
    """Emails that are planned, or were planned and not sent."""
    return count((activity_type == "email") & ~held)


@measure(entity="activities", basis="occurred")
def planned_meetings(activity_type: pl.Expr, held: pl.Expr) -> pl.Expr:
    """Meetings that are planned, or were planned and did not take place."""
    return count((activity_type == "meeting") & ~held)


@measure(entity="activities", basis="occurred")
def automated_activities(held: pl.Expr, automated: pl.Expr) -> pl.Expr:
    """Automated activities."""
    return count(held & automated)


@measure(entity="activities", basis="occurred")
def automated_calls(activity_type: pl.Expr, held: pl.Expr, automated: pl.Expr) -> pl.Expr:
    """Automated calls."""
    return count((activity_type == "call") & held & automated)


@measure(entity="activities", basis="occurred")
def automated_emails(activity_type: pl.Expr, held: pl.Expr, automated: pl.Expr) -> pl.Expr:
    """Automated emails."""
    return count((activity_type == "email") & held & automated)


@measure(entity="activities", basis="occurred")
def automated_meetings(activity_type: pl.Expr, held: pl.Expr, automated: pl.Expr) -> pl.Expr:
    """Automated meetings."""
    return count((activity_type == "meeting") & held & automated)


@measure(entity="activities", basis="undated")
def undated_activities(held: pl.Expr, occurred: pl.Expr) -> pl.Expr:
    """Activities that took place on an unknown date: in no period."""
    return count(held & occurred.is_null())


@measure(entity="activities", basis="undated")
def undated_calls(activity_type: pl.Expr, held: pl.Expr, occurred: pl.Expr) -> pl.Expr:
    """Calls that took place on an unknown date: in no period."""
    return count((activity_type == "call") & held & occurred.is_null())


@measure(entity="activities", basis="undated")
def undated_emails(activity_type: pl.Expr, held: pl.Expr, occurred: pl.Expr) -> pl.Expr:
    """Emails that took place on an unknown date: in no period."""
    return count((activity_type == "email") & held & occurred.is_null())


@measure(entity="activities", basis="undated")
def undated_meetings(activity_type: pl.Expr, held: pl.Expr, occurred: pl.Expr) -> pl.Expr:
    """Meetings that took place on an unknown date: in no period."""
    return count((activity_type == "meeting") & held & occurred.is_null())


@measure(entity="activities", basis="occurred")
def owned_activities(held: pl.Expr, automated: pl.Expr, owner: pl.Expr, occurred: pl.Expr) -> pl.Expr:
    """Activities that took place on a known date, with an owner."""
    return count(held & ~automated & owner.is_not_null() & occurred.is_not_null())


@measure(entity="activities", basis="occurred")
def ownerless_activities(held: pl.Expr, automated: pl.Expr, owner: pl.Expr) -> pl.Expr:
    """Activities that took place, without an owner."""
    return count(held & ~automated & owner.is_null())


@measure(entity="activities", basis="occurred", unit="days", shape="sample")
def touch_gaps(gap: pl.Expr) -> pl.Expr:
    """Calendar days between consecutive outbound touches of the same lead or deal, sorted."""
    return sample(gap, gap.is_not_null())


@measure(entity="activities", basis="occurred")
def touches_without_target(outbound: pl.Expr, record: pl.Expr) -> pl.Expr:
    """Outbound touches that name neither a lead nor a deal."""
    return count(outbound & record.is_null())


def _people(owner: pl.Expr, occurred: pl.Expr, person: pl.Expr, met: pl.Expr, every: str) -> pl.Expr:
    """Different people that each rep contacted per unit of time, summed."""
    import polars as pl

    period = beginning(occurred, every)
    return distinct(pl.struct(owner.alias("owner"), period.alias("period"), person.alias("person")), met)


def _met(held: pl.Expr, automated: pl.Expr, owner: pl.Expr, occurred: pl.Expr, person: pl.Expr) -> pl.Expr:
    return held & ~automated & owner.is_not_null() & occurred.is_not_null() & person.is_not_null()


@measure(entity="activities", basis="occurred", per=("owner", "occurred:1d", "person"))
def people_by_day(owner: pl.Expr, occurred: pl.Expr, person: pl.Expr, held: pl.Expr, automated: pl.Expr) -> pl.Expr:
    """Different people that each rep contacted per day, summed."""
    return _people(owner, occurred, person, _met(held, automated, owner, occurred, person), "1d")


@measure(entity="activities", basis="occurred", per=("owner", "occurred:1w", "person"))
def people_by_week(owner: pl.Expr, occurred: pl.Expr, person: pl.Expr, held: pl.Expr, automated: pl.Expr) -> pl.Expr:
    """Different people that each rep contacted per week, summed."""
    return _people(owner, occurred, person, _met(held, automated, owner, occurred, person), "1w")


@measure(entity="activities", basis="occurred", per=("owner", "occurred:1mo", "person"))
def people_by_month(owner: pl.Expr, occurred: pl.Expr, person: pl.Expr, held: pl.Expr, automated: pl.Expr) -> pl.Expr:
    """Different people that each rep contacted per month, summed."""
    return _people(owner, occurred, person, _met(held, automated, owner, occurred, person), "1mo")


@measure(entity="activities", basis="occurred")
def unlinked_activities(held: pl.Expr, automated: pl.Expr, person: pl.Expr) -> pl.Expr:
    """Activities that took place, without a contact, lead, deal or account."""
    return count(held & ~automated & person.is_null())


# --- working days of reps ---------------------------------------------------------------------------------------------


@measure(entity="rep_days", basis="occurred")
def rep_days(day: pl.Expr) -> pl.Expr:
    """Working days, summed over the reps."""
    return day.count()


@measure(entity="rep_days", basis="occurred", per=("owner", "day:1w"))
def rep_weeks(owner: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Weeks with a working day, summed over the reps."""
    import polars as pl

    return distinct(pl.struct(owner.alias("owner"), beginning(day, "1w").alias("period")), day.is_not_null())


@measure(entity="rep_days", basis="occurred", per=("owner", "day:1mo"))
def rep_months(owner: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Months with a working day, summed over the reps."""
    import polars as pl

    return distinct(pl.struct(owner.alias("owner"), beginning(day, "1mo").alias("period")), day.is_not_null())


# --- meetings and what came of them -----------------------------------------------------------------------------------


@measure(entity="meeting_outcomes", basis="occurred")
def fruitful_meetings(linked: pl.Expr, ripe: pl.Expr, progressed: pl.Expr) -> pl.Expr:
    """Meetings followed by progress, of those held long enough ago."""
    return count(linked & ripe & progressed)


@measure(entity="meeting_outcomes", basis="occurred")
def ripe_meetings(linked: pl.Expr, ripe: pl.Expr) -> pl.Expr:
    """Meetings of a deal, lead or account, held long enough ago to judge their progress."""
    return count(linked & ripe)


@measure(entity="meeting_outcomes", basis="occurred")
def meetings_too_recent(linked: pl.Expr, ripe: pl.Expr) -> pl.Expr:
    """Meetings of a deal, lead or account, held too recently to judge their progress."""
    return count(linked & ~ripe)


@measure(entity="meeting_outcomes", basis="occurred")
def unlinked_meetings(linked: pl.Expr) -> pl.Expr:
    """Meetings without a deal, lead or account in the files."""
    return count(~linked)


# --- deals with their touches -----------------------------------------------------------------------------------------


@measure(entity="deal_touches", basis="closed")
def won_effort(effort: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Activities that name a won deal, up to the day it was won."""
    return total(effort, outcome == "won")


@measure(entity="deal_touches", basis="closed")
def won_linked_deals(linked: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals with an activity."""
    return count((outcome == "won") & (linked > 0))


@measure(entity="deal_touches", basis="closed")
def won_untouched_deals(linked: pl.Expr, outcome: pl.Expr) -> pl.Expr:
    """Won deals without an activity."""
    return count((outcome == "won") & (linked == 0))


def _quiet(outcome: pl.Expr, quiet_days: pl.Expr) -> pl.Expr:
    return (outcome == "open") & quiet_days.is_not_null()


@measure(entity="deal_touches", basis="snapshot")
def quiet_deals(outcome: pl.Expr, quiet_days: pl.Expr, planned: pl.Expr, setting_stalled_days: pl.Expr) -> pl.Expr:
    """Open deals without a recent or planned touch."""
    return count(_quiet(outcome, quiet_days) & (quiet_days > setting_stalled_days) & ~planned)


@measure(entity="deal_touches", basis="snapshot")
def hearable_deals(outcome: pl.Expr, quiet_days: pl.Expr) -> pl.Expr:
    """Open deals with a known last touch or creation date."""
    return count(_quiet(outcome, quiet_days))


@measure(entity="deal_touches", basis="snapshot")
def deals_without_touch(outcome: pl.Expr, quiet_days: pl.Expr) -> pl.Expr:
    """Open deals with an unknown last touch and creation date."""
    return count((outcome == "open") & quiet_days.is_null())


@measure(entity="deal_stages", basis="snapshot")
def stuck_deals(outcome: pl.Expr, stage_days: pl.Expr, stage_limit: pl.Expr) -> pl.Expr:
    """Open deals that have been in their stage for too long."""
    return count((outcome == "open") & (stage_days > stage_limit))


@measure(entity="deal_stages", basis="snapshot")
def staged_deals(outcome: pl.Expr, stage_days: pl.Expr) -> pl.Expr:
    """Open deals with a known stage entry date."""
    return count((outcome == "open") & stage_days.is_not_null())


@measure(entity="deal_stages", basis="snapshot")
def unstaged_deals(outcome: pl.Expr, stage_days: pl.Expr) -> pl.Expr:
    """Open deals with an unknown stage entry date."""
    return count((outcome == "open") & stage_days.is_null())
