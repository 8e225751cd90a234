"""The instant behind a wall clock: known where a UTC offset is written, or where the zone is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar import utc_of_wall
from salesmetrics.ingest.parse.fastdates import INSTANT_DTYPE

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OFFSET", "UTC", "instants_of", "notes_of_offsets"]

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


def notes_of_offsets(frame: pl.DataFrame, zulu: pl.Series | None, timed: pl.Series) -> Mapping[str, pl.Series]:
    """The cells whose offset is not that of most, and those with a time of day and no offset beside others that have one.

    Args:
        frame: What the slow reading gave, with ``__offset__`` where it met an offset.
        zulu: Cells that are written in UTC.
        timed: Cells with a time of day.
    """
    if OFFSET not in frame.columns or not frame[OFFSET].count():
        return {}
    offsets = frame[OFFSET]
    if zulu is not None:
        offsets = pl.select(pl.when(zulu).then(0).otherwise(offsets).alias(OFFSET)).to_series()
    most = offsets.drop_nulls().value_counts(sort=True, name="n").sort("n", OFFSET, descending=[True, False])[OFFSET][0]
    notes = {"offsets_differ": (offsets != most).fill_null(value=False), "offsets_missing": offsets.is_null() & timed}
    return {code: cells for code, cells in notes.items() if cells.any()}
