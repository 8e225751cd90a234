"""How often the range of a forecast holds what happens, and how wide it is beside the best range possible.

Run it with ``python docs/studies/forecast.py``; it prints ``docs/studies/forecast.md``. Histories of deals are generated day
by day from known rates; the last period of each is forecast at its start, after a third and after two thirds. The best
range is that of somebody who knows the rates, the hazards and the size of the shock, but not the shock of the period.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from scipy import stats

from salesmetrics.analysis.outlook import History, outlook

Array = np.ndarray[Any, np.dtype[Any]]

KINDS = ("flat", "growing", "seasonal", "calm")
LARGE = "large"
LEADS = ("start", "one third", "two thirds")
AGES = 900
STRATA = 41
BEST_DRAWS = 2_000
DRAWS = 2_000
PER_KIND = 125
"""Histories of each kind; four kinds make 500 for months and 500 for quarters."""
LARGE_ONES = 125
SEED = 40_000
"""Of the reported histories. The program was tuned on others, whose seeds begin at 0 and at 20,000."""
RANGES = ("with the shock", "best", "without the shock")

_SHOCKS = np.array([NormalDist().inv_cdf((i + 0.5) / STRATA) for i in range(STRATA)])


@dataclass(frozen=True)
class World:
    """What is true of a firm, and the deals that it had.

    ``created``, ``ended`` (the day, or -1), ``cause`` and ``amount`` are those of all deals up to the end of the period;
    ``won`` and ``lost`` are hazards by age, ``rate`` and ``times`` the deals created a day and the factor on the hazard of
    winning without the shock, by day from ``first`` on.
    """

    kind: str
    months: int
    first: int
    start: int
    end: int
    sigma: float
    won: Array
    lost: Array
    rate: Array
    times: Array
    mean_log: float
    sd_log: float
    created: Array
    ended: Array
    cause: Array
    amount: Array


def days_of(months: Array) -> Array:
    """The first days of months counted from 1970-01."""
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def world(kind: str, months: int, seed: int) -> World:
    """A firm and its history.

    Args:
        kind: One of ``KINDS``, of which ``calm`` is flat and without a shock, or ``LARGE``, flat with many deals.
        months: Of a period: 1 or 3.
        seed: Of everything.
    """
    draw = np.random.default_rng([seed, months, (*KINDS, LARGE).index(kind)])
    last = 12 * int(draw.integers(50, 54)) + 3 * int(draw.integers(1, 5))
    if months == 1:
        last -= int(draw.integers(0, 3))
    length = int(draw.integers(24, 49))
    first = int(days_of(np.array(last - months - length)))
    start, end = (int(days_of(np.array(month))) for month in (last - months, last))
    days = np.arange(first, end)
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    least, most = (300, 600) if kind == LARGE else (10, 60)
    rate = np.full(days.size, np.exp(draw.uniform(np.log(least), np.log(most))) / 30.44)
    times = np.ones(days.size)
    if kind == "growing":
        rate = rate * np.exp((days - end) / 365.25 * np.log(draw.uniform(1.3, 1.5)))
    if kind == "seasonal":
        left = days_of(month // 3 * 3 + 3) - days
        times = np.where(left <= 14, draw.uniform(2.0, 3.5), 1.0)
        times = times * np.where(np.isin(month % 12, (6, 7)), 0.7, 1.0)
        rate = rate * np.where(np.isin(month % 12, (6, 7)), 0.6, 1.0)
    sigma = 0.0 if kind == "calm" else float(draw.uniform(0.1, 0.4))
    block = (month - month[0]) if months == 1 else month // 3 - month[0] // 3
    shock = np.exp(sigma * draw.standard_normal(int(block[-1]) + 1) - sigma**2 / 2)[block]
    won, lost = hazards(draw)

    number = draw.poisson(rate * shock)
    created = np.repeat(days, number)
    ends, cause = lives(created - first, won, lost, times * shock, draw)
    ended = np.where(ends < 0, -1, created + ends)
    mean_log, sd_log = 9.0, float(draw.uniform(0.5, 1.1))
    amount = np.exp(mean_log + sd_log * draw.standard_normal(created.size))
    return World(
        kind, months, first, start, end, sigma, won, lost, rate, times, mean_log, sd_log, created, ended, cause, amount
    )


def hazards(draw: np.random.Generator) -> tuple[Array, Array]:
    """Daily hazards by age of winning and of losing, from the times of those that will be won and of the others."""
    share = draw.uniform(0.15, 0.4)
    edges = np.arange(AGES + 1)
    curves = []
    for _ in range(2):
        middle = np.exp(draw.uniform(np.log(25), np.log(100)))
        if draw.random() < 0.5:
            curves.append(stats.gamma(2.0, scale=middle / 1.68).cdf(edges))
        else:
            curves.append(stats.lognorm(0.7, scale=middle).cdf(edges))
    still = share * (1 - curves[0][:-1]) + (1 - share) * (1 - curves[1][:-1])
    still = np.maximum(still, 1e-12)
    return share * np.diff(curves[0]) / still, (1 - share) * np.diff(curves[1]) / still


def lives(created: Array, won: Array, lost: Array, times: Array, draw: np.random.Generator) -> tuple[Array, Array]:
    """Age at the end and cause of each deal, -1 and 0 where it is open at the end of the days."""
    ends, cause = np.full(created.size, -1), np.zeros(created.size, np.int8)
    left = np.arange(created.size)
    for begin in range(0, AGES, 60):
        if not left.size:
            break
        age = np.arange(begin, min(begin + 60, AGES))
        day = created[left, None] + age[None, :]
        seen = day < times.size
        win = np.where(
            seen, np.minimum(won[age] * times[np.minimum(day, times.size - 1)], 0.9 - np.minimum(lost[age], 0.8)), 0.0
        )
        either = win + np.where(seen, lost[age], 0.0)
        drawn = draw.random(either.shape)
        hit = drawn < either
        some = hit.any(axis=1)
        at = hit.argmax(axis=1)[some]
        rows = np.flatnonzero(some)
        ends[left[rows]] = age[at]
        cause[left[rows]] = np.where(drawn[rows, at] < win[rows, at], 1, 2)
        left = left[~some]
    return ends, cause


def best(truth: World, as_of: int, draw: np.random.Generator) -> Array:
    """Values won after a day up to the end of the period, drawn by somebody who knows all but the future."""
    ahead = np.arange(as_of + 1, truth.end)
    shock = np.exp(truth.sigma * _SHOCKS - truth.sigma**2 / 2)
    times = truth.times[ahead - truth.first][None, :] * shock[:, None]
    known = (truth.created <= as_of) & ((truth.ended > as_of) | (truth.ended < 0))
    age = as_of - truth.created[known]
    which, back = np.unique(age, return_inverse=True)
    chance = reached(truth, which[:, None] + 1 + np.arange(ahead.size)[None, :], times)[:, back]
    place = draw.integers(0, STRATA, BEST_DRAWS)
    hit = draw.random((BEST_DRAWS, int(known.sum()))) < chance[place]
    value = (hit * truth.amount[known]).sum(axis=1)
    expected = np.zeros(STRATA)
    for i, day in enumerate(ahead):
        ages = np.arange(ahead.size - i)[None, :]
        expected += truth.rate[day - truth.first] * shock * reached(truth, ages, times[:, i:])[:, 0]
    number = draw.poisson(expected[place])
    amounts = np.exp(truth.mean_log + truth.sd_log * draw.standard_normal(int(number.sum())))
    return value + np.bincount(np.repeat(np.arange(BEST_DRAWS), number), weights=amounts, minlength=BEST_DRAWS)


def reached(truth: World, ages: Array, times: Array) -> Array:
    """Chance to be won on the days of ``times`` (shocks × days) at the ages (deals × days): shocks × deals."""
    young = np.minimum(ages, AGES - 1)
    lost = truth.lost[young][None]
    won = np.minimum(truth.won[young][None] * times[:, None, :], 0.9 - np.minimum(lost, 0.8))
    stay = np.cumprod(1 - won - lost, axis=2)
    before = np.concatenate([np.ones((*stay.shape[:2], 1)), stay[:, :, :-1]], axis=2)
    return (before * won).sum(axis=2)


@dataclass(frozen=True)
class Result:
    """One forecast: what happened, and by range of ``RANGES`` its ends, its mean and how much of the outcome it holds.

    An outcome that equals an end is inside; ``split`` counts it by the share of its probability that lies between P10 and
    P90, because where nothing is won once in three periods, P10 is 0 and holds all of those.
    """

    kind: str
    months: int
    lead: int
    sigma: float
    shock: float
    actual: float
    ends: tuple[tuple[float, float], ...]
    means: tuple[float, ...]
    split: tuple[float, ...]


def forecasts(kind: str, months: int, seed: int) -> list[Result]:
    """The three forecasts of one history."""
    truth = world(kind, months, seed)
    history = History(truth.created, truth.ended, truth.cause, truth.amount)
    results = []
    for lead in range(3):
        as_of = truth.start - 1 + (truth.end - truth.start) * lead // 3
        wins = (truth.cause == 1) & (truth.ended > as_of) & (truth.ended < truth.end)
        actual = float(np.bincount(np.zeros(int(wins.sum()), int), weights=truth.amount[wins], minlength=1)[0])
        drawn = [
            outlook(history, as_of, as_of + 1, truth.end, draws=DRAWS, seed=seed, shock=shock)
            for shock in (True, False)
        ]
        values = [drawn[0].total, best(truth, as_of, np.random.default_rng([seed, months, lead])), drawn[1].total]
        results.append(
            Result(
                kind,
                months,
                lead,
                truth.sigma,
                drawn[0].shock,
                actual,
                tuple((float(np.quantile(each, 0.1)), float(np.quantile(each, 0.9))) for each in values),
                tuple(float(each.mean()) for each in values),
                tuple(inside(actual, each) for each in values),
            )
        )
    return results


def inside(actual: float, values: Array) -> float:
    """How much of an outcome lies between P10 and P90: 0 or 1, or a part where it is as probable as an end."""
    below, upto = float((values < actual - 1e-6).mean()), float((values < actual + 1e-6).mean())
    if upto == below:
        return float(0.1 <= below <= 0.9)
    return max(0.0, min(upto, 0.9) - max(below, 0.1)) / (upto - below)


def held(results: list[Result], which: int) -> float:
    """Share of outcomes within P10 to P90, ends included."""
    return float(np.mean([r.ends[which][0] <= r.actual <= r.ends[which][1] for r in results]))


def split(results: list[Result], which: int) -> float:
    """The same with outcomes at an end counted in part."""
    return float(np.mean([r.split[which] for r in results]))


def width(results: list[Result]) -> float:
    """How wide the ranges are beside the best ones; each is measured in means of the best, so that all count alike."""
    ours, best_ones = (sum((r.ends[which][1] - r.ends[which][0]) / r.means[1] for r in results) for which in range(2))
    return ours / best_ones


def bias(results: list[Result]) -> float:
    """How far the means are from those of the best, on average, relative to them."""
    return float(np.mean([r.means[0] / r.means[1] - 1 for r in results]))


def line(label: str, results: list[Result]) -> str:
    cells = [
        f"{held(results, 0):.3f} ({split(results, 0):.3f})",
        f"{held(results, 1):.3f} ({split(results, 1):.3f})",
        f"{held(results, 2):.3f} ({split(results, 2):.3f})",
    ]
    return f"| {label} | {len(results)} | {' | '.join(cells)} | {width(results):.2f} | {bias(results):+.3f} |"


HEAD = """| | forecasts | with the shock | best range | without the shock | width ÷ best | bias |
|---|---|---|---|---|---|---|"""


def study(histories: int = PER_KIND, seed: int = SEED, kinds: tuple[str, ...] = KINDS) -> list[Result]:
    """All forecasts of so many histories of each kind and length of period."""
    return [
        result
        for months in (1, 3)
        for kind in kinds
        for i in range(histories)
        for result in forecasts(kind, months, seed + i)
    ]


def main(histories: int = PER_KIND, large: int = LARGE_ONES, seed: int = SEED) -> None:
    begun = time.perf_counter()
    results = study(histories, seed)
    print(INTRODUCTION.format(histories=len(KINDS) * histories, seed=seed, last=seed + histories - 1))
    for months, name in ((1, "month"), (3, "quarter")):
        of = [r for r in results if r.months == months]
        print(f"\n## The value won in a {name}\n\n{HEAD}")
        for lead, label in enumerate(LEADS):
            print(line(f"**{label}**", [r for r in of if r.lead == lead]))
            for kind in KINDS:
                print(line(f"{label}, {kind}", [r for r in of if r.lead == lead and r.kind == kind]))
    print(f"\n## By the size of the shock\n\n{HEAD}")
    for low, high in ((0.0, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.4)):
        some = [r for r in results if low <= r.sigma < high]
        told = float(np.mean([r.shock for r in some]))
        print(line(f"{low}-{high} (estimated: {told:.2f})", some))
    if large:
        of = study(large, seed, (LARGE,))
        print(LARGE_WORDS.format(histories=2 * large) + f"\n\n{HEAD}")
        for lead, label in enumerate(LEADS):
            print(line(label, [r for r in of if r.lead == lead]))
    print(f"{time.perf_counter() - begun:.0f} s", file=sys.stderr)


INTRODUCTION = """# The range of a forecast: how often it holds what happens

