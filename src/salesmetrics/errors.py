"""What stops a command: a code, its details and the exit code.

Raise with ``raise SalesmetricsError("file_not_found", path=path)``. The details travel with the exception (``file``, ``row``,
``column``, ``value`` …), so that a program can read them; the sentences are in ``messages/errors.py`` and are made when
somebody asks for them. A detail that needs words of ours is a ``Message`` with a code of its own.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from salesmetrics.messages import error_text, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.messages.errors import ErrorText
    from salesmetrics.schema.message import Message

__all__ = ["ExitCode", "RefusedError", "SalesmetricsError"]


class ExitCode(IntEnum):
    """What the process says to its caller."""

    OK = 0
    CHECK_FAILED = 1
    INPUT_ERROR = 2
    BUG = 3
    INTERRUPTED = 130


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
        return error_text(self.code, self.details)

    def __str__(self) -> str:  # noqa: D105 - what every exception has
        return self.message


class RefusedError(ValueError):
    """A value that cannot be used. Whoever knows where it comes from makes an error of the catalogue of it.

    Args:
        cause: What is wrong with it.
        fix: What to write; None where nothing more is known than for any value of its place.
    """

    def __init__(self, cause: Message, fix: Message | None = None) -> None:
        super().__init__(cause.code)
        self.cause = cause
        self.fix = fix

    def __str__(self) -> str:  # noqa: D105 - what every exception has
        return text(self.cause)
