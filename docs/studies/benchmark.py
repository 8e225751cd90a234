"""How often `benchmark` calls reps who are all alike, and how often it finds the one who differs.

Run it with ``python docs/studies/benchmark.py``; it prints ``docs/studies/benchmark.md``. Every draw is seeded, so that the
same numbers come out. A quarter has twelve reps; the win rate is 25 %, amounts are log-normal, cycles gamma in whole days. The
rules are those of the package: ``salesmetrics.analysis.peers`` compares, ``benjamini_hochberg`` corrects.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from salesmetrics.analysis.peers import Peers, peers_of
from salesmetrics.metrics.catalog import catalog
from salesmetrics.metrics.shapes import Mean, Quantile, Ratio
from salesmetrics.statistics.bands import Band, dispersion, widened
from salesmetrics.statistics.intervals import newcombe_difference
from salesmetrics.statistics.multiple import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SEED = 20261126
REPS = 12
RATE = 0.25
FDR = 0.05
MIN_N = 10
QUARTERS = 1_000
HEADLINES = ("win_rate", "average_deal_size", "sales_cycle_median")
KPIS = (*HEADLINES, "won_deals")


class Quarter(NamedTuple):
    """Twelve reps: the deals that each decided, and the amounts and cycles of those won."""

    deals: Sequence[int]
    amounts: Sequence[Sequence[float]]
    cycles: Sequence[Sequence[int]]


def quarter(rng: np.random.Generator, deals: Sequence[int], rates: Sequence[float]) -> Quarter:
    """A quarter of reps with these numbers of decided deals and win rates, who are alike in all else."""
    won = [int(rng.binomial(n, rate)) for n, rate in zip(deals, rates, strict=True)]
    amounts = [np.sort(rng.lognormal(9.0, 1.0, k)).tolist() for k in won]
    cycles = [np.sort(rng.gamma(2.0, 20.0, k)).astype(int).tolist() for k in won]
    return Quarter(deals, amounts, cycles)


def compared(one: Quarter) -> dict[str, Peers]:
    """The reps of a quarter by KPI, those with enough records."""
    won = [len(own) for own in one.amounts]
    enough = [own for own in one.amounts if own], [own for own in one.cycles if own]
    shapes = {
        "win_rate": [Ratio(k, n) for k, n in zip(won, one.deals, strict=True)],
        "average_deal_size": [Mean(own) for own in enough[0]],
        "sales_cycle_median": [Quantile(own, 0.5) for own in enough[1]],
        "won_deals": won,
    }
    found = {name: peers_of(catalog().kpis[name], shapes[name]) for name in KPIS}
    return {name: peers for name, peers in found.items() if peers is not None}


def places(peers: Peers, one: Quarter, kpi: str) -> list[int]:
    """The reps of a KPI that are judged."""
    count = REPS if kpi in ("win_rate", "won_deals") else sum(bool(own) for own in one.amounts)
    return [place for place in range(count) if peers.counted or peers.size(place) >= MIN_N]


def called(one: Quarter, kpis: Sequence[str], rng: np.random.Generator) -> dict[str, list[int]]:
    """The reps whom the rule of the package calls, by KPI."""
    made = [
        (kpi, place, tested.p_value)
        for kpi, peers in compared(one).items()
        if kpi in kpis
        for place in places(peers, one, kpi)
        if (tested := peers.test(place, lambda: rng)) is not None
    ]
    adjusted = benjamini_hochberg([p for *_, p in made])
    found: dict[str, list[int]] = {kpi: [] for kpi in kpis}
    for (kpi, place, _), p in zip(made, adjusted, strict=True):
        if p is not None and p <= FDR:
            found[kpi].append(place)
    return found


def anywhere(found: dict[str, list[int]]) -> list[int]:
    """The reps who are called on any KPI."""
    return [place for places_of_kpi in found.values() for place in places_of_kpi]


def outside(one: Quarter, factor: str, *, tail: str = "998") -> list[int]:
    """The reps whose win rate lies outside the band, with no factor, the winsorised one where significant, or the plain one."""
    peers = compared(one)["win_rate"]
    spread = dispersion([z for place in range(REPS) if (z := peers.z(place)) is not None])
    found = []
    for place in range(REPS):
        band = peers.band(place, np.random.default_rng)
        team = peers.team(place).value
        if band is None or team is None:
            continue
        scale = 1.0
        if spread is not None and factor == "winsorised" and spread.applied:
            scale = spread.factor
        if spread is not None and factor == "plain":
            scale = max(1.0, spread.plain)
        wide: Band = widened(band, team, scale, 0.0, 1.0)
        value = len(one.amounts[place]) / one.deals[place]
        low, high = (wide.low_998, wide.high_998) if tail == "998" else (wide.low_95, wide.high_95)
        if not low <= value <= high:
            found.append(place)
    return found


def uncorrected(one: Quarter) -> list[int]:
    """The reps whose win rate differs from that of the others by an interval at 95 % that leaves out 0."""
    won = [len(own) for own in one.amounts]
    found = []
    for place, (k, n) in enumerate(zip(won, one.deals, strict=True)):
        bounds = newcombe_difference(k, n, sum(won) - k, sum(one.deals) - n)
        if bounds is not None and not bounds.low <= 0 <= bounds.high:
            found.append(place)
    return found


if TYPE_CHECKING:
    Rule = Callable[[Quarter, np.random.Generator], list[int]]

RULES: dict[str, Rule] = {
    "interval of the difference leaves out 0, uncorrected": lambda one, _: uncorrected(one),
    "outside the band of 95 %": lambda one, _: outside(one, "none", tail="95"),
    "outside the band of 99.8 %": lambda one, _: outside(one, "none"),
    "**verdict, win rate alone**": lambda one, rng: called(one, ("win_rate",), rng)["win_rate"],
    "**verdict, three headline KPIs**": lambda one, rng: anywhere(called(one, HEADLINES, rng)),
    "verdict, won deals asked for too": lambda one, rng: anywhere(called(one, KPIS, rng)),
}


def identical(quarters: int, seed: int = SEED, rules: Mapping[str, Rule] = RULES) -> dict[str, float]:
    """Share of quarters of twelve identical reps in which anyone is called, by rule."""
    rng = np.random.Generator(np.random.PCG64(seed))
    hits = dict.fromkeys(rules, 0)
    for _ in range(quarters):
        one = quarter(rng, rng.integers(15, 41, REPS).tolist(), [RATE] * REPS)
        for name, rule in rules.items():
            hits[name] += bool(rule(one, rng))
    return {name: count / quarters for name, count in hits.items()}


DIFFERENT: dict[str, Rule] = {
    "outside the band of 99.8 %, without a factor": lambda one, _: outside(one, "none"),
    "outside the band of 99.8 %, winsorised factor": lambda one, _: outside(one, "winsorised"),
    "outside the band of 99.8 %, plain factor": lambda one, _: outside(one, "plain"),
    "**verdict, win rate alone**": lambda one, rng: called(one, ("win_rate",), rng)["win_rate"],
    "**verdict, three headline KPIs**": lambda one, rng: anywhere(called(one, HEADLINES, rng)),
    "verdict, won deals asked for too": lambda one, rng: anywhere(called(one, KPIS, rng)),
}


def different(
    quarters: int, seed: int = SEED, rules: Mapping[str, Rule] = DIFFERENT, deals: int = 200, more: float = 0.15
) -> dict[str, tuple[float, float]]:
    """How often the first rep, who is better by so much, is found, and how often any other one is called."""
    rng = np.random.Generator(np.random.PCG64(seed + 1))
    hits = {name: [0, 0] for name in rules}
    for _ in range(quarters):
        one = quarter(rng, [deals] * REPS, [RATE + more] + [RATE] * (REPS - 1))
        for name, rule in rules.items():
            found = rule(one, rng)
            hits[name][0] += 0 in found
            hits[name][1] += any(found)
    return {name: (found / quarters, others / quarters) for name, (found, others) in hits.items()}


def table(quarters: int = QUARTERS) -> str:
    """The page."""
    lines = [
        "# Who is called: measured",
        "",
        f"Made by `docs/studies/benchmark.py`: {quarters:,} quarters of {REPS} reps per line, win rate {RATE:.0%}.",
        "",
        "## Twelve identical reps, 15 to 40 decided deals each",
        "",
        "| rule | quarters in which anyone is called |",
        "|---|---|",
        *(f"| {name} | {share:.1%} |" for name, share in identical(quarters).items()),
        "",
        "## One rep wins 15 points more, 200 decided deals each",
        "",
        "| rule | the rep is found | another one is called |",
        "|---|---|---|",
        *(f"| {name} | {found:.1%} | {others:.1%} |" for name, (found, others) in different(quarters).items()),
        "",
        "The plain factor takes the rep who differs for a sign that all reps vary, and widens the bands until the rep is within.",
        "Winsorised, one z at each end of twelve has no say; and p-values never see the factor.",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if len(sys.argv) > 1 else QUARTERS))
