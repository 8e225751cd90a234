"""How often a report calls chance a change, and how often it sees a change that happened.

Run it with ``python docs/studies/verdicts.py``; it prints ``docs/studies/verdicts.md``. The reports are whole reports of the
package over generated deals and calls (``build_report`` in this process), with a seed for each.
"""

from __future__ import annotations

import itertools
import sys
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from scipy import stats

from salesmetrics.engine.build import build_report
from salesmetrics.engine.resolve import resolve
from salesmetrics.metrics.catalog import catalog
from salesmetrics.statistics.changes import count_change, dispersion, hybrid_p_value, newcombe_p_value
from salesmetrics.statistics.intervals import hybrid_difference, mean_intervals
from salesmetrics.statistics.multiple import benjamini_hochberg
from salesmetrics.statistics.quantiles import order_statistic_bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from salesmetrics.answers.report import Report

Array = np.ndarray[Any, np.dtype[Any]]

REPS = 12
QUARTERS = 10
"""Eight to say how much a count varies, and the two that are compared."""
START = date(2023, 1, 1)
QUARTER_STARTS = [date(2023 + q // 4, 1 + 3 * (q % 4), 1) for q in range(QUARTERS + 2)]
AS_OF = QUARTER_STARTS[QUARTERS] - timedelta(days=1)
MONEY = pl.Decimal(38, 8)


def deals(
    rng: np.random.Generator,
    per_quarter: Sequence[int],
    *,
    win_rate: Callable[[Array, Array], Array] = lambda rep, _: np.full(rep.shape, 0.35),
    sigma: float = 1.0,
) -> pl.DataFrame:
    """Deals of reps who do not differ, and of whom none changes; those that close after the as-of day are open.

    Args:
        rng: Where chance comes from.
        per_quarter: For each rep how many deals are closed in a quarter, as a mean.
        win_rate: By rep and quarter the probability that a deal is won.
        sigma: Spread of the logarithm of the amounts.
    """
    means = np.repeat(np.array(per_quarter)[:, None], QUARTERS + 1, axis=1)
    counts = rng.poisson(means)
    rep, quarter = (np.repeat(side.ravel(), counts.ravel()) for side in np.indices(counts.shape))
    n = rep.size
    lengths = np.array([(b - a).days for a, b in itertools.pairwise(QUARTER_STARTS)])
    begins = np.array([(day - START).days for day in QUARTER_STARTS[:-1]])
    closed = begins[quarter] + (rng.random(n) * lengths[quarter]).astype(int)
    cycle = np.ceil(20 * rng.lognormal(0, 0.6, n)).astype(int)
    won = rng.random(n) < win_rate(rep, quarter)
    amounts = np.round(rng.lognormal(9, sigma, n), 2)
    outcome = np.where(won, "won", np.where(rng.random(n) < 0.1, "other", "lost"))
    last = (AS_OF - START).days
    frame = pl.DataFrame(
        {
            "id": [f"D{i}" for i in range(n)],
            "owner": [f"rep {i:02}" for i in rep],
            "created": closed - cycle,
            "closed": closed,
            "amount": amounts,
            "outcome": np.where(closed > last, "open", outcome),
        }
    )
    days = [pl.lit(START) + pl.duration(days=name) for name in ("created", "closed")]
    return frame.filter(pl.col("created").is_between(0, last)).with_columns(
        created=days[0].cast(pl.Date),
        closed=pl.when(pl.col("outcome") != "open").then(days[1]).cast(pl.Date),
        amount=pl.col("amount").cast(MONEY),
    )


def calls(
    rng: np.random.Generator, weeks: int, reps: int, leads_per_week: float, calls_per_lead: float
) -> pl.DataFrame:
    """Calls of reps who do not change: every lead that is touched in a week brings several of them."""
    leads = rng.poisson(leads_per_week, (reps, weeks))
    rep, week = (np.repeat(side.ravel(), leads.ravel()) for side in np.indices(leads.shape))
    several = rng.geometric(1 / calls_per_lead, rep.size)
    rep, week = np.repeat(rep, several), np.repeat(week, several)
    days = 7 * week + rng.integers(0, 7, rep.size)
    monday = date(2024, 1, 1)
    return pl.DataFrame(
        {
            "id": [f"A{i}" for i in range(rep.size)],
            "type": ["call"] * rep.size,
            "owner": [f"rep {i:02}" for i in rep],
            "occurred": [monday + timedelta(days=int(day)) for day in days],
        }
    ).with_columns(pl.col("occurred").cast(pl.Datetime("us")))


def report_of(frames: Mapping[str, pl.DataFrame], as_of: date, period: str, **more: Any) -> Report:
    """The report on a period, compared with the one before it."""
    return build_report(resolve(as_of, None, period=period, compare="previous", **more), frames, catalog())


def called(report: Report) -> list[tuple[str, str]]:
    """Who was called better or worse, and in what."""
    return [
        (metric.group.get("owner") or "total", metric.id)
        for metric in report.metrics
        if metric.change and metric.change.verdict in {"better", "worse", "higher", "lower"}
    ]


def by_interval_alone(report: Report) -> list[tuple[str, str]]:
    """Who would be called if each interval were read by itself, as if it were the only one."""
    return [
        (metric.group.get("owner") or "total", metric.id)
        for metric in report.metrics
        if metric.change
        and (span := metric.change.interval)
        and metric.change.verdict != "too few"
        and not float(span.low or 0) <= 0 <= float(span.high or 0)
    ]


def null_reports(runs: int, seed: int, per_quarter: Sequence[int], **more: Any) -> dict[str, float]:
    """The share of reports in which anyone is called although nobody changed."""
    found: Counter[str] = Counter()
    made = 0
    for run in range(runs):
        frames = {"deals": deals(np.random.default_rng([seed, run]), per_quarter, **more)}
        report = report_of(frames, AS_OF, "this-quarter", by=("owner",))
        who, alone = called(report), by_interval_alone(report)
        found["anyone"] += bool(who)
        found["a segment"] += any(name != "total" for name, _ in who)
        found["the total"] += any(name == "total" for name, _ in who)
        found["by each interval alone"] += bool(alone)
        made += report.verdicts.comparisons if report.verdicts else 0
    return {name: found[name] / runs for name in ("anyone", "a segment", "the total", "by each interval alone")} | {
        "comparisons": made / runs
    }


def power(runs: int, seed: int, size: int, fall: float, others: int = 20) -> float:
    """How often a rep is called worse whose win rate falls from 50 % in the last quarter."""

    def rate(rep: Array, quarter: Array) -> Array:
        return np.where((rep == 0) & (quarter == QUARTERS - 1), 0.5 - fall, 0.5)

    found = 0
    for run in range(runs):
        frames = {"deals": deals(np.random.default_rng([seed, run]), [size, *[others] * (REPS - 1)], win_rate=rate)}
        report = report_of(frames, AS_OF, "this-quarter", by=("owner",))
        found += ("rep 00", "win_rate") in called(report)
    return found / runs


def families(runs: int, seed: int, size: int, fall: float) -> dict[str, float]:
    """What is called where total and segments are corrected together, and each by themselves: anyone, and who fell."""

    def rate(rep: Array, quarter: Array) -> Array:
        return np.where((rep == 0) & (quarter == QUARTERS - 1), 0.5 - fall, 0.5)

    found: Counter[str] = Counter()
    for run in range(runs):
        frames = {"deals": deals(np.random.default_rng([seed, run]), [size] * REPS, win_rate=rate)}
        metrics = report_of(frames, AS_OF, "this-quarter", by=("owner",)).metrics
        judged = [m for m in metrics if m.change and m.change.p is not None and m.change.p_adjusted is not None]
        together = {id(m) for m in judged if m.change and (m.change.p_adjusted or 0) <= 0.05}
        apart: set[int] = set()
        for total in (True, False):
            own = [m for m in judged if bool(m.group) != total]
            p_values = benjamini_hochberg([m.change.p if m.change else None for m in own])
            apart |= {id(m) for m, p in zip(own, p_values, strict=True) if p is not None and p <= 0.05}
        fell = {id(m) for m in judged if m.group.get("owner") == "rep 00" and m.id == "win_rate"}
        for name, called_ones in (("together", together), ("apart", apart)):
            found[f"anything, {name}"] += bool(called_ones)
            found[f"who fell, {name}"] += bool(called_ones & fell)
    return {name: number / runs for name, number in found.items()}


def null_weeks(runs: int, seed: int, reps: int, calls_per_lead: float, weeks: int) -> dict[str, float]:
    """The share of weeks in which calls are called more or fewer although nothing changed: by report, and per verdict."""
    anyone = verdicts = poisson = judged = 0
    for run in range(runs):
        frame = calls(np.random.default_rng([seed, run]), weeks, reps, 40 / calls_per_lead, calls_per_lead)
        as_of = date(2024, 1, 1) + timedelta(days=7 * weeks - 1)
        report = report_of({"activities": frame}, as_of, "this-week", by=("owner",), kpis=("calls",))
        who = called(report)
        anyone += bool(who)
        for metric in report.metrics:
            if metric.change and metric.change.p is not None and metric.group:
                now, before = int(metric.value or 0), int(metric.previous or 0)
                judged += 1
                verdicts += metric.change.p <= 0.05
                poisson += abs(now - before) > 1.96 * (now + before) ** 0.5
    return {"report": anyone / runs, "verdict": verdicts / max(judged, 1), "Poisson": poisson / max(judged, 1)}


def call_power(runs: int, seed: int, factor: float, calls_per_lead: float, weeks: int) -> float:
    """How often a single verdict sees a week in which a rep makes ``factor`` times as many of 40 calls."""
    seen = 0
    rng = np.random.default_rng(seed)
    for _ in range(runs):
        leads = rng.poisson(40 / calls_per_lead, weeks)
        leads[-1] = rng.poisson(40 / calls_per_lead * factor)
        counts = [int(rng.geometric(1 / calls_per_lead, k).sum()) for k in leads]
        past = dispersion(counts[:-2])
        found = None if past is None else count_change(counts[-1], counts[-2], past)
        seen += found is not None and found[1] <= 0.05
    return seen / runs


def tails(runs: int, seed: int) -> list[tuple[str, list[float]]]:
    """How much more often than α a p-value is below α where nothing differs: 1 is exact, below 1 careful."""
    rng = np.random.default_rng(seed)
    alphas = (0.05, 0.01, 0.001)
    rows = []
    for n1, n2, rate in ((15, 15, 0.3), (15, 40, 0.3), (40, 40, 0.1), (40, 40, 0.3), (15, 200, 0.05)):
        table = np.array([[newcombe_p_value(a, n1, b, n2) for b in range(n2 + 1)] for a in range(n1 + 1)])
        weight = np.outer(stats.binom.pmf(np.arange(n1 + 1), n1, rate), stats.binom.pmf(np.arange(n2 + 1), n2, rate))
        rows.append(
            (f"rate {rate:.0%}, n {n1} and {n2} (exact)", [float(weight[table <= a].sum()) / a for a in alphas])
        )
    for kind, draw in KINDS.items():
        for n1, n2 in ((25, 25), (30, 60), (25, 200)):
            for name, estimate in (("mean", _means), ("median", _medians)):
                first, second = estimate(draw(rng, (runs, n1))), estimate(draw(rng, (runs, n2)))
                p_values = np.array(
                    [
                        1.0
                        if a is None or b is None
                        else hybrid_p_value(x - y, hybrid_difference(x, a, y, b), 0.95, min(n1, n2) - 1)
                        for (x, a), (y, b) in zip(first, second, strict=True)
                    ]
                )
                rows.append((f"{name}, {kind}, n {n1} and {n2}", [float((p_values <= a).mean()) / a for a in alphas]))
    return rows


KINDS: dict[str, Callable[[np.random.Generator, tuple[int, int]], Array]] = {
    "log-normal 0.5": lambda rng, shape: rng.lognormal(0, 0.5, shape),
    "log-normal 1": lambda rng, shape: rng.lognormal(0, 1.0, shape),
    "gamma 0.8": lambda rng, shape: rng.gamma(0.8, 1.0, shape),
    "whole days": lambda rng, shape: np.ceil(45 * rng.lognormal(0, 0.6, shape)),
    "1 to 5 days": lambda rng, shape: np.minimum(rng.geometric(0.4, shape), 5).astype(float),
}


def _means(values: Array) -> list[tuple[float, Any]]:
    ordered = pl.Series(np.sort(values, axis=1).tolist())
    means = values.mean(axis=1).tolist()
    return list(zip(means, mean_intervals(ordered, [values.shape[1]] * len(values), means), strict=True))


def _medians(values: Array) -> list[tuple[float, Any]]:
    from salesmetrics.statistics.intervals import Bounds

    ordered, ranks = np.sort(values, axis=1), order_statistic_bounds(values.shape[1], 0.5)
    assert ranks is not None
    medians, lows, highs = np.median(ordered, axis=1), ordered[:, ranks[0]], ordered[:, ranks[1]]
    return [
        (float(m), None if low == high else Bounds(float(low), float(high)))
        for m, low, high in zip(medians, lows, highs, strict=True)
    ]


def main(runs: int = 500) -> None:
    print("# Verdicts: how often chance is called a change\n")
    print(
        f"Made by `docs/studies/verdicts.py`, {runs} reports each: all KPIs of deals by 12 reps, a quarter compared with the\n"
        "one before it, Benjamini–Hochberg at 5 % over all verdicts of a report, total included.\n"
    )
    print("## Nothing changed: reports in which anyone is called\n")
    print("| reps | anyone | a segment | the total | each interval by itself | comparisons |")
    print("|---|---|---|---|---|---|")
    for words, sizes, more in (
        ("12 alike, 15 to 40 deals", np.linspace(15, 40, REPS).round().astype(int).tolist(), {}),
        ("12 alike, 100 deals", [100] * REPS, {}),
        ("12 alike, 100 deals, amounts σ 1.5", [100] * REPS, {"sigma": 1.5}),
        ("12 of 10 to 400 deals", np.geomspace(10, 400, REPS).round().astype(int).tolist(), {}),
    ):
        found = null_reports(runs, 20261126, sizes, **more)
        shares = " | ".join(
            f"{found[name]:.1%}" for name in ("anyone", "a segment", "the total", "by each interval alone")
        )
        print(f"| {words} | {shares} | {found['comparisons']:.0f} |")
    print("\n## One family, or the total by itself\n")
    print("| 12 reps of 100 deals | total and segments together | each by themselves |")
    print("|---|---|---|")
    still, fallen = families(runs // 2, 17, 100, 0.0), families(runs // 5, 19, 100, 0.25)
    print(f"| nothing changed: anything called | {still['anything, together']:.1%} | {still['anything, apart']:.1%} |")
    print(f"| one falls by 25 points: called | {fallen['who fell, together']:.0%} | {fallen['who fell, apart']:.0%} |")
    print("\n## A win rate falls: reports that call the rep worse\n")
    print("| deals in each quarter | falls by 10 points | 15 points | 25 points |")
    print("|---|---|---|---|")
    for size in (40, 100, 300):
        shares = " | ".join(f"{power(max(runs // 5, 20), 7, size, fall):.0%}" for fall in (0.10, 0.15, 0.25))
        print(f"| {size} | {shares} |")
    print("\n## Calls of weeks: nothing changed, about 40 calls of 12 reps each\n")
    print(
        "| calls per lead | weeks in the data | p below 5 %, Poisson | p below 5 %, own past | reports that call anyone |"
    )
    print("|---|---|---|---|---|")
    for several in (1.0, 3.0, 6.0):
        for weeks in (9, 14, 26):
            week = null_weeks(runs, 11, REPS, several, weeks)
            print(f"| {several:g} | {weeks} | {week['Poisson']:.1%} | {week['verdict']:.1%} | {week['report']:.1%} |")
    print("\nA single verdict sees a week of twice as many calls:\n")
    print("| calls per lead | 9 weeks | 14 weeks | 26 weeks |")
    print("|---|---|---|---|")
    for several in (1.0, 3.0, 6.0):
        shares = " | ".join(f"{call_power(4 * runs, 13, 2.0, several, weeks):.0%}" for weeks in (9, 14, 26))
        print(f"| {several:g} | {shares} |")
    print("\n## p-values where nothing differs: how often below α, as a multiple of α\n")
    print("| | α = 0.05 | 0.01 | 0.001 |")
    print("|---|---|---|---|")
    for words, ratios in tails(12 * runs, 3):
        print(f"| {words} | {' | '.join(f'{ratio:.2f}' for ratio in ratios)} |")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
