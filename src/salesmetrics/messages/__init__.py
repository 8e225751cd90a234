"""Every sentence of the program: catalogues of templates, and the one way to turn them into text.

A module is a catalogue: a dict from codes to templates, no logic. Whoever shows something to a reader may import the room, and
the errors do for their ``str()``; it knows the type ``Message`` and nothing else, and it never decides which message to show.

A template names details, and may give the form of one after a colon:

=====================  ============================================================================================
``{path}``             text, cut after 200 characters; a number, a day; a message, or None for nothing
``{path:typed}``       text that is typed or pasted again: whole
``{error:said}``       what the system or a library says: cut after 2,000 characters, a name in it after 200
``{day:iso}``          a day as it is typed: year-month-day in every language
``{header:shell}``     text that is typed in a shell: whole, and quoted where a shell needs it
``{rows:# row|# rows}``  one of two forms by a number (or by the length of a list); ``#`` stands for the number
``{kind:noun}``        what a record of a kind of file is called, "deal"; ``{kind:nouns}`` "deals"
``{count:,}``          a number with marks between the thousands, or any other format of Python
``{names:and}``        a list: "a, b and c"; ``or`` likewise; ``and+`` "a and b and c"; ``,`` and ``;`` join with that mark alone
``{names:`and`}``      its items in backticks; an item with a number, ``("Won", 3)``, is written "`Won` (3)"
``{names:`,` 5 more}``  the first five, and how many more there are; ``5 …`` and ``5 , …`` only say that there are more
``{set:max-age 7d}``     an option with its value, in backticks; in a message about the settings file the key: ``max_age = "7d"``
``{option_or_key}``      "the option"; in a message about the settings file "the key"
``{fix:in_file}``        a message about the settings file
=====================  ============================================================================================
"""

from __future__ import annotations

import re
import shlex
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial, reduce
from typing import TYPE_CHECKING, Any

from salesmetrics.messages.languages import ENGLISH
from salesmetrics.messages.speech import ISOLATES, day, in_words, isolated, number, speaking, spoken, without_isolates
from salesmetrics.schema.message import Message, Some, Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from salesmetrics.messages.errors import ErrorText

__all__ = ["NOUNS", "catalogues", "error_text", "fill", "joined", "phrase", "retold", "text", "told", "typed"]

_SHOWN = 200
_TYPED = 20_000
"""Characters of a value that are shown, and of one that is typed again: cut only where nobody could."""
_LONG_NAME = re.compile(rf"`([^`]{{{_SHOWN + 1},}})`")
NOUNS = {
    "deals": "deal|deals",
    "leads": "lead|leads",
    "activities": "activity|activities",
    "stages": "stage change|stage changes",
    "pipelines": "stage|stages",
    "customers": "customer|customers",
    "revenue": "revenue row|revenue rows",
    "invoices": "invoice|invoices",
    "quotas": "quota|quotas",
    "costs": "cost|costs",
    "reps": "rep|reps",
    "surveys": "answer|answers",
    "products": "product|products",
    "rates": "rate|rates",
    "figures": "figure|figures",
}
_MARKS = frozenset({",", ";", "/"})
"""What may stand between the items of a list instead of a word such as "and"."""


def text(message: Message, *, in_file: bool = False) -> str:
    """A message as a sentence of English.

    Args:
        message: Its code is in one of the catalogues.
        in_file: It is about the settings file, so that what it says to set is a key and not an option.

    Raises:
        KeyError: There is no such code, or a detail that the template names is missing.
    """
    return _filled(in_words(_templates()[message.code], message.code), message.details, in_file=in_file)


def told(message: Message) -> Told:
    """A message as an answer holds it: in English whatever is spoken, and known as what it was made of.

    Args:
        message: As for ``text``.

    Raises:
        KeyError: As for ``text``.
    """
    with speaking(ENGLISH.tag):
        made = text(message)
    return Told(made, _templates()[message.code], message.code, **message.details)


def retold(words: str) -> str:
    """What an answer says, in the language that is spoken now; text that is not of ours stays as it is.

    Args:
        words: Of an answer.
    """
    if not isinstance(words, Told) or spoken() is ENGLISH:
        return words
    return _filled(in_words(words.template, words.code), words.details)


