"""Own file: it alone makes Pydantic models of answers, and derives from them the JSON Schema of what each command writes."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field, TypeAdapter, create_model
from pydantic.json_schema import GenerateJsonSchema

from salesmetrics.answers.base import SCHEMA_VERSION
from salesmetrics.answers.shape import answers_by_command, is_model, json_fields, rebuilt
from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

__all__ = ["commands_with_json", "schema"]

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
        raise SalesmetricsError("command_unknown", name=command, fix=_did_you_mean(command))
    adapter: TypeAdapter[Any] = TypeAdapter(reduce(or_, map(_model, known[command])))
    tree = _without_closed_objects(adapter.json_schema(mode="serialization", schema_generator=_Schema))
    return {**head, **{key: value for key, value in tree.items() if key not in head}}


def commands_with_json() -> list[str]:
    """The commands that write JSON, by name."""
    return sorted([*answers_by_command(), *_SCHEMAS])


@cache
def _model(answer: type) -> type[BaseModel]:
    declared = {
        field.name: (
            rebuilt(field.hint, _part),
            Field(
                field.default,
                description=field.meta.description,
                ge=field.meta.ge,
                serialization_alias=None if field.key == field.name else field.key,
            ),
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


def _did_you_mean(command: str) -> Message:
    known = commands_with_json()
    near = get_close_matches(command, known, n=1, cutoff=0.5)
    return Message("did_you_mean_schema", near=near[0]) if near else Message("use_one_of", known=list(known))
