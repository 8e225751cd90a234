"""A clock that is far off, and exports whose files are from the far past or the far future."""

from __future__ import annotations

import os
import shutil
import sys

from ground import INPUT_ERROR, OK, Ground, archive, around, folder, held, play, run, workbook

DAYS = ("2090-01-01 00:00:00", "1970-01-02 00:00:00", "2037-12-31 23:59:59")
STAMPS = (0, -(10**9), 2**33, 253_402_300_800, 2**60)
"""Seconds: 1970, 1938, 2242, the year 10000, and what few file systems hold."""
STEADY: list[tuple[str, ...]] = [
    ("report", "deals.csv", "--format", "csv", "-q"),
    ("rows", "revenue", "deals.csv", "-o", "out.xlsx", "-q"),
    ("report", "deals.csv", "-o", "out.html", "-q"),
    ("report", "deals.csv", "-o", "out.json", "-q"),
    ("report", "deals.csv", "-o", "out.eml", "-q"),
    ("demo", "demo", "-q"),
]
ABOUT_TODAY: list[tuple[str, ...]] = [
    ("report", "deals.csv", "--as-of", "today", "--kpi", "revenue"),
    ("report", "deals.csv", "--max-age", "7d"),
    ("report", "deals.csv", "--as-of", "today", "--period", "last-week", "--compare", "previous"),
    ("forecast", "deals.csv"),
    ("forecast", "deals.csv", "--as-of", "today"),
    ("trend", "revenue", "deals.csv", "--as-of", "today"),
    ("cohort", "deals.csv", "--as-of", "today"),
]


def clocks(ground: Ground) -> None:
    """The clock of the process; nothing that is not asked about today depends on it. Without `faketime` nothing is tried."""
    if shutil.which("faketime") is None:
        return
    for words in ground.some(0, STEADY):
        with folder() as here:
            expected = run(*words, cwd=here).out, held(here)
        for day in DAYS:
            with folder() as here:
                done = run(day, sys.executable, "-m", "salesmetrics", *words, cwd=here, program=["faketime"])
                ground.check(f"{words} at {day}", done)
                ground.expect(
                    f"{words} at {day}", (done.out, held(here)) == expected, "other bytes than on any other day"
                )
    for words in ground.some(0, ABOUT_TODAY):
        for day in DAYS:
            with folder() as here:
                done = run(day, sys.executable, "-m", "salesmetrics", *words, cwd=here, program=["faketime"])
                ground.check(f"{words} at {day}", done, [OK, 1, INPUT_ERROR])


TODAY = """
import sys
from datetime import date
from salesmetrics.cli import environment
day = date.fromisoformat(sys.argv[1])
environment.Environment.__new__.__defaults__ = (lambda: day, *environment.Environment.__new__.__defaults__[1:])
from salesmetrics.__main__ import main
sys.argv[:] = ["salesmetrics", *sys.argv[2:]]
main()
"""
"""The program on a day that no clock shows."""


def days(ground: Ground) -> None:
    """The first and the last day that there is, as today."""
    for words in ground.some(1, ABOUT_TODAY):
        for day in ("9999-12-31", "0001-01-01") if ground.full else ("9999-12-31",):
            with folder() as here:
                done = run(day, *words, cwd=here, program=[sys.executable, "-c", TODAY])
                ground.check(f"{words} on {day}", done, [OK, 1, INPUT_ERROR])


def stamps(ground: Ground) -> None:
    """Files from another age are read as any other."""
    for name, data in ground.some(1, [("deals.csv", None), ("deals.xlsx", workbook()), ("deals.zip", archive())]):
        with folder() as here:
            path = here / name
            if data is not None:
                (here / "deals.csv").unlink()
                path.write_bytes(data)
            words = ("report", name, "--kpi", "revenue", "--format", "csv", "-q")
            expected = run(*words, cwd=here).out
            for stamp in STAMPS if ground.full else STAMPS[3:4]:
                try:
                    os.utime(path, (stamp, stamp))
                except (OSError, OverflowError):
                    continue  # a day that this file system does not hold
                done = ground.check(f"{name} of {stamp}", run(*words, cwd=here))
                ground.expect(f"{name} of {stamp}", done.out == expected, "other numbers")
            if ground.full:
                env = around(SOURCE_DATE_EPOCH="-1", TZ="<+99>-99:99:99")
                ground.check(f"{name} in a zone of nowhere", run(*words, cwd=here, env=env))


def trials(ground: Ground) -> None:
    """Clocks, days, files."""
    clocks(ground)
    days(ground)
    stamps(ground)


if __name__ == "__main__":
    sys.exit(play(__doc__, trials))
