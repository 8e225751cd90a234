"""The README's console blocks are what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from in_process import invoke

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"^```console\n\$ (?P<command>.+)\n(?P<output>(?:(?!```).*\n)*)```$", re.MULTILINE)


def output_of(command: str) -> str:
    words = shlex.split(command)
    assert words[0] == "salesmetrics"
    done = invoke(*words[1:], cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("found", list(BLOCK.finditer(README.read_text("utf-8"))), ids=lambda m: m["command"])
def test_console_block_is_current(found: re.Match[str], request: pytest.FixtureRequest) -> None:
    current = output_of(found["command"])
    if request.config.getoption("--update-golden"):
        text = README.read_text("utf-8")
        README.write_text(text.replace(found[0], f"```console\n$ {found['command']}\n{current}```"), "utf-8")
        return
    assert found["output"] == current
