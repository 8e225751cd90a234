"""Each segment against the team without it, as data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from salesmetrics.answers.base import NOT_IN_JSON, Answer, Model, Number
from salesmetrics.answers.provenance import Filters, FindingInWords, InputRead, Span
from salesmetrics.answers.report import Comparison, Interval, NotComputed, Period, Unit

__all__ = [
    "Benchmark",
    "BenchmarkBand",
    "BenchmarkChange",
    "BenchmarkDetectable",
    "BenchmarkDispersion",
    "BenchmarkFactor",
    "BenchmarkFigure",
    "BenchmarkHistory",
    "BenchmarkKpi",
    "BenchmarkNotCompared",
    "BenchmarkPart",
    "BenchmarkRow",
    "BenchmarkTeam",
    "BenchmarkTest",
    "BenchmarkVelocity",
    "BenchmarkVerdict",
]

BenchmarkVerdict = Literal["above", "below", "within", "too_few"]
"""Verdict of a segment."""

BenchmarkMethod = Literal["fisher", "welch", "quantile_fisher", "resampled", "student"]


class BenchmarkTeam(Model, frozen=True, kw_only=True):
    """The other segments together: the team without this one."""

    value: Annotated[
        Number | None,
        Meta(
            description="of a count or sum, the mean of the other segments; of a number out of others, what their rate makes of this segment's"
        ),
    ]
    numerator: Number | None = None
    denominator: Number | None = None
    n: Annotated[int | None, Meta(description="their records; of a count or sum, their number")] = None


class BenchmarkBand(Model, frozen=True, kw_only=True):
    """Where 95 % and 99.8 % of segments like the team would be, with as many records as this one."""

    low_95: float
    high_95: float
    low_998: float
    high_998: float


class BenchmarkHistory(Model, frozen=True, kw_only=True):
    """The latest complete period of a segment, between the control limits of its own periods."""

    every: Literal["week", "month", "quarter", "year"]
    periods: Annotated[int, Meta(ge=0, description="complete periods with a value in which the segment was there")]
    period: Annotated[Period | None, Meta(description="the latest of them")] = None
    value: Annotated[Number | None, Meta(description="of that period")] = None
    low: Number | None = None
    centre: Number | None = None
    high: Number | None = None
    method: str | None = None
    outside: Annotated[
        Literal["above", "below"] | None, Meta(description="side on which the value is outside the limits")
    ] = None
    reason: Annotated[str | None, Meta(description="why there are no limits")] = None


class BenchmarkTest(Model, frozen=True, kw_only=True):
    """The comparison of a segment with the team."""

    method: BenchmarkMethod
    p_value: Annotated[float, Meta(ge=0, le=1)]
    adjusted: Annotated[float, Meta(ge=0, le=1, description="corrected for all comparisons made (Benjamini–Hochberg)")]
    draws: Annotated[int | None, Meta(description="of resampling")] = None


class BenchmarkRow(Model, frozen=True, kw_only=True):
    """One KPI of one segment."""

    kpi: str
    group: dict[str, str | None]
    currency: str | None = None
    value: Number | None
    numerator: Number | None = None
    denominator: Number | None = None
    n: int | None = None
    interval: Interval | None = None
    team: BenchmarkTeam | None = None
    band: BenchmarkBand | None = None
    test: BenchmarkTest | None = None
    history: Annotated[BenchmarkHistory | None, Meta(description="if periods were asked for: its own past")] = None
    verdict: Annotated[
        BenchmarkVerdict | None,
        Meta(description="within: not called, even outside the band; null where nothing can be compared"),
    ]
    reason: Annotated[str | None, Meta(description="why there is no value or no verdict")] = None


class BenchmarkDispersion(Model, frozen=True, kw_only=True):
    """How much more segments vary than chance alone would make them."""

    factor: Annotated[float, Meta(description="variance over that of chance, from winsorised z")]
    p_value: Annotated[float, Meta(description="of chance alone")]
    applied: Annotated[bool, Meta(description="bands are wider by the root of the factor; p-values never change")]


class BenchmarkDetectable(Model, frozen=True, kw_only=True):
    """What could have been seen: a difference that is called four times in five."""

    n: Annotated[int, Meta(description="records of a typical segment (the median)")]
    difference: Annotated[
        float | None, Meta(description="in the unit of the KPI; null where no possible difference would show")
    ]


class BenchmarkKpi(Model, frozen=True, kw_only=True):
    """A KPI over all segments."""

    id: str
    title: str
    unit: Unit
    direction: Literal["higher", "lower", "neutral"]
    currency: str | None = None
    period: Annotated[Period | None, Meta(description="its own, where it is not that of the answer")] = None
    segments: Annotated[int, Meta(ge=0, description="with a value")]
    judged: Annotated[int, Meta(ge=0, description="compared with the team")]
    too_few: Annotated[int, Meta(ge=0)]
    above: Annotated[int, Meta(ge=0)]
    below: Annotated[int, Meta(ge=0)]
    dispersion: BenchmarkDispersion | None = None
    detectable: BenchmarkDetectable | None = None
    reason: Annotated[str | None, Meta(description="why no segment is judged")] = None
    kind: Annotated[str, NOT_IN_JSON] = ""
    """the kind of file that its records are of; empty where they are of none"""


class BenchmarkNotCompared(Model, frozen=True, kw_only=True):
    """A KPI that was asked for and that the segments have no value of."""

    id: str
    title: str
    reason: str


class BenchmarkPart(Model, frozen=True, kw_only=True):
    """What a segment adds to a change."""

    group: dict[str, str | None]
    previous: float | None
    value: float | None
    previous_share: Annotated[float, Meta(description="of the records of the earlier period")]
    share: Annotated[float, Meta(description="of those of the period")]
    within: Annotated[Number, Meta(description="by the change of its own value")]
    mix: Annotated[Number, Meta(description="by the change of its share")]


class BenchmarkChange(Model, frozen=True, kw_only=True):
    """The change of a KPI from the earlier period, and its parts: change = within + mix, exactly."""

    kpi: str
    title: str
    unit: Unit
    currency: str | None = None
    previous: Number | None
    value: Number | None
    change: Number | None = None
    within: Annotated[Number | None, Meta(description="what the values of segments did")] = None
    mix: Annotated[Number | None, Meta(description="what their shares of the records did")] = None
    paradox: Annotated[
        Literal["up", "down"] | None,
        Meta(description="Simpson's paradox: every segment moved this way, and the total the other way"),
    ] = None
    segments: list[BenchmarkPart] = field(default_factory=list)
    reason: Annotated[str | None, Meta(description="why there are no parts")] = None


class BenchmarkFactor(Model, frozen=True, kw_only=True):
    """A factor of pipeline velocity, and what its change adds."""

    id: str
    title: str
    unit: Unit
    previous: Number
    value: Number
    part: Number


class BenchmarkVelocity(Model, frozen=True, kw_only=True):
    """The change of pipeline velocity: the parts of its factors add up to it (Shapley values)."""

    currency: str | None = None
    previous: Number
    value: Number
    change: Number
    factors: list[BenchmarkFactor]


class BenchmarkFigure(Model, frozen=True, kw_only=True):
    """What a KPI is elsewhere, by a file of outside figures; none are built in."""

    kpi: str
    segment: str | None = None
    value: Number
    source: str | None = None
    year: str | None = None


class Benchmark(Answer, frozen=True, kw_only=True):
    """The answer of `benchmark`."""

    commands: ClassVar = ("benchmark",)

    command: str = "benchmark"
    as_of: date | None
    as_of_source: Annotated[str | None, Meta(description="source of the as-of date")] = None
    period: Period
    comparison: Comparison | None = None
    group_by: list[str] = field(default_factory=list)
    inputs: list[InputRead]
    kpis: Annotated[list[BenchmarkKpi], Meta(description="the KPIs, in the order of their tables")]
    benchmark: Annotated[
        list[BenchmarkRow],
        Meta(description="by KPI: above the team, below it, then the others by name, too few at the end"),
    ]
    tests: Annotated[int, Meta(ge=0, description="comparisons made: p-values are corrected for so many")]
    fdr: Annotated[float, Meta(description="expected share of wrong ones among the segments that are called")]
    seed: Annotated[int, Meta(description="of resampling")]
    figures: Annotated[list[BenchmarkFigure], Meta(description="outside figures, with their source")] = field(
        default_factory=list
    )
    changes: Annotated[
        list[BenchmarkChange], Meta(description="if an earlier period was asked for: the parts of each change")
    ] = field(default_factory=list)
    velocity: Annotated[
        list[BenchmarkVelocity], Meta(description="if an earlier period was asked for: velocity by its factors")
    ] = field(default_factory=list)
    not_compared: list[BenchmarkNotCompared] = field(default_factory=list)
    not_computed: list[NotComputed] = field(default_factory=list)
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
    """below so many records a segment is not judged"""
