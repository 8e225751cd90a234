"""What a closed-basis win rate says of worlds whose true win rate is known, and what `salesmetrics cohort` says of them.

Run it with ``python docs/studies/cohort.py``; it prints ``docs/studies/cohort.md``. The worlds are drawn with a fixed seed;
all runs of a world are one export with a column ``run``, which the command takes as segments.

In every world a quarter of the deals is won, in the end: after a lognormal time with a median of 90 days, lost ones after
one of 45 days (sigma 0.6 both). Deals are created on 730 days up to the as-of date.
"""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from salesmetrics.analysis.cohort import CohortFacts, build_cohorts
from salesmetrics.engine.resolve import resolve
from salesmetrics.statistics.survival import survival_curves

if TYPE_CHECKING:
    from salesmetrics.answers.cohort import Cohorts

SEED = 20261121
AS_OF = date(2026, 9, 30)
DAYS, WIN_SHARE, TO_WIN, TO_LOSS, SIGMA, HORIZON = 730, 0.25, 90, 45, 0.6, 180
QUARTER = 91


class World(NamedTuple):
    """How deals come and go.

    Attributes:
        growth: Of the number of created deals, per month.
        left_open: Share of lost deals that nobody ever closes.
        since: Only of those lost in the last so many days; None for all.
        days: How many days the records go back.
    """

    growth: float = 0.0
    left_open: float = 0.0
    since: int | None = None
    days: int = DAYS


WORLDS = {
    "steady, 30 % of lost never closed": World(left_open=0.3),
    "steady, all closed": World(),
    "8 % growth a month, all closed": World(growth=0.08),
    "8 % growth a month, 30 % of lost never closed": World(growth=0.08, left_open=0.3),
    "steady, records of nine months only": World(days=273),
    "steady, none of the lost closed in the last 120 days": World(left_open=1.0, since=120),
}


class Found(NamedTuple):
    """What the runs of a world give, on average, and how often the intervals hold the truth."""

    closed_quarter: float
    created_quarter: float
    old_cohort: float
    estimate: float
    coverage: float
    truth: float
    one_minus_km: float
    median_cycle: float
    closed_basis: float
    differs: float
    suspects: dict[str, float]


def deals_of(world: World, runs: int, deals: int, seed: int = SEED) -> pl.DataFrame:
    """Deals of all runs: ``run``, days of ``age``, ``days`` until the end (−1: open), and ``won``."""
    rng = np.random.default_rng(seed)
    shape = runs * deals
    if world.growth:
        # The share of deals older than a day falls exponentially: its inverse places them.
        rate = np.log1p(world.growth) / (365.25 / 12)
        u = rng.random(shape) * (1 - np.exp(-rate * world.days))
        age = np.floor(-np.log1p(-u) / rate).astype(np.int64)
    else:
        age = rng.integers(0, world.days, shape)
    won = rng.random(shape) < WIN_SHARE
    median = np.where(won, TO_WIN, TO_LOSS)
    days = np.ceil(median * np.exp(SIGMA * rng.standard_normal(shape))).astype(np.int64)
    recent = age - days <= (world.since if world.since is not None else world.days)
    forgotten = ~won & recent & (rng.random(shape) < world.left_open)
    days = np.where(forgotten | (days > age), -1, days)
    return pl.DataFrame({"run": np.repeat(np.arange(runs), deals), "age": age, "days": days, "won": won & (days >= 0)})


def cohorts_of(deals: pl.DataFrame) -> Cohorts:
    """What the command answers, a segment per run."""
    day, days, ended = pl.lit(AS_OF), pl.col("days"), pl.col("days") >= 0
    created = (day - pl.duration(days="age")).cast(pl.Date)
    frame = deals.select(
        run=pl.col("run").cast(pl.String),
        created=created,
        closed=pl.when(ended).then((created + pl.duration(days=days)).cast(pl.Date)),
        outcome=pl.when("won").then(pl.lit("won")).when(ended).then(pl.lit("lost")).otherwise(pl.lit("open")),
        __row__=pl.int_range(pl.len()),
        __file__=pl.lit(0),
    )
    request = resolve(AS_OF, None, by=("run",), every="quarter")
    return build_cohorts(request, {"deals": frame}, CohortFacts(every="quarter"))


def truth(days: int = HORIZON) -> float:
    """The share of deals that is won within so many days."""
    from statistics import NormalDist

    return WIN_SHARE * NormalDist().cdf(np.log(days / TO_WIN) / SIGMA)


