"""From an outcome in a cell to the metric that the report carries."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from salesmetrics.metrics.definition import as_decimal
from salesmetrics.report.model import Excluded, Interval, Metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.report.compute import Cell
    from salesmetrics.report.evaluate import Outcome
    from salesmetrics.report.request import Request

__all__ = ["cell_order", "make_metric", "plain"]


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
