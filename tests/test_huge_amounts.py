"""Amounts of any size: what is computed of them is a finite number or none, and sums stay exact."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any

import polars as pl
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from effort import tries
from salesmetrics.engine.build import build_report
from salesmetrics.engine.request import Request
from salesmetrics.engine.resolve import resolve
from salesmetrics.engine.trend import build_trend
from salesmetrics.metrics.catalog import catalog
from salesmetrics.render.writers import render
from salesmetrics.statistics.control import PowerSums, power_of_sums, scaled_limits, xmr_limits
from salesmetrics.statistics.intervals import (
    Bounds,
    hybrid_difference,
    mean_interval,
    mean_intervals,
    ratio_of_sums_interval,
)
from salesmetrics.statistics.quantiles import quantile_interval, quantiles
from salesmetrics.statistics.two_samples import welch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hypothesis.strategies import DrawFn

MONEY = pl.Decimal(38, 8)
AS_OF = date(2026, 6, 30)
KPIS = ("revenue", "average_deal_size", "median_deal_size", "win_rate_value", "lost_value")
MOST_READ = 24
"""Digits of the largest amounts that files can have; statistics are tried on more."""


@st.composite
def amounts(draw: DrawFn, digits: int, fewest: int = 25) -> list[Decimal]:
    """Amounts that are close to each other, all the same, of every size, or of both signs."""
    size = Decimal(10) ** draw(st.integers(0, digits - 1))
    n = draw(st.integers(fewest, 40))
    steps = {
        "close": st.integers(0, draw(st.sampled_from([1, 2, 50, 10**6]))).map(lambda step: size + step),
        "same": st.just(size),
        "wide": st.integers(0, digits - 1).map(lambda power: Decimal(10) ** power),
        "signed": st.sampled_from([-1, 1, 7]).map(lambda sign: sign * size),
        "small": st.integers(-4, 4).map(lambda step: size + Decimal(step).scaleb(-8)),
    }
    chosen = steps[draw(st.sampled_from(sorted(steps)))]
    return draw(st.lists(chosen, min_size=n, max_size=n))


def check(bounds: Iterable[float] | None) -> None:
    """An interval is one: finite, with a low end below the high one."""
    if bounds is not None:
        ends = list(bounds)
        assert all(map(math.isfinite, ends)), ends
        assert ends[0] < ends[-1], ends


@given(amounts(30), st.floats(-0.3, 1.0), st.floats(0.0, 1e6))
@settings(deadline=None, max_examples=tries(300))
def test_no_statistic_of_amounts_is_anything_but_finite(values: list[Decimal], power: float, variation: float) -> None:
    ordered, n = sorted(values), len(values)
    mean = float(sum(ordered) / n)
    column = pl.Series([ordered], dtype=pl.List(MONEY))
    (of_mean,) = mean_intervals(column, [n], [mean])
    check(of_mean)
    spread = column[0].cast(pl.Float64)
    sd, skewness = float(spread.std() or 0.0), float(spread.skew(bias=False) or 0.0)  # type: ignore[arg-type]
    check(mean_interval(n, mean, sd, skewness))
    ((middle, of_middle),) = quantiles(column, [n], 0.5, 0.95)
    assert of_middle == quantile_interval(ordered, 0.5)
    check(of_middle)
    assert isinstance(middle, Decimal)
    assert ordered[0] <= middle <= ordered[-1]
    if of_mean and of_middle:
        check(hybrid_difference(mean, of_mean, float(middle), Bounds(*of_middle)))
    check(ratio_of_sums_interval(n, sum(values[::2]), sum(map(abs, values)), *_squares(values)))
    p = welch(n, mean, sd**2, n, float(ordered[0]), sd**2)
    assert p is None or 0 < p <= 1
    series = [float(value) for value in values]
    check(xmr_limits(series))
    check(scaled_limits(series, power))
    found = power_of_sums(PowerSums(n, *(math.fsum(abs(x) ** k for x in series) for k in (1, 2, 3))), variation)
    assert found is None or -0.3 <= found <= 1


def _squares(values: list[Decimal]) -> Iterator[Decimal]:
    won = [value if place % 2 == 0 else Decimal(0) for place, value in enumerate(values)]
    for first, second in ((won, won), (won, values), (values, values)):
        yield sum((Decimal(int(a)) * int(b) for a, b in zip(first, second, strict=True)), Decimal(0))


@given(amounts(MOST_READ, fewest=30))
@settings(deadline=None, max_examples=tries(15), phases=(Phase.explicit, Phase.generate))
def test_a_report_on_amounts_of_any_size_can_be_written_and_adds_them_up_exactly(values: list[Decimal]) -> None:
    n = len(values)
    closed = [date(2025, 6, 1) + timedelta(days=9 * place) for place in range(n)]
    deals = pl.DataFrame(
        {
            "id": [str(place) for place in range(n)],
            "outcome": ["won" if place % 6 else "lost" for place in range(n)],
            "owner": ["Ann" if place % 2 else "Bob" for place in range(n)],
            "amount": values,
            "created": [day - timedelta(days=20) for day in closed],
            "closed": closed,
        },
        schema_overrides={"amount": MONEY},
    ).with_columns(__row__=pl.int_range(2, n + 2, dtype=pl.UInt32), __file__=pl.lit(0))
    with localcontext(prec=60):
        won = sum(value for place, value in enumerate(values) if place % 6)
    report = build_report(resolve(AS_OF, None, kpis=KPIS, by=("owner",)), {"deals": deals}, catalog())
    (revenue,) = (metric for metric in report.metrics if metric.id == "revenue" and not metric.group)
    assert revenue.value == won
    series = Request(as_of=AS_OF, as_of_source=None, kpis=KPIS, every="month")
    for answer in (report, build_trend(series, {"deals": deals}, catalog())):
        for metric in json.loads(render(answer, "json"))["metrics"]:
            _check_metric(metric)
        assert " nan" not in render(answer, "table").lower()


def _check_metric(metric: dict[str, Any]) -> None:
    interval, limits = metric.get("interval"), metric.get("limits")
    if interval and None not in (interval["low"], interval["high"]):
        check((float(interval["low"]), float(interval["high"])))
    if limits:
        check((float(limits["low"]), float(limits["high"])))
