"""What each entity is made from: one declaration per entity, and whoever plans, dates or withholds looks here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ENTITIES", "Entity", "date_columns", "kinds_of"]

Facts = tuple[tuple[str, str], ...]
"""Canonical columns, or facts that measures declare, each with the kind of file that it is of."""


class Entity(NamedTuple):
    """What an entity is made from.

    Attributes:
        kinds: The kinds of file.
        dates: Basis of a measure → the column that puts a record into a period.
        facts: Column → what it is made of, where neither its name nor ``DERIVED`` tells.
    """

    kinds: tuple[str, ...]
    dates: Mapping[str, str] = {}
    facts: Mapping[str, Facts] = {}


_OUTCOME = ("deals", "outcome")
_OF_WON = (_OUTCOME, ("deals", "won"))
_OF_QUOTAS = (("quotas", "amount"),)

ENTITIES: Mapping[str, Entity] = {
    "deals": Entity(
        ("deals",),
        {"closed": "closed", "created": "created", "period": "expected_close"},
        {"under_quota": _OF_QUOTAS},
    ),
    "deal_touches": Entity(("deals", "activities"), {"closed": "closed"}, {"effort": (_OUTCOME,)}),
    "deal_stages": Entity(("deals", "stages")),
    "close_plans": Entity(("deals", "stages"), {"occurred": "known_from"}),
    "leads": Entity(
        ("leads",),
        {"created": "created"},
        {"is_converted": (("leads", "outcome"),), "qualified": (("leads", "outcome"),)},
    ),
    "lead_touches": Entity(("leads", "activities"), {"created": "created"}),
    "chances": Entity(
        ("leads", "deals", "activities"),
        {"created": "created"},
        {"gone": (("leads", "outcome"), _OUTCOME, ("deals", "lost"))},
    ),
    "activities": Entity(("activities",), {"occurred": "occurred"}),
    "rep_days": Entity(("activities",), {"occurred": "day"}),
    "meeting_outcomes": Entity(("deals", "activities"), {"occurred": "occurred"}, {"progressed": (_OUTCOME,)}),
    "quotas": Entity(("quotas",), {"period": "day", "occurred": "day"}),
    "company_targets": Entity(("quotas",), {"period": "day"}),
    "rep_targets": Entity(
        ("quotas", "deals", "reps"),
        {"period": "day"},
        {"quota": _OF_QUOTAS, "won": (*_OF_WON, ("deals", "amount"))},
    ),
    "reps": Entity(("reps",)),
    "rep_calendar": Entity(("reps",), {"occurred": "day"}),
    "staff_days": Entity(("reps",), {"occurred": "day"}),
    "ramps": Entity(("reps", "quotas", "deals"), facts={"ramped": (*_OF_WON, ("deals", "amount"), *_OF_QUOTAS)}),
    "trainings": Entity(("reps", "deals"), facts={"after": (_OUTCOME,), "won": _OF_WON}),
    "costs": Entity(("costs",), {"occurred": "day"}),
    "revenue": Entity(("revenue",), {"occurred": "day"}),
    "customers": Entity(
        ("customers", "revenue"),
        {"created": "started"},
        {"left": (("customers", "ended"), ("customers", "status"))},
    ),
    "invoices": Entity(("invoices",), {"created": "issued", "due": "due", "closed": "paid_on"}),
    "surveys": Entity(("surveys",), {"occurred": "answered"}),
}
"""Every entity that measures aggregate, by name."""


def date_columns(entity: str) -> Mapping[str, str]:
    """The date that puts a record of an entity into a period, by the basis of a measure.

    >>> date_columns("invoices")["due"], dict(date_columns("pipelines"))
    ('due', {})
    """
    found = ENTITIES.get(entity)
    return found.dates if found else {}


def kinds_of(entity: str) -> tuple[str, ...]:
    """The kinds of file that an entity is made from.

    >>> kinds_of("lead_touches"), kinds_of("invoices")
    (('leads', 'activities'), ('invoices',))
    """
    found = ENTITIES.get(entity)
    return found.kinds if found else (entity,)
