"""Measures of activities.

Columns used: ``type`` (String: call, email, meeting, task, other), ``held``, ``automated``, ``outbound`` (Boolean),
``occurred`` (Datetime).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count

if TYPE_CHECKING:
    import polars as pl


@measure(entity="activities", basis="occurred")
def activities(held: pl.Expr, automated: pl.Expr) -> pl.Expr:
    """Activities that took place, done by a person."""
    return count(held & ~automated)


@measure(entity="activities", basis="occurred")
def calls(type: pl.Expr, held: pl.Expr, automated: pl.Expr) -> pl.Expr:  # noqa: A002
    """Calls that took place, made or taken by a person."""
    return count((type == "call") & held & ~automated)


@measure(entity="activities", basis="occurred")
def emails(type: pl.Expr, held: pl.Expr, automated: pl.Expr) -> pl.Expr:  # noqa: A002
    """Emails written by a person."""
    return count((type == "email") & held & ~automated)


@measure(entity="activities", basis="occurred")
def meetings(type: pl.Expr, held: pl.Expr, automated: pl.Expr) -> pl.Expr:  # noqa: A002
    """Meetings that took place."""
    return count((type == "meeting") & held & ~automated)


@measure(entity="activities", basis="occurred")
def planned_activities(held: pl.Expr) -> pl.Expr:
    """Activities that are planned, or were and did not take place."""
    return count(~held)


@measure(entity="activities", basis="occurred")
def planned_calls(type: pl.Expr, held: pl.Expr) -> pl.Expr:  # noqa: A002
    """Calls that are planned, or were and did not take place."""
    return count((type == "call") & ~held)


@measure(entity="activities", basis="occurred")
def planned_emails(type: pl.Expr, held: pl.Expr) -> pl.Expr:  # noqa: A002
    """Emails that are planned, or were and did not go out."""
    return count((type == "email") & ~held)


@measure(entity="activities", basis="occurred")
def planned_meetings(type: pl.Expr, held: pl.Expr) -> pl.Expr:  # noqa: A002
    """Meetings that are planned, or were and did not take place."""
    return count((type == "meeting") & ~held)


@measure(entity="activities", basis="occurred")
def automated_activities(held: pl.Expr, automated: pl.Expr) -> pl.Expr:
    """Activities that a machine did."""
    return count(held & automated)


@measure(entity="activities", basis="occurred")
def automated_calls(type: pl.Expr, held: pl.Expr, automated: pl.Expr) -> pl.Expr:  # noqa: A002
    """Calls that a machine made."""
    return count((type == "call") & held & automated)


@measure(entity="activities", basis="occurred")
def automated_emails(type: pl.Expr, held: pl.Expr, automated: pl.Expr) -> pl.Expr:  # noqa: A002
    """Emails that a machine sent."""
    return count((type == "email") & held & automated)


@measure(entity="activities", basis="occurred")
def automated_meetings(type: pl.Expr, held: pl.Expr, automated: pl.Expr) -> pl.Expr:  # noqa: A002
    """Meetings that a machine entered."""
    return count((type == "meeting") & held & automated)


@measure(entity="activities", basis="undated")
def undated_activities(held: pl.Expr, occurred: pl.Expr) -> pl.Expr:
    """Activities that took place on an unknown day: in no period."""
    return count(held & occurred.is_null())


@measure(entity="activities", basis="undated")
def undated_calls(type: pl.Expr, held: pl.Expr, occurred: pl.Expr) -> pl.Expr:  # noqa: A002
    """Calls that took place on an unknown day: in no period."""
    return count((type == "call") & held & occurred.is_null())


@measure(entity="activities", basis="undated")
def undated_emails(type: pl.Expr, held: pl.Expr, occurred: pl.Expr) -> pl.Expr:  # noqa: A002
    """Emails that took place on an unknown day: in no period."""
    return count((type == "email") & held & occurred.is_null())


@measure(entity="activities", basis="undated")
def undated_meetings(type: pl.Expr, held: pl.Expr, occurred: pl.Expr) -> pl.Expr:  # noqa: A002
    """Meetings that took place on an unknown day: in no period."""
    return count((type == "meeting") & held & occurred.is_null())
