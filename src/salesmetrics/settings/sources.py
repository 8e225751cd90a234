"""Every setting with its value and where it comes from: environment, settings file, or default."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, fields, is_dataclass
from typing import TYPE_CHECKING, Any

from salesmetrics.answers.settings import Settled
from salesmetrics.settings.model import Config, default_config, line_of, parse_config, setting_descriptions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["OUTPUT_VARIABLES", "VARIABLES", "settled"]

PREFIX = "SALESMETRICS_"

VARIABLES: Mapping[str, str] = {
    **{f"read.{name}": name for name in ("encoding", "delimiter", "date_order", "decimal", "profile", "timezone")},
    **{f"stages.{name}": name for name in ("won", "lost", "other", "open")},
    **{
        f"report.{name}": name
        for name in ("by", "kpi", "family", "where", "period", "compare", "level", "min_n", "currency", "max_age")
    },
    "currency.symbols": "currency_symbol",
    "map": "map",
}
"""Key of the settings file → the option of the same meaning, whose variable overrules it."""

OUTPUT_VARIABLES = ("as_of", "goal", "every", "format", "color", "quiet")
"""Options that a variable can settle and a settings file cannot."""


def settled(text: str | None, path: str | None, environment: Mapping[str, str]) -> list[Settled]:
    """What holds when no option says otherwise, in the order of the settings file.

    Args:
        text: The text of the settings file; None where there is none.
        path: Its path.
        environment: Environment variables.

    Raises:
        SalesmetricsError: ``config_syntax`` or ``config_invalid``.
    """
    config = parse_config(text, path or "") if text is not None else default_config()
    tree: dict[str, Any] = tomllib.loads(text) if text is not None else {}
    found = []
    for key, value, about in _leaves(config):
        variable = PREFIX + VARIABLES[key].upper() if key in VARIABLES else None
        if variable is not None and environment.get(variable):
            found.append(
                Settled(key=key, value=environment[variable], source="environment", place=variable, about=about)
            )
        elif value not in ({}, []) and _is_in(tree, key):
            place = f"{path}:{line_of(text or '', key.split('.'))}"
            found.append(Settled(key=key, value=value, source="file", place=place, about=about))
        else:
            found.append(Settled(key=key, value=value, source="default", about=about))
    for name in OUTPUT_VARIABLES:
        variable = PREFIX + name.upper()
        if environment.get(variable):
            found.append(
                Settled(
                    key=f"--{name.replace('_', '-')}", value=environment[variable], source="environment", place=variable
                )
            )
    return found


def _leaves(config: Config) -> Iterator[tuple[str, Any, str]]:
    described = setting_descriptions()
    for table, info in Config.model_fields.items():
        value = getattr(config, table)
        if is_dataclass(value):
            yield from (
                (f"{table}.{f.name}", _plain(getattr(value, f.name)), described.get(f.name, "")) for f in fields(value)
            )
        elif isinstance(value, dict):
            for name, item in value.items():
                yield f"{table}.{name}", _plain(item), info.description or ""
            if not value:
                yield table, {}, info.description or ""
        else:
            tables = type(value).model_fields
            yield from (
                (f"{table}.{name}", _plain(getattr(value, name)), i.description or "") for name, i in tables.items()
            )


def _plain(value: Any) -> Any:
    """As the file could say it: models as tables, without what is not set."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value.model_dump(exclude_none=True, exclude_defaults=True) if hasattr(value, "model_dump") else value


def _is_in(tree: Mapping[str, Any], key: str) -> bool:
    spot: Any = tree
    for part in key.split(".", 1):
        if not isinstance(spot, dict) or part not in spot:
            return False
        spot = spot[part]
    return bool(tree)
