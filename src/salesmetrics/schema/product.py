"""A row of the price list."""

from __future__ import annotations

from salesmetrics.schema.fields import Flag, Id, Money, Record, Text

__all__ = ["Product"]


class Product(Record):
    """A row of the price list."""

    id: Id | None = None
    sku: Id | None = None
    name: Text | None = None
    category: Text | None = None
    list_price: Money | None = None
    cost: Money | None = None
    currency: Text | None = None
    is_active: Flag | None = None
