"""Forecasts once more, by loops over plain rows: no code is shared with the package."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["Deal", "last_period", "last_year", "maven", "months", "slip", "stage_rate", "wape", "weight", "won"]

DAY = timedelta(days=1)


class Deal(NamedTuple):
    """A deal of an export: ``outcome`` is won, lost or open."""

    created: date | None
    closed: date | None
    outcome: str
    amount: float | None


def maven(path: Path) -> list[Deal]:
    """The deals of the Maven export."""

    def day(text: str) -> date | None:
        return date.fromisoformat(text) if text else None

    words = {"Won": "won", "Lost": "lost"}
    with path.open(encoding="utf-8") as file:
        return [
            Deal(
                day(row["engage_date"]),
                day(row["close_date"]),
                words.get(row["deal_stage"], "open"),
                float(row["close_value"]) if row["close_value"] else None,
            )
            for row in csv.DictReader(file)
        ]


def won(deals: Iterable[Deal], start: date, end: date) -> float:
    """Won from a day to another, the latter not included."""
    return sum(d.amount or 0 for d in deals if d.outcome == "won" and d.closed and start <= d.closed < end)


def months(first: date, number: int) -> list[tuple[date, date]]:
    """So many months from the one that begins on a day."""
    found = []
    for _ in range(number):
        following = (first + 31 * DAY).replace(day=1)
        found.append((first, following))
        first = following
    return found


def last_period(deals: Sequence[Deal], here: tuple[date, date], before: tuple[date, date], as_of: date) -> float:
    """Won so far, and for each day left what a day of the period before brought."""
    start, end = here
    left = (end - max(start, as_of + DAY)).days
    days = (before[1] - before[0]).days
    return won(deals, start, min(end, as_of + DAY)) + won(deals, *before) / days * left


def last_year(deals: Sequence[Deal], here: tuple[date, date], ago: tuple[date, date], as_of: date) -> float:
    """Won so far, and for each day left what a day of the rest of the same period a year ago brought."""
    start, end = here
    first = max(start, as_of + DAY)
    gone = (first - start).days / (end - start).days
    since = min(ago[0] + round(gone * (ago[1] - ago[0]).days) * DAY, ago[1] - DAY)
    rest = won(deals, since, ago[1]) / (ago[1] - since).days
    return won(deals, start, min(end, as_of + DAY)) + rest * (end - first).days


def wape(pairs: Iterable[tuple[float, float]]) -> float:
    """Of pairs of forecast and actual value."""
    told = list(pairs)
    return sum(abs(said - was) for said, was in told) / sum(abs(was) for _, was in told)


def stage_rate(outcomes: Sequence[tuple[str, str | None, bool]], stage: str, kind: str | None) -> float:
    """The smoothed win rate of a stage and type.

    Args:
        outcomes: Of each closed deal and each stage that it was in: stage, type, won.
        stage: The stage.
        kind: The type.
    """

    def smoothed(rows: list[bool], parent: float) -> float:
        return parent if len(rows) < 30 else (sum(rows) + 4 * parent) / (len(rows) + 4)

    return smoothed(
        [done for s, k, done in outcomes if s == stage and k == kind],
        smoothed([done for s, _, done in outcomes if s == stage], OVERALL[0]),
    )


OVERALL = [0.0]
"""Share of all closed deals that was won: the parent of every stage."""


def slip(plans: Sequence[tuple[date, date]], created: date, closed: date) -> int:
    """Days from the close date expected half-way to the close.

    Args:
        plans: Day on which a date was put down, and the date, in order of time.
        created: When the deal was created.
        closed: When it was won.
    """
    middle = created + (closed - created) // 2
    known = [plan for day, plan in plans if day <= middle and day < closed]
    return (closed - (known[-1] if known else plans[0][1])).days


def weight(slips: Sequence[int], expected: date, as_of: date, start: date, end: date) -> float:
    """The chance to close in a period if the deal is won."""
    ends = [expected + s * DAY for s in slips]
    if not any(day > as_of for day in ends):
        ends = [as_of + s * DAY for s in slips]
    still = [day for day in ends if day > as_of]
    return sum(max(start, as_of + DAY) <= day < end for day in still) / len(still) if still else 0.0
