"""The README's console blocks are what the commands print."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
BLOCK = re.compile(r"^```console\n\$ (?P<command>.+)\n(?P<output>(?:(?!```).*\n)*)```$", re.MULTILINE)


def output_of(command: str) -> str:
    words = shlex.split(command)
    assert words[0] == "salesmetrics"
    run = subprocess.run(
        [sys.executable, "-m", *words], cwd=ROOT, capture_output=True, check=True, encoding="utf-8", timeout=120
    )
    return run.stdout


@pytest.mark.parametrize("found", list(BLOCK.finditer(README.read_text("utf-8"))), ids=lambda m: m["command"])
def test_console_block_is_current(found: re.Match[str], request: pytest.FixtureRequest) -> None:
    current = output_of(found["command"])
    if request.config.getoption("--update-golden"):
        text = README.read_text("utf-8")
        README.write_text(text.replace(found[0], f"```console\n$ {found['command']}\n{current}```"), "utf-8")
        return
    assert found["output"] == current
