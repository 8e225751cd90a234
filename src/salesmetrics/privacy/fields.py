"""What each field says of a person, a company or a deal. What is not known here is hidden."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal

from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import KIND_NAMES, column_types

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CODES", "NAMES", "Named", "Sort", "sort_of"]

Named = Literal["owner", "account", "contact", "deal", "value"]
"""The sorts whose values have a pseudonym: a person who sells, a company that buys, a person there, a deal, anything else."""

Sort = Literal["harmless", "id", "owner", "account", "contact", "deal", "value", "text"]
"""``harmless`` values are shown; an ``id`` is shown unless it is a name; a ``text`` that is free is left out."""

NAMES: tuple[Named, ...] = ("owner", "account", "contact", "deal", "value")

_BY_NAME: Mapping[str, Sort] = {
    # --- people who sell: one person has one pseudonym, by name or by id, in every file
    "owner": "owner",
    "owner_id": "owner",
    "manager": "owner",
    # --- who buys: the company of a lead is the account of a deal
    "account": "account",
    "account_id": "account",
    "company": "account",
    "contact": "contact",
    "contact_id": "contact",
    # --- what people write
    "subject": "text",
    "description": "text",
    # --- ids, which are shown unless they are names
    "id": "id",
    "deal_id": "id",
    "lead_id": "id",
    # --- words for kinds of things, of which a business has few
    "team": "harmless",
    "region": "harmless",
    "pipeline": "harmless",
    "stage": "harmless",
    "from_stage": "harmless",
    "status": "harmless",
    "value_period": "harmless",
    "term": "harmless",
    "currency": "harmless",
    "to_currency": "harmless",
    "forecast_category": "harmless",
    "type": "harmless",
    "source": "harmless",
    "campaign": "harmless",
    "product": "harmless",
    "segment": "harmless",
    "loss_reason": "harmless",
    "lost_reason": "harmless",
    "direction": "harmless",
    "result": "harmless",
    "movement": "harmless",
    "category": "harmless",
    "role": "harmless",
    "sku": "harmless",
    "kpi": "harmless",
    "year": "harmless",
}
"""Fields that mean the same in every kind that has them, and columns that are made of them."""

_OF_KIND: Mapping[tuple[str, str], Sort] = {
    ("deals", "name"): "deal",
    ("leads", "name"): "contact",
    ("customers", "name"): "account",
    ("customers", "id"): "account",
    ("reps", "name"): "owner",
    ("reps", "id"): "owner",
    ("reps", "email"): "owner",
    ("products", "name"): "harmless",
    ("products", "id"): "harmless",
    ("pipelines", "name"): "harmless",
    ("pipelines", "id"): "harmless",
    # --- made by the reader
    ("deals", "outcome"): "harmless",
    ("leads", "outcome"): "harmless",
    ("activities", "type_text"): "harmless",
    ("surveys", "type_text"): "harmless",
    ("revenue", "movement_text"): "harmless",
    ("costs", "category_text"): "harmless",
    ("stages", "name"): "deal",  # what older exports tell of a deal
}

CODES: Mapping[tuple[str, str], frozenset[str]] = {
    ("deals", "deal_class"): frozenset({"new", "renewal", "expansion", "existing"}),
    ("invoices", "document"): frozenset({"credit", "draft"}),
    ("invoices", "state"): frozenset({"partial", "paid", "cancelled", "open", "invoice", "credit", "draft"}),
    ("customers", "state"): frozenset({"active", "churned"}),
}
"""Columns of words of ours, under names that a column of the export may have: its values are others, and are hidden."""

_TEXTS = frozenset({ColumnType.ID, ColumnType.TEXT})


def sort_of(kind: str, column: str) -> Sort:
    """The sort of a column of text of a canonical frame; a column of the export that is no field is a ``value``.

    >>> sort_of("quotas", "owner"), sort_of("deals", "name"), sort_of("deals", "stage"), sort_of("deals", "Twitter")
    ('owner', 'deal', 'harmless', 'value')
    """
    own = _OF_KIND.get((kind, column))
    if own is not None:
        return own
    if column.startswith("__") or column in _other_fields(kind):
        return "harmless"
    return _BY_NAME.get(column, "value")


@cache
def _other_fields(kind: str) -> frozenset[str]:
    """The fields of a kind that hold numbers, days and the like."""
    known = next((name for name in KIND_NAMES if name == kind), None)
    types = column_types(known) if known is not None else {}
    return frozenset(name for name, column in types.items() if column not in _TEXTS)
