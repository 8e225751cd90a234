"""Which days a KPI is about."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from salesmetrics.calendar import Calendar, comparison, last_complete, years_before
from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl


__all__ = ["ALL", "Span", "Window", "covered", "span_windows"]

Span = Literal["period", "year", "quarter", "quota", "quotas", "costs", "revenue"]

RECORDED_FROM = 10


class Window(NamedTuple):
    """A half-open range of days; ``None`` means unbounded.

    ``whole`` is the end of the period that was meant, where only a part of it has elapsed: plans count until there.
    """

    start: date | None = None
    end: date | None = None
    whole: date | None = None

    @property
    def bounded(self) -> bool:
        """Whether a record needs a date to be in it."""
        return self.start is not None or self.end is not None


ALL = Window()


def span_windows(
    span: Span, frames: Mapping[str, pl.DataFrame], as_of: date | None, calendar: Calendar
) -> dict[str, Window]:
    """The period that a KPI is about when no period is asked for, and the periods before it.

    Args:
        span: What the KPI asks for.
        frames: Frames by entity; a file that covers days has a Date column ``day``.
        as_of: The report date.
        calendar: What a quarter is.

    Returns:
        ``""`` to the period itself; ``previous`` and ``year_ago`` where they are defined.

    >>> span_windows("quarter", {}, date(2026, 2, 10), Calendar())[""].start
    datetime.date(2025, 10, 1)
    >>> span_windows("quarter", {}, date(2026, 2, 10), Calendar(fiscal_start_month=2))[""].start
    datetime.date(2025, 11, 1)
    """
    if span == "period" or as_of is None:
        return {"": ALL}
    tomorrow = as_of + timedelta(days=1)
    if span == "year":
        windows = [Window(years_before(tomorrow, n + 1), years_before(tomorrow, n)) for n in (0, 1)]
        return _recorded({"": windows[0], "previous": windows[1], "year_ago": windows[1]}, frames)
    if span == "quarter":
        return _recorded(_of_quarter(as_of, calendar), frames)
    if span == "quota":
        return {"": _current_quota(frames.get("quotas"), as_of)}
    period = _of_costs(frames.get(span), as_of) if span == "costs" else covered(frames.get(span), as_of)
    if period is None or period.start is None or period.end is None:
        return {"": ALL}
    return {"": Window(max(period.start, years_before(period.end)), period.end)}


def _of_quarter(as_of: date, calendar: Calendar) -> dict[str, Window]:
    quarter = last_complete(as_of, "quarter", calendar)
    before = comparison(quarter, as_of, "previous", calendar)
    windows = {"": Window(quarter.start, quarter.end), "previous": Window(before.start, before.end)}
    with suppress(SalesmetricsError):  # before the first year that is known there is none to compare with
        earlier = comparison(quarter, as_of, "year-ago", calendar)
        windows["year_ago"] = Window(earlier.start, earlier.end)
    return windows


def _of_costs(costs: pl.DataFrame | None, as_of: date) -> Window | None:
    """The days that costs are for: one of a single day is for its month, as bills are booked on one day of it."""
    if costs is None or "__start__" not in costs.columns or costs.is_empty():
        return covered(costs, as_of)
    first, last = date.max, date.min
    for start, end in costs.select("__start__", "__end__").unique().rows():
        single = (end - start).days == 1
        first = min(first, start.replace(day=1) if single else start)
        last = max(last, date(start.year + start.month // 12, start.month % 12 + 1, 1) if single else end)
    return Window(first, min(last, as_of + timedelta(days=1))) if first <= as_of else None


def covered(frame: pl.DataFrame | None, as_of: date) -> Window | None:
    """The days from the first to the last that a file speaks of, not beyond the as-of date."""
    if frame is None or "day" not in frame.columns:
        return None
    first, last = frame["day"].min(), frame["day"].max()
    if not isinstance(first, date) or not isinstance(last, date) or first > as_of:
        return None
    return Window(first, min(last, as_of) + timedelta(days=1))


def _recorded(windows: dict[str, Window], frames: Mapping[str, pl.DataFrame]) -> dict[str, Window]:
    """The periods without those that began before the deals did: what is missing there was not lost but never recorded.

    A tenth of a period without a deal at its beginning is considered chance.
    """
    deals = frames.get("deals")
    if deals is None:
        return windows
    days = [deals[name].min() for name in ("created", "closed") if name in deals.columns]
    first = min((day for day in days if isinstance(day, date)), default=None)
    return {shift: window for shift, window in windows.items() if not shift or _is_recorded(window, first)}


def _is_recorded(window: Window, first: date | None) -> bool:
    if first is None or window.start is None or window.end is None:
        return True
    return first <= window.start + (window.end - window.start) / RECORDED_FROM


def _current_quota(quotas: pl.DataFrame | None, as_of: date) -> Window:
    """The shortest period of a quota that the day lies in, else the last one before it; as far as it has elapsed."""
    if quotas is None or "__start__" not in quotas.columns:
        return ALL
    periods = quotas.select("__start__", "__end__").unique().rows()
    begun = [(start, end) for start, end in periods if start <= as_of]
    if not begun:
        return ALL
    current = [period for period in begun if period[1] > as_of]
    latest = max(end for _, end in begun)
    chosen = current or [period for period in begun if period[1] == latest]
    start, end = min(chosen, key=lambda period: (period[1] - period[0], period[0]))
    tomorrow = as_of + timedelta(days=1)
    return Window(start, min(end, tomorrow), end if end > tomorrow else None)
