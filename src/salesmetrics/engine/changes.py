"""The step from an earlier value to the present one, with its interval, and what can be said of it.

What is said rests on all steps of a report together.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from msgspec import structs

from salesmetrics.answers.report import Change, Interval, Verdicts
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message
from salesmetrics.statistics.changes import count_change, hybrid_p_value, newcombe_p_value
from salesmetrics.statistics.distributions import two_sided_z
from salesmetrics.statistics.intervals import Bounds, hybrid_difference, newcombe_difference
from salesmetrics.statistics.multiple import benjamini_hochberg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from salesmetrics.answers.report import Metric
    from salesmetrics.calendar.windows import Window
    from salesmetrics.engine.evaluate import Outcome
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.schema.provenance import Finding
    from salesmetrics.statistics.changes import Dispersion

__all__ = ["change_between", "corrected", "is_counted", "judged", "lengths_differ", "per_day"]

Verdict = Literal["better", "worse", "no clear difference", "higher", "lower"]

_LEAST: Final = 1e-300
"""A p-value below it is written as this one: 0 would say that the change is impossible by chance."""


class _Step(NamedTuple):
    """The interval of a step, how it was made, and how probable such a step is by chance."""

    bounds: Bounds
    method: str
    p: float | None


def change_between(
    kpi: Kpi, now: Outcome, before: Outcome, level: float, min_n: int, past: Dispersion | None = None
) -> Change | None:
    """How a KPI moved; None where either value is undefined. What is to be said of it, ``judged`` adds.

    The interval is that of the difference itself: Newcombe's for rates, for means and quantiles the one made of
    their two intervals (MOVER), and for numbers of records the normal approximation to the difference of two counts, with
    the over-dispersion that the count has shown so far. Sums have none, nor has a KPI that still grows after its period,
    whose young period would look worse whatever happened: nothing can be said about chance there. The p-value is the one
    that belongs to the interval. A count whose past is not known has the interval of independent events, and no p-value.

    Args:
        kpi: What the values are of.
        now: The value of the period.
        before: The value of the period before.
        level: Confidence level.
        min_n: With fewer records in either period nothing is concluded.
        past: The over-dispersion of a count, from the periods before.
    """
    if now.value is None or before.value is None:
        return None
    step = _step(now.value, before.value)
    base = float(before.value)
    found = _interval(kpi, now, before, level, past)
    few = found is not None and (_few(now, min_n) or _few(before, min_n))
    p = None if found is None or few or found.p is None else max(found.p, _LEAST)
    return Change(
        absolute=step.normalize() + Decimal(0) if isinstance(step, Decimal) else step,
        relative=float(step) / base if base > 0 else None,
        interval=None
        if found is None
        else Interval(low=found.bounds.low, high=found.bounds.high, level=level, method=found.method),
        p=p,
        verdict="too few" if few else None,
        verdict_reason="short_history" if found is not None and not few and p is None else None,
    )


def per_day(now: Outcome, before: Outcome, window: Window, earlier: Window) -> float | None:
    """The relative change per day of a sum or count over two periods that differ by whole weeks; None where they do not."""
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
    changes = [
        Message("change_per_day", title=m.title, percent=100 * m.change.per_day)
        for m in known
        if m.change and m.change.per_day is not None
    ]
    length, other = (Message("weeks", n=n // 7) if n % 7 == 0 else Message("days", n=n) for n in days)
    return [
        finding(
            "lengths_differ",
            count=0,
            period=request.period.label,
            length=length,
            other=beside.label,
            other_length=other,
            changes=tuple(changes),
        )
    ]


def _step(now: Any, before: Any) -> Decimal | float:
    """The difference: exact unless one of them is a float, as a median between two whole days is."""
    if isinstance(now, float) or isinstance(before, float):
        return float(now) - float(before)
    return Decimal(now) - Decimal(before)


def is_counted(kpi: Kpi) -> bool:
    """Whether a KPI is a number of records of a period, so that its past says how much it varies."""
    return kpi.unit == "count" and kpi.additive and kpi.basis != "snapshot" and not kpi.matures


def _interval(kpi: Kpi, now: Outcome, before: Outcome, level: float, past: Dispersion | None) -> _Step | None:
    if kpi.matures:
        return None
    if kpi.interval == "wilson":
        counts = (*_parts(now), *_parts(before))
        bounds = newcombe_difference(*counts, level)
        return None if bounds is None else _Step(bounds, "newcombe", newcombe_p_value(*counts))
    if kpi.interval in {"hall", "order_statistic"} and now.interval is not None and before.interval is not None:
        return _of_estimates(now, before, now.interval, before.interval, level)
    if is_counted(kpi) and isinstance(now.value, int) and isinstance(before.value, int):
        return _of_counts(now.value, before.value, level, past)
    return None


def _of_estimates(now: Outcome, before: Outcome, here: Bounds, there: Bounds, level: float) -> _Step | None:
    if not all(math.isfinite(end) for end in (*here, *there)):
        return None
    bounds = hybrid_difference(now.value, here, before.value, there)
    degrees = min(now.n or 0, before.n or 0) - 1
    return _Step(bounds, "hybrid", hybrid_p_value(float(now.value) - float(before.value), bounds, level, degrees))


def _of_counts(now: int, before: int, level: float, past: Dispersion | None) -> _Step | None:
    if past is not None:
        known = count_change(now, before, past, level)
        return None if known is None else _Step(known[0], "quasi_poisson", known[1])
    step, reach = float(now - before), two_sided_z(level) * math.sqrt(now + before)
    # No record in either period: no spread seen is not certainty.
    return _Step(Bounds(step - reach, step + reach), "poisson_normal", None) if reach else None


def _parts(outcome: Outcome) -> tuple[int, int]:
    return int(outcome.numerator or 0), int(outcome.denominator or 0)


def _few(outcome: Outcome, min_n: int) -> bool:
    return outcome.n is not None and outcome.n < min_n


# --- what is said of all steps of a report ---


def judged(metrics: Sequence[Metric], kpis: Mapping[str, Kpi], fdr: float) -> list[Metric]:
    """Metrics with the verdicts on their changes, corrected for how many there are.

    Of KPIs that say the same in other words only one is judged in a cell: the one that leads, or where it has no p-value
    there, the first that has. All p-values of the report that are judged, those of totals and of segments, are one family
    (Benjamini & Hochberg).

    Args:
        metrics: In the order of the catalogue within a cell.
        kpis: KPIs by id.
        fdr: The share of wrong ones among the verdicts that is accepted, and the probability of any where nothing changed.
    """
    leaders: dict[tuple[Any, ...], int] = {}
    for place, metric in enumerate(metrics):
        if metric.change is not None and metric.change.p is not None:
            idea = _idea(metric, kpis)
            if kpis[metric.id].idea == metric.id or idea not in leaders:
                leaders[idea] = place
    places = sorted(leaders.values())
    p_values = benjamini_hochberg([c.p if (c := metrics[place].change) else None for place in places])
    found = list(metrics)
    for place, adjusted in zip(places, p_values, strict=True):
        change = metrics[place].change
        if change is not None and adjusted is not None:
            said = structs.replace(change, p_adjusted=adjusted, verdict=_verdict(metrics[place], adjusted <= fdr))
            found[place] = structs.replace(metrics[place], change=said)
    for place, metric in enumerate(metrics):
        change = metric.change
        if change is not None and change.p is not None and (leader := leaders[_idea(metric, kpis)]) != place:
            said = structs.replace(change, verdict_reason="same_idea", verdict_of=metrics[leader].id)
            found[place] = structs.replace(metric, change=said)
    return found


def corrected(changes: Iterable[Change | None], fdr: float) -> Verdicts:
    """How the verdicts on changes were corrected."""
    made = sum(change is not None and change.p_adjusted is not None for change in changes)
    return Verdicts(method="benjamini_hochberg", fdr=fdr, comparisons=made)


def _idea(metric: Metric, kpis: Mapping[str, Kpi]) -> tuple[Any, ...]:
    return (kpis[metric.id].idea, metric.currency, *metric.group.values())


def _verdict(metric: Metric, called: bool) -> Verdict:  # noqa: FBT001
    if not called or metric.change is None:
        return "no clear difference"
    rises = float(metric.change.absolute or 0) > 0
    if metric.direction == "neutral":
        return "higher" if rises else "lower"
    return "better" if rises == (metric.direction == "higher") else "worse"
