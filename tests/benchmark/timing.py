"""Runs commands in turn, each in a process of its own, and compares their time and peak memory.

This module stays small on purpose: a child's peak memory is never reported below that of the process that started it.
"""

from __future__ import annotations

import math
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

MEGABYTE = 1024 if sys.platform == "linux" else 1024 * 1024


@dataclass
class Runs:
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    stdout: str = ""
    note: str = ""
    """Why it has no times."""


def alternate(commands: dict[str, list[str]], rounds: int, limit: float = math.inf) -> dict[str, Runs]:
    """A warm-up of each, then ``rounds`` times each in turn, so that a slow minute of the machine meets them all.

    A command that takes longer than ``limit`` seconds is ended and has no times. One that takes a tenth of that is run once
    more only after its warm-up.
    """
    runs = {name: Runs() for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            if runs[name].note or (turn > 1 and runs[name].seconds[0] > limit / 10):
                continue
            try:
                seconds, cpu, megabytes, stdout = once(command, limit)
            except TimeoutError:
                runs[name].note = f"over {limit:.0f} s"
                continue
            runs[name].stdout = stdout
            if turn:
                runs[name].seconds.append(seconds)
                runs[name].cpu.append(cpu)
                runs[name].megabytes.append(megabytes)
    return runs


def once(command: list[str], limit: float = math.inf) -> tuple[float, float, float, str]:
    """Seconds, processor seconds, peak memory in MB and standard output of a command.

    The processor time is that of all its processes, the memory that of the largest of them.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=out, stderr=err, stdin=subprocess.DEVNULL)
        watch = threading.Timer(min(limit, threading.TIMEOUT_MAX), child.kill)
        watch.start()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        watch.cancel()
        if child.returncode == -signal.SIGKILL and seconds >= limit:
            raise TimeoutError
        if child.returncode:
            err.seek(0)
            sys.exit(f"{' '.join(command)} ended with {child.returncode}:\n{err.read()}")
        out.seek(0)
        return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MEGABYTE, out.read()


def table(runs: dict[str, Runs], base: str) -> str:
    """Markdown: wall time, processor time and peak memory, with the ratios to those of ``base``.

    On a machine that others use, too, the processor time says more: it does not grow while a process waits for its turn.
    """
    lines = [
        f"| | median | least CPU | peak memory | median against {base} | CPU against {base} |",
        "|---|---|---|---|---|---|",
    ]
    middle, least = median(runs[base].seconds), min(runs[base].cpu)
    for name, run in runs.items():
        wall, cpu = median(run.seconds), min(run.cpu)
        ratios = f"{wall / middle:.2f} × | {cpu / least:.2f} ×"
        lines.append(f"| {name} | {wall:.2f} s | {cpu:.2f} s | {max(run.megabytes):.0f} MB | {ratios} |")
    return "\n".join(lines)


def too_much(earlier: Runs, factor: float) -> str:
    """Why a file that is larger by this factor is not tried; nothing where its memory is there."""
    if earlier.note:
        return earlier.note
    needed = max(earlier.megabytes) * factor
    try:
        found = re.search(r"MemAvailable: *(\d+) kB", Path("/proc/meminfo").read_text("utf-8"))
    except OSError:
        found = None
    return f"needs about {needed / 1000:.0f} GB" if found and needed > 0.8 * int(found[1]) / 1024 else ""


def made(path: Path, rows: int, *options: str) -> Path:
    """The generated export, written unless it is there already."""
    if not path.exists():
        print(f"writing {path} …", file=sys.stderr)
        script = Path(__file__).parent / "made_up_deals.py"
        subprocess.run([sys.executable, str(script), str(path), str(rows), *options], check=True)
    return path
