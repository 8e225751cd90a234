"""Amounts that move a total by themselves, and dates in a mistyped year."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import polars as pl

from salesmetrics.ingest.as_of import first_believable
from salesmetrics.ingest.parse.currency import CRM_DEFAULT, named

if TYPE_CHECKING:
    from salesmetrics.ingest.policies.context import Context
    from salesmetrics.schema.provenance import Finding

__all__ = ["check_amount_outliers", "check_currency_words", "check_date_outliers", "outliers"]

_TOP = 5
_ENOUGH = 20
_FAR = 5.0


def outliers(amounts: pl.Series) -> list[float]:
    """The amounts, at most five, that each move the mean by more than its own 95 % interval and are far from all others.

    Far means more than five robust standard deviations (1.4826 × the median absolute deviation) above the median of the
    logarithms, so that an ordinary long tail of deal sizes is left alone. Fewer than twenty positive amounts give no verdict.

    Args:
        amounts: Float64, any order; amounts of zero or less and nulls do not take part.

    >>> outliers(pl.Series([100.0 + i for i in range(50)] + [9_000_000.0]))
    [9000000.0]
    >>> outliers(pl.Series([1.5**i for i in range(30)]))
    []
    """
    positive = amounts.filter(amounts > 0)
    n = len(positive)
    if n < _ENOUGH:
        return []
    top = sorted(positive.top_k(_TOP).to_list(), reverse=True)
    rest = n - len(top)
    total = positive.sum() - sum(top)
    squares = (positive * positive).sum() - sum(value * value for value in top)
    mean = total / rest
    half_width = 1.96 * math.sqrt(max(squares / rest - mean * mean, 0.0) / rest)
    moving = [value for value in top if (value - mean) / (rest + 1) > half_width]
    if not moving:
        return []
    logs = positive.log()
    middle = float(str(logs.median()))
    spread = 1.4826 * float(str((logs - middle).abs().median()))
    return [value for value in moving if math.log(value) - middle > _FAR * max(spread, 0.1)]


def check_currency_words(context: Context) -> list[Finding]:
    """Name what no currency is called among currencies; where all is in one unknown unit, it is a name of the user's own."""
    if not context.has("currency"):
        return []
    words = context.frame.get_column("currency").drop_nulls().unique().sort().to_list()
    unknown = [word for word in words if word != CRM_DEFAULT and named(word, {}) is None]
    if not unknown or len(words) == 1:
        return []
    listed = ", ".join(f"`{word}`" for word in unknown[:5]) + (", …" if len(unknown) > 5 else "")
    return context.report("currency_unknown", pl.col("currency").is_in(unknown), "currency", listed=listed)


def check_amount_outliers(context: Context, column: str = "amount") -> list[Finding]:
    """Say which single amounts move revenue or the average by more than their interval."""
    if not context.has(column):
        return []
    values = context.frame.get_column(column).cast(pl.Float64)
    found = outliers(values)
    if not found:
        return []
    floor = min(found)
    listed = ", ".join(f"{value:,.0f}" for value in found)
    return context.report("amount_outlier", pl.col(column).cast(pl.Float64) >= floor, column, listed=listed)


def check_date_outliers(context: Context, columns: tuple[str, ...]) -> list[Finding]:
    """Say which days cannot be: far before all others of their column, or far beyond the last believable event.

    Args:
        context: A kind's frame.
        columns: Its event columns.
    """
    findings: list[Finding] = []
    for name in columns:
        if not context.has(name) or context.last_event is None:
            continue
        low = first_believable(context.frame.get_column(name))
        if low is None:
            continue
        day = pl.col(name).cast(pl.Date)
        early, late = day < low, day > context.last_event
        if context.kind == "activities" and name == "occurred" and context.has("is_completed"):
            late &= pl.col("is_completed")  # what is only planned may lie ahead
        some = context.frame.select(early.any().alias("early"), late.any().alias("late"), day.filter(late).min()).row(0)
        if some[0]:
            findings += context.report("date_outlier", early, name, low=low)
        if some[1]:
            gap = f"{(some[2] - context.last_event).days:,}"
            findings += context.report("date_far_later", late, name, gap=gap, day=context.last_event)
    return findings
