"""Whether the value of a period can still grow: until then it stands beside no other one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.schema.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from salesmetrics.calendar.windows import Window
    from salesmetrics.engine.evaluate import Values
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.schema.provenance import Finding

__all__ = ["MATURING", "maturing", "too_short"]

MATURING = "still_maturing"
_YEAR = 360
"""Days of a period that is long enough to be called a year."""


def maturing(kpi: Kpi, values: Values, end: date | None, request: Request) -> list[bool]:
    """Whether records of a period may still come to their end and change its value, cell by cell.

    They may for ``horizon_days`` after it, unless it is known that none of them is open.

    Args:
        kpi: What the value is of.
        values: Measure values of the period.
        end: The first day after it; None for all of time, which no other period stands beside.
        request: Says the day and the horizon.
    """
    over = end is None or request.as_of is None or (request.as_of - end).days >= request.settings.horizon_days
    if not kpi.matures or over:
        return [False] * values.count
    return [True] * values.count if kpi.open is None else [bool(count) for count in values.column(kpi.open, 0)]


def too_short(request: Request, kpis: Iterable[Kpi], window: Window) -> list[Finding]:
    """That KPIs which need a year are asked for by shorter periods."""
    end = window.whole or window.end
    short = window.start is not None and end is not None and (end - window.start).days < _YEAR
    titles = [kpi.title for kpi in kpis if kpi.yearly]
    if not titles or not (short or request.every in ("week", "month", "quarter")):
        return []
    return [finding("period_too_short", count=0, titles=tuple(titles))]
