"""The last day that the data know of: the default as-of date, hardened against one mistyped year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar import last_event_day, periods_of_column

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.schema.kinds import Kind

__all__ = ["EVENT_COLUMNS", "first_believable", "happened", "last_event_of"]

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
    "closed": "close",
    "created": "creation",
    "stage_entered": "stage entry",
    "entered": "stage entry",
    "last_activity": "activity",
    "completed_at": "completed activity",
    "occurred": "event",
    "converted_at": "conversion",
    "qualified_at": "qualification",
    "first_response_at": "response",
    "paid_on": "payment",
    "issued": "issue",
    "answered": "answer",
    "start": "start",
    "started": "start",
    "date": "date",
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
    return date(1970, 1, 1) + timedelta(days=int(quantile or 0) - (_DECADE if few else _YEAR))


def last_event_of(frames: Mapping[Kind, pl.DataFrame]) -> tuple[date, str] | None:
    """The last day with an event in the data and where it comes from, in words; None without any date.

    A lone day far after all others is a mistyped year and does not count (:func:`calendar.last_event_day` has the rule).

    Args:
        frames: Canonical frames by kind.
    """
    for columns in (EVENT_COLUMNS, _FALLBACK):
        counted = [
            (f"last {_TITLES[name]} in {kind}", happened(frames[kind], kind, name).value_counts(name="n"))
            for kind, names in columns.items()
            if kind in frames
            for name in names
            if name in frames[kind].columns
        ]
        event = last_event_day(pair for _, counts in counted for pair in counts.iter_rows())
        if event is not None:
            return event.day, next(words for words, counts in counted if event.day in counts.to_series())
    return _last_period(frames.get("revenue"))


def _last_period(revenue: pl.DataFrame | None) -> tuple[date, str] | None:
    """The last day of the last period that recurring revenue is given for, where nothing else has a day."""
    if revenue is None or "period" not in revenue.columns:
        return None
    labels = revenue["period"].drop_nulls().unique().sort().to_list()
    ends = [period.end for period in periods_of_column(labels) if period is not None and period.end is not None]
    return (max(ends) - timedelta(days=1), "last period in revenue") if ends else None


def happened(frame: pl.DataFrame, kind: Kind, name: str) -> pl.Series:
    """The days of an event column, blanks and activities that are only planned left out."""
    days = frame.get_column(name).cast(pl.Date)
    if kind == "activities" and name == "occurred" and "is_completed" in frame.columns:
        days = days.filter(frame.get_column("is_completed").fill_null(value=False))
    return days.drop_nulls()
