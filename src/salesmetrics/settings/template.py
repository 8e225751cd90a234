"""A first `salesmetrics.toml`. Own file: it is text, made from what was read and from declarations, not wiring of a command.

It holds what was found in the files, active where it should be fixed, and the defaults as comments.
"""

from __future__ import annotations

import re
from dataclasses import fields
from typing import TYPE_CHECKING

import msgspec

from salesmetrics.messages import counted
from salesmetrics.metrics.settings import Settings
from salesmetrics.schema.inspection import ELSEWHERE
from salesmetrics.settings.model import setting_descriptions
from salesmetrics.settings.options import TABLES, options_of_table
from salesmetrics.settings.tables import CalendarTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from salesmetrics.ingest.dataset import ReadOptions
    from salesmetrics.schema.inspection import FileGuess, FileReading
    from salesmetrics.settings.options import Option, Table

__all__ = ["settings_template"]

_HEAD = """\
# Settings of salesmetrics for this folder and its subfolders. Lines that begin with # have no effect.
# Priority: option, environment variable (SALESMETRICS_...), this file, default.
# `salesmetrics config show` lists every value and its source; docs/configuration.md lists every key.
"""

_EXAMPLES = """
[goals]
# If a goal is missed, `report` exits with 1. Short and long form:
# win_rate = ">= 25%"
# revenue = { goal = ">= 500000", period = "this-quarter", by = 2026-12-31, owner = "Ana", note = "board, May" }
# sales_cycle_median = [{ goal = "< 60", group = { region = "*" } }]

# Pay plan for `incentive_payout`: 5 % of sales up to the quota, 8 % of sales above it.
# [settings.incentive]
# tiers = [{ at = 0, rate = 0.05 }, { at = 1, rate = 0.08 }]
# threshold = 0.5        # no pay by rate below half of the quota
# bonus_at_quota = 1000  # once, when the quota is reached
# cap = 50000            # maximum pay of a rep in a period

# A custom KPI from measures and other KPIs:
# [kpi.calls_per_win]
# expression = "calls / won_deals"
# title = "Calls per won deal"
"""

_GUESS = "a guess"

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


def settings_template(readings: Sequence[FileReading], options: ReadOptions, guesses: Sequence[FileGuess] = ()) -> str:
    """The text of a settings file that makes later runs read these files the same way.

    Active lines: what an option set, and what next week's export could leave open (the order of dates, the decimal
    mark, a guessed encoding, the CRM, the words that mean won and lost). Everything else is a comment, also where
    the files differ.

    Args:
        readings: What the files were recognised as; none gives the defaults.
        options: The options of the command line.
        guesses: What files could be that are not recognised: active lines, each marked as a guess.
    """
    unknown = "".join(f"# Not recognised: {_comment(item.path)}; check what is marked as a guess\n" for item in guesses)
    seen = "".join(
        f"# Read: {_comment(item.path)} ({item.kind}, {item.crm}, {counted(item.rows.used, 'row')} used)\n"
        for item in readings
    )
    lines = {
        "read": _reading(readings, options, guesses),
        "map": [*_guessed(guesses, options), *_columns(readings, options, guesses)],
        "stages": _stages(readings, options, guesses),
        "currency": _symbols(options),
        "report": _keys("report"),
        "csv": _keys("csv"),
        "calendar": _calendar(),
        "settings": _settings(),
    }
    tables = [_table(table, lines[table.name]) for table in TABLES if table.name in lines]
    return "\n".join([_HEAD + seen + unknown, *tables]) + _EXAMPLES


def _table(table: Table, lines: Iterable[_Line | str]) -> str:
    # Pairs are a table of their own: `[currency.symbols]`.
    name = next((str(option.key) for option in options_of_table(table.name) if option.kind == "pairs"), table.name)
    comment = f"# {table.comment}\n" if table.comment else ""
    return f"[{name}]\n{comment}" + "".join(f"{line}\n" for line in lines)


