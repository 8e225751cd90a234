"""Settings as they may be shown while names are hidden. Own file: it knows of privacy, and the model of settings does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from salesmetrics.privacy.details import hidden_word
from salesmetrics.settings.options import declared_options

if TYPE_CHECKING:
    from salesmetrics.answers.settings import Settings, Settled
    from salesmetrics.privacy.names import Names

__all__ = ["hidden_settings"]


def hidden_settings(answer: Settings, names: Names) -> Settings:
    """The settings in effect without words that somebody wrote; the words that an option knows stay.

    Args:
        answer: Every setting.
        names: Whose pseudonyms are shown.
    """
    names.learn(str(choice) for option in declared_options() for choice in option.choices or ())
    return replace(
        answer,
        path=None if answer.path is None else names.file(answer.path),
        settings=[_hidden(item, names) for item in answer.settings],
    )


def _hidden(item: Settled, names: Names) -> Settled:
    if item.source == "default":
        return item
    table, dot, name = item.key.partition(".")
    path, colon, line = (item.place or "").rpartition(":")
    return replace(
        item,
        key=f"{table}{dot}{hidden_word(name, names)}" if table in ("map", "kpi") else item.key,
        value=_value(item.value, names),
        place=f"{names.file(path)}:{line}" if colon else item.place,
    )


def _value(value: Any, names: Names) -> Any:
    if isinstance(value, dict):
        return {hidden_word(str(key), names): _value(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_value(item, names) for item in value]
    return hidden_word(value, names) if isinstance(value, str) else value
