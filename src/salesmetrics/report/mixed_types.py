"""New business, renewals and expansions in one total: where they differ clearly, the total misleads, and that is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from salesmetrics.schema.provenance import Finding, Severity
from salesmetrics.statistics.intervals import mean_interval, wilson

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from salesmetrics.metrics.definition import Kpi
    from salesmetrics.report.request import Request
    from salesmetrics.report.windows import Window
    from salesmetrics.statistics.intervals import Bounds

__all__ = ["mixed_types"]

CLASSES: Mapping[str, str] = {
    "new": "new",
    "renewal": "renewals",
    "expansion": "expansions",
    "existing": "with existing customers",
}
TYPES = frozenset({"type", "deal_class"})
RATES = frozenset(
    {
        "win_rate",
        "win_rate_value",
        "win_rate_broad",
        "win_rate_created",
        "win_rate_horizon",
        "loss_rate",
        "win_loss_ratio",
        "pipeline_velocity",
    }
)
CYCLES = frozenset({"sales_cycle_mean", "sales_cycle_median", "sales_cycle_p90", "time_to_win", "pipeline_velocity"})
SIZES = frozenset({"average_deal_size", "median_deal_size", "pipeline_velocity"})


class _Level(NamedTuple):
    """What a class of deals comes to: in words, with its interval."""

    words: str
    bounds: Bounds


def mixed_types(
    deals: pl.DataFrame | None, request: Request, named: Collection[str], kpis: Sequence[Kpi], window: Window
) -> list[Finding]:
    """A finding where the KPIs asked for mix types of deals that differ clearly: their intervals do not overlap.

    New business is held against each other class of deals in its win rate, mean cycle and mean amount, as far as KPIs of
    these are asked for; a class with fewer deals than a value needs to be judged is left aside.

    Args:
        deals: Deals as of the day: ``deal_class``, ``outcome`` (String), ``closed``, ``created`` (Date), ``amount`` (Decimal)
            and ``currency`` (String) where known.
        request: What is asked for; a report by type mixes nothing.
        named: Columns that its condition names.
        kpis: The KPIs that are computed.
        window: The period, by the day deals closed.
    """
    if deals is None or "deal_class" not in deals.columns or TYPES & {*request.by, *named}:
        return []
    ids = {kpi.id for kpi in kpis}
    rows = _by_class(deals, window)
    if "new" not in rows:
        return []
    judged = [
        ("win rate", RATES, {name: _rate(row, request) for name, row in rows.items()}),
        ("mean cycle", CYCLES, {name: _mean(row, "cycle", " days", request) for name, row in rows.items()}),
        ("mean amount", SIZES, {name: _mean(row, "amount", "", request) for name, row in rows.items()}),
    ]
    said = [
        f"{title} {words}" for title, needed, levels in judged if ids & needed and (words := _clear_difference(levels))
    ]
    if not said:
        return []
    return [
        Finding(
            code="deal_types_mixed",
            severity=Severity.NOTE,
            kind="deals",
            column="type",
            count=sum(row["won"] + row["lost"] for row in rows.values()),
            message=f"the totals mix types of deals that differ clearly: {'; '.join(said)}",
            hint="`--by type` shows them apart",
        )
    ]


def _by_class(deals: pl.DataFrame, window: Window) -> dict[str, dict[str, Any]]:
    """Counts, means and spreads of the deals decided in the period, by class."""
    there = set(deals.columns)
    frame = deals.lazy().filter(pl.col("deal_class").is_not_null())
    if window.bounded and "closed" in there:
        start, end = window.start, window.end
        frame = frame.filter(pl.col("closed") >= start) if start else frame
        frame = frame.filter(pl.col("closed") < end) if end else frame
    values: dict[str, pl.Expr] = {}
    if {"created", "closed"} <= there:
        days = (pl.col("closed") - pl.col("created")).dt.total_days()
        values["cycle"] = pl.when(days >= 0).then(days)
    if "amount" in there and ("currency" not in there or deals["currency"].n_unique() == 1):
        values["amount"] = pl.col("amount")
    won = frame.filter(pl.col("outcome") == "won").select("deal_class", **values).group_by("deal_class")
    means = won.agg(
        *(pl.col(name).count().alias(f"{name}_n") for name in values),
        *(pl.col(name).sum().alias(f"{name}_sum") for name in values),
        *(pl.col(name).cast(pl.Float64).std().alias(f"{name}_sd") for name in values),
    )
    counts, found = pl.collect_all([frame.group_by("deal_class", "outcome").len(), means])
    rows: dict[str, dict[str, Any]] = {name: {"won": 0, "lost": 0} for name in counts["deal_class"].unique()}
    for name, outcome, count in counts.iter_rows():
        rows[name][outcome] = count
    for row in found.iter_rows(named=True):
        rows[row["deal_class"]].update(row)
    return {name: rows[name] for name in CLASSES if name in rows and rows[name]["won"] + rows[name]["lost"]}


def _rate(row: Mapping[str, Any], request: Request) -> _Level | None:
    n = row["won"] + row["lost"]
    bounds = wilson(row["won"], n, request.level) if n >= request.min_n else None
    return None if bounds is None else _Level(f"{100 * row['won'] / n:.0f} % of {n:,}", bounds)


def _mean(row: Mapping[str, Any], name: str, unit: str, request: Request) -> _Level | None:
    n, sd = row.get(f"{name}_n"), row.get(f"{name}_sd")
    if n is None or sd is None or n < max(2, request.min_n):
        return None
    mean = float(row[f"{name}_sum"]) / n
    bounds = mean_interval(n, mean, sd, request.level)
    return None if bounds is None else _Level(f"{mean:,.0f}{unit} of {n:,}", bounds)


def _clear_difference(levels: Mapping[str, _Level | None]) -> str:
    """All classes in words, if new business lies apart from any other; else nothing."""
    new = levels.get("new")
    others = [level for name, level in levels.items() if name != "new" and level is not None]
    if new is None or not any(o.bounds.low > new.bounds.high or o.bounds.high < new.bounds.low for o in others):
        return ""
    return ", ".join(f"{level.words} {CLASSES[name]}" for name, level in levels.items() if level is not None)
