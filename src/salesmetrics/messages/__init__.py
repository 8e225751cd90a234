"""Every sentence that the program can say: catalogues of templates, and the one way in which they become text.

A module is a catalogue: a dict from codes to templates, no logic. Whoever shows something to a reader may import the room, and
the errors do for their ``str()``; it knows the type ``Message`` and nothing else, and it never decides what is said.

A template names details, and may say after a colon how one is written:

=====================  ============================================================================================
``{path}``             text, cut after 200 characters; a number, a day; a message, or None for nothing
``{path:typed}``       text that is typed or pasted again: whole
``{header:shell}``     text that is typed in a shell: whole, and quoted where a shell needs it
``{rows:# row|# rows}``  one of two forms by a number (or by the length of a list); ``#`` stands for the number
``{count:,}``          a number with marks between the thousands, or any other format of Python
``{names:and}``        a list: "a, b and c"; ``or`` likewise; ``,`` and ``;`` join with that mark alone
``{names:`and`}``      its items in backticks; an item with a number, ``("Won", 3)``, is written "`Won` (3)"
``{names:`,` 5 more}``  the first five, and how many more there are; ``5 …`` and ``5 , …`` only say that there are more
=====================  ============================================================================================
"""

from __future__ import annotations

import re
import shlex
from functools import cache
from typing import TYPE_CHECKING, Any

from salesmetrics.schema.message import Message, Some

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["counted", "fill", "text", "typed"]

_SHOWN = 200
_TYPED = 20_000
"""Characters of a value that are shown, and of one that is typed again: cut only where nobody could."""
_LONG_NAME = re.compile(rf"`([^`]{{{_SHOWN + 1},}})`")
_MARKS = {",": ", ", ";": "; ", "/": " / "}
"""What stands between the items of a list; before a word such as "and" it is a comma."""


def text(message: Message) -> str:
    """A message as a sentence of English.

    Args:
        message: Its code is in one of the catalogues.

    Raises:
        KeyError: There is no such code, or a detail that the template names is missing.
    """
    return fill(_templates()[message.code], message.details)


def fill(template: str, details: Mapping[str, Any]) -> str:
    """A template with its details in place.

    Args:
        template: As the module says.
        details: Values by name; those that the template does not name are left aside.

    Raises:
        KeyError: A detail is missing.

    >>> fill("{rows:# row|# rows} of `{path}` {rows:is|are} blank", {"rows": 2473, "path": "deals.csv"})
    '2,473 rows of `deals.csv` are blank'
    >>> fill("{names:`and`}; {names:, 2 more}; {names:or}", {"names": ["a", "b", "c"]})
    '`a`, `b` and `c`; a, b and 1 more; a, b or c'
    >>> fill("{names:, 1 …}; {names:, 1 , …}; {names:;}; {none:and}", {"names": ["a", "b"], "none": []})
    'a …; a, …; a; b; '
    >>> len(fill("{value}", {"value": "x" * 60_000})), len(fill("{value:typed}", {"value": "x" * 6_000}))
    (201, 6000)
    """
    return template.format_map(_Details(details))


def counted(number: int, noun: str) -> str:
    """A number and its noun, where the noun is a detail, too.

    >>> counted(1, "activity"), counted(2473, "activity"), counted(2, "row")
    ('1 activity', '2,473 activities', '2 rows')
    """
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{number:,} {noun}s"


def typed(word: str) -> str:
    """A header as it is typed after ``--map FIELD=``, or a stage after ``--won``.

    >>> print(typed("Amount"), typed("Deal Size"), typed("Size ($)"))
    Amount "Deal Size" 'Size ($)'
    """
    if word.replace("_", "").isalnum():
        return word
    return shlex.quote(word) if set(word) & set('"$`\\!') else f'"{word}"'


@cache
def _templates() -> Mapping[str, str]:
    """Every template of a message; codes are unique over the catalogues (a test looks)."""
    from salesmetrics.messages import findings, findings_of_files, findings_of_records, findings_of_reports, readings

    return {
        **findings.AS_MESSAGES,
        **readings.REASONS,
        **readings.READINGS,
        **findings_of_files.PARTS,
        **findings_of_records.PARTS,
        **findings_of_reports.PARTS,
    }


class _Details(dict[str, Any]):
    def __getitem__(self, name: str) -> _Value:
        return _Value(super().__getitem__(name))


class _Value:
    """A detail that writes itself as its place in a template says."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __format__(self, spec: str) -> str:
        return _written(self.value, spec)


def _written(value: Any, spec: str) -> str:
    if "|" in spec:
        return _form(len(value) if isinstance(value, (list, tuple)) else value, spec)
    if isinstance(value, Some):
        return _listed(value.values, spec, value.total)
    if isinstance(value, (list, tuple)):
        return _listed(value, spec, len(value))
    if isinstance(value, Message):
        return _cut(text(value), _TYPED)
    if value is None:
        return ""
    if isinstance(value, str):
        if spec == "said":  # sentences that are still made where they are raised
            return _cut(_LONG_NAME.sub(lambda found: f"`{_cut(found[1], _SHOWN)}`", value), 2_000)
        if spec == "shell":
            return _cut(typed(value), _TYPED)
        return _cut(value, _TYPED if spec == "typed" else _SHOWN)
    return format(value, "" if spec in ("said", "typed") else spec)


def _form(number: int, forms: str) -> str:
    one, _, many = forms.partition("|")
    return (one if number == 1 else many).replace("#", f"{number:,}")


def _listed(items: Sequence[Any], spec: str, count: int) -> str:
    """The one place that joins a list."""
    joint, _, rest = (spec or ",").partition(" ")
    number, _, end = rest.partition(" ")
    word, mark = joint.strip("`"), "`" if joint.startswith("`") else ""
    between = _MARKS.get(word, ", ")
    shown = [_item(item, mark) for item in (items[: int(number)] if number else items)]
    left = count - len(shown)
    if left:
        end = f" and {left:,} more" if end == "more" else end if end.startswith(",") else f" {end}"
        return between.join(shown) + end
    if word in _MARKS or len(shown) < 2:
        return between.join(shown)
    return f"{between.join(shown[:-1])} {word} {shown[-1]}"


def _item(item: Any, mark: str) -> str:
    value, number = item if isinstance(item, tuple) else (item, None)
    if isinstance(value, Message):
        mark = ""
    return f"{mark}{_written(value, '')}{mark}" + (f" ({number:,})" if number is not None else "")


def _cut(value: str, most: int) -> str:
    return value if len(value) <= most else f"{value[:most]}…"