def phrase(code: str, /, **details: Any) -> str:
    """A message of which only the words are wanted, such as a heading or the note below a table.

    Args:
        code: In one of the catalogues.
        **details: What its template names.

    Raises:
        KeyError: There is no such code, or a detail is missing.

    >>> phrase("heading_findings"), phrase("fact_period", period="2026-Q3")
    ('Findings', 'period 2026-Q3')
    """
    return Said(_filled(in_words(_templates()[code], code), details))


class Said(str):
    """Words of ours, which a sentence takes in whole."""

    __slots__ = ()


def fill(template: str, details: Mapping[str, Any], *, in_file: bool = False) -> str:
    """A template with its details in place.

    Args:
        template: As the module says.
        details: Values by name; those that the template does not name are left aside.
        in_file: As for ``text``.

    Raises:
        KeyError: A detail is missing.

    >>> fill("{rows:# row|# rows} of `{path}` {rows:is|are} blank", {"rows": 2473, "path": "deals.csv"})
    '2,473 rows of `deals.csv` are blank'
    >>> fill("{names:`and`}; {names:, 2 more}; {names:or}", {"names": ["a", "b", "c"]})
    '`a`, `b` and `c`; a, b and 1 more; a, b or c'
    >>> fill("{ids:# id|# ids}: {ids:`,` 2 more}", {"ids": Some(("a", "b"), 7)})
    '7 ids: `a`, `b` and 5 more'
    >>> fill("{names:, 1 …}; {names:, 1 , …}; {names:;}; {none:and}", {"names": ["a", "b"], "none": []})
    'a …; a, …; a; b; '
    >>> fill("{count:# open {kind:noun}|# open {kind:nouns}}", {"count": 2, "kind": "deals"})
    '2 open deals'
    >>> len(fill("{value}", {"value": "x" * 60_000})), len(fill("{value:typed}", {"value": "x" * 6_000}))
    (201, 6000)
    >>> [fill("for example {set:max-age {days}d}", {"days": 7}, in_file=in_file) for in_file in (False, True)]
    ['for example `--max-age 7d`', 'for example `max_age = "7d"`']
    """
    return _filled(in_words(template), details, in_file=in_file)


def _filled(template: str, details: Mapping[str, Any], *, in_file: bool = False) -> str:
    made = template.format_map(_Details(details, in_file))
    if not spoken().from_right:
        return made
    if template.startswith("salesmetrics "):  # a command, which is pasted
        return without_isolates(made)
    return _code_isolated(made) if "`" in made else made


_CODE = re.compile(r"`([^`\n]*)`")


def _code_isolated(sentence: str) -> str:
    """A sentence of a language from the right: what is typed is kept together from outside its backticks, and whole within."""
    first, last = ISOLATES[0], ISOLATES[1]
    return _CODE.sub(
        lambda found: (
            found[0]
            if found.start() and found.string[found.start() - 1] == first
            else f"{first}`{without_isolates(found[1])}`{last}"
        ),
        sentence,
    )


def joined(parts: Iterable[str], mark: str = ",") -> str:
    """Parts side by side, each whole, with the mark of the language between them.

    Args:
        parts: In words.
        mark: ``,`` between items, ``;`` between longer ones, ``clause`` between short statements, ``:`` behind a lead, ``.`` between
            sentences.

    >>> joined(["a", "b"]), joined(["a", "b"], ";"), joined(["2 rows", "as of today"], "clause")
    ('a, b', 'a; b', '2 rows, as of today')
    >>> joined(["3 files", "2 rows"], ":"), joined(["A.", "B."], ".")
    ('3 files: 2 rows', 'A. B.')
    """
    language = spoken()
    between = {
        ";": language.semicolon,
        ":": language.colon,
        ".": language.after_sentence,
        "clause": language.clause,
    }.get(mark, language.comma)
    return between.join(map(retold, parts))


