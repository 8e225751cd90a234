"""Where the value of an option comes from: typed, a variable, the settings file or the default, merged in one place.

Nothing heavy is imported here: without a settings file no model of one is ever built.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from salesmetrics.errors import SalesmetricsError
from salesmetrics.schema.message import Message, Told
from salesmetrics.schema.provenance import Shaped

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from salesmetrics.calendar import Calendar
    from salesmetrics.metrics.settings import Settings
    from salesmetrics.settings.option import Option
    from salesmetrics.settings.tables import GoalTable, KpiTable

__all__ = [
    "FILE_NAME",
    "SettingsFile",
    "Settled",
    "Source",
    "check",
    "find_settings",
    "from_options_and_variables",
    "line_of",
    "merge",
    "name_source",
    "named",
    "nearest",
    "no_settings",
    "read_typed",
    "refuse_idle",
    "refuse_stranger",
    "restate",
    "shaped_by",
]

FILE_NAME = "salesmetrics.toml"

_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "off"})


class Source(NamedTuple):
    """Where a value comes from.

    Attributes:
        kind: An option that was typed, a variable, the settings file, or nothing at all.
        name: As it is written there: ``--timezone``, ``SALESMETRICS_TIMEZONE``, ``read.timezone``.
        path: Of the settings file.
        line: In it.
    """

    kind: Literal["option", "variable", "file", "default"]
    name: str = ""
    path: str = ""
    line: int = 0


class Settled(NamedTuple):
    """The value of an option, and where it comes from.

    Attributes:
        value: Of the type of the option's field.
        source: Of the value, or of most of it.
        items: Sources of single items where the value is put together: of a word, or of the name of a pair.
    """

    value: Any
    source: Source = Source("default")
    items: Mapping[str, Source] = {}

    @property
    def sources(self) -> tuple[Source, ...]:
        """Of the value and of its items."""
        return (self.source, *self.items.values())


class SettingsFile(NamedTuple):
    """What a settings file says.

    Attributes:
        path: As it is shown; None where there is no file.
        text: Its TOML.
        values: Name of an option → what the file settles of it.
        calendar: Weeks and fiscal years.
        thresholds: Its table ``settings``.
        goals: KPI → its goals.
        kpis: Name → a KPI of the user's own.
        shaped: What of it, and of variables, shapes the numbers of the command that runs.
    """

    path: str | None
    text: str
    values: Mapping[str, Settled]
    calendar: Calendar
    thresholds: Settings
    goals: Mapping[str, Sequence[GoalTable]]
    kpis: Mapping[str, KpiTable]
    shaped: Shaped = Shaped()

    def source(self, *place: str) -> Source:
        """Where a key stands, such as that of the tables ``goals`` and ``win_rate``."""
        return Source("file", ".".join(place), self.path or "", line_of(self.text, place))


def no_settings() -> SettingsFile:
    """What holds where there is no settings file."""
    from salesmetrics.calendar import Calendar
    from salesmetrics.metrics.settings import Settings

    return SettingsFile(None, "", {}, Calendar(), Settings(), {}, {})


def find_settings(named: str | None, *, left_out: bool) -> Path | None:
    """The settings file that is named, else the nearest one going up, unless it is to be left out.

    Raises:
        SalesmetricsError: ``file_not_found``.
    """
    if named is not None:
        path = Path(named)
        if not path.is_file():
            raise SalesmetricsError("file_not_found", path=named, near=None)
        return path
    if left_out:
        return None
    try:
        here = Path.cwd()
        found = next((path for folder in (here, *here.parents) if (path := folder / FILE_NAME).is_file()), None)
    except OSError:
        return None
    # Named as one sees it: the file in this folder by its name, one further up by its whole path.
    return found.relative_to(here) if found is not None and found.parent == here else found


def from_options_and_variables(
    options: Iterable[Option], typed: Mapping[str, Any], environment: Mapping[str, str], *, seen: bool = True
) -> dict[str, Settled]:
    """What was typed, and for the rest what variables give, by name.

    Args:
        options: Those that the command takes.
        typed: Name → value, of the options that were typed.
        environment: All variables.
        seen: Whether others can see what was typed, so that it may hold no secret.

    Raises:
        SalesmetricsError: ``option_invalid`` or ``variable_invalid``.

    >>> from salesmetrics.settings.options import Selection, options_of
    >>> given = from_options_and_variables(options_of(Selection), {"by": ["owner,team"]}, {"SALESMETRICS_LEVEL": "0.9"})
    >>> [(name, item.value, item.source.name) for name, item in given.items()]
    [('by', ('owner', 'team'), '--by'), ('level', 0.9, 'SALESMETRICS_LEVEL')]
    """
    found = {}
    for option in options:
        text = environment.get(option.variable_name or "")
        if option.name in typed:
            source = Source("option", option.flag)
            if seen and option.spoken and typed[option.name] not in option.spoken:
                cause, fix = Message("key_typed"), Message("key_example")
                raise SalesmetricsError("option_invalid", option=option.flag, value="***", cause=cause, fix=fix)
            value = _of_items(option, typed[option.name]) if option.repeatable else typed[option.name]
        elif text and option.variable_name:
            source = Source("variable", option.variable_name)
            with name_source(source):
                value = _of_text(option, text)
        else:
            continue
        if value in ((), {}):
            continue
        with name_source(source):
            check(option, value)
        found[option.name] = Settled(value, source, dict.fromkeys(value if option.adds else (), source))
    return found


def merge(
    options: Sequence[Option],
    given: Mapping[str, Settled],
    file: SettingsFile,
    *,
    not_from_file: Collection[str] = (),
) -> dict[str, Settled]:
    """The one order of priority: option, variable, settings file, default.

    Args:
        options: All of the command's groups, also those that it does not take.
        given: What :func:`from_options_and_variables` found.
        file: The settings file.
        not_from_file: Options that the file does not settle for this command.
    """
    ruled_out = {option.rules_out for option in options if option.name in given and given[option.name].value}
    found = {}
    for option in options:
        own = given.get(option.name)
        filed = None if option.name in not_from_file or option.name in ruled_out else file.values.get(option.name)
        if filed is not None and option.adds:
            found[option.name] = _added(own, filed, _named(option, options, given))
        else:
            found[option.name] = own or filed or Settled(option.default)
    return found


def _named(option: Option, options: Sequence[Option], given: Mapping[str, Settled]) -> set[str]:
    """What options and variables name in the option's table: a stage that one calls won is not lost by the file."""
    beside = [other.name for other in options if other.adds and other.table == option.table]
    return {name for other in beside if other in given for name in given[other].items}


