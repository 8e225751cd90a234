"""The last day that the data know of: the default as-of date, hardened against one mistyped year."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from salesmetrics.calendar import last_event_day, periods_of_column
from salesmetrics.calendar.steps import day_before, days_after
from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.far import bring
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.kinds import column_types
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.schema.kinds import Kind

__all__ = ["EVENT_COLUMNS", "Events", "events_of", "first_believable", "last_event_of", "refuse_before"]

EVENT_COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    "deals": ("closed", "created", "stage_entered", "last_activity"),
    "leads": ("created", "converted_at", "qualified_at", "first_response_at"),
    "activities": ("completed_at", "created", "occurred"),
    "stages": ("entered",),
    "invoices": ("paid_on", "issued"),
    "revenue": ("occurred", "start"),
    "surveys": ("answered",),
    "customers": ("started",),
}
"""Days on which something happened. Plans (expected close, due, contract end) are not among them."""

_FALLBACK: Mapping[Kind, tuple[str, ...]] = {"costs": ("date",), "rates": ("date",)}

_TITLES = {
    "closed": "event_close",
    "created": "event_creation",
    "stage_entered": "event_stage_entry",
    "entered": "event_stage_entry",
    "last_activity": "event_activity",
    "completed_at": "event_completed_activity",
    "occurred": "event_itself",
    "converted_at": "event_conversion",
    "qualified_at": "event_qualification",
    "first_response_at": "event_response",
    "paid_on": "event_payment",
    "issued": "event_issue",
    "answered": "event_answer",
    "start": "event_start",
    "started": "event_start",
    "date": "event_date",
}

_ENOUGH = 20
_YEAR = 366
_DECADE = 3653


def first_believable(days: pl.Series) -> date | None:
    """The first day of a column that is not a mistyped year, or None when the column is empty.

    A day is believable down to a year before the 0.1st percentile of the column; with fewer than twenty days, down to ten
    years before the median.

    >>> from datetime import date, timedelta
    >>> days = [date(2026, 1, 1) + timedelta(days=i) for i in range(60)]
    >>> first_believable(pl.Series([date(1970, 1, 1), *days]))
    datetime.date(2024, 12, 31)
    """
    physical = days.cast(pl.Date).drop_nulls().to_physical()
    if physical.is_empty():
        return None
    few = len(physical) < _ENOUGH
    quantile = physical.quantile(0.5 if few else 0.001, "higher")
    return days_after(date(1970, 1, 1), int(quantile or 0) - (_DECADE if few else _YEAR))


class Events(NamedTuple):
    """The days between which something happened in a kind of file, and where the last of them comes from."""

    first: date
    last: date
    source: Message


def events_of(frames: Mapping[Kind, pl.DataFrame]) -> dict[Kind, Events]:
    """The first and the last day with an event in each kind of file; without the kinds that have none.

    What lies far beyond all the rest is a mistyped year, or a plan, and does not count
    (:func:`calendar.last_event_day` has the rule). Where all days of a record lie beyond, it may be a new one after a quiet
    time: it needs twenty records to say that it is not.

    Args:
        frames: Canonical frames by kind.
    """
    found = {kind: _events(frames[kind], kind, columns) for kind, columns in EVENT_COLUMNS.items() if kind in frames}
    if found.get("revenue") is None:
        found["revenue"] = _periods(frames.get("revenue"))
    found |= {kind: _events(frames[kind], kind, columns) for kind, columns in _FALLBACK.items() if kind in frames}
    return {kind: event for kind, event in found.items() if event is not None}


def last_event_of(events: Mapping[Kind, Events]) -> tuple[date, Message] | None:
    """The day that a report speaks for by itself, and where it comes from; None without any date.

    That of the deals where they have dates; else the last one of all kinds.

    Args:
        events: What :func:`events_of` found.
    """
    if "deals" in events:
        return events["deals"].last, events["deals"].source
    recorded = {kind: found for kind, found in events.items() if kind in EVENT_COLUMNS} or events
    found = max(recorded.values(), key=lambda event: event.last, default=None)
    return None if found is None else (found.last, found.source)


def refuse_before(day: date, frames: Mapping[Kind, pl.DataFrame], first: date, last: date) -> None:
    """Raise where a day lies before all that the data tell of: then what they say of it is not 0 but unknown.

    Plans count here: a quota or an expected close date of an earlier day is something to report.

    Args:
        day: The report date that is asked for.
        frames: Canonical frames by kind.
        first: The first day with an event.
        last: The day that a report speaks for by itself.

    Raises:
        SalesmetricsError: ``as_of_before_data``.
    """
    planned = {kind: frames[kind] for kind in (*EVENT_COLUMNS, *_FALLBACK, "quotas") if kind in frames}
    if day >= first or any(_plans_until(frame, kind, day) for kind, frame in planned.items()):
        return
    raise SalesmetricsError("as_of_before_data", as_of=day, first=first, last=last)


def _plans_until(frame: pl.DataFrame, kind: Kind, day: date) -> bool:
    """Whether a day that is no event, or a period by its name, begins on a day or before it."""
    happened = (*EVENT_COLUMNS.get(kind, ()), *_FALLBACK.get(kind, ()))
    names = [name for name, type_ in column_types(kind).items() if type_ is ColumnType.DAY and name not in happened]
    days = [frame.get_column(name).min() for name in names if name in frame.columns]
    if "period" in frame.columns:
        days += [
            period.start for period in periods_of_column(frame["period"].drop_nulls().unique().to_list()) if period
        ]
    return any(isinstance(each, date) and each <= day for each in days)


def _periods(revenue: pl.DataFrame | None) -> Events | None:
    """The days of the periods that recurring revenue is given for, where its rows have no days."""
    if revenue is None or "period" not in revenue.columns:
        return None
    labels = revenue["period"].drop_nulls().unique().sort().to_list()
    days = [
        (period.start, period.end)
        for period in periods_of_column(labels)
        if period is not None and period.start is not None and period.end is not None
    ]
    if not days:
        return None
    last = day_before(max(end for _, end in days))
    return Events(min(start for start, _ in days), last, Message("last_period_of_revenue"))


def _events(frame: pl.DataFrame, kind: Kind, columns: tuple[str, ...]) -> Events | None:
    bring(frame, columns)
    series = [_happened(frame, kind, name).alias(name) for name in columns if name in frame.columns]
    days = {column.name: column.unique().drop_nulls() for column in series}
    every = pl.concat([column.alias("") for column in days.values()]).unique().sort().to_list() if days else []
    if any((later - earlier).days > _YEAR for earlier, later in pairwise(every)):
        # A mistyped first year is no gap that later ones could be measured by.
        lows = [low for column in series if (low := first_believable(column)) is not None]
        every = [day for day in every if day >= min(lows)]
    dated = pl.DataFrame(series)

    def beyond(last: date) -> int | None:
        after, wholly = dated.select(
            (pl.max_horizontal(pl.all()) > last).sum().alias("after"),
            (pl.min_horizontal(pl.all()) > last).sum().alias("wholly"),
        ).row(0)
        return None if wholly and dated.height < _ENOUGH else after

    event = last_event_day(every, dated.height, beyond)
    if event is None:
        return None
    name = next(name for name, column in days.items() if event.day in column)
    return Events(every[0], event.day, Message("last_event_of", event=Message(_TITLES[name]), kind=kind))


def _happened(frame: pl.DataFrame, kind: Kind, name: str) -> pl.Series:
    """The days of an event column; null where it is blank, or an activity is only planned."""
    days = frame.get_column(name).cast(pl.Date)
    if kind == "activities" and name == "occurred" and "is_completed" in frame.columns:
        return frame.select(pl.when("is_completed").then(days)).to_series()
    return days
