"""Two instants are subtracted as instants, where files say what their clocks mean; the wall clock decides days alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.schema.clock import utc_name
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.schema.provenance import Finding

__all__ = ["clock", "comparable", "has_times", "mixed_clocks", "several_offsets"]

Place = tuple[pl.DataFrame, str]
"""A frame and the name of a column of instants in it."""


def clock(name: str, *, exact: bool) -> pl.Expr:
    """A column of instants: as clocks in UTC, or as the wall clocks that they are."""
    return pl.col(utc_name(name) if exact else name)


def comparable(*places: Place) -> bool:
    """Whether the instants of all these columns are known, so that they can be compared."""
    return all(_known(frame, name) for frame, name in places)


def _known(frame: pl.DataFrame, name: str) -> bool:
    utc = utc_name(name)
    if utc not in frame.columns:
        return False
    return not frame.select((pl.col(name).is_not_null() & pl.col(utc).is_null()).any()).item()


def has_times(instants: pl.Series) -> bool:
    """Whether any of them has a time of day."""
    return bool((instants.dt.truncate("1d") != instants).any())


def several_offsets(*places: Place) -> bool:
    """Whether the wall clocks of these columns are not all as far from UTC."""
    known = [(frame, name) for frame, name in places if utc_name(name) in frame.columns]
    offsets = [frame.select(pl.col(name) - pl.col(utc_name(name))).to_series().alias("") for frame, name in known]
    return bool(offsets) and pl.concat(offsets).drop_nulls().n_unique() > 1


_RESPONSE = ("response", "waited", "since_touch", "further_touches", "slow")


def mixed_clocks(
    frames: Mapping[str, pl.DataFrame], headers: Mapping[tuple[str, str], str], *, zoned: bool, by_hours: bool
) -> tuple[list[Finding], list[Withheld]]:
    """Where response times cannot be known: some clocks say their UTC offset and others do not.

    Args:
        frames: Canonical frames by kind.
        headers: Kind and column → the header in the export.
        zoned: The zone of clocks without an offset is named.
        by_hours: Response times count opening hours only, which are those of one clock.
    """
    leads = frames.get("leads")
    if zoned or leads is None or "created" not in leads.columns:
        return [], []
    others = [(kind, frames[kind], name) for kind, name in _ANSWERS if kind in frames and name in frames[kind].columns]
    found: list[Finding] = []
    for kind, frame, name in others:
        pair = ((leads, "created"), (frame, name))
        if not all(has_times(one[column].drop_nulls()) for one, column in pair):
            continue
        said = any(utc_name(column) in one.columns for one, column in pair)
        if said and not comparable(*pair):
            code = "offset_of_some"
        elif by_hours and several_offsets(*pair):
            code = "whose_hours"
        else:
            continue
        created, answered = headers.get(("leads", "created"), "created"), headers.get((kind, name), name)
        doubt = Message(code, kind=kind, created=created, answered=answered)
        found.append(finding("clock_unknown", kind=kind, count=frame.height, doubt=doubt))
    withheld = [Withheld("leads", fact, "clock_unknown") for fact in _RESPONSE] if found else []
    return found, withheld


_ANSWERS = (("activities", "occurred"), ("leads", "first_response_at"))
