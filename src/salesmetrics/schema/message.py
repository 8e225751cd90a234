"""A sentence to be: its code and its details. Text is made of it at the edge, by ``salesmetrics.messages``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Message", "Some"]


@dataclass(frozen=True, slots=True, init=False)
class Message:
    """What is to be said, not yet in words.

    A program compares codes and reads details; it never reads a sentence. Details are plain: text of the data, numbers,
    days, other messages, or lists of these.

    Args:
        code: A key of one of the catalogues in ``salesmetrics.messages``.
        **details: What fills its template, by name.

    >>> Message("not_a_number", value="1x2")
    Message(code='not_a_number', details={'value': '1x2'})
    """

    code: str
    details: Mapping[str, Any]

    def __init__(self, code: str, /, **details: Any) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "details", details)

    def __hash__(self) -> int:
        """By the code alone: details may be lists."""
        return hash(self.code)


class Some(NamedTuple):
    """The first of many values, where naming all is too much, and how many there are.

    >>> Some(("a", "b"), 7).total
    7
    """

    values: tuple[Any, ...]
    total: int
