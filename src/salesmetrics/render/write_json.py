"""JSON, from the answer itself: encoded by msgspec, in the one way that all commands share.

Of each class of an answer a shape is made that msgspec fills and encodes: its fields, without those that are not in the
JSON, with those that joined later behind the others.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, partial, reduce
from operator import or_
from types import NoneType
from typing import TYPE_CHECKING, Any

import msgspec

from salesmetrics.answers.shape import is_model, json_fields, rebuilt
from salesmetrics.render.numbers import exact
from salesmetrics.render.visible import CONTROLS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from salesmetrics.answers.base import Answer
    from salesmetrics.render.writers import Screen

__all__ = ["dumps", "write"]

_LIVE = re.compile(f"[{CONTROLS}]")
"""What a terminal would obey; the encoder has escaped what is below a space."""


def write(answer: Answer, screen: Screen) -> str:  # noqa: ARG001
    """Write an answer as JSON: keys in a settled order, two spaces, non-ASCII kept, a newline at the end.

    Money keeps its exact decimals as a JSON number; floats are the shortest text that reads back the same.

    Raises:
        ValueError: A value is NaN or infinite.
    """
    return _text(msgspec.convert(answer, _shape(type(answer)), from_attributes=True, dec_hook=_as_it_is_written))


def dumps(tree: Mapping[str, Any]) -> str:
    r"""Write any tree of plain values by the rules of the JSON output.

    >>> dumps({"revenue": Decimal("10.50"), "owner": "李"})
    '{\n  "revenue": 10.5,\n  "owner": "李"\n}\n'
    """
    return _text(_as_it_is_written(object, tree))


def _text(tree: Any) -> str:
    try:
        encoded = msgspec.json.encode(tree, enc_hook=str)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_without_surrogates(tree), enc_hook=str)
    if b"\x7f" in encoded or not encoded.isascii():
        # Outside of its strings JSON has no such characters, and in them an escape says the same.
        text = _LIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", encoded.decode("utf-8"))
        encoded = text.encode("utf-8")
    return msgspec.json.format(encoded, indent=2).decode("utf-8") + "\n"


class _Anything(type):
    def __instancecheck__(cls, value: object) -> bool:
        return True


class _Value(metaclass=_Anything):
    """Stands in a shape for numbers, and for values of any type: they are what ``_as_it_is_written`` makes of them."""


_NOT_WHOLE = (float, Decimal)


def _as_it_is_written(_: type, value: Any) -> Any:
    if type(value) is int:
        return value
    if isinstance(value, _NOT_WHOLE):
        # As text of our own: msgspec writes NaN as null, a small decimal with an exponent and a small float without.
        return msgspec.Raw(exact(value).encode("ascii"))
    if isinstance(value, dict):
        return {key: _as_it_is_written(_, item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_it_is_written(_, item) for item in value]
    return value


@cache
def _shape(answer: type[Answer]) -> type[msgspec.Struct]:
    return _struct(answer, answer.later)


def _struct(model: type, later: Mapping[str, tuple[str, ...]]) -> type[msgspec.Struct]:
    behind = later.get(model.__name__, ())
    declared = sorted(json_fields(model), key=lambda field: field.name in behind)
    return msgspec.defstruct(
        model.__name__,
        [
            (field.name, rebuilt(field.hint, partial(_part, later=later), _union), msgspec.field(name=field.key))
            for field in declared
        ],
        gc=False,
    )


def _part(hint: Any, later: Mapping[str, tuple[str, ...]]) -> Any:
    if hint in (float, Decimal, Any):
        return _Value
    return _struct(hint, later) if is_model(hint) else hint


def _union(parts: list[Any]) -> Any:
    kept = [part for part in parts if part is NoneType] if _Value in parts else parts
    return reduce(or_, kept, _Value) if _Value in parts else reduce(or_, kept)


def _without_surrogates(tree: Any) -> Any:
    """A path may hold bytes that are no text; JSON cannot."""
    if isinstance(tree, str):
        return tree.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if isinstance(tree, msgspec.Struct):
        return {name: _without_surrogates(getattr(tree, name)) for name in tree.__struct_fields__}
    if isinstance(tree, dict):
        return {key: _without_surrogates(item) for key, item in tree.items()}
    return [_without_surrogates(item) for item in tree] if isinstance(tree, list | tuple) else tree
