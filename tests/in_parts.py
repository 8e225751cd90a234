"""Files read in parts of a few rows, whatever their size, and the commands whose output is compared with that in memory."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING
from unittest.mock import patch

import in_process
from salesmetrics import pipeline
from salesmetrics.frames import laid

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["COMMANDS", "reading_in_parts"]

COMMANDS = (
    "report FILE --format json",
    "report FILE --by owner --format csv",
    "report FILE --format md",
    "trend revenue FILE --every month --format json",
    "rows win_rate FILE --format csv",
    "check FILE --format json",
)
_LAY_ASIDE = pipeline.Files._lay_aside


@contextmanager
def reading_in_parts(*, wanted: bool = True, piece: int = 1_000) -> Iterator[None]:
    """Files are read in parts within, or all of them in memory; nothing is remembered of other commands.

    Args:
        wanted: In parts.
        piece: Bytes of text that are read at a time.
    """
    with (
        patch.object(in_process, "reading_once", nullcontext),  # what was read in memory says nothing about parts
        patch.object(pipeline, "LEAST_PIECE", piece),
        patch.object(laid, "_PER_ROW", 0),  # no answer is too large
        patch.object(pipeline.Files, "_lay_aside", lambda files, _: _LAY_ASIDE(files, 1 if wanted else None)),
    ):
        yield
