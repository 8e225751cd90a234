"""Whose names are hidden while a command runs: what is said on the way has to know, and no function carries it along."""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from salesmetrics.privacy.names import Names
    from salesmetrics.schema.message import Message
    from salesmetrics.schema.provenance import Shaped

__all__ = [
    "asks_to_hide",
    "hidden_now",
    "hidden_shaped",
    "hide_from_now_on",
    "nothing_hidden",
    "says_to_hide",
    "settled_now",
    "told",
]

_NAMES: ContextVar[Names | None] = ContextVar("names", default=None)
_UNSETTLED: ContextVar[bool] = ContextVar("unsettled", default=False)
"""They are to be hidden, and with which key is not known yet."""

_OPTIONS = frozenset({"--pseudonymize", "--no-names"})
_VARIABLES = ("SALESMETRICS_PSEUDONYMIZE", "SALESMETRICS_NO_NAMES")
_OWN_KEYS = frozenset({"map", "goals"})
"""Tables of the settings whose keys are not all ours."""
_OFF = frozenset({"", "0", "false", "no", "off"})
_SETTING = re.compile(r"^[^#\n]*(pseudonymize|no_names)\W*=\s*true", re.MULTILINE)


def settled_now() -> Names | None:
    """What stands in the place of names in what is said now; None where they are told, or nobody knows yet."""
    return _NAMES.get()


def hidden_now() -> Names | None:
    """The same; where they are to be hidden and the key is not known yet, nothing stands in their place."""
    names = _NAMES.get()
    if names is None and _UNSETTLED.get():
        from salesmetrics.privacy.names import Names

        return Names(None)
    return names


def hide_from_now_on(names: Names | None = None) -> None:
    """Hide names in whatever is said until the command has ended.

    Args:
        names: What stands in their place; None while that is not known.
    """
    _NAMES.set(names)
    _UNSETTLED.set(True)


@contextmanager
def nothing_hidden() -> Iterator[None]:
    """For a command to begin with: what it hides ends with it.

    >>> with nothing_hidden():
    ...     hide_from_now_on()
    ...     hidden_now()
    Names(shown=False)
    >>> hidden_now()
    """
    tokens = _NAMES.set(None), _UNSETTLED.set(False)
    try:
        yield
    finally:
        _NAMES.reset(tokens[0])
        _UNSETTLED.reset(tokens[1])


def told(message: Message) -> Message:
    """A message as it may be said now, of which no detail has been hidden yet."""
    names = hidden_now()
    if names is None:
        return message
    from salesmetrics.privacy.details import hidden_message

    return hidden_message(message, names)


def hidden_shaped(shaped: Shaped, names: Names) -> Shaped:
    """What shapes numbers without standing in the command, without the name of the settings file and words in its keys."""
    if shaped.settings_file is None:
        return shaped
    from msgspec.structs import replace

    from salesmetrics.privacy.details import hidden_word

    found = dict.fromkeys(
        ".".join([*known, *(hidden_word(word, names) for word in typed)])
        for known, typed in (_own_words(key.split(".", 2)) for key in shaped.settings)
    )
    return replace(shaped, settings_file=names.file(shaped.settings_file), settings=tuple(found))


def _own_words(parts: list[str]) -> tuple[list[str], list[str]]:
    """A key of the settings: what is a name of ours in it, and what somebody wrote."""
    known = 1 if parts[0] in _OWN_KEYS else 2
    return parts[:known], parts[known:]


def asks_to_hide(words: Sequence[str], variables: Mapping[str, str]) -> bool:
    """Whether a command was typed so that names are hidden, however it was typed otherwise.

    >>> asks_to_hide(["report", "--pseudonymise"], {}), asks_to_hide(["report", "--no-names"], {})
    (False, True)
    """
    typed = any(word.partition("=")[0] in _OPTIONS for word in words)
    return typed or any(variables.get(name, "").strip().lower() not in _OFF for name in _VARIABLES)


def says_to_hide(settings: str) -> bool:
    r"""Whether the text of a settings file says that names are hidden, whatever else is wrong with it.

    >>> says_to_hide("[output]\nno_names = true\n[goals"), says_to_hide("[output]\nno_names = false")
    (True, False)
    """
    return _SETTING.search(settings) is not None
