"""What a careful author would write in Polars for exactly this export: by_hand_polars.py QUESTION FILE [LATER FILE].

``report`` gives the same numbers as ``salesmetrics report FILE --format json``, for the total only: exact money, typed scan,
only the columns needed, one lazy query. It validates nothing, knows one header, one date format and one list of stages.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from decimal import Decimal

import polars as pl

MONEY = pl.Decimal(38, 8)
DATES = ["Create Date", "Close Date"]


TEXT = ["Deal Stage", "Deal Type", "Currency", "Associated Company IDs", *DATES]
TYPES = {**dict.fromkeys(TEXT, pl.String), "Amount": pl.Decimal(18, 2), "Deal probability": pl.Decimal(18, 2)}
OUTCOMES = {"Closed won": "won", "Closed lost": "lost", "Duplicate": "other"}
FORMAT = "%Y-%m-%d %H:%M"
FIRST_DAY = date(2026, 9, 23)
"""The day of the earlier export of a comparison."""


def answer(question: str, paths: list[str]) -> list[dict[str, object]]:
    scans = [pl.scan_csv(path, schema_overrides=TYPES, infer_schema=False) for path in paths]
    if question == "report":
        return [numbers(scans[0].select(*TYPES))]
    if question == "compare":
        bars = bridge(*scans).collect().row(0, named=True)
        return [{"bar": name, **sums} for name, sums in bars.items()]
    return {"owner": by_owner, "trend": by_month}[question](*scans).collect().to_dicts()


def by_owner(deals: pl.LazyFrame) -> pl.LazyFrame:
    opened, closed = (pl.col(name).str.to_datetime(FORMAT).dt.date() for name in DATES)
    days, amount = (closed - opened).dt.total_days(), pl.col("Amount")
    won, lost, still_open = (pl.col("outcome") == name for name in ("won", "lost", "open"))
    return (
        deals.with_columns(outcome(), days=days)
        .group_by(owner="Deal owner")
        .agg(
            won_deals=won.sum(),
            lost_deals=lost.sum(),
            open_deals=still_open.sum(),
            revenue=amount.filter(won).sum(),
            average_deal_size=amount.filter(won).sum().cast(pl.Float64) / amount.filter(won).count(),
            median_deal_size=amount.filter(won).median(),
            win_rate=won.sum() / (won | lost).sum(),
            sales_cycle_median=pl.col("days").filter(won, pl.col("days") >= 0).median(),
            open_pipeline=amount.filter(still_open).sum(),
        )
    )


def by_month(deals: pl.LazyFrame) -> pl.LazyFrame:
    won = pl.col("Deal Stage") == "Closed won"
    return (
        deals.filter(pl.col("Deal Stage").is_in(["Closed won", "Closed lost"]))
        .group_by(month=pl.col("Close Date").str.slice(0, 7))
        .agg(won=won.sum(), closed=pl.len(), win_rate=won.mean())
    )


def bridge(old: pl.LazyFrame, new: pl.LazyFrame) -> pl.LazyFrame:
    """A deal leaves at its last amount: a change of amount stands in a bar of its own."""
    columns = ["Record ID", outcome(), "Amount", pl.col("Close Date").str.to_datetime(FORMAT).dt.date()]
    pairs = (
        old.select(*columns, had=True)
        .join(new.select(*columns, has=True), on="Record ID", how="full", coalesce=True, suffix="_now")
        .with_columns(pl.col("had", "has").fill_null(value=False))
    )
    had, has, was, now = (pl.col(name) for name in ("had", "has", "outcome", "outcome_now"))
    before, after = pl.col("Amount"), pl.col("Amount_now")
    change = after.fill_null(0) - before.fill_null(0)
    passing = ~had & (now != "open") & (pl.col("Close Date_now") >= FIRST_DAY)
    stayed = (was == "open") & has
    bars = {
        "start": (was == "open", before),
        "new": (~had & (now == "open") | passing, after),
        "reopened": ((was != "open") & (now == "open"), after),
        "increased": (stayed & (change > 0), change),
        "decreased": (stayed & (change < 0), change),
        **{name: ((was == "open") & (now == name) | passing & (now == name), -after) for name in OUTCOMES.values()},
        "removed": ((was == "open") & ~has, -before),
        "end": (now == "open", after),
    }
    return pairs.select(
        pl.struct(value=value.filter(here).sum(), deals=here.sum().cast(pl.Int64)).alias(name)
        for name, (here, value) in bars.items()
    )


def outcome() -> pl.Expr:
    return pl.col("Deal Stage").replace_strict(OUTCOMES, default="open").alias("outcome")


def numbers(typed: pl.LazyFrame) -> dict[str, object]:
    deals = typed.with_columns(pl.col(DATES).str.to_datetime(FORMAT).dt.date()).with_columns(outcome()).collect()
    assert deals["Currency"].n_unique() == 1
    won, lost = deals.filter(pl.col("outcome") == "won"), deals.filter(pl.col("outcome") == "lost")
    still_open = deals.filter(pl.col("outcome") == "open")
    closed = deals.filter(pl.col("outcome") != "open")
    as_of = max(deals["Create Date"].max(), closed["Close Date"].max())
    other = closed.height - won.height - lost.height

    first_wins = won.drop_nulls("Associated Company IDs").filter(
        pl.col("Close Date") == pl.col("Close Date").min().over("Associated Company IDs"),
        pl.col("Deal Type") == "New Business",
    )
    amounts = won["Amount"].drop_nulls().sort()
    revenue, lost_amount = amounts.sum(), lost["Amount"].sum()
    cycle = days(won)
    mean_cycle = cycle.mean()
    average = float(revenue) / len(amounts)
    win_rate = won.height / (won.height + lost.height)
    weighted = (still_open["Amount"].cast(MONEY) * still_open["Deal probability"].cast(MONEY)).sum()
    return {
        "won_deals": won.height,
        "lost_deals": lost.height,
        "other_deals": other,
        "open_deals": still_open.height,
        "created_deals": deals["Create Date"].count(),
        "revenue": revenue,
        "new_customers": first_wins["Associated Company IDs"].n_unique(),
        "average_deal_size": average,
        "median_deal_size": amounts.median(),
        "deal_concentration": float(amounts.tail(10).sum() / revenue),
        "win_rate": win_rate,
        "win_rate_value": float(revenue / (revenue + lost_amount)),
        "win_rate_broad": won.height / closed.height,
        "win_rate_created": won.height / deals["Create Date"].count(),
        "loss_rate": lost.height / (won.height + lost.height),
        "win_loss_ratio": won.height / lost.height,
        "sales_cycle_mean": mean_cycle,
        "sales_cycle_median": cycle.median(),
        "sales_cycle_p90": cycle.quantile(0.9, interpolation="linear"),
        "time_to_loss_median": days(lost).median(),
        "deal_age_median": (pl.Series([as_of]) - still_open["Create Date"]).dt.total_days().median(),
        "open_pipeline": still_open["Amount"].sum(),
        "weighted_pipeline": weighted,
        "pipeline_created": deals["Amount"].sum(),
        "overdue_deals": (still_open["Close Date"] < as_of).sum(),
        "pipeline_velocity": still_open.height * win_rate * average / mean_cycle,
    }


def days(deals: pl.DataFrame) -> pl.Series:
    passed = (deals["Close Date"] - deals["Create Date"]).dt.total_days()
    return passed.filter(passed >= 0)


def plain(value: object) -> float | str:
    return float(value) if isinstance(value, Decimal) else str(value)


if __name__ == "__main__":
    json.dump(answer(sys.argv[1], sys.argv[2:]), sys.stdout, default=plain)
