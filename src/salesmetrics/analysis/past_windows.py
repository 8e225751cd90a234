"""What past windows like a period say of it: wins, creation, spread. Own file: it estimates, `outlook` draws from that.

How many more deals are won in such windows than the ages of deals explain, how many are created, and how much totals vary.
"""

from __future__ import annotations

import math
from datetime import date
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from salesmetrics.calendar.steps import month_after, months_after
from salesmetrics.statistics.hazards import Hazards, chances
from salesmetrics.statistics.loglinear import LogLinear, fit_log_linear
from salesmetrics.statistics.survival import CENSORED as OPEN
from salesmetrics.statistics.survival import WON

__all__ = [
    "SHOCK_ASSUMED",
    "SHOCK_FLOOR",
    "Creation",
    "Group",
    "History",
    "Shock",
    "Span",
    "Windows",
    "creation_of",
    "known_on",
    "shock_of",
    "windows_of",
    "wins_of",
]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

SHOCK_FLOOR: Final = 0.05
"""Smallest standard deviation of the shared shock, on the log scale: no firm's quarters are alike."""
SHOCK_ASSUMED: Final = 0.2
_SHOCK_UNSURE: Final = 0.7
_SHOCK_MOST: Final = 1.2
"""What is assumed of the shock before any window is seen: log-normal around this, so unsure, and never more."""
_EPOCH: Final = date(1970, 1, 1).toordinal()
_WINDOWS: Final = 48
_LEAD: Final = 28
"""Days of history before the first window, so that deals are open in it."""
_LEAST_LEFT: Final = 0.3
"""Share of the residuals of past windows that effects leave at the least."""
_HALF_LIFE: Final = 18.0
"""Months after which what was seen counts half."""
_SEASONS: Final = 24
"""Months of history from which months of the year have effects of their own."""
_SIZES: Final = {"level": 1.0, "wins": 0.5, "trend": 0.4, "month": 0.3, "phase": 0.4}
"""Standard deviations of effects on the log scale before any count is seen."""


class History(msgspec.Struct, frozen=True, eq=False):
    """Deals as they are known at the end of a day: one entry per deal; days are integers (days since 1970-01-01).

    Attributes:
        created: int64.
        ended: int64; -1 where open.
        cause: int8: 0 open, 1 won, 2 lost or closed without a decision.
        amount: float64; nan where unknown.
        stage: Codes of the stage of an open deal, and of the last open stage of a closed one; -1 where unknown. None without
            a stage history.
        kind: Codes of the type of the deal, -1 where unknown; None without types.
        since: First day on which an end is recorded; None where the history holds every deal. Many exports hold deals that
            closed from some day on: a deal created before it is seen only because it was still open then, so it is at
            risk from that day on (delayed entry), windows before it had no wins because nobody recorded them, and of the
            deals created before it those are missing that had ended.
    """

    created: NDArray[Any]
    ended: NDArray[Any]
    cause: NDArray[Any]
    amount: Floats
    stage: NDArray[Any] | None = None
    kind: NDArray[Any] | None = None
    since: int | None = None


def known_on(history: History, day: int) -> History:
    """What was known on a past day: deals created up to it, and what ended after it open again.

    Stages and types are those of today.

    >>> days = np.array([0, 5, 9])
    >>> past = known_on(History(days, days + 5, np.array([1, 2, 1]), np.ones(3)), 7)
    >>> past.created.tolist(), past.ended.tolist(), past.cause.tolist()
    ([0, 5], [5, -1], [1, 0])
    """
    kept = history.created <= day
    ended, cause = history.ended[kept], history.cause[kept]
    later = (ended > day) | (cause == OPEN)
    return History(
        history.created[kept],
        np.where(later, -1, ended),
        np.where(later, OPEN, cause),
        history.amount[kept],
        None if history.stage is None else history.stage[kept],
        None if history.kind is None else history.kind[kept],
        history.since,
    )


class Span(msgspec.Struct, frozen=True):
    """The last day known, the first day that counts and the first that no longer does."""

    as_of: int
    start: int
    end: int

    @property
    def horizon(self) -> int:
        """Days from the as-of day to the last one that counts."""
        return self.end - 1 - self.as_of

    @property
    def skip(self) -> int:
        """Days after the as-of day that do not count."""
        return self.start - 1 - self.as_of

    def before(self, months: int) -> Span:
        """The same so many months before."""
        return Span(
            _months_before(self.as_of + 1, months) - 1,
            _months_before(self.start, months),
            _months_before(self.end, months),
        )


class Group(msgspec.Struct, frozen=True, eq=False):
    """Deals that share their hazards: which, and their share of the deals created lately."""

    member: NDArray[np.bool_]
    hazards: Hazards
    share: float


