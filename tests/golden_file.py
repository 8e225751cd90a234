"""Expected files: compared byte for byte, rewritten with ``pytest --update-golden``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Golden = Callable[[str, str], None]
FOLDER = Path(__file__).parent / "golden"


def check_golden(name: str, text: str, *, update: bool) -> None:
    path = FOLDER / name
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8"))
    assert path.exists(), f"no golden file {name}: run pytest with --update-golden, and read what it wrote"
    assert text == path.read_bytes().decode("utf-8"), f"{name} differs: run pytest with --update-golden if it should"
