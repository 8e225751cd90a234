"""Findings about the data as a whole. Policies say; they repair nothing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from salesmetrics.ingest.canonical.as_of import EVENT_COLUMNS
from salesmetrics.ingest.checks.across import check_across
from salesmetrics.ingest.checks.categories import check_spellings
from salesmetrics.ingest.checks.context import Context
from salesmetrics.ingest.checks.deals import (
    check_amount_outliers,
    check_currency_words,
    check_date_outliers,
    check_deals,
)
from salesmetrics.ingest.checks.records import (
    check_activities,
    check_alike,
    check_customers,
    check_ids,
    check_invoices,
    check_leads,
    check_products,
    check_quotas,
    check_surveys,
)
from salesmetrics.ingest.checks.stages import check_option_words, check_stage_words
from salesmetrics.ingest.recognise.words import comparable
from salesmetrics.ingest.together import in_turn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    import polars as pl

    from salesmetrics.ingest.dataset import LoadedFile, ReadOptions
    from salesmetrics.ingest.together import Together
    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.message import Message
    from salesmetrics.schema.provenance import Finding

__all__ = ["check_dataset"]

_BY_KIND: Mapping[Kind, Callable[[Context], list[Finding]]] = {
    "deals": check_deals,
    "activities": check_activities,
    "invoices": check_invoices,
    "products": check_products,
    "quotas": check_quotas,
    "customers": check_customers,
    "surveys": check_surveys,
}

_CATEGORIES: Mapping[Kind, tuple[str, ...]] = {
    "deals": ("source", "stage", "status", "owner", "loss_reason", "product", "region", "team", "segment", "type"),
    "leads": ("source", "status", "owner", "lost_reason", "region", "segment"),
    "activities": ("owner",),
    "customers": ("region", "segment"),
}


_RECORDS = ("deals", "leads", "invoices", "customers", "revenue")
"""Kinds whose rows count one by one."""


def check_dataset(
    frames: Mapping[Kind, pl.DataFrame],
    files: Sequence[LoadedFile],
    options: ReadOptions,
    last_events: Mapping[Kind, tuple[date, Message]],
    told: frozenset[str] = frozenset(),
    together: Together = in_turn,
) -> list[Finding]:
    """Everything that the policies have to say, in the order of kinds.

    Args:
        frames: Canonical frames by kind, complete.
        files: The files; ``__file__`` in the frames is an index into them.
        options: What the user settled, for words that were asked for and do not occur.
        last_events: The last day with an event in each kind of file, and where it comes from.
        told: Stages and statuses that something is said about already.
        together: How several things are done at once.
    """
    contexts = {
        kind: Context(kind, frame, files, last_events[kind][0] if kind in last_events else None, options.as_of)
        for kind, frame in frames.items()
    }
    checks = [check for context in contexts.values() for check in _checks(context, told)]
    findings = [item for found in together(checks) for item in found]
    findings += check_option_words(files, options)
    findings += check_across(contexts, _defined_stages(frames.get("pipelines")))
    return findings


def _checks(context: Context, told: frozenset[str]) -> list[Callable[[], list[Finding]]]:
    """What is checked of a kind by itself, in the order in which it is told."""
    kind = context.kind
    checks: list[Callable[[], list[Finding]]] = [partial(check_ids, context)]
    if kind in _RECORDS:
        checks.append(partial(check_alike, context))
    if kind == "deals":
        checks.append(partial(check_stage_words, context, told))
    if kind == "leads":
        checks.append(partial(check_leads, context, told))
    elif kind in _BY_KIND:
        checks.append(partial(_BY_KIND[kind], context))
    checks.append(partial(check_currency_words, context))
    if kind in ("deals", "invoices"):
        checks.append(partial(check_amount_outliers, context))
    checks.append(partial(check_date_outliers, context, EVENT_COLUMNS.get(kind, ())))
    checks.append(partial(check_spellings, context, _CATEGORIES.get(kind, ())))
    return checks


def _defined_stages(pipelines: pl.DataFrame | None) -> frozenset[str]:
    if pipelines is None:
        return frozenset()
    return frozenset(
        comparable(word)
        for column in ("id", "name")
        if column in pipelines.columns
        for word in pipelines.get_column(column).drop_nulls().to_list()
    )
