"""The report as data: what every renderer sees and what the JSON output is.

The JSON Schema that ships with the package is made from these models. Within a schema version fields are added, never
renamed or removed. Undefined values are ``None`` with a ``reason``; ratios are 0–1; money keeps its exact decimals.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from salesmetrics.answers.provenance import FindingInWords, InputRead

__all__ = [
    "SCHEMA_VERSION",
    "Change",
    "Comparison",
    "Excluded",
    "Generator",
    "Goal",
    "GoalResult",
    "Interval",
    "Limits",
    "Metric",
    "NotComputed",
    "Number",
    "Period",
    "Report",
    "Unit",
]

SCHEMA_VERSION: Literal["1"] = "1"

Number = int | float | Decimal
Unit = Literal["money", "money_per_day", "ratio", "count", "days", "hours", "months", "x", "points"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Generator(_Model):
    """The program that wrote the report."""

    name: str = "salesmetrics"
    version: str


class Period(_Model):
    """A half-open stretch of days ``[start, end)``; ``None`` means unbounded."""

    label: str
    start: date | None = None
    end: date | None = None
    partial: bool = False


class Comparison(_Model):
    """The stretch that ``previous`` values come from."""

    label: str
    start: date
    end: date
    to_date: bool = Field(default=False, description="both stretches were cut to the same number of days")


class Interval(_Model):
    """An uncertainty interval."""

    low: Number | None
    high: Number | None
    level: float
    method: str


class Change(_Model):
    """The step from ``previous`` to ``value``; of a ratio ``absolute`` is in percentage points / 100."""

    absolute: Number | None
    relative: float | None
    reason: str | None = Field(default=None, description="why there is no change, where both values are known")
    per_day: float | None = Field(
        default=None, description="relative change per day, where the two stretches differ in weeks"
    )
    interval: Interval | None = None
    verdict: Literal["better", "worse", "no clear difference", "too few", "higher", "lower", "same"] | None = Field(
        default=None,
        description="rests on the interval of the change: without one there is none; a neutral KPI is higher or lower",
    )


class Goal(_Model):
    """A goal set for a KPI, and how it stands."""

    expression: str
    target: Number
    status: Literal["met", "missed", "on track", "too early", "unknown"]
    owner: str | None = None
    by: date | None = None
    note: str | None = None


class GoalResult(_Model):
    """How a goal stands for one KPI, group and period, whether or not the report shows that number too."""

    id: str
    title: str
    unit: Unit
    currency: str | None = None
    group: dict[str, str | None] = Field(default_factory=dict)
    period: Period
    value: Number | None
    reason: str | None = None
    goal: Goal


class Limits(_Model):
    """Between what a KPI has varied so far: its natural process limits, from its own complete periods."""

    low: Number
    centre: Number
    high: Number
    method: Literal["xmr", "p_prime"]
    n: int = Field(description="complete periods that they rest on")
    outside: Literal["above", "below"] | None = Field(default=None, description="where the value lies beyond them")


class Excluded(_Model):
    """Records that the value leaves out."""

    code: str
    count: int


class Metric(_Model):
    """One KPI of one group, period and currency."""

    id: str
    title: str
    family: str
    unit: Unit
    basis: str
    currency: str | None = None
    group: dict[str, str | None] = Field(default_factory=dict)
    period: Period | None = None
    value: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None
    n: int | None = None
    interval: Interval | None = None
    previous: Number | None = None
    change: Change | None = None
    goal: Goal | None = None
    reason: str | None = None
    excluded: list[Excluded] = Field(default_factory=list)
    limits: Limits | None = Field(default=None, description="in a trend: between what the KPI has varied so far")
    direction: Literal["higher", "lower", "neutral"] = Field(default="neutral", exclude=True)
    own_period: bool = Field(
        default=False, exclude=True, description="period is that of the KPI itself, where the report asks for none"
    )
    small: bool = Field(default=False, exclude=True, description="n is below min_n: shown greyed, no verdict drawn")
    trend: list[float | None] | None = Field(
        default=None, exclude=True, description="last twelve months, for the screen"
    )


class NotComputed(_Model):
    """A KPI that these files do not allow, and what would allow it."""

    id: str
    title: str
    family: str
    reason: str
    needs: str = Field(description="in words, for example: a quotas file")
    unlock: str = Field(
        default="", exclude=True, description="the files it waits for; what it needs where none is missing"
    )


class Report(_Model):
    """Everything a command has to say."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    generator: Generator
    command: str
    as_of: date | None
    as_of_source: str | None = Field(default=None, description="where the as-of date comes from")
    period: Period
    comparison: Comparison | None = None
    group_by: list[str] = Field(default_factory=list)
    inputs: list[InputRead]
    metrics: list[Metric]
    not_computed: list[NotComputed] = Field(default_factory=list)
    goals: list[GoalResult] = Field(default_factory=list, description="goals that were set, and how they stand")
    findings: list[FindingInWords] = Field(default_factory=list)
