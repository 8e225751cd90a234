"""How much a file may hold, and how much memory there is to hold it: a refusal comes before the machine gives in."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from pathlib import Path

from salesmetrics.errors import RefusedError, SalesmetricsError
from salesmetrics.schema.message import Message

__all__ = [
    "LEAST_MEMORY",
    "MAX_CELL",
    "MAX_COLUMNS",
    "MAX_FILES",
    "MAX_LINE",
    "MAX_UNPACKED",
    "MAX_WORD",
    "Budget",
    "afford",
    "afford_text",
    "available_memory",
    "bytes_of",
    "refuse_wide",
    "size_typed",
    "size_words",
]

MAX_UNPACKED = 16 << 30
"""Bytes that one file may hold, as it stands or unpacked."""
MAX_RATIO = 200
"""How many bytes each byte of a packed file may unpack to, once that is more than ``SMALL``."""
SMALL = 64 << 20
MAX_COLUMNS = 16_384
"""As many as a sheet of a spreadsheet has."""
MAX_FILES = 10_000
"""Files in a folder, behind a pattern or in an archive."""
MAX_CELL = 1 << 20
"""Bytes of one cell."""
MAX_WORD = 500
"""Letters of a cell that may still be a word, a label or one value; what is longer is prose."""
MAX_LINE = 16 << 20
"""Bytes of one line."""

LEAST_MEMORY = 100_000_000
"""Bytes of memory that a user can hold reading to."""

_SIZE = re.compile(r"([0-9]{1,15}(?:[.,][0-9]{1,9})?) ?(?:([KMGT]I?)?B)?", re.IGNORECASE)
_UNITS = {"": 1, **{letter: 1000**power for power, letter in enumerate("KMGT", 1)}}
_UNITS |= {f"{letter}I": 1024**power for power, letter in enumerate("KMGT", 1)}
_WORTH_A_LOOK = 32 << 20
_COPIES = 3
"""Bytes of memory that a byte of text takes at least: the text, its cells, and what is made of them."""


def size_words(size: int) -> str:
    """A number of bytes for people.

    >>> size_words(10 * 2**20), size_words(3 * 2**30), size_words(900)
    ('10 MiB', '3.0 GiB', '900 bytes')
    """
    if size >= 1 << 30:
        return f"{size / 2**30:,.1f} GiB"
    return f"{size >> 20:,} MiB" if size >= 1 << 20 else f"{size:,} bytes"


def bytes_of(text: str) -> int:
    """The bytes of a size as people write it: GB is 10^9 bytes, GiB is 2^30.

    Raises:
        RefusedError: It is no size.

    >>> bytes_of("2GB"), bytes_of("1,5 gib"), bytes_of("800000000")
    (2000000000, 1610612736, 800000000)
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise RefusedError(Message("not_a_size"))
    number, unit = found.groups()
    return int(Decimal(number.replace(",", ".")) * _UNITS[(unit or "").upper()])


def size_typed(size: int) -> str:
    """A size that is at least so many bytes, as it is typed.

    >>> size_typed(5_700_000_000), size_typed(420_000_000), size_typed(1)
    ('6GB', '500MB', '100MB')
    """
    return f"{-(-size // 10**9)}GB" if size >= 10**9 else f"{100 * -(-size // 10**8)}MB"


class Budget:
    """Counts what comes out of a packed file, and stops where no export goes on.

    Args:
        path: The file, for the message.
        packed: Its bytes as they are stored.
    """

    def __init__(self, path: str, packed: int) -> None:
        self.path, self.packed, self.size, self.looked = path, max(packed, 1), 0, _WORTH_A_LOOK

    def add(self, count: int) -> None:
        """Take more bytes.

        Raises:
            SalesmetricsError: ``unpacks_too_far``, or ``memory_short``.
        """
        self.size += count
        if self.size > MAX_UNPACKED or (self.size > SMALL and self.size > MAX_RATIO * self.packed):
            raise SalesmetricsError(
                "unpacks_too_far", path=self.path, size=size_words(self.size), packed=size_words(self.packed)
            )
        if self.size > self.looked:
            afford(self.path, 2 * self.size)
            self.looked *= 2


def refuse_wide(path: str, columns: int, *, more: bool = False) -> None:
    """Refuse a table of more columns than any export has.

    Args:
        path: The file.
        columns: How many were counted.
        more: There are still more of them.

    Raises:
        SalesmetricsError: ``columns_too_many``.
    """
    if columns > MAX_COLUMNS:
        raise SalesmetricsError(
            "columns_too_many",
            path=path,
            least=Message("at_least_so_many") if more else None,
            columns=columns,
            limit=MAX_COLUMNS,
        )


def afford_text(path: str, size: int) -> None:
    """Refuse text that takes more memory to read than there is.

    Raises:
        SalesmetricsError: ``memory_short``.
    """
    if size > _WORTH_A_LOOK:
        afford(path, _COPIES * size)


def afford(path: str, need: int) -> None:
    """Refuse what takes more memory than there is; nothing is refused where nobody says how much that is.

    Args:
        path: The file, for the message.
        need: Bytes.

    Raises:
        SalesmetricsError: ``memory_short``.
    """
    have = available_memory()
    if have is not None and need > have:
        cause = Message("takes_more_memory", need=size_words(need), have=size_words(max(have, 0)))
        raise SalesmetricsError("memory_short", what=Message("for_file", path=path), cause=cause, path=path)


def available_memory() -> int | None:
    """Bytes of memory that this process may still take; None where the system does not say."""
    known = [size for size in (_of_machine(), _of_group(), _of_process()) if size is not None]
    return min(known, default=None)


def _numbers(path: str) -> dict[str, int]:
    try:
        lines = Path(path).read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return {}
    words = (line.replace(":", " ").split() for line in lines)
    return {word[0]: int(word[1]) for word in words if len(word) > 1 and word[1].isdecimal()}


def _of_machine() -> int | None:
    found = _numbers("/proc/meminfo")
    return 1024 * (found["MemAvailable"] + found.get("SwapFree", 0)) if "MemAvailable" in found else None


def _of_group() -> int | None:
    """What a container may still take (cgroup v2); files that are only cached give way."""
    try:
        own = Path("/proc/self/cgroup").read_text(encoding="utf-8").rpartition("::")[2].strip()
    except OSError:
        return None
    for folder in dict.fromkeys((Path("/sys/fs/cgroup" + own), Path("/sys/fs/cgroup"))):
        try:
            most = (folder / "memory.max").read_text(encoding="ascii").strip()
            taken = int((folder / "memory.current").read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
        if most.isdecimal():
            return int(most) - taken + _numbers(str(folder / "memory.stat")).get("inactive_file", 0)
    return None


def _of_process() -> int | None:
    """What `ulimit -v` leaves."""
    try:
        import resource
    except ImportError:
        return None
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return None
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError):
        return None
    return limit - pages * os.sysconf("SC_PAGE_SIZE")
