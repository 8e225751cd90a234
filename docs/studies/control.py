"""How often control limits call chance unusual, and how often they see a doubling.

Run it with ``python docs/studies/control.py``; it prints ``docs/studies/control.md``. Each series has 24 periods; its limits rest on
all of them, as those of ``trend`` do. An alarm is any period outside.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from salesmetrics.statistics.control import (
    PowerSums,
    ProcessLimits,
    power_of_counts,
    power_of_sums,
    scaled_limits,
    variation_of,
    xmr_limits,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Array = np.ndarray[Any, np.dtype[Any]]
PERIODS = 24
DOUBLED = 12
"""The period that is doubled where one is."""

AMOUNTS: dict[str, Callable[[np.random.Generator, int], Array]] = {
    "normal, 30 % spread": lambda rng, n: rng.normal(100, 30, n),
    "gamma 0.8": lambda rng, n: rng.gamma(0.8, 1.0, n),
    "log-normal 0.5": lambda rng, n: rng.lognormal(0, 0.5, n),
    "log-normal 1": lambda rng, n: rng.lognormal(0, 1.0, n),
    "log-normal 1.5": lambda rng, n: rng.lognormal(0, 1.5, n),
}


def sums_of(rng: np.random.Generator, counts: Array, draw: Callable[[np.random.Generator, int], Array]) -> list[Array]:
    """The amounts of each period."""
    amounts = draw(rng, int(counts.sum()))
    return np.split(amounts, np.cumsum(counts)[:-1])


def limits_of_sums(amounts: list[Array]) -> tuple[list[float], ProcessLimits | None, ProcessLimits | None]:
    """The sums, their limits, and those of the plain chart."""
    values = [float(part.sum()) for part in amounts]
    every = np.abs(np.concatenate(amounts))
    moments = PowerSums(every.size, *(float((every**power).sum()) for power in (1, 2, 3)))
    power = power_of_sums(moments, variation_of([part.size for part in amounts]))
    return values, scaled_limits(values, 1.0 if power is None else power), xmr_limits(values)


def outside(value: float, limits: ProcessLimits | None) -> bool:
    return limits is not None and not limits.low <= value <= limits.high


def sums(name: str, deals: int, runs: int, seed: int, *, fixed: bool) -> dict[str, float]:
    """Alarms of series of sums in which nothing happens, and how often a period of twice as many deals is seen."""
    rng = np.random.default_rng([seed, deals, fixed])
    found = dict.fromkeys(("alarm", "plain alarm", "doubling", "plain doubling"), 0)
    for _ in range(runs):
        for doubled in (False, True):
            means = np.full(PERIODS, deals)
            if doubled:
                means[DOUBLED] = 2 * deals
            counts = means if fixed else rng.poisson(means)
            values, ours, plain = limits_of_sums(sums_of(rng, counts, AMOUNTS[name]))
            for prefix, limits in (("", ours), ("plain ", plain)):
                if doubled:
                    found[f"{prefix}doubling"] += outside(values[DOUBLED], limits)
                else:
                    found[f"{prefix}alarm"] += any(outside(value, limits) for value in values)
    return {name: number / runs for name, number in found.items()}


def counts(mean: float, cluster: float, runs: int, seed: int) -> dict[str, float]:
    """The same of counts: events in bunches of so many on average."""
    rng = np.random.default_rng([seed, int(mean), int(10 * cluster)])
    found = dict.fromkeys(("alarm", "plain alarm", "doubling", "plain doubling"), 0)
    for _ in range(runs):
        for doubled in (False, True):
            means = np.full(PERIODS, mean / cluster)
            if doubled:
                means[DOUBLED] *= 2
            values = [int(rng.geometric(1 / cluster, k).sum()) for k in rng.poisson(means)]
            ours, plain = scaled_limits(values, power_of_counts(variation_of(values))), xmr_limits(values)
            for prefix, limits in (("", ours), ("plain ", plain)):
                if doubled:
                    found[f"{prefix}doubling"] += outside(values[DOUBLED], limits)
                else:
                    found[f"{prefix}alarm"] += any(outside(value, limits) for value in values)
    return {name: number / runs for name, number in found.items()}


def main(runs: int = 2000) -> None:
    print("# Control limits: how often chance is called unusual\n")
    print(
        f"Made by `docs/studies/control.py`, {runs} series of 24 periods per row. An alarm is a series in which nothing happens and\n"
        "a period is outside its limits; a doubling is a single period with twice as many deals that is seen. `plain` is the\n"
        "XmR chart on the values as they are.\n"
    )
    print("## Sums of deals\n")
    print("| amounts | deals in a period | alarm | plain | doubling seen | plain |")
    print("|---|---|---|---|---|---|")
    worst = 0.0
    for name in AMOUNTS:
        for fixed in (True, False):
            for deals in (4, 8, 20, 50):
                found = sums(name, deals, runs, 20261126, fixed=fixed)
                worst = max(worst, found["alarm"])
                words = f"{deals}" if fixed else f"{deals} on average"
                print(
                    f"| {name} | {words} | {found['alarm']:.1%} | {found['plain alarm']:.1%} | {found['doubling']:.0%} "
                    f"| {found['plain doubling']:.0%} |"
                )
    print(f"\nThe highest share of alarms is {worst:.1%}.\n")
    print("## Counts\n")
    print("| events in a period | in bunches of | alarm | plain | doubling seen | plain |")
    print("|---|---|---|---|---|---|")
    for mean in (4, 8, 20, 50):
        for cluster in (1.0, 3.0):
            found = counts(mean, cluster, runs, 20261126)
            print(
                f"| {mean} | {cluster:g} | {found['alarm']:.1%} | {found['plain alarm']:.1%} | {found['doubling']:.0%} "
                f"| {found['plain doubling']:.0%} |"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
