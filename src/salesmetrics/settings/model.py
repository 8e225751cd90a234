"""`salesmetrics.toml`: one model of everything that can be settled once, and errors that name file, line and key."""

from __future__ import annotations

import inspect
import re
import sys
import tomllib
from dataclasses import asdict, fields, is_dataclass
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError, create_model
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from salesmetrics.calendar import Calendar
from salesmetrics.errors import RefusedError, SalesmetricsError
from salesmetrics.metrics.bounds import SettingError
from salesmetrics.metrics.incentives import IncentivePlan, Tier
from salesmetrics.metrics.settings import Settings
from salesmetrics.schema.message import Message
from salesmetrics.settings import options
from salesmetrics.settings.options import TABLES, declared_options, file_options, options_of_table
from salesmetrics.settings.sources import FILE_NAME, SettingsFile, Settled, Source, check, line_of, name_source
from salesmetrics.settings.tables import CalendarTable, Goals, GoalTable, KpiTable, SettingsTable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from salesmetrics.answers.settings import Settled as Shown
    from salesmetrics.settings.option import Kind, Option

__all__ = [
    "parse_settings",
    "read_settings",
    "setting_descriptions",
    "settings_model",
    "settings_schema",
    "settings_text",
    "shown_settings",
]

LARGEST = 4 << 20
"""Bytes of a settings file: what is larger is another file, and TOML takes fifty times its size in memory."""


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _about(name: str) -> str:
    return next(table.about for table in TABLES if table.name == name)


SPECIAL: dict[str, Any] = {
    "calendar": (CalendarTable, CalendarTable.model_construct()),
    "settings": (Settings, Settings()),
    "goals": (dict[str, Goals], Field(default_factory=dict, description=_about("goals"))),
    "kpi": (dict[str, KpiTable], Field(default_factory=dict, description=_about("kpi"))),
}
"""Tables whose keys are no options: the model and the default of each."""


def settings_model() -> type[BaseModel]:
    """The model of `salesmetrics.toml`: tables of the declared options, and those that have a model of their own."""
    return _model(options.GROUPS)


@cache
def _model(_groups: tuple[Any, ...]) -> type[BaseModel]:
    found: dict[str, Any] = {}
    for table in TABLES:
        keys = {str(option.key).partition(".")[2]: option for option in options_of_table(table.name)}
        if table.special:
            found[table.name] = SPECIAL[table.name]
        elif "" in keys:
            found[table.name] = _field(keys[""])
        else:
            name = f"{table.name.capitalize()}Table"
            fields: dict[str, Any] = {key: _field(option) for key, option in keys.items()}
            kind = create_model(name, __base__=SettingsTable, __doc__=table.about, __module__=__name__, **fields)
            found[table.name] = (kind, kind.model_construct())
    about = f"The contents of `{FILE_NAME}`."
    return create_model("Config", __base__=SettingsTable, __doc__=about, __module__=__name__, **found)


def _field(option: Option) -> tuple[Any, Any]:
    """The field of a key: its type with bounds and choices, and its default."""
    if option.kind == "list":
        kind: Any = Annotated[list[str], BeforeValidator(_listed, json_schema_input_type=list[str] | str)]
        return kind, Field(default_factory=list, description=option.about)
    if option.kind == "pairs":
        return dict[str, str], Field(default_factory=dict, description=option.about)
    plain: dict[Kind, Any] = {"text": str, "number": float, "whole number": int, "flag": bool}
    kind = Literal[option.choices] if option.choices else plain[option.kind]
    kind = kind if option.default is not None else kind | None
    return kind, Field(default=option.default, ge=option.least, le=option.most, description=option.about)


def read_settings(path: Path) -> SettingsFile:
    """Read a settings file.

    Raises:
        SalesmetricsError: ``file_unreadable``, ``config_syntax`` or ``config_invalid``.
    """
    return parse_settings(settings_text(path), str(path))