def _added(own: Settled | None, filed: Settled, named: Collection[str]) -> Settled:
    kept = {item: source for item, source in filed.items.items() if item not in named}
    items = {**kept, **(own.items if own else {})}
    source = own.source if own else filed.source
    if isinstance(filed.value, dict):
        return Settled({**filed.value, **(own.value if own else {})}, source, items)
    return Settled((*(own.value if own else ()), *(item for item in filed.value if item in kept)), source, items)


def shaped_by(settled: Mapping[str, Settled], names: Collection[str], file: SettingsFile) -> Shaped:
    """What of the settings file and of variables shapes the numbers of a command.

    Args:
        settled: What :func:`merge` found.
        names: The options that shape numbers.
        file: The settings file.
    """
    found = [source for name in names if name in settled for source in settled[name].sources]
    plain = no_settings()
    keys = dict.fromkeys(source.name for source in found if source.kind == "file")
    return Shaped(
        file.path,
        (
            *keys,
            *_changed("calendar", file.calendar, plain.calendar),
            *_changed("settings", file.thresholds, plain.thresholds),
        ),
        tuple(dict.fromkeys(source.name for source in found if source.kind == "variable")),
    )


def _changed(table: str, own: object, plain: object) -> list[str]:
    """The keys of a table that the file gives another value than the default."""
    if own == plain:
        return []
    return [f"{table}.{name}" for name in type(own).__annotations__ if getattr(own, name) != getattr(plain, name)]


