"""Comparing two large exports, beside reading both of them.

    python tests/benchmark/compare_benchmark.py [--rows 1000000] [--rounds 3] [--folder DIR]

In the later export one deal in a hundred is gone, as many are new, and one in twenty has another amount, stage or owner.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

import polars as pl
from timing import alternate, made, table

READ = "import sys, salesmetrics; [salesmetrics.load(path) for path in sys.argv[1:]]"
COMPARE = "import sys, salesmetrics; salesmetrics.compare(*sys.argv[1:]).bridge"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--folder", type=Path, help="keep the generated exports here")
    asked = options.parse_args()
    print(f"2 exports of {asked.rows:,} deals, 12 columns, {asked.rounds} rounds, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        whole = made(folder / f"whole-{asked.rows}.csv", asked.rows)
        old, new = (folder / f"deals-{asked.rows}-{day}.csv" for day in ("2026-09-23", "2026-09-30"))
        if not new.exists():
            _two_exports(pl.read_csv(whole, infer_schema=False), old, new)
        command = [sys.executable, "-m", "salesmetrics", "compare", str(old), str(new), "-q"]
        sides = {
            "both reads": [sys.executable, "-c", READ, str(old), str(new)],
            "compare": command,
            "compare --by owner": [*command, "--by", "owner"],
            "compare with every change": [sys.executable, "-c", COMPARE, str(old), str(new)],
        }
        print(f"\n{table(alternate(sides, asked.rounds), 'both reads')}")


def _two_exports(deals: pl.DataFrame, old: Path, new: Path) -> None:
    nth = pl.int_range(pl.len())
    deals.filter(nth % 100 != 1).write_csv(old)
    later = deals.filter(nth % 100 != 0)
    moved = pl.when(nth % 20 == 3)
    later.with_columns(
        moved.then(pl.col(name).shift(1)).otherwise(pl.col(name)).alias(name)
        for name in ("Amount", "Deal Stage", "Deal owner")
    ).write_csv(new)


if __name__ == "__main__":
    main()
