"""The kinds of file and the record of each."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

from salesmetrics.schema import fields
from salesmetrics.schema.records import (
    Activity,
    Cost,
    Customer,
    Deal,
    Figure,
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

    from salesmetrics.schema.fields import Column, ColumnType, Record

__all__ = ["KINDS", "KIND_NAMES", "TYPE_NAMES", "Kind", "column_types", "columns_of"]

Kind = Literal[
    "deals",
    "leads",
    "activities",
    "stages",
    "pipelines",
    "customers",
    "revenue",
    "invoices",
    "quotas",
    "costs",
    "reps",
    "surveys",
    "products",
    "rates",
    "figures",
]

KIND_NAMES: tuple[Kind, ...] = get_args(Kind)

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
    "figures": Figure,
}


TYPE_NAMES: Mapping[str, str] = {"activities": "activity_type", "surveys": "survey_type"}
"""What the type of a record is called where deals have a type too: ``type`` alone is then that of the deal."""


@cache
def columns_of(kind: Kind) -> Mapping[str, Column]:
    """The canonical columns of a kind, in the order of its record. The mapping is shared: it is not to be changed.

    >>> columns_of("rates")["period"].min_length
    1
    """
    declared = KINDS[kind].__annotations__
    return {name: getattr(fields, text.removesuffix(" | None")).__metadata__[0] for name, text in declared.items()}


@cache
def column_types(kind: Kind) -> Mapping[str, ColumnType]:
    """The types of the canonical columns of a kind, in the order of its record. The mapping is shared, too.

    >>> column_types("rates")["rate"]
    <ColumnType.QUANTITY: 'quantity'>
    """
    return {name: column.type for name, column in columns_of(kind).items()}
