r"""Quotes that a backslash escapes, as MySQL writes them: ``"a 32\" screen"`` rather than ``"a 32"" screen"``."""

from __future__ import annotations

import re

from salesmetrics.ingest.table.exact import records
from salesmetrics.ingest.table.regular import count_quotes

__all__ = ["with_doubled_quotes"]

_ESCAPED = re.compile(rb'\\(["\\])')
_SAMPLE = 4 << 20


def with_doubled_quotes(text: bytes, delimiter: bytes) -> bytes | None:
    r"""The text with its quotes doubled, where they are escaped by a backslash; None where they are not.

    A backslash before a quote may also be the last letter of a cell. So the text must break the rules of CSV as it
    stands, and keep them, or break them less often, with the escapes undone.

    Args:
        text: UTF-8.
        delimiter: One byte.

    >>> with_doubled_quotes(b'name,size\n"a 32\\" screen","x"\n', b",")
    b'name,size\n"a 32"" screen","x"\n'
    >>> with_doubled_quotes(b'name,path\n"a","C:\\"\n', b",") is None
    True
    """
    if text.find(b'\\"') < 0 or count_quotes(text, 0, delimiter) is not None:
        return None
    doubled = _ESCAPED.sub(lambda found: b'""' if found[1] == b'"' else b"\\", text)
    if count_quotes(doubled, 0, delimiter) is not None or _faults(doubled, delimiter) < _faults(text, delimiter):
        return doubled
    return None


def _faults(text: bytes, delimiter: bytes) -> int:
    """How many records of the beginning break the rules."""
    faults = 0
    width = None
    for record in records(text[:_SAMPLE], delimiter):
        width = width or record.width
        faults += record.unclosed is not None or not record.strict or record.width != width
    return faults
