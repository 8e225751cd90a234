"""Measures of expected close dates: whether deals close when expected, and how often the date is pushed back.

Columns used: ``expected_close``, ``was_expected``, ``known_from``, ``known_until``, ``closed`` (Date), ``unplanned``,
``has_plan``, ``planned_before``, ``vague`` (Boolean), ``outcome`` (String) and ``amount`` (Decimal(38, 8)), as
:func:`salesmetrics.entities.deals.close_plans` makes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.metrics.definition import measure
from salesmetrics.metrics.expressions import count, distinct, sample, total

if TYPE_CHECKING:
    import polars as pl

UNKNOWN = "no_close_date_history"


@measure(entity="close_plans", basis="snapshot", missing=UNKNOWN)
def due_deals(
    expected_close: pl.Expr,
    known_from: pl.Expr,
    known_until: pl.Expr,
    closed: pl.Expr,
    outcome: pl.Expr,
    unplanned: pl.Expr,
    window_start: pl.Expr,
    window_end: pl.Expr,
) -> pl.Expr:
    """Deals open at the start of the period and then expected to close in it, without void ones; unknown if no date was known then."""
    import polars as pl

    due = _due(expected_close, known_from, known_until, window_start, window_end)
    planned = expected_close.is_not_null() & (known_from < window_start) & _open_at(known_until, window_start)
    dark = _dark(unplanned, known_from, known_until, window_start)
    known = planned.fill_null(value=False).any() | ~dark.fill_null(value=False).any()
    return pl.when(known).then(count(due & ~_void(closed, outcome, window_end)))


@measure(entity="close_plans", basis="snapshot")
def slipped_deals(
    expected_close: pl.Expr,
    known_from: pl.Expr,
    known_until: pl.Expr,
    closed: pl.Expr,
    window_start: pl.Expr,
    window_end: pl.Expr,
) -> pl.Expr:
    """Of the deals due in the period, those still open at its end."""
    return count(_due(expected_close, known_from, known_until, window_start, window_end) & _open_at(closed, window_end))


@measure(entity="close_plans", basis="snapshot")
def void_due_deals(
    expected_close: pl.Expr,
    known_from: pl.Expr,
    known_until: pl.Expr,
    closed: pl.Expr,
    outcome: pl.Expr,
    window_start: pl.Expr,
    window_end: pl.Expr,
) -> pl.Expr:
    """Deals due in the period that closed in it as void, duplicate or disqualified."""
    due = _due(expected_close, known_from, known_until, window_start, window_end)
    return count(due & _void(closed, outcome, window_end))


@measure(entity="close_plans", basis="snapshot", unit="money", missing="missing_amount")
def due_amount(
    amount: pl.Expr,
    expected_close: pl.Expr,
    known_from: pl.Expr,
    known_until: pl.Expr,
    closed: pl.Expr,
    outcome: pl.Expr,
    window_start: pl.Expr,
    window_end: pl.Expr,
) -> pl.Expr:
    """Amount, as known at the start of the period, of the deals due in it."""
    due = _due(expected_close, known_from, known_until, window_start, window_end)
    return total(amount, due & ~_void(closed, outcome, window_end))


@measure(entity="close_plans", basis="snapshot", unit="money", missing="missing_amount")
def slipped_amount(
    amount: pl.Expr,
    expected_close: pl.Expr,
    known_from: pl.Expr,
    known_until: pl.Expr,
    closed: pl.Expr,
    window_start: pl.Expr,
    window_end: pl.Expr,
) -> pl.Expr:
    """Amount, as known at the start of the period, of the deals due in it that are still open at its end."""
    due = _due(expected_close, known_from, known_until, window_start, window_end)
    return total(amount, due & _open_at(closed, window_end) & amount.is_not_null())


@measure(entity="close_plans", basis="snapshot")
def due_priced_deals(
    amount: pl.Expr,
    expected_close: pl.Expr,
    known_from: pl.Expr,
    known_until: pl.Expr,
    closed: pl.Expr,
    outcome: pl.Expr,
    window_start: pl.Expr,
    window_end: pl.Expr,
) -> pl.Expr:
    """Deals due in the period with an amount at its start."""
    due = _due(expected_close, known_from, known_until, window_start, window_end)
    return count(due & ~_void(closed, outcome, window_end) & amount.is_not_null())


@measure(entity="close_plans", basis="snapshot", lacks_money=True)
def due_unpriced_deals(
    amount: pl.Expr,
    expected_close: pl.Expr,
    known_from: pl.Expr,
    known_until: pl.Expr,
    closed: pl.Expr,
    outcome: pl.Expr,
    window_start: pl.Expr,
    window_end: pl.Expr,
) -> pl.Expr:
    """Deals due in the period without an amount at its start."""
    due = _due(expected_close, known_from, known_until, window_start, window_end)
    return count(due & ~_void(closed, outcome, window_end) & amount.is_null())


@measure(entity="close_plans", basis="snapshot")
def unplanned_at_start(unplanned: pl.Expr, known_from: pl.Expr, known_until: pl.Expr, window_start: pl.Expr) -> pl.Expr:
    """Deals open at the start of the period, with an unknown expected close date at that time."""
    return count(_dark(unplanned, known_from, known_until, window_start))


@measure(entity="close_plans", basis="snapshot")
def vague_closed_deals(vague: pl.Expr, known_from: pl.Expr, window_end: pl.Expr) -> pl.Expr:
    """Deals that closed on an unknown date."""
    return count(vague & (known_from < window_end).fill_null(value=True))


@measure(entity="close_plans", basis="snapshot", missing=UNKNOWN)
def close_date_pushes(
    expected_close: pl.Expr,
    was_expected: pl.Expr,
    known_from: pl.Expr,
    known_until: pl.Expr,
    unplanned: pl.Expr,
    has_plan: pl.Expr,
    planned_before: pl.Expr,
    window_start: pl.Expr,
    window_end: pl.Expr,
) -> pl.Expr:
    """Times in the period that a deal's expected close date was pushed back; unknown if no deal has a known date."""
    import polars as pl

    tracked = _tracked(expected_close, known_from, known_until, window_start, window_end)
    dark = _untracked(unplanned, has_plan, planned_before, known_from, known_until, window_start, window_end)
    pushes = count(_pushed(expected_close, was_expected, known_from, window_start, window_end))
    known = tracked.fill_null(value=False).any() | ~dark.fill_null(value=False).any()
    return pl.when(known).then(pushes)