def _reading(readings: Sequence[FileReading], options: ReadOptions, guesses: Sequence[FileGuess]) -> Iterator[_Line]:
    encodings = {item.encoding for item in readings}
    guessed = any(item.encoding_how in {"guess", "option"} for item in readings)
    profiles = {item.profile for item in readings}
    seen: dict[str, tuple[set[str], bool]] = {
        "encoding": (encodings, guessed),
        "delimiter": ({item.delimiter for item in readings if item.delimiter}, False),
        "date_order": ({order for text in _read_as(readings) if (order := _date_order(text))}, True),
        "decimal": ({m for text in _read_as(readings) for m in ("point", "comma") if f"decimal {m}" in text}, True),
        "profile": (profiles, profiles != {"generic"}),
    }
    assumed = {name: value for item in guesses for name, value in item.assumed.items()}
    for option in options_of_table("read"):
        if option.name in assumed:
            yield _Line(option.name, _text(assumed[option.name]), _GUESS)
            continue
        found, worth = seen.get(option.name, (set(), True))
        yield _one(option, getattr(options, option.name, None), found, worth=worth)


def _one(option: Option, given: str | None, seen: set[str], *, worth: bool) -> _Line:
    key = str(option.key).partition(".")[2]
    if given is not None:
        return _Line(key, _text(given), "from the option")
    if len(seen) == 1:
        return _Line(key, _text(next(iter(seen))), "from the files", on=worth)
    if seen:
        return _Line(key, _text(min(seen)), f"the files differ: {', '.join(sorted(seen))}", on=False)
    return _Line(key, _value(option.example), "", on=False)


def _read_as(readings: Sequence[FileReading]) -> list[str]:
    return [column.read_as for item in readings for column in item.columns]


def _date_order(text: str) -> str | None:
    """The order that a column of dates was read by; year first needs no settling.

    >>> _date_order("day.month.year"), _date_order("month/day/year and time"), _date_order("year-month-day")
    ('dmy', 'mdy', None)
    """
    match = re.match(r"(day|month)\W(day|month)\Wyear", text)
    return {"day": "dmy", "month": "mdy"}[match[1]] if match else None


def _guessed(guesses: Sequence[FileGuess], options: ReadOptions) -> Iterator[_Line]:
    """A line for each field that a column could be; of several files the first counts."""
    shown = set(options.mapping)
    for guess in guesses:
        for each in guess.columns:
            if each.field is not None and each.field not in shown:
                shown.add(each.field)
                yield _Line(each.field, _text(each.header), f"{guess.kind}, {each.confidence:.0%} sure, {_GUESS}")


def _columns(
    readings: Sequence[FileReading], options: ReadOptions, guesses: Sequence[FileGuess]
) -> Iterator[_Line | str]:
    """A line for each field. A key occurs once in a table, so further files with the same field become comments."""
    shown = {*options.mapping, *(each.field for guess in guesses for each in guess.columns if each.field)}
    for field, header in options.mapping.items():
        yield _Line(field, _text(header), "from the option")
    for item in readings:
        for column in item.columns:
            if column.field in options.mapping:
                continue
            if column.field in shown:
                yield f"#   {item.kind}: {column.field} is `{column.header}`, {column.read_as}"
            else:
                shown.add(column.field)
                lenient = column.matched == "partial"
                why = f"{item.kind}, {column.read_as}" + (", guessed from part of its name" if lenient else "")
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
        why = ", ".join(f"{word}: {count}" for word, count in counts.items() if count)
        why = ", ".join(filter(None, (why, _GUESS if guessed else "")))
        yield _Line(outcome, _listed(counts), why and _comment(why), on=bool(counts))
    for outcome in ("open", *(() if worth else given_words)):
        words = [f"{word.word} {word.count}" for item in deals for word in item.words if word.outcome == outcome]
        if words:
            yield _comment(f"# read as {outcome}: {', '.join(words)}")


def _symbols(options: ReadOptions) -> Iterator[_Line]:
    for sign, code in options.symbols.items():
        yield _Line(_text(sign), _text(code), "from the option")
    if not options.symbols:
        sign, code = next(option.example for option in options_of_table("currency"))
        yield _Line(_text(sign), _text(code), "", on=False)


def _keys(table: str) -> Iterator[_Line]:
    for option in options_of_table(table):
        value = option.example if option.example is not None else option.default
        yield _Line(str(option.key).partition(".")[2], _value(value), option.about, on=False)


def _calendar() -> Iterator[_Line]:
    for name, info in CalendarTable.model_fields.items():
        yield _Line(name, _value(info.default), info.description or "", on=False)


def _settings() -> Iterator[_Line]:
    examples = {"market_size": 10_000, "stalled_stage_days": 30, "business_hours": "09:00-18:00 Mon-Fri"}
    about = setting_descriptions()
    for item in fields(Settings):
        value = examples.get(item.name) if item.default is None else item.default
        if value is not None:
            yield _Line(item.name, _value(value), about.get(item.name, ""), on=False)


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
