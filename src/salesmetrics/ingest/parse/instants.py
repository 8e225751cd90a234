"""The instant behind a wall clock: known where a UTC offset is written, or where the zone is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar import utc_of_wall
from salesmetrics.calendar.model import zone_refused
from salesmetrics.ingest.parse.date_text import INSTANT_DTYPE
from salesmetrics.ingest.parse.evidence import CELLS

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OFFSET", "UTC", "check_zone", "instants_of", "notes_of_offsets", "offset_east", "usual_offset", "wall_in"]

UTC, OFFSET = "__utc__", "__offset__"
"""Columns of a reading: the instant as the clock in UTC, and minutes east of it as written."""


def instants_of(
    values: pl.Series, frame: pl.DataFrame, zone: str | None, *, zulu: pl.Series | None
) -> pl.Series | None:
    """The instants of a column as clocks in UTC; None where no cell says, or no zone is named.

    Args:
        values: Wall clocks.
        frame: What the slow reading gave, with ``__utc__`` where it met an offset.
        zone: The zone of clocks without an offset.
        zulu: Cells that are written in UTC.
    """
    found = frame[UTC] if UTC in frame.columns else values.clear().extend_constant(None, len(values))
    if zulu is not None:
        found = values.zip_with(zulu, found)
    if zone is not None:
        wall = values.alias("wall").to_frame()
        found = found.zip_with(found.is_not_null(), wall.select(utc_of_wall(pl.col("wall"), zone)).to_series())
    return found.cast(INSTANT_DTYPE) if found.count() else None


def offset_east() -> pl.Expr:
    """Minutes east of UTC, where a text says it; an epoch is UTC."""
    epoch = (pl.col("shape") == "number") & pl.col("number").str.contains("^[0-9]{10}")
    return pl.when(epoch).then(0).otherwise("offset")


def wall_in(zone: str | None) -> pl.Expr:
    """The clock ``wall`` in a zone where its ``offset`` is known; elsewhere as written."""
    wall, offset = pl.col("wall"), pl.col("offset")
    if zone is None:
        return wall
    instant = (wall - pl.duration(minutes=offset)).dt.replace_time_zone("UTC")
    there = instant.dt.convert_time_zone(zone).dt.replace_time_zone(None)
    return pl.when(offset.is_not_null()).then(there).otherwise(wall)


def usual_offset(good: pl.DataFrame, zulu: int) -> int | None:
    """The offset of most cells, in minutes east of UTC; None where none is written out.

    Args:
        good: The sorts of text that are dates, with ``offset``.
        zulu: Cells that the strict format reads as UTC.
    """
    counts = good.filter(pl.col("offset").is_not_null()).group_by("offset").agg(pl.col(CELLS).sum())
    if not counts.height:
        return None
    found = dict(counts.iter_rows())
    found[0] = found.get(0, 0) + zulu
    return int(min(found, key=lambda offset: (-found[offset], offset)))


def notes_of_offsets(
    frame: pl.DataFrame, zulu: pl.Series | None, timed: pl.Series, usual: int
) -> Mapping[str, pl.Series]:
    """The cells whose offset is not that of most, and those with a time of day and no offset beside others that have one.

    Args:
        frame: What the slow reading gave, with ``__offset__`` where it met an offset.
        zulu: Cells that are written in UTC.
        timed: Cells with a time of day.
        usual: The offset of most cells of the column.
    """
    nowhere = pl.Series(OFFSET, [None], dtype=pl.Int64).new_from_index(0, len(timed))
    offsets = frame[OFFSET] if OFFSET in frame.columns else nowhere
    if zulu is not None:
        offsets = pl.select(pl.when(zulu).then(0).otherwise(offsets).alias(OFFSET)).to_series()
    notes = {"offsets_differ": (offsets != usual).fill_null(value=False), "offsets_missing": offsets.is_null() & timed}
    return {code: cells for code, cells in notes.items() if cells.any()}


def check_zone(zone: str) -> None:
    """Refuse a time zone that is none: ``option_invalid``."""
    try:
        pl.Series([0]).cast(pl.Datetime("us", "UTC")).dt.convert_time_zone(zone)
    except pl.exceptions.PolarsError as error:
        raise zone_refused(zone) from error
