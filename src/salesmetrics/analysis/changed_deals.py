"""The deals behind a bridge: those that changed, and those in one bar. Own file: lists of deals, apart from what they add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.analysis.compare import BARS, EXITS, LEAVES_AT, SEEN, key, same
from salesmetrics.answers.compare import DealChange, DealState

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
    rows = (found if most is None else found.head(most)).iter_rows(named=True)
    return [_change(row, interval) for row in rows]


def _change(row: Mapping[str, object], interval: Interval) -> DealChange:
    bars: set[object] = {row["entry"], row["step"], row["exit"]}
    return DealChange(
        deal_id=str(row["id"]),
        name=row["new_name"] if row["new_here"] else row["old_name"],  # type: ignore[arg-type]
        from_day=interval.from_day,
        to_day=interval.to_day,
        bars=[bar for bar in BARS if bar in bars],
        changed=[name for name in SEEN if row[f"differs_{name}"]],
        from_=_state(row, "old") if row["old_here"] else None,
        to_=_state(row, "new") if row["new_here"] else None,
    )


def _state(row: Mapping[str, object], side: str) -> DealState:
    return DealState(**{name: row[f"{side}_{name}"] for name in DealState.__struct_fields__})  # type: ignore[arg-type]


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
    deals, late = interval.deals, pl.col("new_here")
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

    def latest(column: str) -> pl.Expr:
        return pl.when(late).then(pl.col(f"new_{column}")).otherwise(pl.col(f"old_{column}")).alias(column)

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
            latest("name"),
            latest("owner"),
            *(of_line(key(number), f"group_{name}") for number, name in enumerate(by)),
            of_line("currency", "currency"),
            value.alias("value"),
            *pairs,
        )
        .sort(pl.col("value").abs(), "id", descending=[True, False], nulls_last=True)
    )
