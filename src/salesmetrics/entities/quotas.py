"""Quotas day by day, at one level of the organisation."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from salesmetrics.calendar import Calendar, periods_before
from salesmetrics.calendar.steps import day_after, days_after
from salesmetrics.entities.days import END, MONEY, PARTS, START, UNITS, by_day, unplaced, with_days, with_units
from salesmetrics.schema.findings import finding
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from salesmetrics.calendar.windows import Window
    from salesmetrics.schema.provenance import Finding

__all__ = [
    "LEAST_PERIODS",
    "LEVELS",
    "company_targets",
    "quota_days",
    "quota_gaps",
    "rep_targets",
    "shape_of",
    "with_season",
    "with_under_quota",
]


LEVELS = ("owner", "team", "region", "product")
"""From the finest level of a quota to the coarsest; a quota without any of these is the company's."""

REP_KEYS = ("product", "team", "region", "manager", "tenure", "currency")


def quota_days(
    quotas: pl.DataFrame, calendar: Calendar, by: Sequence[str], window: Window
) -> tuple[pl.DataFrame, list[Finding]]:
    """The quotas that count, shared out to the days of their periods.

    A manager's quota contains those of the team, so levels are never added up. The quotas of reps count where there are
    any; the quota of a team (then of a region, of a product, of the company) counts only where no quota below it does.

    Args:
        quotas: Canonical quotas.
        calendar: What quarters and years are.
        by: Dimensions of the report. Where the finest level cannot be told apart by one of them, and a coarser one can,
            that one is used.
        window: The period asked for, to say whether quotas were cut by it.

    Returns:
        ``amount`` (Decimal(38, 8)) per ``day`` (Date), with the columns of the quotas, ``level`` (String), ``agreed`` (the
        amount of the whole period), and ``__start__`` and ``__end__`` of the period that the quota was given for; and what has to be said.
    """
    placed = with_days(_with_level(quotas), calendar)
    findings = []
    lost = placed.filter(pl.col(START).is_null() | pl.col("amount").is_null())
    if lost.height:
        findings.append(unplaced("quotas", lost))
    placed = placed.filter(pl.col(START).is_not_null() & pl.col("amount").is_not_null())
    kept = _one_level(placed, by)
    if kept.height < placed.height:
        findings.append(finding("quota_levels", kind="quotas", count=placed.height - kept.height))
    cut = 0 if window.start is None else _cut(kept, window.start, window.whole or window.end)
    findings += [finding("quota_prorated", kind="quotas", count=cut)] if cut else []
    return with_units(by_day(kept.with_columns(agreed=pl.col("amount"))), "agreed"), findings


def company_targets(quotas: pl.DataFrame, calendar: Calendar) -> pl.DataFrame | None:
    """The quotas of the company as a whole, day by day; None where there is none, or no finer one beside it."""
    levels = _with_level(quotas)
    company = levels.filter(pl.col("level") == "company")
    if company.is_empty() or company.height == levels.height:
        return None
    known = company.filter(pl.col("amount").is_not_null()).with_columns(agreed=pl.col("amount"))
    return with_units(by_day(with_days(known, calendar)), "agreed")


def rep_targets(quotas: pl.DataFrame, deals: pl.DataFrame | None) -> pl.DataFrame | None:
    """What every rep was to sell and did sell, by day.

    Args:
        quotas: Quotas by day.
        deals: Deals with ``outcome``, ``closed``, ``owner``, ``amount`` and ``under_quota``, and ``quantity`` where known.

    Returns:
        ``owner``, ``day``, ``quota``, ``won``, ``units`` (Decimal(38, 8)), ``ramping`` (Boolean), ``since`` (Date: the first
        day of the period of the rep's quota that the day lies in, of the one that began last where several hold; the
        day itself where none does), and the dimensions that both files have. What was sold on days without a quota is 0. None where no quota is a rep's or the deals do not tell who won what.
    """
    if deals is None or not {"owner", "closed", "outcome", "amount", "under_quota"} <= set(deals.columns):
        return None
    own = quotas.filter(pl.col("level") == "owner")
    if own.is_empty():
        return None
    keys = REP_KEYS if _told_apart(own, None, ["product"]) else REP_KEYS[1:]
    shared = [name for name in keys if name in own.columns and name in deals.columns]
    ramping = pl.col("is_ramping").fill_null(value=False) if "is_ramping" in own.columns else pl.lit(value=False)
    zero = pl.lit(0, dtype=MONEY)
    since = pl.col(START).max().over("owner", "day")
    exact = [pl.col(UNITS), pl.col(PARTS)] if UNITS in own.columns else []
    targets = own.select(
        "owner", *shared, "day", *exact, since=since, quota=pl.col("amount"), won=zero, units=zero, ramping=ramping
    )
    under = pl.col("under_quota")
    units = pl.col("quantity").filter(under).sum().cast(MONEY) if "quantity" in deals.columns else zero
    sales = (
        deals.lazy()
        .filter((pl.col("outcome") == "won") & pl.col("closed").is_not_null() & pl.col("owner").is_not_null())
        .group_by("owner", *shared, pl.col("closed").alias("day"))
        .agg(won=pl.col("amount").filter(under).sum().cast(MONEY), units=units)
        .collect()
        .join(targets.select("owner", "day", "since").unique(), on=["owner", "day"], how="left")
        .with_columns(pl.col("since").fill_null(pl.col("day")))
        .with_columns(quota=zero, ramping=pl.lit(value=False))
    )
    if exact:
        sales = sales.with_columns(zero.alias(UNITS), pl.lit(own[PARTS][0], dtype=pl.Int64).alias(PARTS))
    return pl.concat([targets, sales.select(targets.columns)], how="vertical_relaxed")


