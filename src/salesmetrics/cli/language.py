"""The language of what is said: as typed, else as a variable, the settings file or the locale has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.messages.languages import ENGLISH, LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["VARIABLE", "language_at_start", "language_of_locale"]

VARIABLE = "SALESMETRICS_LANG"
_OPTION = "--lang"
_TRADITIONAL = frozenset({"tw", "hk", "mo"})
"""Countries in which Chinese is written in the traditional script."""


def language_at_start(words: Sequence[str], variables: Mapping[str, str], encoding: str = "utf-8") -> str:
    """The language of help and refusals, which are told before anything is settled.

    Args:
        words: What was typed after the name of the program.
        variables: Of the environment.
        encoding: Of the output.

    Returns:
        A key of ``LANGUAGES``; what is none is refused later, in English.

    >>> language_at_start(["report", "--lang", "ms"], {}), language_at_start(["-h", "--lang=ru"], {"LANG": "ar_EG.UTF-8"})
    ('ms', 'ru')
    >>> language_at_start(["report"], {"SALESMETRICS_LANG": "zh-Hant"}), language_at_start(["report", "--lang", "xx"], {})
    ('zh-Hant', 'en')
    """
    words = words[: words.index("--")] if "--" in words else words
    typed = [_value(words, place) for place, word in enumerate(words) if word.partition("=")[0] == _OPTION]
    asked = (typed or [""])[-1] or variables.get(VARIABLE)
    if asked:
        return asked if asked in LANGUAGES else ENGLISH.tag
    return language_of_locale(variables, encoding)


def _value(words: Sequence[str], place: int) -> str:
    _, equals, value = words[place].partition("=")
    return value if equals else next(iter(words[place + 1 :]), "")


def language_of_locale(variables: Mapping[str, str], encoding: str = "utf-8") -> str:
    """The language of the locale, where there is a catalogue of it and the output has its letters; else English.

    Args:
        variables: Of the environment.
        encoding: Of the output.

    >>> [language_of_locale({"LANG": name}) for name in ("zh_CN.UTF-8", "zh_TW.UTF-8", "zh_Hant", "ru_RU.UTF-8", "de_DE", "C")]
    ['zh-Hans', 'zh-Hant', 'zh-Hant', 'ru', 'en', 'en']
    >>> language_of_locale({"LC_ALL": "", "LC_MESSAGES": "ms_MY.UTF-8", "LANG": "ru_RU.UTF-8"})
    'ms'
    >>> [language_of_locale({"LANG": "ru_RU"}, encoding) for encoding in ("koi8-r", "ascii", "cp1252")]
    ['ru', 'en', 'en']
    """
    named = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := variables.get(name))), "")
    name = named.partition(".")[0].partition("@")[0].replace("-", "_")
    language, *more = name.lower().split("_")
    if language == "zh":
        language = (
            "zh-Hant" if "hant" in more or ("hans" not in more and _TRADITIONAL.intersection(more)) else "zh-Hans"
        )
    return language if language in LANGUAGES and _has_letters(encoding, language) else ENGLISH.tag


def _has_letters(encoding: str, tag: str) -> bool:
    try:
        LANGUAGES[tag].name.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