def check(option: Option, value: Any) -> None:
    """Refuse a value that cannot be used, wherever it comes from.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    if option.check is not None:
        pairs = [f"{name}={text}" for name, text in value.items()] if option.kind == "pairs" else []
        for item in pairs or (value if option.kind == "list" else [value]):
            option.check(item)


def _of_text(option: Option, text: str) -> Any:
    """The value that a variable gives: of a list one item per line, or between commas; blanks belong to an item."""
    if option.repeatable:
        items = text.splitlines() if "\n" in text else text.split(",")
        return _of_items(option, [item.strip() for item in items if item.strip()])
    if option.choices and text not in option.choices:
        raise _refused(option, text, Message("not_one_of", known=option.choices))
    if option.kind == "flag":
        word = text.strip().lower()
        if word not in _TRUE | _FALSE:
            raise _refused(option, text, Message("not_true_or_false"))
        return word in _TRUE
    return _number(option, text) if option.kind in ("number", "whole number") else text


def nearest(text: str, choices: Sequence[str]) -> str:
    """The choice that a text is likely to mean; the first of them where it is like none.

    >>> [nearest(text, ("en", "zh-Hans", "ru")) for text in ("zh_CN", "ru-RU", "RU", "xx")]
    ['zh-Hans', 'ru', 'ru', 'en']
    """
    from difflib import get_close_matches

    first = text.casefold().replace("_", "-").partition("-")[0]
    akin = [choice for choice in choices if choice.casefold().partition("-")[0] == first]
    return (*akin, *get_close_matches(text.casefold(), choices, n=1), *choices)[0]


def read_typed(option: Option, text: str) -> Any:
    """The value of an option that was typed.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    try:
        return _of_text(option, text)
    except SalesmetricsError as error:
        if option.form:
            raise
        fix = Message("option_example", option=option.flag, value=nearest(text, (*option.choices, "1")))
        raise SalesmetricsError("option_invalid", **{**error.details, "fix": fix}) from None


def _number(option: Option, text: str) -> float | int:
    try:
        value = int(text) if option.kind == "whole number" else float(text)
    except ValueError:
        raise _refused(option, text, Message("not_of_kind", kind=Told(option.kind))) from None
    if option.least is not None and not value >= option.least:
        raise _refused(option, text, Message("has_to_be_at_least", least=f"{option.least:g}"))
    if option.most is not None and not value <= option.most:
        most = f"{option.most:,}" if isinstance(option.most, int) else f"{option.most:g}"
        raise _refused(option, text, Message("has_to_be_at_most", most=most))
    return value


def _of_items(option: Option, items: Iterable[str]) -> tuple[str, ...] | dict[str, str]:
    if option.kind == "pairs":
        return dict(_pair(option, item) for item in items)
    return tuple(part for item in items for part in (_parts(item) if option.split else [item]))


def _parts(item: str) -> Iterator[str]:
    return (part.strip() for part in item.split(",") if part.strip())


def _pair(option: Option, text: str) -> tuple[str, str]:
    name, sign, value = text.rpartition("=") if option.name_with_signs else text.partition("=")
    if not sign or not name.strip():
        raise _refused(option, text, Message("not_written_as", form=option.metavar))
    return name.strip(), value.strip()


def _refused(option: Option, text: str, cause: Message) -> SalesmetricsError:
    example = Message("variable_example", variable=option.variable_name, example=(*option.choices, "true")[0])
    fix = Message(option.form) if option.form else example
    return SalesmetricsError("option_invalid", option=option.flag, value=text, cause=cause, fix=fix)


@contextmanager
def name_source(source: Source) -> Iterator[None]:
    """What is refused within is reported with this place.

    Raises:
        SalesmetricsError: See :func:`restate`.
    """
    try:
        yield
    except SalesmetricsError as error:
        raise restate(error, source) from error


def restate(error: SalesmetricsError, source: Source) -> SalesmetricsError:
    """The refusal of a value in terms of where it was written.

    Args:
        error: What was refused, as of an option.
        source: Where the value comes from.

    Returns:
        ``variable_invalid`` or ``config_invalid``; the error itself where an option was typed.
    """
    if source.kind in ("option", "default") or error.code in ("variable_invalid", "config_invalid"):
        return error
    details = error.details
    cause = details.get("cause") or Message(error.code, **details)
    if "value" in details:
        cause = Message("value_refused", value=str(details["value"]), cause=cause)
    fix = details.get("fix") or Message("use_one_of", known=details["known"])
    if source.kind == "variable":
        return SalesmetricsError("variable_invalid", variable=source.name, cause=cause, fix=fix)
    # What a fix says to set, the template of `config_invalid` draws as a key.
    return SalesmetricsError(
        "config_invalid", path=source.path, line=source.line, key=source.name, cause=cause, fix=fix
    )


