"""The default report over a large export, beside scripts written by hand for exactly that export.

    python tests/benchmark/report_benchmark.py [--rows 1000000] [--rounds 5] [--folder DIR]

Prints wall time and peak memory of whole processes, and fails where the three do not agree on a number.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from rivals import disagreements, given, numbers_of, salesmetrics, script
from timing import alternate, made, table

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
        runs = alternate(
            {
                "salesmetrics, the same numbers": salesmetrics("report", [path]),
                "salesmetrics, every KPI": report,
                "Polars by hand": script(sys.executable, "polars")("report", [path]),
                "the least a report can take": [sys.executable, str(HERE / "floor.py"), "report", path],
                "DuckDB by hand": script(sys.executable, "duckdb")("report", [path]),
            },
            asked.rounds,
        )
        size = Path(path).stat().st_size / 1e6
    print(f"{asked.rows:,} deals, 12 columns, {size:.0f} MB, {asked.rounds} rounds, {os.cpu_count()} cores\n")
    print(table(runs, "Polars by hand"))
    ours = numbers_of("report", json.loads(runs["salesmetrics, the same numbers"].stdout))
    problems = [
        f"{name}: {problem}"
        for name in ("Polars by hand", "DuckDB by hand")
        for problem in disagreements(ours, given(name, "report", runs[name].stdout))
    ]
    print("\n" + ("\n".join(problems) or f"all three agree on {len(ours)} numbers"))
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
