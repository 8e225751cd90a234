"""The records behind a KPI: what is in its numerator, in its denominator, and what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.errors import SalesmetricsError
from salesmetrics.metrics.catalog import split_name
from salesmetrics.metrics.definition import Mean, Quantile, Ratio, Tally
from salesmetrics.report.compute import per_record
from salesmetrics.report.prepare import with_derived
from salesmetrics.report.rep_rows import RESULTS, rep_rows
from salesmetrics.report.request import windows_of
from salesmetrics.report.setup import set_up
from salesmetrics.report.terms import Term, column_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.metrics.definition import Kpi, Measure, Shape
    from salesmetrics.report.cells import Source
    from salesmetrics.report.request import Request
    from salesmetrics.report.windows import Window

__all__ = ["kpi_rows"]

AMOUNT = pl.Decimal(38, 12)
INDEX = "__record__"
ROLES = ("numerator", "denominator", "value")
SHOWN = (
    "id",
    "name",
    "account",
    "company",
    "owner",
    "team",
    "stage",
    "status",
    "type",
    "activity_type",
    "survey_type",
    "outcome",
    "amount",
    "currency",
)
DAILY = frozenset({"quotas", "company_targets", "costs", "rep_calendar"})
"""Entities with a row per day; a record of the file is all of its days."""
PERIODS = ("region", "product", "category", "period", "start", "end", "date")
"""What identifies such a record beside its owner and team."""
DATES = (
    "created",
    "closed",
    "known_from",
    "was_expected",
    "expected_close",
    "occurred",
    "entered",
    "issued",
    "paid_on",
    "day",
    "answered",
)


def kpi_rows(request: Request, frames: Mapping[str, pl.DataFrame], catalog: Catalog) -> pl.DataFrame:
    """The records behind one KPI, in the order of the files.

    Every record is taken as a population of its own: its numerator and denominator are what it adds to those of the KPI,
    so that the columns add up to the KPI's own. A KPI made of other KPIs lists the records of each. A quota or a cost is
    one record with its whole amount, however many of its days count.

    Args:
        request: What is asked for; ``kpis`` holds one id.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.

    Returns:
        A frame with ``kpi``, ``entity``, ``row`` (UInt32: number in the file), ``numerator``, ``denominator`` and
        ``value`` (Decimal(38, 12): what the record adds), ``left_out`` (String: reason codes), and what identifies the record.

    Raises:
        SalesmetricsError: As for a report.
    """
    setup = set_up(request, frames, catalog)
    parts = [
        part
        for kpi in _leaves(setup.plan.kpis[0], catalog)
        for part in _parts(request, setup.source, kpi, setup.plan.measures)
    ]
    if not parts:
        raise SalesmetricsError("report_empty", cause="no record is behind this KPI", fix="ask for another period")
    return pl.concat(parts, how="diagonal_relaxed")


def _leaves(kpi: Kpi, catalog: Catalog) -> list[Kpi]:
    """The KPIs of measures that a KPI comes down to: itself, or the ones it is made of."""
    made_of = [
        catalog.kpis[base]
        for name in kpi.inputs
        if (base := split_name(name)[0]) not in catalog.measures and base in catalog.kpis
    ]
    if not made_of:
        return [kpi]
    found = {leaf.id: leaf for part in made_of for leaf in _leaves(part, catalog)}
    return list(found.values())


def _parts(request: Request, source: Source, kpi: Kpi, measures: Mapping[str, Measure]) -> list[pl.DataFrame]:
    if RESULTS in kpi.inputs:
        reps = rep_rows(request, source, kpi)
        return [reps] if reps.height else []
    windows = windows_of(request, source.frames, kpi)
    wanted = {name: m for name, m in source.catalog.measures_of(kpi).items() if name in measures or name in kpi.inputs}
    entities = dict.fromkeys(m.entity for m in wanted.values())
    found = []
    for entity in entities:
        own = {name: m for name, m in wanted.items() if m.entity == entity}
        frame = _per_record(source, entity, own, windows[""], request)
        for name, base, days in _earlier(kpi, own, windows):
            before = _per_record(source, entity, {base: own[base]}, days, request)
            frame, own[name] = frame.with_columns(before[f"{base}:"].alias(f"{name}:")), own[base]
        own = {name: m for name, m in own.items() if f"{name}:" in frame.columns}
        roles = _roles(kpi, own)
        said = [
            pl.when(pl.col(f"{name}:") > 0).then(pl.lit(code)) for code, name in kpi.excluded.items() if name in own
        ]
        frame = frame.with_columns(
            **{
                role: (expression if expression is not None else pl.lit(None)).cast(AMOUNT)
                for role, expression in roles.items()
            },
            left_out=pl.concat_str(said, separator=", ", ignore_nulls=True).replace("", None)
            if said
            else pl.lit(None, pl.String),
        )
        behind = pl.any_horizontal([pl.col(role).fill_null(0) != 0 for role in ROLES])
        counted = pl.any_horizontal(
            [_has_any(pl.col(f"{name}:"), own[name]) for name in own if name in kpi.inputs or name == kpi.n]
            or [pl.lit(value=False)]
        )
        frame = frame.filter(behind | counted | pl.col("left_out").is_not_null())
        if frame.height:
            found.append(_shown(frame, kpi, entity))
    return found


def _earlier(kpi: Kpi, own: Mapping[str, Measure], windows: Mapping[str, Window]) -> Iterator[tuple[str, str, Window]]:
    """The inputs that are measures of an earlier stretch: name, measure and stretch."""
    for name in kpi.inputs:
        base, shift = split_name(name)
        if shift in windows and base != name and base in own:
            yield name, base, windows[shift]


def _has_any(column: pl.Expr, measure: Measure) -> pl.Expr:
    return column.list.len() > 0 if measure.shape != "number" else column.fill_null(0) != 0


def _per_record(
    source: Source, entity: str, measures: Mapping[str, Measure], window: Window, request: Request
) -> pl.DataFrame:
    columns = {name for m in measures.values() for name in m.columns}
    frame = with_derived(source.frames[entity], entity, columns)
    daily = entity in DAILY and "__row__" in frame.columns
    if daily:
        place = pl.struct([name for name in ("__file__", "__row__") if name in frame.columns])
        frame = frame.with_columns(place.rank("dense").alias(INDEX)).sort(INDEX, maintain_order=True)
    else:
        frame = frame.with_row_index(INDEX)
    chosen = list(measures.values())
    found = per_record(frame, chosen, window=window, as_of=request.as_of, settings=request.settings, index=INDEX)
    if not daily:
        return found
    records = found.unique(INDEX, keep="first", maintain_order=True).drop("day")
    return records.with_columns(amount=pl.col("agreed")) if "agreed" in records.columns else records


def _roles(kpi: Kpi, own: Mapping[str, Measure]) -> dict[str, pl.Expr | None]:
    """What a record adds to the numerator and the denominator, or its value in a sample or a sum."""
    inputs: dict[str, Any] = {}
    for name in kpi.inputs:
        measure = own.get(name)
        column = pl.col(f"{name}:") if measure is not None else pl.lit(0)
        inputs[name] = column.list.first() if measure is not None and measure.shape == "sample" else Term(column)
    samples = [inputs[name] for name in kpi.inputs if name in own and own[name].shape == "sample"]
    empty: dict[str, pl.Expr | None] = {**dict.fromkeys(ROLES), "value": samples[0] if samples else None}
    try:
        shape: Shape = kpi.parts(**inputs)
    except (TypeError, AttributeError, pl.exceptions.PolarsError):
        return empty
    match shape:
        case Ratio(top, bottom) | Tally(top, bottom):
            return {**empty, "numerator": column_of(top), "denominator": column_of(bottom)}
        case Mean(values) | Quantile(values, _):
            return {**empty, "value": values if isinstance(values, pl.Expr) else None}
        case _:
            return {**empty, "value": shape.column if isinstance(shape, Term) else None}


def _shown(frame: pl.DataFrame, kpi: Kpi, entity: str) -> pl.DataFrame:
    more = PERIODS if entity in DAILY else ()
    names = [name for name in (*SHOWN, *more, *DATES) if name in frame.columns]
    row = pl.col("__row__") if "__row__" in frame.columns else pl.lit(None, pl.UInt32)
    return frame.select(
        pl.lit(kpi.id).alias("kpi"), pl.lit(entity).alias("entity"), row.alias("row"), *ROLES, "left_out", *names
    )
