"""Measures of leads.

Columns used: ``is_converted``, ``qualified`` (Boolean), ``outcome`` (String: converted, qualified, disqualified, open),
``owner`` (String), ``created`` (Datetime). Of leads with their touches also ``response`` and ``waited`` (Int64, seconds from
creation to the first touch and to the end of the as-of day), ``since_touch`` (Int64, seconds from the first touch to that
end), ``further_touches`` (Int64) and ``timed`` (Boolean).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count, distinct, ends, total

if TYPE_CHECKING:
    import polars as pl


@measure(entity="leads", basis="created")
def decided_leads(is_converted: pl.Expr) -> pl.Expr:
    """Leads with a known conversion state."""
    return is_converted.count()


@measure(entity="leads", basis="created")
def converted_leads(is_converted: pl.Expr) -> pl.Expr:
    """Leads that are converted by the as-of date."""
    return count(is_converted)


@measure(entity="leads", basis="created")
def judged_leads(qualified: pl.Expr) -> pl.Expr:
    """Leads with a known qualification state."""
    return qualified.count()


@measure(entity="leads", basis="created")
def qualified_leads(qualified: pl.Expr) -> pl.Expr:
    """Leads that are qualified or converted by the as-of date."""
    return count(qualified)


@measure(entity="leads", basis="undated")
def undated_leads(created: pl.Expr) -> pl.Expr:
    """Leads without a creation date: in no period."""
    return count(created.is_null())


@measure(entity="leads", basis="snapshot")
def leads_without_date(created: pl.Expr) -> pl.Expr:
    """Leads without a creation date, so with an unknown waiting time."""
    return count(created.is_null())


@measure(entity="leads", basis="snapshot")
def open_leads(outcome: pl.Expr, owner: pl.Expr) -> pl.Expr:
    """Leads with an owner that are neither converted nor disqualified."""
    return count(outcome.is_in(["open", "qualified"]) & owner.is_not_null())


@measure(entity="leads", basis="snapshot", per=("owner",))
def open_lead_owners(outcome: pl.Expr, owner: pl.Expr) -> pl.Expr:
    """Owners of leads that are neither converted nor disqualified."""
    return distinct(owner, outcome.is_in(["open", "qualified"]))


@measure(entity="leads", basis="snapshot")
def open_ownerless_leads(outcome: pl.Expr, owner: pl.Expr) -> pl.Expr:
    """Leads without an owner that are neither converted nor disqualified."""
    return count(outcome.is_in(["open", "qualified"]) & owner.is_null())


# --- leads with their touches -----------------------------------------------------------------------------------------

DAY = 86_400
HOUR = 3_600


@measure(entity="lead_touches", basis="created")
def touchable_leads(waited: pl.Expr) -> pl.Expr:
    """Leads with a creation date."""
    return waited.count()


@measure(entity="lead_touches", basis="created")
def touched_leads(response: pl.Expr) -> pl.Expr:
    """Leads that a person contacted."""
    return response.count()


@measure(entity="lead_touches", basis="created", unit="hours", shape="table")
def response_ends(response: pl.Expr, waited: pl.Expr) -> pl.Expr:
    """Seconds from creation to the first touch or, without one, to the end of the as-of day."""
    import polars as pl

    return ends(pl.coalesce(response, waited), response.is_not_null().cast(pl.Int64), waited.is_not_null())


def _old_enough(waited: pl.Expr, seconds: int) -> pl.Expr:
    return count(waited >= seconds)


def _in_time(response: pl.Expr, waited: pl.Expr, seconds: int) -> pl.Expr:
    return count((response <= seconds) & (waited >= seconds))


def _timed(counted: pl.Expr, timed: pl.Expr) -> pl.Expr:
    """Unknown where times of day are unknown."""
    import polars as pl

    return pl.when(timed.all()).then(counted)


@measure(entity="lead_touches", basis="created", missing="no_time_of_day")
def leads_answered_5m(response: pl.Expr, waited: pl.Expr, timed: pl.Expr) -> pl.Expr:
    """Leads answered within five minutes, of those at least that old."""
    return _timed(_in_time(response, waited, 300), timed)


@measure(entity="lead_touches", basis="created")
def leads_aged_5m(waited: pl.Expr) -> pl.Expr:
    """Leads created at least five minutes before the end of the as-of day."""
    return _old_enough(waited, 300)


@measure(entity="lead_touches", basis="created", missing="no_time_of_day")
def leads_answered_1h(response: pl.Expr, waited: pl.Expr, timed: pl.Expr) -> pl.Expr:
    """Leads answered within one hour, of those at least that old."""
    return _timed(_in_time(response, waited, HOUR), timed)


@measure(entity="lead_touches", basis="created")
def leads_aged_1h(waited: pl.Expr) -> pl.Expr:
    """Leads created at least one hour before the end of the as-of day."""
    return _old_enough(waited, HOUR)


@measure(entity="lead_touches", basis="created")
def leads_answered_24h(response: pl.Expr, waited: pl.Expr) -> pl.Expr:
    """Leads answered within 24 hours, of those at least that old."""
    return _in_time(response, waited, DAY)


@measure(entity="lead_touches", basis="created")
def leads_aged_24h(waited: pl.Expr) -> pl.Expr:
    """Leads created at least 24 hours before the end of the as-of day."""
    return _old_enough(waited, DAY)


@measure(entity="lead_touches", basis="created")
def leads_too_young_5m(waited: pl.Expr) -> pl.Expr:
    """Leads less than five minutes old."""
    return count(waited < 300)


@measure(entity="lead_touches", basis="created")
def leads_too_young_1h(waited: pl.Expr) -> pl.Expr:
    """Leads less than one hour old."""
    return count(waited < HOUR)


@measure(entity="lead_touches", basis="created")
def leads_too_young_24h(waited: pl.Expr) -> pl.Expr:
    """Leads less than 24 hours old."""
    return count(waited < DAY)


@measure(entity="lead_touches", basis="created")
def missed_leads(
    response: pl.Expr, waited: pl.Expr, is_converted: pl.Expr, setting_missed_after_hours: pl.Expr
) -> pl.Expr:
    """Leads without an answer from a person in the time allowed, that did not convert."""
    return count(response.is_null() & ~is_converted & (waited >= setting_missed_after_hours * HOUR))


@measure(entity="lead_touches", basis="created")
def missable_leads(waited: pl.Expr, setting_missed_after_hours: pl.Expr) -> pl.Expr:
    """Leads old enough to count as missed."""
    return count(waited >= setting_missed_after_hours * HOUR)


@measure(entity="lead_touches", basis="created")
def unmissable_leads(waited: pl.Expr, setting_missed_after_hours: pl.Expr) -> pl.Expr:
    """Leads too recent to count as missed."""
    return count(waited < setting_missed_after_hours * HOUR)


@measure(entity="lead_touches", basis="created")
def followed_up_leads(
    further_touches: pl.Expr, since_touch: pl.Expr, setting_follow_up_touches: pl.Expr, setting_follow_up_days: pl.Expr
) -> pl.Expr:
    """Leads with enough further touches, of those first touched long enough ago."""
    mature = since_touch >= setting_follow_up_days * DAY
    return count(mature & (further_touches >= setting_follow_up_touches))


@measure(entity="lead_touches", basis="created")
def followable_leads(since_touch: pl.Expr, setting_follow_up_days: pl.Expr) -> pl.Expr:
    """Leads first touched long enough ago to judge their follow-up."""
    return count(since_touch >= setting_follow_up_days * DAY)


@measure(entity="lead_touches", basis="created")
def follow_ups_too_recent(since_touch: pl.Expr, setting_follow_up_days: pl.Expr) -> pl.Expr:
    """Leads first touched too recently to judge their follow-up."""
    return count(since_touch < setting_follow_up_days * DAY)


# --- chances: a lead with its deal, or a deal without a lead ----------------------------------------------------------


@measure(entity="chances", basis="created", unit="money", missing="missing_amount")
def unanswered_amount(amount: pl.Expr, gone: pl.Expr, answered: pl.Expr) -> pl.Expr:
    """Sum of the amounts of leads and deals that were lost or expired without a touch."""
    return total(amount, gone & ~answered)


@measure(entity="chances", basis="created", unit="money", missing="missing_amount")
def slow_amount(amount: pl.Expr, gone: pl.Expr, slow: pl.Expr) -> pl.Expr:
    """Sum of the amounts of leads and deals that were lost or expired after a slow first touch."""
    return total(amount, gone & slow)


@measure(entity="chances", basis="created")
def unanswered_priced(amount: pl.Expr, gone: pl.Expr, answered: pl.Expr) -> pl.Expr:
    """Leads and deals with an amount that were lost or expired without a touch."""
    return count(gone & ~answered & amount.is_not_null())


@measure(entity="chances", basis="created", lacks_money=True)
def unanswered_unpriced(amount: pl.Expr, gone: pl.Expr, answered: pl.Expr) -> pl.Expr:
    """Leads and deals without an amount that were lost or expired without a touch."""
    return count(gone & ~answered & amount.is_null())


@measure(entity="chances", basis="created")
def slow_priced(amount: pl.Expr, gone: pl.Expr, slow: pl.Expr) -> pl.Expr:
    """Leads and deals with an amount that were lost or expired after a slow first touch."""
    return count(gone & slow & amount.is_not_null())


@measure(entity="chances", basis="created", lacks_money=True)
def slow_unpriced(amount: pl.Expr, gone: pl.Expr, slow: pl.Expr) -> pl.Expr:
    """Leads and deals without an amount that were lost or expired after a slow first touch."""
    return count(gone & slow & amount.is_null())
