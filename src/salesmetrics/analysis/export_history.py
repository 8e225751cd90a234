"""What exports of one list tell of its past, one after the other: when deals moved, and what was put down of them. Own file: a fold.

A deal is known on the days of its exports only. So a move between two of them has the day of the later one, a deal that
is missing from an export is untracked until it is back, and one that is there in the first export stood in its stage
since a day that nobody knows.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from datetime import date

__all__ = ["ExportHistory"]

_STATE: dict[str, Any] = {
    "outcome": pl.String,
    "stage": pl.String,
    "pipeline": pl.String,
    "expected_close": pl.Date,
    "amount": pl.Decimal(38, 8),
    "currency": pl.String,
    "stage_entered": pl.Date,
    "created": pl.Date,
    "closed": pl.Date,
    "probability": pl.Float64,
    "forecast_category": pl.String,
}
_CHANCE = ("probability", "forecast_category")
_PLAN = ("expected_close", "amount", "currency")
_ALSO: dict[str, Any] = {"name": pl.String, "status": pl.String, "owner": pl.String}
"""What else differs where a deal has changed."""
_ROWS: dict[str, Any] = {
    "deal_id": pl.String,
    "stage": pl.String,
    "pipeline": pl.String,
    "entered": pl.Datetime("us"),
    "expected_close": pl.Date,
    "amount": pl.Decimal(38, 8),
    "currency": pl.String,
    "probability": pl.Float64,
    "forecast_category": pl.String,
    "__state__": pl.String,
    "__ongoing__": pl.Boolean,
}


class ExportHistory:
    """Exports put behind one another, from the earliest day on: only what changed is kept, and the last state.

    Attributes:
        differs: Whether a deal of two exports in a row is not the same in both.
    """

    def __init__(self) -> None:
        self.differs = False
        self._day: date | None = None
        self._known = pl.DataFrame()
        self._rows: list[pl.DataFrame] = []

    def add(self, day: date, deals: pl.DataFrame) -> None:
        """Put the next export behind the others.

        Args:
            day: Its day, later than that of those before.
            deals: Its canonical deals; every ``id`` is there once.
        """
        columns = _STATE if self.differs else {**_STATE, **_ALSO}
        state = deals.select(
            "id",
            *(
                (pl.col(name).cast(dtype) if name in deals.columns else pl.lit(None, dtype=dtype)).alias(name)
                for name, dtype in columns.items()
            ),
            here=pl.lit(value=True),
            last=pl.lit(day, dtype=pl.Date),
        )
        known = self._known if self._day else state.clear()
        pairs = state.join(known, on="id", how="full", coalesce=True, suffix="_was", maintain_order="left_right")
        both = pl.col("here").fill_null(value=False) & pl.col("here_was").fill_null(value=False)
        if not self.differs:
            unequal = (_changed(name) for name in columns if name in known.columns)
            self.differs = bool(pairs.select((both & reduce(or_, unequal)).any()).item())
        self._rows += [_entries(pairs, day, self._day), _plans(pairs, day), _chances(pairs, day), *_ends(pairs, day)]
        gone = known.join(state, on="id", how="anti", maintain_order="left").with_columns(here=pl.lit(value=False))
        kept = ["id", *_STATE, *(() if self.differs else _ALSO), "here", "last"]
        self._known = pl.concat([state.select(kept), _copied(gone.select(kept))])
        self._day = day

    @property
    def removed(self) -> int:
        """How many deals of earlier exports the last one has not."""
        return int((~self._known["here"]).sum())

    def history(self, deals: pl.DataFrame) -> pl.DataFrame:
        """The stage history of the deals of the last export.

        Args:
            deals: Its canonical deals: ``id``, ``outcome``, ``closed`` where known, ``__row__``, ``__file__``.

        Returns:
            A canonical stage history with two further columns. ``__state__`` (String) says what a row tells: ``stage``, an
            entry into a stage; ``open``, what was put down of an open deal from that day on, blank where it was blank;
            ``chance``, likewise its probability and forecast category;
            ``absent``, that it is untracked from that day on; ``closed``, that it was closed then and opened again later;
            ``left``, that its stage ended so. ``__ongoing__`` (Boolean): the deal stood in the stage before that day
            already, nobody knows for how long.
        """
        closed = pl.col("closed") if "closed" in deals.columns else pl.lit(None, dtype=pl.Date)
        own = deals.select("id", "__row__", "__file__", __over__=(pl.col("outcome") != "open") & closed.is_not_null())
        rows = pl.concat(self._rows).join(own, left_on="deal_id", right_on="id", how="inner", maintain_order="left")
        # How a deal ended for good, its own close date says.
        ends = pl.col("__state__").is_in(["closed", "left"])
        final = ends & pl.col("__over__") & (pl.col("entered") == pl.col("entered").filter(ends).max().over("deal_id"))
        return rows.filter(~final).drop("__over__").sort("__row__", "entered", "__state__", maintain_order=True)


def _changed(name: str) -> pl.Expr:
    return pl.col(name).ne_missing(pl.col(f"{name}_was"))


def _is_open() -> pl.Expr:
    """In the export, and open there."""
    return pl.col("here") & (pl.col("outcome") == "open")


def _was_open() -> pl.Expr:
    """In an earlier export, and open when it was last seen."""
    return (pl.col("outcome_was") == "open").fill_null(value=False)


def _was_here() -> pl.Expr:
    """In the export before."""
    return pl.col("here_was").fill_null(value=False)


def _as_rows(frame: pl.DataFrame, state: str, **columns: pl.Expr) -> pl.DataFrame:
    given: dict[str, Any] = {"deal_id": pl.col("id"), "__state__": pl.lit(state), **columns}
    rows = frame.select(given.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in _ROWS.items())
    return _copied(rows)


def _copied(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows with texts of their own: those that were filtered out of a column keep all of its text in memory."""
    texts = [name for name, dtype in rows.schema.items() if dtype == pl.String]
    return rows.with_columns(pl.concat_str(name, pl.lit("")) for name in texts)


