"""The deals or leads that a request is about: as of its day, in one currency, filtered. Own file: every analysis begins here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from salesmetrics.engine.moments import moments_of
from salesmetrics.engine.prepare import MAX_SEGMENTS, check_dimensions, check_segments
from salesmetrics.engine.request import window_of
from salesmetrics.engine.unknown import early_ends
from salesmetrics.engine.where import apply_where, named_columns
from salesmetrics.entities.declared import makings
from salesmetrics.entities.make import Asked, make_entities
from salesmetrics.errors import SalesmetricsError
from salesmetrics.messages import told
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.calendar.windows import Window
    from salesmetrics.engine.request import Request
    from salesmetrics.schema.provenance import Finding

__all__ = ["Scope", "currency_codes", "deals_in_scope", "group_of", "in_window", "leads_in_scope", "source_text"]


class Scope(NamedTuple):
    """What an analysis works on.

    Attributes:
        deals: Deals, or leads, as of the day that fulfil the condition, with ``amount`` (Decimal) and ``currency`` (String), null
            where the files have none.
        stages: The stage history as it was read; None without one.
        notes: What has to be said about how these were made, and that they end long before the day.
        quotas: Quotas by day that fulfil the condition; None without such a file.
    """

    deals: pl.DataFrame
    stages: pl.DataFrame | None
    notes: tuple[Finding, ...]
    quotas: pl.DataFrame | None = None


def deals_in_scope(request: Request, frames: Mapping[str, pl.DataFrame]) -> Scope:
    """The deals that a request is about.

    Args:
        request: What is asked for.
        frames: Canonical frames by kind.

    Raises:
        SalesmetricsError: ``report_empty``: there are no deals, or none that the condition keeps; ``dimension_unknown``,
            ``segments_too_many``, ``where_invalid``.
    """
    if "deals" not in frames:
        raise SalesmetricsError("report_empty", cause=Message("needs_deals"), fix=Message("add_deals_file"))
    return _in_scope(request, frames, "deals", {"created": pl.Date, "closed": pl.Date})


def leads_in_scope(request: Request, frames: Mapping[str, pl.DataFrame]) -> Scope:
    """The leads that a request is about, in the place of deals.

    Args:
        request: What is asked for.
        frames: Canonical frames by kind.

    Raises:
        SalesmetricsError: As for ``deals_in_scope``.
    """
    if "leads" not in frames:
        raise SalesmetricsError("report_empty", cause=Message("needs_leads"), fix=Message("add_leads_file"))
    return _in_scope(request, frames, "leads", {"created": pl.Datetime("us")})


def _in_scope(request: Request, frames: Mapping[str, pl.DataFrame], kind: str, dates: Mapping[str, Any]) -> Scope:
    named = frozenset(request.renamed.get(name, name) for name in named_columns(request.where))
    asked = Asked(request.by, named, window_of(request), request.calendar, request.currency, makings((kind,)))
    entities, notes = make_entities(frames, moments_of(request), request.settings, asked)
    made, quotas = {kind: entities[kind]}, entities.get("quotas")
    listed = {name for name in made[kind].columns if not name.startswith("__")}
    if request.where:
        made = apply_where(made, request.where, renamed=request.renamed, listed=listed)
        if quotas is not None:
            # Quotas without the columns that it names cannot be told apart: none of them counts, as in a report.
            both = {kind: entities[kind], "quotas": quotas}
            quotas = apply_where(both, request.where, renamed=request.renamed).get("quotas", quotas.clear())
    check_dimensions(request.by, made, listed)
    check_segments(request.by, made, MAX_SEGMENTS)
    records = made[kind]
    blanks: dict[str, Any] = {"amount": pl.Decimal(38, 8), "currency": pl.String, **dates}
    records = records.with_columns(
        *(pl.lit(None, dtype=kind).alias(name) for name, kind in blanks.items() if name not in records.columns),
        *(pl.col(name).cast(pl.String) for name in request.by),
    )
    told = (*notes, *early_ends({kind: frames[kind]}, request.as_of))
    return Scope(records, entities.get("stages"), told, quotas)


def in_window(column: str, window: Window) -> pl.Expr:
    """Whether a day lies in a period; of a record without one nobody knows, and it lies in none that has an end."""
    day = pl.col(column).cast(pl.Date)
    inside = day.is_null() | day.is_not_null()
    if window.start is not None:
        inside &= day >= window.start
    if window.end is not None:
        inside &= day < window.end
    return inside.fill_null(value=False)


def currency_codes(deals: pl.DataFrame) -> list[str | None]:
    """The currencies of these deals, in alphabetical order; None for amounts without one beside others."""
    known = deals["currency"].drop_nulls().unique().sort().to_list()
    bare = deals.select((pl.col("currency").is_null() & pl.col("amount").is_not_null()).any()).item()
    return [*known, None] if bare or not known else known


def group_of(by: Sequence[str], row: Mapping[str, str | None], *, total: bool) -> dict[str, str | None]:
    """The segment of a row; empty for the total."""
    return {} if total else {name: row[name] for name in by}


def source_text(request: Request) -> str | None:
    """Where the as-of day comes from, as it stands in an answer."""
    return None if request.as_of_source is None else told(request.as_of_source)
