"""The inputs that fuzzing keeps (tests/fuzzing), each through its door again: `make fuzz` looks for more of them."""

from __future__ import annotations

import os
import random
import sys
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

FUZZING = Path(__file__).parent / "fuzzing"
sys.path.append(str(FUZZING))  # its scripts import each other by name

from doors import DOORS  # noqa: E402
from ground import CORPUS, FOUND, numbers_are_numbers, outcome, play, untouched  # noqa: E402
from nightly import played  # noqa: E402

from salesmetrics.errors import SalesmetricsError  # noqa: E402

LARGEST = 400_000
"""Bytes of all that is kept."""


@pytest.mark.parametrize("name", sorted(DOORS))
def test_what_is_kept_goes_through_its_door(name: str) -> None:
    paths = [path for folder in (CORPUS, FOUND) for path in sorted((folder / name).glob("*"))]
    assert paths
    for path in paths:
        played(path)


def test_the_corpus_is_small_and_of_doors_that_there_are() -> None:
    paths = [path for folder in (CORPUS, FOUND) for path in folder.rglob("*") if path.is_file()]
    assert {path.parent.name for path in paths} == set(DOORS)
    assert sum(path.stat().st_size for path in paths) < LARGEST


@pytest.mark.parametrize("name", sorted(DOORS))
def test_a_changed_input_is_one_of_its_door(name: str) -> None:
    door, draw = DOORS[name], random.Random(1)
    pool = list(door.seeds())
    for _ in range(10):
        data = door.mutate(draw.choice(pool), door.longest, draw)
        assert len(data) <= door.longest
        play(door, data)


def test_what_goes_wrong_is_noticed(tmp_path: Path) -> None:
    for wrong in (float("nan"), [{"a": float("inf")}], (Decimal("NaN"),)):
        with pytest.raises(AssertionError):
            numbers_are_numbers(wrong)
    for code in ("bug", "no_such_code"):
        with pytest.raises((AssertionError, KeyError)):
            outcome(partial(_raise, SalesmetricsError(code)))
    with pytest.raises(ZeroDivisionError):
        outcome(lambda: 1 / 0)
    with pytest.raises(AssertionError, match="open"), untouched():
        (tmp_path / "x").write_text("")
    with pytest.raises(AssertionError, match="system"), untouched():
        os.system("true")


def _raise(error: Exception) -> None:
    raise error
