"""An answer without any name. Own file: it is what leaves out, after all else has put a pseudonym in the place of a name."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from salesmetrics.messages import text
from salesmetrics.privacy.details import HIDDEN, hidden_finding, hidden_message
from salesmetrics.privacy.names import PSEUDONYM
from salesmetrics.schema.message import Message
from salesmetrics.schema.provenance import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.privacy.names import Names

__all__ = ["without_names"]

A = TypeVar("A")


def without_names(answer: A, names: Names) -> A:
    """An answer in which nothing stands in the place of a name.

    A column of a list of records that holds nothing but names is left out altogether.

    Args:
        answer: An answer of a command.
        names: What was put there when it was made.
    """
    bare: A = _bare(answer, names)
    return bare


def _bare(value: Any, names: Names) -> Any:
    if isinstance(value, str):
        if names.is_pseudonym(value):
            return None
        return PSEUDONYM.sub(text(HIDDEN), value) if "-" in value else value
    if isinstance(value, Finding):
        return hidden_finding(value, names)
    if isinstance(value, Message):
        return hidden_message(value, names)
    if isinstance(value, Struct):
        return _struct(value, names)
    if isinstance(value, dict):
        return {key: _bare(item, names) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return _items(value, names)
    return value


def _struct(value: Struct, names: Names) -> Struct:
    changed = {}
    for name in value.__struct_fields__:
        here = getattr(value, name)
        bare = _bare(here, names)
        if bare is not here:
            changed[name] = "" if bare is None and _needs_text(type(value), name) else bare
    return replace(value, **changed) if changed else value


@cache
def _needs_text(kind: type[Struct], name: str) -> bool:
    """Whether a field holds text and may not be without one."""
    declared = (vars(each).get("__annotations__", {}) for each in kind.__mro__)
    return next((found[name] for found in declared if name in found), None) in ("str", str)


def _items(value: Sequence[Any], names: Names) -> Any:
    if value and isinstance(value[0], dict):
        return _records(value, names)
    found = [_bare(item, names) for item in value]
    if all(here is there for here, there in zip(value, found, strict=True)):
        return value
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*found)
    kept = [item for item in found if item is not None]
    return kept if isinstance(value, list) else tuple(kept)


def _records(rows: Sequence[Mapping[str, Any]], names: Names) -> list[dict[str, Any]]:
    """Records without the columns in which there is nothing but names."""
    named = {
        key
        for key in rows[0]
        if (cells := [row.get(key) for row in rows if row.get(key) is not None])
        and all(isinstance(cell, str) and names.is_pseudonym(cell) for cell in cells)
    }
    return [{key: _bare(cell, names) for key, cell in row.items() if key not in named} for row in rows]
