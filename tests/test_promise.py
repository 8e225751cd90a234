"""What docs/promise.md promises, as lists: a change of a public name is a change of a file in ``tests/promise``, and is seen.

A line that is gone or altered breaks the promise and needs a major version; a new line needs a line in CHANGELOG.md.
"""

from __future__ import annotations

import csv
import inspect
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer

import salesmetrics
from in_process import answered
from salesmetrics.answers.shape import answers_by_command
from salesmetrics.cli.app import make_app
from salesmetrics.errors import ExitCode, SalesmetricsError
from salesmetrics.messages.errors import CATALOGUE
from salesmetrics.messages.findings import FINDINGS
from salesmetrics.messages.languages import LANGUAGES
from salesmetrics.metrics.catalog import catalog
from salesmetrics.render.json_schema import commands_with_json, schema
from salesmetrics.render.writers import WRITERS, forms_of
from salesmetrics.schema.kinds import KIND_NAMES, columns_of
from salesmetrics.settings.model import settings_schema
from salesmetrics.settings.options import declared_options
from typed_commands import NEW, TYPED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from golden_file import Golden

ROOT = Path(__file__).parent.parent
FOLDER = Path(__file__).parent / "promise"


def options() -> Iterator[str]:
    """Each command with its arguments and options, and the values of those that have few."""
    yield from _parameters("salesmetrics", typer.main.get_command(make_app()))


def _parameters(path: str, command: Any) -> Iterator[str]:
    for param in command.params:
        if getattr(param, "hidden", False):
            continue
        names = param.opts if param.param_type_name == "option" else [param.metavar or param.name]
        kind = param.type_descriptor.annotation
        choices = "|".join(map(str, getattr(kind, "__args__", ()))) if "Literal" in str(kind) else ""
        yield " ".join(filter(None, (path, ", ".join(names), choices)))
    for name, below in getattr(command, "commands", {}).items():
        yield from _parameters(f"{path} {name}", below)


def settings() -> Iterator[str]:
    """Each key of the settings file with its type, and each variable."""
    tree = settings_schema()
    yield from sorted(_keys(tree, tree["$defs"], ""))
    yield from sorted(option.variable_name for option in declared_options() if option.variable_name)


def _keys(node: dict[str, Any], known: dict[str, Any], path: str) -> Iterator[str]:
    if "$ref" in node:
        node = known[node["$ref"].rpartition("/")[2]]
    for way in node.get("anyOf", ()):
        if "$ref" in way:
            yield from _keys(way, known, path)
    if isinstance(node.get("additionalProperties"), dict):
        yield from _keys(node["additionalProperties"], known, f"{path}.*")
    if isinstance(node.get("items"), dict) and "$ref" in node["items"]:
        yield from _keys(node["items"], known, path)
    for name, below in node.get("properties", {}).items():
        place = f"{path}.{name}".removeprefix(".")
        choices = "|".join(below.get("enum", ()))
        yield f"{place} {choices}".rstrip()
        yield from _keys(below, known, place)


def exit_codes() -> Iterator[str]:
    """The exit codes."""
    yield from (f"{code.value} {code.name}" for code in ExitCode)


def json_names() -> Iterator[str]:
    """Each field of the JSON of each command, with its type; parts that several have are told once."""
    found: set[str] = set()
    for command in commands_with_json():
        described = schema(command)
        if "$ref" in described and "$defs" not in described:
            continue  # a schema of schemas
        shapes = [_type(shape) for shape in described.get("anyOf", ())]
        yield f"{command}: {described['$id']} {' or '.join(shapes)}".rstrip()
        for name, part in described.get("$defs", {}).items():
            found |= {f"{name}.{field}: {_type(below)}" for field, below in part.get("properties", {}).items()}
        yield from (f"{command}.{field}: {_type(below)}" for field, below in described.get("properties", {}).items())
    yield from sorted(found)


def _type(node: dict[str, Any]) -> str:
    if "$ref" in node:
        return str(node["$ref"]).rpartition("/")[2]
    if "const" in node:
        return json.dumps(node["const"])
    if "enum" in node:
        return "|".join(map(json.dumps, node["enum"]))
    if "anyOf" in node:
        return " or ".join(map(_type, node["anyOf"]))
    if node.get("type") == "array":
        return f"[{_type(node.get('items', {}))}]"
    if node.get("type") == "object" and isinstance(node.get("additionalProperties"), dict):
        return f"{{{_type(node['additionalProperties'])}}}"
    return str(node.get("type", "any"))


def csv_columns() -> Iterator[str]:
    """The columns of the CSV of each command."""
    for command, lines in TYPED.items():
        answers = answers_by_command().get(command, ())
        if not any("csv" in forms_of(answer) for answer in answers):
            continue
        for words in lines:
            if NEW in words:
                continue
            done = answered(*command.split(), *words.split(), "--format", "csv", cwd=ROOT)
            if done.returncode == 2:
                continue  # an answer without a sheet
            yield f"{command} {words}".strip()
            yield from (f"  {name}" for name in next(csv.reader(io.StringIO(done.stdout))))


def python_names() -> Iterator[str]:
    """Each public name of the package, with its parameters, and the members of a result and an error."""
    for name in sorted(salesmetrics.__all__):
        held = getattr(salesmetrics, name)
        yield name
        if inspect.isfunction(held):
            for parameter in inspect.signature(held).parameters.values():
                yield f"  {name}({parameter.name}{'' if parameter.default is parameter.empty else '='})"
    for kind in (salesmetrics.Result, SalesmetricsError):
        yield from (f"{kind.__name__}.{name}" for name in sorted(vars(kind)) if not name.startswith("_"))


def codes() -> Iterator[str]:
    """Words that programs compare: ids, kinds, fields, codes, formats and languages."""
    yield from (f"kpi {kpi.id} {kpi.unit} {kpi.family}" for kpi in catalog().kpis.values())
    yield from (f"kind {kind}" for kind in KIND_NAMES)
    yield from (f"field {kind}.{name}" for kind in KIND_NAMES for name in columns_of(kind))
    yield from (f"finding {code}" for code in sorted(FINDINGS))
    yield from (f"error {code}" for code in sorted(CATALOGUE))
    yield from (f"format {name} {' '.join(writer.extensions)}" for name, writer in WRITERS.items())
    yield from (f"language {tag}" for tag in LANGUAGES)


LISTS: dict[str, Callable[[], Iterator[str]]] = {
    "options": options,
    "settings": settings,
    "exit_codes": exit_codes,
    "json": json_names,
    "csv": csv_columns,
    "python": python_names,
    "codes": codes,
}


@pytest.mark.parametrize("name", LISTS)
def test_what_is_promised_is_as_it_was(name: str, golden: Golden) -> None:
    lines = list(LISTS[name]())
    assert len(lines) >= 5
    golden(FOLDER / f"{name}.txt", "".join(f"{line}\n" for line in lines))


def test_every_list_is_named_on_the_page() -> None:
    page = (ROOT / "docs" / "promise.md").read_text("utf-8")
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(LISTS)
    assert [name for name in LISTS if f"`{name}.txt`" not in page] == []
