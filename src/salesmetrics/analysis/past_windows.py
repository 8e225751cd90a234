"""What past windows like a period say of it: wins, creation, spread. Own file: it estimates, `outlook` draws from that.

How many more deals are won in such windows than the ages of deals explain, how many are created, and how much totals vary.
"""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from salesmetrics.calendar.steps import month_after, months_after
from salesmetrics.statistics.hazards import Hazards, chances, hazards, smooth_tail
from salesmetrics.statistics.loglinear import LogLinear, fit_log_linear
from salesmetrics.statistics.survival import CENSORED as OPEN
from salesmetrics.statistics.survival import WON

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "SHOCK_ASSUMED",
    "SHOCK_FLOOR",
    "Counts",
    "Creation",
    "Group",
    "History",
    "Shock",
    "Span",
    "Windows",
    "counts_of",
    "creation_of",
    "groups_of",
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
_NEVER: Final = 1 << 40
_LONG_AGO: Final = 7_305
"""Deals are as old as this at most, in days: what is older ends no more often."""
_LATELY: Final = 365
_OWN_CURVE: Final = 30
"""Decided deals from which a type of deal has chances of its own."""
_MOST_KINDS, _COUNTED_KINDS = 12, 60
"""Types that have chances of their own at most, and those that are counted: on each day the most frequent are chosen."""
_TAIL: Final = 20
"""Ages at which fewer deals were seen share one hazard."""
_TAIL_DAYS: Final = 60.0
_LEAD: Final = 28
"""Days of history before the first window, so that deals are open in it."""
_LEAST_LEFT: Final = 0.3
"""Share of the residuals of past windows that effects leave at the least."""
_HALF_LIFE: Final = 18.0
"""Months after which what was seen counts half."""
_SEASONS: Final = 24
"""Months of history from which months of the year have effects of their own."""
_SIZES: Final = {"level": 1.0, "wins": 0.5, "trend": 0.4, "month": 0.3, "phase": 0.6}
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


class Counts(msgspec.Struct, frozen=True, eq=False):
    """All that is counted of deals, on all days on which something is asked: one pass over them, however many days.

    Attributes:
        first: The first day on which one was created.
        since: First day on which ends were recorded.
        created: int64[n].
        ended: int64[n]: a day that never comes where the deal is open.
        won: bool[n].
        amount: float64[n].
        code: int64[n]: 0, or the number of a type of deal that is frequent enough.
        made: int64[codes, days]: deals created on each day from the first on.
        gone: By day: int64[codes, days]: how many of these had ended by then.
        wins: By day: int64[codes]: how many deals had been won by then.
        ends: By as-of day: int64[2, codes, ages]: how many had been won by then at each age, and how many had ended otherwise.
    """

    first: int
    since: int
    created: Whole
    ended: Whole
    won: NDArray[np.bool_]
    amount: Floats
    code: Whole
    made: Whole
    gone: dict[int, Whole]
    wins: dict[int, Whole]
    ends: dict[int, Whole]


