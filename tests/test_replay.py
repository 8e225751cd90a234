"""What three hundred commands print stays what it was, to the byte, while the program is rebuilt inside.

``replay.tsv`` holds a line per command: exit code, hashes of stdout and stderr, the command.
A third of them is replayed by default, all with ``--whole-replay``: together they take nearly two minutes.
``pytest tests/test_replay.py --update-golden`` records them anew; a change of behaviour that is intended is listed in the
commit that records it.
"""

from __future__ import annotations

import hashlib
import os
import shlex
from pathlib import Path

import pytest

from in_process import invoke
from replay import COMMANDS

ROOT = Path(__file__).parent.parent
RECORDED = Path(__file__).parent / "replay.tsv"
PARTS = 12
"""How many tests the commands are spread over, so that they run beside one another."""


def line_of(command: str) -> str:
    words = shlex.split(command)
    width = words.pop(0).partition("=")[2] if words[0].startswith("COLUMNS=") else "100"
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "COLUMNS": width, "LANG": "C.UTF-8"}
    done = invoke(*words, cwd=ROOT, env=env)
    hashes = [hashlib.sha256(text.encode()).hexdigest()[:16] for text in (done.stdout, done.stderr)]
    return "\t".join([str(done.returncode), *hashes, command])


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_moved(part: int, request: pytest.FixtureRequest) -> None:
    recorded = (
        {line.split("\t")[3]: line for line in RECORDED.read_text("utf-8").splitlines()} if RECORDED.exists() else {}
    )
    whole = request.config.getoption("--update-golden") or request.config.getoption("--whole-replay")
    found = {command: line_of(command) for command in COMMANDS[part :: PARTS if whole else 3 * PARTS]}
    if request.config.getoption("--update-golden"):
        kept = {command: line for command, line in (recorded | found).items() if command in COMMANDS}
        RECORDED.write_text("".join(f"{kept[c]}\n" for c in COMMANDS if c in kept), "utf-8")
        return
    moved = [command for command, line in found.items() if recorded.get(command) != line]
    assert not moved


def test_every_command_is_recorded() -> None:
    assert [line.split("\t")[3] for line in RECORDED.read_text("utf-8").splitlines()] == COMMANDS
