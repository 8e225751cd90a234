"""The bounds of settings: declared once beside each, and checked wherever one is made."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from functools import cache
from typing import Any, get_type_hints

from annotated_types import Ge, Gt, Le

from salesmetrics.errors import RefusedError
from salesmetrics.messages import text
from salesmetrics.schema.message import Message

__all__ = ["SettingError", "check_bounds"]


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
def _bounds(made: Any) -> dict[str, tuple[Any, ...]]:
    hints = get_type_hints(made, include_extras=True)
    return {item.name: tuple(_limits(hints[item.name])) for item in fields(made)}


def _limits(hint: Any) -> list[Any]:
    """Those of the annotation itself, and of the members of a union."""
    own = [limit for limit in getattr(hint, "__metadata__", ()) if isinstance(limit, (Ge, Gt, Le))]
    return own + [limit for member in getattr(hint, "__args__", ()) for limit in _limits(member)]


def _check(name: str, value: Any, limit: Any) -> None:
    match limit:
        case Ge(ge=low) if not value >= low:
            raise SettingError(name, Message("at_least", low=low, value=value))
        case Gt(gt=low) if not value > low:
            raise SettingError(name, Message("above", low=low, value=value))
        case Le(le=high) if not value <= high:
            raise SettingError(name, Message("at_most", high=high, value=value))
        case _:
            pass
