"""The types that a canonical column can have, as annotations of the Pydantic models.

``Money`` and its siblings are Pydantic annotations: the Python type and its constraints say what is valid, and the
``Column`` in the metadata says how the reader gets there from text (``kind``) and what the column is called on screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

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


@dataclass(frozen=True, slots=True)
class Column:
    """Metadata of a field: its type."""

    type: ColumnType


Id = Annotated[str, Column(ColumnType.ID), Field(min_length=1)]
Text = Annotated[str, Column(ColumnType.TEXT), Field(min_length=1)]
Money = Annotated[Decimal, Column(ColumnType.MONEY), Field(max_digits=30, decimal_places=8)]
Quantity = Annotated[Decimal, Column(ColumnType.QUANTITY), Field(max_digits=30, decimal_places=8)]
Count = Annotated[int, Column(ColumnType.COUNT), Field(ge=0)]
Score = Annotated[int, Column(ColumnType.SCORE)]
Share = Annotated[Decimal, Column(ColumnType.SHARE), Field(ge=0, le=1)]
Day = Annotated[date, Column(ColumnType.DAY), Field(ge=FIRST_DAY, le=LAST_DAY)]
Instant = Annotated[
    datetime,
    Column(ColumnType.INSTANT),
    Field(ge=datetime(FIRST_DAY.year, 1, 1), le=datetime(LAST_DAY.year, 12, 31, 23, 59, 59, 999999)),
]
Flag = Annotated[bool, Column(ColumnType.FLAG)]
Duration = Annotated[timedelta, Column(ColumnType.DURATION), Field(ge=timedelta(0))]
PeriodLabel = Annotated[str, Column(ColumnType.PERIOD), Field(min_length=1)]


class Record(BaseModel):
    """Base of every canonical record: immutable, and nothing beyond the named fields."""

    # Most kinds are never validated in a run: their validators are built when first asked for.
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)
