"""What stops a command: a code, its details and the exit code.

Raise with ``raise SalesmetricsError("file_not_found", path=path)``. The details travel with the exception (``file``, ``row``,
``column``, ``value`` …), so that a program can read them; the sentences are in ``messages/errors.py`` and are made when
somebody asks for them. A detail that needs words of ours is a ``Message`` with a code of its own.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from salesmetrics.messages import counted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.messages.errors import ErrorText

__all__ = ["ExitCode", "SalesmetricsError", "counted", "shortened"]

_SHOWN = 200
_SENTENCE = 2_000
_NAMED = re.compile(rf"`([^`]{{{_SHOWN + 1},}})`")
_SENTENCES = frozenset(
    {"cause", "cells", "detail", "field", "header", "how", "known", "listed", "reason", "what", "words"}
)
"""Details that are put together of words of ours and values."""
_TO_TYPE = frozenset({"files", "first", "fix", "line", "names", "options", "output", "path", "second", "tried"})
"""Details that are typed again, pasted or opened: cut only where nobody could."""
_TYPED = 20_000


class ExitCode(IntEnum):
    """What the process says to its caller."""

    OK = 0
    CHECK_FAILED = 1
    INPUT_ERROR = 2
    BUG = 3
    INTERRUPTED = 130


def shortened(details: Mapping[str, object]) -> dict[str, object]:
    """The details of a message with long values cut, so that no cell and no option fills the screen.

    >>> len(str(shortened({"value": "x" * 60_000})["value"]))
    201
    >>> shortened({"value": "Won", "count": 3})
    {'value': 'Won', 'count': 3}
    """
    return {name: _short(name, value) if isinstance(value, str) else value for name, value in details.items()}


def _short(name: str, value: str) -> str:
    if len(value) <= _SHOWN:
        return value
    if name in _TO_TYPE or name.endswith("_typed"):
        return _cut(value, _TYPED)
    if name in _SENTENCES:
        return _cut(_NAMED.sub(lambda found: f"`{_cut(found[1], _SHOWN)}`", value), _SENTENCE)
    return _cut(value, _SHOWN)


def _cut(value: str, most: int) -> str:
    return value if len(value) <= most else f"{value[:most]}…"


class SalesmetricsError(Exception):
    """An error with a place in the catalogue.

    Args:
        code: A key of the catalogue in ``messages/errors.py``.
        **details: What fills the templates; kept in ``details``.

    >>> str(SalesmetricsError("file_empty", path="deals.csv"))
    '`deals.csv` is empty'
    """

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details: Mapping[str, Any] = details

    @property
    def exit_code(self) -> ExitCode:
        """What the process ends with."""
        return ExitCode.BUG if self.code == "bug" else ExitCode.INPUT_ERROR

    @property
    def message(self) -> str:
        """What is wrong, in words."""
        return self._said().message

    @property
    def hint(self) -> str:
        """What to type next, in words."""
        return self._said().hint

    def _said(self) -> ErrorText:
        from salesmetrics.messages.errors import said

        return said(self.code, self.details)

    def __str__(self) -> str:  # noqa: D105 - what every exception has
        return self.message
