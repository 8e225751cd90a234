"""The JSON output and its schema."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
from pydantic.json_schema import GenerateJsonSchema

from salesmetrics.answers.report import SCHEMA_VERSION, Report
from salesmetrics.render.numbers import exact
from salesmetrics.render.visible import CONTROLS

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

    from salesmetrics.render.writers import Screen

__all__ = ["dumps", "schema", "write"]

_LIVE = re.compile(f"(?!\n)[{CONTROLS}]")
"""What a terminal would obey; C0 is escaped by every writer of JSON."""

_LATER_REPORT_FIELDS = ("as_of_source", "not_computed", "goals")
_LATER_FINDING_FIELDS = ("path", "share_of_value")
"""Fields that joined a settled shape stand behind it: a reader by position or by diff sees what it always saw."""


def write(answer: BaseModel, screen: Screen) -> str:  # noqa: ARG001
    """Write an answer as JSON: keys in a settled order, two spaces, non-ASCII kept, a newline at the end.

    Money keeps its exact decimals as a JSON number; floats are the shortest text that reads back the same.

    Raises:
        ValueError: A value is NaN or infinite.
    """
    tree = answer.model_dump(mode="python")
    if isinstance(answer, Report):
        _move_behind(tree, _LATER_REPORT_FIELDS)
        for finding in tree["findings"]:
            _move_behind(finding, _LATER_FINDING_FIELDS)
    return dumps(tree)


def dumps(tree: BaseModel | dict[str, Any]) -> str:
    r"""Write any model or tree of plain values by the rules of the JSON output.

    >>> dumps({"revenue": Decimal("10.50"), "owner": "李"})
    '{\n  "revenue": 10.5,\n  "owner": "李"\n}\n'
    """
    plain = tree if isinstance(tree, dict) else tree.model_dump(mode="python")
    text = msgspec.json.format(msgspec.json.encode(_plain(plain)), indent=2).decode("utf-8")
    # Outside of its strings JSON has no such characters, and in them an escape says the same.
    return _LIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema of what ``write`` writes.

    Every key is required, because every key is always written. Unknown keys are allowed: within a schema version fields
    are added, and a consumer that validates with an older schema must not fail on them.
    """
    tree = Report.model_json_schema(mode="serialization", schema_generator=_Schema)
    head = {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"urn:salesmetrics:report:{SCHEMA_VERSION}",
        "title": "salesmetrics report",
    }
    open_tree: dict[str, Any] = _without_closed_objects(tree)
    return {**head, **{key: value for key, value in open_tree.items() if key not in head}}


class _Schema(GenerateJsonSchema):
    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:  # noqa: ARG002
        return {"type": "number"}

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,  # noqa: ARG002
        total: bool,  # noqa: ARG002, FBT001
    ) -> bool:
        return True


def _move_behind(tree: dict[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        tree[name] = tree.pop(name)


_AS_IT_IS = frozenset({type(None), bool, int, date})


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: item if type(item) in _AS_IT_IS else _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Decimal | float):
        # As text of our own: msgspec writes NaN as null and a small decimal with an exponent.
        return msgspec.Raw(exact(value).encode("ascii"))
    if isinstance(value, str) and not value.isascii():
        # A path may hold bytes that are no text; JSON cannot.
        return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return value


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
