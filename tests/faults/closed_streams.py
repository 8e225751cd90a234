"""Standard input, output and error closed in every combination, and readers who leave early."""

from __future__ import annotations

import os
import sys
from functools import partial
from itertools import combinations

from ground import INPUT_ERROR, NOISE, OK, OLD, Ground, folder, held, play, run, shell

COMMANDS: list[tuple[str, ...]] = [
    ("kpis", "--format", "csv"),
    ("report", "deals.csv", "-q", "-o", "out.json"),
    ("report", "deals.csv"),
    ("demo", "demo", "-q"),
    ("report", "-"),
    ("report", "missing.csv"),
    ("--help",),
    ("--version",),
    ("report", "--help"),
    ("report", "deals.csv", "--nonsense"),
    ("check", "deals.csv", "--rejects", "out.json"),
    ("init", "deals.csv", "-o", "-"),
    ("init", "deals.csv", "-o", "out.json", "--force"),
]
NAMES = ("stdin", "stdout", "stderr")
QUIET = {("report", "deals.csv", "-q", "-o", "out.json"), ("init", "deals.csv", "-o", "out.json", "--force")}
"""They write to a file and print nothing, so that no closed stream can hinder them."""


def close(streams: tuple[int, ...]) -> None:
    """Close streams before the program begins."""
    for stream in streams:
        os.close(stream)


def closed(ground: Ground) -> None:
    """Every combination of closed streams."""
    every = [chosen for count in (3, 2, 1) for chosen in combinations(range(3), count)]
    for words in ground.some(2, COMMANDS):
        for chosen in every if ground.full else [every[0], every[3]] if words == COMMANDS[1] else [(1,)]:
            with folder(out__json=OLD) as here:
                before = held(here)
                done = run(*words, cwd=here, before=partial(close, chosen))
                name = f"{' '.join(words)} without {', '.join(NAMES[it] for it in chosen)}"
                ground.trials += 1
                ground.expect(name, not NOISE.search(done.err), done.err[-800:])
                if words in QUIET:
                    ground.expect(name, done.code == OK, f"exit code {done.code}: {done.err}")
                    ground.expect(name, (here / "out.json").read_text("utf-8") not in ("", OLD), "nothing was written")
                    ground.whole(name, here, before, {**before, "out.json": None})
                else:
                    ground.expect(name, done.code in (OK, 1, INPUT_ERROR), f"exit code {done.code}: {done.err}")
                    if 1 in chosen and "demo" not in words and "check" not in words:
                        ground.expect(name, done.code == INPUT_ERROR, f"exit code {done.code} with nowhere to write to")
                    unwritten = "check" not in words
                    ground.whole(
                        name, here, before, before if unwritten else {**before, "out.json": None}
                    ) if "demo" not in words else None
                ground.expect(
                    name, (here / "deals.csv").read_bytes() == before["deals.csv"], "the export is another now"
                )


def pipes(ground: Ground) -> None:
    """A reader who takes a line, a reader who takes nothing, and one who is gone before anything is written."""
    lines = [
        "$P kpis | head -1",
        "$P report deals.csv --all | true",
        "$P report deals.csv --format json | head -c 10",
        "$P report deals.csv --format xlsx | true",
        "$P --help | true",
        "$P report --help | head -1",
        "$P schema | head -1",
        "$P demo demo | head -1",
        "$P check deals.csv | true",
        "$P rows revenue deals.csv | head -2",
        "$P init deals.csv -o - | head -1",
        "$P inspect deals.csv | head -1",
        "$P check deals.csv --rejects - -q -o out.txt | true",
        "$P report deals.csv 2>&1 | true",
        "$P report missing.csv 2>&1 | true",
        "$P config show | true",
        "$P --version | true",
    ]
    for line in ground.some(1, lines):
        with folder() as here:
            codes = [OK, 1] if "check" in line else [INPUT_ERROR] if "missing" in line else [OK]
            done = shell(line, here)
            ground.trials += 1
            ground.expect(line, done.code in codes, f"exit code {done.code}: {done.err}")
            ground.expect(line, not NOISE.search(done.err), done.err[-800:])
            ground.expect(line, b"Exception" not in done.out, repr(done.out[-300:]))


def trials(ground: Ground) -> None:
    """Closed streams, early readers."""
    closed(ground)
    pipes(ground)


if __name__ == "__main__":
    sys.exit(play(__doc__, trials))
