"""Numbers do not depend on the version of Python: from 3.12 on, `sum` adds floats more exactly than before, `math.fsum` always does."""

from __future__ import annotations

import builtins
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import salesmetrics
from effort import in_turn
from in_process import invoke
from typed_commands import NEW, TYPED

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parent.parent
PACKAGE = Path(salesmetrics.__file__).parent
PLAIN = {"config", "demo", "explain", "help", "init", "kpis", "schema"}
"""Commands that add nothing up."""


LINES = [f"{name} {words}" for name, lines in TYPED.items() if name.split()[0] not in PLAIN for words in lines]


@pytest.mark.parametrize("line", in_turn(LINES, 0))
def test_no_floats_are_added_with_sum(line: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found: set[str] = set()
    plain = builtins.sum

    def watched(values: Iterable[Any], /, start: Any = 0) -> Any:
        total = plain(values, start)
        place = sys._getframe(1).f_code
        if isinstance(total, float) and PACKAGE in Path(place.co_filename).parents:
            found.add(f"{Path(place.co_filename).relative_to(PACKAGE)} {place.co_qualname}")
        return total

    monkeypatch.setattr(builtins, "sum", watched)
    form = "xlsx" if "--rows" not in line else "json"
    words = line.replace(NEW, str(tmp_path)).split()
    assert invoke(*words, "--format", form, cwd=ROOT, env={"LANG": "C.UTF-8"}).returncode in (0, 1)
    assert found == set()
