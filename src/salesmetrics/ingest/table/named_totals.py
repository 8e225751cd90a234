"""Totals that a word gives away in lists with a period: a "rep" or a "customer" called Total, with the sum of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.canonical.identity import Kept
from salesmetrics.ingest.checks.findings import MAX_ROWS, finding
from salesmetrics.ingest.source.bounds import MAX_WORD
from salesmetrics.ingest.table.assemble import TOTAL_HINT, ignored_findings
from salesmetrics.ingest.table.table import ROW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.schema.kinds import Kind

__all__ = ["without_named_totals"]

_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "quotas": ("amount",),
    "costs": ("amount",),
    "revenue": ("amount", "mrr"),
    "customers": ("mrr",),
}
"""Kinds whose exports may end in totals that fill as many cells as a record, and the numbers that are summed."""
_NAMES = ("owner", "owner_id", "account", "account_id", "name", "category", "description", "team", "region", "product", "source", "campaign")  # fmt: skip
_PERIODS = ("period", "start", "end", "date", "occurred", "started")
_SUM, _ROWS, _MONTH = "__sum__", "__rows__", "__month__"
_SHOWN = 40


def without_named_totals(frame: pl.DataFrame, kind: Kind, path: str) -> list[Kept]:
    """Take out rows that are called a total and hold the sum of the other rows, of their period or of all.

    A customer may be called Total: where the number is no such sum, the row stays and is named.

    Args:
        frame: Canonical columns and ``__row__``.
        kind: Kind of record.
        path: File, for the findings.

    >>> rows = {ROW: [2, 3, 4], "owner": ["Ann", "Bob", "Total"], "period": ["2026-Q1"] * 3, "amount": [4, 5, 9]}
    >>> without_named_totals(pl.DataFrame(rows), "quotas", "x.csv")[0].frame["owner"].to_list()
    ['Ann', 'Bob']
    """
    numbers = [name for name in _NUMBERS.get(kind, ()) if name in frame.columns]
    names = [name for name in _NAMES if name in frame.columns]
    called = [(name, words) for name in names if (words := _total_words(frame.get_column(name)))]
    if not numbers or not called:
        return []
    named = pl.any_horizontal(pl.col(name).is_in(words) for name, words in called)
    if "id" in frame.columns:
        named &= pl.col("id").is_null()
    mask = frame.select(named.fill_null(value=False)).to_series()
    if not mask.any() or mask.all():
        return []
    proven = _proven(frame, mask, numbers, [name for name in (*names, "currency") if name in frame.columns])
    rows = frame.filter(mask)
    findings = []
    rest = rows.filter(~proven)
    if rest.height:
        shown = rest.select(pl.coalesce(pl.when(pl.col(name).is_in(of)).then(name) for name, of in called)).to_series()
        listed = ", ".join(f"`{word[:_SHOWN]}`" for word in shown.unique(maintain_order=True).head(3).to_list())
        findings.append(
            finding(
                "total_no_sum",
                kind=kind,
                path=path,
                count=rest.height,
                rows=rest.get_column(ROW).head(MAX_ROWS).to_list(),
                listed=listed,
            )
        )
    gone = rows.filter(proven).get_column(ROW).to_list()
    findings += ignored_findings(path, dict.fromkeys(gone, "total"))
    return [Kept(frame.filter(~pl.col(ROW).is_in(gone)), "total", len(gone), tuple(findings))]


def _total_words(names: pl.Series) -> list[str]:
    words = names.drop_nulls().unique()
    return words.filter((words.str.len_chars() <= MAX_WORD) & words.str.contains(TOTAL_HINT)).to_list()


def _proven(frame: pl.DataFrame, mask: pl.Series, numbers: Sequence[str], names: Sequence[str]) -> pl.Series:
    """Which of the rows under the mask hold a sum of other rows: all, those of the period, or those since the total above."""
    periods = [name for name in _PERIODS if name in frame.columns]
    days = [name for name in periods if frame.schema[name].is_temporal()]
    frame = frame.with_columns(pl.col(days[0]).dt.truncate("1mo").cast(pl.Date).alias(_MONTH) if days else [])
    rows, others = frame.filter(mask), frame.filter(~mask)
    by = [periods, *([[_MONTH]] if days else [])]
    keys = [[], *(each for each in by if each), *([*each, name] for each in (*by, []) for name in names)]
    found = pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)  # noqa: FBT003
    for number in numbers:
        value = rows.get_column(number)
        for key in keys:
            least = 1 if not set(key) & set(names) else 2  # a part of one row proves nothing
            found |= _is_sum(rows, others, number, key, least)
        above = frame.select(pl.when(mask).then(0).otherwise(pl.col(number).fill_null(0)).cum_sum()).to_series()
        since = above.filter(mask)
        found |= (value == since - since.shift(1, fill_value=0)).fill_null(value=False) & (value != 0)
    return found


def _is_sum(rows: pl.DataFrame, others: pl.DataFrame, number: str, key: Sequence[str], least: int) -> pl.Series:
    sums = [pl.col(number).sum().alias(_SUM), pl.len().alias(_ROWS)]
    if key:
        made = rows.join(
            others.group_by(key).agg(sums), on=list(key), how="left", nulls_equal=True, maintain_order="left"
        )
    else:
        made = rows.join(others.select(sums), how="cross", maintain_order="left")
    proof = (pl.col(number) == pl.col(_SUM)) & (pl.col(number) != 0) & (pl.col(_ROWS) >= least)
    return made.select(proof.fill_null(value=False)).to_series()