def settings_text(path: Path) -> str:
    """The text of a settings file.

    Raises:
        SalesmetricsError: ``file_unreadable``.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise SalesmetricsError("file_unreadable", path=path, cause=Message("larger_than_mib", mib=LARGEST >> 20))
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SalesmetricsError(
            "file_unreadable", path=path, cause=getattr(error, "strerror", None) or error
        ) from error


class _Schema(GenerateJsonSchema):
    """The schema with as much as each version of Pydantic says: some give a pattern for numbers as text."""

    def decimal_schema(self, schema: Any) -> JsonSchemaValue:
        """A number, or the same as text."""
        found = super().decimal_schema(schema)
        for way in found.get("anyOf", ()):
            way.pop("pattern", None)
        return found


def settings_schema() -> dict[str, Any]:
    """The JSON Schema of `salesmetrics.toml`: what an editor completes and checks."""
    model = settings_model()
    for field in model.model_fields.values():
        if isinstance(field.default, BaseModel):
            type(
                field.default
            ).model_rebuild()  # before 2.14, Pydantic cannot write the default of a model not yet built
    tree = model.model_json_schema(schema_generator=_Schema)
    for kind in (Settings, IncentivePlan, Tier):
        about = {"description": (kind.__doc__ or "").partition("\n")[0]}
        described = tree["$defs"][kind.__name__] = dict(sorted({**tree["$defs"][kind.__name__], **about}.items()))
        for name, words in setting_descriptions(kind).items():
            described["properties"][name].setdefault("description", words)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:salesmetrics:settings:1"}
    return {**head, **tree, "title": FILE_NAME}


def parse_settings(text: str, name: str) -> SettingsFile:
    r"""Read the text of a settings file.

    Args:
        text: TOML.
        name: The file's name, for messages.

    Raises:
        SalesmetricsError: ``config_syntax``, or ``config_invalid`` with the line and the key.

    >>> parse_settings('[report]\nby = "owner"', FILE_NAME).values["by"].value
    ('owner',)
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SalesmetricsError("config_syntax", path=name, cause=str(error)) from error
    except RecursionError as error:
        raise SalesmetricsError("config_syntax", path=name, cause=Message("toml_nested")) from error
    except ValueError as error:
        most = sys.get_int_max_str_digits()
        raise SalesmetricsError("config_syntax", path=name, cause=Message("toml_digits", most=most)) from error
    try:
        model: Any = settings_model().model_validate(tree)
    except ValidationError as error:
        raise _refusal(error, text, name) from error
    found = {}
    for option in file_options():
        value = _at(model, str(option.key))
        if _is_in(tree, str(option.key)) and value not in ([], {}):
            settled = _settled(option, value, text, name)
            for item, source in settled.items.items() if option.kind == "pairs" else [("", settled.source)]:
                with name_source(source):
                    check(option, {item: value[item]} if item else settled.value)
            found[option.name] = settled
    return SettingsFile(
        name, text, found, Calendar(**model.calendar.model_dump()), model.settings, model.goals, model.kpi
    )


def _settled(option: Option, value: Any, text: str, name: str) -> Settled:
    def source(*place: str) -> Source:
        return Source("file", ".".join(place), name, line_of(text, place))

    place = str(option.key).split(".")
    own = source(*place)
    if option.kind == "pairs":
        return Settled(value, own, {item: source(*place, item) for item in value})
    if option.kind == "list":
        return Settled(tuple(value), own, dict.fromkeys(value if option.adds else (), own))
    return Settled(value, own)


def _refusal(error: ValidationError, text: str, name: str) -> SalesmetricsError:
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"] if not isinstance(part, int)]
    broken = first.get("ctx", {}).get("error")
    if isinstance(broken, SettingError):
        place.append(broken.key)
    if any(option.spoken for option in file_options() if option.key == ".".join(place)):
        first = {**first, "input": "***"}
    return SalesmetricsError(
        "config_invalid",
        path=name,
        line=line_of(text, place),
        key=".".join(place),
        cause=_cause(first),
        fix=_fix(place, first),
    )


def _at(model: Any, key: str) -> Any:
    for part in key.split("."):
        model = getattr(model, part)
    return model


def _is_in(tree: Any, key: str) -> bool:
    for part in key.split(".", 1):
        if not isinstance(tree, dict) or part not in tree:
            return False
        tree = tree[part]
    return True


