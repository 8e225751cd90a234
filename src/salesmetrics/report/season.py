"""How sales have been spread over a period so far, to say what of a quota was to be expected by a day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.calendar import Calendar, stretches_before
from salesmetrics.report.days import END, MONEY, START

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["LEAST_PERIODS", "shape_of", "with_season"]

LEAST_PERIODS = 4
"""Complete periods of the same length without which there is no shape."""

MOST_PERIODS = 8


def with_season(
    quotas: pl.DataFrame, deals: pl.DataFrame, as_of: date, calendar: Calendar | None = None
) -> pl.DataFrame:
    """Quotas by day with ``seasonal``: the same quota, spread over its period as sales were in the periods before.

    The shape is that of the whole organisation, of up to eight complete periods of the same length right before, each
    currency by itself. It is null where there are fewer than four.

    Args:
        quotas: ``day``, ``__start__``, ``__end__`` (Date), ``agreed`` (Decimal: the quota of the whole period).
        deals: ``outcome``, ``closed``, ``amount``, and ``currency`` where known.
        as_of: The day up to which sales are known.
        calendar: What quarters and years are.
    """
    coded = "currency" in quotas.columns and "currency" in deals.columns
    keys = [START, END, *(["currency"] if coded else [])]
    won = deals.filter((pl.col("outcome") == "won") & pl.col("closed").is_not_null() & pl.col("amount").is_not_null())
    code = pl.col("currency") if coded else pl.lit(None, dtype=pl.String).alias("currency")
    daily = won.group_by(code, "closed").agg(pl.col("amount").sum())
    wins: dict[str | None, dict[date, Decimal]] = {}
    for currency, day, amount in daily.sort("closed").iter_rows():
        wins.setdefault(currency, {})[day] = amount
    rows = []
    for key in quotas.select(keys).unique().sort(keys).rows():
        shape = shape_of(key[0], key[1], wins.get(key[2] if coded else None, {}), as_of, calendar) or ()
        rows += [(*key, key[0] + timedelta(days=i), shape[i], shape[i + 1]) for i in range(len(shape) - 1)]
    columns: list[tuple[str, Any]] = [
        *((name, quotas.schema[name]) for name in keys),
        ("day", pl.Date),
        ("__from__", MONEY),
        ("__to__", MONEY),
    ]
    shares = pl.DataFrame(rows, schema=columns, orient="row")
    joined = quotas.join(shares, on=[*keys, "day"], how="left", nulls_equal=True, maintain_order="left")
    until, before = ((pl.col("agreed") * pl.col(name)).cast(MONEY) for name in ("__to__", "__from__"))
    return joined.with_columns(seasonal=(until - before).cast(MONEY)).drop("__from__", "__to__")


def shape_of(
    start: date, end: date, wins: Mapping[date, Decimal], as_of: date, calendar: Calendar | None = None
) -> list[Decimal] | None:
    """The share of its sales that a period has usually made before each of its days, and at its end.

    A day of this period stands for the day of an earlier one that is as far through it.

    Args:
        start: First day of the period.
        end: First day after it.
        wins: Won amount by day.
        as_of: The day up to which sales are known.
        calendar: What quarters and years are.

    Returns:
        One share more than the period has days, from 0 to 1, to 8 decimals; None without four complete periods before.

    >>> from datetime import date
    >>> wins = {date(2025, month, 28): Decimal(10) for month in range(1, 7)}
    >>> [str(share) for share in shape_of(date(2025, 6, 1), date(2025, 7, 1), wins, date(2025, 6, 2))[28:]]
    ['0.75000000', '0.75000000', '1.00000000']
    """
    past = _periods_before(start, end, min(wins, default=None), as_of, calendar or Calendar())
    totals = {period: _won(wins, *period) for period in past}
    past = [period for period in past if totals[period] > 0]
    if len(past) < LEAST_PERIODS:
        return None
    whole, days = sum((totals[period] for period in past), Decimal(0)), (end - start).days
    running = [_running(wins, *period) for period in past]
    reached = [sum((sums[i * (len(sums) - 1) // days] for sums in running), Decimal(0)) for i in range(days + 1)]
    return [(won / whole).quantize(Decimal("0.00000001")) for won in reached]


def _periods_before(
    start: date, end: date, first: date | None, as_of: date, calendar: Calendar
) -> Sequence[tuple[date, date]]:
    if first is None:
        return []
    known = as_of + timedelta(days=1)
    before = stretches_before(start, end, MOST_PERIODS, calendar)
    return [(low, high) for low, high in before if high <= known and first <= low + (high - low) / 10]


def _won(wins: Mapping[date, Decimal], low: date, high: date) -> Decimal:
    return sum((amount for day, amount in wins.items() if low <= day < high), Decimal(0))


def _running(wins: Mapping[date, Decimal], low: date, high: date) -> list[Decimal]:
    sums = [Decimal(0)]
    for i in range((high - low).days):
        sums.append(sums[-1] + wins.get(low + timedelta(days=i), Decimal(0)))
    return sums
