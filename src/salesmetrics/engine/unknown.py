"""Which days the files speak of: a period before the first record or after the last is unknown, not zero."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar import parse_period
from salesmetrics.calendar.steps import day_after
from salesmetrics.entities.declared import DERIVED, ENTITIES, date_columns, kinds_of
from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from salesmetrics.answers.report import Metric
    from salesmetrics.calendar.windows import Window
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Measure
    from salesmetrics.schema.provenance import Finding
    from salesmetrics.schema.withheld import Withheld

__all__ = [
    "complete_today",
    "covered_days",
    "early_ends",
    "facts_behind",
    "plans_begin_late",
    "plans_known_from",
    "products_merged",
    "refuse_unsettled",
    "refuse_unsettled_rows",
    "touching",
    "unknown_measures",
    "withheld_measures",
]


EVENTS = frozenset({"closed", "created", "occurred"})
"""Bases whose dates are things that happened, so that the last of them says how far a file reaches."""

WATCHED = ("deals", "leads", "activities", "invoices")
PATIENCE = 31


def covered_days(frame: pl.DataFrame, entity: str) -> tuple[date, date] | None:
    """The first and the last day on which something happened, or None when the records have no dates."""
    columns = {column for basis, column in date_columns(entity).items() if basis in EVENTS and column in frame.columns}
    if not columns:
        return None
    days = [pl.col(name).cast(pl.Date) for name in sorted(columns)]
    ends = frame.select(
        first=pl.min_horizontal(day.min() for day in days), last=pl.max_horizontal(day.max() for day in days)
    )
    first, last = ends.row(0)
    return (first, last) if isinstance(first, date) and isinstance(last, date) else None


def unknown_measures(
    frames: Mapping[str, pl.DataFrame], measures: Mapping[str, Measure], window: Window
) -> dict[str, str]:
    """The measures that the records cannot tell, with the reason: none of them reaches the period.

    Args:
        frames: Frames by entity.
        measures: Measures by id.
        window: The period.
    """
    if not window.bounded:
        return {}
    entities = {m.entity for m in measures.values() if m.basis in EVENTS}
    known = {entity: covered_days(frames[entity], entity) for entity in entities}
    silent = {entity for entity, days in known.items() if days is not None and _misses(window, days)}
    silenced = {name: m for name, m in measures.items() if m.entity in silent and m.basis in EVENTS}
    if window.start is not None and window.end is not None and window.end <= window.start:
        silenced.pop("quota_won_amount", None)  # nothing has been won in a period that has not begun
    found = dict.fromkeys(silenced, "outside_data")
    first = plans_known_from(frames.get("close_plans"))
    if first is not None and window.end is not None and window.end <= first:
        of_plans = (name for name, m in measures.items() if m.entity == "close_plans" and name not in _NOT_PLANNED)
        found |= dict.fromkeys(of_plans, "no_close_date_history")
    return found


_NOT_PLANNED = frozenset({"unplanned_at_start", "untracked_deals", "vague_closed_deals"})
"""Measures of deals of which no expected close date is known."""


def plans_known_from(plans: pl.DataFrame | None) -> date | None:
    """The first day on which the history has an expected close date of a deal; None without any."""
    if plans is None or "known_from" not in plans.columns:
        return None
    day = plans.filter(pl.col("expected_close").is_not_null())["known_from"].min()
    return day if isinstance(day, date) else None


def plans_begin_late(plans: pl.DataFrame | None, windows: Mapping[str, Window]) -> list[Finding]:
    """A finding where the history of expected close dates begins within a period, and deals were open in it before.

    Args:
        plans: Expected close dates by range of days.
        windows: Title of a KPI that rests on them → its period.
    """
    first = plans_known_from(plans)
    if plans is None or first is None:
        return []
    found: dict[date, list[str]] = {}
    for title, window in windows.items():
        start = window.start
        if start is None or start >= first or (window.end is not None and window.end <= first):
            continue
        until = pl.col("known_until")
        there = (pl.col("known_from") < first).fill_null(value=True) & (until.is_null() | (until > start))
        if plans.select((pl.col("unplanned") & there).any()).item():
            found.setdefault(start, []).append(title)
    return [
        finding("close_dates_known_late", kind="stages", count=0, day=first, start=start, titles=tuple(titles))
        for start, titles in found.items()
    ]


def _misses(window: Window, days: tuple[date, date]) -> bool:
    late = window.start is not None and days[1] < window.start
    return late or (window.end is not None and window.end <= days[0])


def early_ends(frames: Mapping[str, pl.DataFrame], as_of: date | None) -> Iterable[Finding]:
    """Findings for files that end long before the day the report speaks for: later periods are not empty but unknown."""
    for entity in WATCHED:
        days = covered_days(frames[entity], entity) if as_of is not None and entity in frames else None
        if days is None or as_of is None or (as_of - days[1]).days <= PATIENCE:
            continue
        gap = (as_of - days[1]).days
        yield finding("data_end_early", kind=entity, count=0, last=days[1], gap=gap, as_of=as_of)


def complete_today(request: Request) -> list[Finding]:
    """That the last quarter is not the one that the as-of day completes, where somebody asks for it on that very day."""
    words, as_of = request.period_words, request.as_of
    if as_of is None or not words.startswith("last-") or words.endswith("-days"):
        return []
    now = f"this-{words.removeprefix('last-')}"
    running = parse_period(now, as_of=as_of, calendar=request.calendar)
    if running is None or running.end != day_after(as_of):
        return []
    return [
        finding(
            "period_complete_today",
            count=0,
            day=as_of,
            running=running.label,
            words=words,
            period=request.period.label,
            now=now,
            also=Message("quarter_taken_unasked") if words == "last-quarter" else None,
        )
    ]


# --- which measures rest on a fact that the files leave unsure ---


_NOT_WON = frozenset({"other", "open", "created", "chances", "overdue", "due"})
"""Words in the names of measures of deals that are about deals which are neither won nor lost, or not yet."""

_WON = frozenset({"won", "buying", "repeat"})
"""The same of measures that are about won deals."""

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
        raise SalesmetricsError("outcome_unsettled", kpis=",".join(kpis), cause=said.problem, fix=said.remedy)


def refuse_unsettled_rows(
    kpi: str,
    catalog: Catalog,
    withheld: Sequence[Withheld],
    findings: Callable[[], Iterable[Finding]],
    *,
    command: str | None = None,
) -> None:
    """Stop where the records behind a KPI wait for the user to settle how deals or leads ended, as its number does.

    Args:
        kpi: Id of the KPI; one that is not known is left to others.
        catalog: The KPIs that exist.
        withheld: What cannot be known.
        findings: Gives what is said about the data; asked only where it is needed, for it may have to be waited for.
        command: What cannot be computed, where nobody asked for the KPI.

    Raises:
        SalesmetricsError: ``outcome_unsettled``.
    """
    found = catalog.kpis.get(kpi)
    if found is None or not withheld:
        return
    reasons = set(withheld_measures(withheld, catalog.required_measures(found).values()).values()) & OF_OUTCOMES
    said = next((item for item in findings() if item.code in reasons), None) if reasons else None
    if said is not None:
        raise SalesmetricsError("outcome_unsettled", kpis=command or kpi, cause=said.problem, fix=said.remedy)


def facts_behind(measure: Measure) -> frozenset[tuple[str, str]]:
    """The facts that a measure rests on, each as kind and column (or declared fact).

    >>> from salesmetrics.metrics.catalog import catalog
    >>> sorted(facts_behind(catalog().measures["lost_amount"]))
    [('deals', 'amount'), ('deals', 'lost'), ('deals', 'outcome')]
    >>> sorted(facts_behind(catalog().measures["won_deals"]))
    [('deals', 'each'), ('deals', 'outcome'), ('deals', 'won')]
    """
    kinds, declared = kinds_of(measure.entity), ENTITIES.get(measure.entity)
    facts = declared.facts if declared else {}
    names = {*measure.facts, *_of_outcome(measure)}
    found: set[tuple[str, str]] = set()
    waiting = list(measure.columns)
    while waiting:
        column = waiting.pop()
        names.add(column)
        found.update(facts.get(column, ()))
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
        not _WON.isdisjoint(parts)
        or parts[0] == "decided"
        or measure.id == "deal_ends"
        or not _OF_WINS.isdisjoint(measure.columns)
    )
    of_rest = not _NOT_WON.isdisjoint(parts) or measure.id == "deal_ends"
    return {*(["won"] if of_wins else []), *(["not_won"] if of_rest else [])}


_MADE_OF = {
    "outcome": ("stage", "status", "is_won", "is_lost", "is_closed"),
    "closed": ("close_date",),
    "expected_close": ("close_date",),
}
"""Column → the columns of an export that the reader makes it of."""


def products_merged(findings: Collection[Finding]) -> list[Finding]:
    """What has to be said where records are grouped or filtered by product: those merged from several have none.

    Lines count on their own if their amounts are known to be theirs, and if a record of the kind needs no id.
    """
    doubted = {item.path for item in findings if item.code == "line_amounts_equal"}
    return [
        finding(
            "products_merged",
            kind=item.kind,
            path=item.path,
            count=mixed,
            advice=Message("count_lines") if item.kind == "deals" and item.path not in doubted else None,
        )
        for item in findings
        if item.code in ("product_rows_merged", "lines_merged")
        and isinstance(mixed := item.details.get("mixed"), int)
        and mixed
    ]


def touching(
    findings: Iterable[Finding],
    measures: Iterable[Measure],
    headers: Mapping[tuple[str, str], str],
    named: Collection[str],
) -> list[Finding]:
    """The findings that touch what some measures count: of their kinds of file, and of columns that they rest on.

    A row that is left out, whatever for, touches all that its kind of file is counted for.

    Args:
        findings: All of them.
        measures: What is counted.
        headers: Kind and column → the header that the export has for it.
        named: Columns that records are grouped or filtered by.
    """
    of_each = [{*facts_behind(measure), *_dates_behind(measure)} for measure in measures]
    behind = set[tuple[str, str]]().union(*of_each)
    kinds = {kind for kind, _ in behind}
    behind |= {(kind, column) for kind in kinds for column in named}
    behind |= {(kind, column) for kind, fact in behind for column in _MADE_OF.get(fact, ())}
    columns: dict[tuple[str, str], set[str]] = {}
    for (kind, column), header in headers.items():
        columns.setdefault((kind, header), set()).add(column)

    def touches(item: Finding) -> bool:
        if item.kind is None:
            return True
        if item.column is None or item.code in _OF_ROWS:
            return item.kind in kinds
        if item.code in _ABOUT:
            about = [{(item.kind, fact) for fact in facts} for facts in _ABOUT[item.code]]
            return any(facts <= own for facts in about for own in of_each)
        return any((item.kind, column) in behind for column in columns.get((item.kind, item.column), (item.column,)))

    return [item for item in findings if touches(item)]


def _dates_behind(measure: Measure) -> set[tuple[str, str]]:
    column = date_columns(measure.entity).get(measure.basis)
    return {(kind, name) for kind in kinds_of(measure.entity) for name in (column, "currency") if name is not None}


_ABOUT: Mapping[str, tuple[frozenset[str], ...]] = {
    "closed_before_created": (frozenset({"created", "closed"}),),
    "lost_amount_all_zero": (frozenset({"amount", "lost"}),),
    "open_amount_all_zero": (frozenset({"amount", "not_won", "outcome"}),),
    "open_with_past_close": (frozenset({"expected_close"}), frozenset({"not_won", "outcome"})),
    "won_amount_blank": (frozenset({"amount", "won"}),),
    "won_amount_zero": (frozenset({"amount", "won"}),),
}
"""Code of a finding → what a measure rests on that it touches, all of a set, where its column does not tell."""

_OF_ROWS = frozenset(
    {
        *("rows_rejected", "row_of_numbers", "deleted_rows", "identical_rows", "ids_repeated", "rows_alike"),
        *("sales_made", "months_as_days", "rows_are_sums"),
    }
)
"""Findings about whole rows, whatever column they are of."""


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
