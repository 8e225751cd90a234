"""What one unit of a currency was worth in another on a day or in a period."""

from __future__ import annotations

from salesmetrics.schema.fields import Day, PeriodLabel, Quantity, Record, Text

__all__ = ["Rate"]


class Rate(Record):
    """What one unit of a currency was worth in another on a day or in a period."""

    currency: Text | None = None
    to_currency: Text | None = None
    date: Day | None = None
    period: PeriodLabel | None = None
    rate: Quantity | None = None
