"""The deals behind a bridge: those that changed, and those in one bar. Own file: lists of deals, apart from what they add up to."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.analysis.compare import BARS, EXITS, LEAVES_AT, SEEN, key, same
from salesmetrics.answers.compare import DealChange, DealState

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from salesmetrics.analysis.compare import Interval
    from salesmetrics.answers.compare import BarId

__all__ = ["behind", "changes"]


def changes(interval: Interval, most: int | None) -> list[DealChange]:
    """The deals that changed, the largest changes of the pipeline first.

    Args:
        interval: What changed between two exports.
        most: So many at most; None for all.
    """
    deals = interval.deals
    seen = pl.col("old_kept") | pl.col("new_kept")
    both = pl.col("old_here") & pl.col("new_here")
    differs = [(both & ~same(name)).alias(f"differs_{name}") for name in SEEN]
    barred = pl.any_horizontal(pl.col("entry", "step", "exit").is_not_null())
    size = pl.max_horizontal(
        pl.when(pl.col("entry").is_not_null()).then(pl.col("new_amount").abs()),
        pl.when(pl.col("step").is_not_null()).then(pl.col("delta").abs()),
        pl.when(pl.col("exit").is_not_null()).then(LEAVES_AT.abs()),
    )
    found = (
        deals.with_columns(*differs, size=size, barred=barred)
        .filter(seen & (pl.col("barred") | pl.any_horizontal(pl.col("^differs_.*$"))))
        .sort("barred", "size", "id", descending=[True, True, False], nulls_last=True)
    )
    found = found if most is None else found.head(most)
    told = found.select("id", _latest("name"), "entry", "step", "exit", pl.col("^differs_.*$"))
    states = zip(_states(found, "old"), _states(found, "new"), strict=True)
    return [
        DealChange(
            deal_id=id_,
            name=name,
            from_day=interval.from_day,
            to_day=interval.to_day,
            bars=_bars(entry, step, leaving),
            changed=[column for column, other in zip(SEEN, differ, strict=True) if other],
            from_=old,
            to_=new,
        )
        for (id_, name, entry, step, leaving, *differ), (old, new) in zip(told.iter_rows(), states, strict=True)
    ]


@cache
def _bars(*ids: BarId | None) -> list[BarId]:
    """The bars of a deal, in the order of all; the same list for all deals of the same bars."""
    return [bar for bar in BARS if bar in ids]


def _states(deals: pl.DataFrame, side: str) -> Iterator[DealState | None]:
    names = DealState.__struct_fields__
    cells = deals.select(f"{side}_here", *(f"{side}_{name}" for name in names)).iter_rows()
    return (DealState(**dict(zip(names, row, strict=True))) if here else None for here, *row in cells)


def _latest(column: str) -> pl.Expr:
    """What the later export says, or of a deal that is not in it the earlier one."""
    late = pl.when("new_here").then(pl.col(f"new_{column}"))
    return late.otherwise(pl.col(f"old_{column}")).alias(column)


def behind(interval: Interval, bar: BarId, by: Sequence[str]) -> pl.DataFrame:
    """The deals in a bar, each with its part of it.

    Args:
        interval: What changed between two exports.
        bar: The bar.
        by: Dimensions.

    Returns:
        ``from``, ``to`` (Date), ``row_from``, ``row_to`` (UInt32), ``id``, ``name``, ``owner``, ``group_…`` of
        each dimension, ``currency``, ``value`` (signed), ``stage_from``, ``stage_to``, ``amount_from``, ``amount_to``,
        ``expected_close_from``, ``expected_close_to``; in order of the size of the value.
    """
    deals = interval.deals
    place = {"start": "at_start", "end": "at_end", "increased": "step", "decreased": "step"}.get(
        bar, "exit" if bar in EXITS else "entry"
    )
    inside = pl.col(place) if place.startswith("at_") else (pl.col(place) == bar).fill_null(value=False)
    value = {
        "at_start": pl.col("old_amount"),
        "step": pl.col("delta"),
        "exit": -LEAVES_AT,
    }.get(place, pl.col("new_amount"))
    of_old = {"at_start": pl.lit(value=True), "step": pl.lit(value=True), "exit": ~pl.col("passing")}.get(
        place, pl.lit(value=False)
    )

    def of_line(column: str, name: str) -> pl.Expr:
        return pl.when(of_old).then(pl.col(f"old_{column}")).otherwise(pl.col(f"new_{column}")).alias(name)

    pairs = [
        pl.col(f"{side}_{name}").alias(f"{name}_{way}")
        for name in ("stage", "amount", "expected_close")
        for side, way in (("old", "from"), ("new", "to"))
    ]
    return (
        deals.filter(inside)
        .select(
            pl.lit(interval.from_day).alias("from"),
            pl.lit(interval.to_day).alias("to"),
            pl.col("old___row__").alias("row_from"),
            pl.col("new___row__").alias("row_to"),
            "id",
            _latest("name"),
            _latest("owner"),
            *(of_line(key(number), f"group_{name}") for number, name in enumerate(by)),
            of_line("currency", "currency"),
            value.alias("value"),
            *pairs,
        )
        .sort(pl.col("value").abs(), "id", descending=[True, False], nulls_last=True)
    )
