"""The answer of `rows`. Own file: which records stand where and what they add up to, apart from which ones they are."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from salesmetrics.answers.rows import Rows, RowsTotal
from salesmetrics.drilldown.rows import ADDS, GIVEN, PLANS, ROLES, records_behind
from salesmetrics.engine.metric import plain
from salesmetrics.errors import SalesmetricsError
from salesmetrics.frames.laid import afford_rows
from salesmetrics.messages import told
from salesmetrics.metrics.catalog import split_name
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from salesmetrics.answers.rows import RowsCell
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.schema.provenance import Input

__all__ = ["Listing", "list_rows", "totals_of"]

OWN = frozenset({"kpi", "entity", "row", *ROLES, "n", "left_out", "ended", *PLANS.values()})
"""Columns of a listing that no header of an export can mean."""


class Listing(msgspec.Struct, frozen=True):
    """Which records are listed, and with what.

    Attributes:
        columns: Fields or headers, in order; without any those that identify a record.
        sort: A field or header that records are ordered by; in the order of the files without one.
        ascending: Whether the lowest come first; None for numbers and dates with the highest first, and text from A to Z.
        top: So many records at most.
    """

    columns: tuple[str, ...] = ()
    sort: str | None = None
    ascending: bool | None = None
    top: int | None = None


def list_rows(
    request: Request,
    frames: Mapping[str, pl.DataFrame],
    catalog: Catalog,
    listing: Listing = Listing(),  # noqa: B008 - it is frozen
    column: Callable[[str], str] = str,
    inputs: Sequence[Input] = (),
) -> Rows:
    """The records of :func:`records_behind` in plain values, and what all of them add up to.

    Args:
        request: What is asked for; ``kpis`` holds one id.
        frames: Canonical frames by kind.
        catalog: The KPIs that exist.
        listing: Which of the records, in which order, with which columns.
        column: The column that a field or header stands for.
        inputs: The files behind the frames.

    Raises:
        SalesmetricsError: As for a report; ``option_invalid``, for a column that the records do not have; ``answer_large``.
    """
    names = {name: name if name in OWN else column(name) for name in (*listing.columns, listing.sort) if name}
    found = records_behind(request, frames, catalog, besides=[name for name in names.values() if name not in OWN])
    frame, totals = found.frame, totals_of(found.frame, catalog)
    for option, wanted in (("--columns", listing.columns), ("--sort", (listing.sort,) if listing.sort else ())):
        for name in wanted:
            if names[name] not in frame.columns:
                raise _no_column(option, name, _columns_there(frame, frames))
    if listing.sort:
        frame = _sorted(frame, names[listing.sort], ascending=listing.ascending)
    records = frame.height
    frame = frame if listing.top is None else frame.head(listing.top)
    afford_rows(frames.values(), frame.height)
    shown = {name: names[name] for name in listing.columns} or {name: name for name in found.shown}
    columns = [_plain(frame[name]) for name in shown.values()]
    rows = [dict(zip(shown, cells, strict=True)) for cells in zip(*columns, strict=True)]
    return Rows(
        kpi=request.kpis[0],
        how=told(found.how),
        rows=rows,
        filters=request.filters,
        chosen=bool(listing.columns),
        limited=listing.top is not None,
        records=records,
        totals=totals,
        title=catalog.kpis[request.kpis[0]].title_with(request.settings),
        as_of=request.as_of,
        as_of_source=None if request.as_of_source is None else told(request.as_of_source),
        period=request.period,
        inputs=list(inputs),
        span=request.span,
    )


def _sorted(frame: pl.DataFrame, name: str, *, ascending: bool | None) -> pl.DataFrame:
    """In order of a column, records without a value last and equal ones in the order of the files."""
    lowest_first = frame[name].dtype == pl.String if ascending is None else ascending
    return frame.sort(name, descending=not lowest_first, nulls_last=True, maintain_order=True)


def totals_of(frame: pl.DataFrame, catalog: Catalog) -> list[RowsTotal]:
    """What records add up to, for each name that they stand under and, of money, for each currency.

    Of values that a KPI does not add up, such as those of a median, there is only the number of records.
    """
    adds = pl.col(ADDS).fill_null(value=True)
    sums = [
        pl.when(pl.col(role).filter(adds).count() > 0).then(pl.col(role).filter(adds).sum()).alias(role)
        for role in ROLES
    ]
    counts = [
        (pl.col("entity") != GIVEN).sum().alias("records"),
        pl.col("left_out").is_not_null().sum().alias("left_out"),
    ]
    found = []
    for (name,), part in frame.group_by("kpi", maintain_order=True):
        for code, rows in _by_currency(part, money=_is_money(str(name), catalog)):
            (row,) = rows.select(*counts, *sums).iter_rows(named=True)
            numbers = {role: plain(row[role]) for role in ROLES}
            found.append(
                RowsTotal(kpi=str(name), currency=code, records=row["records"], left_out=row["left_out"], **numbers)
            )
    return found


def _by_currency(frame: pl.DataFrame, *, money: bool) -> list[tuple[str | None, pl.DataFrame]]:
    """Records by the currency of their money; what has none by its nature, such as the days of a rep, goes with each."""
    if not money or "currency" not in frame.columns:
        return [(None, frame)]
    priced = pl.col("currency").is_not_null().any().over("entity")
    apart, shared = frame.filter(priced), frame.filter(~priced)
    parts = apart.partition_by("currency", maintain_order=True)
    return [(part["currency"][0], pl.concat([part, shared])) for part in parts] or [(None, shared)]


def _is_money(name: str, catalog: Catalog) -> bool:
    base = split_name(name)[0]
    measure = catalog.measures.get(base)
    return measure.unit == "money" if measure else base in catalog.kpis and catalog.is_money(catalog.kpis[base])


def _columns_there(frame: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> list[str]:
    own = [name for entity in frame["entity"].unique() for name in getattr(frames.get(entity), "columns", ())]
    return [name for name in dict.fromkeys([*frame.columns, *own]) if not name.startswith("__")]


def _no_column(option: str, name: str, known: Sequence[str]) -> SalesmetricsError:
    near = get_close_matches(name.casefold(), known, n=1, cutoff=0.5)
    hint = Message("did_you_mean", near=near[0]) if near else None
    cause, fix = Message("no_such_column"), Message("columns_there", near=hint, columns=known)
    return SalesmetricsError("option_invalid", option=option, value=name, cause=cause, fix=fix)


def _plain(column: pl.Series) -> list[RowsCell]:
    """Numbers and text as they are, whole floats as whole numbers, and days as text."""
    if column.dtype.is_float():
        return [int(value) if value is not None and value.is_integer() else value for value in column.to_list()]
    if column.dtype.is_numeric() or column.dtype in (pl.String, pl.Boolean, pl.Null):
        return column.to_list()
    return [None if value is None else str(value) for value in column.to_list()]
