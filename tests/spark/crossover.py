"""One machine in parts against Spark on the same machine: processor time, time, and the largest process, of one report.

``python tests/spark/crossover.py ROWS EXECUTORS`` prints a line each. Where other work goes on beside it, only processor time
means something.
"""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic, sleep

ROOT = Path(__file__).parents[2]
MADE = runpy.run_path(str(ROOT / "tests/benchmark/made_up_deals.py"))
TICKS, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


def measured(words: list[str]) -> tuple[float, float, dict[str, float]]:
    """Seconds, seconds of processors, and the largest memory of each kind of process in megabytes."""
    begun = monotonic()
    with subprocess.Popen(words, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as child:
        used: dict[int, float] = {}
        most: dict[str, float] = {}
        while child.poll() is None:
            for path in Path("/proc").glob("[0-9]*/stat"):
                try:
                    name, _, rest = path.read_text().partition("(")[2].rpartition(")")
                except OSError:
                    continue
                found = rest.split()
                if int(found[3]) != child.pid:
                    continue
                used[int(path.parent.name)] = (int(found[11]) + int(found[12])) / TICKS
                most[name] = max(most.get(name, 0), int(found[21]) * PAGE / 1e6)
            sleep(0.2)
        assert child.returncode < 2, words
    return monotonic() - begun, sum(used.values()), most


def main() -> None:
    """Measure both."""
    rows, executors = int(sys.argv[1]), sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/deals.csv"
        MADE["write"](path, rows, is_messy=False)
        own = [sys.executable, "-m", "salesmetrics", "report", path, "--format", "json"]
        spark = [*own, "--engine", "spark", "--master", f"local-cluster[{executors},1,1024]"]
        size = Path(path).stat().st_size / 1e6
        for title, words in (("in parts", [*own, "--memory", "200MB"]), ("spark", spark)):
            seconds, processor, most = measured(words)
            memory = ", ".join(f"{name} {round(each)} MB" for name, each in sorted(most.items()))
            print(f"{title}: {rows:,} rows, {size:.0f} MB: {seconds:.0f} s, {processor:.0f} s of processors; {memory}")


if __name__ == "__main__":
    main()
