"""The bounds of settings: declared once beside each, and checked wherever one is made."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, get_type_hints

from salesmetrics.errors import RefusedError
from salesmetrics.messages import text
from salesmetrics.schema.message import Message

__all__ = ["LARGEST", "Bounds", "SettingError", "check_bounds"]

LARGEST = 10**15
"""What no sum of money is above: computed with more, an answer would not be a number."""


class Bounds(NamedTuple):
    """What a number in a setting may be, as metadata of its annotation.

    Attributes:
        ge: The least value.
        gt: What it is above.
        le: The greatest value.
    """

    ge: int | Decimal | None = None
    gt: int | Decimal | None = None
    le: int | Decimal | None = None

    def __get_pydantic_core_schema__(self, kind: Any, handler: Any) -> Any:
        """The bounds in the words of Pydantic, which this module does not import: its models refuse the same numbers."""
        return {**handler(kind), **{name: kind(bound) for name, bound in self._asdict().items() if bound is not None}}


class SettingError(RefusedError):
    """A setting that cannot be used.

    Args:
        key: Its name.
        cause: What is wrong with it.
        fix: What to write.
    """

    def __init__(self, key: str, cause: Message, fix: Message | None = None) -> None:
        super().__init__(cause, fix)
        self.key = key

    def __str__(self) -> str:  # noqa: D105 - what every exception has
        said = Message(
            "setting_and_fix" if self.fix else "setting_refused", key=self.key, cause=self.cause, fix=self.fix
        )
        return text(said)


def check_bounds(made: Any) -> None:
    """Hold the numbers of a dataclass against the bounds in their annotations.

    Raises:
        SettingError: A number lies outside of them.
    """
    kind: Any = type(made)
    for name, limits in _bounds(kind).items():
        value = getattr(made, name)
        if isinstance(value, (int, float, Decimal)):
            for limit in limits:
                _check(name, value, limit)


@cache
def _bounds(made: Any) -> dict[str, tuple[Bounds, ...]]:
    hints = get_type_hints(made, include_extras=True)
    return {item.name: tuple(_limits(hints[item.name])) for item in fields(made)}


def _limits(hint: Any) -> list[Bounds]:
    """Those of the annotation itself, and of the members of a union."""
    own = [limit for limit in getattr(hint, "__metadata__", ()) if isinstance(limit, Bounds)]
    return own + [limit for member in getattr(hint, "__args__", ()) for limit in _limits(member)]


def _check(name: str, value: Any, limit: Bounds) -> None:
    if limit.ge is not None and not value >= limit.ge:
        raise SettingError(name, Message("at_least", low=limit.ge, value=value))
    if limit.gt is not None and not value > limit.gt:
        raise SettingError(name, Message("above", low=limit.gt, value=value))
    if limit.le is not None and not value <= limit.le:
        raise SettingError(name, Message("at_most", high=limit.le, value=value))
