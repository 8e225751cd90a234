"""From outcomes in cells to the metrics that a report carries, and where each of them stands."""

from __future__ import annotations

import re
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from itertools import repeat
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from salesmetrics.answers.report import Change, Excluded, Interval, Metric
from salesmetrics.metrics.shapes import as_decimal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from salesmetrics.answers.report import Period
    from salesmetrics.engine.evaluate import Cell, Group, Outcome
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.definition import Kpi

__all__ = [
    "NO_RANK",
    "Beside",
    "MetricColumn",
    "cell_order",
    "group_order",
    "groups_of",
    "in_cell_order",
    "make_metrics",
    "plain",
]

NO_RANK: Mapping[Group, int] = MappingProxyType({})
"""Groups in order of their keys."""


def cell_order(cell: Cell, rank: Mapping[Group, int] = NO_RANK) -> tuple[Any, ...]:
    """Totals first, then groups in their order; within them time, then currency."""
    return (*group_order(cell.group, rank), cell.bucket or date.min, cell.currency is None, cell.currency or "")


def group_order(group: Group, rank: Mapping[Group, int] = NO_RANK) -> tuple[Any, ...]:
    """The total first, then groups by rank, and those without one in order of their keys, blank ones last."""
    names = tuple((name is None, _natural(name or "")) for name in group)
    return (len(group), rank.get(group, len(rank)), names)


class MetricColumn(NamedTuple):
    """The metrics of a KPI, one per cell, and its place among the KPIs."""

    cells: Sequence[Cell]
    position: int
    metrics: Sequence[Metric]


def in_cell_order(columns: Sequence[MetricColumn], rank: Mapping[Group, int] = NO_RANK) -> list[Metric]:
    """Metrics in the order of their cells; within a cell in that of their KPIs, the currencies of each together."""
    kinds = {id(column.cells): column.cells for column in columns}
    orders = {cell: cell_order(cell, rank) for cell in dict.fromkeys(cell for own in kinds.values() for cell in own)}
    places = {order: place for place, order in enumerate(sorted({order[:-2] for order in orders.values()}))}
    codes = {order: place for place, order in enumerate(sorted({order[-2:] for order in orders.values()}))}
    # One number says where a metric stands: first its cell, then its KPI, then its currency.
    several = 1 + max((column.position for column in columns), default=0)
    at = {
        key: [places[order[:-2]] * several * len(codes) + codes[order[-2:]] for order in map(orders.__getitem__, own)]
        for key, own in kinds.items()
    }
    metrics = [metric for column in columns for metric in column.metrics]
    stands = [start + column.position * len(codes) for column in columns for start in at[id(column.cells)]]
    return [metrics[i] for i in sorted(range(len(metrics)), key=stands.__getitem__)]


def _natural(name: str) -> tuple[tuple[tuple[int, str], ...], str]:
    """Numbers inside a name in order of their size: `3-6` before `12-24`."""
    parts = re.split(r"0*([0-9]+)", name)
    # The longer of two numbers is the larger one: Python makes none of more than 4,300 digits.
    return tuple((len(part) if i % 2 else 0, part) for i, part in enumerate(parts)), name


def groups_of(by: Sequence[str], cells: Sequence[Cell]) -> list[dict[str, str | None]]:
    """The groups of cells, by dimension: each is made once, for all KPIs."""
    return [dict(zip(by, cell.group, strict=True)) if cell.group else {} for cell in cells]


class Beside(msgspec.Struct, frozen=True, gc=False):
    """The value of the period before, and the step from it."""

    previous: Any = None
    change: Change | None = None


_NOTHING_BESIDE = Beside()


def make_metrics(
    request: Request,
    kpi: Kpi,
    outcomes: Sequence[Outcome],
    *,
    groups: Sequence[dict[str, str | None]],
    codes: Sequence[str | None],
    periods: Sequence[Period | None],
    own_period: bool = False,
    trend: list[float | None] | None = None,
    beside: Iterable[Beside] | None = None,
) -> list[Metric]:
    """The metrics of a KPI, one per cell.

    Args:
        request: The report's.
        kpi: What was computed.
        outcomes: As :func:`evaluate` gives them.
        groups: What :func:`groups_of` gives for the cells.
        codes: Currencies.
        periods: What period each value is about.
        own_period: The period is that of the KPI, where the report asks for none.
        trend: The last twelve months.
        beside: What each value is compared with.
    """
    title, method, level = kpi.title_with(request.settings), str(kpi.interval), request.level
    kinds = {outcome.excluded for outcome in outcomes}
    excluded = {kind: [Excluded(code=code, count=count) for code, count in kind] for kind in kinds}
    enough = 0 if kpi.additive or kpi.exact else request.min_n
    rows = zip(groups, outcomes, codes, periods, repeat(_NOTHING_BESIDE) if beside is None else beside)  # noqa: B905
    return [
        Metric(
            id=kpi.id,
            title=title,
            family=kpi.family,
            unit=kpi.unit,
            basis=kpi.basis,
            currency=code,
            group=group,
            period=period,
            value=plain(outcome.value),
            numerator=plain(outcome.numerator),
            denominator=plain(outcome.denominator),
            n=outcome.n,
            interval=None
            if (bounds := outcome.interval) is None
            else Interval(low=bounds[0], high=bounds[1], level=level, method=method),
            previous=other.previous,
            change=other.change,
            reason=outcome.reason,
            excluded=excluded[outcome.excluded],
            direction=kpi.direction,
            own_period=own_period,
            small=outcome.n is not None and outcome.n < enough,
            trend=trend,
        )
        for group, outcome, code, period, other in rows
    ]


_EXACT: Final = Context(prec=60)
"""More digits than a sum of amounts has: the usual 28 would round one with cents."""


def plain(value: Any) -> Any:
    """A Decimal without the zeros that its column carries: 1250.00000000 is 1250."""
    kind = type(value)
    if kind is Fraction:
        value = as_decimal(value)
    elif kind is not Decimal:
        return value
    return _EXACT.add(_EXACT.normalize(value), Decimal(0))
