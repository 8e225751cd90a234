"""From measure values to a KPI with its counts, its interval, and the reason where it has no value."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

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
from salesmetrics.report.compute import UNRATED
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
    from collections.abc import Iterator, Mapping

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi, Shape

__all__ = ["Outcome", "Values", "evaluate"]


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