Made by `docs/studies/forecast.py`. For months and for quarters {histories} histories of deals each are generated day by day from
known rates: 24 to 48 months, 10 to 60 deals created a month at the end, a true win share of 15 to 40 %, times to win and to
loss that are gamma or log-normal and compete, log-normal amounts (σ 0.5 to 1.1). Flat; growing by 30 to 50 % a year;
seasonal (wins two to three and a half times as frequent in the last fourteen days of a quarter, fewer wins and deals in
July and August); and calm. In all but the calm ones a shock of unknown size (σ 0.1 to 0.4), drawn for each period, multiplies both
the deals created and the hazard of winning. The last period is forecast at its start, after a third and after two thirds.

The program was tuned on other histories (seeds from 0 and from 20,000 on); these have the seeds {seed} to {last}. P10 to P90 should hold
80 % of outcomes. An outcome at an end counts as held; in parentheses it counts in part, by the share of its probability
within P10 to P90 (where nothing at all is won in one period of three, P10 is 0 and every such period is "held", also by
the best range). The **best range** is that of somebody who knows all rates, hazards and the size of the shock, but not the shock
of the period. Bias is the mean forecast beside the mean of the best, relative."""

LARGE_WORDS = """
## Larger firms

Where few deals are won, chance alone makes a range wide, and a shared shock adds little to it. {histories} histories of firms that
create 300 to 600 deals a month, flat, with a shock of 0.1 to 0.4: here a range that takes deals to win independently fails."""


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
