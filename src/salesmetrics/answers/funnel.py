"""Stage conversion, time in stage, and where deals stick, as data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from salesmetrics.answers.base import NOT_IN_JSON, Answer, Model, Number
from salesmetrics.answers.provenance import Filters, FindingInWords, InputRead, Span
from salesmetrics.answers.report import Interval, Period

__all__ = [
    "FUNNEL_PARTS",
    "Bottleneck",
    "Funnel",
    "FunnelMoves",
    "FunnelOrder",
    "FunnelShare",
    "FunnelStage",
    "FunnelStock",
    "FunnelTime",
    "FunnelWaiting",
    "StuckDeals",
    "ValueDays",
    "WaitsBy",
]

WaitsBy = Literal["value_days", "deal_days"]

FUNNEL_PARTS = ("advanced", "lost", "other", "still_here", "entered", "strict", "now_here", "stuck")
"""Numbers of a stage whose deals can be listed."""

_Count = Annotated[int, Meta(ge=0)]


class FunnelShare(Model, frozen=True, kw_only=True):
    """A share of deals with its counts; ``value`` is null, with a reason, where there are none to take a share of."""

    value: float | None
    numerator: int | None = None
    denominator: int | None = None
    at_risk: Annotated[
        int | None,
        Meta(description="of will_advance: deals that are observed, and still in the stage, at horizon_days"),
    ] = None
    interval: Interval | None = None
    reason: str | None = None


class FunnelTime(Model, frozen=True, kw_only=True):
    """Days in a stage by Kaplan–Meier, deals that are still there censored; null where the curve does not get there yet."""

    median: int | None
    p90: int | None
    interval: Annotated[Interval | None, Meta(description="of the median")] = None
    n: _Count


class ValueDays(Model, frozen=True, kw_only=True):
    """Amount × days in one currency."""

    currency: str | None
    value_days: Number


class FunnelWaiting(Model, frozen=True, kw_only=True):
    """Where deals and their value wait: days in the stage, within the period if there is one."""

    value_days: Annotated[Number | None, Meta(description="sum of amount × days in the stage")]
    deal_days: _Count
    unpriced: Annotated[int, Meta(ge=0, description="deals without an amount, whose days are in deal_days only")]
    reason: Annotated[str | None, Meta(description="why there is no value_days")] = None
    by_currency: Annotated[list[ValueDays], Meta(description="if there are several currencies")] = field(
        default_factory=list
    )
    share: Annotated[float | None, Meta(description="of the waiting in all stages of the pipeline and group")] = None
    share_by: Annotated[
        WaitsBy | None, Meta(description="what share is of: deal_days where some stage has no value_days")
    ] = None
    share_reason: Annotated[str | None, Meta(description="why there is no share")] = None


class StuckDeals(Model, frozen=True, kw_only=True):
    """Open deals that are in the stage for longer than 90 % of deals stay there."""

    count: _Count
    value: Number | None


class FunnelStage(Model, frozen=True, kw_only=True):
    """A stage of a pipeline; the last row is won, which has entrants only."""

    pipeline: str | None
    stage: Annotated[str | None, Meta(description="null for the row of won deals")]
    position: Annotated[int, Meta(ge=1)]
    group: dict[str, str | None] = field(default_factory=dict)
    entered: Annotated[int, Meta(ge=0, description="a later stage counts as having passed this one")]
    entered_strict: Annotated[int, Meta(ge=0, description="those of entered with a recorded entry")]
    advanced: Annotated[int | None, Meta(description="entered = advanced + lost + other + still_here")] = None
    lost: int | None = None
    other: int | None = None
    still_here: int | None = None
    now_here: Annotated[int | None, Meta(description="open deals whose current stage this is")] = None
    of_previous: FunnelShare | None = None
    of_previous_strict: FunnelShare | None = None
    of_all: FunnelShare
    of_all_strict: FunnelShare
    will_advance: Annotated[
        FunnelShare | None, Meta(description="by Aalen–Johansen, within horizon_days of the first recorded entry")
    ] = None
    time_in_stage: FunnelTime | None = None
    waiting: FunnelWaiting | None = None
    stuck: StuckDeals | None = None
    small: Annotated[bool, NOT_IN_JSON] = False
    """few deals entered the stage before"""
    few_timed: Annotated[bool, NOT_IN_JSON] = False
    """few deals have a recorded entry, of which will_advance and time_in_stage are estimated"""


class FunnelMoves(Model, frozen=True, kw_only=True):
    """How deals moved, other than from one stage to the next."""

    pipeline: str | None
    group: dict[str, str | None] = field(default_factory=dict)
    deals: _Count
    back: Annotated[int, Meta(ge=0, description="deals that moved back")]
    skipped: Annotated[int, Meta(ge=0, description="deals that skipped a stage")]
    re_entered: Annotated[int, Meta(ge=0, description="deals that entered a stage more than once")]
    mid_funnel: Annotated[int, Meta(ge=0, description="deals whose first recorded stage is not the first")]


class Bottleneck(Model, frozen=True, kw_only=True):
    """The stage with the largest share of the waiting."""

    pipeline: str | None = None
    group: dict[str, str | None] = field(default_factory=dict)
    stage: str
    by: WaitsBy
    share: float
    previous: Annotated[float | None, Meta(description="its share in the previous period")] = None


class FunnelOrder(Model, frozen=True, kw_only=True):
    """The stages of a pipeline, and what their order comes from."""

    pipeline: str | None
    stages: list[str]
    source: Literal["pipelines", "settings", "crm", "history"]


class FunnelStock(Model, frozen=True, kw_only=True):
    """Open deals in a stage today: all that can be known without a history."""

    pipeline: str | None
    stage: str | None
    group: dict[str, str | None] = field(default_factory=dict)
    currency: str | None
    count: _Count
    value: Number | None
    unpriced: _Count
    age_median: Annotated[float | None, Meta(description="days in the stage, if the date of entry is known")] = None


class Funnel(Answer, frozen=True, kw_only=True):
    """The answer of `funnel`."""

    commands: ClassVar = ("funnel",)

    command: str = "funnel"
    as_of: date | None
    as_of_source: Annotated[str | None, Meta(description="source of the as-of date")] = None
    period: Period
    basis: Annotated[
        Literal["entered", "created"],
        Meta(description="what lies in the period: the entry, or the creation (a cohort)"),
    ]
    group_by: list[str] = field(default_factory=list)
    inputs: list[InputRead]
    horizon_days: int
    stages: list[FunnelStage]
    bottleneck: Annotated[Bottleneck | None, Meta(description="of the largest pipeline")] = None
    bottlenecks: Annotated[list[Bottleneck], Meta(description="of each pipeline and group")] = field(
        default_factory=list
    )
    moves: list[FunnelMoves] = field(default_factory=list)
    order: list[FunnelOrder] = field(default_factory=list)
    without_history: Annotated[int, Meta(ge=0, description="deals without a recorded stage, which are left out")] = 0
    stock: Annotated[list[FunnelStock], Meta(description="only without a stage history")] = field(default_factory=list)
    findings: list[FindingInWords] = field(default_factory=list)
    filters: Annotated[
        Filters, Meta(description="what affects the values besides the files: filters, settings, variables")
    ] = field(default_factory=Filters)
    span: Annotated[Span | None, Meta(description="first and last day of the records")] = None
    currencies: Annotated[tuple[str, ...], NOT_IN_JSON] = ()
    """of the amounts"""
    crm: Annotated[str, NOT_IN_JSON] = ""
    """the profile of the deals, which knows how their history is exported"""
    arguments: Annotated[tuple[str, ...], NOT_IN_JSON] = ()
    """the files as they were typed"""
    everything: Annotated[bool, NOT_IN_JSON] = False
    """all that there is to say is shown, also what does not fit on a screen"""
    min_n: Annotated[int, NOT_IN_JSON] = 10
    """below so many deals a share is small"""