class Windows(msgspec.Struct, frozen=True, eq=False):
    """Past windows like the one asked for, the latest first, and how each differs from it.

    Attributes:
        won: float64[k]: won in the window.
        of_open: float64[k]: expected of the deals open before it.
        variance: float64[k]: of those wins, if they are independent.
        of_created: float64[k]: expected of the deals that were created in it.
        of_new: Chance of a deal that is created in the window, by its days after the as-of day; one array per window.
        spans: They.
        step: Months from one to the next.
        weight: float64[k].
        design: float64[k, p].
        sizes: float64[p].
        next: float64[p], of the one asked for.
    """

    won: Floats
    of_open: Floats
    variance: Floats
    of_created: Floats
    of_new: tuple[Floats, ...]
    spans: tuple[Span, ...]
    step: int
    weight: Floats
    design: Floats
    sizes: Floats
    next: Floats

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.won.size)

    def by_rate(self, creation: Creation) -> Floats:
        """Expected of the deals that would be created in each by the rate of creation."""
        return np.array(
            [
                (creation.between(span.as_of + 1, span.end) * chance).sum()
                for span, chance in zip(self.spans, self.of_new, strict=True)
            ]
        )


def windows_of(past: History, groups: list[Group], span: Span) -> Windows:
    """Windows that lie within the history, none of which has a day of another one unless the one asked for is long."""
    step = 1 if span.horizon <= 31 else 3 if span.horizon <= 92 else 6 if span.horizon <= 184 else 12
    first = int(past.created.min())
    back: list[tuple[int, Span]] = []
    for months in range(step, _WINDOWS * step, step):
        earlier = span.before(months)
        if earlier.as_of < max(first + _LEAD, (past.since or first) - 1) or len(back) == _WINDOWS:
            break
        if earlier.end - 1 <= span.as_of and earlier.end > earlier.start:
            back.append((months, earlier))
    numbers = np.array([months for months, _ in back], np.int64)
    design, sizes, following = _season(numbers, step)
    won, of_open, variance, of_created = np.zeros((4, len(back)))
    new = [np.zeros(window.horizon) for _, window in back]
    for group in groups if back else []:
        tally = _tally(past, group, first, span.as_of, [window for _, window in back])
        tables = {
            (horizon, skip): chances(group.hazards, horizon, skip)
            for horizon, skip in sorted({(window.horizon, window.skip) for _, window in back})
        }
        for i, (_, window) in enumerate(back):
            table = tables[window.horizon, window.skip]
            of_new = table.of_new[0, ::-1]
            known, seen = window.as_of + 1 - first, window.end - first
            still = tally.made[:known] - tally.ended[window.as_of][:known]
            chance = table.of_age[0, np.minimum(np.arange(known)[::-1], table.of_age.shape[1] - 1)]
            of_open[i] += (still * chance).sum()
            variance[i] += (still * chance * (1.0 - chance)).sum()
            of_created[i] += (tally.made[known:seen] * of_new).sum()
            new[i] += of_new * group.share
            won[i] += tally.won[window.end - 1] - tally.won[window.start - 1]
    weight = 0.5 ** (numbers / _HALF_LIFE)
    spans = tuple(window for _, window in back)
    return Windows(won, of_open, variance, of_created, tuple(new), spans, step, weight, design, sizes, following)


class _Tally(msgspec.Struct, frozen=True, eq=False):
    """Counts of the deals of a group.

    Attributes:
        made: int64[days]: created on each day from the first on.
        ended: By day: int64[days], how many of those created on each day had ended by then.
        won: By day: how many had been won by then.
    """

    made: Whole
    ended: dict[int, Whole]
    won: dict[int, int]


def _tally(past: History, group: Group, first: int, as_of: int, windows: list[Span]) -> _Tally:
    known = sorted({window.as_of for window in windows})
    day = past.created[group.member] - first
    ended = np.where(past.cause == OPEN, as_of + 1, past.ended)[group.member]
    days, width = as_of - first + 1, len(known) + 1
    cells = np.bincount(day * width + np.searchsorted(known, ended), minlength=days * width).reshape(days, width)
    by = cells.cumsum(axis=1)
    wins = np.sort(ended[past.cause[group.member] == WON])
    edges = sorted({edge for window in windows for edge in (window.start - 1, window.end - 1)})
    won = np.searchsorted(wins, edges, side="right")
    return _Tally(
        cells.sum(axis=1),
        {at: by[:, i] for i, at in enumerate(known)},
        {at: int(number) for at, number in zip(edges, won, strict=True)},
    )


