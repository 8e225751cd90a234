"""From measure values to a KPI with its counts, its interval, and the reason where it has no value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec
from msgspec.structs import replace

from salesmetrics.entities.currency import UNRATED
from salesmetrics.entities.declared import kinds_of
from salesmetrics.metrics.catalog import split_name
from salesmetrics.metrics.settings import PREFIX, Settings
from salesmetrics.metrics.shapes import (
    DifferenceInDifferences,
    Incidence,
    Mean,
    MedianTimeToEvent,
    NetScore,
    Quantile,
    Ratio,
    Tally,
    Undefined,
    as_decimal,
    lists_of,
    number,
    readings,
)
from salesmetrics.statistics.intervals import (
    Bounds,
    hybrid_difference,
    mean_intervals,
    newcombe_difference,
    nps_interval,
    wilson,
)
from salesmetrics.statistics.quantiles import quantiles

if TYPE_CHECKING:
    from datetime import date

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi, Number, Shape

__all__ = [
    "ABSENT",
    "Cell",
    "Group",
    "Outcome",
    "Values",
    "evaluate",
    "shapes_of",
]


Group = tuple[str | None, ...]
"""One value per dimension; empty for the total."""


class Cell(NamedTuple):
    """What one set of measure values belongs to."""

    group: Group
    currency: str | None
    bucket: date | None


ABSENT: Final = object()
"""Stands in a column of measure values where a cell has no record that the measure looks at."""


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """A KPI in one cell. There are as many as segments times KPIs, so the collector need not look at them."""

    value: Any = None
    numerator: Any = None
    denominator: Any = None
    n: int | None = None
    interval: Bounds | None = None
    reason: str | None = None
    excluded: tuple[tuple[str, int], ...] = ()


class Values(msgspec.Struct, frozen=True):
    """Measure values of some cells, as columns.

    Attributes:
        count: How many cells.
        by_shift: ``""`` for the period itself, ``previous`` and ``year_ago`` for the periods before it, each measure id
            to one value per cell. Where it is ``ABSENT``, or the whole column is, the cell has no record: its count is 0.
        unsplit: Measures that cannot be told apart by the dimensions of these cells.
        settings: Thresholds and outside figures.
        unknown: By shift, the measures that the records cannot tell there, with the reason.
        foreign: Kinds of file with amounts, each with whether it has nothing at all in the currency of a cell.
    """

    count: int
    by_shift: Mapping[str, Mapping[str, Sequence[Any]]]
    unsplit: frozenset[str] = frozenset()
    settings: Settings = msgspec.field(default_factory=Settings)
    unknown: Mapping[str, Mapping[str, str]] = msgspec.field(default_factory=dict)
    foreign: Mapping[str, Sequence[bool]] = msgspec.field(default_factory=dict)

    def shifted(self, shift: str) -> Values:
        """The same cells, with an earlier period in the place of the period."""
        return replace(self, by_shift={"": self.by_shift[shift]}, unknown={"": self.unknown.get(shift, {})})

    def column(self, name: str, missing: Any, shift: str = "") -> Sequence[Any]:
        """The values of a measure, with something in the place of those that are absent."""
        values = self.by_shift[shift].get(name)
        if values is None:
            return [missing] * self.count
        return [missing if value is ABSENT else value for value in values]


def evaluate(kpi: Kpi, values: Values, catalog: Catalog, level: float | None) -> list[Outcome]:
    """Compute a KPI from the measure values of some cells, of all of them at once.

    Args:
        kpi: What to compute.
        values: The measure values.
        catalog: Where measures and other KPIs are looked up.
        level: Confidence level of the intervals; None leaves them out.

    Returns:
        One outcome per cell.
    """
    columns, reasons = _inputs(kpi, values, catalog)
    counted = _counted(kpi, values)
    excluded = _left_out(kpi, values)
    if not any(reasons):
        return _with_excluded(
            _of_one_currency(kpi, _known(kpi, columns, counted, catalog, level), values, catalog), excluded
        )
    known = [place for place, reason in enumerate(reasons) if reason is None]
    columns, counted = [[column[i] for i in known] for column in columns], [counted[i] for i in known]
    missing = (Outcome(reason=_for_want(reason, out)) for reason, out in zip(reasons, excluded, strict=True))
    found = list(missing)
    for place, outcome in zip(known, _known(kpi, columns, counted, catalog, level), strict=True):
        found[place] = outcome
    return _with_excluded(_of_one_currency(kpi, found, values, catalog), excluded)


def _counted(kpi: Kpi, values: Values) -> _Counts:
    """The records behind a KPI, cell by cell: none of them is 0, None where the measure was not computed."""
    here = values.by_shift[""]
    if kpi.n is None or kpi.n not in here or kpi.n in values.unsplit:
        return [None] * values.count
    return values.column(kpi.n, 0)


def _of_one_currency(kpi: Kpi, outcomes: list[Outcome], values: Values, catalog: Catalog) -> list[Outcome]:
    """Outcomes without those that set an amount against nothing because the other file is in another currency.

    Sales in euros are not 0 % of a quota in dollars: without a rate nobody knows how much of it they are.
    """
    if not values.foreign:
        return outcomes
    kinds = {kind for measure in catalog.measures_of(kpi).values() for kind in kinds_of(measure.entity)}
    apart = [there for kind, there in values.foreign.items() if kind in kinds]
    return (
        [
            Outcome(reason="other_currency") if outcome.value is not None and any(there) and not all(there) else outcome
            for outcome, there in zip(outcomes, zip(*apart, strict=True), strict=True)
        ]
        if apart
        else outcomes
    )


def shapes_of(kpi: Kpi, values: Values, catalog: Catalog) -> list[Shape | None]:
    """What a KPI is made of in some cells: the records behind a number, for what compares records rather than numbers.

    Returns:
        One shape per cell; None where an input is missing.
    """
    columns, reasons = _inputs(kpi, values, catalog)
    known = [place for place, reason in enumerate(reasons) if reason is None]
    shapes = _shapes(kpi, [[column[i] for i in known] for column in columns], len(known), catalog)
    found: list[Shape | None] = [None] * values.count
    for place, shape in zip(known, shapes, strict=True):
        found[place] = shape
    return found


def _shapes(kpi: Kpi, columns: Sequence[Sequence[Any]], count: int, catalog: Catalog) -> Sequence[Shape]:
    """What a KPI is made of in cells that have all of its inputs."""
    exact = _is_prorated(kpi, catalog)
    if kpi.by_position and columns and not exact:
        return list(map(kpi.parts, *columns))
    rows = zip(*columns, strict=True) if columns else iter([()] * count)
    inputs = [dict(zip(kpi.inputs, row, strict=True)) for row in rows]
    if exact:
        inputs = [_alike(row) for row in inputs]
    return [kpi.parts(**row) for row in inputs] if kpi.parts_of_all is None else kpi.parts_of_all(inputs)


def _is_prorated(kpi: Kpi, catalog: Catalog) -> bool:
    return any(m.prorated for name in kpi.inputs if (m := catalog.measures.get(split_name(name)[0])) is not None)


def _known(
    kpi: Kpi, columns: Sequence[Sequence[Any]], counted: _Counts, catalog: Catalog, level: float | None
) -> list[Outcome]:
    """A KPI in cells that have all of its inputs."""
    found = _outcomes(kpi, _shapes(kpi, columns, len(counted), catalog), counted, level)
    if not _is_prorated(kpi, catalog):
        return found
    return [
        replace(
            outcome,
            value=as_decimal(outcome.value),
            numerator=as_decimal(outcome.numerator),
            denominator=as_decimal(outcome.denominator),
        )
        for outcome in found
    ]


def _with_excluded(outcomes: list[Outcome], excluded: Sequence[tuple[tuple[str, int], ...]]) -> list[Outcome]:
    if not any(excluded):
        return outcomes
    return [
        Outcome(o.value, o.numerator, o.denominator, o.n, o.interval, o.reason, left_out) if left_out else o
        for o, left_out in zip(outcomes, excluded, strict=True)
    ]


def _for_want(reason: str | None, excluded: tuple[tuple[str, int], ...]) -> str | None:
    """Why an input is missing: amounts may be there, and only have no exchange rate."""
    unrated = reason == "missing_amount" and any(code == "missing_rate" for code, _ in excluded)
    return "missing_rate" if unrated else reason


def _alike(inputs: dict[str, Any]) -> dict[str, Any]:
    """Inputs of which one is an exact fraction, with fractions in the place of decimals: the two do not mix."""
    if not any(type(value) is Fraction for value in inputs.values()):
        return inputs
    return {name: Fraction(value) if isinstance(value, Decimal) else value for name, value in inputs.items()}


def _left_out(kpi: Kpi, values: Values) -> list[tuple[tuple[str, int], ...]]:
    """What was left out and why, cell by cell; for want of an exchange rate is not for want of an amount."""
    found: list[tuple[tuple[str, int], ...]] = [()] * values.count
    here = values.by_shift[""]
    for code, name in kpi.excluded.items():
        if name not in here:
            continue
        unrated = values.column(f"{name}{UNRATED}", 0)
        for place, (count, without_rate) in enumerate(zip(here[name], unrated, strict=True)):
            if count is not ABSENT:
                lacking = int(without_rate or 0)
                rated = ((code, int(count or 0) - lacking),)
                found[place] += (*rated, ("missing_rate", lacking)) if lacking else rated
    return found


def _inputs(kpi: Kpi, values: Values, catalog: Catalog) -> tuple[list[Sequence[Any]], Sequence[str | None]]:
    """The columns of a KPI's inputs, and by cell why it has no value: the reason of the first input that is missing."""
    columns: list[Sequence[Any]] = []
    reasons: Sequence[str | None] = [None] * values.count
    for name in kpi.inputs:
        column, missing = _input(name, values, catalog)
        columns.append(column)
        if name not in kpi.optional and any(missing):
            reasons = [first or reason for first, reason in zip(reasons, missing, strict=True)]
    return columns, reasons


