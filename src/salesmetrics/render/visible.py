"""Text from files, names and options as it may be shown: nothing in it moves a cursor, hides, or turns a line round.

One escape per type of output: here what a terminal would obey, in ``write_json`` what JSON carries, in ``write_csv`` what a
spreadsheet would run, in ``markup`` what Markdown would make live.
"""

from __future__ import annotations

import codecs
import re

from salesmetrics.messages.speech import ISOLATES, spoken

__all__ = ["CONTROLS", "NEAREST", "spelled", "visible"]

NEAREST = "salesmetrics.nearest"
"""What becomes of a character that an encoding lacks, as ``str.encode`` takes it: its escape, and of those of our own that are not
seen what they stand for."""
_UNSEEN = {"\u00a0": " ", "\u200e": "", "\u200f": "", **dict.fromkeys(ISOLATES, "")}

CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
"""As a class of a regular expression: C0 and C1 with DEL, line and paragraph separators, what embeds, overrides or isolates
a direction of writing, annotations, what is no character, and the bytes of a name that are no text."""

_BREAKS = str.maketrans(dict.fromkeys("\t\n\v\f\r\x85\u2028\u2029", " "))
_CONTROL = re.compile(f"[{CONTROLS}]")
_CONTROL_BUT_ISOLATES = re.compile(f"(?![{ISOLATES}])[{CONTROLS}]")
"""In a language from the right our own sentences keep names and numbers together by isolates, which turn nothing round outside of them."""


def visible(text: str) -> str:
    r"""Text for a line of a terminal: breaks and tabs become spaces, control characters are spelled out.

    >>> visible("a\tb\x1b]52;c\x07"), visible("\u202egpj.exe"), visible("Zoë 李娜")
    ('a b\\x1b]52;c\\x07', '\\u202egpj.exe', 'Zoë 李娜')
    """
    if text.isprintable():
        return text
    return (_CONTROL_BUT_ISOLATES if spoken().from_right else _CONTROL).sub(spelled, text.translate(_BREAKS))


def spelled(found: re.Match[str]) -> str:
    """One character as its escape; a byte that is no text as that byte."""
    char = found[0]
    if "\udc80" <= char <= "\udcff":
        return f"\\x{ord(char) - 0xDC00:02x}"
    return char.encode("unicode_escape").decode("ascii")


def _nearest(error: UnicodeError) -> tuple[str, int]:
    r"""Stands in for characters that an encoding lacks.

    >>> "5\u00a0% \u2068\u043e\u2069".encode("ascii", NEAREST)
    b'5 % \\u043e'
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_UNSEEN.get(char, char.encode("ascii", "backslashreplace").decode()) for char in lacking), error.end


codecs.register_error(NEAREST, _nearest)
