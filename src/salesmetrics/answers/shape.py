"""Which answers there are, and their fields that are in the JSON, with types: what JSON and JSON Schema are both made from."""

from __future__ import annotations

from functools import reduce
from importlib import import_module
from operator import or_
from pkgutil import iter_modules
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Meta, Struct, structs

from salesmetrics.answers.base import NOT_IN_JSON, Answer, ShownAs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["JsonField", "answers_by_command", "is_model", "json_fields", "rebuilt"]


class JsonField(NamedTuple):
    """A field of an answer or of a part of one.

    Attributes:
        name: Its attribute.
        default: Its default; ``...`` for none, and for one that is made anew each time.
        meta: Its description, and the least number that it may hold.
    """

    name: str
    hint: Any
    default: Any
    meta: Meta

    @property
    def key(self) -> str:
        """Its name in the JSON: a word that Python keeps for itself has an underscore behind it as an attribute."""
        return self.name.rstrip("_")


def answers_by_command() -> Mapping[str, tuple[type[Answer], ...]]:
    """The commands that write JSON, and what each answers; found in the modules of this room.

    >>> [answer.__name__ for answer in answers_by_command()["explain"]]
    ['Definition', 'Working']
    """
    found: dict[str, tuple[type[Answer], ...]] = {}
    room = import_module(__name__.rpartition(".")[0])
    for module in iter_modules(room.__path__, f"{room.__name__}."):
        for item in vars(import_module(module.name)).values():
            if isinstance(item, type) and issubclass(item, Answer) and item.__module__ == module.name:
                found |= {command: (*found.get(command, ()), item) for command in item.commands}
    return found


def is_model(hint: Any) -> bool:
    """Whether a type is a struct: an object of the JSON."""
    return isinstance(hint, type) and issubclass(hint, Struct)


def json_fields(model: type) -> list[JsonField]:
    """The fields that are in the JSON, as they are declared.

    >>> from salesmetrics.answers.report import NotComputed
    >>> [field.name for field in json_fields(NotComputed)]
    ['id', 'title', 'family', 'reason', 'needs']
    """
    hints = get_type_hints(model, include_extras=True)
    found = structs.fields(model)
    defaults = {field.name: ... if field.default is NODEFAULT else field.default for field in found}
    marks = {name: get_args(hints[name])[1:] if get_origin(hints[name]) is Annotated else () for name in defaults}
    return [
        JsonField(name, hints[name], default, next((mark for mark in marks[name] if isinstance(mark, Meta)), Meta()))
        for name, default in defaults.items()
        if NOT_IN_JSON not in marks[name]
    ]


def rebuilt(
    hint: Any, plain: Callable[[Any], Any], union: Callable[[list[Any]], Any] = lambda parts: reduce(or_, parts)
) -> Any:
    """A type with other types in it: lists, tables and unions stay, what they are of is made anew.

    Args:
        hint: A type, as annotations give it.
        plain: Gives a type for a class; what is shown as another class is given as that one.
        union: Gives a type for the members of a union, which are made anew already.

    >>> rebuilt(list[int | None], lambda of: float if of is int else of)
    list[float | None]
    """
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        shown = [mark.shape for mark in parts[1:] if isinstance(mark, ShownAs)]
        return rebuilt(shown[0] if shown else parts[0], plain, union)
    if origin in (Union, UnionType):
        return union([rebuilt(part, plain, union) for part in parts])
    if origin is list:
        return list[rebuilt(parts[0], plain, union)]  # type: ignore[misc]
    if origin is dict:
        return dict[str, rebuilt(parts[1], plain, union)]  # type: ignore[misc]
    return plain(hint)
