"""A sentence to be: its code and its details. Text is made of it at the edge, by ``salesmetrics.messages``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

__all__ = ["Message", "Some", "Told", "field_word", "kind_word", "outcome_word", "unit_word"]


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


class Told(str):
    """Text of an answer: English, as programs read it, that knows what it was made of, so that a layout can say it otherwise.

    Args:
        text: In English.
        template: Of English; the text itself when left out.
        code: Of the template, where one English text stands for several of another language.
        **details: What fills the template, by name.

    >>> Told("won by 3", "won by {n}", n=3) == "won by 3"
    True
    """

    __slots__ = ("code", "details", "template")
    code: str
    details: Mapping[str, Any]
    template: str

    def __new__(cls, text: str, template: str = "", code: str = "", /, **details: Any) -> Self:
        """As the class says."""
        made = super().__new__(cls, text)
        made.template, made.code, made.details = template or text, code, details
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy knows what it was made of."""
        return _told, (str(self), self.template, self.code, self.details)


def kind_word(kind: str) -> Told:
    """What a kind of file is called, such as deals."""
    return Told(kind, kind, f"kind.{kind}")


def field_word(name: str) -> Told:
    """What a column of ours is called; a header of an export stays as it is."""
    return Told(name, name, f"field.{name}")


def outcome_word(outcome: str) -> Told:
    """What an outcome is called, such as won."""
    return Told(outcome, outcome, f"outcome.{outcome}")


def unit_word(unit: str) -> Told:
    """What a part of a year is called: month or quarter."""
    return Told(unit, unit, f"word.{unit}")


def _told(text: str, template: str, code: str, details: Mapping[str, Any]) -> Told:
    return Told(text, template, code, **details)


class Some(NamedTuple):
    """The first of many values, where naming all is too much, and how many there are.

    >>> Some(("a", "b"), 7).total
    7
    """

    values: tuple[Any, ...]
    total: int