def shown_settings(file: SettingsFile, environment: Mapping[str, str]) -> list[Shown]:
    """What holds when no option is typed, in the order of the settings file.

    Args:
        file: The settings file; one without arguments where there is none.
        environment: Environment variables.
    """
    from salesmetrics.answers.settings import Settled as Shown

    tree = tomllib.loads(file.text)
    found = []
    for key, value, about, option in _leaves(file):
        variable = (option and option.variable_name) or ""
        if environment.get(variable):
            told = option.told(environment[variable]) if option else environment[variable]
            found.append(Shown(key=key, value=told, source="environment", place=variable, about=about))
        elif value not in ({}, []) and _is_in(tree, key):
            place = f"{file.path}:{file.source(*key.split('.')).line}"
            value = option.told(value) if option else value
            found.append(Shown(key=key, value=value, source="file", place=place, about=about))
        else:
            found.append(Shown(key=key, value=value, source="default", about=about))
    for option in declared_options():
        variable = option.variable_name or ""
        if option.key is None and environment.get(variable):
            found.append(Shown(key=option.flag, value=environment[variable], source="environment", place=variable))
    return found


def _leaves(file: SettingsFile) -> Iterator[tuple[str, Any, str, Option | None]]:
    """Key, value and meaning of everything that a settings file can say, and the option of the same meaning."""
    special: dict[str, Any] = {"goals": file.goals, "kpi": file.kpis}
    for table in TABLES:
        for option in options_of_table(table.name):
            value = file.values[option.name].value if option.name in file.values else option.default
            if option.key == table.name and value:
                special[table.name] = value
            else:
                yield str(option.key), list(value) if option.kind == "list" else value, option.about, option
        if table.name in special:
            yield from (
                (f"{table.name}.{name}", _plain(item), table.about, None) for name, item in special[table.name].items()
            )
            if not special[table.name]:
                yield table.name, {}, table.about, None
        elif table.name == "calendar":
            for name, info in CalendarTable.model_fields.items():
                yield f"calendar.{name}", getattr(file.calendar, name), info.description or "", None
        elif table.name == "settings":
            described = setting_descriptions()
            for item in fields(Settings):
                yield f"settings.{item.name}", _plain(getattr(file.thresholds, item.name)), described[item.name], None


def _plain(value: Any) -> Any:
    """As the file could say it: models as tables, without what is not set."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.model_dump(exclude_none=True, exclude_defaults=True) if hasattr(value, "model_dump") else value


def setting_descriptions(kind: type = Settings) -> dict[str, str]:
    """What each key of a table means, from the docstring of its class; by itself the thresholds of the table ``settings``.

    >>> setting_descriptions()["follow_up_touches"]
    'Further touches that count as a follow-up.'
    """
    text = (inspect.getdoc(kind) or "").partition("\nRaises:")[0]
    entries = re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", text, re.MULTILINE)
    return {name: " ".join(words.split()).replace("``", "`") for name, words in entries}


def _cause(first: Any) -> Message:
    if first["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        return Message("no_such_key")
    if first["type"] == "missing":
        return Message("key_missing")
    broken = first.get("ctx", {}).get("error")
    if isinstance(broken, SettingError):
        return broken.cause
    if isinstance(broken, RefusedError):
        return Message("value_refused", value=str(first["input"]), cause=broken.cause)
    said = str(first["msg"])
    return Message("pydantic_refused", error=f"{said[0].lower()}{said[1:]}", value=str(first["input"]))


SHARES = frozenset({"at", "rate", "threshold", "cap_attainment"})
"""Keys of a pay plan that people write as a percentage."""
_MOST_PERCENT = 10_000


def _fix(place: Sequence[str], first: Any) -> Message:
    kind = first["type"]
    broken = first.get("ctx", {}).get("error")
    if isinstance(broken, SettingError) and broken.fix:
        return Message("and_see_settings", fix=broken.fix)
    if kind == "less_than_equal" and place[-1] in SHARES and (given := Decimal(str(first["input"]))) <= _MOST_PERCENT:
        return Message("write_as_share", key=place[-1], share=f"{given / 100:f}", percent=str(given))
    if list(place[:2]) == ["settings", "incentive"]:
        return Message("incentive_form")
    known = _keys_of(place[:-1])
    if kind not in {"extra_forbidden", "unexpected_keyword_argument"} or not known:
        return Message("see_settings")
    near = get_close_matches(place[-1], known, n=1, cutoff=0.5)
    return Message("known_keys", near=Message("did_you_mean", near=near[0]) if near else None, keys=known)


def _keys_of(place: Sequence[str]) -> list[str]:
    model: Any = settings_model()
    for part in place:
        info = getattr(model, "model_fields", {}).get(part)
        model = info.annotation if info is not None else {"goals": GoalTable, "kpi": KpiTable}.get(place[0])
    if model is Settings:
        return [item.name for item in fields(Settings)]
    return list(getattr(model, "model_fields", {}))
