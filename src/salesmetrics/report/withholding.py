"""Which measures rest on a fact that the files leave unsure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.report.prepare import DERIVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from salesmetrics.metrics.definition import Measure
    from salesmetrics.schema.withheld import Withheld

__all__ = ["facts_behind", "kinds_of", "withheld_measures"]

_KINDS: Mapping[str, tuple[str, ...]] = {
    "chances": ("leads", "deals", "activities"),
    "close_plans": ("deals", "stages"),
    "company_targets": ("quotas",),
    "customers": ("customers", "revenue"),
    "deal_stages": ("deals", "stages"),
    "deal_touches": ("deals", "activities"),
    "lead_touches": ("leads", "activities"),
    "meeting_outcomes": ("deals", "activities"),
    "ramps": ("reps", "quotas", "deals"),
    "rep_calendar": ("reps",),
    "rep_days": ("activities",),
    "rep_targets": ("quotas", "deals", "reps"),
    "trainings": ("reps", "deals"),
}
"""The kinds of file that an entity is made from; any other entity is a kind of its own."""

_MADE_OF: Mapping[tuple[str, str], tuple[tuple[str, str], ...]] = {
    ("chances", "gone"): (("leads", "outcome"), ("deals", "outcome")),
    ("customers", "left"): (("customers", "ended"), ("customers", "status")),
    ("deal_touches", "effort"): (("deals", "outcome"),),
    ("leads", "is_converted"): (("leads", "outcome"),),
    ("leads", "qualified"): (("leads", "outcome"),),
    ("meeting_outcomes", "progressed"): (("deals", "outcome"),),
    ("ramps", "ramped"): (("deals", "outcome"), ("deals", "amount")),
    ("rep_targets", "won"): (("deals", "outcome"), ("deals", "amount")),
    ("trainings", "after"): (("deals", "outcome"),),
    ("trainings", "won"): (("deals", "outcome"),),
}
"""The facts that a column is made of, where neither its name nor ``DERIVED`` tells."""


def kinds_of(entity: str) -> tuple[str, ...]:
    """The kinds of file that an entity is made from.

    >>> kinds_of("lead_touches"), kinds_of("invoices")
    (('leads', 'activities'), ('invoices',))
    """
    return _KINDS.get(entity, (entity,))


def facts_behind(measure: Measure) -> frozenset[tuple[str, str]]:
    """The facts that a measure rests on, each as kind and column (or declared fact).

    >>> from salesmetrics.metrics.catalog import catalog
    >>> sorted(facts_behind(catalog().measures["lost_amount"]))
    [('deals', 'amount'), ('deals', 'lost'), ('deals', 'outcome')]
    """
    kinds = kinds_of(measure.entity)
    names = set(measure.facts)
    found: set[tuple[str, str]] = set()
    waiting = list(measure.columns)
    while waiting:
        column = waiting.pop()
        names.add(column)
        found.update(_MADE_OF.get((measure.entity, column), ()))
        derived = DERIVED.get((measure.entity, column))
        if derived is not None:
            waiting += [name for name in (*derived.needs, *derived.any_of) if name not in names]
    return frozenset(found | {(kind, name) for kind in kinds for name in names})


def withheld_measures(withheld: Sequence[Withheld], measures: Iterable[Measure]) -> dict[str, str]:
    """The measures that rest on what is withheld, by id, with the reason; the first reason stands.

    Args:
        withheld: What cannot be known.
        measures: Measures to look through.
    """
    if not withheld:
        return {}
    reasons = {(item.kind, item.fact): item.reason for item in reversed(withheld)}
    found: dict[str, str] = {}
    for measure in measures:
        facts = facts_behind(measure)
        reason = next((reason for fact, reason in reversed(reasons.items()) if fact in facts), None)
        if reason is not None:
            found[measure.id] = reason
    return found
