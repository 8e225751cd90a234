"""Why and where deals are lost, as data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal, get_args

from msgspec import Meta, field

from salesmetrics.answers.base import NOT_IN_JSON, Answer, Model, Number
from salesmetrics.answers.provenance import Filters, FindingInWords, InputRead, Span
from salesmetrics.answers.report import Change, Comparison, Interval, Period, Verdicts

__all__ = ["LOSS_AGES", "VIEWS", "Loss", "LossBefore", "LossCoverage", "LossView", "Losses", "MergedReason"]

LossView = Literal["reason", "stage", "competitor", "owner", "product", "age"]
VIEWS: tuple[LossView, ...] = get_args(LossView)

LOSS_AGES = ("0-7", "8-30", "31-90", "91-180", "181-365", "366+")
"""Days from creation to loss."""


class LossBefore(Model, frozen=True, kw_only=True):
    """The same in the period before."""

    count: int
    value: Number | None
    share_of_count: float | None


class Loss(Model, frozen=True, kw_only=True):
    """Lost deals that have one thing in common: such as a reason, an owner, or the stage they were lost at."""

    view: Annotated[LossView, Meta(description="what these deals have in common; null there means blank")]
    reason: str | None = None
    stage: Annotated[str | None, Meta(description="the last stage before the loss")] = None
    competitor: str | None = None
    owner: str | None = None
    product: str | None = None
    age: Annotated[str | None, Meta(description="days from creation to loss, for example 31-90")] = None
    group: dict[str, str | None] = field(default_factory=dict)
    currency: Annotated[
        str | None, Meta(description="with several currencies, null for the deals of all of them, which have no value")
    ] = None
    count: Annotated[int, Meta(ge=0)]
    value: Number | None
    value_reason: Annotated[str | None, Meta(description="why there is no value")] = None
    unpriced: Annotated[int, Meta(ge=0, description="deals without an amount, which are in count and not in value")]
    share_of_count: Annotated[float | None, Meta(description="of all lost deals of the group and currency")]
    share_of_value: Annotated[float | None, Meta(description="of their value")]
    interval: Annotated[Interval | None, Meta(description="of share_of_count")] = None
    previous: LossBefore | None = None
    change: Annotated[Change | None, Meta(description="of share_of_count")] = None
    all_currencies: Annotated[bool, NOT_IN_JSON] = False
    """the deals of all currencies, where there are several"""
    small: Annotated[bool, NOT_IN_JSON] = False
    """rests on few lost deals"""

    @property
    def item(self) -> str | None:
        """What the deals have in common."""
        found: str | None = getattr(self, self.view)
        return found


class LossCoverage(Model, frozen=True, kw_only=True):
    """How many lost deals have a reason."""

    group: dict[str, str | None] = field(default_factory=dict)
    lost: Annotated[int, Meta(ge=0)]
    with_reason: Annotated[int, Meta(ge=0)]
    share: Annotated[float | None, Meta(description="share of lost deals with a reason")]
    interval: Interval | None = None
    several: Annotated[int, Meta(ge=0, description="deals with more than one reason: each counts under all of them")]


class MergedReason(Model, frozen=True, kw_only=True):
    """A variant of a reason that counts as another one, as the settings ask for."""

    variant: str
    reason: str
    count: Annotated[int, Meta(ge=0, description="lost deals of the period with this variant")]


class Losses(Answer, frozen=True, kw_only=True):
    """The answer of `losses`."""

    commands: ClassVar = ("losses",)

    command: str = "losses"
    as_of: date | None
    as_of_source: Annotated[str | None, Meta(description="source of the as-of date")] = None
    period: Period
    comparison: Comparison | None = None
    group_by: list[str] = field(default_factory=list)
    inputs: list[InputRead]
    coverage: Annotated[list[LossCoverage], Meta(description="for the total and each group")]
    losses: Annotated[list[Loss], Meta(description="by view: the most frequent first, blank last")]
    undated: Annotated[int, Meta(ge=0, description="lost deals without a close date, which a period leaves out")] = 0
    separators: Annotated[list[str], Meta(description="signs at which a cell with several reasons was split")] = field(
        default_factory=list
    )
    merged: Annotated[
        list[MergedReason], Meta(description="variants of reasons that count as another one (`losses.reasons`)")
    ] = field(default_factory=list)
    similar: Annotated[
        list[list[str]],
        Meta(description="reasons that differ only in case, accents, spaces or punctuation; not merged"),
    ] = field(default_factory=list)
    unknown: Annotated[list[LossView], Meta(description="views that the files do not allow")] = field(
        default_factory=list
    )
    findings: list[FindingInWords] = field(default_factory=list)
    filters: Annotated[
        Filters, Meta(description="what affects the values besides the files: filters, settings, variables")
    ] = field(default_factory=Filters)
    span: Annotated[Span | None, Meta(description="first and last day of the records")] = None
    verdicts: Annotated[Verdicts | None, Meta(description="if there is a comparison")] = None
    arguments: Annotated[tuple[str, ...], NOT_IN_JSON] = ()
    """the files as they were typed"""
    everything: Annotated[bool, NOT_IN_JSON] = False
    """all that there is to say is shown, also what does not fit on a screen"""
    min_n: Annotated[int, NOT_IN_JSON] = 10
    """below so many lost deals a share is small"""
