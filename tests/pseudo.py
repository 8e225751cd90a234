"""A language that nobody speaks: each sentence of the catalogues in other letters, so that what is left in Latin ones was not translated.

It writes numbers, days and lists in marks of its own, so that what was put into a text by hand is seen as well.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import cache
from gettext import NullTranslations
from typing import TYPE_CHECKING
from unittest.mock import patch

from catalogues import sentences
from salesmetrics.messages import speech
from salesmetrics.messages.languages import LANGUAGES, Language
from salesmetrics.messages.speech import speaking

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FROM_RIGHT", "PSEUDO", "pseudo", "speaking_pseudo"]

PSEUDO, FROM_RIGHT = "ms", "ar"
"""The languages whose place it takes, so that an option can name it."""
_LOWER, _UPPER = "абвгдежзийклмнопрстуфхцчшщ", "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩ"
_LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", _LOWER + _UPPER)


_OPTION = re.compile(r"(?<![\w`-])--?[a-z][a-z-]*")


def pseudo(template: str) -> str:
    """A template with other letters outside of its places and of what stands in backticks.

    >>> pseudo("see {path:typed} of `--by`: {n:# deal|# deals of {kind:nouns}}")
    'тдд {path:typed} ое `--by`: {n:# гдал|# гдалт ое {kind:nouns}}'
    """
    made, at, code = [], 0, False
    while at < len(template):
        char = template[at]
        if template[at : at + 2] in ("{{", "}}"):
            made.append(template[at : at + 2])
            at += 2
            continue
        if char == "{":
            end = _closing(template, at)
            made.append(_place(template[at + 1 : end]))
            at = end + 1
            continue
        option = _OPTION.match(template, at)
        code ^= char == "`"
        piece = option[0] if option else char
        made.append(piece if code or option else char.translate(_LETTERS))
        at += len(piece)
    return "".join(made)


def _closing(template: str, at: int) -> int:
    depth = 0
    for end in range(at, len(template)):
        depth += (template[end] == "{") - (template[end] == "}")
        if not depth:
            return end
    raise ValueError(template)


def _place(inside: str) -> str:
    name, colon, spec = inside.partition(":")
    if name in ("set", "fix") or not ("|" in spec or "#" in spec):
        return f"{{{inside}}}"
    return f"{{{name}{colon}{'|'.join(pseudo(form) for form in spec.split('|'))}}}"


class _Words(NullTranslations):
    def gettext(self, message: str) -> str:
        is_command = message.startswith("salesmetrics ")
        return pseudo(message) if message in _known() and not is_command else message

    def pgettext(self, context: str, message: str) -> str:
        del context
        return message


@cache
def _known() -> frozenset[str]:
    return frozenset(sentences())


def _language(tag: str) -> Language:
    return Language(
        tag,
        "Псеудо",
        2,
        lambda number: int(number != 1),
        group="\u00b7",
        point="٫",
        day="D/M/Y",
        comma=" ‚ ",
        semicolon=" ⁏ ",
        clause=" ⸲ ",
        either=(" ъъ ", " ыы "),
        rest=" ъъ # ээ",
        quotes=("‹", "›"),
        from_right=tag == FROM_RIGHT,
    )


@contextmanager
def speaking_pseudo(tag: str = PSEUDO) -> Iterator[None]:
    """Speak it for as long as this lasts, and where a command says ``--lang TAG``.

    Args:
        tag: ``PSEUDO``, or ``FROM_RIGHT`` where it is written from the right.
    """
    with (
        patch.dict(LANGUAGES, {tag: _language(tag)}),
        patch.object(speech, "_catalogue", lambda asked: _Words() if asked == tag else None),
        speaking(tag),
    ):
        yield
