"""What each entity is made from: one declaration per entity and column, and whoever plans, dates, makes or withholds looks here."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import polars as pl

__all__ = [
    "DERIVED",
    "ENTITIES",
    "HEADED",
    "MADE_BY",
    "MADE_FROM",
    "MONEY_COLUMNS",
    "Derived",
    "Entity",
    "columns_of",
    "date_columns",
    "files_of",
    "kinds_of",
    "makings",
]

Facts = tuple[tuple[str, str], ...]
"""Canonical columns, or facts that measures declare, each with the kind of file that it is of."""


class Entity(NamedTuple):
    """What an entity is made from.

    Attributes:
        kinds: The kinds of file.
        dates: Basis of a measure → the column that puts a record into a period.
        facts: Column → what it is made of, where neither its name nor ``DERIVED`` tells.
        rests_on: Entities that must be made before it. Those of the kinds themselves always are, as are those whose making
            finds something to say.
        asks_for: The kinds of file that are named where it is missing; none where its own name tells.
        has_words: What is said of its files is worded for it.
        or_column: The kind of file of which a further column would do, too.
    """

    kinds: tuple[str, ...]
    dates: Mapping[str, str] = {}
    facts: Mapping[str, Facts] = {}
    rests_on: tuple[str, ...] = ()
    asks_for: tuple[str, ...] = ()
    has_words: bool = False
    or_column: str | None = None


_OUTCOME = ("deals", "outcome")
_OF_WON = (_OUTCOME, ("deals", "won"))
_OF_QUOTAS = (("quotas", "amount"),)

ENTITIES: Mapping[str, Entity] = {
    "deals": Entity(
        ("deals",),
        {"closed": "closed", "created": "created", "period": "expected_close"},
        {"under_quota": _OF_QUOTAS},
    ),
    "deal_touches": Entity(
        ("deals", "activities"),
        {"closed": "closed"},
        {"effort": (_OUTCOME,)},
        asks_for=("activities",),
        has_words=True,
        or_column="deals",
    ),
    "deal_stages": Entity(("deals", "stages"), asks_for=("stages",), has_words=True, or_column="deals"),
    "close_plans": Entity(("deals", "stages"), {"occurred": "known_from"}, has_words=True),
    "leads": Entity(
        ("leads",),
        {"created": "created"},
        {"is_converted": (("leads", "outcome"),), "qualified": (("leads", "outcome"),)},
    ),
    "lead_touches": Entity(
        ("leads", "activities"), {"created": "created"}, asks_for=("leads", "activities"), has_words=True
    ),
    "chances": Entity(
        ("leads", "deals", "activities"),
        {"created": "created"},
        {"gone": (("leads", "outcome"), _OUTCOME, ("deals", "lost"))},
        rests_on=("lead_touches",),
        asks_for=("leads", "activities"),
        has_words=True,
    ),
    "activities": Entity(("activities",), {"occurred": "occurred"}),
    "rep_days": Entity(("activities",), {"occurred": "day"}, asks_for=("activities",), has_words=True),
    "meeting_outcomes": Entity(
        ("deals", "activities"),
        {"occurred": "occurred"},
        {"progressed": (_OUTCOME,)},
        asks_for=("activities",),
        has_words=True,
    ),
    "quotas": Entity(("quotas",), {"period": "day", "occurred": "day"}),
    "company_targets": Entity(("quotas",), {"period": "day"}, asks_for=("quotas",), has_words=True),
    "rep_targets": Entity(
        ("quotas", "deals", "reps"),
        {"period": "day"},
        {"quota": _OF_QUOTAS, "won": (*_OF_WON, ("deals", "amount"))},
        asks_for=("quotas",),
        has_words=True,
    ),
    "reps": Entity(("reps",)),
    "rep_calendar": Entity(("reps",), {"occurred": "day"}, asks_for=("reps",), has_words=True),
    "staff_days": Entity(
        ("reps",), {"occurred": "day"}, rests_on=("rep_calendar",), asks_for=("reps",), has_words=True
    ),
    "ramps": Entity(
        ("reps", "quotas", "deals"),
        facts={"ramped": (*_OF_WON, ("deals", "amount"), *_OF_QUOTAS)},
        rests_on=("rep_targets",),
        asks_for=("reps", "quotas"),
        has_words=True,
    ),
    "trainings": Entity(
        ("reps", "deals"), facts={"after": (_OUTCOME,), "won": _OF_WON}, asks_for=("reps",), has_words=True
    ),
    "costs": Entity(("costs",), {"occurred": "day"}),
    "revenue": Entity(("revenue",), {"occurred": "day"}),
    "customers": Entity(
        ("customers", "revenue"),
        {"created": "started"},
        {"left": (("customers", "ended"), ("customers", "status"))},
        has_words=True,
    ),
    "invoices": Entity(("invoices",), {"created": "issued", "due": "due", "closed": "paid_on"}),
    "surveys": Entity(("surveys",), {"occurred": "answered"}),
}
"""Every entity that measures aggregate, by name."""


# --- columns ---


class Derived(NamedTuple):
    """A column that the engine adds to an entity.

    Attributes:
        needs: Columns that must all be there.
        any_of: Columns of which one is enough; the first that has a value wins.
        optional: Columns that it also looks at where they are there.
    """

    needs: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


DERIVED: Mapping[tuple[str, str], Derived] = {
    ("deals", "account_key"): Derived(any_of=("account_id", "account")),
    ("invoices", "account_key"): Derived(any_of=("account_id", "account")),
    ("deals", "earliest_win"): Derived(("account_key", "outcome", "closed")),
    ("deals", "first_win"): Derived(("earliest_win",), optional=("deal_class",)),
    ("deals", "old_win"): Derived(("earliest_win", "first_win", "deal_class")),
}
"""Columns that the reader does not give, by entity and name. Later ones may rest on earlier ones."""

MADE_FROM: Mapping[tuple[str, str], str | tuple[str, ...]] = {
    ("quotas", "day"): "quota_columns",
    ("costs", "day"): "cost_columns",
    ("revenue", "change"): "revenue_columns",
    ("revenue", "day"): "revenue_columns",
    ("revenue", "account_key"): ("account", "account_id"),
    ("customers", "account_key"): ("id", "name"),
    ("customers", "left"): ("started",),
    ("customers", "listed"): ("started",),
    ("customers", "vague"): ("started",),
    ("deals", "has_potential"): ("account_id", "account"),
    ("deals", "cost"): "or_of_product",
    ("deals", "list_price"): "or_of_product",
    ("invoices", "received"): "receipts",
    ("activities", "gap"): ("lead_id", "deal_id"),
    ("activities", "record"): ("lead_id", "deal_id"),
    ("activities", "person"): "persons",
    ("activities", "activity_type"): ("type",),
    ("surveys", "survey_type"): ("type",),
    ("surveys", "misscaled"): ("type",),
    ("surveys", "off_scale"): ("type",),
    ("activities", "logs_calls"): "with_calls",
    ("activities", "logs_emails"): "with_emails",
    ("activities", "logs_meetings"): "with_meetings",
    ("leads", "qualified"): "qualified",
    ("leads", "is_converted"): "converted",
    ("leads", "outcome"): ("status",),
    ("deals", "outcome"): ("stage", "status"),
}
"""The columns of a file that a column of an entity is made from, where it is not one of the file itself: one of these, or a code."""

HEADED: Mapping[str, str] = {
    "quota_columns": "amount",
    "cost_columns": "amount",
    "with_calls": "type",
    "with_emails": "type",
    "with_meetings": "type",
}
"""The column that a code names first, and that need not be named beside it."""

MADE_BY: Mapping[tuple[str, str], str] = {("deals", "under_quota"): "quotas"}
"""The kind of file that puts a column into an entity of another one."""

MONEY_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "deals": ("amount", "list_price", "cost"),
    "leads": ("amount",),
    "customers": ("mrr", "potential"),
    "revenue": ("amount", "mrr"),
    "invoices": ("amount", "paid_amount"),
    "quotas": ("amount",),
    "costs": ("amount",),
    "products": ("list_price", "cost"),
}
"""The columns of money, by kind of file."""


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


def files_of(entity: str) -> tuple[str, ...]:
    """The kinds of file that are named where an entity is missing.

    >>> files_of("ramps"), files_of("deals"), files_of("close_plans")
    (('reps', 'quotas'), ('deals',), ('close_plans',))
    """
    found = ENTITIES.get(entity)
    return found.asks_for if found and found.asks_for else (entity,)


def makings(entities: Iterable[str]) -> frozenset[str]:
    """Entities and all that must be made before them.

    >>> sorted(makings(["ramps"])), sorted(makings(["deals"]))
    (['ramps', 'rep_targets'], ['deals'])
    """
    found: set[str] = set()
    waiting = list(entities)
    while waiting:
        entity = waiting.pop()
        if entity not in found:
            found.add(entity)
            waiting += ENTITIES[entity].rests_on if entity in ENTITIES else ()
    return frozenset(found)


def columns_of(frames: Mapping[str, pl.DataFrame], as_of: date | None) -> dict[str, set[str]]:
    """The columns that measures can ask for, by entity: those that are there, those that can be derived, and ``as_of``."""
    given = set() if as_of is None else {"as_of"}
    columns = {entity: set(frame.columns) | given for entity, frame in frames.items()}
    for (entity, name), derived in DERIVED.items():
        if entity in columns and name not in columns[entity]:
            there = columns[entity]
            if there.issuperset(derived.needs) and (not derived.any_of or there.intersection(derived.any_of)):
                there.add(name)
    return columns
