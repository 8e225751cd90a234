"""Which rows are records of their own: deleted rows out, repeated ids by a declared rule, never a guess by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.findings import MAX_ROWS, finding
from salesmetrics.ingest.table import ROW

if TYPE_CHECKING:
    from salesmetrics.schema.kinds import Kind
    from salesmetrics.schema.provenance import Finding

__all__ = ["Kept", "listed", "without_continuations", "without_deleted", "without_repeats"]

LINE_FIELDS = frozenset({"product", "amount", "quantity", "list_price", "cost"})
"""What may differ between the product rows of one deal."""

_DEAL_FIELDS = (
    "name",
    "stage",
    "status",
    "owner",
    "created",
    "close_date",
    "closed",
    "is_won",
    "is_closed",
    "currency",
)
"""What must agree for rows of one id to be product rows of one deal."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A frame after a rule, how many rows the rule took out and under which name, and what it has to say."""

    frame: pl.DataFrame
    reason: str = ""
    ignored: int = 0
    findings: tuple[Finding, ...] = ()


def without_deleted(frame: pl.DataFrame, kind: Kind, path: str, header: str | None) -> Kept:
    """Take out the rows that the CRM marks as deleted."""
    if frame.schema.get("is_deleted") != pl.Boolean:  # some kinds know no such field: then it is a column of text
        return Kept(frame)
    deleted = frame.get_column("is_deleted").fill_null(value=False)
    n = int(deleted.sum())
    if n == 0:
        return Kept(frame)
    rows = frame.get_column(ROW).filter(deleted).head(MAX_ROWS).to_list()
    said = finding("deleted_rows", kind=kind, path=path, column=header, count=n, rows=rows)
    return Kept(frame.filter(~deleted), "deleted", n, (said,))


def without_continuations(frame: pl.DataFrame, kind: Kind, path: str, header: str | None) -> Kept:
    """Take out the lines that only continue the record above: no id, and nothing else that makes a record."""
    heads = [c for c in ("id", *_DEAL_FIELDS) if c in frame.columns]
    if "id" not in heads or len(heads) < 2:
        return Kept(frame)
    blank = frame.select(pl.all_horizontal(pl.col(heads).is_null()))
    mask = blank.to_series()
    n = int(mask.sum())
    if n == 0:
        return Kept(frame)
    rows = frame.get_column(ROW).filter(mask).head(MAX_ROWS).to_list()
    said = finding("continuation_lines", kind=kind, path=path, column=header, count=n, rows=rows)
    return Kept(frame.filter(~mask), "continuation", n, (said,))


def without_repeats(frame: pl.DataFrame, kind: Kind, path: str, header: str | None, *, line_items: bool) -> list[Kept]:
    """Apply the rule for ids that occur more than once.

    Rows that are equal in every column are one record. Product rows of one deal (where the profile says that the CRM
    writes them) become the deal once, with the sum of their amounts. Anything else is kept as it is, and is an error to look
    at: which of two contents is right cannot be known here.

    Returns:
        One step per rule that had something to do, in order; the last one's frame is the result.
    """
    repeated = _repeated_ids(frame)
    if repeated is None:
        return []
    steps: list[Kept] = []
    mask = frame.get_column("id").is_in(repeated.implode()).fill_null(value=False)
    rest, twins = frame.filter(~mask), frame.filter(mask)
    content = [c for c in frame.columns if c != ROW]
    lines = line_items and "product" in frame.columns
    if not lines:
        once = twins.unique(subset=content, keep="first", maintain_order=True)
        if once.height < twins.height:
            gone = twins.join(once.select(ROW), on=ROW, how="anti").get_column(ROW)
            said = finding("identical_rows", kind=kind, path=path, column=header, count=len(gone), rows=gone.to_list())
            twins = once
            steps.append(Kept(_in_order(rest, twins), "duplicate", len(gone), (said,)))
    elif (merged := _merged_lines(twins)) is not None and merged.height < twins.height:
        n = twins.height - merged.height
        said = finding("product_rows_merged", kind=kind, path=path, column=header, count=n, deals=merged.height)
        twins = merged
        steps.append(Kept(_in_order(rest, twins), "line_item", n, (said,)))
    if (left := _repeated_ids(twins)) is not None:
        rows = twins.filter(pl.col("id").is_in(left.implode())).get_column(ROW)
        said = finding(
            "ids_repeated",
            kind=kind,
            path=path,
            column=header,
            count=len(rows),
            rows=rows.to_list(),
            listed=listed(left),
        )
        steps.append(Kept(_in_order(rest, twins), findings=(said,)))
    return steps


def listed(ids: pl.Series, most: int = 5) -> str:
    """The first ids of a column in words.

    >>> listed(pl.Series(["b", "a"]))
    '`a`, `b`'
    """
    shown = ", ".join(f"`{i}`" for i in ids.sort().head(most).to_list())
    return f"{shown} and {len(ids) - most:,} more" if len(ids) > most else shown


def _in_order(*frames: pl.DataFrame) -> pl.DataFrame:
    return pl.concat(frames).sort(ROW)


def _repeated_ids(frame: pl.DataFrame) -> pl.Series | None:
    """The ids on more than one row, or None."""
    if "id" not in frame.columns or frame.is_empty():
        return None
    ids = frame.get_column("id")
    # Distinct hashes prove distinct ids at a fraction of the cost of comparing texts.
    known = ids.drop_nulls() if ids.null_count() else ids
    if known.hash().n_unique() == len(known):
        return None
    counts = frame.lazy().filter(pl.col("id").is_not_null()).group_by("id").len().filter(pl.col("len") > 1)
    return counts.select("id").collect().to_series()


def _merged_lines(twins: pl.DataFrame) -> pl.DataFrame | None:
    """Product rows as deals, for the ids whose rows agree on the deal; the other rows stay. None when no id agrees."""
    agreeing = [c for c in _DEAL_FIELDS if c in twins.columns]
    if agreeing:
        agree = pl.all_horizontal(*[pl.col(c).n_unique() == 1 for c in agreeing])
        good = twins.group_by("id").agg(agree.alias("ok")).filter("ok").get_column("id")
    else:
        good = twins.get_column("id").unique()
    if good.is_empty():
        return None
    lines = twins.filter(pl.col("id").is_in(good.implode()))
    sums = [c for c in ("amount", "quantity", "cost") if c in twins.columns]
    keys = {"id", *sums}
    once = [pl.col(c).first() for c in twins.columns if c not in keys and c not in {"product", "list_price"}]
    summed = [pl.when(pl.col(c).is_not_null().any()).then(pl.col(c).sum()).alias(c) for c in sums]
    single = [
        pl.when(pl.col(c).n_unique() == 1).then(pl.col(c).first()).alias(c)
        for c in ("product", "list_price")
        if c in twins.columns
    ]
    deals = lines.sort(ROW).group_by("id", maintain_order=True).agg(*once, *summed, *single).select(twins.columns)
    deals = deals.cast(pl.Schema(twins.schema))
    return pl.concat([deals, twins.filter(~pl.col("id").is_in(good.implode()))]).sort(ROW)
