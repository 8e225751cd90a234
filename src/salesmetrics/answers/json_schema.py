"""The JSON Schema of what each command writes, derived by Pydantic from the answers.

The only module of this room that imports Pydantic; it is imported when a schema is asked for.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache, reduce
from importlib import import_module
from operator import or_
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, TypeAdapter, create_model
from pydantic.json_schema import GenerateJsonSchema

from salesmetrics import answers
from salesmetrics.answers.base import SCHEMA_VERSION, Answer
from salesmetrics.answers.shape import is_model, json_fields, rebuilt
from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

__all__ = ["answers_by_command", "schema"]

_SCHEMAS = ("config schema", "schema")
"""Commands whose answer is a JSON Schema itself."""


def schema(command: str = "report") -> dict[str, Any]:
    """The JSON Schema of what a command writes as JSON.

    Every key is required, because every key is always written. Unknown keys are allowed: within a schema version fields
    are added, and a consumer that validates with an older schema must not fail on them.

    Raises:
        SalesmetricsError: ``command_unknown``.
    """
    head = {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"urn:salesmetrics:{command.replace(' ', '-')}:{SCHEMA_VERSION}",
        "title": f"salesmetrics {command}",
    }
    if command in _SCHEMAS:
        return {**head, "$ref": GenerateJsonSchema.schema_dialect}
    known = answers_by_command()
    if command not in known:
        raise SalesmetricsError("command_unknown", name=command, fix=_did_you_mean(command, [*known, *_SCHEMAS]))
    adapter: TypeAdapter[Any] = TypeAdapter(reduce(or_, map(_model, known[command])))
    tree = _without_closed_objects(adapter.json_schema(mode="serialization", schema_generator=_Schema))
    return {**head, **{key: value for key, value in tree.items() if key not in head}}


def answers_by_command() -> Mapping[str, tuple[type[Answer], ...]]:
    """The commands that write JSON, and what each answers; found in the modules of this room.

    >>> [answer.__name__ for answer in answers_by_command()["explain"]]
    ['Definition', 'Working']
    """
    found: dict[str, tuple[type[Answer], ...]] = {}
    for module in iter_modules(answers.__path__, f"{answers.__name__}."):
        for item in vars(import_module(module.name)).values():
            if isinstance(item, type) and issubclass(item, Answer) and item.__module__ == module.name:
                found |= {command: (*found.get(command, ()), item) for command in item.commands}
    return dict(sorted(found.items()))


@cache
def _model(answer: type) -> type[BaseModel]:
    declared = {
        field.name: (
            rebuilt(field.hint, _part),
            Field(field.default, description=field.meta.description, ge=field.meta.ge),
        )
        for field in json_fields(answer)
    }
    made: type[BaseModel] = create_model(answer.__name__, __doc__=answer.__doc__, **declared)  # type: ignore[call-overload]
    return made


def _part(hint: Any) -> Any:
    return _model(hint) if is_model(hint) else hint


class _Schema(GenerateJsonSchema):
    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:  # noqa: ARG002
        return {"type": "number"}

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,  # noqa: ARG002
        total: bool,  # noqa: ARG002, FBT001
    ) -> bool:
        return True


def _without_closed_objects(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {
            key: _without_closed_objects(item)
            for key, item in tree.items()
            if not (key == "additionalProperties" and item is False)
        }
    if isinstance(tree, list):
        return [_without_closed_objects(item) for item in tree]
    return tree


def _did_you_mean(command: str, known: list[str]) -> str:
    near = get_close_matches(command, known, n=1, cutoff=0.5)
    return f"did you mean `{near[0]}`?" if near else f"use one of: {', '.join(sorted(known))}"
