"""The language that is spoken: English, or one of the compiled catalogues beside it, for as long as a command runs.

A sentence is made in many places and in one language at a time, so the language is a context of the call, as the precision of
decimals is, and no argument of every function. English asks nothing and loads nothing.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

from salesmetrics.messages.languages import ENGLISH, LANGUAGES, Language

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from gettext import NullTranslations

__all__ = [
    "ISOLATES",
    "day",
    "in_words",
    "isolated",
    "number",
    "reads_from_right",
    "speak",
    "speaking",
    "spoken",
    "without_isolates",
]

ISOLATES = "\u2068\u2069"
"""What stands around text whose direction of writing is its own: the first strong isolate, and the sign that ends it."""


class _Speech(NamedTuple):
    language: Language
    words: NullTranslations | None


_ENGLISH = _Speech(ENGLISH, None)
_SPEECH: ContextVar[_Speech] = ContextVar("speech", default=_ENGLISH)


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    r"""Make sentences of a language for as long as this lasts.

    Args:
        tag: A key of ``LANGUAGES``.

    Raises:
        KeyError: There is no such language.

    >>> with speaking("ru"):
    ...     spoken().name, number("1,234.5")
    ('русский', '1\xa0234,5')
    >>> spoken().name
    'English'
    """
    token = _SPEECH.set(_Speech(LANGUAGES[tag], _catalogue(tag)))
    try:
        yield
    finally:
        _SPEECH.reset(token)


def speak(tag: str) -> None:
    """Go on in a language, within a ``speaking`` that was begun before it was known which.

    Raises:
        KeyError: There is no such language.
    """
    if tag != spoken().tag:
        _SPEECH.set(_Speech(LANGUAGES[tag], _catalogue(tag)))


def spoken() -> Language:
    """The language that is spoken now."""
    return _SPEECH.get().language


def in_words(template: str, code: str = "") -> str:
    """A template of English in the language that is spoken now; as it is where that language has no words for it.

    Args:
        template: As the catalogues have it.
        code: Of the message, where one English template stands for two sentences of another language.
    """
    words = _SPEECH.get().words
    if words is None or not template:
        return template
    if code:
        found = words.pgettext(code, template)
        if found != template:
            return found
    return words.gettext(template)


def number(text: str) -> str:
    """A number as English writes it, such as ``1,234.5``, in the marks of the language.

    >>> number("1,234.5")
    '1,234.5'
    """
    language = spoken()
    if language.group == "," and language.point == ".":
        return text
    return text.translate({ord(","): language.group, ord("."): language.point})


def day(value: date) -> str:
    """A day.

    >>> from datetime import date
    >>> day(date(2026, 9, 3))
    '2026-09-03'
    >>> with speaking("zh-Hans"):
    ...     print(day(date(2026, 9, 3)))
    2026年9月3日
    """
    language = spoken()
    if language is ENGLISH:
        return f"{value:%Y-%m-%d}"
    parts = {
        "Y": str(value.year),
        "M": str(value.month),
        "MM": f"{value.month:02}",
        "D": str(value.day),
        "DD": f"{value.day:02}",
        "N": language.months[value.month - 1] if language.months else "",
    }
    return re.sub("MM|DD|[YMDN]", lambda found: parts[found[0]], language.day)


_LATIN_OR_SIGNED = re.compile(r"[A-Za-z]|[-+−≤≥<>=]\s?\d")
_BETWEEN_NUMBERS = re.compile(r"[-+–−/×:<>=≤≥]")
_FROM_RIGHT = re.compile("[\u0590-\u065f\u066d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


def reads_from_right(text: str) -> bool:
    r"""Whether a text has letters that are read from the right.

    >>> reads_from_right("36.5 d"), reads_from_right("36.5 \u064a\u0648\u0645")
    (False, True)
    """
    return not text.isascii() and bool(_FROM_RIGHT.search(text))


def isolated(text: str) -> str:
    """Text as it stands within a line of a language from the right: what is read from the left is kept together.

    >>> isolated("won / lost") == "won / lost"
    True
    >>> with speaking("ar"):
    ...     [isolated(text).strip(ISOLATES) != isolated(text) for text in ("deals.csv", "45.8 – 51.6 %", "-5", "557")]
    [True, True, True, False]
    """
    if not spoken().from_right:
        return text
    if text[:1] == ISOLATES[0] or _FROM_RIGHT.search(text) or not _would_turn(text):
        return text
    return ISOLATES[0] + without_isolates(text) + ISOLATES[1]


def without_isolates(text: str) -> str:
    r"""Text without the signs that keep parts of it together, for where nothing shows them.

    >>> without_isolates("\u2068deals.csv\u2069")
    'deals.csv'
    """
    return text.translate(_NO_ISOLATES)


def _would_turn(text: str) -> bool:
    """Whether a text has Latin letters, a pair of numbers or a number with a sign, which a language from the right would turn round."""
    if _LATIN_OR_SIGNED.search(text):
        return True
    digits = [place for place, letter in enumerate(text) if letter.isdecimal()]
    return bool(digits) and _BETWEEN_NUMBERS.search(text, digits[0], digits[-1]) is not None


_NO_ISOLATES = dict.fromkeys(range(0x2066, 0x206A))


def _catalogue(tag: str) -> NullTranslations | None:
    if tag == ENGLISH.tag:
        return None
    from gettext import GNUTranslations
    from pathlib import Path

    path = Path(__file__).with_name("locale") / f"{tag}.mo"
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return GNUTranslations(file)