def _input(name: str, values: Values, catalog: Catalog) -> tuple[Sequence[Any], Sequence[str | None]]:
    """The values of an input, and by cell why there is none."""

    def everywhere(value: Any, reason: str | None) -> tuple[Sequence[Any], Sequence[str | None]]:
        return [value] * values.count, [reason] * values.count

    if name.startswith(PREFIX):
        setting = values.settings.value(name)
        return everywhere(setting, "missing_setting" if setting is None else None)
    base, shift = split_name(name)
    if shift not in values.by_shift:
        return everywhere(None, "no_previous_period")
    measure = catalog.measures.get(base)
    if measure is None:
        outcomes = evaluate(catalog.kpis[base], values.shifted(shift) if shift else values, catalog, None)
        return [outcome.value for outcome in outcomes], [outcome.reason for outcome in outcomes]
    if base in values.unsplit:
        return everywhere(None, "not_by_dimension")
    unknown = values.unknown.get(shift, {}).get(base)
    if unknown is not None:
        return everywhere(None, unknown)
    column = values.column(base, measure.empty, shift)
    return column, [measure.missing if value is None else None for value in column]


def _outcomes(kpi: Kpi, shapes: Sequence[Shape], counted: Sequence[int | None], level: float | None) -> list[Outcome]:
    """Outcomes of shapes, those of one kind together."""
    if len(alike := set(map(type, shapes))) == 1:
        return _OF_KIND.get(alike.pop(), _of_numbers)(kpi, shapes, counted, level)
    kinds: dict[type, list[int]] = {}
    for place, shape in enumerate(shapes):
        kinds.setdefault(type(shape), []).append(place)
    found = [Outcome()] * len(shapes)
    for kind, places in kinds.items():
        make: _Maker = _OF_KIND.get(kind, _of_numbers)
        chosen, counts = [shapes[i] for i in places], [counted[i] for i in places]
        for place, outcome in zip(places, make(kpi, chosen, counts, level), strict=True):
            found[place] = outcome
    return found