def _season(numbers: Whole, step: int) -> tuple[Floats, Floats, Floats]:
    """Effects of windows that lie so many months back: level, place in the quarter, place in the year."""
    columns, sizes, following = [np.ones(numbers.size)], [_SIZES["wins"]], [1.0]
    if step == 1 and numbers.size >= 6:
        columns += [(numbers % 3 == phase).astype(float) for phase in range(3)]
        sizes += [_SIZES["phase"]] * 3
        following += [1.0, 0.0, 0.0]
    if numbers.size and numbers[-1] >= _SEASONS - step and step < 12:
        columns += [(numbers % 12 == month).astype(float) for month in range(0, 12, step)]
        sizes += [_SIZES["month"]] * (12 // step)
        following += [1.0] + [0.0] * (12 // step - 1)
    return np.stack(columns, axis=1), np.array(sizes), np.array(following)


def wins_of(windows: Windows, shock: float) -> LogLinear:
    """How many times as many deals are won in a window as ages explain."""
    expected = np.maximum(windows.of_open + windows.of_created, 1e-9)
    return fit_log_linear(windows.won, expected, windows.design, windows.sizes, windows.weight, shock * shock)


class Creation(msgspec.Struct, frozen=True, eq=False):
    """Deals created per day, from the first day on which all are recorded to the last one asked for.

    Attributes:
        first: That first day.
        daily: float64[days].
        unsure: Variance of the logarithm of the rate in the days after the as-of day.
        spent: Effective number of effects that the rates were made of.
    """

    first: int
    daily: Floats
    unsure: float
    spent: float

    def between(self, start: int, end: int) -> Floats:
        """The rates from a day to another, the latter not included."""
        return self.daily[start - self.first : end - self.first]


def creation_of(made: Whole, as_of: int, end: int, overdispersion: float) -> Creation:
    """Rate of creation by month of history, with level, trend and season.

    Args:
        made: int64[days], one at least: deals created on each day up to the as-of day.
        as_of: That day.
        end: First day that no rate is wanted of.
        overdispersion: Standard deviation of what the deals of a month share, on the log scale.
    """
    first = as_of + 1 - made.size
    edges = [first]
    month = month_after(date.fromordinal(first + _EPOCH))
    while month.toordinal() - _EPOCH <= as_of:
        edges.append(month.toordinal() - _EPOCH)
        month = month_after(month)
    starts = np.array(edges, np.int64)
    lengths = np.diff(np.append(starts, as_of + 1)).astype(np.float64)
    counts = np.add.reduceat(made, starts - first).astype(float)
    middle = starts + lengths / 2
    seasons = starts.size > _SEASONS
    every = np.arange(first, end)

    def design(days: Floats, months: Whole) -> Floats:
        columns = [np.ones(days.size), (days - as_of) / 365.25]
        if seasons:
            columns += [(months == number).astype(float) for number in range(12)]
        return np.stack(columns, axis=1)

    sizes = np.array([_SIZES["level"], _SIZES["trend"], *([_SIZES["month"]] * 12 if seasons else [])])
    weights = 0.5 ** ((as_of - middle) / 30.44 / _HALF_LIFE)
    rate = max(float((weights * counts).sum() / (weights * lengths).sum()), 1e-9)
    known = design(middle, _month_of(starts))
    fitted = fit_log_linear(counts, lengths * rate, known, sizes, weights, overdispersion**2)
    logs = fitted.at(design(every.astype(float), _month_of(every)))
    ahead = every[every > as_of]
    whole = design(ahead.astype(float), _month_of(ahead)).mean(axis=0)
    return Creation(first, rate * np.exp(logs), fitted.variance(whole), fitted.spent)


def _month_of(days: Whole) -> Whole:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12


class Shock(msgspec.Struct, frozen=True, eq=False):
    """How probable each standard deviation of the shock is after the past windows: float64 each, of one length."""

    sizes: Floats
    chances: Floats

    @property
    def size(self) -> float:
        """Root of the mean variance."""
        return math.sqrt(float((np.square(self.sizes) * self.chances).sum()))


def shock_of(windows: Windows, season: LogLinear, creation: Creation) -> Shock:
    """How much past totals vary beyond chance, relative to what the model says of those days.

    Twice the root of a count has variance c/m + σ²·m (c: variance of the count if deals are independent, m: its mean, σ:
    the shock), nearly normal also where counts are small.
    """
    sizes = np.linspace(SHOCK_FLOOR, _SHOCK_MOST, 40)
    logs = -np.square(np.log(sizes / SHOCK_ASSUMED) / _SHOCK_UNSURE) / 2 - np.log(sizes)
    of_rate = windows.by_rate(creation)
    told = windows.of_open + of_rate > 0.0
    if told.any():
        times = np.exp(season.at(windows.design[told]))
        mean = times * (windows.of_open + of_rate)[told]
        chance = times * (windows.variance + of_rate)[told] / mean
        # What effects have taken up is missing from the residuals.
        spent = season.spent + creation.spent * float(of_rate.sum() / (windows.of_open + of_rate).sum())
        lost = 1.0 / max(1.0 - spent / float(told.sum()), _LEAST_LEFT)
        apart = 4 * np.square(np.sqrt(windows.won[told] + 0.375) - np.sqrt(mean + 0.375)) * lost
        spread = chance[None, :] + np.square(sizes)[:, None] * mean[None, :]
        logs = logs - ((apart[None, :] / spread + np.log(spread)) / 2).sum(axis=1) / lost
    weights = np.exp(logs - logs.max())
    return Shock(sizes, weights / weights.sum())


def _months_before(day: int, number: int) -> int:
    """The same day so many months before, or the last one of a month that lacks it."""
    at = date.fromordinal(day + _EPOCH)
    first = months_after(at, -number)
    return first.toordinal() - _EPOCH + min(at.day, (month_after(first) - first).days) - 1