def _entries(pairs: pl.DataFrame, day: date, before: date | None) -> pl.DataFrame:
    """Entries into stages since the export before; those without a date of their own have the day of this one."""
    today, last = pl.lit(day, dtype=pl.Date), pl.col("last_was")
    noted = pl.when(pl.col("stage_entered") <= today).then("stage_entered")
    new = last.is_null()
    moved = ~new & (~_was_open() | _changed("stage") | _changed("pipeline"))
    # One that was missing in between may have left its stage and come back.
    back = ~new & ~moved & ~_was_here() & (noted.is_null() | (noted > last))
    older = pl.lit(value=True) if before is None else (pl.col("created") <= before).fill_null(value=False)
    rows = pairs.filter(_is_open() & pl.col("stage").is_not_null() & (new | moved | back))
    entered = pl.when(new | back).then(pl.coalesce(noted, today)).when(noted >= last).then(noted).otherwise(today)
    ongoing = noted.is_null() & ((new & older) | (back & ~new & ~moved))
    return _as_rows(
        rows,
        "stage",
        stage=pl.col("stage"),
        pipeline=pl.col("pipeline"),
        entered=entered,
        __ongoing__=ongoing,
    )


def _plans(pairs: pl.DataFrame, day: date) -> pl.DataFrame:
    """What is put down of open deals, where it is not what the export before had."""
    other = reduce(or_, map(_changed, _PLAN))
    rows = pairs.filter(_is_open() & (~_was_here() | ~_was_open() | other))
    return _as_rows(rows, "open", entered=pl.lit(day), **{name: pl.col(name) for name in _PLAN})


def _chances(pairs: pl.DataFrame, day: date) -> pl.DataFrame:
    """Probability and forecast category of open deals, where they are not what the export before had."""
    other, there = reduce(or_, map(_changed, _CHANCE)), reduce(or_, (pl.col(name).is_not_null() for name in _CHANCE))
    new = ~_was_here() | ~_was_open()
    rows = pairs.filter(_is_open() & ((new & there) | (~new & other)))
    return _as_rows(rows, "chance", entered=pl.lit(day), **{name: pl.col(name) for name in _CHANCE})


def _ends(pairs: pl.DataFrame, day: date) -> list[pl.DataFrame]:
    """Open deals of the export before that are missing in this one, or closed."""
    here = pl.col("here").fill_null(value=False)
    absent = pairs.filter(~here & _was_here() & _was_open())
    closed = pairs.filter(here & (pl.col("outcome") != "open") & _was_open())
    since = (pl.col("closed") > pl.col("last_was")) & (pl.col("closed") <= day)
    on = pl.when(since).then("closed").otherwise(pl.lit(day, dtype=pl.Date))
    return [
        _as_rows(absent, "absent", entered=pl.lit(day)),
        _as_rows(closed, "closed", entered=on),
        _as_rows(closed.filter(pl.col("stage_was").is_not_null()), "left", entered=on, pipeline=pl.col("pipeline_was")),
    ]