OPTION_OF = {"kpi_unknown": "kpi", "family_unknown": "family", "dimension_unknown": "by", "where_invalid": "where"}
"""The option that a refusal is about, where it does not name one."""


def named(error: SalesmetricsError, settled: Mapping[str, Settled]) -> SalesmetricsError:
    """A refusal of an option's value as one of the place that it was written in.

    Args:
        error: What was refused.
        settled: The options by name, with where their values come from.
    """
    details = error.details
    if error.code == "map_invalid":
        name, item = "map", str(details["text"]).partition("=")[0]
    else:
        typed = str(details.get("option", "")) if error.code == "option_invalid" else OPTION_OF.get(error.code, "")
        name, item = typed.lstrip("-").replace("-", "_"), str(details.get("value", "")).rpartition("=")[0]
    found = settled.get(name)
    return error if found is None else restate(error, found.items.get(item, found.source))


def refuse_stranger(settled: Mapping[str, Settled]) -> None:
    """Refuse a cluster that a settings file chooses which was found, and not named: its machines send back what this one runs.

    Args:
        settled: What :func:`merge` found.

    Raises:
        SalesmetricsError: ``config_invalid``.
    """
    master = settled.get("master")
    if master is None or master.source.kind != "file" or settled["engine"].value != "spark":
        return
    if not str(master.value).startswith("local"):
        cause, fix = Message("settings_unnamed"), Message("name_settings_file", path=master.source.path)
        details = {"path": master.source.path, "line": master.source.line, "key": master.source.name}
        raise SalesmetricsError("config_invalid", **details, cause=cause, fix=fix)


def _counts(value: Any, wanted: str) -> bool:
    """Whether the value of another option gives one beside it an effect."""
    return value == wanted if wanted else bool(value)


def refuse_idle(
    options: Sequence[Option],
    typed: Mapping[str, Any],
    settled: Mapping[str, Settled],
    form: str | None,
    *,
    always: Collection[str] = (),
) -> None:
    """Refuse an option that was given and would change nothing. What a variable or the settings file gives waits for its occasion.

    Args:
        options: Those that the command takes.
        typed: Name → value, of those that were given.
        settled: What :func:`merge` found.
        form: Of the output; None where there is none.
        always: Options that need no other beside them here.

    Raises:
        SalesmetricsError: ``option_idle``.
    """
    for option in options:
        if option.name not in typed:
            continue
        wanted = {name: value for name, _, value in (other.partition("=") for other in option.beside)}
        beside = [other for other in options if other.name in wanted]
        if (
            beside
            and option.name not in always
            and not any(_counts(settled[o.name].value, wanted[o.name]) for o in beside)
        ):
            names = [f"{other.flag} {wanted[other.name]}".rstrip() for other in beside]
            cause, fix = Message("only_with", options=names), Message("add_option", options=names)
            raise SalesmetricsError("option_idle", option=option.flag, cause=cause, fix=fix)
        if option.forms and form is not None and form not in option.forms:
            cause, fix = (
                Message("only_in_forms", forms=option.forms, form=form),
                Message("format_to_try", form=option.forms[0]),
            )
            raise SalesmetricsError("option_idle", option=option.flag, cause=cause, fix=fix)


def line_of(text: str, place: Sequence[str]) -> int:
    """The line on which a key stands; the nearest table header above where the line cannot be found."""
    table: list[str] = []
    best = 1
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*+\[++([^\]]++)\]", line)
        if header:
            table = _key_parts(header[1])
            if list(place[: len(table)]) == table:
                best = number
            continue
        key = re.match(r"""\s*+((?:"[^"]*"|'[^']*'|[\w.\- ])++)\s*+=""", line)
        if key:
            keys = [*table, *_key_parts(key[1])]
            if list(place[: len(keys)]) == keys:
                return number
    return best


def _key_parts(text: str) -> list[str]:
    """The parts of a dotted key, of which one in quotes may hold dots itself."""
    return [part.strip("\"'") for part in re.findall(r"""\s*("[^"]*"|'[^']*'|[^.\s"']+)""", text)]
