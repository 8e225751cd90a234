"""How time and memory grow with the file: salesmetrics beside DuckDB and Polars streaming by hand, from a million deals.

    python tests/benchmark/growth.py [--most 10000000] [--rows N,…] [--parquet] [--also OPTIONS] [--limit 60]
                                     [--folder DIR] [--write]

The 26 numbers of the report, at 1, 2, 5 and 10 million deals; `--rows` names other sizes, such as 100000000 with `--parquet`,
beside a million. Files are written in pieces. Each program runs twice; a size that would need more memory than there is is
not tried. `--also` measures salesmetrics once more with further options. Fails where the numbers differ.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from page import Circumstances, shown, table
from rivals import disagreements, given, numbers_of, salesmetrics, script
from timing import Runs, alternate, made, too_much

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SIZES = (1_000_000, 2_000_000, 5_000_000, 10_000_000)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--most", type=int, default=SIZES[-1], help="deals of the largest file")
    options.add_argument("--rows", help="other sizes, the smallest first")
    options.add_argument("--parquet", action="store_true", help="files of Parquet instead of CSV")
    options.add_argument("--also", help="further options of salesmetrics, measured as a program of its own")
    options.add_argument(
        "--limit", type=float, default=60, help="seconds after which one is ended, for a million deals"
    )
    options.add_argument("--folder", type=Path, help="keep the generated exports here")
    options.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    asked = options.parse_args()
    sizes = [int(size) for size in asked.rows.split(",")] if asked.rows else [n for n in SIZES if n <= asked.most]
    sizes = sorted({min(SIZES[0], *sizes, asked.most), *sizes})
    programs = {
        "salesmetrics": lambda path: salesmetrics("report", [path]),
        "DuckDB by hand": lambda path: script(sys.executable, "duckdb")("report", [path]),
        "Polars streaming by hand": lambda path: script(sys.executable, "streaming")("report", [path]),
    }
    if asked.also:
        programs[f"salesmetrics {asked.also}"] = lambda path: salesmetrics("report", [path], *shlex.split(asked.also))
    start = Circumstances()
    ending = "parquet" if asked.parquet else "csv"
    measured: dict[int, dict[str, Runs]] = {}
    bytes_of: dict[int, int] = {}
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        for size in sizes:
            path = made((asked.folder or Path(scratch)) / f"deals-{size}.{ending}", size)
            bytes_of[size] = path.stat().st_size
            print(f"{size:,} deals …", file=sys.stderr)
            measured[size] = _runs(programs, str(path), size, measured, asked.limit)
            wrong += _differences(measured[size], size)
            if not asked.folder:
                path.unlink()
    parts = [
        f"{start}. {'Parquet' if asked.parquet else 'CSV'}.",
        *start.with_wall_times(
            "Wall time, and as a multiple of the first size:",
            _table(measured, bytes_of, lambda runs: min(runs.seconds), "{:.1f} s"),
        ),
        "Processor time, and as a multiple of the first size:",
        _table(measured, bytes_of, lambda runs: min(runs.cpu), "{:.1f} s"),
        "Peak memory, likewise:",
        _table(measured, bytes_of, lambda runs: max(runs.megabytes), "{:,.0f} MB"),
    ]
    shown("growth in Parquet" if asked.parquet else "growth", "\n\n".join(parts), write=asked.write)
    print("\n" + ("\n".join(wrong) or "all give the same numbers"))
    sys.exit(bool(wrong))


def _runs(
    programs: Mapping[str, Callable[[str], list[str]]],
    path: str,
    size: int,
    measured: Mapping[int, Mapping[str, Runs]],
    limit: float,
) -> dict[str, Runs]:
    """The programs in turn, without those that would need too much, as the size before shows."""
    before = max(measured, default=size)
    skipped = {
        name: Runs(note=note)
        for name, runs in measured.get(before, {}).items()
        if (note := too_much(runs, size / before))
    }
    tried = {name: command(path) for name, command in programs.items() if name not in skipped}
    runs = {**skipped, **alternate(tried, 1, limit * max(1, size / SIZES[0]))}
    return {name: runs[name] for name in programs}


def _differences(runs: Mapping[str, Runs], size: int) -> list[str]:
    if runs["salesmetrics"].note:
        return []
    ours = numbers_of("report", json.loads(runs["salesmetrics"].stdout))
    return [
        f"{size:,} deals, {name}: {problem}"
        for name, run in runs.items()
        if not run.note
        for problem in disagreements(ours, given(name, "report", run.stdout))
    ]


def _table(
    measured: Mapping[int, Mapping[str, Runs]], bytes_of: Mapping[int, int], size: Callable[[Runs], float], form: str
) -> str:
    first = next(iter(measured.values()))

    def cell(name: str, runs: Runs) -> str:
        if runs.note or first[name].note:
            return runs.note or form.format(size(runs))
        return f"{form.format(size(runs))}, {size(runs) / size(first[name]):.1f} ×"

    rows = [
        [f"{deals:,}", f"{bytes_of[deals] / 1e6:,.0f} MB", *(cell(name, one) for name, one in runs.items())]
        for deals, runs in measured.items()
    ]
    return table(["deals", "file", *first], rows)


if __name__ == "__main__":
    main()
