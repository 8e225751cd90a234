"""Measure values cell by cell: for every stretch of time that a KPI looks at, with currencies apart where they must be."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.report.compute import UNDIVIDED, Cell, Keys, aggregate
from salesmetrics.report.coverage import unknown_measures
from salesmetrics.report.evaluate import Values
from salesmetrics.report.plan import make_plan
from salesmetrics.report.prepare import columns_of, with_coded_outcome, with_derived
from salesmetrics.report.withholding import withheld_measures

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi, Measure
    from salesmetrics.metrics.settings import Settings
    from salesmetrics.report.windows import Window
    from salesmetrics.schema.withheld import Withheld

__all__ = ["NO_CURRENCY", "Source", "ValueTable", "prepared", "staff_cells", "value_table"]

NO_CURRENCY = "\0"
"""Marks the cells in which currencies are not kept apart."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where measure values come from.

    Attributes:
        frames: Frames by entity.
        catalog: Measures and KPIs.
        as_of: The day the report speaks for.
        settings: Thresholds and outside figures.
        currencies: The currencies of the amounts; None stands for amounts without one. Several are kept apart.
        withheld: What the files leave so unsure that no number may rest on it.
    """

    frames: Mapping[str, pl.DataFrame]
    catalog: Catalog
    as_of: date | None
    settings: Settings
    currencies: tuple[str | None, ...] = ()
    withheld: tuple[Withheld, ...] = ()

    @property
    def several(self) -> bool:
        """Whether amounts must be kept apart by currency."""
        return len(self.currencies) > 1


@dataclass(frozen=True, slots=True)
class ValueTable:
    """Measure values by cell and shift."""

    by_shift: Mapping[str, Mapping[Cell, Mapping[str, Any]]]
    unsplit: frozenset[str]
    settings: Settings
    unknown: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def cells(self) -> set[Cell]:
        """Every cell that any stretch has a record in."""
        return {cell for cells in self.by_shift.values() for cell in cells}

    def values(self, cell: Cell) -> Values:
        """The values of one cell; where a stretch has no record in it, its measures are empty."""
        return Values(
            {shift: cells.get(cell, {}) for shift, cells in self.by_shift.items()},
            self.unsplit,
            self.settings,
            self.unknown,
        )


def value_table(source: Source, kpis: Sequence[Kpi], windows: Mapping[str, Window], keys: Keys) -> ValueTable:
    """Compute the measures of some KPIs over some stretches of time.

    Args:
        source: Where values come from.
        kpis: KPIs that share their stretches.
        windows: ``""`` and the shifts to stretches.
        keys: What values are kept apart by.
    """
    columns = columns_of(source.frames, source.as_of)
    plan = make_plan(source.catalog, kpis, columns, source.settings, bounded=windows[""].bounded)
    frames = _derived(source.frames, plan.measures.values())
    tables = {
        shift: _cells(source, frames, plan.kpis, plan.measures, window, keys) for shift, window in windows.items()
    }
    unsplit = {
        name
        for name, m in plan.measures.items()
        if m.entity not in UNDIVIDED and not set(keys.by) <= set(frames[m.entity].columns)
    }
    unsplit |= {name for kpi in plan.kpis for name in kpi.optional} - plan.measures.keys()
    unsure = withheld_measures(source.withheld, plan.measures.values())
    unknown = {shift: unknown_measures(frames, plan.measures, window) | unsure for shift, window in windows.items()}
    return ValueTable(tables, frozenset(unsplit), source.settings, unknown)


def _cells(
    source: Source,
    frames: Mapping[str, pl.DataFrame],
    kpis: Sequence[Kpi],
    measures: Mapping[str, Measure],
    window: Window,
    keys: Keys,
) -> dict[Cell, dict[str, Any]]:
    def run(chosen: Iterable[Measure], keys: Keys) -> dict[Cell, dict[str, Any]]:
        return aggregate(frames, chosen, window=window, as_of=source.as_of, settings=source.settings, keys=keys)

    if not source.several:
        return run(measures.values(), keys)
    money = [kpi for kpi in kpis if source.catalog.is_money(kpi)]
    priced = {name for kpi in money for name in source.catalog.measures_of(kpi) if name in measures}
    plain = [m for m in measures.values() if m.unit != "money"]
    cells = {cell._replace(currency=NO_CURRENCY): values for cell, values in run(plain, keys).items()}
    coded = [
        measures[name] for name in measures if name in priced and "currency" in frames[measures[name].entity].columns
    ]
    apart = run(coded, replace(keys, currency=True))
    kept = {cell: dict(values) for cell, values in apart.items() if cell.currency in source.currencies}
    uncoded = [measures[name] for name in measures if name in priced and measures[name] not in coded]
    for cell, values in (run(uncoded, keys) if uncoded else {}).items():
        for code in source.currencies:
            kept.setdefault(cell._replace(currency=code), {}).update(values)
    return cells | kept


def staff_cells(source: Source, by: Sequence[str], window: Window, known: set[Cell]) -> set[Cell]:
    """The cells of reps, and of their teams and regions, that no record may speak of: they are rows of zeros, not missing.

    A rep who had left before the period is not expected in it.

    Args:
        source: Frames, ``reps`` and ``quotas`` among them where there are such files.
        by: Dimensions; only those that the reps or quotas have.
        window: The period.
        known: Cells that records speak of.
    """
    found: set[Cell] = set()
    for entity in ("reps", "quotas"):
        frame = source.frames.get(entity)
        if frame is None or not set(by) <= set(frame.columns) or not by:
            continue
        if window.start is not None and "left" in frame.columns:
            frame = frame.filter(pl.col("left").is_null() | (pl.col("left") >= window.start))
        groups = frame.select(pl.col(list(by)).cast(pl.String)).drop_nulls().unique().rows()
        found |= {Cell(group, NO_CURRENCY if source.several else None, None) for group in groups}
    if not source.several:
        return found
    priced = {cell.group for cell in known if cell.currency is not NO_CURRENCY}
    bare = {cell.group for cell in found} - priced
    return found | {Cell(group, code, None) for group in bare for code in source.currencies}


def prepared(source: Source, measures: Iterable[Measure]) -> Source:
    """The same source with every derived column that the measures rest on: made once for all tables."""
    return replace(source, frames={**source.frames, **_derived(source.frames, measures)})


def _derived(frames: Mapping[str, pl.DataFrame], measures: Iterable[Measure]) -> dict[str, pl.DataFrame]:
    wanted: dict[str, set[str]] = {}
    for measure in measures:
        wanted.setdefault(measure.entity, set()).update(measure.columns)
    coded = {entity: with_coded_outcome(frames[entity]) if entity == "deals" else frames[entity] for entity in wanted}
    return {entity: with_derived(coded[entity], entity, columns) for entity, columns in wanted.items()}
