"""The pages of analyses show what their commands print: run here, compared byte for byte, rewritten by --update-golden."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from in_process import invoke

if TYPE_CHECKING:
    from golden_file import Golden

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"```sh\n(.*?)\n```\n\n```text\n.*?```", re.DOTALL)


def printed(match: re.Match[str]) -> str:
    program, *words = shlex.split(match[1])
    assert program == "salesmetrics"
    done = invoke(*words, "-q", cwd=ROOT, env={"HOME": "/nonexistent", "COLUMNS": "120"})
    assert done.returncode == 0, done.stderr
    return f"```sh\n{match[1]}\n```\n\n```text\n{done.stdout}```"


@pytest.mark.parametrize("name", ["benchmark", "cohort", "forecast", "funnel", "losses"])
def test_a_page_shows_what_its_commands_print(name: str, golden: Golden) -> None:
    page = ROOT / "docs" / f"{name}.md"
    text = page.read_text("utf-8")
    assert len(BLOCK.findall(text)) > 2
    golden(str(page), BLOCK.sub(printed, text))