_Counts = Sequence["int | None"]
_Maker = Callable[["Kpi", Any, _Counts, "float | None"], list[Outcome]]


def _of_numbers(kpi: Kpi, shapes: Sequence[Number], counted: _Counts, level: float | None) -> list[Outcome]:
    del kpi, level
    return [
        Outcome(
            value,
            n=int(n) if n is not None else value if isinstance(value, int) else None,
            reason="missing_input" if value is None else None,
        )
        for value, n in zip(shapes, counted, strict=True)
    ]


def _of_undefined(kpi: Kpi, shapes: Sequence[Undefined], counted: _Counts, level: float | None) -> list[Outcome]:
    del kpi, level
    return [
        Outcome(n=None if n is None else int(n), reason=shape.reason) for shape, n in zip(shapes, counted, strict=True)
    ]


def _of_ratios(kpi: Kpi, shapes: Sequence[Ratio], counted: _Counts, level: float | None) -> list[Outcome]:
    shares, found = kpi.interval == "wilson", []
    for shape, count in zip(shapes, counted, strict=True):
        top, bottom = shape
        value = number(shape)
        n = int(count) if count is not None else int(bottom) if shares else None
        bounds = wilson(int(top), int(bottom), level) if shares and level and bottom > 0 else None
        found.append(Outcome(value, top, bottom, n, bounds, "zero_denominator" if value is None else None))
    return found


