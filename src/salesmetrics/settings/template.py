"""A first `salesmetrics.toml`. Own file: it is text, made from what was read and from declarations, not wiring of a command.

It holds what was found in the files, active where it should be fixed, and the defaults as comments.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import msgspec

from salesmetrics.analysis.reasons import alike, reason_key
from salesmetrics.ingest.recognise.misspelt import one_slip
from salesmetrics.messages import joined, phrase
from salesmetrics.messages.speech import in_words, number
from salesmetrics.metrics.settings import Settings
from salesmetrics.schema.inspection import ELSEWHERE
from salesmetrics.schema.message import Message, outcome_word
from salesmetrics.settings.model import setting_descriptions
from salesmetrics.settings.options import TABLES, Resources, options_of_table
from salesmetrics.settings.tables import CalendarTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from salesmetrics.ingest.dataset import ReadOptions
    from salesmetrics.schema.inspection import FileGuess, FileReading
    from salesmetrics.settings.options import Option, Table

__all__ = ["settings_template"]

_FLAGS = frozenset({"is_won", "is_lost", "is_closed"})


class _Line(msgspec.Struct, frozen=True):
    """A setting: active where it has to be fixed, else a comment with what was found."""

    key: str
    value: str
    why: str
    on: bool = True

    def __str__(self) -> str:
        text = f"{self.key} = {self.value}"
        return (text if self.on else f"# {text}") + (f"  # {self.why}" if self.why else "")


def settings_template(
    readings: Sequence[FileReading],
    options: ReadOptions,
    guesses: Sequence[FileGuess] = (),
    hows: Sequence[Message] = (),
    reasons: Mapping[str, int] | None = None,
) -> str:
    """The text of a settings file that makes later runs read these files the same way.

    Active lines: what an option set, and what next week's export could leave open (the order of dates, the decimal
    mark, a guessed encoding, the CRM, the words that mean won and lost). Everything else is a comment, also where
    the files differ.

    Args:
        readings: What the files were recognised as; none gives the defaults.
        options: The options of the command line.
        guesses: What files could be that are not recognised: active lines, each marked as a guess.
        hows: How the columns of these files were read.
        reasons: Loss reason → deals that have it, the most frequent first.
    """
    seen = [
        phrase("settings_read", path=_comment(item.path), kind=item.kind, crm=item.crm, n=item.rows.used)
        for item in readings
    ]
    seen += [phrase("settings_not_recognised", path=_comment(item.path)) for item in guesses]
    lines = {
        "read": _reading(readings, options, guesses, hows),
        "map": [*_guessed(guesses, options), *_columns(readings, options, guesses)],
        "stages": _stages(readings, options, guesses),
        "currency": _symbols(options),
        "report": _keys("report"),
        "losses": _reasons(reasons or {}),
        "output": _keys("output"),
        "csv": _keys("csv"),
        "calendar": _calendar(),
        "settings": _settings(),
    }
    tables = [_table(table, lines[table.name]) for table in TABLES if table.name in lines]
    head = phrase("settings_head") + "".join(f"{line}\n" for line in seen)
    return "\n".join([head, *tables, phrase("settings_examples")])


def _table(table: Table, lines: Iterable[_Line | str]) -> str:
    # Pairs are a table of their own: `[currency.symbols]`.
    name = next((str(option.key) for option in options_of_table(table.name) if option.kind == "pairs"), table.name)
    comment = f"# {in_words(table.comment)}\n" if table.comment else ""
    return f"[{name}]\n{comment}" + "".join(f"{line}\n" for line in lines)


def _reading(
    readings: Sequence[FileReading], options: ReadOptions, guesses: Sequence[FileGuess], hows: Sequence[Message]
) -> Iterator[_Line]:
    encodings = {item.encoding for item in readings}
    guessed = any(item.encoding_how in {"guess", "option"} for item in readings)
    profiles = {item.profile for item in readings}
    seen: dict[str, tuple[set[str], bool]] = {
        "encoding": (encodings, guessed),
        "delimiter": ({item.delimiter for item in readings if item.delimiter}, False),
        "date_order": ({order for how in hows if (order := _date_order(how))}, True),
        "decimal": ({_MARKS[code] for how in hows for code in _codes(how) if code in _MARKS}, True),
        "profile": (profiles, profiles != {"generic"}),
    }
    assumed = {name: value for item in guesses for name, value in item.assumed.items()}
    for option in options_of_table("read"):
        if option.name in Resources._fields:  # of the machine, not of the files
            yield _default(option)
            continue
        if option.name in assumed:
            yield _Line(option.name, _text(assumed[option.name]), phrase("a_guess"))
            continue
        found, worth = seen.get(option.name, (set(), True))
        yield _one(option, getattr(options, option.name, None), found, worth=worth)


def _one(option: Option, given: str | None, seen: set[str], *, worth: bool) -> _Line:
    key = str(option.key).partition(".")[2]
    if given is not None:
        return _Line(key, _text(given), phrase("from_option"))
    if len(seen) == 1:
        return _Line(key, _text(next(iter(seen))), phrase("from_files"), on=worth)
    if seen:
        return _Line(key, _text(min(seen)), phrase("files_differ", values=sorted(seen)), on=False)
    return _Line(key, _value(option.example), "", on=False)


_MARKS = {
    "decimal_point": "point",
    "decimal_point_by_grouping": "point",
    "decimal_point_and_comma": "point",
    "decimal_comma": "comma",
    "decimal_comma_by_grouping": "comma",
}
"""Code of a reading of numbers → the decimal mark that it goes by."""


def _codes(how: Message) -> Iterator[str]:
    """The code of a message and of those in it."""
    yield how.code
    for detail in how.details.values():
        for part in detail if isinstance(detail, tuple) else (detail,):
            if isinstance(part, Message):
                yield from _codes(part)


def _date_order(how: Message) -> str | None:
    """The order that a column of dates was read by; year first needs no settling.

    >>> [_date_order(Message("date_shapes", shapes=(Message(code, sep="."),))) for code in ("dmy", "ymd")]
    ['dmy', None]
    """
    if isinstance(inner := how.details.get("how"), Message):
        return _date_order(inner)
    shape = next(iter(how.details.get("shapes", ())), None)
    return None if shape is None else {"dmy": "dmy", "dmy_and_time": "dmy", "mdy": "mdy"}.get(shape.code)


def _guessed(guesses: Sequence[FileGuess], options: ReadOptions) -> Iterator[_Line]:
    """A line for each field that a column could be; of several files the first counts."""
    shown = set(options.mapping)
    for guess in guesses:
        for each in guess.columns:
            if each.field is not None and each.field not in shown:
                shown.add(each.field)
                yield _Line(
                    each.field,
                    _text(each.header),
                    phrase("guessed_field", kind=guess.kind, percent=100 * each.confidence),
                )


def _columns(
    readings: Sequence[FileReading], options: ReadOptions, guesses: Sequence[FileGuess]
) -> Iterator[_Line | str]:
    """A line for each field. A key occurs once in a table, so further files with the same field become comments."""
    shown = {*options.mapping, *(each.field for guess in guesses for each in guess.columns if each.field)}
    for field, header in options.mapping.items():
        yield _Line(field, _text(header), phrase("from_option"))
    for item in readings:
        for column in item.columns:
            if column.field in options.mapping:
                continue
            if column.field in shown:
                named = {"kind": item.kind, "field": column.field, "header": column.header}
                yield phrase("field_of_other_kind", how=column.read_as, **named)
            else:
                shown.add(column.field)
                lenient = column.matched == "partial"
                why = phrase(
                    "field_of_kind_in_part" if lenient else "field_of_kind", kind=item.kind, how=column.read_as
                )
                yield _Line(column.field, _text(column.header), why, on=lenient and len(readings) == 1)


def _stages(
    readings: Sequence[FileReading], options: ReadOptions, guesses: Sequence[FileGuess]
) -> Iterator[_Line | str]:
    """Words are fixed only where one column of words decides: flags or a second column could contradict them."""
    deals = [item for item in readings if item.kind == "deals"]
    flags = any(column.field in _FLAGS for item in deals for column in item.columns)
    columns = {word.column for item in deals for word in item.words}
    worth = len(columns) == 1 and not flags
    given_words: Mapping[str, Sequence[str]] = {"won": options.won, "lost": options.lost, "other": options.other}
    if options.open:
        given_words = {**given_words, "open": options.open}
    for outcome, given in given_words.items():
        counts: dict[str, int] = dict.fromkeys(given, 0)
        for word in (w for item in deals for w in item.words if w.outcome == outcome and w.how != ELSEWHERE):
            if worth or word.word in counts:
                counts[word.word] = counts.get(word.word, 0) + word.count
        guessed = {each.word: each.count for guess in guesses for each in guess.words if each.outcome == outcome}
        counts |= guessed
        words = [joined([word, number(f"{count}")], ":") for word, count in counts.items() if count]
        why = phrase("words_guessed" if guessed else "words_counted", words=words)
        yield _Line(outcome, _listed(counts), _comment(why), on=bool(counts))
    for outcome in ("open", *(() if worth else given_words)):
        words = [f"{word.word} {word.count}" for item in deals for word in item.words if word.outcome == outcome]
        if words:
            yield _comment(phrase("words_read_as", outcome=outcome_word(outcome), words=words))


def _symbols(options: ReadOptions) -> Iterator[_Line]:
    for sign, code in options.symbols.items():
        yield _Line(_text(sign), _text(code), phrase("from_option"))
    if not options.symbols:
        sign, code = next(option.example for option in options_of_table("currency"))
        yield _Line(_text(sign), _text(code), "", on=False)


def _reasons(counts: Mapping[str, int]) -> Iterator[_Line | str]:
    """Reasons that read alike, each as a variant of the most frequent one of them; and those with a letter that differs.

    All of it is a comment: whoever keeps the CRM decides whether they are the same.
    """
    groups = alike(counts)
    rank = {reason: place for place, reason in enumerate(counts)}
    for members in groups:
        reason, *variants = sorted(members, key=rank.__getitem__)
        for variant in variants:
            why = phrase("reason_variant", n=counts[variant], other=counts[reason])
            yield _Line(_text(variant), _text(reason), why, on=False)
    if not groups:
        variant, reason = next(option.example for option in options_of_table("losses"))
        yield _Line(_text(variant), _text(reason), "", on=False)
    keys: dict[str, str] = {}
    for reason in counts:
        keys.setdefault(reason_key(reason), reason)
    short = [key for key in keys if len(key) >= _SHORTEST][:_COMPARED]
    for place, key in enumerate(short):
        for other in short[place + 1 :]:
            if one_slip(other, key):
                pair = {"variant": keys[other], "reason": keys[key]}
                numbers = {"n": counts[keys[other]], "other": counts[keys[key]]}
                yield _comment(phrase("reasons_one_letter_apart", **pair, **numbers))


_SHORTEST = 5
"""Letters of a reason below which one letter makes another word."""
_COMPARED = 300
"""Reasons that are compared letter by letter: more are free text."""


def _keys(table: str) -> Iterator[_Line]:
    return map(_default, options_of_table(table))


def _default(option: Option) -> _Line:
    value = option.example if option.example is not None else option.default
    return _Line(str(option.key).partition(".")[2], _value(value), in_words(option.about), on=False)


def _calendar() -> Iterator[_Line]:
    for name, info in CalendarTable.model_fields.items():
        yield _Line(name, _value(info.default), in_words(info.description or ""), on=False)


def _settings() -> Iterator[_Line]:
    examples = {"market_size": 10_000, "stalled_stage_days": 30, "business_hours": "09:00-18:00 Mon-Fri"}
    examples |= {"stage_order": ["New", "Offer"]}
    about = setting_descriptions()
    for item in fields(Settings):
        value = examples.get(item.name) if item.default in (None, ()) else item.default
        if value is not None:
            yield _Line(item.name, _value(value), in_words(about.get(item.name, "")), on=False)


def _value(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return _listed(value)
    if isinstance(value, bool):
        return str(value).lower()
    return _text(value) if isinstance(value, str) else str(value)


def _listed(words: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, words))}]"


def _text(text: str) -> str:
    r"""A TOML basic string.

    >>> print(_text('say "yes"\t'))
    "say \"yes\"\t"
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_escape(char) for char in escaped) + '"'


def _escape(char: str) -> str:
    if char == "\t":
        return "\\t"
    return char if char.isprintable() else f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _comment(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
