"""Terminals of no width, of one column, of ten thousand; terminals that are closed."""

from __future__ import annotations

import os
import re
import select
import struct
import subprocess
import sys
import time
from contextlib import suppress

from ground import NOISE, OK, PATIENCE, PROGRAM, Done, Ground, around, folder, play

SIZES = [(1, 1), (0, 0), (10_000, 10_000), (2, 3), (7, 1), (20, 0), (0, 50), (65_535, 65_535), (300, 2)]
COMMANDS: list[tuple[str, ...]] = [
    ("kpis",),
    ("report", "deals.csv"),
    ("--help",),
    ("report", "--help"),
    ("trend", "revenue", "deals.csv"),
    ("check", "deals.csv"),
    ("rows", "revenue", "deals.csv"),
    ("inspect", "deals.csv"),
    ("demo", "demo"),
    ("explain", "win_rate", "deals.csv"),
    ("config", "show"),
    ("funnel", "deals.csv"),
    ("cohort", "deals.csv"),
    ("report", "deals.csv", "--by", "owner", "--all"),
    ("report", "missing.csv"),
]


def seen(words: tuple[str, ...], columns: int, lines: int, *, leaves: bool = False) -> Done:
    """A command at a terminal of this size.

    Args:
        words: Of the command.
        columns: As the terminal says.
        lines: Likewise.
        leaves: The terminal is closed as soon as something is shown.
    """
    import fcntl
    import pty
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    with folder() as here:
        process = subprocess.Popen(
            [*PROGRAM, *words],
            cwd=here,
            env=around(TERM="xterm-256color"),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(theirs, termios.TIOCSCTTY, 0),
        )
        os.close(theirs)
        shown, until = b"", time.monotonic() + PATIENCE
        with suppress(OSError):  # at its end
            while time.monotonic() < until:
                if select.select([ours], [], [], 1)[0]:
                    piece = os.read(ours, 65_536)
                    shown += piece
                    if not piece or leaves:
                        break
        os.close(ours)
        try:
            process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return Done(-99, shown, "it hangs")
    return Done(process.returncode, shown, "")


def sizes(ground: Ground) -> None:
    """Every command at every size."""
    for words in ground.some(1, COMMANDS):
        for columns, lines in SIZES if ground.full else SIZES[:3]:
            name = f"{' '.join(words)} at {columns} by {lines}"
            done = ground.check(
                name, seen(words, columns, lines), [OK, 1, 2] if "missing.csv" in words or words[0] == "check" else [OK]
            )
            talk = done.out.decode("utf-8", "replace")
            ground.expect(name, not NOISE.search(talk), talk[-500:])
            ground.expect(name, re.search(r"\w", talk), "nothing is shown")


def closing(ground: Ground) -> None:
    """A terminal that is closed while something is shown."""
    for words in ground.some(1, [("report", "deals.csv", "--all"), ("kpis",), ("schema",)]):
        done = seen(words, 80, 24, leaves=True)
        ground.check(
            f"{words} at a terminal that closes", done, [OK, 128 + 1, -1, 2] if done.code != 2 else [2, OK, 129]
        )


def trials(ground: Ground) -> None:
    """Sizes, and an end."""
    if sys.platform == "win32":
        ground.trials += 1
        return
    sizes(ground)
    closing(ground)


if __name__ == "__main__":
    sys.exit(play(__doc__, trials))
