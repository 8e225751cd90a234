"""Quotas of one rep, team or company that are given for overlapping periods: months and their quarter are no sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.calendar import periods_of_column
from salesmetrics.ingest.checks.findings import MAX_ROWS, finding
from salesmetrics.ingest.dataset import FILE
from salesmetrics.ingest.table.table import ROW
from salesmetrics.schema.kinds import column_types
from salesmetrics.schema.withheld import Withheld

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.ingest.dataset import Part

__all__ = ["quotas_told_twice"]

_WHOSE = ("owner", "owner_id", "team", "region", "product")
_START, _END, _AGAIN = "__start__", "__end__", "__again__"
_SHOWN = 40


def quotas_told_twice(quotas: pl.DataFrame, parts: Sequence[Part]) -> None:
    """Say of which reps quotas overlap, and withhold the amounts; and which rows are there twice.

    Args:
        quotas: All quotas, with ``__file__``.
        parts: The tables; what is found is added to those that it is about.
    """
    if "amount" not in quotas.columns:
        return
    frame = _placed(quotas.filter(pl.col("amount").is_not_null()))
    same = [name for name in frame.columns if name not in (ROW, FILE)]
    twice = frame.filter(~pl.struct(same).is_first_distinct())
    _tell(parts, "quota_twice", twice)
    keys = [name for name in (*_WHOSE, "currency") if name in frame.columns]
    extras = [name for name in same if name not in column_types("quotas") and not name.startswith("__")]
    once = frame.filter(pl.struct(same).is_first_distinct() & pl.col(_START).is_not_null())
    by = [pl.col(name) for name in keys] or [pl.lit(0)]
    spans = once.unique([*keys, _START, _END], keep="first", maintain_order=True).sort(_START, _END)
    # A day in common is how some exports write an end: as the first day of what follows.
    reached = pl.col(_END).cum_max().shift(1).over(by).dt.offset_by("-1d")
    spans = spans.with_columns((pl.col(_START) < reached).fill_null(value=False).alias(_AGAIN))
    twins = once.filter(~pl.struct([*keys, *extras, _START, _END]).is_first_distinct())
    wrong = pl.concat([spans.filter(_AGAIN).drop(_AGAIN), twins]).unique(ROW, maintain_order=True)
    if wrong.is_empty():
        return
    whose = wrong.select(keys).unique(maintain_order=True) if keys else None
    rows = once if whose is None else once.join(whose, on=keys, how="semi", nulls_equal=True, maintain_order="left")
    named = [name for name in _WHOSE if name in keys]
    found: Iterable[str] = (
        wrong.select(pl.coalesce(named)).to_series().drop_nulls().unique(maintain_order=True) if named else []
    )
    listed = ", ".join(f"`{str(word)[:_SHOWN]}`" for word in list(found)[:3]) or "the company"
    _tell(parts, "quotas_overlap", rows, listed=listed)
    for part in parts:
        if part.kind == "quotas":
            part.withheld.append(Withheld("quotas", "amount", "quotas_overlap"))


def _tell(parts: Sequence[Part], code: str, rows: pl.DataFrame, listed: str = "") -> None:
    for (index,), own in rows.group_by(FILE, maintain_order=True):
        part = parts[int(str(index))]
        numbers = own.get_column(ROW).sort()
        part.findings.append(
            finding(
                code,
                kind="quotas",
                path=part.path,
                count=own.height,
                rows=numbers.head(MAX_ROWS).to_list(),
                listed=listed,
            )
        )


def _placed(frame: pl.DataFrame) -> pl.DataFrame:
    """With the first day of each quota and the day after its last, null where it names none."""
    starts: list[pl.Expr] = []
    ends: list[pl.Expr] = []
    if "period" in frame.columns:
        labels = frame.get_column("period").drop_nulls().unique().sort().to_list()
        read = zip(labels, periods_of_column(labels), strict=True)
        known = {label: found for label, found in read if found and found.start and found.end}
        if known:
            for days, table in (
                (starts, {label: each.start for label, each in known.items()}),
                (ends, {label: each.end for label, each in known.items()}),
            ):
                days.append(pl.col("period").replace_strict(table, default=None, return_dtype=pl.Date))
    if {"start", "end"} <= set(frame.columns):
        starts.append(pl.col("start"))
        ends.append(pl.col("end").dt.offset_by("1d"))
    none = pl.lit(None, dtype=pl.Date)
    return frame.with_columns(pl.coalesce(*starts, none).alias(_START), pl.coalesce(*ends, none).alias(_END))
