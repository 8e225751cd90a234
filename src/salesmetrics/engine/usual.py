"""What control limits need beside a series: who was there in a period, and how skewed the records are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl
from msgspec.structs import replace

from salesmetrics.calendar.steps import day_after, day_before
from salesmetrics.calendar.windows import Window
from salesmetrics.engine.changes import is_counted
from salesmetrics.engine.compute import MONEY_COLUMNS, Keys, aggregate, with_derived_columns
from salesmetrics.engine.moments import seen_by
from salesmetrics.engine.request import window_of
from salesmetrics.statistics.control import PowerSums, power_of_counts, power_of_sums, variation_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from salesmetrics.answers.report import Metric, Period
    from salesmetrics.engine.prepare import Prepared
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi, Measure

__all__ = ["Employment", "Records", "amounts_of"]

_POWERS: Final = range(4)

Place = tuple[tuple[str | None, ...], str | None]
"""The values of a group, and the currency where there are several."""


class Records(NamedTuple):
    """What is known of the records behind the series of a KPI.

    Attributes:
        amounts: As :func:`amounts_of` gives them.
        several: Whether amounts are kept apart by currency.
    """

    amounts: Mapping[Place, PowerSums]
    several: bool

    def power_of(self, kpi: Kpi, metrics: Sequence[Metric]) -> float:
        """The power of the scale on which a series is symmetrical; 1 where nothing is known of its records.

        Args:
            kpi: What the series is of.
            metrics: Its periods that count, in order of time.
        """
        if is_counted(kpi):
            counts = [metric.value if isinstance(metric.value, int) else None for metric in metrics]
            return round(power_of_counts(variation_of(counts)), 3)
        if not metrics:
            return 1.0
        known = self.amounts.get((tuple(metrics[0].group.values()), metrics[0].currency if self.several else None))
        found = None if known is None else power_of_sums(known, variation_of([metric.n for metric in metrics]))
        return 1.0 if found is None else found


def amounts_of(kpi: Kpi, request: Request, setup: Prepared, catalog: Catalog) -> Mapping[Place, PowerSums]:
    """The number of records behind a sum of money and the sums of the powers of their amounts, in total and by group.

    They are the measure of the sum itself over powers of its amounts. Nothing for a KPI that is no such sum.
    """
    measure = _summed(kpi, catalog)
    asked = seen_by(request, kpi, catalog)
    if measure is None or asked.as_of is None:
        return {}
    source = with_derived_columns(setup.source, [measure])
    window = window_of(asked)
    window = Window(window.start, window.end or day_after(asked.as_of))
    raised = [replace(measure, id=f"{measure.id}^{power}", expression=_raised(measure, power)) for power in _POWERS]
    found: dict[Place, PowerSums] = {}
    for by in {(), setup.by}:
        keys = Keys(by=by, currency=source.several)
        blocks = aggregate(source.frames, raised, window=window, as_of=asked.as_of, settings=source.settings, keys=keys)
        for block in blocks:
            sums = zip(*(block.columns[one.id] for one in raised), strict=True)
            for cell, values in zip(block.cells, sums, strict=True):
                if all(value is not None for value in values):
                    found[cell.group, cell.currency] = PowerSums(*map(float, values))
    return found


def _summed(kpi: Kpi, catalog: Catalog) -> Measure | None:
    """The sum of money that a KPI is, where it is nothing else."""
    if not kpi.additive or len(kpi.inputs) != 1 or kpi.basis == "snapshot":
        return None
    measure = catalog.measures.get(kpi.inputs[0])
    if measure is None or measure.unit != "money" or measure.shape != "number" or measure.prorated:
        return None
    return measure if len(MONEY_COLUMNS & set(measure.columns)) == 1 else None


def _raised(measure: Measure, power: int) -> Callable[..., pl.Expr]:
    def expression(*columns: pl.Expr) -> pl.Expr:
        named = zip(measure.columns, columns, strict=True)
        # What is negative corrects another amount: it counts by its size.
        parts = [
            column.cast(pl.Float64).abs().pow(power) if name in MONEY_COLUMNS else column for name, column in named
        ]
        return measure.expression(*parts)

    return expression


class Employment:
    """The days on which people were there, by the reps file.

    A period before somebody was hired or after they left says nothing about how much their numbers vary.
    """

    def __init__(self, reps: pl.DataFrame | None) -> None:
        """``reps`` has ``owner``, and ``hired`` and ``left`` (Date) where known."""
        self._days: dict[str, list[tuple[date | None, date | None]]] = {}
        if reps is None or "owner" not in reps.columns or not {"hired", "left"} & set(reps.columns):
            return
        ends: list[Any] = [
            pl.col(name) if name in reps.columns else pl.lit(None, dtype=pl.Date).alias(name)
            for name in ("hired", "left")
        ]
        for owner, hired, left in reps.select("owner", *ends).drop_nulls("owner").rows():
            self._days.setdefault(owner, []).append((hired, left))

    def covers(self, group: Mapping[str, str | None], period: Period, *, whole: bool) -> bool:
        """Whether the person of a group was there in a period: on each of its days, or on any.

        A group without a person, and a person whose days nobody knows, are taken to be there.
        """
        days = self._days.get(group.get("owner") or "")
        if days is None or period.start is None or period.end is None:
            return True
        first, last = period.start, day_before(period.end)
        if not whole:
            first, last = last, first
        return any((hired is None or hired <= first) and (left is None or left >= last) for hired, left in days)