def error_text(code: str, details: Mapping[str, Any]) -> ErrorText:
    """The message and the hint of an error.

    Raises:
        KeyError: There is no such code, or a detail that its templates name is missing.

    >>> error_text("file_empty", {"path": "deals.csv"}).message
    '`deals.csv` is empty'
    """
    from salesmetrics.messages.errors import CATALOGUE, ErrorText

    kind = CATALOGUE[code]
    return ErrorText(fill(kind.message, details), fill(kind.hint, details))


def typed(word: str) -> str:
    """A header as it is typed after ``--map FIELD=``, or a stage after ``--won``.

    >>> print(typed("Amount"), typed("Deal Size"), typed("Size ($)"))
    Amount "Deal Size" 'Size ($)'
    """
    if word.replace("_", "").isalnum():
        return word
    return shlex.quote(word) if set(word) & set('"$`\\!') else f'"{word}"'


def catalogues() -> tuple[Mapping[str, str], ...]:
    """Every catalogue of messages; a code stands in one of them (a test looks)."""
    from salesmetrics.messages import (
        analyses,
        analysis_pages,
        causes,
        comparing,
        errors,
        findings,
        findings_of_files,
        findings_of_records,
        findings_of_reports,
        fixes,
        forecasting,
        labels,
        needs,
        readings,
        screens,
        sentences,
        settings_file,
        talk,
        tour,
        workings,
    )

    return (
        {code: kind.message for code, kind in errors.CATALOGUE.items()},
        causes.CAUSES,
        fixes.FIXES,
        needs.NEEDS,
        workings.WORKINGS,
        labels.LABELS,
        sentences.LEGENDS,
        talk.TALK,
        tour.TOUR,
        tour.TOPIC_TEXTS,
        settings_file.SETTINGS_FILE,
        readings.REASONS,
        readings.READINGS,
        findings.AS_MESSAGES,
        findings_of_files.PARTS,
        findings_of_records.PARTS,
        findings_of_reports.PARTS,
        screens.SCREENS,
        sentences.SENTENCES,
        analysis_pages.REPORT_PAGE,
        analyses.ANALYSES,
        analysis_pages.ANALYSIS_PAGES,
        comparing.COMPARING,
        forecasting.FORECASTING,
    )


@cache
def _templates() -> Mapping[str, str]:
    return {code: template for catalogue in catalogues() for code, template in catalogue.items()}


class _Details:
    """Details by name, and the names that stand for no detail."""

    def __init__(self, details: Mapping[str, Any], in_file: bool) -> None:  # noqa: FBT001 - passed on, never chosen
        self.details, self.in_file = details, in_file

    def __getitem__(self, name: str) -> _Value | _Key:
        if name in ("set", "option_or_key"):
            return _Key(self.in_file)
        return _Value(self.details[name], self.in_file)


class _Value:
    """A detail that writes itself as its place in a template says."""

    __slots__ = ("in_file", "value")

    def __init__(self, value: Any, in_file: bool) -> None:  # noqa: FBT001 - passed on, never chosen
        self.value, self.in_file = value, in_file

    def __format__(self, spec: str) -> str:
        return _written(self.value, spec, in_file=self.in_file or spec == "in_file")


class _Key:
    """An option with its value, or the key of the settings file that means the same."""

    __slots__ = ("in_file",)

    def __init__(self, in_file: bool) -> None:  # noqa: FBT001 - passed on, never chosen
        self.in_file = in_file

    def __format__(self, spec: str) -> str:
        if not spec:
            return in_words("the key" if self.in_file else "the option")
        if not self.in_file:
            return f"`--{spec}`"
        name, _, value = spec.partition(" ")
        if name == "map":
            name, _, value = value.partition("=")
            value = value.strip('"')
        return f'`{name.replace("-", "_")} = "{value}"`'


def _written(value: Any, spec: str, *, in_file: bool = False) -> str:
    if spec.startswith("noun"):
        return _noun(str(value), spec)
    if "|" in spec or "#" in spec:
        many = value.total if isinstance(value, Some) else len(value) if isinstance(value, (list, tuple)) else value
        return _form(many, spec)
    if isinstance(value, Some):
        return _listed(value.values, spec, value.total, in_file=in_file)
    if isinstance(value, (list, tuple)):
        return _listed(value, spec, len(value), in_file=in_file)
    if isinstance(value, Message):
        return _cut(text(value, in_file=in_file), _TYPED)
    if value is None:
        return ""
    if not isinstance(value, str):
        return _of_value(value, spec)
    if isinstance(value, Said):
        return value
    if isinstance(value, Told):
        value = retold(value)
    return isolated(_shown(value, spec))


