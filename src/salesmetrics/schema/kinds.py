"""The kinds of file and the Pydantic model of each."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, get_args

from salesmetrics.schema.fields import Column, ColumnType, Record
from salesmetrics.schema.kind import Kind
from salesmetrics.schema.records import (
    Activity,
    Cost,
    Customer,
    Deal,
    Invoice,
    Lead,
    Product,
    Quota,
    Rate,
    Rep,
    RevenueMovement,
    StageDefinition,
    StageEntry,
    Survey,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["KINDS", "TYPE_NAMES", "Kind", "column_types"]

KINDS: Mapping[Kind, type[Record]] = {
    "deals": Deal,
    "leads": Lead,
    "activities": Activity,
    "stages": StageEntry,
    "pipelines": StageDefinition,
    "customers": Customer,
    "revenue": RevenueMovement,
    "invoices": Invoice,
    "quotas": Quota,
    "costs": Cost,
    "reps": Rep,
    "surveys": Survey,
    "products": Product,
    "rates": Rate,
}


TYPE_NAMES: Mapping[str, str] = {"activities": "activity_type", "surveys": "survey_type"}
"""What the type of a record is called where deals have a type too: ``type`` alone is then that of the deal."""


@cache
def column_types(kind: Kind) -> Mapping[str, ColumnType]:
    """The canonical columns of a kind, in the order of its model. The mapping is shared: it is not to be changed.

    >>> column_types("rates")["rate"]
    <ColumnType.QUANTITY: 'quantity'>
    """
    types: dict[str, ColumnType] = {}
    for name, info in KINDS[kind].model_fields.items():
        annotation = next(arg for arg in get_args(info.annotation) if arg is not type(None))
        metadata = getattr(annotation, "__metadata__", ())
        types[name] = next(item.type for item in metadata if isinstance(item, Column))
    return types
