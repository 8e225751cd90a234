"""What open deals and deals not yet created will close won by a day: chances, and a simulation with a shared shock.

Own file: the engine of the method ``time_to_event`` of a forecast, on arrays alone. Past windows of the same length, a
whole number of months before the one asked for, say three things: how many more deals are won than the ages of deals
explain (season, quarter ends, drift), how many are created, and how much the totals vary beyond chance. The last is a
shock that all deals of a window share; without it a range is too narrow, because deals do not win independently.
"""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from salesmetrics.calendar.steps import month_after, months_after
from salesmetrics.statistics.hazards import Hazards, chances, hazards, smooth_tail
from salesmetrics.statistics.loglinear import LogLinear, fit_log_linear

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LOST", "OPEN", "SHOCK_FLOOR", "WON", "Draws", "History", "Note", "known_on", "outlook"]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

Note = Literal["no_deals", "no_wins", "no_amounts", "few_windows"]

OPEN: Final = 0
WON: Final = 1
LOST: Final = 2

SHOCK_FLOOR: Final = 0.05
"""Smallest standard deviation of the shared shock, on the log scale: no firm's quarters are alike."""

_EPOCH: Final = date(1970, 1, 1).toordinal()
_OWN_CURVE: Final = 30
"""Decided deals from which a type of deal has chances of its own."""
_TAIL: Final = 20
"""Ages at which fewer deals were seen share one hazard."""
_TAIL_DAYS: Final = 60.0
_WINDOWS: Final = 48
_FEW_WINDOWS: Final = 4
_LEAST_LEFT: Final = 0.3
"""Share of the residuals of past windows that effects leave at the least."""
_ROUNDS: Final = 2
"""How often effects and the shock, each of which depends on the other, are estimated."""
_LEAD: Final = 28
"""Days of history before the first window, so that deals are open in it."""
_HALF_LIFE: Final = 18.0
"""Months after which what was seen counts half."""
_SEASONS: Final = 24
"""Months of history from which months of the year have effects of their own."""
_SHOCK: Final = 0.2
_SHOCK_UNSURE: Final = 0.7
_SHOCK_MOST: Final = 1.2
"""What is assumed of the shock before any window is seen: log-normal around this, so unsure, and never more."""
_SIZES: Final = {"level": 1.0, "wins": 0.5, "trend": 0.4, "month": 0.3, "phase": 0.4}
"""Standard deviations of effects on the log scale before any count is seen."""
_GROUPS: Final = 100
"""Draws are put in so many groups of like multipliers, which share their chances."""
_SINGLY: Final = 2_000
_LARGEST: Final = 100
_SUMMED: Final = 300.0
"""Wins expected from new deals above which their sum is drawn at once."""


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
            risk from that day on (delayed entry), and windows before it had no wins because nobody recorded them. Not
            looked at yet: on such an export chances are too low and the shock too large.
    """

    created: NDArray[Any]
    ended: NDArray[Any]
    cause: NDArray[Any]
    amount: Floats
    stage: NDArray[Any] | None = None
    kind: NDArray[Any] | None = None
    since: int | None = None


class Draws(msgspec.Struct, frozen=True, eq=False):
    """Value that closes won from ``start`` to ``end``, of deals open on the as-of day and of deals not yet created.

    Attributes:
        open: float64, a number per draw; a deal without an amount has that of a won deal of the history in each draw.
        new: The same of deals created after the as-of day.
        total: Their sum.
        chances: float64 per open deal, in the order of the history: P(won from ``start`` to ``end``).
        shock: Standard deviation of the shared shock on the log scale, at least its floor; 0 where deals share none.
        notes: Codes of what has to be said.
        floor: The least that the shock may be.
        expected_new: How many deals not yet created are expected to be won.
        windows: Past windows that the shock was estimated from.
    """

    open: Floats
    new: Floats
    total: Floats
    chances: Floats
    shock: float
    notes: tuple[Note, ...] = ()
    floor: float = SHOCK_FLOOR
    expected_new: float = 0.0
    windows: int = 0


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
    )


def outlook(history: History, as_of: int, start: int, end: int, *, draws: int, seed: int, shock: bool = True) -> Draws:
    """Simulate what closes won in a period.

    Chances are P(won in the period | open today at this age) by Aalen-Johansen, for each type of deal with 30 decided
    deals or more; the hazard of winning is multiplied by what past windows like this one say, by the uncertainty of that,
    and by the shared shock. Deals not yet created: their rate with trend and, from two years of history on, season, times
    the incidence in the days that are left. Open deals have their own amounts, new ones and those of unknown amount those
    of deals won in the last two years.

    Args:
        history: Deals as known at the end of the as-of day; what happened after it is not looked at.
        as_of: That day.
        start: First day that counts: the day after the as-of day within a period, or the first day of one to come. What
            is won between the as-of day and it is not counted.
        end: First day that no longer counts (half-open, as every period). Nothing is won where it is not after the start.
        draws: How many, above 0.
        seed: Of the generator, PCG64. The same deals in another order give the same draws.
        shock: Whether deals share a shock; without it they win independently, which no firm's deals do.
    """
    past = known_on(history, as_of)
    span = _Span(as_of, max(start, as_of + 1), end)
    given = np.flatnonzero(past.cause == OPEN)
    still = _in_order(past, given)
    if past.created.size == 0 or span.end <= span.start:
        nothing = np.zeros(draws)
        notes: tuple[Note, ...] = () if past.created.size else ("no_deals",)
        return Draws(nothing, nothing, nothing, np.zeros(still.size), 0.0, notes)
    generator = np.random.Generator(np.random.PCG64(seed))
    pool = _amounts(past, as_of)
    groups = _groups(past, as_of)
    made = np.bincount(past.created - int(past.created.min()), minlength=as_of + 1 - int(past.created.min()))
    windows = _windows(past, groups, span)
    spread = _Shock(np.array([_SHOCK]), np.ones(1))
    for _ in range(_ROUNDS):
        season = _wins(windows, spread.size)
        creation = _creation(made, as_of, end, spread.size * math.sqrt(windows.step))
        spread = _shock(windows, season, creation)
    level, unsure = float(season.at(windows.next[None, :])[0]), season.variance(windows.next)
    normal = generator.standard_normal((4, draws))
    wide = _drawn_sizes(spread, generator, draws) if shock else np.zeros(draws)
    logs = level + math.sqrt(unsure) * normal[0] + wide * normal[1] - np.square(wide) / 2
    # Draws of like multipliers share their chances.
    parts = np.array_split(np.argsort(logs, kind="stable"), min(_GROUPS, draws))
    multipliers = np.exp(np.array([logs[part].mean() for part in parts]))
    tables = [chances(group.hazards, span.horizon, span.skip, multipliers) for group in groups]

    # One column per group and age.
    table = np.concatenate([of.of_age for of in tables], axis=1)
    widths = np.array([of.of_age.shape[1] for of in tables])
    group_of = np.zeros(still.size, np.int64)
    for code, group in enumerate(groups):
        group_of[group.member[still]] = code
    column = (widths.cumsum() - widths)[group_of] + np.minimum(as_of - past.created[still], widths[group_of] - 1)
    of_open_deals = _open_values(table, column, past.amount[still], parts, pool, normal[2], generator)
    ahead = creation.between(as_of + 1, end)[::-1]
    mean = np.empty(draws)
    for i, part in enumerate(parts):
        mean[part] = sum(
            float((of.of_new[i] * ahead).sum()) * group.share for of, group in zip(tables, groups, strict=True)
        )
    mean *= np.exp(math.sqrt(creation.unsure) * normal[3] - creation.unsure / 2)
    of_new_deals = _new_values(mean, pool, normal[2], generator)
    sizes = np.array([part.size for part in parts])
    chance = np.empty(past.created.size)
    chance[still] = ((table * sizes[:, None]).sum(axis=0) / draws)[column]
    return Draws(
        of_open_deals,
        of_new_deals,
        of_open_deals + of_new_deals,
        chance[given],
        spread.size if shock else 0.0,
        tuple(_notes(past, pool, windows)),
        SHOCK_FLOOR,
        float(mean.mean()),
        windows.count,
    )


def _notes(past: History, pool: Floats, windows: _Windows) -> Iterator[Note]:
    if not bool((past.cause == WON).any()):
        yield "no_wins"
    elif pool.size == 0:
        yield "no_amounts"
    if windows.count < _FEW_WINDOWS:
        yield "few_windows"


class _Span(msgspec.Struct, frozen=True):
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

    def before(self, months: int) -> _Span:
        """The same so many months before."""
        return _Span(
            _months_before(self.as_of + 1, months) - 1,
            _months_before(self.start, months),
            _months_before(self.end, months),
        )


def _in_order(past: History, still: Whole) -> Whole:
    """Open deals in an order of their own: the other deals are counted, these are drawn one by one."""
    kind = np.zeros(still.size, np.int64) if past.kind is None else past.kind[still]
    return still[np.lexsort((past.amount[still], past.created[still], kind))]


class _Group(msgspec.Struct, frozen=True, eq=False):
    """Deals that share their hazards: which, and their share of the deals created lately."""

    member: NDArray[np.bool_]
    hazards: Hazards
    share: float


def _groups(past: History, as_of: int) -> list[_Group]:
    """A group per type of deal with enough decided deals; the others share the hazards of all."""
    decided = past.cause != OPEN
    every = np.ones(past.created.size, bool)
    days = np.maximum(np.where(decided, past.ended, as_of) - past.created, 0)
    lately = past.created > as_of - 365
    if not lately.any():
        lately = every
    kinds, codes = np.unique(past.kind, return_inverse=True) if past.kind is not None else (np.zeros(1), None)
    own: list[NDArray[np.bool_]] = []
    others = every
    if codes is not None:
        enough = np.bincount(codes[decided], minlength=kinds.size) >= _OWN_CURVE
        own = [codes == code for code in np.flatnonzero(enough)]
        others = ~enough[codes]
    found = []
    for member, chosen in [*((member, member) for member in own), (others, every)]:
        if not member.any():
            continue
        curve = smooth_tail(hazards(days[chosen], past.cause[chosen].astype(np.int64)), _TAIL, _TAIL_DAYS)
        found.append(_Group(member, curve, float((member & lately).sum() / lately.sum())))
    return found


def _amounts(past: History, as_of: int) -> Floats:
    """Amounts of deals won in the last two years, of all won ones where those are few; in order."""
    won = (past.cause == WON) & ~np.isnan(past.amount)
    lately = won & (past.ended > as_of - 730)
    return np.sort(past.amount[lately if int(lately.sum()) >= _OWN_CURVE else won])


class _Windows(msgspec.Struct, frozen=True, eq=False):
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
    spans: tuple[_Span, ...]
    step: int
    weight: Floats
    design: Floats
    sizes: Floats
    next: Floats

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.won.size)

    def by_rate(self, creation: _Creation) -> Floats:
        """Expected of the deals that would be created in each by the rate of creation."""
        return np.array(
            [
                (creation.between(span.as_of + 1, span.end) * chance).sum()
                for span, chance in zip(self.spans, self.of_new, strict=True)
            ]
        )


def _windows(past: History, groups: list[_Group], span: _Span) -> _Windows:
    """Windows that lie within the history, none of which has a day of another one unless the one asked for is long."""
    step = 1 if span.horizon <= 31 else 3 if span.horizon <= 92 else 6 if span.horizon <= 184 else 12
    first = int(past.created.min())
    back: list[tuple[int, _Span]] = []
    for months in range(step, _WINDOWS * step, step):
        earlier = span.before(months)
        if earlier.as_of < first + _LEAD or len(back) == _WINDOWS:
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
    return _Windows(won, of_open, variance, of_created, tuple(new), spans, step, weight, design, sizes, following)


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


def _tally(past: History, group: _Group, first: int, as_of: int, windows: list[_Span]) -> _Tally:
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


def _wins(windows: _Windows, shock: float) -> LogLinear:
    """How many times as many deals are won in a window as ages explain."""
    expected = np.maximum(windows.of_open + windows.of_created, 1e-9)
    return fit_log_linear(windows.won, expected, windows.design, windows.sizes, windows.weight, shock * shock)


class _Creation(msgspec.Struct, frozen=True, eq=False):
    """Deals created per day, from the first day of the history to the last one asked for.

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


