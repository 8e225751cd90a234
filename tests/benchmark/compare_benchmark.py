"""Comparing two large exports, beside reading both of them.

    python tests/benchmark/compare_benchmark.py [--rows 1000000] [--rounds 3] [--exports 52] [--folder DIR]

In the later export one deal in a hundred is gone, as many are new, and one in twenty has another amount, stage and owner.
With more than two exports it is shown that a folder of them takes the memory of two, in a report too, where the newest is
the list and the others are its history.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import polars as pl
from timing import alternate, made, table

READ = "import sys, salesmetrics; [salesmetrics.load(path) for path in sys.argv[1:]]"
COMPARE = "import sys, salesmetrics; salesmetrics.compare(*sys.argv[1:]).bridge"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--exports", type=int, default=2)
    options.add_argument("--folder", type=Path, help="keep the generated exports here")
    asked = options.parse_args()
    print(f"{asked.exports} exports of {asked.rows:,} deals, 12 columns, {asked.rounds} rounds, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        if asked.exports > 2:
            _memory(folder / f"weekly-{asked.rows}", asked.rows, asked.exports, asked.rounds)
            return
        old, new = (folder / f"deals-{asked.rows}-{day}.csv" for day in ("2026-09-23", "2026-09-30"))
        made(old, asked.rows, "--later", str(new))
        command = [sys.executable, "-m", "salesmetrics", "compare", str(old), str(new), "-q"]
        sides = {
            "both reads": [sys.executable, "-c", READ, str(old), str(new)],
            "compare": command,
            "compare --by owner": [*command, "--by", "owner"],
            "compare with every change": [sys.executable, "-c", COMPARE, str(old), str(new)],
        }
        print(f"\n{table(alternate(sides, asked.rounds), 'both reads')}")


def _memory(folder: Path, rows: int, exports: int, rounds: int) -> None:
    """The last two exports of a folder, beside all of them."""
    folder.mkdir(exist_ok=True)
    days = [date(2026, 9, 30) - timedelta(weeks=week) for week in reversed(range(exports))]
    paths = [folder / f"deals-{day}.csv" for day in days]
    if not paths[-1].exists():
        deals = pl.read_csv(made(folder.parent / f"whole-{rows + rows // 5}.csv", rows + rows // 5), infer_schema=False)
        nth = pl.int_range(pl.len())
        step = rows // 5 // exports
        for week, path in enumerate(paths):
            later = deals.slice(week * step, rows)
            moved = pl.when(nth % 20 == week % 20)
            later.with_columns(
                moved.then(pl.col(name).shift(1)).otherwise(pl.col(name)).alias(name)
                for name in ("Amount", "Deal owner")
            ).write_csv(path)
    command = [sys.executable, "-m", "salesmetrics", "compare", "-q"]
    sides = {
        "two of them": [*command, *map(str, paths[-2:])],
        "the folder": [*command, str(folder)],
    }
    print(f"\n{table(alternate(sides, rounds), 'two of them')}")
    report = [sys.executable, "-m", "salesmetrics", "report", "-q"]
    sides = {
        "report of the newest": [*report, str(paths[-1])],
        "report of the last two": [*report, *map(str, paths[-2:])],
        "report of the folder": [*report, str(folder)],
    }
    print(f"\n{table(alternate(sides, rounds), 'report of the last two')}")


if __name__ == "__main__":
    main()