def _with_level(quotas: pl.DataFrame) -> pl.DataFrame:
    there = [name for name in LEVELS if name in quotas.columns]
    level = pl.lit("company")
    for name in reversed(there):
        level = pl.when(pl.col(name).is_not_null()).then(pl.lit(name)).otherwise(level)
    return quotas.with_columns(level.alias("level"))


def _one_level(placed: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    levels = [name for name in (*LEVELS, "company") if (placed["level"] == name).any()]
    wanted = [name for name in by if name in LEVELS]
    while len(levels) > 1 and not _told_apart(placed, levels[0], wanted):
        levels = levels[1:]
    kept = placed.filter(pl.col("level") == levels[0]) if levels else placed.clear()
    for level in levels[1:]:
        if level == "company" or not _told_apart(kept, None, [level]):
            continue
        below = kept[level].drop_nulls().unique()
        rows = placed.filter((pl.col("level") == level) & ~pl.col(level).is_in(below.implode()))
        kept = pl.concat([kept, rows])
    return kept


def _told_apart(frame: pl.DataFrame, level: str | None, wanted: Sequence[str]) -> bool:
    rows = frame if level is None else frame.filter(pl.col("level") == level)
    return all(name in rows.columns and rows[name].null_count() < rows.height for name in wanted)


def _cut(quotas: pl.DataFrame, start: date, end: date | None) -> int:
    def inside(day: date) -> pl.Expr:
        return (pl.col(START) < day) & (pl.col(END) > day)

    cut = inside(start) if end is None else inside(start) | inside(end)
    return quotas.filter(cut).height


# --- which deals a quota is set against: those of whoever has one, on the days that it covers ---


def with_under_quota(deals: pl.DataFrame, quotas: pl.DataFrame) -> pl.DataFrame:
    """Deals with ``under_quota`` (Boolean): on the day of the deal, whoever it belongs to had a quota.

    The day is that of the expected close while a deal is open, else that of its close. A quota of 0 is none. Quotas of
    a level that deals do not name, and those of the company, are for everybody. A quota of somebody for a product is for
    the deals of that product only.

    Args:
        deals: ``outcome``, ``closed``, ``expected_close``, ``currency`` and the levels, as far as they are known.
        quotas: Quotas by ``day`` with ``level`` and ``agreed``, as :func:`salesmetrics.entities.quotas.quota_days` gives
            them; any other frame covers nothing.
    """
    nothing = deals.with_columns(under_quota=pl.lit(value=False))
    if not {"day", "level", "agreed"} <= set(quotas.columns):
        return nothing
    closed, due = (pl.col(name) if name in deals.columns else None for name in ("closed", "expected_close"))
    days = [day for day in (closed, due) if day is not None]
    if not days or "outcome" not in deals.columns:
        return nothing
    frame = deals.with_columns(
        __of__=pl.when(pl.col("outcome") == "open").then(days[-1]).otherwise(days[0]).cast(pl.Date)
    )
    under = pl.lit(value=False)
    found = [keys for level in (*LEVELS, "company") for keys in _keys(quotas, deals, level) if keys.height]
    for i, covered in enumerate(found):
        flag, keys = f"__{i}__", [key for key in covered.columns if key != "day"]
        covered = covered.rename({"day": "__of__"}).with_columns(pl.lit(value=True).alias(flag))
        frame = frame.join(covered, on=["__of__", *keys], how="left", maintain_order="left")
        under |= pl.col(flag).fill_null(value=False)
    return frame.with_columns(under_quota=under).select(*deals.columns, "under_quota")


def _keys(quotas: pl.DataFrame, deals: pl.DataFrame, level: str) -> Iterator[pl.DataFrame]:
    """The days on which each name of a level has a quota, each currency by itself: for all products, and for one."""
    shared = [name for name in ("currency", level) if name in quotas.columns and name in deals.columns]
    rows = quotas.filter((pl.col("level") == level) & (pl.col("agreed") > 0))
    if level != "product" and "product" in quotas.columns and "product" in deals.columns:
        yield rows.filter(pl.col("product").is_not_null()).select("day", *shared, "product").drop_nulls().unique()
        rows = rows.filter(pl.col("product").is_null())
    yield rows.select("day", *shared).drop_nulls().unique()


def quota_gaps(deals: pl.DataFrame | None, quotas: pl.DataFrame, window: Window) -> list[Finding]:
    """What has to be said of sales and days in a period that no quota covers.

    Args:
        deals: Deals with ``under_quota``, ``closed``, ``outcome`` and ``amount``.
        quotas: Quotas by ``day`` with ``level`` and ``agreed``.
        window: The period; without a beginning and an end there is nothing to say.
    """
    end = window.whole or window.end
    if window.start is None or end is None or not {"day", "level", "agreed"} <= set(quotas.columns):
        return []
    inside = pl.col("day").is_between(window.start, end, closed="left")
    there = quotas.filter(inside & (pl.col("agreed") > 0))
    if there.is_empty():
        return []
    findings = _partial(there, (end - window.start).days)
    level = next((name for name in LEVELS if (there["level"] == name).any()), None)
    if deals is None or level is None or not {level, "closed", "amount", "outcome"} <= set(deals.columns):
        return findings
    won = deals.filter((pl.col("outcome") == "won") & pl.col("closed").is_between(window.start, end, closed="left"))
    named = there[level].drop_nulls().unique()
    left_out = won.filter(~pl.col("under_quota") & ~pl.col(level).is_in(named.implode()).fill_null(value=False))
    return [*findings, _without(left_out, won[level].n_unique(), level)] if left_out.height else findings


def _without(left_out: pl.DataFrame, everybody: int, level: str) -> Finding:
    return finding(
        "quota_owners_missing",
        kind="deals",
        column=level,
        count=left_out.height,
        without=left_out[level].n_unique(),
        everybody=Message(f"with_wins_{level}", n=everybody),
        amounts=_amounts(left_out),
    )


def _amounts(deals: pl.DataFrame) -> tuple[Message, ...]:
    code = pl.col("currency") if "currency" in deals.columns else pl.lit(None, dtype=pl.String).alias("currency")
    sums = deals.group_by(code).agg(pl.col("amount").sum()).sort("currency", nulls_last=True).rows()
    return tuple(
        Message("money", amount=Decimal(amount), currency=currency)
        if currency
        else Message("money_without_currency", amount=Decimal(amount))
        for currency, amount in sums
    )


def _partial(there: pl.DataFrame, whole: int) -> list[Finding]:
    together = there["day"].n_unique()
    keys = [name for name in LEVELS if name in there.columns]
    each = there.group_by(*keys).agg(pl.col("day").n_unique()) if keys else there.select(pl.col("day").n_unique())
    short = each.filter(pl.col("day") < whole).height
    if not short:
        return []
    cover = Message("quota_days", together=together, whole=whole)
    if together == whole:
        cover = Message("quotas_of_a_part", short=short, quotas=each.height)
    return [finding("quota_days_partial", kind="quotas", count=short, cover=cover)]


# --- how sales have been spread over a period so far, to say what of a quota was to be expected by a day ---


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
        rows += [(*key, days_after(key[0], i), shape[i], shape[i + 1]) for i in range(len(shape) - 1)]
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
    known = day_after(as_of)
    before = periods_before(start, end, MOST_PERIODS, calendar)
    return [(low, high) for low, high in before if high <= known and first <= low + (high - low) / 10]


def _won(wins: Mapping[date, Decimal], low: date, high: date) -> Decimal:
    return sum((amount for day, amount in wins.items() if low <= day < high), Decimal(0))


def _running(wins: Mapping[date, Decimal], low: date, high: date) -> list[Decimal]:
    sums = [Decimal(0)]
    for i in range((high - low).days):
        sums.append(sums[-1] + wins.get(days_after(low, i), Decimal(0)))
    return sums
