"""Exports that grow, shrink, are replaced, deleted or touched while they are read, and that are still being written."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

from ground import INPUT_ERROR, OK, PROGRAM, Ground, around, deals, ended, folder, play, run

if TYPE_CHECKING:
    from pathlib import Path

CHANGED = """
import os, sys
from salesmetrics import __main__ as program
import salesmetrics.ingest.source.fetch as fetch
how, path, often, seen = sys.argv[1], sys.argv[2], int(sys.argv[3]), 0
fstat = os.fstat
def change():
    if how == "grows":
        with open(path, "ab") as file:
            file.write(b"D900,Deal 900,Closed Won,5,Kim,2026-01-01,2026-02-02\\n")
    elif how == "shrinks":
        os.truncate(path, os.path.getsize(path) // 2)
    elif how == "is emptied":
        os.truncate(path, 0)
    elif how == "is written anew":
        size = os.path.getsize(path)
        with open(path, "r+b") as file:
            file.write(b"x" * size)
        os.utime(path, ns=(1, 1))
    elif how == "is replaced":
        with open("other", "wb") as file:
            file.write(b"Deal ID,Stage,Amount\\n1,Closed Won,5\\n")
        os.replace("other", path)
    elif how == "is deleted" and os.path.exists(path):
        os.remove(path)
class System:
    def __getattr__(self, name):
        return getattr(os, name)
    def fstat(self, descriptor):
        global seen
        found = fstat(descriptor)
        if seen < often:  # once the size is known, and before the first byte is read
            seen += 1
            change()
        return found
fetch.os = System()
sys.argv[:] = ["salesmetrics", *sys.argv[4:]]
program.main()
"""
WORDS = ("report", "deals.csv", "--kpi", "created_deals", "--format", "csv", "-q")


def while_read(ground: Ground) -> None:
    """A change between the first look at a file and its first byte."""
    program = [sys.executable, "-c", CHANGED]
    with folder() as here:
        whole = run(*WORDS, cwd=here).out
    changing = "cannot read `deals.csv`: "
    ways: list[tuple[str, int, list[int], str]] = [
        ("grows", 9, [INPUT_ERROR], changing),
        ("is deleted", 1, [OK, INPUT_ERROR], ""),
        ("shrinks", 9, [INPUT_ERROR], changing),
        ("is replaced", 1, [OK], ""),
        ("is emptied", 1, [INPUT_ERROR], "`deals.csv` is empty"),
        ("is written anew", 1, [INPUT_ERROR], ""),
        ("grows", 1, [OK], ""),
        ("shrinks", 1, [OK, INPUT_ERROR], ""),
    ]
    for how, often, codes, said in ground.some(2, ways):
        name = f"it {how} {often} times"
        with folder() as here:
            done = ground.check(name, run(how, "deals.csv", str(often), *WORDS, cwd=here, program=program), codes, said)
            if how in ("is deleted", "is replaced") and done.code == OK:
                ground.expect(name, done.out == whole, "not the numbers of the file that was opened")
            elif (how, often) == ("grows", 1):
                ground.expect(name, done.out == run(*WORDS, cwd=here).out, "not the numbers of the file as it is now")
    if ground.full:
        for command in (
            ("check", "deals.csv"),
            ("inspect", "deals.csv"),
            ("init", "deals.csv"),
            ("compare", "deals.csv", "second.csv", "--on", "second.csv=2026-06-01"),
        ):
            with folder(second__csv=deals(70)) as here:
                done = run("grows", "deals.csv", "99", *command, cwd=here, program=program)
                ground.check(f"{command} of what grows", done, [INPUT_ERROR], changing)
                ground.expect(
                    f"{command} of what grows", not (here / "salesmetrics.toml").exists(), "it wrote settings"
                )


def being_written(ground: Ground) -> None:
    """A file to which another process goes on writing all the while; whatever is read of it, it ends in words."""
    for lines in (1, 40, 400) if ground.full else ():
        with folder() as here:
            stop = threading.Event()

            def write(path: Path = here / "deals.csv", lines: int = lines, stop: threading.Event = stop) -> None:
                with path.open("a", encoding="utf-8") as file:
                    number = 1_000
                    while not stop.is_set():
                        for _ in range(lines):
                            file.write(f"D{number},Deal {number},Closed Won,5,Kim,2026-01-01,2026-02-02\n")
                            number += 1
                        file.flush()
                        time.sleep(0.001)

            writer = threading.Thread(target=write)
            writer.start()
            try:
                for words in (WORDS, ("check", "deals.csv", "-q"), ("report", "deals.csv", "-q", "-o", "out.json")):
                    ground.check(
                        f"{words} while {lines} lines at a time are added", run(*words, cwd=here), [OK, 1, INPUT_ERROR]
                    )
            finally:
                stop.set()
                writer.join()


def before_read(ground: Ground) -> None:
    """A file that goes between the start of a command and the moment when it is read."""
    if not ground.full:
        return
    for _ in range(12):
        with folder() as here:
            process = subprocess.Popen(
                [*PROGRAM, "report", "deals.csv", "-q", "-o", "out.json"],
                cwd=here,
                env=around(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            time.sleep(ground.drawn.uniform(0, 1.5))
            (here / "deals.csv").unlink()
            done = ended(process)
            ground.check(
                "deleted at some moment",
                done,
                [OK, INPUT_ERROR],
                "" if done.code == OK else "no such file: `deals.csv`",
            )


def trials(ground: Ground) -> None:
    """Each kind of change."""
    while_read(ground)
    being_written(ground)
    before_read(ground)


if __name__ == "__main__":
    sys.exit(play(__doc__, trials))
