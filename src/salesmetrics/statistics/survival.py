"""Estimates for records whose end is not known yet: open deals are censored, neither dropped nor counted as lost.

All functions start from a table of days, ``(day, won, lost, censored)``, one row per distinct duration: a million
records are a few hundred rows, and every estimate is one pass over them. A record censored on a day is still at risk
of what happens on that day.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from salesmetrics.statistics.distributions import two_sided_z
from salesmetrics.statistics.intervals import Bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "CENSORED",
    "LOST",
    "WON",
    "Curve",
    "CurvePoint",
    "DayCount",
    "Estimate",
    "TimeEstimate",
    "cumulative_incidence",
    "day_table",
    "kaplan_meier",
]

CENSORED: Final = 0
WON: Final = 1
LOST: Final = 2

DayCount = tuple[int, int, int, int]
"""A day since the start, and how many were won, lost and last seen open on it."""

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """A step of a curve: from this day on, until the next point, the curve has this value."""

    day: int
    value: float
    variance: float
    at_risk: int
    events: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """The height of a curve on a day; ``bounds`` is ``None`` where the value is 0 or 1 and no spread was seen."""

    value: float
    bounds: Bounds | None
    at_risk: int


@dataclass(frozen=True, slots=True)
class TimeEstimate:
    """A day by which a share of the records has had the event; each is ``None`` when the curve never gets there."""

    day: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Curve:
    """A step function of days with its uncertainty.

    ``rising`` is true for an incidence (share that has had the event) and false for a survival curve (share that has
    not). ``resolved`` is true when everybody still at risk on the last day ended on it, so that the curve stays where
    it is for ever; otherwise it is unknown after that day.
    """

    points: tuple[CurvePoint, ...]
    n: int
    level: float
    rising: bool
    resolved: bool

    def at(self, day: int) -> Estimate | None:
        """The curve on a day; ``None`` beyond what was observed, where nobody knows."""
        last = self.points[-1] if self.points else None
        if last is None or day < 0 or (day > last.day and not self.resolved):
            return None
        at_risk = next((point.at_risk for point in self.points if point.day >= day), 0)
        point = next((point for point in reversed(self.points) if point.day <= day), None)
        if point is None:
            return Estimate(0.0 if self.rising else 1.0, None, at_risk)
        return Estimate(point.value, self.bounds(point), at_risk)

    def bounds(self, point: CurvePoint) -> Bounds | None:
        """Interval of a point on the log-log scale, which keeps both ends within 0 and 1."""
        value = point.value
        if not _ROUNDING < value < 1 - _ROUNDING or point.variance <= 0.0:
            return None
        reach = two_sided_z(self.level) * math.sqrt(point.variance) / (value * abs(math.log(value)))
        return Bounds(value ** math.exp(reach), value ** math.exp(-reach))

    def quantile(self, share: float = 0.5) -> TimeEstimate:
        """The first day by which at least ``share`` of the records has had the event.

        Its interval holds the days on which the interval of the curve contains the share (Brookmeyer & Crowley 1982).
        Where the curve has come to its end (nobody is left) no spread is seen, so such a day ends no interval.
        """
        if not 0.0 < share < 1.0:
            msg = f"a share strictly between 0 and 1 is needed, not {share}"
            raise ValueError(msg)
        day = low = high = None
        for point in self.points:
            happened, least, most = self._happened(point)
            if low is None and most >= share - _ROUNDING:
                low = point.day
            if day is None and happened >= share - _ROUNDING:
                day = point.day
            if high is None and least >= share - _ROUNDING:
                high = point.day
                break  # the least of a point is below its value, which is below its most: both are found
        return TimeEstimate(day, low, high)

    def _happened(self, point: CurvePoint) -> tuple[float, float, float]:
        """Share that has had the event: the estimate, its least and its most."""
        bounds = self.bounds(point)
        if bounds is None:
            happened = point.value if self.rising else 1 - point.value
            return happened, 0.0, happened
        if self.rising:
            return point.value, bounds.low, bounds.high
        return 1 - point.value, 1 - bounds.high, 1 - bounds.low


def day_table(days: Sequence[int], causes: Sequence[int]) -> list[DayCount]:
    """Count records into a table of days.

    Args:
        days: Days from the start to the end or, where there is none, to the as-of date.
        causes: 0 still open (censored), 1 won, 2 lost; as long as ``days``.

    >>> day_table([5, 3, 5], [1, 0, 2])
    [(3, 0, 0, 1), (5, 1, 1, 0)]
    """
    counts = Counter(zip(days, causes, strict=True))
    return [
        (day, counts[day, WON], counts[day, LOST], counts[day, CENSORED]) for day in sorted({day for day, _ in counts})
    ]


def cumulative_incidence(table: Iterable[DayCount], cause: Literal[1, 2] = WON, level: float = 0.95) -> Curve:
    """Share of all records that has been won (or lost) by each day, the other end being a competing risk.

    Aalen–Johansen: F(t) = Σ S(tᵢ−)·dᵢ/Yᵢ over the days up to t, with S the share not ended in any way, dᵢ the ends of
    the cause asked for and Yᵢ the records at risk. Unlike 1 − Kaplan–Meier with losses taken as censored, it does not
    claim that lost deals might still be won. The variance is the delta-method one (Marubini & Valsecchi 1995, 10.3).

    Args:
        table: ``(day, won, lost, censored)`` rows in any order; a day may occur more than once.
        cause: ``WON`` or ``LOST``.
        level: Confidence level of the bounds.

    Raises:
        ValueError: On a negative day or count, or an unknown cause.

    Two of four deals won, one lost, and one open that has been seen for two days only:

    >>> curve = cumulative_incidence([(1, 1, 0, 0), (2, 0, 0, 1), (3, 1, 1, 0)])
    >>> [(point.day, point.value) for point in curve.points]
    [(1, 0.25), (2, 0.25), (3, 0.625)]
    """
    if cause not in (WON, LOST):
        msg = f"no such cause: {cause}"
        raise ValueError(msg)
    rows, n = _sorted_rows(table)
    survival, incidence, at_risk = 1.0, 0.0, n
    sums = _VarianceSums()
    points: list[CurvePoint] = []
    for day, won, lost, censored in rows:
        events, ended = (won, lost)[cause - 1], won + lost
        incidence += survival * events / at_risk
        sums.add(incidence, survival, events, ended, at_risk)
        points.append(CurvePoint(day, incidence, sums.variance(incidence), at_risk, events))
        survival *= 1 - ended / at_risk
        at_risk -= ended + censored
    return Curve(tuple(points), n, level, rising=True, resolved=bool(points) and survival == 0.0)


class _VarianceSums:
    """Running sums that the delta-method variance of an incidence needs, so that each day costs the same."""

    __slots__ = ("cross", "cross_value", "own", "spread", "spread_value", "spread_value2")

    def __init__(self) -> None:
        self.spread = self.spread_value = self.spread_value2 = self.own = self.cross = self.cross_value = 0.0

    def add(self, value: float, survival: float, events: int, ended: int, at_risk: int) -> None:
        # Where everybody left ends on one day the first term is 0 · ∞: the curve does not move after it.
        spread = ended / (at_risk * (at_risk - ended)) if ended < at_risk else 0.0
        self.spread += spread
        self.spread_value += value * spread
        self.spread_value2 += value * value * spread
        self.own += survival**2 * (at_risk - events) * events / at_risk**3
        cross = survival * events / at_risk**2
        self.cross += cross
        self.cross_value += value * cross

    def variance(self, value: float) -> float:
        """Σ(F − Fᵢ)²·dᵢ/(Yᵢ(Yᵢ − dᵢ)) + Σ S²·(Yᵢ − eᵢ)·eᵢ/Yᵢ³ − 2·Σ(F − Fᵢ)·S·eᵢ/Yᵢ², multiplied out."""
        ends = value * value * self.spread - 2 * value * self.spread_value + self.spread_value2
        return max(0.0, ends + self.own - 2 * (value * self.cross - self.cross_value))


def kaplan_meier(table: Iterable[DayCount], level: float = 0.95) -> Curve:
    """Share of records that has not ended by each day, won and lost alike: for "closed at all" or for one kind of end.

    S(t) = Π(1 − dᵢ/Yᵢ), with Greenwood's variance S²·Σ dᵢ/(Yᵢ(Yᵢ − dᵢ)).

    Args:
        table: ``(day, won, lost, censored)`` rows in any order; a day may occur more than once.
        level: Confidence level of the bounds.

    Raises:
        ValueError: On a negative day or count.

    >>> curve = kaplan_meier([(1, 1, 0, 0), (2, 0, 0, 1), (3, 1, 0, 0), (4, 0, 0, 1)])
    >>> [(point.day, point.value) for point in curve.points], curve.quantile().day
    ([(1, 0.75), (2, 0.75), (3, 0.375), (4, 0.375)], 3)
    """
    rows, n = _sorted_rows(table)
    survival, spread, at_risk = 1.0, 0.0, n
    points: list[CurvePoint] = []
    for day, won, lost, censored in rows:
        ended = won + lost
        survival *= 1 - ended / at_risk
        if ended < at_risk:
            spread += ended / (at_risk * (at_risk - ended))
        points.append(CurvePoint(day, survival, survival**2 * spread, at_risk, ended))
        at_risk -= ended + censored
    return Curve(tuple(points), n, level, rising=False, resolved=bool(points) and survival == 0.0)


def _sorted_rows(table: Iterable[DayCount]) -> tuple[list[DayCount], int]:
    """The rows by day, one per day and none empty, and how many records they hold."""
    totals: dict[int, tuple[int, int, int]] = {}
    for day, won, lost, censored in table:
        if day < 0 or won < 0 or lost < 0 or censored < 0:
            msg = f"days and counts are not negative: {(day, won, lost, censored)}"
            raise ValueError(msg)
        before = totals.get(day, (0, 0, 0))
        totals[day] = (before[0] + won, before[1] + lost, before[2] + censored)
    rows = [(day, *counts) for day, counts in sorted(totals.items()) if any(counts)]
    return rows, sum(won + lost + censored for _, won, lost, censored in rows)
