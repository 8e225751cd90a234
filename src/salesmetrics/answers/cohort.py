"""Cohorts of created deals or leads followed to their end, as data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from salesmetrics.answers.base import NOT_IN_JSON, Answer, Model, Number
from salesmetrics.answers.provenance import Filters, FindingInWords, InputRead, Span
from salesmetrics.answers.report import Interval, Period

__all__ = [
    "ClosedBasis",
    "Cohort",
    "CohortHorizon",
    "CohortOf",
    "CohortRevenue",
    "CohortShare",
    "Cohorts",
    "Suspect",
    "SuspectedBias",
]

CohortOf = Literal["deals", "leads"]
SuspectedBias = Literal["lost_left_open", "lost_not_closed_lately", "young_cohorts", "growing_team"]

_Count = Annotated[int, Meta(ge=0)]


class CohortShare(Model, frozen=True, kw_only=True):
    """A share with its counts; null, with a reason, where there is nothing to take a share of."""

    value: float | None
    numerator: int | None = None
    denominator: int | None = None
    interval: Interval | None = None
    reason: str | None = None


class CohortRevenue(Model, frozen=True, kw_only=True):
    """What a cohort brought in by a horizon, in one currency."""

    currency: str | None
    value: Annotated[Number | None, Meta(description="sum of the amounts of deals won by the horizon")]
    created: Annotated[
        int, Meta(ge=0, description="created deals, in any currency, of cohorts that have reached the horizon")
    ]
    per_created: Annotated[Number | None, Meta(description="value / created")]
    unpriced: Annotated[int, Meta(ge=0, description="deals won by the horizon without an amount, in any currency")]
    reason: str | None = None


class CohortHorizon(Model, frozen=True, kw_only=True):
    """The share won (of leads: converted) within so many days of creation, that day included."""

    days: Annotated[int, Meta(ge=1)]
    value: Annotated[
        float | None, Meta(description="by Aalen–Johansen: lost deals can no longer be won, open deals are censored")
    ]
    interval: Interval | None = None
    at_risk: Annotated[
        int | None, Meta(description="records that were neither ended nor last seen before that day")
    ] = None
    won: Annotated[
        int | None, Meta(description="records won by that day; won / n is the value where none is censored")
    ] = None
    n: Annotated[int | None, Meta(description="records that the value is estimated from")] = None
    reason: Annotated[str | None, Meta(description="not_reached: the youngest record is not that old yet")] = None
    revenue: Annotated[
        list[CohortRevenue], Meta(description="per currency; only of deals and of horizons that are reached")
    ] = field(default_factory=list)


class Cohort(Model, frozen=True, kw_only=True):
    """Records created in one month or quarter, or in all of them, and what has become of them."""

    cohort: Annotated[str | None, Meta(description="for example 2026-01 or 2026-Q1; null for all cohorts together")]
    start: date | None = None
    end: Annotated[date | None, Meta(description="the first day after it")] = None
    partial: Annotated[bool, Meta(description="it is not over on the as-of date: records may join it")] = False
    group: dict[str, str | None] = field(default_factory=dict)
    size: Annotated[int, Meta(ge=0, description="won + lost + other + open")]
    won: Annotated[int, Meta(ge=0, description="of leads: converted")]
    lost: Annotated[int, Meta(ge=0, description="of leads: disqualified")]
    other: Annotated[int, Meta(ge=0, description="closed without a decision; of leads: of unknown state")]
    open: _Count
    unplaced: Annotated[
        int, Meta(ge=0, description="ended on an unknown day or before creation: not in the shares by horizon")
    ]
    ended: Annotated[CohortShare, Meta(description="maturity: the share that is no longer open")]
    horizons: list[CohortHorizon]
    small: Annotated[bool, NOT_IN_JSON] = False
    """rests on few records"""
    curve: Annotated[tuple[float | None, ...], NOT_IN_JSON] = ()
    """the share won at every thirty days, as far as it is reached"""


class Suspect(Model, frozen=True, kw_only=True):
    """A bias that may make the closed-basis win rate differ, and what the data say of it."""

    bias: SuspectedBias
    supported: Annotated[bool, Meta(description="whether the data show it, and it can work in this direction")]
    numerator: Annotated[
        int,
        Meta(
            ge=0, description="old open deals; deals won lately; young decided deals; deals created in the later half"
        ),
    ]
    denominator: Annotated[
        int, Meta(ge=0, description="all old deals; deals decided lately; all decided deals; all created deals")
    ]
    days: Annotated[
        int | None,
        Meta(description="older than this, the days that 95 % of decided deals took; younger than the horizon"),
    ] = None


class ClosedBasis(Model, frozen=True, kw_only=True):
    """The win rate of deals closed in the period, which CRMs show, beside that of the cohorts."""

    group: dict[str, str | None] = field(default_factory=dict)
    win_rate: Annotated[CohortShare, Meta(description="won / (won + lost) of deals closed in the period")]
    horizon_days: Annotated[int | None, Meta(description="the longest horizon reached")]
    cohorts: Annotated[
        CohortShare, Meta(description="won / (won + lost) of the created deals, both within horizon_days")
    ]
    still_open: Annotated[
        float | None, Meta(description="share of the created deals that is open after horizon_days")
    ] = None
    differs: Annotated[bool | None, Meta(description="whether the two intervals are apart; null if one is unknown")] = (
        None
    )
    suspects: Annotated[list[Suspect], Meta(description="only where the two differ")] = field(default_factory=list)


class Cohorts(Answer, frozen=True, kw_only=True):
    """The answer of `cohort`."""

    commands: ClassVar = ("cohort",)

    command: str = "cohort"
    as_of: date | None
    as_of_source: Annotated[str | None, Meta(description="source of the as-of date")] = None
    period: Annotated[Period, Meta(description="in which the records were created")]
    of: CohortOf
    every: Literal["month", "quarter"]
    group_by: list[str] = field(default_factory=list)
    inputs: list[InputRead]
    cohorts: Annotated[
        list[Cohort], Meta(description="of the total and of each group: all cohorts together, then each")
    ]
    closed_basis: Annotated[list[ClosedBasis], Meta(description="for the total and each group; only of deals")] = field(
        default_factory=list
    )
    undated: Annotated[int, Meta(ge=0, description="records without a creation date, which are in no cohort")] = 0
    findings: list[FindingInWords] = field(default_factory=list)
    filters: Annotated[
        Filters, Meta(description="what affects the values besides the files: filters, settings, variables")
    ] = field(default_factory=Filters)
    span: Annotated[Span | None, Meta(description="first and last day of the records")] = None
    arguments: Annotated[tuple[str, ...], NOT_IN_JSON] = ()
    """the files as they were typed"""
    everything: Annotated[bool, NOT_IN_JSON] = False
    """all that there is to say is shown, also what does not fit on a screen"""
    min_n: Annotated[int, NOT_IN_JSON] = 10
    """below so many records a share is small"""
