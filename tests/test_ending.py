"""Who is asked to end, and who is not: signals that are ignored, and a program that runs as a child because of a limit."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest

from salesmetrics.unfinished import take_back, unfinished

if TYPE_CHECKING:
    from pathlib import Path

resource = pytest.importorskip("resource")

IGNORING = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
from salesmetrics.cli.ending import listen
listen()
print(signal.getsignal(signal.SIGINT) == signal.SIG_IGN, signal.getsignal(signal.SIGTERM).__name__)
"""


def test_what_is_ignored_stays_so() -> None:
    done = subprocess.run([sys.executable, "-c", IGNORING], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "True _end\n"


@pytest.mark.parametrize(
    ("number", "code", "word"),
    [
        (signal.SIGINT, 130, "interrupted"),
        (signal.SIGTERM, 143, "terminated"),
        (signal.SIGHUP, 129, "terminated"),
    ],
)
@pytest.mark.parametrize("limited", [False, True])
def test_one_who_waits_ends_at_once_also_behind_a_parent(
    number: signal.Signals, code: int, word: str, limited: bool, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "deals.csv")
    most = (64 << 30, 64 << 30)
    process = subprocess.Popen(
        [sys.executable, "-m", "salesmetrics", "report", "deals.csv"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        preexec_fn=partial(resource.setrlimit, resource.RLIMIT_AS, most) if limited else None,
    )
    with (tmp_path / "deals.csv").open("wb"):  # waits until the other side has opened it
        process.send_signal(number)
        assert process.communicate(timeout=120) == ("", f"{word}\n")
    assert process.returncode == code


def test_what_is_half_written_is_taken_back(tmp_path: Path) -> None:
    part, kept, made = tmp_path / "a.part", tmp_path / "a", tmp_path / "folder"
    with unfinished(part) as held:
        part.write_text("a")
        part.rename(kept)
        held.append(made)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    take_back()  # nothing is held any more
    with pytest.raises(KeyboardInterrupt), unfinished(part, made):  # noqa: PT012 - what is within is the matter
        part.write_text("b")
        made.mkdir()
        (made / "c").write_text("c")
        raise KeyboardInterrupt
    with unfinished(part):
        part.write_text("b")
        take_back()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
