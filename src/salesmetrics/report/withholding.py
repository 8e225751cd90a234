"""Which measures rest on a fact that the files leave unsure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError
from salesmetrics.report.prepare import DERIVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Measure
    from salesmetrics.report.model import Metric
    from salesmetrics.schema.provenance import Finding
    from salesmetrics.schema.withheld import Withheld

__all__ = ["facts_behind", "kinds_of", "refuse_unsettled", "refuse_unsettled_rows", "withheld_measures"]

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
    ("chances", "gone"): (("leads", "outcome"), ("deals", "outcome"), ("deals", "lost")),
    ("customers", "left"): (("customers", "ended"), ("customers", "status")),
    ("deal_touches", "effort"): (("deals", "outcome"),),
    ("leads", "is_converted"): (("leads", "outcome"),),
    ("leads", "qualified"): (("leads", "outcome"),),
    ("meeting_outcomes", "progressed"): (("deals", "outcome"),),
    ("deals", "under_quota"): (("quotas", "amount"),),
    ("ramps", "ramped"): (("deals", "outcome"), ("deals", "won"), ("deals", "amount"), ("quotas", "amount")),
    ("rep_targets", "quota"): (("quotas", "amount"),),
    ("rep_targets", "won"): (("deals", "outcome"), ("deals", "won"), ("deals", "amount")),
    ("trainings", "after"): (("deals", "outcome"),),
    ("trainings", "won"): (("deals", "outcome"), ("deals", "won")),
}
"""The facts that a column is made of, where neither its name nor ``DERIVED`` tells."""

_NOT_WON = ("other_", "open_", "created_", "chances_")
"""How the names of measures of deals begin that are about deals which are neither won nor lost, or not yet."""

_OF_WINS = frozenset({"first_win", "earliest_win", "old_win"})


OF_OUTCOMES = frozenset({"stage_not_understood", "no_won_stage", "no_lost_deal", "no_converted_status"})
"""Reasons, and codes of findings, of outcomes that one line of the user settles."""


def refuse_unsettled(kpis: Sequence[str], metrics: Iterable[Metric], findings: Iterable[Finding]) -> None:
    """Stop where every KPI that was asked for by name waits for the user to settle how deals or leads ended.

    Args:
        kpis: The KPIs that were named; where none was, the rest of the report has something to say.
        metrics: What was computed.
        findings: What is said about the data.

    Raises:
        SalesmetricsError: ``outcome_unsettled``.
    """
    reasons = {metric.reason if metric.value is None else None for metric in metrics} if kpis else set()
    if not reasons or not reasons <= OF_OUTCOMES:
        return
    said = next((item for item in findings if item.code in reasons), None)
    if said is not None:
        raise SalesmetricsError("outcome_unsettled", kpis=",".join(kpis), cause=said.message, fix=said.hint)


def refuse_unsettled_rows(
    kpi: str, catalog: Catalog, withheld: Sequence[Withheld], findings: Callable[[], Iterable[Finding]]
) -> None:
    """Stop where the records behind a KPI wait for the user to settle how deals or leads ended, as its number does.

    Args:
        kpi: Id of the KPI; one that is not known is left to others.
        catalog: The KPIs that exist.
        withheld: What cannot be known.
        findings: Gives what is said about the data; asked only where it is needed, for it may have to be waited for.

    Raises:
        SalesmetricsError: ``outcome_unsettled``.
    """
    found = catalog.kpis.get(kpi)
    if found is None or not withheld:
        return
    reasons = set(withheld_measures(withheld, catalog.required_measures(found).values()).values()) & OF_OUTCOMES
    said = next((item for item in findings() if item.code in reasons), None) if reasons else None
    if said is not None:
        raise SalesmetricsError("outcome_unsettled", kpis=kpi, cause=said.message, fix=said.hint)


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
    >>> sorted(facts_behind(catalog().measures["won_deals"]))
    [('deals', 'outcome'), ('deals', 'won')]
    """
    kinds = kinds_of(measure.entity)
    names = {*measure.facts, *_of_outcome(measure)}
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


def _of_outcome(measure: Measure) -> set[str]:
    """Which ends of deals a measure of deals counts: ``won``, or ``not_won`` for those that are neither won nor lost."""
    if measure.entity != "deals":
        return set()
    parts = measure.id.split("_")
    of_wins = (
        "won" in parts or parts[0] == "decided" or measure.id == "deal_ends" or not _OF_WINS.isdisjoint(measure.columns)
    )
    of_rest = measure.id.startswith(_NOT_WON) or measure.id == "deal_ends"
    return {*(["won"] if of_wins else []), *(["not_won"] if of_rest else [])}


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
