"""Reading a large export into canonical columns, beside Polars' own scan and cast of the same columns.

    python tests/benchmark/read_benchmark.py [--rows 1000000] [--rounds 5] [--folder DIR]

The clean file is what Polars likes best. The messy one (symbols and separators in money, day.month.year, mixed case,
a broken amount now and then) is read by the by-hand side with the expressions that its author would have to find.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from timing import alternate, made, table

HERE = Path(__file__).parent
LOAD = "import sys, salesmetrics; print(salesmetrics.load(sys.argv[1]).frames['deals'].height)"
SCAN = """
import sys
import polars as pl
path, date_format = sys.argv[1], sys.argv[2]
text = pl.read_csv(path, infer_schema=False)
money = pl.col("Amount").str.replace_all("[€, ]", "") if "%d." in date_format else pl.col("Amount")
dates = [pl.col(name).str.to_datetime(date_format).dt.date() for name in ("Close Date", "Create Date")]
frame = text.with_columns(
    money.cast(pl.Decimal(38, 8), strict=False), pl.col("Deal probability").cast(pl.Decimal(38, 8)), *dates
)
print(frame.height)
"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--folder", type=Path, help="keep the generated exports here")
    asked = options.parse_args()
    print(f"{asked.rows:,} deals, 12 columns, {asked.rounds} rounds, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.folder or Path(scratch)
        clean = str(made(folder / f"deals-{asked.rows}.csv", asked.rows))
        messy = str(made(folder / f"messy-{asked.rows}.csv", asked.rows, "--messy"))
        for title, path, date_format in (("clean", clean, "%Y-%m-%d %H:%M"), ("messy", messy, "%d.%m.%Y %H:%M")):
            sides = {
                "salesmetrics": [sys.executable, "-c", LOAD, path],
                "Polars by hand": [sys.executable, "-c", SCAN, path, date_format],
            }
            if title == "clean":
                sides["the least a reader can take"] = [sys.executable, str(HERE / "floor.py"), "read", path]
            runs = alternate(sides, asked.rounds)
            print(f"\n{title}, {Path(path).stat().st_size / 1e6:.0f} MB\n\n{table(runs, 'Polars by hand')}")


if __name__ == "__main__":
    main()
