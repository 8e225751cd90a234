"""The last day that the data know of: the default as-of date, hardened against one mistyped year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from salesmetrics.schema.kinds import Kind

__all__ = ["EVENT_COLUMNS", "date_bounds", "last_event_of"]

EVENT_COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    "deals": ("closed", "created", "stage_entered", "last_activity"),
    "leads": ("created", "converted_at", "qualified_at", "first_response_at"),
    "activities": ("completed_at", "created", "occurred"),
    "stages": ("entered",),
    "invoices": ("paid_on", "issued"),
    "revenue": ("occurred",),
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
    "started": "start",
    "date": "date",
}

_ENOUGH = 20
_YEAR = 366
_DECADE = 3653


def date_bounds(column: pl.Series) -> tuple[date, date] | None:
    """The first and the last believable day of a column, or None when it is empty.

    A day is believable up to a year beyond the 0.1st and 99.9th percentile of the column; with fewer than twenty days, up
    to ten years beyond the median. What lies outside is a mistyped year.

    >>> from datetime import date, timedelta
    >>> days = [date(2026, 1, 1) + timedelta(days=i) for i in range(60)]
    >>> date_bounds(pl.Series([*days, date(2062, 3, 1)]))[1] < date(2062, 3, 1)
    True
    """
    days = column.cast(pl.Date).drop_nulls()
    if days.is_empty():
        return None
    physical = days.to_physical()
    if len(days) < _ENOUGH:
        middle = physical.quantile(0.5, "lower")
        low, high = int(middle or 0) - _DECADE, int(middle or 0) + _DECADE
    else:
        low = int(physical.quantile(0.001, "higher") or 0) - _YEAR
        high = int(physical.quantile(0.999, "lower") or 0) + _YEAR
    bounds = pl.Series([low, high], dtype=pl.Int32).cast(pl.Date)
    return bounds[0], bounds[1]


def last_event_of(frames: Mapping[Kind, pl.DataFrame]) -> tuple[date, str] | None:
    """The last believable event in the data and where it comes from, in words; None without any date.

    Args:
        frames: Canonical frames by kind.
    """
    for columns in (EVENT_COLUMNS, _FALLBACK):
        found = [
            (day, f"last {_TITLES[name]} in {kind}")
            for kind, names in columns.items()
            if kind in frames
            for name in names
            if (day := _last_believable(_happened(frames[kind], kind, name))) is not None
        ]
        if found:
            return max(found, key=lambda item: item[0])
    return None


def _happened(frame: pl.DataFrame, kind: Kind, name: str) -> pl.Series:
    """The days of a column, without activities that are only planned."""
    if name not in frame.columns:
        return pl.Series([], dtype=pl.Date)
    column = frame.get_column(name)
    if kind == "activities" and name == "occurred" and "is_completed" in frame.columns:
        column = column.filter(frame.get_column("is_completed").fill_null(value=False))
    return column


def _last_believable(column: pl.Series) -> date | None:
    last = column.max()
    bounds = date_bounds(column)
    if last is None or bounds is None:
        return None
    days = column.cast(pl.Date)
    top = days.max()
    if top > bounds[1]:  # type: ignore[operator]
        top = days.filter(days <= bounds[1]).max()
    return top  # type: ignore[return-value]
