"""How much a count has varied before the periods that are compared. Own file: only a comparison looks so far back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from salesmetrics.calendar import range_expression, ranges_before
from salesmetrics.calendar.windows import RECORDED_FROM, Window
from salesmetrics.engine.changes import is_counted
from salesmetrics.engine.compute import Keys, value_table
from salesmetrics.engine.evaluate import Cell, evaluate
from salesmetrics.entities.declared import date_columns
from salesmetrics.statistics.changes import FEWEST_PERIODS, dispersion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from salesmetrics.engine.compute import Source, ValueTable
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.statistics.changes import Dispersion

__all__ = ["Past", "past_of"]

MOST: Final = 24
"""More periods say little more about how much a count varies, and more about how the business grew."""


class Past(NamedTuple):
    """Counts of the periods before those that are compared.

    Attributes:
        table: Measure values by cell and period, the period as the bucket of the cell.
        starts: KPI to the first days of the periods that its records cover, in order of time.
        catalog: Where measures are looked up.
    """

    table: ValueTable
    starts: Mapping[str, Sequence[date]]
    catalog: Catalog

    def of(self, kpi: Kpi, cells: Sequence[Cell]) -> list[Dispersion | None]:
        """The over-dispersion of a count in each of some cells; None where too few periods show it."""
        starts = self.starts.get(kpi.id, ())
        if len(starts) < FEWEST_PERIODS:
            return [None] * len(cells)
        then = [Cell(cell.group, cell.currency, start) for cell in cells for start in starts]
        counts = [outcome.value for outcome in evaluate(kpi, self.table.values(then), self.catalog, None)]
        rows = (counts[i : i + len(starts)] for i in range(0, len(counts), len(starts)))
        return [dispersion([count for count in row if isinstance(count, int)]) for row in rows]


def past_of(
    request: Request, kpis: Sequence[Kpi], source: Source, windows: Mapping[str, Window], by: tuple[str, ...]
) -> Past | None:
    """The counts of up to 24 periods like the one of the report, before it and without the one it is compared with.

    A period counts where records of the KPI's entity reach back to its beginning, but for a tenth of it.

    Args:
        request: As these KPIs see it, with a comparison.
        kpis: KPIs that share their periods; only counts of them have a past.
        source: Where values come from.
        windows: The period and those before it.
        by: Column names that records are grouped by.

    Returns:
        None where no KPI is a count, or the report has no period.
    """
    counted = [kpi for kpi in kpis if is_counted(kpi)]
    period, beside = request.asked_period, windows.get(request.compare or "")
    if not counted or request.as_of is None or period is None or period.start is None or beside is None:
        return None
    ranges = [
        (start, end)
        for start, end in ranges_before(period, request.as_of, MOST + 1, request.calendar)
        if beside.start is None or beside.end is None or end <= beside.start or start >= beside.end
    ][:MOST]
    covered = {kpi.id: _covered(kpi, source, ranges) for kpi in counted}
    asked = {start for starts in covered.values() for start in starts}
    ranges = [(start, end) for start, end in ranges if start in asked]
    if len(ranges) < FEWEST_PERIODS:
        return None
    window = Window(ranges[-1][0], ranges[0][1])
    keys = Keys(by=by, bucket=lambda day: range_expression(day, ranges))
    return Past(value_table(source, counted, {"": window}, keys), covered, source.catalog)


def _covered(kpi: Kpi, source: Source, ranges: Sequence[tuple[date, date]]) -> list[date]:
    """The first days of the periods that the records of a KPI reach back to, in order of time."""
    firsts = []
    for measure in source.catalog.required_measures(kpi).values():
        first = _first(source.frames.get(measure.entity), date_columns(measure.entity).get(measure.basis))
        if first is None:
            return []
        firsts.append(first)
    return [start for start, end in reversed(ranges) if max(firsts) <= start + (end - start) / RECORDED_FROM]


def _first(frame: pl.DataFrame | None, column: str | None) -> date | None:
    import polars as pl

    if frame is None or column is None or column not in frame.columns:
        return None
    first = frame.select(pl.col(column).cast(pl.Date).min()).item()
    return first if isinstance(first, date) else None
