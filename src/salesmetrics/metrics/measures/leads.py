"""Measures of leads.

Columns used: ``is_converted``, ``qualified`` (Boolean), ``outcome`` (String: converted, qualified, disqualified, open),
``owner`` (String), ``created`` (Datetime).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count, distinct

if TYPE_CHECKING:
    import polars as pl


@measure(entity="leads", basis="created")
def decided_leads(is_converted: pl.Expr) -> pl.Expr:
    """Leads of which it is known whether they were converted."""
    return is_converted.count()


@measure(entity="leads", basis="created")
def converted_leads(is_converted: pl.Expr) -> pl.Expr:
    """Leads that are converted by the as-of date."""
    return count(is_converted)


@measure(entity="leads", basis="created")
def judged_leads(qualified: pl.Expr) -> pl.Expr:
    """Leads of which it is known whether they were qualified."""
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
def open_leads(outcome: pl.Expr, owner: pl.Expr) -> pl.Expr:
    """Leads with an owner that are neither converted nor disqualified."""
    return count(outcome.is_in(["open", "qualified"]) & owner.is_not_null())


@measure(entity="leads", basis="snapshot")
def open_lead_owners(outcome: pl.Expr, owner: pl.Expr) -> pl.Expr:
    """Owners of leads that are neither converted nor disqualified."""
    return distinct(owner, outcome.is_in(["open", "qualified"]))


@measure(entity="leads", basis="snapshot")
def open_ownerless_leads(outcome: pl.Expr, owner: pl.Expr) -> pl.Expr:
    """Leads without an owner that are neither converted nor disqualified."""
    return count(outcome.is_in(["open", "qualified"]) & owner.is_null())