def _shown(value: str, spec: str) -> str:
    """Text as its place in a template says."""
    if spec == "said":
        return _cut(_LONG_NAME.sub(lambda found: f"`{_cut(found[1], _SHOWN)}`", value), 2_000)
    if spec == "shell":
        return _cut(typed(value), _TYPED)
    return _cut(value, _TYPED if spec in ("typed", "in_file") else _SHOWN)


def _of_value(value: Any, spec: str) -> str:
    """A number or a day as the language writes it."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat() if spec == "iso" else day(value)
    plain = spec in ("", "typed", "said", "shell", "in_file")
    text = str(value) if plain else format(value, spec)
    if not isinstance(value, (int, float, Decimal)):
        return text
    if text.endswith("%") and spoken() is not ENGLISH:
        text = text[:-1] + in_words(" %", "unit_ratio")
    return number(text)


def _noun(kind: str, spec: str) -> str:
    """What a record of a kind is called: ``noun`` one, ``nouns`` several, ``noun1``, ``noun2`` further forms of a language."""
    forms = in_words(NOUNS.get(kind, "row|rows")).split("|")
    place = spec.removeprefix("noun")
    return forms[-1 if place == "s" else int(place or 0)]


def _form(many: int, forms: str) -> str:
    """The form of a word by a number, of as many forms as the language has; # stands for the number.

    A word without its number beside it tells one from several: Russian says 21 строка, and yet строки 3, 4, 5 of twenty-one.
    """
    found = forms.split("|")
    place = spoken().form(abs(int(many)))
    if "#" not in forms and abs(many) != 1 and place == spoken().form(1):
        place = len(found) - 1
    return found[min(place, len(found) - 1)].replace("#", number(f"{many:,}"))


def _listed(items: Sequence[Any], spec: str, count: int, *, in_file: bool) -> str:
    """The one place that joins a list."""
    joint, _, rest = (spec or ",").partition(" ")
    most, _, end = rest.partition(" ")
    word, mark = joint.strip("`"), "`" if joint.startswith("`") else ""
    language = spoken()
    between = {";": language.semicolon, "/": " / "}.get(word, language.comma)
    shown = [_item(item, mark, in_file=in_file) for item in (items[: int(most)] if most else items)]
    left = count - len(shown)
    if left:
        if end == "more":
            end = language.rest.replace("#", number(f"{left:,}"))
        else:
            end = between + end.removeprefix(",").strip() if end.startswith(",") else f" {end}"
        return between.join(shown) + end
    if word in _MARKS or len(shown) < 2:
        return between.join(shown)
    last = language.either[word.startswith("or")]
    if word.endswith("+"):
        return reduce(partial(_beside, last), shown)
    return _beside(last, between.join(shown[:-1]), shown[-1])


def _beside(joint: str, left: str, right: str) -> str:
    """Two items with the word between them; where it has no blanks of its own, Latin signs beside it get one, as in 阶段或 status."""
    before = " " if "!" <= left[-1:] <= "~" and not joint.startswith(" ") else ""
    after = " " if "!" <= right[:1] <= "~" and not joint.endswith(" ") else ""
    if joint.startswith(" "):  # of Arabic, whose "and" is written with the next word
        after = ""
    return f"{left}{before}{joint}{after}{right}"


def _item(item: Any, mark: str, *, in_file: bool) -> str:
    value, times = item if isinstance(item, tuple) else (item, None)
    if isinstance(value, Message):
        mark = ""
    return f"{mark}{_written(value, '', in_file=in_file)}{mark}" + (
        phrase("in_brackets", what=number(f"{times:,}")) if times is not None else ""
    )


def _cut(value: str, most: int) -> str:
    return value if len(value) <= most else f"{value[:most]}…"
