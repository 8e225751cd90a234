"""The same in pandas, for exactly this export: by_hand_pandas.py plain|pyarrow QUESTION FILE [LATER FILE].

Money is in floats, which is what pandas reads. With ``pyarrow`` the file is read by pyarrow and kept in its types.
"""

from __future__ import annotations

import json
import sys

import pandas as pd

DATES = ["Create Date", "Close Date"]
OUTCOMES = {"Closed won": "won", "Closed lost": "lost", "Duplicate": "other"}
COLUMNS = {
    "report": ["Deal Stage", "Deal Type", "Amount", "Deal probability", "Associated Company IDs", *DATES],
    "owner": ["Deal owner", "Deal Stage", "Amount", *DATES],
    "trend": ["Deal Stage", "Close Date"],
    "compare": ["Record ID", "Deal Stage", "Amount", "Close Date"],
}


def answer(kind: str, question: str, paths: list[str]) -> list[dict[str, object]]:
    asked = {"report": report, "owner": by_owner, "trend": by_month, "compare": bridge}[question]
    return asked(*(read(kind, path, COLUMNS[question]) for path in paths))


def read(kind: str, path: str, columns: list[str]) -> pd.DataFrame:
    if kind == "pyarrow":
        deals = pd.read_csv(path, usecols=columns, engine="pyarrow", dtype_backend="pyarrow")
    else:
        dates = [name for name in DATES if name in columns]
        deals = pd.read_csv(path, usecols=columns, parse_dates=dates, date_format="%Y-%m-%d %H:%M")
    return deals.assign(outcome=deals["Deal Stage"].map(OUTCOMES).fillna("open"))


def days(deals: pd.DataFrame) -> pd.Series:
    passed = (deals["Close Date"].dt.normalize() - deals["Create Date"].dt.normalize()).dt.days
    return passed[passed >= 0]


def report(deals: pd.DataFrame) -> list[dict[str, object]]:
    won, lost, still_open = (deals[deals["outcome"] == name] for name in ("won", "lost", "open"))
    decided = len(won) + len(lost)
    closed = len(deals) - len(still_open)
    as_of = max(deals["Create Date"].max(), deals.loc[deals["outcome"] != "open", "Close Date"].max()).normalize()
    wins = won.dropna(subset="Associated Company IDs")
    wins = wins.assign(day=wins["Close Date"].dt.normalize())
    first = wins[wins["day"] == wins.groupby("Associated Company IDs")["day"].transform("min")]
    revenue, lost_amount = won["Amount"].sum(), lost["Amount"].sum()
    cycle, win_rate, average = days(won), len(won) / decided, won["Amount"].mean()
    numbers = {
        "won_deals": len(won),
        "lost_deals": len(lost),
        "other_deals": closed - decided,
        "open_deals": len(still_open),
        "created_deals": deals["Create Date"].count(),
        "revenue": revenue,
        "new_customers": first.loc[first["Deal Type"] == "New Business", "Associated Company IDs"].nunique(),
        "average_deal_size": average,
        "median_deal_size": won["Amount"].median(),
        "deal_concentration": won["Amount"].nlargest(10).sum() / revenue,
        "win_rate": win_rate,
        "win_rate_value": revenue / (revenue + lost_amount),
        "win_rate_broad": len(won) / closed,
        "win_rate_created": len(won) / deals["Create Date"].count(),
        "loss_rate": len(lost) / decided,
        "win_loss_ratio": len(won) / len(lost),
        "sales_cycle_mean": cycle.mean(),
        "sales_cycle_median": cycle.median(),
        "sales_cycle_p90": cycle.quantile(0.9),
        "time_to_loss_median": days(lost).median(),
        "deal_age_median": (as_of - still_open["Create Date"].dt.normalize()).dt.days.median(),
        "open_pipeline": still_open["Amount"].sum(),
        "weighted_pipeline": (still_open["Amount"] * still_open["Deal probability"]).sum(),
        "pipeline_created": deals["Amount"].sum(),
        "overdue_deals": (still_open["Close Date"].dt.normalize() < as_of).sum(),
        "pipeline_velocity": len(still_open) * win_rate * average / cycle.mean(),
    }
    return [numbers]


def by_owner(deals: pd.DataFrame) -> list[dict[str, object]]:
    counts = pd.crosstab(deals["Deal owner"], deals["outcome"])
    won, still_open = (deals[deals["outcome"] == name] for name in ("won", "open"))
    amounts = won.groupby("Deal owner")["Amount"]
    table = pd.DataFrame(
        {
            "won_deals": counts["won"],
            "lost_deals": counts["lost"],
            "open_deals": counts["open"],
            "revenue": amounts.sum(),
            "average_deal_size": amounts.mean(),
            "median_deal_size": amounts.median(),
            "win_rate": counts["won"] / (counts["won"] + counts["lost"]),
            "sales_cycle_median": days(won).groupby(won["Deal owner"]).median(),
            "open_pipeline": still_open.groupby("Deal owner")["Amount"].sum(),
        }
    )
    return table.rename_axis("owner").reset_index().to_dict("records")


def by_month(deals: pd.DataFrame) -> list[dict[str, object]]:
    decided = deals[deals["outcome"].isin(["won", "lost"])]
    month = decided["Close Date"].dt.strftime("%Y-%m").rename("month")
    table = (decided["outcome"] == "won").groupby(month).agg(["sum", "count", "mean"])
    return table.set_axis(["won", "closed", "win_rate"], axis=1).reset_index().to_dict("records")


def bridge(old: pd.DataFrame, new: pd.DataFrame) -> list[dict[str, object]]:
    """A deal leaves at its last amount: a change of amount stands in a bar of its own."""
    pairs = old.merge(new, on="Record ID", how="outer", suffixes=("", "_now"), indicator="where")
    had, has = pairs["where"] != "right_only", pairs["where"] != "left_only"
    was, now = pairs["outcome"].fillna(""), pairs["outcome_now"].fillna("")
    before, after = pairs["Amount"], pairs["Amount_now"]
    change = (after.fillna(0) - before.fillna(0)).round(2)
    passing = ~had & (now != "open") & (pairs["Close Date_now"] >= pd.Timestamp("2026-09-23"))
    stayed = (was == "open") & has
    bars = {
        "start": (was == "open", before),
        "new": (~had & (now == "open") | passing, after),
        "reopened": (had & (was != "open") & (now == "open"), after),
        "increased": (stayed & (change > 0), change),
        "decreased": (stayed & (change < 0), change),
        **{name: (((was == "open") | passing) & (now == name), -after) for name in OUTCOMES.values()},
        "removed": ((was == "open") & ~has, -before),
        "end": (now == "open", after),
    }
    return [{"bar": name, "value": value[here].sum(), "deals": here.sum()} for name, (here, value) in bars.items()]


if __name__ == "__main__":
    json.dump(answer(*sys.argv[1:3], sys.argv[3:]), sys.stdout, default=float)