def _of_tallies(kpi: Kpi, shapes: Sequence[Tally], counted: _Counts, level: float | None) -> list[Outcome]:
    del kpi, counted, level
    return [
        Outcome(part if whole else None, part, whole, int(whole), reason=None if whole else "no_records")
        for part, whole in shapes
    ]


def _of_net_scores(kpi: Kpi, shapes: Sequence[NetScore], counted: _Counts, level: float | None) -> list[Outcome]:
    del kpi, counted
    found = []
    for shape in shapes:
        up, down, whole = shape
        bounds = nps_interval(int(up), int(down), int(whole), level) if whole and level else None
        reason = None if whole else "no_records"
        found.append(Outcome(number(shape), up - down, whole, int(whole), bounds, reason))
    return found


def _of_differences(
    kpi: Kpi, shapes: Sequence[DifferenceInDifferences], counted: _Counts, level: float | None
) -> list[Outcome]:
    del kpi, counted
    found = []
    for shape in shapes:
        value, n = number(shape), sum(int(whole) for _, whole in shape)
        reason = "zero_denominator" if value is None else None
        found.append(Outcome(value, n=n, interval=_difference(shape, level) if level else None, reason=reason))
    return found


def _of_means(kpi: Kpi, shapes: Sequence[Mean], counted: _Counts, level: float | None) -> list[Outcome]:
    del kpi, counted
    samples = lists_of([shape.sample for shape in shapes])
    lists, lengths = samples.series, samples.lengths
    sums = lists.list.sum().to_list()
    values = [number(Ratio(top, n)) for top, n in zip(sums, lengths, strict=True)]
    bounds = mean_intervals(lists, lengths, values, level) if level else [None] * len(values)
    return [
        Outcome(value, top, n, n, interval, None if n else "no_records")
        for value, top, n, interval in zip(values, sums, lengths, bounds, strict=True)
    ]


def _of_quantiles(kpi: Kpi, shapes: Sequence[Quantile], counted: _Counts, level: float | None) -> list[Outcome]:
    del kpi, counted
    found = [Outcome()] * len(shapes)
    for q in {shape.q for shape in shapes}:
        places = [place for place, shape in enumerate(shapes) if shape.q == q]
        samples = lists_of([shapes[place].sample for place in places])
        parts = zip(places, samples.lengths, quantiles(samples.series, samples.lengths, q, level), strict=True)
        for place, n, (value, interval) in parts:
            found[place] = Outcome(value, n=n, interval=interval, reason=None if n else "no_records")
    return found


def _of_curves(
    kpi: Kpi, shapes: Sequence[Incidence | MedianTimeToEvent], counted: _Counts, level: float | None
) -> list[Outcome]:
    del kpi, counted
    found = []
    for value, low, high, n, reachable in readings(shapes, level or 0.95):
        bounds = None if level is None or value is None or low is None or high is None else Bounds(low, high)
        reason = None if value is not None else "not_reached" if reachable else "never_reached"
        found.append(Outcome(value, n=n, interval=bounds, reason=reason if n else "no_records"))
    return found


_OF_KIND: Mapping[type, _Maker] = {
    Undefined: _of_undefined,
    Ratio: _of_ratios,
    Tally: _of_tallies,
    NetScore: _of_net_scores,
    DifferenceInDifferences: _of_differences,
    Mean: _of_means,
    Quantile: _of_quantiles,
    Incidence: _of_curves,
    MedianTimeToEvent: _of_curves,
}


def _difference(shape: DifferenceInDifferences, level: float) -> Bounds | None:
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