def _creation(made: Whole, as_of: int, end: int, overdispersion: float) -> _Creation:
    """Rate of creation by month of history, with level, trend and season.

    Args:
        made: int64[days]: deals created on each day up to the as-of day.
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
    rate = counts.sum() / lengths.sum()
    weights = 0.5 ** ((as_of - middle) / 30.44 / _HALF_LIFE)
    known = design(middle, _month_of(starts))
    fitted = fit_log_linear(counts, lengths * rate, known, sizes, weights, overdispersion**2)
    logs = fitted.at(design(every.astype(float), _month_of(every)))
    ahead = every[every > as_of]
    whole = design(ahead.astype(float), _month_of(ahead)).mean(axis=0)
    return _Creation(first, rate * np.exp(logs), fitted.variance(whole), fitted.spent)


def _month_of(days: Whole) -> Whole:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12


class _Shock(msgspec.Struct, frozen=True, eq=False):
    """How probable each standard deviation of the shock is after the past windows: float64 each, of one length."""

    sizes: Floats
    chances: Floats

    @property
    def size(self) -> float:
        """Root of the mean variance."""
        return math.sqrt(float((np.square(self.sizes) * self.chances).sum()))


def _shock(windows: _Windows, season: LogLinear, creation: _Creation) -> _Shock:
    """How much past totals vary beyond chance, relative to what the model says of those days.

    Twice the root of a count has variance c/m + σ²·m (c: variance of the count if deals are independent, m: its mean, σ:
    the shock), nearly normal also where counts are small.
    """
    sizes = np.linspace(SHOCK_FLOOR, _SHOCK_MOST, 40)
    logs = -np.square(np.log(sizes / _SHOCK) / _SHOCK_UNSURE) / 2 - np.log(sizes)
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
    return _Shock(sizes, weights / weights.sum())


def _drawn_sizes(spread: _Shock, generator: np.random.Generator, draws: int) -> Floats:
    place = np.searchsorted(spread.chances.cumsum(), generator.random(draws))
    return spread.sizes[np.minimum(place, spread.sizes.size - 1)]


def _open_values(
    table: Floats,
    column: Whole,
    amounts: Floats,
    parts: list[NDArray[np.intp]],
    pool: Floats,
    unsure: Floats,
    generator: np.random.Generator,
) -> Floats:
    """Value won of open deals: each drawn singly, or the many small ones of a long list by their mean and variance.

    Args:
        table: float64[parts, columns]: chances.
        column: int64[deals]: which of them is that of each deal.
        amounts: float64[deals].
        parts: The draws that have the chances of each row.
        pool: Amounts that an unknown one is drawn from.
        unsure: Normal, one per draw: how far the mean of the pool is off.
        generator: Of numbers.
    """
    value = np.zeros(unsure.size)
    if amounts.size == 0:
        return value
    unknown = np.isnan(amounts)
    pooled = pool if pool.size else np.zeros(1)
    factor = _mean_factor(pooled, unsure)
    known = np.where(unknown, float(pooled.mean()), amounts)
    single = np.ones(amounts.size, bool)
    if amounts.size > _SINGLY:
        single[np.argsort(-np.abs(known), kind="stable")[_LARGEST:]] = False
    rest = ~single
    if rest.any():
        count, at = table.shape[1], column[rest]
        first = np.bincount(at, weights=known[rest], minlength=count)
        same = np.bincount(at, weights=np.square(known[rest]), minlength=count)
        vary = np.where(unknown[rest], float(np.square(pooled).mean()), np.square(known[rest]))
        second = np.bincount(at, weights=vary, minlength=count)
        centre = (table * first).sum(axis=1)
        spread = np.sqrt(np.maximum((table * second - np.square(table) * same).sum(axis=1), 0.0))
        lowest = 0.0 if bool((known[rest] >= 0.0).all()) else -math.inf
        for i, part in enumerate(parts):
            value[part] = np.maximum(centre[i] + spread[i] * generator.standard_normal(part.size), lowest)
    sure, vague = single & ~unknown, single & unknown
    for row, part in zip(table, parts, strict=True):
        hit = generator.random((part.size, int(sure.sum()))) < row[column[sure]]
        value[part] += (hit * known[sure]).sum(axis=1)
        if vague.any():
            hit = generator.random((part.size, int(vague.sum()))) < row[column[vague]]
            drawn = pooled[generator.integers(0, pooled.size, hit.shape)]
            value[part] += (hit * drawn).sum(axis=1) * factor[part]
    return value


def _new_values(means: Floats, pool: Floats, unsure: Floats, generator: np.random.Generator) -> Floats:
    """Value won of deals not yet created: a Poisson number of amounts out of the pool."""
    if pool.size == 0:
        return np.zeros(means.size)
    number = generator.poisson(means)
    factor = _mean_factor(pool, unsure)
    if float(means.mean()) > _SUMMED:
        spread = float(pool.std())
        many = number * float(pool.mean()) + np.sqrt(number) * spread * generator.standard_normal(means.size)
        return (np.maximum(many, 0.0) if float(pool[0]) >= 0.0 else many) * factor
    drawn = pool[generator.integers(0, pool.size, int(number.sum()))]
    of = np.repeat(np.arange(means.size), number)
    return np.bincount(of, weights=drawn, minlength=means.size) * factor


def _mean_factor(pool: Floats, unsure: Floats) -> Floats:
    """How uncertain the mean of the pool is: a factor around 1 for each draw."""
    centre = float(pool.mean())
    relative = float(pool.std()) / abs(centre) / math.sqrt(pool.size) if centre else 0.0
    relative = min(relative, 0.5)
    return np.exp(relative * unsure - relative * relative / 2)


def _months_before(day: int, number: int) -> int:
    """The same day so many months before, or the last one of a month that lacks it."""
    at = date.fromordinal(day + _EPOCH)
    first = months_after(at, -number)
    return first.toordinal() - _EPOCH + min(at.day, (month_after(first) - first).days) - 1
