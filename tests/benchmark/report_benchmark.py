"""The default report over a large export, beside scripts written by hand for exactly that export.

    python tests/benchmark/report_benchmark.py [--rows 1000000] [--rounds 5] [--folder DIR]

Prints wall time and peak memory of whole processes, and fails where the three do not agree on a number.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
from pathlib import Path

from timing import alternate, made, once, table

HERE = Path(__file__).parent


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--folder", type=Path, help="keep the generated export here")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        path = str(made(folder / f"deals-{asked.rows}.csv", asked.rows))
        report = [sys.executable, "-m", "salesmetrics", "report", path, "--format", "json"]
        *_, by_hand = once([sys.executable, str(HERE / "by_hand_polars.py"), path])
        runs = alternate(
            {
                "salesmetrics, the same numbers": [*report, "--kpi", ",".join(json.loads(by_hand))],
                "salesmetrics, every KPI": report,
                "Polars by hand": [sys.executable, str(HERE / "by_hand_polars.py"), path],
                "the least a report can take": [sys.executable, str(HERE / "floor.py"), "report", path],
                "DuckDB by hand": [sys.executable, str(HERE / "by_hand_duckdb.py"), path],
            },
            asked.rounds,
        )
        size = Path(path).stat().st_size / 1e6
    print(f"{asked.rows:,} deals, 12 columns, {size:.0f} MB, {asked.rounds} rounds, {os.cpu_count()} cores\n")
    print(table(runs, "Polars by hand"))
    ours = {
        metric["id"]: metric["value"]
        for metric in json.loads(runs["salesmetrics, the same numbers"].stdout)["metrics"]
        if metric["group"] == {} and metric["period"] is None
    }
    compared = [disagreements(ours, json.loads(runs[name].stdout)) for name in ("Polars by hand", "DuckDB by hand")]
    problems = [problem for found in compared for problem in found]
    print("\n" + ("\n".join(problems) or f"all three agree on {len(ours)} numbers"))
    sys.exit(bool(problems))


def disagreements(ours: dict[str, float | None], theirs: dict[str, float]) -> list[str]:
    """Numbers that one side lacks, or that differ by more than float arithmetic explains."""
    problems = [f"{name}: not in the report" for name in theirs.keys() - ours.keys()]
    for name, value in ours.items():
        other = theirs.get(name)
        if value is None or other is None or not math.isclose(value, other, rel_tol=1e-9):
            problems.append(f"{name}: {value} here, {other} by hand")
    return sorted(problems)


if __name__ == "__main__":
    main()
