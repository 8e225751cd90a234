"""Every record of an entity with what it adds to some measures. Own file: what a record adds, apart from how it is shown."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from salesmetrics.engine.compute import key_of, per_record
from salesmetrics.entities.days import PARTS, UNITS
from salesmetrics.entities.derived import with_derived
from salesmetrics.metrics.definition import as_decimal
from salesmetrics.metrics.settings import PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.calendar.windows import Window
    from salesmetrics.engine.compute import Source
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.definition import Measure

__all__ = ["DAILY", "ONE_PER", "Asked", "record_frame"]

INDEX = "__record__"
ONE_PER = "one_per"
"""Names the account, person or whatever else is counted once, of the measures that count so."""
DAILY = frozenset({"quotas", "company_targets", "costs", "rep_calendar"})
"""Entities with a row per day; a record of the file is all of its days."""


class Asked(msgspec.Struct, frozen=True):
    """What records are listed for.

    Attributes:
        request: What is asked for.
        source: Where records come from.
        there: The measures that the files allow.
        windows: The periods that the KPI asked for is about, by shift: those of its parts, too.
        apart: Whether currencies are kept apart.
        besides: Further columns that are listed.
    """

    request: Request
    source: Source
    there: Mapping[str, Measure]
    windows: Mapping[str, Window]
    apart: bool = False
    besides: tuple[str, ...] = ()

    def given(self, name: str, shift: str) -> Any:
        """The value of a setting, or of a measure that is the same for all records; None where it is unknown."""
        if name.startswith(PREFIX):
            return self.request.settings.value(name)
        measure = self.source.catalog.measures[name]
        column = record_frame(self, measure.entity, {(name, shift): measure})[f"{name}:{shift}"].drop_nulls()
        return column[0] if len(column) else None


def record_frame(asked: Asked, entity: str, measures: Mapping[tuple[str, str], Measure]) -> pl.DataFrame:
    """The records of an entity.

    Args:
        asked: What they are listed for.
        entity: Its name.
        measures: Measures of the entity, by their name and the shift of the period that they are taken over.

    Returns:
        The records with ``measure:shift`` and ``measure?shift`` (see :func:`salesmetrics.engine.compute.per_record`), and
        ``one_per`` (String) where a measure counts something once. A record of a file with a row per day is one row.
    """
    found: pl.DataFrame | None = None
    for shift in dict.fromkeys(shift for _, shift in measures):
        if shift not in asked.windows:
            continue
        here = {name: m for (name, at), m in measures.items() if at == shift}
        frame = _one_period(asked, entity, here, asked.windows[shift])
        names = {f"{name}{mark}": f"{name}{mark}{shift}" for name in here for mark in ":?"}
        names = {name: new for name, new in names.items() if name in frame.columns}
        sums = [f"{name}:" for name, m in here.items() if m.shape == "number" and m.per != ()]
        frame = frame.with_columns(pl.col(name).fill_null(0) for name in sums if name in names)
        columns = frame.select(pl.col(name).alias(new) for name, new in names.items())
        found = frame.drop(names).hstack(columns) if found is None else found.hstack(columns)
    if found is None:
        return pl.DataFrame()
    per = next((m.per for m in measures.values() if m.per and not any(name.startswith("__") for name in m.per)), None)
    return found if per is None or entity in DAILY else found.with_columns(_readable(per).alias(ONE_PER))


def _readable(per: tuple[str, ...]) -> pl.Expr:
    return key_of(per).str.replace_all("\x1f", ", ", literal=True).replace("\0", None)


def _one_period(asked: Asked, entity: str, measures: Mapping[str, Measure], window: Window) -> pl.DataFrame:
    columns = {name for m in measures.values() for name in m.columns}
    frame = with_derived(asked.source.frames[entity], entity, columns)
    daily = entity in DAILY and "__row__" in frame.columns
    if daily:
        place = pl.struct([name for name in ("__file__", "__row__") if name in frame.columns])
        frame = frame.with_columns(place.rank("dense").alias(INDEX)).sort(INDEX, maintain_order=True)
    else:
        frame = frame.with_row_index(INDEX)
    exact = [name for name, m in measures.items() if m.prorated == "amount"] if daily and UNITS in frame.columns else []
    if exact:
        frame = frame.with_columns(amount=pl.col(UNITS))
    request = asked.request
    found = per_record(
        frame,
        list(measures.values()),
        window=window,
        as_of=request.as_of,
        settings=request.settings,
        index=INDEX,
        apart=["currency"] if asked.apart and "currency" in frame.columns else [],
    )
    if not daily:
        return found
    records = found.unique(INDEX, keep="first", maintain_order=True).drop("day")
    for name in exact:
        records = _shared_out(records, name, ["currency"] if asked.apart and "currency" in records.columns else [])
    return records.with_columns(amount=pl.col("agreed")) if "agreed" in records.columns else records


def _shared_out(records: pl.DataFrame, name: str, apart: list[str]) -> pl.DataFrame:
    """What records add to a measure, from equal parts to decimals that add up to the rounded sum of them all."""
    reached: dict[Any, tuple[Fraction, Decimal]] = {}
    made = []
    keys = records[apart[0]].to_list() if apart else [None] * records.height
    for key, units, parts in zip(keys, records[f"{name}:"].to_list(), records[PARTS].to_list(), strict=True):
        exact, shown = reached.get(key, (Fraction(0), Decimal(0)))
        exact += Fraction(units or 0) / parts
        rounded = Decimal(as_decimal(exact))
        made.append(rounded - shown)
        reached[key] = exact, rounded
    return records.with_columns(pl.Series(f"{name}:", made, dtype=pl.Decimal(38, 12)))
