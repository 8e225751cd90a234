"""The same in Polars with its streaming engine, which holds parts of the file only: by_hand_streaming.py QUESTION FILE [LATER FILE].

Two passes over the file: the first finds the day of the report, the second makes the numbers. A Parquet file is one of the
same columns with their types.
"""

from __future__ import annotations

import json
import sys
from functools import partial

import polars as pl
from by_hand_polars import DATES, FORMAT, MONEY, TYPES, bridge, by_month, by_owner, outcome, plain


def answer(question: str, paths: list[str]) -> list[dict[str, object]]:
    scans = [scan(path) for path in paths]
    collect = partial(pl.LazyFrame.collect, engine="streaming")
    if question == "report":
        return [numbers(scans[0])]
    if question == "compare":
        bars = collect(bridge(*scans)).row(0, named=True)
        return [{"bar": name, **sums} for name, sums in bars.items()]
    return collect({"owner": by_owner, "trend": by_month}[question](*scans)).to_dicts()


def scan(path: str) -> pl.LazyFrame:
    if path.endswith(".parquet"):
        return pl.scan_parquet(path)
    return pl.scan_csv(path, schema_overrides=TYPES, infer_schema=False)


def numbers(export: pl.LazyFrame) -> dict[str, object]:
    typed = export.collect_schema()["Create Date"] != pl.String
    created, closing = (pl.col(name) if typed else pl.col(name).str.to_datetime(FORMAT) for name in DATES)
    deals = export.select(
        outcome(),
        created=created.dt.date(),
        closing=closing.dt.date(),
        amount="Amount",
        probability="Deal probability",
        company="Associated Company IDs",
        type="Deal Type",
    )
    won, lost, still_open = (pl.col("outcome") == name for name in ("won", "lost", "open"))
    day = deals.select(pl.max_horizontal(pl.col("created").max(), pl.col("closing").filter(~still_open).max()))
    as_of = day.collect(engine="streaming").item()
    amount = pl.col("amount")
    days, age = (pl.col("closing") - pl.col("created")).dt.total_days(), (as_of - pl.col("created")).dt.total_days()
    cycle = days.filter(won & (days >= 0))
    totals = deals.select(
        won_deals=won.sum(),
        lost_deals=lost.sum(),
        other_deals=(pl.col("outcome") == "other").sum(),
        open_deals=still_open.sum(),
        created_deals=pl.col("created").count(),
        revenue=amount.filter(won).sum(),
        average_deal_size=amount.filter(won).sum().cast(pl.Float64) / amount.filter(won).count(),
        median_deal_size=amount.filter(won).median(),
        largest=amount.filter(won).top_k(10).sum(),
        lost_amount=amount.filter(lost).sum(),
        sales_cycle_mean=cycle.mean(),
        sales_cycle_median=cycle.median(),
        sales_cycle_p90=cycle.quantile(0.9, interpolation="linear"),
        time_to_loss_median=days.filter(lost & (days >= 0)).median(),
        deal_age_median=age.filter(still_open).median(),
        open_pipeline=amount.filter(still_open).sum(),
        weighted_pipeline=(amount.cast(MONEY) * pl.col("probability").cast(MONEY)).filter(still_open).sum(),
        pipeline_created=amount.sum(),
        overdue_deals=(still_open & (pl.col("closing") < as_of)).sum(),
    )
    first_wins = (
        deals.filter(won, pl.col("company").is_not_null())
        .group_by("company")
        .agg(is_new=(pl.col("type").filter(pl.col("closing") == pl.col("closing").min()) == "New Business").any())
        .select(pl.col("is_new").sum())
    )
    known, new_customers = pl.collect_all([totals, first_wins], engine="streaming")
    n = known.row(0, named=True)
    n["new_customers"] = new_customers.item()
    n["deal_concentration"] = float(n.pop("largest") / n["revenue"])
    n["win_rate_value"] = float(n["revenue"] / (n["revenue"] + n.pop("lost_amount")))
    decided = n["won_deals"] + n["lost_deals"]
    n["win_rate"], n["loss_rate"] = n["won_deals"] / decided, n["lost_deals"] / decided
    n["win_rate_broad"] = n["won_deals"] / (decided + n["other_deals"])
    n["win_rate_created"] = n["won_deals"] / n["created_deals"]
    n["win_loss_ratio"] = n["won_deals"] / n["lost_deals"]
    n["pipeline_velocity"] = n["open_deals"] * n["win_rate"] * n["average_deal_size"] / n["sales_cycle_mean"]
    return n


if __name__ == "__main__":
    json.dump(answer(sys.argv[1], sys.argv[2:]), sys.stdout, default=plain)
