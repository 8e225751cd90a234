"""Deals or leads with what became of each, and after how many days. Own file: cohorts and what they are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from salesmetrics.analysis.scope import deals_in_scope, leads_in_scope
from salesmetrics.engine.moments import moments_of
from salesmetrics.entities.activities import with_conversion_day
from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from salesmetrics.answers.cohort import CohortOf
    from salesmetrics.engine.request import Request
    from salesmetrics.schema.provenance import Finding

__all__ = ["CREATED", "FATE", "FATES", "PLACED", "TIME", "Followed", "followed", "group_of", "segment_columns"]

FATES = ("won", "lost", "other", "open")
TIME, CREATED, FATE, PLACED = "__time__", "__created__", "__fate__", "__placed__"


class Followed(NamedTuple):
    """Records in scope, of any period.

    Attributes:
        frame: ``__created__`` (Date), ``__fate__`` (String: one of ``FATES``), ``__time__`` (Int64: days from creation to
            the end or, of open ones, to the as-of date; null where unknown), ``__placed__`` (Boolean: it is known and not
            negative), the columns of the record, and those of its segment as ``segment_columns`` names them.
        as_of: The day on which open ones were last seen.
        notes: What has to be said about how these were made.
    """

    frame: pl.DataFrame
    as_of: date
    notes: tuple[Finding, ...]


def segment_columns(by: Sequence[str]) -> list[str]:
    """The columns of segments, by names that no column of an export has.

    >>> segment_columns(["owner", "time"])
    ['__by_0__', '__by_1__']
    """
    return [f"__by_{place}__" for place in range(len(by))]


def group_of(by: Sequence[str], columns: Sequence[str], row: Mapping[str, Any]) -> dict[str, str | None]:
    """The segment of a row; empty for the total, which has no columns of segments.

    >>> group_of(["owner"], ["__by_0__"], {"__by_0__": "Ann", "row": 1}), group_of(["owner"], [], {"row": 0})
    ({'owner': 'Ann'}, {})
    """
    return {name: row[column] for name, column in zip(by, columns, strict=bool(columns))}


def followed(request: Request, frames: Mapping[str, pl.DataFrame], of: CohortOf) -> Followed:
    """Every deal or lead in scope.

    A lead is won when it is converted and lost when it is disqualified, on a day that no export tells: since it can no
    longer be won its time is 0. One of which nobody knows whether it was converted by then is ``other``, without a time.

    Args:
        request: What is asked for.
        frames: Canonical frames by kind.
        of: The kind.

    Raises:
        SalesmetricsError: ``report_empty``: there are no creation dates or no ends; or as for ``deals_in_scope``.
    """
    if of == "deals" and "deals" not in frames and "leads" in frames:
        raise SalesmetricsError("report_empty", cause=Message("needs_deals"), fix=Message("follow_leads"))
    scope = leads_in_scope(request, frames) if of == "leads" else deals_in_scope(request, frames)
    as_of = moments_of(request).of(of)
    if as_of is None or not scope.deals["created"].count():
        raise SalesmetricsError("report_empty", cause=Message(f"no_created_{of}"), fix=Message("map_created"))
    frame = _leads(scope.deals, frames.get("deals"), as_of) if of == "leads" else _deals(scope.deals, as_of)
    if frame.select((pl.col(FATE) == "open").all()).item():
        raise SalesmetricsError("report_empty", cause=Message(f"no_ended_{of}"), fix=Message(f"end_{of}"))
    segments = zip(request.by, segment_columns(request.by), strict=True)
    frame = frame.with_columns(
        (pl.col(TIME) >= 0).fill_null(value=False).alias(PLACED),
        *(pl.col(name).cast(pl.Categorical).alias(own) for name, own in segments),
    )
    return Followed(frame, as_of, scope.notes)


def _deals(deals: pl.DataFrame, as_of: date) -> pl.DataFrame:
    end = pl.when(pl.col("outcome") == "open").then(pl.lit(as_of, pl.Date)).otherwise(pl.col("closed"))
    return deals.with_columns(
        pl.col("created").alias(CREATED),
        pl.col("outcome").alias(FATE),
        (end - pl.col("created")).dt.total_days().alias(TIME),
    )


def _leads(leads: pl.DataFrame, deals: pl.DataFrame | None, as_of: date) -> pl.DataFrame:
    frame = with_conversion_day(leads, deals)
    blanks: dict[str, Any] = {"is_converted": pl.Boolean, "outcome": pl.String, "__converted__": pl.Datetime("us")}
    frame = frame.with_columns(
        pl.lit(None, dtype=kind).alias(name) for name, kind in blanks.items() if name not in frame.columns
    )
    converted, told = pl.col("is_converted"), "is_converted" in leads.columns
    begun = pl.when(converted).then(pl.lit("won")).when(converted.is_null()).then(pl.lit("other"))
    fate = begun.when(pl.col("outcome") == "disqualified").then(pl.lit("lost")).otherwise(pl.lit("open"))
    created = pl.col("created").cast(pl.Date)
    # Without any sign of conversions no lead is known to have come to an end.
    frame = frame.with_columns(created.alias(CREATED), (fate if told else pl.lit("open")).alias(FATE))
    won, gone, still = (pl.col(FATE) == name for name in ("won", "lost", "open"))
    end = pl.when(won).then(pl.col("__converted__").cast(pl.Date)).when(gone).then(CREATED).when(still).then(as_of)
    return frame.with_columns((end - pl.col(CREATED)).dt.total_days().alias(TIME)).drop("__converted__")
