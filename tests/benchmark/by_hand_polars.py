"""What a careful author would write in Polars for exactly this export: by_hand_polars.py FILE.

Same numbers as ``salesmetrics report FILE --format json``, for the total only: exact money, typed scan, only the columns
needed, one lazy query. It validates nothing, knows one header, one date format and one list of stages.
"""

from __future__ import annotations

import json
import sys
from decimal import Decimal

import polars as pl

MONEY = pl.Decimal(38, 8)
DATES = ["Create Date", "Close Date"]


TEXT = ["Deal Stage", "Deal Type", "Currency", "Associated Company IDs", *DATES]
TYPES = {**dict.fromkeys(TEXT, pl.String), "Amount": pl.Decimal(18, 2), "Deal probability": pl.Decimal(18, 2)}


def main(path: str) -> None:
    scan = pl.scan_csv(path, schema_overrides=TYPES, infer_schema=False)
    json.dump(numbers(scan.select(*TYPES)), sys.stdout, default=plain, indent=2)


def numbers(typed: pl.LazyFrame) -> dict[str, object]:
    deals = (
        typed.with_columns(pl.col(DATES).str.to_datetime("%Y-%m-%d %H:%M").dt.date())
        .with_columns(
            pl.col("Deal Stage")
            .replace_strict({"Closed won": "won", "Closed lost": "lost", "Duplicate": "other"}, default="open")
            .alias("outcome"),
        )
        .collect()
    )
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
    main(sys.argv[1])
