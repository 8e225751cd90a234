"""What open deals and deals not yet created will close won by a day: chances, and a simulation with a shared shock.

Own file: the engine of the method ``time_to_event`` of a forecast, on arrays alone. Past windows of the same length, a
whole number of months before the one asked for, say three things: how many more deals are won than the ages of deals
explain (season, quarter ends, drift), how many are created, and how much the totals vary beyond chance. The last is a
shock that all deals of a window share; without it a range is too narrow, because deals do not win independently.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from salesmetrics.analysis.past_windows import (
    SHOCK_ASSUMED,
    SHOCK_FLOOR,
    Counts,
    History,
    Shock,
    Span,
    Windows,
    counts_of,
    creation_of,
    groups_of,
    known_on,
    shock_of,
    windows_of,
    wins_of,
)
from salesmetrics.statistics.hazards import chances
from salesmetrics.statistics.survival import CENSORED as OPEN
from salesmetrics.statistics.survival import LOST, WON

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["LOST", "OPEN", "SHOCK_FLOOR", "WON", "Draws", "History", "Note", "known_on", "outlook", "outlooks"]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

Note = Literal["no_deals", "no_wins", "no_amounts", "few_windows"]

_AMOUNTS_OF: Final = 730
_FEW_AMOUNTS: Final = 30
_FEW_WINDOWS: Final = 4
_ROUNDS: Final = 2
"""How often effects and the shock, each of which depends on the other, are estimated."""
_GROUPS: Final = 100
"""Draws are put in so many groups of like multipliers, which share their chances."""
_SINGLY: Final = 2_000
_LARGEST: Final = 100
_SUMMED: Final = 300.0
"""Wins expected from new deals above which their sum is drawn at once."""


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
    return outlooks(history, [(as_of, start, end)], draws=draws, seed=seed, shock=shock)[0]


def outlooks(
    history: History,
    moments: Sequence[tuple[int, int, int]],
    *,
    draws: int,
    seed: int,
    shock: bool = True,
    at_close: bool = False,
) -> list[Draws]:
    """What :func:`outlook` says on several days, each with what was known then: deals are counted once for all days.

    Args:
        history: Deals as known on the latest of the days or later.
        moments: As-of day, start and end of each.
        draws: How many, above 0.
        seed: Of the generator, which begins anew for each.
        shock: Whether deals share a shock.
        at_close: Amounts were recorded when deals closed: those of open deals are unknown.
    """
    spans = [Span(as_of, max(start, as_of + 1), end) for as_of, start, end in moments]
    counts = counts_of(history, spans) if spans else None
    return [
        _nothing(draws, 0, ("no_deals",))
        if counts is None
        else _outlook(counts, span, draws=draws, seed=seed, shock=shock, at_close=at_close)
        for span in spans
    ]


def _nothing(draws: int, still: int, notes: tuple[Note, ...]) -> Draws:
    nothing = np.zeros(draws)
    return Draws(nothing, nothing, nothing, np.zeros(still), 0.0, notes)


def _outlook(counts: Counts, span: Span, *, draws: int, seed: int, shock: bool, at_close: bool) -> Draws:
    as_of = span.as_of
    given = np.flatnonzero((counts.created <= as_of) & (counts.ended > as_of))
    pool = _amounts(counts, as_of)
    begun = bool(counts.made[:, : max(as_of + 1 - counts.first, 0)].any())
    if not begun or span.end <= span.start or as_of < counts.since:
        return _nothing(draws, given.size, () if begun and as_of >= counts.since else ("no_deals",))
    generator = np.random.Generator(np.random.PCG64(seed))
    groups = groups_of(counts, as_of)
    windows = windows_of(counts, groups, span)
    spread = Shock(np.array([SHOCK_ASSUMED]), np.ones(1))
    for _ in range(_ROUNDS):
        season = wins_of(windows, spread.size)
        creation = creation_of(counts, as_of, span.end, spread.size * math.sqrt(windows.step))
        spread = shock_of(windows, season, creation)
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
    group_of = np.zeros(counts.made.shape[0], np.int64)
    for number, group in enumerate(groups):
        group_of[list(group.codes)] = number
    # The other deals are counted, open ones are drawn one by one, in an order that is not that of the rows.
    of = group_of[counts.code[given]]
    order = np.lexsort((counts.amount[given], counts.created[given], np.array([g.codes[0] for g in groups])[of]))
    still, of = given[order], of[order]
    column = (widths.cumsum() - widths)[of] + np.minimum(as_of - counts.created[still], widths[of] - 1)
    amounts = np.full(still.size, np.nan) if at_close else counts.amount[still]
    of_open_deals = _open_values(table, column, amounts, parts, pool, normal[2], generator)
    ahead = creation.between(as_of + 1, span.end)[::-1]
    mean = np.empty(draws)
    for i, part in enumerate(parts):
        mean[part] = math.fsum(
            float((each.of_new[i] * ahead).sum()) * group.share for each, group in zip(tables, groups, strict=True)
        )
    mean *= np.exp(math.sqrt(creation.unsure) * normal[3] - creation.unsure / 2)
    of_new_deals = _new_values(mean, pool, normal[2], generator)
    sizes = np.array([part.size for part in parts])
    chance = np.empty(counts.created.size)
    chance[still] = ((table * sizes[:, None]).sum(axis=0) / draws)[column]
    return Draws(
        of_open_deals,
        of_new_deals,
        of_open_deals + of_new_deals,
        chance[given],
        spread.size if shock else 0.0,
        tuple(_notes(counts, as_of, pool, windows)),
        SHOCK_FLOOR,
        float(mean.mean()),
        windows.count,
    )


def _notes(counts: Counts, as_of: int, pool: Floats, windows: Windows) -> Iterator[Note]:
    if not counts.ends[as_of][0].any():
        yield "no_wins"
    elif pool.size == 0:
        yield "no_amounts"
    if windows.count < _FEW_WINDOWS:
        yield "few_windows"


def _amounts(counts: Counts, as_of: int) -> Floats:
    """Amounts of deals won in the last two years, of all won ones where those are few; in order."""
    won = counts.won & (counts.ended <= as_of) & ~np.isnan(counts.amount)
    lately = won & (counts.ended > as_of - _AMOUNTS_OF)
    return np.sort(counts.amount[lately if int(lately.sum()) >= _FEW_AMOUNTS else won])


def _drawn_sizes(spread: Shock, generator: np.random.Generator, draws: int) -> Floats:
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
