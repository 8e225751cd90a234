"""What is being written and is not whole yet: whoever writes says where, and whoever ends the process takes it back."""

from __future__ import annotations

import shutil
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["held_until", "take_back", "unfinished"]

_HELD: list[list[Path]] = []
_LOOKS = 20
"""How often a folder is removed that somebody still writes to."""


@contextmanager
def unfinished(*paths: Path) -> Iterator[list[Path]]:
    """Files and folders that are gone again unless all that is done within ends well.

    Args:
        *paths: Where something is going to be written; they need not be there yet. What is yielded takes more of them.
    """
    held = list(paths)
    _HELD.append(held)
    try:
        yield held
    except BaseException:
        _remove(held)
        raise
    finally:
        _HELD[:] = [other for other in _HELD if other is not held]


def held_until(folder: Path) -> Callable[[], None]:
    """What removes a folder, at the latest when the process is ended.

    Args:
        folder: It need not be there yet.
    """
    held = [folder]
    _HELD.append(held)

    def remove() -> None:
        _remove(held)
        _HELD[:] = [other for other in _HELD if other is not held]

    return remove


def take_back() -> None:
    """Remove what is not whole yet: the process is going to end here and now."""
    for held in _HELD:
        _remove(held)


def _remove(held: list[Path]) -> None:
    for path in held:
        for _ in range(_LOOKS):
            with suppress(OSError):
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
                break
