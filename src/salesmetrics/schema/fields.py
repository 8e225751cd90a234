"""The types that a canonical column can have, as annotations of the records.

``Money`` and its siblings say the Python type and, in a :class:`Column`, how the reader gets there from text and what is
valid. Nothing heavy is imported: the Pydantic models are made from these declarations (see :mod:`models`), and so are the
rules that run over whole columns.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple

__all__ = [
    "Column",
    "ColumnType",
    "Count",
    "Day",
    "Duration",
    "Flag",
    "Id",
    "Instant",
    "Money",
    "PeriodLabel",
    "Quantity",
    "Record",
    "Score",
    "Share",
    "Text",
]

FIRST_DAY = date(1970, 1, 1)
LAST_DAY = date(2199, 12, 31)
FIRST_INSTANT = datetime(1970, 1, 1)
LAST_INSTANT = datetime(2199, 12, 31, 23, 59, 59, 999999)


class ColumnType(StrEnum):
    """How text becomes a value. The canonical Polars dtype stands beside each."""

    ID = "id"  # String, case-sensitive, never a number
    TEXT = "text"  # String
    MONEY = "money"  # Decimal(38, 8)
    QUANTITY = "quantity"  # Decimal(38, 8), a number without a currency
    COUNT = "count"  # Int64
    SCORE = "score"  # Int64
    SHARE = "share"  # Decimal(38, 8), 0–1
    DAY = "day"  # Date, in the report's time zone
    INSTANT = "instant"  # Datetime("us"), wall clock of the report's time zone
    FLAG = "flag"  # Boolean
    DURATION = "duration"  # Duration("us")
    PERIOD = "period"  # String such as 2026-Q1; understood by salesmetrics.calendar


class Column(NamedTuple):
    """What a field holds, and what of it is valid.

    Attributes:
        type: How text becomes a value.
        min_length: Fewest characters of a text, after white space at both ends is taken away.
        ge: The least value.
        le: The greatest value.
        max_digits: Digits of a decimal, those after the point included.
        decimal_places: Digits after the point.
    """

    type: ColumnType
    min_length: int | None = None
    ge: int | date | timedelta | None = None
    le: int | date | None = None
    max_digits: int | None = None
    decimal_places: int | None = None


Id = Annotated[str, Column(ColumnType.ID, min_length=1)]
Text = Annotated[str, Column(ColumnType.TEXT, min_length=1)]
Money = Annotated[Decimal, Column(ColumnType.MONEY, max_digits=30, decimal_places=8)]
Quantity = Annotated[Decimal, Column(ColumnType.QUANTITY, max_digits=30, decimal_places=8)]
Count = Annotated[int, Column(ColumnType.COUNT, ge=0)]
Score = Annotated[int, Column(ColumnType.SCORE)]
Share = Annotated[Decimal, Column(ColumnType.SHARE, ge=0, le=1)]
Day = Annotated[date, Column(ColumnType.DAY, ge=FIRST_DAY, le=LAST_DAY)]
Instant = Annotated[datetime, Column(ColumnType.INSTANT, ge=FIRST_INSTANT, le=LAST_INSTANT)]
Flag = Annotated[bool, Column(ColumnType.FLAG)]
Duration = Annotated[timedelta, Column(ColumnType.DURATION, ge=timedelta(0))]
PeriodLabel = Annotated[str, Column(ColumnType.PERIOD, min_length=1)]


class Record:
    """Base of every canonical record: a declaration of its fields, of which each may be missing."""
