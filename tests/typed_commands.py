"""What is typed after each command. Own file: read where there is no test runner, by ``tests/packages/smoke.py``."""

from __future__ import annotations

__all__ = ["DEALS", "NEW", "TYPED"]

DEALS = "examples/deals.csv"
NEW = "{new}"
"""Stands for an empty folder."""

TYPED = {
    "report": [f"{DEALS} --period last-quarter --compare previous", f"{DEALS} --by owner --goal win_rate>=0.25"],
    "trend": [f"win_rate {DEALS} --every quarter"],
    "inspect": ["examples/leads.csv", "examples"],
    "check": [DEALS, "examples"],
    "rows": [f"revenue {DEALS} --period last-quarter"],
    "forecast": [
        f"{DEALS} examples/stages.csv --period 2026-Q4 --by team --target 900000 --draws 500",
        f"{DEALS} --period 2026-Q4 --rows open --draws 500",
    ],
    "funnel": [
        f"{DEALS} examples/stages.csv --by team --period last-quarter",
        f"{DEALS} examples/stages.csv --rows won",
        DEALS,
    ],
    "benchmark": [
        f"{DEALS} --by owner",
        f"{DEALS} --by team --kpi revenue,win_rate",
        f"{DEALS} --by team --rows win_rate:Enterprise",
        f"{DEALS} examples/figures.csv --by team --every quarter --period 2026-Q2 --compare previous",
    ],
    "cohort": [
        f"{DEALS} --every quarter --by team",
        f"{DEALS} examples/leads.csv --of leads",
        f"{DEALS} --rows 2026-01:won",
    ],
    "losses": [
        f"{DEALS} examples/stages.csv --by team --period last-quarter --compare previous",
        f"{DEALS} --rows Price",
    ],
    "demo": [NEW],
    "kpis": ["", "--search zzz"],
    "explain": ["win_rate", f"win_rate {DEALS}"],
    "config show": [""],
    "config schema": [""],
    "compare": [
        "examples/weekly",
        "examples/weekly --rows won",
    ],
    "schema": ["", "trend"],
    "init": [f"{DEALS} -o -"],
    "help": ["", "periods"],
}
"""What is typed after each command; a new command has a line here."""