@measure(entity="close_plans", basis="snapshot", unit="days", shape="sample")
def push_days(
    expected_close: pl.Expr, was_expected: pl.Expr, known_from: pl.Expr, window_start: pl.Expr, window_end: pl.Expr
) -> pl.Expr:
    """Calendar days by which expected close dates were pushed back in the period, sorted."""
    days = (expected_close - was_expected).dt.total_days()
    return sample(days, _pushed(expected_close, was_expected, known_from, window_start, window_end))


@measure(entity="close_plans", basis="snapshot", per=("__deal__",))
def tracked_deals(
    __deal__: pl.Expr,
    expected_close: pl.Expr,
    known_from: pl.Expr,
    known_until: pl.Expr,
    window_start: pl.Expr,
    window_end: pl.Expr,
) -> pl.Expr:
    """Deals open in the period whose expected close date is known in it."""
    return distinct(__deal__, _tracked(expected_close, known_from, known_until, window_start, window_end))


@measure(entity="close_plans", basis="snapshot")
def untracked_deals(
    unplanned: pl.Expr,
    has_plan: pl.Expr,
    known_from: pl.Expr,
    known_until: pl.Expr,
    planned_before: pl.Expr,
    window_start: pl.Expr,
    window_end: pl.Expr,
) -> pl.Expr:
    """Deals open in the period without a known expected close date in it."""
    return count(_untracked(unplanned, has_plan, planned_before, known_from, known_until, window_start, window_end))


def _due(expected_close: pl.Expr, known_from: pl.Expr, known_until: pl.Expr, start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Whether this is the date known at the start of the period, and falls in it."""
    known = (known_from < start) & _open_at(known_until, start)
    return known & (expected_close >= start) & (expected_close < end)


def _dark(unplanned: pl.Expr, known_from: pl.Expr, known_until: pl.Expr, start: pl.Expr) -> pl.Expr:
    """Whether a deal was open at the start of the period, with an unknown expected close date at that time."""
    return unplanned & (known_from < start).fill_null(value=True) & _open_at(known_until, start)


def _open_at(until: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Whether something still held at the beginning of a day."""
    return until.is_null() | (until >= day)


def _void(closed: pl.Expr, outcome: pl.Expr, end: pl.Expr) -> pl.Expr:
    return ((outcome == "other") & (closed < end)).fill_null(value=False)


def _pushed(
    expected_close: pl.Expr, was_expected: pl.Expr, known_from: pl.Expr, start: pl.Expr, end: pl.Expr
) -> pl.Expr:
    return (expected_close > was_expected) & (known_from < end) & (start.is_null() | (known_from >= start))


def _tracked(
    expected_close: pl.Expr, known_from: pl.Expr, known_until: pl.Expr, start: pl.Expr, end: pl.Expr
) -> pl.Expr:
    return expected_close.is_not_null() & (known_from < end) & (start.is_null() | _open_at(known_until, start))


def _untracked(
    unplanned: pl.Expr,
    has_plan: pl.Expr,
    planned_before: pl.Expr,
    known_from: pl.Expr,
    known_until: pl.Expr,
    start: pl.Expr,
    end: pl.Expr,
) -> pl.Expr:
    """Whether a deal was open in the period, and no date of it is known in it: the next, if any, is a later one, the last an earlier."""
    there = (known_from < end).fill_null(value=True) & (start.is_null() | _open_at(known_until, start))
    earlier = ~planned_before | (known_from <= start).fill_null(value=False)
    return unplanned & there & (~has_plan | (_open_at(known_until, end) & earlier))