def counts_of(history: History, spans: Sequence[Span]) -> Counts | None:
    """Count deals for the windows before some spans; ``None`` where no deal was created by the last as-of day."""
    last = max(span.as_of for span in spans)
    seen = history.created <= last
    if history.since is not None:
        seen &= (history.ended >= history.since) | (history.cause == OPEN)
    if not seen.any():
        return None
    created = np.maximum(history.created[seen], last - _LONG_AGO).astype(np.int64)
    cause = history.cause[seen]
    ended = np.where(cause == OPEN, _NEVER, np.maximum(history.ended[seen], created))
    won = cause == WON
    code = _codes(None if history.kind is None else history.kind[seen], cause != OPEN)
    first = int(created.min())
    since = first if history.since is None else max(history.since, first)

    known = sorted({span.as_of for span in spans})
    windows = [window for span in spans for _, window in past_spans(span, first, since)]
    days, codes = last - first + 1, int(code.max()) + 1
    edges = sorted({*known, *(window.as_of for window in windows)})
    width = len(edges) + 1
    cell = (code * days + created - first) * width + np.searchsorted(edges, ended)
    gone = np.bincount(cell, minlength=codes * days * width).reshape(codes, days, width)
    made = gone.sum(axis=2)
    gone = gone.cumsum(axis=2)

    decided = ended <= last
    age = (ended - created)[decided]
    oldest, width = int(age.max(initial=0)) + 1, len(known)
    by = (~won[decided]) * codes + code[decided]
    cell = (by * oldest + age) * width + np.searchsorted(known, ended[decided])
    ends = np.bincount(cell, minlength=2 * codes * oldest * width).reshape(2, codes, oldest, width).cumsum(axis=3)

    marks = sorted({mark for window in windows for mark in (window.start - 1, window.end - 1)})
    width = len(marks) + 1
    cell = code[won] * width + np.searchsorted(marks, ended[won])
    wins = np.bincount(cell, minlength=codes * width).reshape(codes, width).cumsum(axis=1)
    return Counts(
        first,
        since,
        created,
        ended,
        won,
        history.amount[seen],
        code,
        made,
        {day: gone[:, :, i] for i, day in enumerate(edges)},
        {day: wins[:, i] for i, day in enumerate(marks)},
        {day: ends[:, :, :, i] for i, day in enumerate(known)},
    )


def _codes(kind: NDArray[Any] | None, decided: NDArray[np.bool_]) -> Whole:
    """Numbers from 1 on for the most frequent types with enough decided deals, 0 for the others."""
    if kind is None:
        return np.zeros(decided.size, np.int64)
    kinds, place = np.unique(kind, return_inverse=True)
    often = np.bincount(place[decided], minlength=kinds.size)
    frequent = np.argsort(-often, kind="stable")[:_COUNTED_KINDS]
    frequent = np.sort(frequent[often[frequent] >= _OWN_CURVE])
    numbers = np.zeros(kinds.size, np.int64)
    numbers[frequent] = np.arange(1, frequent.size + 1)
    return numbers[place]


class Group(msgspec.Struct, frozen=True, eq=False):
    """Deals that share their hazards.

    Attributes:
        codes: Which types, as numbers.
        hazards: Theirs.
        share: Their share of the deals created in the last year.
    """

    codes: tuple[int, ...]
    hazards: Hazards
    share: float


def groups_of(counts: Counts, as_of: int) -> list[Group]:
    """A group per type of deal with enough decided deals by a day; the others share the hazards of all."""
    won, lost = counts.ends[as_of]
    days = as_of - counts.first + 1
    still = (counts.made - counts.gone[as_of])[:, :days][:, ::-1]
    # Seen from the first day on which ends are recorded; what was created later, from the beginning.
    before = min(max(counts.since - counts.first, 0), days)
    lately = counts.made[:, max(days - _LATELY, 0) : days].sum(axis=1)
    lately = lately if lately.any() else counts.made[:, :days].sum(axis=1)
    decided = (won + lost).sum(axis=1)
    decided[0] = 0
    enough = np.zeros(decided.size, bool)
    enough[np.argsort(-decided, kind="stable")[:_MOST_KINDS]] = True
    enough &= decided >= _OWN_CURVE
    ages = max(days, won.shape[1])

    def curve(codes: tuple[int, ...]) -> Hazards:
        of = list(codes)
        come = np.zeros(ages, np.int64)
        come[1 : before + 1] = counts.made[of, :before].sum(axis=0)[::-1]
        wins, losses, open_ = (_padded(part[of].sum(axis=0), ages) for part in (won, lost, still))
        return smooth_tail(hazards(wins, losses, open_, come), _TAIL, _TAIL_DAYS)

    every = tuple(range(len(enough)))
    others = tuple(code for code in every if not enough[code])
    own = [((code,), (code,)) for code in every if enough[code]]
    return [
        Group(members, curve(learned), float(lately[list(members)].sum() / lately.sum()))
        for members, learned in [*own, (others, every)]
        if counts.made[list(members), :days].any()
    ]


