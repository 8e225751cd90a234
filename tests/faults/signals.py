"""SIGINT and SIGTERM at random moments, and at every step of writing a file."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from ground import OLD, PATIENCE, Done, Ground, around, deals, ended, folder, held, play

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

ENDINGS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", signal.SIGHUP: "terminated"}

COMMANDS: dict[str, tuple[str, ...]] = {
    "json": ("report", "deals.csv", "-q", "-o", "out.json", "--rejects", "rejects.csv"),
    "stdout": ("report", "deals.csv", "--format", "csv"),
    "demo": ("demo", "demo", "-q"),
    "html": ("report", "deals.csv", "-q", "-o", "out.html"),
    "xlsx": ("rows", "revenue", "deals.csv", "-q", "-o", "out.xlsx"),
    "init": ("init", "deals.csv", "--force", "-o", "out.toml"),
    "large": ("report", "large.csv", "-q", "-o", "out.json"),
    "parts": ("report", "parts.csv", "-q", "-o", "out.json", "--memory", "100MB"),
    "check": ("check", "deals.csv", "--rejects", "rejects.csv"),
}

START = """
import os, sys
from salesmetrics import __main__ as program
os.write({ready}, b".")
sys.argv[0] = "salesmetrics"
program.main()
"""

STEPS = """
import os, sys
from salesmetrics import __main__ as program
here, seen, at, number = os.getcwd(), 0, {at}, {number}
def step(event, arguments):
    global seen
    if event in ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "shutil.rmtree", "shutil.copymode"):
        if event == "open" and not (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR):
            return
        if not any(isinstance(it, (str, os.PathLike)) and os.fspath(it).startswith((here, "demo", ".salesmetrics-")) for it in arguments):
            return
        seen += 1
        if seen == at:
            os.kill(os.getpid(), number)
sys.addaudithook(step)
sys.argv[0] = "salesmetrics"
try:
    program.main()
finally:
    os.write({ready}, bytes([seen]))
"""


def started(words: tuple[str, ...], here: Path, script: str, **filled: int) -> tuple[subprocess.Popen[bytes], int]:
    """A command, and what it tells through a pipe of its own."""
    read, write = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-c", script.format(ready=write, **filled), *words],
        cwd=here,
        env=around(TMPDIR="."),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[write],
    )
    os.close(write)
    return process, read


def spent(process: subprocess.Popen[bytes]) -> float:
    """Seconds of processor time, which a busy machine does not change; those of the clock where nobody tells."""
    try:
        words = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return time.monotonic()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def undisturbed(words: tuple[str, ...]) -> tuple[dict[str, bytes], float]:
    """What a command leaves in its folder, and the processor time that it takes from when it listens."""
    with prepared(words) as here:
        process, ready = started(words, here, START)
        select.select([ready], [], [], PATIENCE)
        os.close(ready)
        before = last = spent(process)
        while process.poll() is None:
            last = spent(process)
            time.sleep(0.01)
        done = ended(process)
        assert done.code in (0, 1), done
        return held(here), last - before


def prepared(words: tuple[str, ...]) -> AbstractContextManager[Path]:
    """A folder with an old file in each place that a command writes to."""
    names = [word for word in words if word.startswith(("out.", "rejects."))]
    sizes = {"large": 40_000, "parts": 500_000}
    large = {f"{name}__csv": deals(size) for name, size in sizes.items() if f"{name}.csv" in words}
    return folder(**{name.replace(".", "__"): OLD for name in names}, **large)


def disturbed(
    ground: Ground, name: str, words: tuple[str, ...], after: dict[str, bytes], end: Callable[[Path], Done]
) -> None:
    """One trial: what is left is the old or the new state of each file."""
    with prepared(words) as here:
        before = held(here)
        done = end(here)
        ground.whole(name, here, before, after)
        number = -done.code if done.code < 0 else done.code - 128
        if done.code in (0, 1):
            ground.check(name, done, (0, 1))
            ground.whole(name + " (it was done)", here, after)
        elif done.code < 0 and held(here) == after:  # Python itself was about to end, and hears nothing any more
            ground.check(name, done, [-it for it in ENDINGS])
        else:
            ground.check(name, done, [128 + it for it in ENDINGS])
            word = ENDINGS.get(number, "?")
            ground.expect(
                name, done.err.strip().split("\n")[-1] in ("", word), f"it says {done.err[-300:]!r}, and not {word!r}"
            )


def moments(ground: Ground, name: str, words: tuple[str, ...], count: int) -> None:
    """Signals at random moments of a command's life, by the processor time that it has taken."""
    after, whole = undisturbed(words)
    for _ in range(count):
        number, moment = ground.drawn.choice(list(ENDINGS)), ground.drawn.uniform(0, whole * 1.02)

        def end(here: Path, number: signal.Signals = number, moment: float = moment) -> Done:
            process, ready = started(words, here, START)
            select.select([ready], [], [], PATIENCE)
            os.close(ready)
            since = spent(process)
            while process.poll() is None and spent(process) - since < moment:
                time.sleep(0.01)
            with suppress(ProcessLookupError):
                process.send_signal(number)
            return ended(process)

        disturbed(ground, f"{name}: {number.name} after {moment:.2f} of {whole:.2f} s", words, after, end)


def steps(ground: Ground, name: str, words: tuple[str, ...], few: int) -> None:
    """Signals at each step of writing files: before one is opened, changed, moved or removed."""
    with prepared(words) as here:
        process, ready = started(words, here, STEPS, at=0, number=0)
        done = ended(process)
        assert done.code in (0, 1), done
        count, after = ord(os.read(ready, 1)), held(here)
        os.close(ready)
    assert count, name
    for place in range(1, count + 1) if ground.full else ground.drawn.sample(range(1, count + 1), min(few, count)):
        for number in ENDINGS if ground.full else [ground.drawn.choice(list(ENDINGS))]:

            def end(here: Path, place: int = place, number: signal.Signals = number) -> Done:
                process, ready = started(words, here, STEPS, at=place, number=number)
                os.close(ready)
                return ended(process)

            disturbed(ground, f"{name}: {number.name} at step {place} of {count}", words, after, end)


def trials(ground: Ground) -> None:
    """All commands, 50 moments of each signal or so in full."""
    if ground.full:
        for name, words in COMMANDS.items():
            moments(ground, name, words, 22)
            if name not in ("stdout", "large", "parts"):
                steps(ground, name, words, 0)
    else:
        moments(ground, "json", COMMANDS["json"], 6)
        steps(ground, "demo", COMMANDS["demo"], 3)


if __name__ == "__main__":
    sys.exit(play(__doc__, trials))