def study(world: World, runs: int, deals: int) -> Found:
    made = deals_of(world, runs, deals)
    answer = cohorts_of(made)
    age, days, won, ended = pl.col("age"), pl.col("days"), pl.col("won"), pl.col("days") >= 0
    last = ended & (age - days < QUARTER)
    young, old = age < QUARTER, age.is_between(274, 456)
    means = made.group_by("run").agg(
        closed=(won & last).sum() / last.sum(),
        created=(won & young).sum() / young.sum(),
        old=(won & old).sum() / old.sum() if world.days > QUARTER * 5 else pl.lit(None, pl.Float64),
        cycle=days.filter(won & (age < HORIZON)).median(),
    )
    horizons = [
        next(h for h in row.horizons if h.days == HORIZON) for row in answer.cohorts if row.group and row.cohort is None
    ]
    known = [h for h in horizons if h.value is not None and h.interval is not None]
    spans = np.array([(h.value, h.interval.low, h.interval.high) for h in known if h.interval], dtype=float)
    inside = (spans[:, 1] <= truth()) & (truth() <= spans[:, 2])
    bases = [base for base in answer.closed_basis if base.group]
    apart = [base for base in bases if base.differs]
    shown = {s.bias: 0 for base in apart for s in base.suspects}
    for base in apart:
        for suspect in base.suspects:
            shown[suspect.bias] += suspect.supported
    table = made.select(
        group="run",
        time=pl.when(ended).then(days).otherwise(age),
        won=won.cast(pl.Int64),
        lost=pl.lit(0, pl.Int64),
        censored=(~won).cast(pl.Int64),
    )
    km = survival_curves(table).at(HORIZON).collect()["value"].mean()
    mean: Any = means.mean().row(0, named=True)
    return Found(
        mean["closed"],
        mean["created"],
        mean["old"],
        float(spans[:, 0].mean()),
        float(inside.mean()),
        truth(),
        1 - float(km or 0),  # type: ignore[arg-type]
        mean["cycle"],
        float(np.mean([base.win_rate.value for base in bases])),
        len(apart) / len(bases),
        {bias: count / len(apart) for bias, count in shown.items()},
    )


HEADER = """\
# Cohorts beside closed deals, in worlds that are known

Made by `python docs/studies/cohort.py` (seed {seed}, {runs:,} runs of {deals:,} deals per world); the worlds are described there. A quarter of
all deals is won in the end, {truth:.1%} within {horizon} days.

| world | closed last quarter, W/(W+L) | created last quarter, W/all | created 9–15 months ago, W/all | **cohort, {horizon} d** | truth, {horizon} d | runs whose interval holds it | 1 − KM, losses censored | median cycle, won of the last {horizon} d (true {median}) |
|---|---|---|---|---|---|---|---|---|"""
BASIS = """
A firm ten times as large ({runs:,} runs of {deals:,} deals): the closed basis of the whole time, and in how many runs `cohort` says that it
differs from won / (won + lost) of the cohorts at their longest horizon; of these runs, in how many it finds which bias in the data.

| world | closed basis | differs | lost deals left open | lost deals not closed of late | young cohorts | a growing team |
|---|---|---|---|---|---|---|"""
END = """
- The closed basis of a firm that never closes 30 % of its lost deals reads far above a quarter, that of a growing one below. The
  estimate of the cohorts is right in both: a deal that is left open for ever counts as not won.
- The median cycle of recent wins is too short in every world: slow deals are not won yet.
- A steady firm is not accused. Where lost deals are left open at the same rate for ever, the closed basis and won / (won + lost) of
  the cohorts are the same number, too high both; the share that is still open, which `cohort` prints below, says so.
- The last world is beyond any estimate from one export: where lost deals have not been closed of late, the open ones are not what open
  deals were before, and count as if they could still be won. What is closed of late, nothing but wins, shows it."""


BIASES = ("lost_left_open", "lost_not_closed_lately", "young_cohorts", "growing_team")


def main(runs: int = 1000, deals: int = 1200) -> None:
    print(HEADER.format(seed=SEED, runs=runs, deals=deals, truth=truth(), horizon=HORIZON, median=TO_WIN))
    for name, world in WORLDS.items():
        f = study(world, runs, deals)
        old = "–" if f.old_cohort is None else f"{f.old_cohort:.3f}"
        print(
            f"| {name} | {f.closed_quarter:.3f} | {f.created_quarter:.3f} | {old} | **{f.estimate:.3f}** "
            f"| {f.truth:.3f} | {f.coverage:.1%} | {f.one_minus_km:.3f} | {f.median_cycle:.0f} |"
        )
    print(BASIS.format(runs=runs // 10, deals=deals * 10))
    for name, world in WORLDS.items():
        f = study(world, runs // 10, deals * 10)
        shares = [f.suspects.get(bias) for bias in BIASES]
        said = " | ".join("–" if share is None else f"{share:.0%}" for share in shares)
        print(f"| {name} | {f.closed_basis:.3f} | {f.differs:.0%} | {said} |")
    print(END)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
