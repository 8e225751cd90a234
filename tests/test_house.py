"""What keeps the house a house: `python tests/house.py` prints what these rules count."""

from __future__ import annotations

from house import house


def test_a_module_that_one_other_imports_says_why_it_stands_alone() -> None:
    """Merge it, or begin it with what it holds and `Own file:` and why."""
    assert house().alone() == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert house().circles() == []


def test_no_room_is_crowded_and_no_file_is_endless() -> None:
    assert {room: n for room, n in house().rooms().items() if n > 25} == {}
    assert {name: module.lines for name, module in house().modules.items() if module.lines > 600} == {}
