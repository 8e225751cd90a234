"""Whether the value of a period can still grow: until then it stands beside no other one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.schema.findings import finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from salesmetrics.calendar.windows import Window
    from salesmetrics.engine.evaluate import Outcome, Values
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.schema.provenance import Finding

__all__ = ["MATURING", "TOO_SHORT", "maturing", "of_long_periods", "too_short"]

MATURING, TOO_SHORT = "still_maturing", "period_too_short"
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


def of_long_periods(
    kpi: Kpi, outcomes: Sequence[Outcome], periods: Iterable[tuple[date | None, date | None]]
) -> Sequence[Outcome]:
    """Outcomes without the values of periods that are too short for a KPI: most customers had no time to do what it counts.

    Args:
        kpi: What the outcomes are of; most KPIs mean the same in any period.
        outcomes: One per cell.
        periods: The first day of the period of each and the first one after it; None for all of time.
    """
    if not kpi.yearly:
        return outcomes
    return [
        replace(outcome, value=None, interval=None, reason=outcome.reason or TOO_SHORT)
        if _is_short(*period)
        else outcome
        for outcome, period in zip(outcomes, periods, strict=True)
    ]


def _is_short(start: date | None, end: date | None) -> bool:
    return start is not None and end is not None and (end - start).days < _YEAR


def too_short(request: Request, kpis: Iterable[Kpi], window: Window) -> list[Finding]:
    """That KPIs which need a year are asked for by shorter periods."""
    short = _is_short(window.start, window.whole or window.end)
    titles = [kpi.title for kpi in kpis if kpi.yearly]
    if not titles or not (short or request.every in ("week", "month", "quarter")):
        return []
    return [finding("period_too_short", count=0, titles=tuple(titles))]
