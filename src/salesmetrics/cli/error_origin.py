"""Whose word it was that could not be used: that of an option, or that of the settings file."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from salesmetrics.cli.load_settings import config_path
from salesmetrics.errors import SalesmetricsError
from salesmetrics.settings.model import config_text, line_of
from salesmetrics.settings.sources import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["blamed"]

OPTION_OF: Mapping[str, str] = {
    "kpi_unknown": "kpi",
    "family_unknown": "family",
    "dimension_unknown": "by",
    "where_invalid": "where",
}
"""The option that a refusal is about, where it does not name one."""


def blamed(error: SalesmetricsError, groups: Iterable[Any]) -> SalesmetricsError:
    """The refusal of an option as one of the settings file, where the value comes from there.

    Args:
        error: What was refused.
        groups: The options of the command, as it was given them; variables of the environment are among them.

    Returns:
        ``config_invalid`` with the file, the line and the key; the error itself where an option said it.
    """
    said = {name: value for group in groups for name, value in _fields(group) if value}
    reading = next((group for group in groups if hasattr(group, "no_config")), None)
    keys = [key for key in _keys(error, said) if key]
    path = config_path(reading) if reading is not None and keys else None
    if path is None:
        return error
    text = config_text(path)
    key = next((key for key in keys if _is_in(tomllib.loads(text), key)), None)
    if key is None:
        return error
    cause = error.details.get("cause") or error.message
    if "value" in error.details:
        cause = f"`{error.details['value']}` cannot be used: {cause}"
    fix = _as_settings(str(error.details.get("fix") or error.hint))
    return SalesmetricsError(
        "config_invalid", path=path, line=line_of(text, key), key=".".join(key), cause=cause, fix=fix
    )


def _fields(group: Any) -> Iterable[tuple[str, Any]]:
    return ((name, getattr(group, name)) for name in type(group).__dataclass_fields__)


def _keys(error: SalesmetricsError, said: Mapping[str, Any]) -> Iterable[list[str]]:
    """The keys that may have said it, unless an option did."""
    details = error.details
    if error.code == "map_invalid":
        field = str(details["text"]).partition("=")[0]
        if not any(pair.partition("=")[0].strip() == field for pair in said.get("map", [])):
            yield ["map", field]
        return
    option = str(details.get("option", "")) if error.code == "option_invalid" else OPTION_OF.get(error.code, "")
    if option.startswith("goals."):
        yield option.split(".")
        return
    name = option.lstrip("-").replace("-", "_")
    if name == "goal" and details["value"] not in [" ".join(text.split()) for text in said.get("goal", [])]:
        yield ["goals", str(details["value"]).split()[0]]
    if name == "kpi" and not any(str(details.get("name")) in text for text in said.get("goal", [])):
        yield ["goals", str(details.get("name"))]
    if name and name not in said:
        yield next((key.split(".") for key, variable in VARIABLES.items() if variable == name), [])


def _is_in(tree: Any, key: list[str]) -> bool:
    for part in key:
        if not isinstance(tree, dict) or part not in tree:
            return False
        tree = tree[part]
    return True


def _as_settings(fix: str) -> str:
    """A hint that names options, in the words of the settings file.

    >>> _as_settings("write for example `--max-age 7d`")
    'write for example `max_age = "7d"`'
    """
    fix = re.sub(r'`--map (\w+)="?([^`"]*)"?`', r'`\1 = "\2"`', fix)
    return re.sub(
        r"`--([a-z-]+) ([^`'\"]+)`", lambda found: f'`{found[1].replace("-", "_")} = "{found[2]}"`', fix
    ).replace("without the option", "without the key")
