"""What is said on stderr."""

from __future__ import annotations

import sys
from contextlib import suppress

from salesmetrics.render.visible import visible

__all__ = ["say"]


def say(*lines: str) -> None:
    """Say something on stderr, with nothing in it that a terminal would obey.

    Args:
        *lines: Lines; a break inside one of them is not written as one.
    """
    if sys.stderr is None:
        return
    with suppress(OSError, ValueError):
        print(*map(visible, lines), sep="\n", file=sys.stderr)  # noqa: T201
