"""The report as data: what every layout sees and what the JSON output is made from.

Within a schema version fields are added, never renamed or removed. Undefined values are ``None`` with a ``reason``; ratios
are 0–1; money keeps its exact decimals.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from salesmetrics.answers.base import NOT_IN_JSON, Answer, Model, Number
from salesmetrics.answers.provenance import Filters, FindingInWords, InputRead, Span

__all__ = [
    "Available",
    "Change",
    "Comparison",
    "Excluded",
    "Goal",
    "GoalResult",
    "Interval",
    "Limits",
    "Metric",
    "NotComputed",
    "Number",
    "Period",
    "Report",
    "SegmentOrder",
    "Unit",
    "Verdicts",
]

Unit = Literal["money", "money_per_day", "ratio", "count", "days", "hours", "months", "x", "points"]


class Period(Model, frozen=True, kw_only=True):
    """A half-open range of days ``[start, end)``; ``None`` means unbounded."""

    label: str
    start: date | None = None
    end: date | None = None
    partial: bool = False


class Comparison(Model, frozen=True, kw_only=True):
    """The period that ``previous`` values come from."""

    label: str
    start: date
    end: date
    to_date: Annotated[bool, Meta(description="both periods were cut to the same number of days")] = False


class Interval(Model, frozen=True, kw_only=True):
    """An uncertainty interval."""

    low: Number | None
    high: Number | None
    level: float
    method: str


class Change(Model, frozen=True, kw_only=True):
    """The step from ``previous`` to ``value``; of a ratio ``absolute`` is in percentage points / 100."""

    absolute: Number | None
    relative: float | None
    reason: Annotated[str | None, Meta(description="why there is no change although both values are known")] = None
    per_day: Annotated[
        float | None, Meta(description="relative change per day, if the two periods differ in weeks")
    ] = None
    interval: Interval | None = None
    verdict: Annotated[
        Literal["better", "worse", "no clear difference", "too few", "higher", "lower", "same"] | None,
        Meta(description="based on p_adjusted; none without an interval; a neutral KPI is higher or lower"),
    ] = None
    p: Annotated[float | None, Meta(description="two-sided p-value of the change, by the method of its interval")] = (
        None
    )
    p_adjusted: Annotated[
        float | None, Meta(description="p corrected for all verdicts of the report; null where there is no verdict")
    ] = None
    verdict_reason: Annotated[
        Literal["same_idea", "short_history"] | None,
        Meta(
            description="why there is no verdict in spite of an interval: another KPI says the same (verdict_of), or fewer "
            "than six earlier periods show how much this count varies"
        ),
    ] = None
    verdict_of: Annotated[str | None, Meta(description="KPI that has the verdict for this one")] = None


class Verdicts(Model, frozen=True, kw_only=True):
    """How the verdicts on changes were corrected for their number."""

    method: Literal["benjamini_hochberg"]
    fdr: Annotated[float, Meta(description="accepted share of wrong verdicts among better, worse, higher and lower")]
    comparisons: Annotated[int, Meta(description="number of changes that were judged together")]


class Goal(Model, frozen=True, kw_only=True):
    """A goal set for a KPI, and how it stands."""

    expression: str
    target: Number
    status: Literal["met", "missed", "on track", "too early", "unknown"]
    owner: str | None = None
    by: date | None = None
    note: str | None = None


class GoalResult(Model, frozen=True, kw_only=True):
    """How a goal stands for one KPI, group and period, whether or not the report shows that number too."""

    id: str
    title: str
    unit: Unit
    currency: str | None = None
    group: dict[str, str | None] = field(default_factory=dict)
    period: Period
    value: Number | None
    reason: str | None = None
    said: Annotated[str, NOT_IN_JSON] = ""
    """the reason in words, where it is no code"""
    goal: Goal


class Limits(Model, frozen=True, kw_only=True):
    """Between what a KPI has varied so far: its natural process limits, from its own complete periods."""

    low: Number
    centre: Number
    high: Number
    method: Literal["xmr", "p_prime"]
    n: Annotated[int, Meta(description="number of complete periods the limits are computed from")]
    outside: Annotated[
        Literal["above", "below"] | None, Meta(description="side on which the value is outside the limits")
    ] = None
    power: Annotated[
        float | None,
        Meta(description="power of the scale the limits were computed on, 0 for the logarithm; null: as is"),
    ] = None


class Excluded(Model, frozen=True, kw_only=True):
    """Records that the value leaves out."""

    code: str
    count: int


class Metric(Model, frozen=True, kw_only=True):
    """One KPI of one group, period and currency."""

    id: str
    title: str
    family: str
    unit: Unit
    basis: str
    currency: str | None = None
    group: dict[str, str | None] = field(default_factory=dict)
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
    excluded: list[Excluded] = field(default_factory=list)
    limits: Annotated[Limits | None, Meta(description="in a trend: control limits, the usual range of this KPI")] = None
    direction: Annotated[Literal["higher", "lower", "neutral"], NOT_IN_JSON] = "neutral"
    own_period: Annotated[bool, NOT_IN_JSON] = False
    """period is that of the KPI itself, where the report asks for none"""
    small: Annotated[bool, NOT_IN_JSON] = False
    """n is below min_n: shown greyed, no verdict drawn"""
    trend: Annotated[list[float | None] | None, NOT_IN_JSON] = None
    """last twelve months, for the screen"""

    @property
    def in_series(self) -> bool:
        """Whether it is one of several periods, rather than the period of the report or of the KPI itself."""
        return self.period is not None and not self.own_period


class NotComputed(Model, frozen=True, kw_only=True):
    """A KPI that these files do not allow, and what would allow it."""

    id: str
    title: str
    family: str
    reason: str
    needs: Annotated[str, Meta(description="in words, for example: a quotas file")]
    unlock: Annotated[str, NOT_IN_JSON] = ""
    """the files it waits for; what it needs where none is missing"""
    extended: Annotated[tuple[str, ...], NOT_IN_JSON] = ()
    """the kinds of file of which a further column would be enough"""
    lacks: Annotated[tuple[str, ...], NOT_IN_JSON] = ()
    """the kinds of file that are missing for it"""


class Available(Model, frozen=True, kw_only=True):
    """A KPI that the files allow, and that was not asked for."""

    id: str
    family: str


class SegmentOrder(Model, frozen=True, kw_only=True):
    """How segments are ordered, and which of them are one."""

    kpi: Annotated[str, Meta(description="KPI by which segments are sorted; segments without a value come last")]
    order: Literal["asc", "desc"]
    currency: Annotated[str | None, Meta(description="currency that determines the order, if there are several")] = None
    top: Annotated[int | None, Meta(description="number of segments shown separately")] = None
    count: Annotated[int, Meta(description="number of segments with records of the KPI")]
    others: Annotated[
        str | None, Meta(description="in group: the name for all other segments together; no segment has this name")
    ] = None


class Report(Answer, frozen=True, kw_only=True):
    """Everything a command has to say."""

    commands: ClassVar = ("report", "trend")
    later: ClassVar = {
        "Report": ("as_of_source", "not_computed", "goals", "filters", "span", "segments", "verdicts"),
        "Finding": ("path", "share_of_value"),
    }

    as_of: date | None
    as_of_source: Annotated[str | None, Meta(description="source of the as-of date")] = None
    period: Period
    comparison: Comparison | None = None
    group_by: list[str] = field(default_factory=list)
    inputs: list[InputRead]
    metrics: list[Metric]
    not_computed: list[NotComputed] = field(default_factory=list)
    goals: Annotated[list[GoalResult], Meta(description="goals and their status")] = field(default_factory=list)
    findings: list[FindingInWords] = field(default_factory=list)
    filters: Annotated[
        Filters, Meta(description="what affects the values besides the files: filters, settings, variables")
    ] = field(default_factory=Filters)
    span: Annotated[Span | None, Meta(description="first and last day of the records")] = None
    segments: Annotated[SegmentOrder | None, Meta(description="if an order of segments was requested")] = None
    verdicts: Annotated[Verdicts | None, Meta(description="if there is a comparison")] = None
    available: Annotated[tuple[Available, ...], NOT_IN_JSON] = ()
    """KPIs that these files allow, where only the first were asked for"""
    min_n: Annotated[int, NOT_IN_JSON] = 10
    """below so many records a value is small"""
    touching: Annotated[tuple[FindingInWords, ...], NOT_IN_JSON] = ()
    """the findings that touch what is shown"""
    arguments: Annotated[tuple[str, ...], NOT_IN_JSON] = ()
    """the files as they were typed"""
    headlines: Annotated[bool, NOT_IN_JSON] = False
    """only the KPIs that come first were asked for"""
    order: Annotated[tuple[str, ...], NOT_IN_JSON] = ()
    """ids of the KPIs in the order of the catalogue, whatever currencies they are in"""
    ranked: Annotated[tuple[str, ...], NOT_IN_JSON] = ()
    """the same, those that come first at the front"""
    everything: Annotated[bool, NOT_IN_JSON] = False
    """all that there is to say is shown, also what does not fit on a screen"""
    trend_to: Annotated[date | None, NOT_IN_JSON] = None
    """the month that the twelve months of each KPI end with"""
