"""From measure values to a KPI with its counts, its interval, and the reason where it has no value."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from salesmetrics.answers.report import Change, Excluded, Interval, Metric
from salesmetrics.entities.currency import UNRATED
from salesmetrics.metrics.catalog import split_name
from salesmetrics.metrics.definition import (
    Balance,
    Contrast,
    Incidence,
    Mean,
    Quantile,
    Ratio,
    Tally,
    Undefined,
    Wait,
    as_decimal,
    curve,
    number,
    out_of_reach,
    reached,
    total,
)
from salesmetrics.metrics.settings import PREFIX, Settings
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message
from salesmetrics.statistics.distributions import two_sided_z
from salesmetrics.statistics.intervals import (
    SMALLEST_MEAN_SAMPLE,
    Bounds,
    hybrid_difference,
    mean_interval,
    newcombe_difference,
    nps_interval,
    wilson,
)
from salesmetrics.statistics.quantiles import quantile_interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from salesmetrics.calendar.windows import Window
    from salesmetrics.engine.compute import Cell
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi, Shape
    from salesmetrics.schema.provenance import Finding

__all__ = [
    "Outcome",
    "Values",
    "cell_order",
    "change_between",
    "evaluate",
    "lengths_differ",
    "make_metric",
    "per_day",
    "plain",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A KPI in one cell."""

    value: Any = None
    numerator: Any = None
    denominator: Any = None
    n: int | None = None
    interval: Bounds | None = None
    reason: str | None = None
    excluded: tuple[tuple[str, int], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Values:
    """Measure values of one cell.

    Attributes:
        by_shift: ``""`` for the period itself, ``previous`` and ``year_ago`` for the stretches before it, each measure id
            to value. A measure that is absent has no record in this cell: its count is 0.
        unsplit: Measures that cannot be told apart by the dimensions of this cell.
        settings: Thresholds and outside figures.
        unknown: By shift, the measures that the records cannot tell there, with the reason.
    """

    by_shift: Mapping[str, Mapping[str, Any]]
    unsplit: frozenset[str] = frozenset()
    settings: Settings = field(default_factory=Settings)
    unknown: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def shifted(self, shift: str) -> Values:
        """The same cell, with an earlier stretch in the place of the period."""
        return replace(self, by_shift={"": self.by_shift[shift]}, unknown={"": self.unknown.get(shift, {})})


def evaluate(kpi: Kpi, values: Values, catalog: Catalog, level: float) -> Outcome:
    """Compute a KPI from the measure values of one cell.

    Args:
        kpi: What to compute.
        values: The measure values.
        catalog: Where measures and other KPIs are looked up.
        level: Confidence level of the interval.
    """
    here = values.by_shift[""]
    excluded = tuple(_left_out(kpi, here))
    inputs: dict[str, Any] = {}
    for name in kpi.inputs:
        value, reason = _input(name, values, catalog, level)
        if reason is not None and name not in kpi.optional:
            unrated = reason == "missing_amount" and any(code == "missing_rate" for code, _ in excluded)
            return Outcome(reason="missing_rate" if unrated else reason, excluded=excluded)
        inputs[name] = value
    if any(isinstance(value, Fraction) for value in inputs.values()):
        inputs = {name: Fraction(value) if isinstance(value, Decimal) else value for name, value in inputs.items()}
    shape = kpi.parts(**inputs)
    counted = here.get(kpi.n) if kpi.n else None
    found = _outcome(kpi, shape, level, None if counted is None else int(counted), excluded)
    if not any(isinstance(each, Fraction) for each in (found.value, found.numerator, found.denominator)):
        return found
    value, top, bottom = (as_decimal(each) for each in (found.value, found.numerator, found.denominator))
    return replace(found, value=value, numerator=top, denominator=bottom)


def _left_out(kpi: Kpi, here: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """What was left out and why; for want of an exchange rate is not for want of an amount."""
    for code, name in kpi.excluded.items():
        if name in here:
            unrated = int(here.get(f"{name}{UNRATED}") or 0)
            yield code, int(here[name] or 0) - unrated
            if unrated:
                yield "missing_rate", unrated


def _input(name: str, values: Values, catalog: Catalog, level: float) -> tuple[Any, str | None]:
    if name.startswith(PREFIX):
        setting = values.settings.value(name)
        return setting, "missing_setting" if setting is None else None
    base, shift = split_name(name)
    if shift not in values.by_shift:
        return None, "no_previous_period"
    measure = catalog.measures.get(base)
    if measure is None:
        outcome = evaluate(catalog.kpis[base], values.shifted(shift) if shift else values, catalog, level)
        return outcome.value, outcome.reason
    if base in values.unsplit:
        return None, "not_by_dimension"
    unknown = values.unknown.get(shift, {}).get(base)
    if unknown is not None:
        return None, unknown
    value = values.by_shift[shift].get(base, measure.empty)
    return value, measure.missing if value is None else None


def _outcome(
    kpi: Kpi, shape: Shape, level: float, counted: int | None, excluded: tuple[tuple[str, int], ...]
) -> Outcome:
    if isinstance(shape, (Incidence, Wait)):
        return _read_off(shape, level, excluded)
    value = number(shape)
    match shape:
        case Undefined(code):
            return Outcome(reason=code, n=counted, excluded=excluded)
        case Ratio(top, bottom):
            n = counted if counted is not None else int(bottom) if kpi.interval == "wilson" else None
            bounds = wilson(int(top), int(bottom), level) if kpi.interval == "wilson" and bottom > 0 else None
            reason = "zero_denominator" if value is None else None
            return Outcome(value, top, bottom, n, bounds, reason, excluded=excluded)
        case Tally(part, whole):
            reason = None if whole else "no_records"
            return Outcome(value if whole else None, part, whole, int(whole), reason=reason, excluded=excluded)
        case Balance(up, down, whole):
            reason = None if whole else "no_records"
            bounds = nps_interval(int(up), int(down), int(whole), level) if whole else None
            return Outcome(value, up - down, whole, int(whole), bounds, reason, excluded=excluded)
        case Contrast():
            reason = "zero_denominator" if value is None else None
            n = sum(int(whole) for _, whole in shape)
            return Outcome(value, n=n, interval=_contrast(shape, level), reason=reason, excluded=excluded)
        case Mean(sample):
            n = len(sample)
            reason = None if n else "no_records"
            return Outcome(value, total(sample), n, n, _of_mean(sample, value, level), reason, excluded=excluded)
        case Quantile(sample, q):
            n = len(sample)
            reason = None if n else "no_records"
            return Outcome(
                value,
                n=n,
                interval=quantile_interval(sample, q, level) if n else None,
                reason=reason,
                excluded=excluded,
            )
        case _:
            n = counted if counted is not None else value if isinstance(value, int) else None
            return Outcome(value=value, n=n, reason="missing_input" if value is None else None, excluded=excluded)


def _contrast(shape: Contrast, level: float) -> Bounds | None:
    """The interval of the difference of two differences of rates, in percentage points."""
    after, before, other_after, other_before = ((int(k), int(n)) for k, n in shape)
    rise = newcombe_difference(*after, *before, level)
    other = newcombe_difference(*other_after, *other_before, level)
    if rise is None or other is None:
        return None
    values = (
        after[0] / after[1] - before[0] / before[1],
        other_after[0] / other_after[1] - other_before[0] / other_before[1],
    )
    return hybrid_difference(values[0], rise, values[1], other).scaled(100)


def _read_off(shape: Incidence | Wait, level: float, excluded: tuple[tuple[str, int], ...]) -> Outcome:
    found = curve(shape, level)
    if not found.n:
        return Outcome(n=0, reason="no_records", excluded=excluded)
    value, low, high = reached(shape, found)
    bounds = None if low is None or high is None else Bounds(low, high)
    reason = None if value is not None else "never_reached" if out_of_reach(shape) else "not_reached"
    return Outcome(value, n=found.n, interval=bounds if value is not None else None, reason=reason, excluded=excluded)


def _of_mean(sample: Any, mean: Any, level: float) -> Bounds | None:
    """The interval of the mean of a sorted sample; a mean of values that cannot be negative is not negative."""
    n = len(sample)
    if n < SMALLEST_MEAN_SAMPLE or sample[0] == sample[-1]:
        return None
    if hasattr(sample, "to_frame"):
        numbers = sample.cast(float)
        sd, skewness = float(numbers.std()), float(numbers.skew(bias=False))
    else:
        sd, skewness = _moments([float(value) for value in sample])
    bounds = mean_interval(n, float(mean), sd, skewness, level)
    return bounds.within(0.0, math.inf) if bounds is not None and min(sample[0], sample[-1]) >= 0 else bounds


def _moments(numbers: list[float]) -> tuple[float, float]:
    """The sample standard deviation and the adjusted skewness."""
    n, centre = len(numbers), math.fsum(numbers) / len(numbers)
    square = math.fsum((number - centre) ** 2 for number in numbers) / n
    cube = math.fsum((number - centre) ** 3 for number in numbers) / n
    return math.sqrt(square * n / (n - 1)), cube / square**1.5 * math.sqrt(n * (n - 1)) / (n - 2)


# --- the step from an earlier value to the present one, with the interval of the step and what can be said of it ---


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


# --- from an outcome in a cell to the metric that the report carries ---


def cell_order(cell: Cell) -> tuple[Any, ...]:
    """Totals first, then groups in order of their keys, blank ones last; within them time, then currency."""
    group = tuple((name is None, _natural(name or "")) for name in cell.group)
    return (len(cell.group), group, cell.bucket or date.min, cell.currency is None, cell.currency or "")


def _natural(name: str) -> tuple[tuple[tuple[int, str], ...], str]:
    """Numbers inside a name in order of their size: `3-6` before `12-24`."""
    parts = re.split(r"([0-9]+)", name)
    return tuple((int(part) if i % 2 else 0, part if not i % 2 else "") for i, part in enumerate(parts)), name


def make_metric(request: Request, kpi: Kpi, outcome: Outcome, cell: Cell, extra: Mapping[str, Any]) -> Metric:
    """A metric; ``extra`` gives its currency, period, trend and comparison."""
    bounds = outcome.interval
    return Metric(
        id=kpi.id,
        title=kpi.title_with(request.settings),
        family=kpi.family,
        unit=kpi.unit,
        basis=kpi.basis,
        group=dict(zip(request.by, cell.group, strict=True)) if cell.group else {},
        value=plain(outcome.value),
        numerator=plain(outcome.numerator),
        denominator=plain(outcome.denominator),
        n=outcome.n,
        interval=None
        if bounds is None
        else Interval(low=bounds.low, high=bounds.high, level=request.level, method=str(kpi.interval)),
        reason=outcome.reason,
        excluded=[Excluded(code=code, count=count) for code, count in outcome.excluded],
        direction=kpi.direction,
        small=not (kpi.additive or kpi.exact) and outcome.n is not None and outcome.n < request.min_n,
        **extra,
    )


def plain(value: Any) -> Any:
    """A Decimal without the zeros that its column carries: 1250.00000000 is 1250."""
    value = as_decimal(value)
    return value.normalize() + Decimal(0) if isinstance(value, Decimal) else value
