"""The answer of `compare`, as data: how the pipeline of each export became that of the next.

In every line and interval start + bars = end, exactly and by count. Values are signed; what entered is positive.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, field

from salesmetrics.answers.base import NOT_IN_JSON, Answer, Model, Number
from salesmetrics.answers.provenance import Filters, FindingInWords, InputRead
from salesmetrics.answers.report import Period

__all__ = [
    "Bar",
    "BarId",
    "Beside",
    "Bookings",
    "Bridge",
    "ClosedAgain",
    "Compare",
    "DealChange",
    "DealState",
    "Export",
    "StageMove",
]

BarId = Literal[
    "start",
    "new",
    "reopened",
    "moved_in",
    "currency_in",
    "pulled_in",
    "increased",
    "decreased",
    "pushed_out",
    "won",
    "lost",
    "other",
    "moved_out",
    "currency_out",
    "removed",
    "end",
]


class Export(Model, frozen=True, kw_only=True):
    """An export and its day."""

    path: str
    as_of: date
    day_from: Annotated[
        Literal["option", "file_name", "last_event", "snapshot_column"],
        Meta(description="source of the day of the export"),
    ]
    deals: Annotated[int, Meta(description="deals in the export, before any filter")]


class Bar(Model, frozen=True, kw_only=True):
    """One part of a bridge."""

    id: BarId
    value: Number
    count: Annotated[int, Meta(description="deals, signed like value; 0 for increased and decreased")]
    unpriced: Annotated[int, Meta(description="deals without an amount among them")] = 0
    changed: Annotated[int | None, Meta(description="deals whose amount changed (increased, decreased)")] = None
    priced: Annotated[int | None, Meta(description="of these, deals that had no amount before")] = None
    unpriced_now: Annotated[int | None, Meta(description="of these, deals that have no amount any more")] = None


class Bridge(Model, frozen=True, kw_only=True):
    """The pipeline of one group in one currency, from one export to the next."""

    group: Annotated[dict[str, str | None], Meta(description="empty for the total")]
    currency: str | None = None
    from_: date
    to_: date
    bars: list[Bar]


class DealState(Model, frozen=True, kw_only=True):
    """A deal as an export records it."""

    stage: str | None = None
    outcome: str | None = None
    amount: Number | None = None
    currency: str | None = None
    expected_close: date | None = None
    closed: date | None = None
    owner: str | None = None


class DealChange(Model, frozen=True, kw_only=True):
    """A deal that changed between two exports."""

    deal_id: str
    name: str | None = None
    from_day: date
    to_day: date
    bars: Annotated[list[BarId], Meta(description="the bars that it is in; none for a change outside the bridge")]
    changed: Annotated[
        list[Literal["stage", "outcome", "amount", "currency", "expected_close", "owner"]],
        Meta(description="what differs between the two exports"),
    ]
    from_: Annotated[DealState | None, Meta(description="null if the deal is not in the earlier export")]
    to_: Annotated[DealState | None, Meta(description="null if the deal is not in the later export")]


class StageMove(Model, frozen=True, kw_only=True):
    """Open deals that moved from one stage to another."""

    from_: str | None
    to_: str | None
    count: int
    direction: Annotated[
        Literal["forward", "back"] | None,
        Meta(
            description="by the order of stages of a pipelines file, the settings or the CRM; null where none has both"
        ),
    ] = None


class ClosedAgain(Model, frozen=True, kw_only=True):
    """Deals that were closed in both exports, with another outcome: in no bar."""

    from_: str
    to_: str
    count: int


class Bookings(Model, frozen=True, kw_only=True):
    """What was won with a close date in the period, beside the bar `won`: bar - closed_outside + expected_outside = booked."""

    currency: str | None = None
    bar: Annotated[Number, Meta(description="won in the bridge, as a positive amount")]
    closed_outside: Annotated[Number, Meta(description="of these, closed on a day outside the period")]
    expected_outside: Annotated[Number, Meta(description="won in the period, in no bar: expected outside it")]
    booked: Number
    count: Annotated[int, Meta(description="deals behind booked")]


class Beside(Model, frozen=True, kw_only=True):
    """What changed beside the bars, of the deals in both exports that the condition lets in."""

    from_: date
    to_: date
    stage_moves: list[StageMove]
    close_dates_later: Annotated[int, Meta(description="open deals whose expected close date moved to a later day")]
    close_dates_earlier: int
    close_date_days: Annotated[int, Meta(description="sum of these moves in days; later is positive")]
    close_dates_in_last_week: Annotated[
        int, Meta(description="of the later ones, moved from the last seven days of a quarter to a later quarter")
    ]
    owners_changed: int
    amounts_changed: Annotated[int, Meta(description="deals whose amount changed, in the pipeline or not")]
    reopened: int
    closed_again: list[ClosedAgain]
    appeared_closed: Annotated[
        int, Meta(description="deals that are new in the later export, but closed before the earlier one: in no bar")
    ]
    unchanged_open: Annotated[int, Meta(description="open deals with no change at all between the exports")]
    bookings: Annotated[list[Bookings], Meta(description="with a period: from the bar won to what was booked in it")]


class Compare(Answer, frozen=True, kw_only=True):
    """The answer of `compare`."""

    commands: ClassVar = ("compare",)

    command: str = "compare"
    period: Period
    group_by: list[str] = field(default_factory=list)
    exports: list[Export]
    bridge: Annotated[
        list[Bridge], Meta(description="the total, then groups, each for every interval; of several, then the whole")
    ]
    beside: list[Beside]
    changes: Annotated[
        list[DealChange], Meta(description="deals that changed, the largest changes of the pipeline first")
    ]
    inputs: list[InputRead]
    findings: list[FindingInWords] = field(default_factory=list)
    filters: Annotated[
        Filters, Meta(description="what affects the values besides the files: filters, settings, variables")
    ] = field(default_factory=Filters)
    everything: Annotated[bool, NOT_IN_JSON] = False
    """all that there is to say is shown, also what does not fit on a screen"""
