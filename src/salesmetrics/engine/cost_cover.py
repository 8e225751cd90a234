"""The months that costs cover: a KPI of cost is about these, with all that it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.calendar.steps import day_before, first_of_month, month_after, months_after
from salesmetrics.calendar.windows import Window
from salesmetrics.entities.days import END, START
from salesmetrics.metrics.catalog import split_name
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    import polars as pl

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.schema.provenance import Finding

__all__ = ["CostCover", "cost_shift", "costs_partial", "within_costs"]

COSTS = "costs"


def cost_shift(kpi: Kpi, catalog: Catalog) -> str | None:
    """The period whose costs a KPI takes: ``""`` its own, ``previous`` the one before; None where it takes none.

    >>> from salesmetrics.metrics.catalog import catalog
    >>> [cost_shift(catalog().kpis[name], catalog()) for name in ("cac_payback", "magic_number", "revenue")]
    ['', 'previous', None]
    """
    return min(_shifts(kpi, catalog, ""), default=None)


def _shifts(kpi: Kpi, catalog: Catalog, at: str) -> set[str]:
    found: set[str] = set()
    for name in kpi.inputs:
        base, own = split_name(name)
        if base in catalog.measures:
            found |= {own or at} if catalog.measures[base].entity == COSTS else set()
        elif base in catalog.kpis:
            found |= _shifts(catalog.kpis[base], catalog, own or at)
    return found


class CostCover:
    """Which days the costs of a file are for.

    A cost of a period covers its days, and one of a single day the month that it lies in: bills are booked on one day of
    the month. Of a month that a range of days cuts, only a cost on the days inside tells.

    Args:
        costs: Costs by day with ``__start__`` and ``__end__`` (Date).
    """

    def __init__(self, costs: pl.DataFrame | None) -> None:
        spans = [] if costs is None or START not in costs.columns else costs.select(START, END).unique().rows()
        self.single = sorted(start for start, end in spans if (end - start).days == 1)
        self.long = sorted((start, end) for start, end in spans if (end - start).days > 1)

    def last(self) -> date | None:
        """The first day after all that the costs are for."""
        ends = [end for _, end in self.long] + [month_after(day) for day in self.single]
        return max(ends, default=None)

    def first(self) -> date | None:
        """The first day of all that the costs are for."""
        starts = [start for start, _ in self.long] + [first_of_month(day) for day in self.single]
        return min(starts, default=None)

    def run(self, window: Window) -> Window | None:
        """The longest row of whole months of a period that costs cover, of equally long ones the last; None without any.

        >>> from datetime import date
        >>> import polars as pl
        >>> rows = {START: [date(2026, 1, 1), date(2026, 3, 9)], END: [date(2026, 2, 1), date(2026, 3, 10)]}
        >>> cover = CostCover(pl.DataFrame(rows))
        >>> cover.run(Window(date(2026, 1, 1), date(2026, 4, 1)))
        Window(start=datetime.date(2026, 3, 1), end=datetime.date(2026, 4, 1), whole=None)
        """
        if window.start is None or window.end is None:
            return None
        best: tuple[int, Window] | None = None
        begun: date | None = None
        months = 0
        for start, end in _months(window.start, window.end):
            if not self._covers(start, end):
                begun = None
                continue
            months = 1 if begun is None else months + 1
            begun = begun or start
            if best is None or months >= best[0]:
                best = (months, Window(begun, end, window.whole if end == window.end else None))
        return None if best is None else best[1]

    def gaps(self, window: Window, run: Window) -> bool:
        """Whether costs cover months of a period that are apart from a run of them."""
        if window.start is None or window.end is None or run.start is None or run.end is None:
            return False
        return any(
            self._covers(start, end)
            for start, end in _months(window.start, window.end)
            if start >= run.end or end <= run.start
        )

    def whole(self, window: Window) -> bool:
        """Whether costs cover all of a period."""
        return self.run(window) == window

    def _covers(self, start: date, end: date) -> bool:
        if any(start <= day < end for day in self.single):
            return True
        reached = start
        for low, high in self.long:
            if low > reached:
                break
            reached = max(reached, high)
        return reached >= end


def within_costs(windows: Mapping[str, Window], shift: str, cover: CostCover) -> dict[str, Window]:
    """The periods of a KPI of cost, as far as costs cover them.

    Where the costs are those of the period before, the period itself is cut alike: of a quarter whose costs cover the
    last two months, the last two months of the quarter after it. A period that costs do not cover at all stays as it is.
    """
    here = windows.get("")
    if here is None:
        return dict(windows)
    if not shift:
        return {at: cover.run(window) or window for at, window in windows.items()}
    paid = windows.get(shift)
    run = None if paid is None else cover.run(paid)
    if paid is None or run is None or (run.start, run.end) == (paid.start, paid.end):
        return dict(windows)
    return {**windows, shift: run, "": _alike(here, paid, run)}


def _alike(here: Window, paid: Window, run: Window) -> Window:
    if here.start is None or here.end is None or paid.start is None or run.start is None or run.end is None:
        return here
    start = _moved(here.start, paid.start, run.start)
    end = here.end if run.end == paid.end else min(_moved(here.start, paid.start, run.end), here.end)
    return Window(start, end, here.whole if end == here.end else None) if start < end else here


def _moved(day: date, origin: date, to: date) -> date:
    """As far from a day as one is from another: in months where all of them begin one."""
    if day.day == origin.day == to.day == 1:
        return months_after(day, (to.year - origin.year) * 12 + to.month - origin.month)
    return day + (to - origin)


def costs_partial(
    kpis: Iterable[Kpi], catalog: Catalog, windows: Mapping[str, Window], costs: pl.DataFrame | None
) -> list[Finding]:
    """That costs cover a part of the period only, which KPIs of cost then are about.

    Args:
        kpis: What is asked for.
        catalog: Where their inputs are looked up.
        windows: The period, and the one before it.
        costs: Costs by day.
    """
    if costs is None:
        return []
    cover, found = CostCover(costs), []
    for shift in sorted({at for kpi in kpis if (at := cost_shift(kpi, catalog)) is not None}):
        window = windows.get(shift)
        run = None if window is None else cover.run(window)
        if window is None or run is None or run.end is None or run == window:
            continue
        whole = _between(window.start, window.end) if window.end else Message("the_period")
        days = _between(run.start, run.end)
        covered = Message("months_with_gaps", days=days) if cover.gaps(window, run) else days
        about = Message("about_a_part_before" if shift else "about_these_days")
        found.append(finding("costs_partial", kind=COSTS, count=0, whole=whole, covered=covered, about=about))
    return found


def _between(start: date | None, end: date) -> Message:
    return Message("days_between", first=start, last=day_before(end))


def _months(start: date, end: date) -> Iterable[tuple[date, date]]:
    while start < end:
        after = min(month_after(start), end)
        yield start, after
        start = after
