"""Little memory, few threads, few open files, one processor, a little processor time."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from functools import partial

from ground import INPUT_ERROR, OK, OLD, PROGRAM, Ground, deals, folder, held, play, run

MEGABYTE = 1 << 20
STEADY: list[tuple[str, ...]] = [
    ("report", "deals.csv", "-q", "-o", "out.json"),
    ("report", "deals.csv", "-q", "-o", "out.html"),
    ("report", "deals.csv", "-q", "-o", "out.xlsx"),
    ("check", "deals.csv", "-q", "-o", "out.txt"),
    ("rows", "revenue", "deals.csv", "-q", "-o", "out.csv"),
]


def limit(kind: str, most: int) -> None:
    """A limit of this process."""
    import resource

    resource.setrlimit(getattr(resource, kind), (most, most))


def whole_or_refused(ground: Ground, name: str, words: tuple[str, ...], kind: str, most: int, codes: list[int]) -> None:
    """The new file with success, the old one with a refusal."""
    output = words[-1]
    with folder(**{output.replace(".", "__"): OLD}) as here:
        before = held(here)
        done = ground.check(name, run(*words, cwd=here, before=partial(limit, kind, most)), codes)
        ground.whole(name, here, before if done.code not in (0, 1) else {**before, output: None})
        ground.expect(
            name, done.code not in (0, 1) or held(here)[output] not in (b"", OLD.encode()), "nothing was written"
        )


def memory(ground: Ground) -> None:
    """Memory that is too little to begin with, that ends in the midst, and that suffices."""
    if not sys.platform.startswith("linux"):
        return
    sizes = [600, 1_100, 1_200, 1_400, 2_000, 400, 200, 1_030, 1_300, 1_700, 3_000, 8_000]
    for size in ground.some(2, sizes):
        for kind in ground.some(1, ["RLIMIT_AS", "RLIMIT_DATA"]):
            for words in ground.some(1, STEADY[:3]):
                whole_or_refused(
                    ground, f"{kind} of {size} MB: {words}", words, kind, size * MEGABYTE, [OK, INPUT_ERROR]
                )


def threads(ground: Ground) -> None:
    """Threads that the system denies. Root is denied none, so it becomes somebody else, who may still open all files."""
    program = None
    if os.geteuid() == 0:
        allowed = ["--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"]
        program = ["setpriv", "--reuid", "54321", "--clear-groups", *allowed, *PROGRAM]
        if shutil.which("setpriv") is None or run("--version", program=program).code != OK:
            return
    for most in ground.some(0, [1, 2, 3, 4, 6, 10, 100]):
        with folder() as here:
            for words in (STEADY[0], ("check", "deals.csv"), ("trend", "revenue", "deals.csv")):
                done = run(*words, cwd=here, before=partial(limit, "RLIMIT_NPROC", most), program=program)
                ground.check(f"{most} threads: {words}", done, [OK, 1, INPUT_ERROR])


def files(ground: Ground) -> None:
    """Open files, of which Python itself needs a few to begin."""
    for most in ground.some(2, [12, 6, 4, 5, 7, 8, 9, 10, 16, 32, 64]):
        for words in ground.some(1, [STEADY[0], STEADY[2], ("demo", "demo", "-q"), ("kpis", "-q", "-o", "out.txt")]):
            codes = [OK, INPUT_ERROR]
            output = words[-1]
            with folder(**({output.replace(".", "__"): OLD} if "-o" in words else {})) as here:
                before = held(here)
                done = run(*words, cwd=here, before=partial(limit, "RLIMIT_NOFILE", most))
                if done.code == 1 and "salesmetrics" not in done.err:
                    continue  # Python did not begin
                ground.check(f"{most} open files: {words}", done, codes, "" if done.code == OK else "open files")
                if done.code != OK:
                    ground.whole(f"{most} open files: {words}", here, before)


def one_processor(ground: Ground) -> None:
    """One processor, and one thread of Polars: the same bytes."""
    if not hasattr(os, "sched_setaffinity"):
        return
    for words in ground.some(1, STEADY):
        with folder() as here, folder() as there:
            first = min(os.sched_getaffinity(0))
            ground.check(
                f"one processor: {words}",
                run(*words, cwd=here, before=partial(os.sched_setaffinity, 0, {first})),
                [OK, 1],
            )
            ground.check(f"all processors: {words}", run(*words, cwd=there), [OK, 1])
            ground.expect(f"one processor: {words}", held(here) == held(there), "other bytes than with all")


def processor_time(ground: Ground) -> None:
    """A limit of processor time, which warns a process a second before it is killed."""
    for seconds in ground.some(0, [1]):
        words = STEADY[1]
        with folder(out__html=OLD, deals__csv="") as here:
            (here / "deals.csv").write_text(deals(40_000), "utf-8")
            before = held(here)

            def few(seconds: int = seconds) -> None:
                import resource

                resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 60))

            done = run(*words, cwd=here, before=few)
            ground.check(
                f"{seconds} s of processor time",
                done,
                [128 + signal.SIGXCPU, OK],
                "" if done.code == OK else "terminated",
            )
            ground.whole(f"{seconds} s of processor time", here, before if done.code else {**before, "out.html": None})


def trials(ground: Ground) -> None:
    """Each of them."""
    memory(ground)
    threads(ground)
    files(ground)
    one_processor(ground)
    processor_time(ground)


if __name__ == "__main__":
    sys.exit(play(__doc__, trials))
