"""What a machine does to a command, each in its short form: `make faults` runs the scripts of tests/faults in full."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FAULTS = Path(__file__).parent / "faults"
SCRIPTS = sorted(path.name for path in FAULTS.glob("*.py") if path.name not in ("conftest.py", "ground.py"))

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals, limits and devices of POSIX")


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_fault_ends_in_words_and_leaves_nothing_half_written(script: str) -> None:
    done = subprocess.run([sys.executable, str(FAULTS / script)], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_goes_wrong_is_found(tmp_path: Path) -> None:
    script = tmp_path / "wrong.py"
    script.write_text(WRONG, "utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1, done.stderr
    found = [line.partition(":")[0] for line in done.stdout.splitlines() if not line.startswith(" ")]
    assert found == [*"abcdefg", "wrong"]


WRONG = f"""
import sys
sys.path.insert(0, {str(FAULTS)!r})
import ground
def trials(at):
    at.check("a", ground.Done(3), [0])
    at.check("b", ground.Done(0, b"", "Traceback (most recent call last):"), [0])
    at.check("c", ground.Done(2, b"", "oh"), [2])
    at.check("d", ground.Done(2, b"", "error: no such file"), [2], "cannot write")
    at.check("right", ground.Done(2, b"", "error: no such file"), [2], "no such file")
    with ground.folder(out__csv=ground.OLD) as here:
        before = ground.held(here)
        at.whole("right", here, before)
        (here / "out.csv").write_text("what")
        at.whole("e", here, before)
        at.whole("right", here, before, {{**before, "out.csv": b"what"}})
        (here / ".salesmetrics-1.part").write_text("")
        at.whole("f", here, {{**before, "out.csv": None}})
    code = "import time; time.sleep(60)"
    ground.PATIENCE = 0.5
    at.check("g", ground.run(program=[sys.executable, "-c", code]), [0])
sys.exit(ground.play("", trials))
"""
