"""A row for each version of a deal, as states of deals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.canonical.canonical import parse_beside
from salesmetrics.ingest.parse.common import Place
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.fields import ColumnType
from salesmetrics.schema.findings import finding

if TYPE_CHECKING:
    from salesmetrics.ingest.dataset import Part
    from salesmetrics.ingest.parse import ParseOptions
    from salesmetrics.ingest.recognise.versions import Versions
    from salesmetrics.ingest.table.table import RawTable
    from salesmetrics.schema.provenance import Finding

__all__ = ["states_of_versions", "versions_said", "with_deleted"]

_FLAG = "__flag__"


def with_deleted(frame: pl.DataFrame, table: RawTable, versions: Versions, options: ParseOptions) -> pl.DataFrame:
    """Canonical versions with ``is_deleted`` (Boolean) where the latest version of a deal is deleted; as they were without a flag."""
    if versions.deleted is None:
        return frame
    kept = table.frame.filter(table.frame.get_column(ROW).is_in(frame.get_column(ROW).implode()))
    place = Place(versions.deleted, table.source.path, kept.get_column(ROW), kept.get_column(versions.deleted))
    flags = parse_beside(place, ColumnType.FLAG, options, kept).values
    last = pl.col(_FLAG).sort_by("entered", maintain_order=True).last().over("deal_id")
    return frame.with_columns(flags.alias(_FLAG)).with_columns(last.alias("is_deleted")).drop(_FLAG)


def versions_said(frame: pl.DataFrame, path: str, versions: Versions) -> Finding:
    """Of how many deals a table has the versions, deleted ones among them, and how many have more than one."""
    deals = frame.filter(pl.col("deal_id").is_not_null()).group_by("deal_id").len()
    several = deals.filter(pl.col("len") > 1).height
    code = "versions_of_deals" if several else "no_second_version"
    column, n = versions.start, deals.height
    return finding(code, kind="stages", path=path, column=column, count=frame.height, deals=n, several=several)


def states_of_versions(part: Part, versions: Versions, present: pl.DataFrame | None) -> pl.DataFrame:
    """Every state of every deal, from a row for each of its versions.

    The first version begins when somebody began to keep versions. Where that is after the day on which the deal was created, the
    stage of that version is no entry: nobody knows since when the deal stood there.

    Args:
        part: The versions, canonical: ``deal_id``, ``stage`` (String), ``entered`` (Datetime) and what else they carry.
        versions: Which columns say more of them.
        present: The deals beside them, with ``id`` and ``created``.

    Returns:
        Stage entries as :func:`states_of` gives them.
    """
    rows = part.frame.drop("is_deleted", strict=False).with_columns(pl.col("entered").cast(pl.Datetime("us")))
    rows = rows.filter(pl.col("deal_id").is_not_null() & pl.col("entered").is_not_null())
    rows = rows.sort("deal_id", "entered", ROW, maintain_order=True)
    born = _born(part, versions, rows, present)
    first = (pl.col("deal_id") != pl.col("deal_id").shift(1)).fill_null(value=True)
    changed = (
        pl.when(first)
        .then(pl.col("entered").dt.date() <= born)
        .otherwise(pl.col("stage").ne_missing(pl.col("stage").shift(1)))
    )
    return rows.with_columns(stage=pl.when(changed).then("stage"))


def _born(part: Part, versions: Versions, rows: pl.DataFrame, present: pl.DataFrame | None) -> pl.Series:
    """The day on which the deal of each row was created, as its version says, else the deals file."""
    day = pl.lit(None, pl.Date).alias("__born__")
    frame = rows.select("deal_id", ROW, day)
    if versions.created is not None:
        kept = part.table.frame.filter(part.table.frame.get_column(ROW).is_in(rows.get_column(ROW).implode()))
        place = Place(versions.created, part.path, kept.get_column(ROW), kept.get_column(versions.created))
        days = pl.DataFrame(
            [kept.get_column(ROW), parse_beside(place, ColumnType.DAY, part.options, kept).values.alias("__born__")]
        )
        frame = frame.drop("__born__").join(days, on=ROW, how="left", maintain_order="left")
    if present is not None and "created" in present.columns:
        known = present.select(pl.col("id").alias("deal_id"), "created")
        frame = frame.join(known, on="deal_id", how="left", maintain_order="left")
        frame = frame.with_columns(pl.coalesce("__born__", "created").alias("__born__"))
    return frame.get_column("__born__")