def _padded(part: Whole, size: int) -> Whole:
    return np.concatenate([part, np.zeros(size - part.size, part.dtype)])


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


def past_spans(span: Span, first: int, since: int) -> list[tuple[int, Span]]:
    """Spans that lie some months before one, the latest first, with the months; only long ones share days.

    Args:
        span: The one asked for.
        first: The first day on which a deal was created.
        since: The first day on which ends are recorded.
    """
    step = _step(span)
    found: list[tuple[int, Span]] = []
    for months in range(step, 2 * _WINDOWS * step, step):
        earlier = span.before(months)
        if earlier.as_of < max(first + _LEAD, since - 1) or len(found) == _WINDOWS:
            break
        if earlier.end - 1 <= span.as_of and earlier.end > earlier.start:
            found.append((months, earlier))
    return found


def _step(span: Span) -> int:
    return 1 if span.horizon <= 31 else 3 if span.horizon <= 92 else 6 if span.horizon <= 184 else 12


def windows_of(counts: Counts, groups: Sequence[Group], span: Span) -> Windows:
    """What happened in the spans before one, and what ages explain of it."""
    back = past_spans(span, counts.first, counts.since)
    numbers = np.array([months for months, _ in back], np.int64)
    design, sizes, following = _season(numbers, _step(span))
    won, of_open, variance, of_created = np.zeros((4, len(back)))
    new = [np.zeros(window.horizon) for _, window in back]
    for group in groups:
        members = list(group.codes)
        made = counts.made[members].sum(axis=0)
        tables = {
            (horizon, skip): chances(group.hazards, horizon, skip)
            for horizon, skip in sorted({(window.horizon, window.skip) for _, window in back})
        }
        for i, (_, window) in enumerate(back):
            table = tables[window.horizon, window.skip]
            of_new = table.of_new[0, ::-1]
            known, seen = window.as_of + 1 - counts.first, window.end - counts.first
            still = made[:known] - counts.gone[window.as_of][members, :known].sum(axis=0)
            chance = table.of_age[0, np.minimum(np.arange(known)[::-1], table.of_age.shape[1] - 1)]
            of_open[i] += (still * chance).sum()
            variance[i] += (still * chance * (1.0 - chance)).sum()
            of_created[i] += (made[known:seen] * of_new).sum()
            new[i] += of_new * group.share
            won[i] += (counts.wins[window.end - 1] - counts.wins[window.start - 1])[members].sum()
    weight = 0.5 ** (numbers / _HALF_LIFE)
    spans = tuple(window for _, window in back)
    return Windows(won, of_open, variance, of_created, tuple(new), spans, _step(span), weight, design, sizes, following)


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


def creation_of(counts: Counts, as_of: int, end: int, overdispersion: float) -> Creation:
    """Rate of creation by month of history, with level, trend and season.

    Args:
        counts: Deals; those created before the first day on which ends were recorded are not all there.
        as_of: The last day that is known.
        end: First day that no rate is wanted of.
        overdispersion: Standard deviation of what the deals of a month share, on the log scale.
    """
    first = min(counts.since, as_of)
    made = counts.made[:, first - counts.first : as_of + 1 - counts.first].sum(axis=0)
    edges = [first]
    month = month_after(date.fromordinal(first + _EPOCH))
    while month.toordinal() - _EPOCH <= as_of:
        edges.append(month.toordinal() - _EPOCH)
        month = month_after(month)
    starts = np.array(edges, np.int64)
    lengths = np.diff(np.append(starts, as_of + 1)).astype(np.float64)
    number = np.add.reduceat(made, starts - first).astype(float)
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
    rate = max(float((weights * number).sum() / (weights * lengths).sum()), 1e-9)
    known = design(middle, _month_of(starts))
    fitted = fit_log_linear(number, lengths * rate, known, sizes, weights, overdispersion**2)
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
