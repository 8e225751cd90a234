"""The step from an earlier value to the present one, with the interval of the step and what can be said of it."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from salesmetrics.errors import counted
from salesmetrics.report.model import Change, Interval
from salesmetrics.schema.provenance import Finding, Severity
from salesmetrics.statistics.distributions import two_sided_z
from salesmetrics.statistics.intervals import Bounds, hybrid_difference, newcombe_difference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.report.evaluate import Outcome
    from salesmetrics.report.model import Metric
    from salesmetrics.report.request import Request
    from salesmetrics.report.windows import Window

__all__ = ["change_between", "lengths_differ", "per_day"]

Verdict = Literal["better", "worse", "no clear difference", "too few", "higher", "lower"]


def change_between(kpi: Kpi, now: Outcome, before: Outcome, level: float, min_n: int) -> Change | None:
    """How a KPI moved; None where either value is undefined.

    The interval is that of the difference itself: Newcombe's for rates, for means and quantiles the one made of
    their two intervals (MOVER), and for numbers of records the normal approximation to the difference of two Poisson
    counts. Sums have none, nor has a KPI that still grows after its period, whose young period would look worse whatever
    happened: nothing can be said about chance there, so there is no verdict.

    Args:
        kpi: Says whether more is better.
        now: The value of the period.
        before: The value of the period before.
        level: Confidence level.
        min_n: With fewer records in either period nothing is concluded.
    """
    if now.value is None or before.value is None:
        return None
    step = _step(now.value, before.value)
    base = float(before.value)
    bounds, method = _interval(kpi, now, before, level)
    return Change(
        absolute=step.normalize() + Decimal(0) if isinstance(step, Decimal) else step,
        relative=float(step) / base if base > 0 else None,
        interval=None if bounds is None else Interval(low=bounds.low, high=bounds.high, level=level, method=method),
        verdict=_verdict(kpi, float(step), bounds, few=_few(now, min_n) or _few(before, min_n)),
    )


def per_day(now: Outcome, before: Outcome, window: Window, earlier: Window) -> float | None:
    """The relative change per day of a sum or count over two stretches that differ by whole weeks; None where they do not."""
    days = [None if w.start is None or w.end is None else (w.end - w.start).days for w in (window, earlier)]
    if days[0] is None or days[1] is None or days[0] == days[1] or not before.value or float(before.value) < 0:
        return None
    return float(now.value) / days[0] / (float(before.value) / days[1]) - 1


def lengths_differ(request: Request, metrics: Sequence[Metric]) -> list[Finding]:
    """That a year or quarter of weeks is compared with a longer or shorter one, and the changes per day."""
    known = [m for m in metrics if m.change is not None and m.change.per_day is not None and not m.group]
    beside = request.comparison
    if not known or beside is None or request.period.start is None or request.period.end is None:
        return []
    days = ((request.period.end - request.period.start).days, (beside.end - beside.start).days)
    steps = [f"{m.title} {100 * m.change.per_day:+.1f} %" for m in known if m.change and m.change.per_day is not None]
    weeks = [counted(n // 7, "week") if n % 7 == 0 else counted(n, "day") for n in days]
    return [
        Finding(
            code="lengths_differ",
            severity=Severity.NOTE,
            count=0,
            message=f"{request.period.label} has {weeks[0]} and {beside.label} {weeks[1]}: changes per day are {', '.join(steps)}",
        )
    ]


def _step(now: Any, before: Any) -> Decimal | float:
    """The difference: exact unless one of them is a float, as a median between two whole days is."""
    if isinstance(now, float) or isinstance(before, float):
        return float(now) - float(before)
    return Decimal(now) - Decimal(before)


def _interval(kpi: Kpi, now: Outcome, before: Outcome, level: float) -> tuple[Bounds | None, str]:
    if kpi.grows:
        return None, ""
    if kpi.interval == "wilson":
        return newcombe_difference(*_parts(now), *_parts(before), level), "newcombe"
    if kpi.interval in {"hall", "order_statistic"} and now.interval is not None and before.interval is not None:
        ends = (now.interval, before.interval)
        if all(math.isfinite(end) for bounds in ends for end in (bounds.low, bounds.high)):
            return hybrid_difference(now.value, ends[0], before.value, ends[1]), "hybrid"
    records = kpi.unit == "count" and isinstance(now.value, int) and isinstance(before.value, int)
    if records and kpi.additive and kpi.basis != "snapshot":
        step, reach = float(now.value - before.value), two_sided_z(level) * math.sqrt(now.value + before.value)
        if not reach:  # no record in either period: no spread seen is not certainty
            return None, ""
        return Bounds(step - reach, step + reach), "poisson_normal"
    return None, ""


def _parts(outcome: Outcome) -> tuple[int, int]:
    return int(outcome.numerator or 0), int(outcome.denominator or 0)


def _verdict(kpi: Kpi, step: float, bounds: Bounds | None, *, few: bool) -> Verdict | None:
    if bounds is None:
        return None
    if few:
        return "too few"
    if bounds.low <= 0 <= bounds.high:
        return "no clear difference"
    if kpi.direction == "neutral":
        return "higher" if step > 0 else "lower"
    return "better" if (step > 0) == (kpi.direction == "higher") else "worse"


def _few(outcome: Outcome, min_n: int) -> bool:
    return outcome.n is not None and outcome.n < min_n
