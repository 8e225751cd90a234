"""What will close, with its range, and how good such forecasts were, as data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from salesmetrics.answers.base import NOT_IN_JSON, Answer, Model, Number
from salesmetrics.answers.provenance import Filters, FindingInWords, InputRead, Span
from salesmetrics.answers.report import Interval, Period

__all__ = [
    "Backtest",
    "BacktestMoment",
    "BrierScore",
    "Calibration",
    "Forecast",
    "ForecastCategory",
    "ForecastDeals",
    "ForecastLine",
    "ForecastMethod",
    "ForecastPart",
    "ForecastSlippage",
    "Lead",
    "MethodId",
    "PartId",
]

MethodId = Literal["last_period", "last_year", "categories", "crm_probability", "stage_rates", "time_to_event"]
PartId = Literal["won_so_far", "open", "not_yet_created", "total"]
Lead = Literal["start", "one_third", "two_thirds"]


class ForecastPart(Model, frozen=True, kw_only=True):
    """A part of the forecast: a fact (won so far) or simulated values (the others)."""

    id: PartId
    deals: Annotated[int | None, Meta(description="deals in it; null where nobody knows them yet")] = None
    unpriced: Annotated[int, Meta(ge=0, description="deals without an amount among them")] = 0
    value: Annotated[Number | None, Meta(description="of a fact: the exact sum of the known amounts")] = None
    p10: float | None = None
    p50: float | None = None
    p90: float | None = None
    mean: float | None = None
    reason: Annotated[str | None, Meta(description="why there is no value")] = None


class ForecastMethod(Model, frozen=True, kw_only=True):
    """What one method says of the whole period, what is won so far included."""

    id: MethodId
    value: Annotated[float | None, Meta(description="the one number that the back-test judges: the median of a range")]
    p10: float | None = None
    p50: float | None = None
    p90: float | None = None
    mean: float | None = None
    chance_of_target: float | None = None
    best: Annotated[bool, Meta(description="smallest WAPE on at least six past periods, at the same lead")] = False
    reason: Annotated[str | None, Meta(description="why there is no value")] = None
    left_out: Annotated[int, Meta(ge=0, description="open deals that the method can say nothing about")] = 0


class ForecastDeals(Model, frozen=True, kw_only=True):
    """Some open deals."""

    count: Annotated[int, Meta(ge=0)]
    value: Annotated[Number | None, Meta(description="sum of the known amounts; null where none is known")]
    unpriced: Annotated[int, Meta(ge=0)] = 0


class ForecastCategory(Model, frozen=True, kw_only=True):
    """Open deals due in the period by the forecast category of the CRM."""

    category: str | None
    counts_as: Annotated[
        Literal["commit", "best_case", "pipeline", "omitted"] | None, Meta(description="null for an unknown word")
    ]
    count: int
    value: Number | None


class ForecastSlippage(Model, frozen=True, kw_only=True):
    """By how many days won deals missed the close date that was expected half-way through their life."""

    n: int
    median: float
    late: Annotated[float, Meta(description="share that closed after it")]
    used: Annotated[bool, Meta(description="whether methods use it: from 30 deals on")]


class ForecastLine(Model, frozen=True, kw_only=True):
    """The forecast of one group in one currency."""

    group: dict[str, str | None] = field(default_factory=dict)
    period: Period
    currency: str | None = None
    target: Number | None = None
    target_source: Annotated[Literal["target", "quotas"] | None, Meta(description="--target or its setting, or the quotas file")] = None  # fmt: skip
    target_reason: Annotated[str | None, Meta(description="why the quotas of the files set no target")] = None
    chance_of_target: float | None = None
    parts: list[ForecastPart]
    methods: list[ForecastMethod]
    open: Annotated[ForecastDeals, Meta(description="deals open on the as-of date")]
    due: Annotated[ForecastDeals | None, Meta(description="of these, expected to close in the period")] = None
    overdue: Annotated[ForecastDeals | None, Meta(description="of these, expected to close before the as-of date")] = (
        None
    )
    categories: list[ForecastCategory] = field(default_factory=list)
    slippage: ForecastSlippage | None = None
    undated: Annotated[int, Meta(ge=0, description="open deals without a creation date, which no simulation knows")] = 0
    shock: Annotated[
        float | None, Meta(description="standard deviation of what all deals of a period have in common")
    ] = None
    seed: int
    draws: int
    notes: Annotated[list[str], Meta(description="codes of what was assumed")] = field(default_factory=list)


class Backtest(Model, frozen=True, kw_only=True):
    """How good a method was in past periods, at one lead."""

    method: MethodId
    lead: Lead
    currency: str | None = None
    periods: int
    wape: Annotated[float | None, Meta(description="sum of absolute errors / sum of actual values")]
    bias: Annotated[float | None, Meta(description="sum of errors / sum of actual values; above 0: too high")]
    coverage: Annotated[float | None, Meta(description="share of actual values between P10 and P90")]
    inside: Annotated[int | None, Meta(description="periods between P10 and P90")] = None
    ranges: Annotated[int | None, Meta(description="periods with a range")] = None
    absolute_error: Annotated[float | None, Meta(description="sum of absolute errors")] = None
    actual: Annotated[Number | None, Meta(description="sum of actual values")] = None
    reason: Annotated[str | None, Meta(description="not_assessed, or why there is no share")] = None
    cause: Annotated[str | None, Meta(description="why it was not assessed")] = None
    best: Annotated[bool, Meta(description="smallest shared_wape of the lead")] = False
    shared_periods: Annotated[int | None, Meta(description="periods that all compared methods have; at least six")] = (
        None
    )
    shared_wape: Annotated[float | None, Meta(description="WAPE on these")] = None


class BacktestMoment(Model, frozen=True, kw_only=True):
    """What a method would have said on a past day, with what was known then."""

    method: MethodId
    period: str
    lead: Lead
    currency: str | None = None
    as_of: date
    source: Annotated[Literal["reconstructed", "export"], Meta(description="where the state of that day comes from")]
    value: float | None
    p10: float | None = None
    p90: float | None = None
    actual: Number
    reason: str | None = None


class Calibration(Model, frozen=True, kw_only=True):
    """Deals with about the same stated chance, and the share of them that was won."""

    method: MethodId
    currency: str | None = None
    stated: Annotated[float, Meta(description="mean of the stated chances")]
    n: int
    won: int
    became: float
    interval: Interval | None = None


class BrierScore(Model, frozen=True, kw_only=True):
    """Mean squared difference between chance and outcome; smaller is better."""

    method: MethodId
    currency: str | None = None
    n: int
    score: float
    reference: Annotated[float, Meta(description="that of always stating the overall share")]


class Forecast(Answer, frozen=True, kw_only=True):
    """The answer of `forecast`."""

    commands: ClassVar = ("forecast",)

    command: str = "forecast"
    as_of: date | None
    as_of_source: Annotated[str | None, Meta(description="source of the as-of date")] = None
    period: Period
    group_by: list[str] = field(default_factory=list)
    inputs: list[InputRead]
    forecast: Annotated[list[ForecastLine], Meta(description="the total first, then each group; one per currency")]
    lead: Annotated[Lead, Meta(description="the lead of the back-test that is nearest to the as-of date")]
    backtest: list[Backtest] = field(default_factory=list)
    calibration: list[Calibration] = field(default_factory=list)
    brier: list[BrierScore] = field(default_factory=list)
    moments: Annotated[list[BacktestMoment], Meta(description="each past forecast behind the back-test")] = field(
        default_factory=list
    )
    not_tested: Annotated[str | None, Meta(description="why there is no back-test")] = None
    amounts_at_close: Annotated[
        bool, Meta(description="amounts are recorded at the close: those of open deals are drawn from won deals")
    ] = False
    without_currency: Annotated[
        int, Meta(ge=0, description="deals without amount and currency beside several currencies: in no forecast")
    ] = 0
    currencies: list[str] = field(default_factory=list)
    findings: list[FindingInWords] = field(default_factory=list)
    filters: Annotated[
        Filters, Meta(description="what affects the values besides the files: filters, settings, variables")
    ] = field(default_factory=Filters)
    span: Annotated[Span | None, Meta(description="first and last day of the records")] = None
    arguments: Annotated[tuple[str, ...], NOT_IN_JSON] = ()
    """the files as they were typed"""
    everything: Annotated[bool, NOT_IN_JSON] = False
    """all that there is to say is shown, also what does not fit on a screen"""
    level: Annotated[float, NOT_IN_JSON] = 0.95
