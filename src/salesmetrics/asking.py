"""Options of a call in Python: the same names, values and refusals as those of its command. Own file: `library` says what is done.

Variables of the environment and the settings file of a folder are for the command line; ``config="salesmetrics.toml"`` reads one.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, TypeVar

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import Dataset
from salesmetrics.messages.languages import ENGLISH
from salesmetrics.privacy.refusing import refusing_without_names
from salesmetrics.questions import make_question, read_options, refuse_below
from salesmetrics.schema.message import Message
from salesmetrics.settings.option import Option, near_option
from salesmetrics.settings.options import (
    SHAPING,
    Composing,
    Diagnosis,
    Forecasting,
    Judging,
    Listed,
    Merging,
    Output,
    Privacy,
    Reading,
    Resources,
    Segments,
    Selection,
    SettingsOptions,
    Speaking,
    Watch,
    options_of,
)
from salesmetrics.settings.sources import (
    SettingsFile,
    Settled,
    from_options_and_variables,
    merge,
    named,
    no_settings,
    read_typed,
    refuse_idle,
    shaped_by,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from salesmetrics.engine.request import Question
    from salesmetrics.ingest.dataset import ReadOptions

__all__ = [
    "TAKES",
    "Asked",
    "BenchmarkOptions",
    "CheckOptions",
    "CohortOptions",
    "CompareOptions",
    "ExplainOptions",
    "FilePath",
    "ForecastOptions",
    "FunnelOptions",
    "LossesOptions",
    "ReadingOptions",
    "ReportOptions",
    "RowsOptions",
    "TrendOptions",
    "ask",
    "path_given",
    "paths_given",
    "restated",
    "source_given",
    "taken",
    "texts_given",
    "with_options",
]

F = TypeVar("F", bound="Callable[..., Any]")

FilePath = str | os.PathLike[str]
Words = str | Iterable[str]
Pairs = Mapping[str, str]
Day = str | date


class ReadingOptions(TypedDict, total=False):
    """How files are read, and the settings file."""

    encoding: str | None
    delimiter: str | None
    date_order: str | None
    decimal: str | None
    profile: str | None
    map: Pairs
    currency_symbol: Pairs
    timezone: str | None
    won: Words
    lost: Words
    other: Words
    open: Words
    pseudonymize: bool
    no_names: bool
    key: str | None
    config: str | None


class _Selected(ReadingOptions, total=False):
    where: str | None
    currency: str | None
    period: str


class _Spoken(TypedDict, total=False):
    memory: str | int
    engine: str
    master: str | None
    lang: str | None


class _Shown(_Spoken, total=False):
    all: bool


class CheckOptions(ReadingOptions, _Shown, total=False):
    """Options of ``check`` and ``inspect``."""


class CompareOptions(_Selected, _Shown, total=False):
    """Options of ``compare``."""

    by: Words
    on: Pairs


class _OnADay(_Selected, total=False):
    as_of: Day | None


class FunnelOptions(_OnADay, _Shown, total=False):
    """Options of ``funnel``."""

    by: Words
    level: float
    min_n: int
    cohort: bool
    horizon: int | None


class ForecastOptions(_OnADay, _Shown, total=False):
    """Options of ``forecast``."""

    by: Words
    level: float
    target: float | None
    seed: int
    draws: int


class CohortOptions(_OnADay, _Shown, total=False):
    """Options of ``cohort``."""

    by: Words
    level: float
    min_n: int
    every: str
    of: str


class LossesOptions(_OnADay, _Shown, total=False):
    """Options of ``losses``."""

    by: Words
    compare: str | None
    level: float
    min_n: int
    fdr: float | None
    merge_reason: Pairs


class BenchmarkOptions(_OnADay, _Shown, total=False):
    """Options of ``benchmark``."""

    by: Words
    kpi: Words
    family: Words
    compare: str | None
    level: float
    min_n: int
    fdr: float | None
    seed: int
    every: str | None


class TrendOptions(_OnADay, _Shown, total=False):
    """Options of ``trend``."""

    by: Words
    every: str
    level: float
    min_n: int
    sort: str | None
    top: int | None
    no_total: bool


class ReportOptions(_OnADay, _Shown, total=False):
    """Options of ``report``."""

    by: Words
    kpi: Words
    family: Words
    compare: str | None
    every: str | None
    level: float
    min_n: int
    sort: str | None
    top: int | None
    no_total: bool
    fdr: float | None
    goal: Words
    sections: Words


class RowsOptions(_OnADay, _Shown, total=False):
    """Options of ``rows``."""

    columns: Words
    sort: str | None
    top: int | None


class ExplainOptions(_OnADay, _Spoken, total=False):
    """Options of ``explain``."""

    every: str | None
    level: float


# --- what a command takes ---


class Takes(NamedTuple):
    """The options of a command.

    Attributes:
        groups: Groups of options.
        without: Those of them that it does not take.
        not_from_file: Those that the settings file does not settle for it.
        own: Options of this command alone.
        always: Options that need no other beside them here.
    """

    groups: tuple[Any, ...]
    without: tuple[str, ...] = ()
    not_from_file: tuple[str, ...] = ()
    own: tuple[Option, ...] = ()
    always: tuple[str, ...] = ()


IN_A_CALL = ("all",)
"""Options of the output that a call takes, too."""
OF_A_COMMAND = (
    *(name for name in Output._fields if name not in IN_A_CALL),
    *(*Diagnosis._fields, "no_config", "wide", "max_age", "strict", "rejects", "github"),
)
"""Options that say where the output of a command goes, how it looks, and what it exits with."""

_EVERY = ("week", "month", "quarter", "year")
_READ = (Reading, Resources, Privacy)
_ON = Option("Days of exports, by file.", name="on", kind="pairs", default={}, name_with_signs=True)
_ROWS = Option("List the records behind a cell instead.", name="rows", kind="text")


def _every(*choices: str, default: str | None) -> Option:
    return Option("Length of a period.", name="every", kind="text", choices=choices, default=default)


TAKES: Mapping[str, Takes] = {
    "load": Takes((Reading, Privacy)),
    "check": Takes((*_READ, Output)),
    "inspect": Takes((*_READ, Output)),
    "report": Takes((*_READ, Selection, Segments, Judging, Watch, Composing, Output)),
    "trend": Takes(
        (*_READ, Selection, Segments, Output),
        ("kpi", "family", "compare"),
        ("family", "compare", "period", "by"),
        (_every(*_EVERY, default="month"),),
        ("wide",),
    ),
    "compare": Takes(
        (*_READ, Selection, Output),
        ("kpi", "family", "as_of", "compare", "every", "level", "min_n"),
        ("kpi", "family", "as_of", "compare", "every", "by", "period"),
        (_ON, _ROWS),
    ),
    "funnel": Takes(
        (*_READ, Selection, Output),
        ("kpi", "family", "every", "compare"),
        ("kpi", "family", "every", "compare", "by"),
        (
            Option("Follow the deals created in the period.", name="cohort", kind="flag", default=False),
            Option("Days within which a deal will advance.", name="horizon", kind="whole number"),
            _ROWS,
        ),
    ),
    "cohort": Takes(
        (*_READ, Selection, Output),
        ("kpi", "family", "compare"),
        ("kpi", "family", "compare", "by"),
        (
            _every("month", "quarter", default="month"),
            Option("Records to follow.", name="of", kind="text", choices=("deals", "leads"), default="deals"),
            _ROWS,
        ),
    ),
    "forecast": Takes(
        (*_READ, Selection, Forecasting, Output),
        ("kpi", "family", "every", "compare", "min_n"),
        ("kpi", "family", "every", "compare", "min_n", "by", "period"),
        (_ROWS,),
    ),
    "benchmark": Takes(
        (*_READ, Selection, Judging, Output),
        (),
        ("compare", "every", "kpi", "family", "by"),
        (
            *(option for option in options_of(Forecasting) if option.name == "seed"),
            _every(*_EVERY, default=None),
            _ROWS,
        ),
    ),
    "losses": Takes(
        (*_READ, Selection, Merging, Judging, Output),
        ("kpi", "family", "every"),
        ("kpi", "family", "every", "by"),
        (_ROWS,),
    ),
    "rows": Takes(
        (*_READ, Selection, Listed, Output),
        ("kpi", "by", "family", "compare", "every", "level", "min_n"),
        ("columns", "sort", "top"),
    ),
    "explain": Takes((*_READ, Selection, Output), ("kpi", "by", "family", "compare", "min_n", "all")),
}
"""By function; a test compares them with the commands."""


@cache
def taken(function: str) -> tuple[Option, ...]:
    """The options that a function takes, in the order of its command."""
    takes = TAKES[function]
    own = {option.name for option in takes.own}
    left = {*takes.without, *OF_A_COMMAND, *own}
    groups = (*takes.groups, *_speaking(function), SettingsOptions)
    return (*(option for option in options_of(*groups) if option.name not in left), *takes.own)


def _speaking(function: str) -> tuple[Any, ...]:
    """The language, for functions that give something to read."""
    return () if function == "load" else (Speaking,)


def with_options(function: F) -> F:
    """Give a function the signature of its options, and a line about each in its docstring, for whoever looks them up."""
    options = taken(function.__name__)
    signature = inspect.signature(function)
    kept = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    given = {parameter.name for parameter in kept}
    more = [
        inspect.Parameter(option.name, inspect.Parameter.KEYWORD_ONLY, default=option.default)
        for option in options
        if option.name not in given
    ]
    function.__signature__ = signature.replace(parameters=[*kept, *more])  # type: ignore[attr-defined]
    lines = "".join(f"\n        {option.name}: {option.help}" for option in options)
    function.__doc__ = f"{(function.__doc__ or '').rstrip()}\n\n    Options:{lines}\n"
    return refusing_without_names(function)


# --- files ---


def path_given(file: object, command: str) -> str:
    """A path as it is typed.

    Raises:
        SalesmetricsError: ``argument_unlike``: it is none.

    >>> from pathlib import PurePosixPath
    >>> path_given(PurePosixPath("exports/deals.csv"), "salesmetrics report")
    'exports/deals.csv'
    """
    if not isinstance(file, str | os.PathLike):
        raise _unlike(file, command, "dataset_for_path" if isinstance(file, Dataset) else "no_path", "pass_paths")
    return os.fsdecode(file)


def paths_given(files: Sequence[object], command: str) -> list[str]:
    """Paths as they are typed.

    Raises:
        SalesmetricsError: ``argument_missing``; ``argument_unlike``: one is none.
    """
    if not files:
        example = Message("example", line=f'{command.replace(" ", ".")}("deals.csv")')
        raise SalesmetricsError("argument_missing", command=command, argument="FILE", fix=example)
    return [path_given(file, command) for file in files]


def source_given(files: Sequence[object], command: str, read: Sequence[str] = ()) -> Dataset | list[str]:
    """What a question is about: paths as they are typed, or a dataset.

    Args:
        files: As they were given.
        command: What they were given to.
        read: The options that say how files are read.

    Raises:
        SalesmetricsError: As :func:`paths_given`; ``argument_unlike`` for a dataset beside others; ``option_idle`` where it is
            said how to read a dataset, which is read already.
    """
    held = next((file for file in files if isinstance(file, Dataset)), None)
    if held is None:
        return paths_given(files, command)
    if len(files) > 1:
        raise _unlike(held, command, "dataset_beside_others", "load_together")
    if read:
        cause, fix = Message("dataset_is_read"), Message("settle_in_load")
        raise SalesmetricsError("option_idle", option=read[0], cause=cause, fix=fix)
    return held


def texts_given(value: object) -> list[str]:
    """One text or several, of whatever was given in their place; what is no text is refused as text where it is used.

    >>> texts_given("owner"), texts_given(("owner", "team")), texts_given(3)
    (['owner'], ['owner', 'team'], ['3'])
    """
    return list(map(str, value)) if isinstance(value, Iterable) and not isinstance(value, str | bytes) else [str(value)]


def _unlike(argument: object, command: str, cause: str, fix: str) -> SalesmetricsError:
    kind = type(argument).__name__
    return SalesmetricsError("argument_unlike", command=command, type=kind, cause=Message(cause), fix=Message(fix))


# --- what is asked ---


class Asked(NamedTuple):
    """The options of a call, with the defaults of those that were left out.

    Attributes:
        groups: By class.
        own: Options of this function alone, by name.
        settings: The settings file.
        options: How files are read.
        read: The options that were given of these, as the command has them.
        command: The command that is called.
    """

    groups: Mapping[Any, Any]
    own: Mapping[str, Any]
    settings: SettingsFile
    options: ReadOptions
    read: tuple[str, ...]
    command: str

    @property
    def language(self) -> str:
        """The language of documents; English where none is named, whatever the locale is."""
        return str(self.groups[Speaking].lang or ENGLISH.tag)

    @property
    def all(self) -> bool:
        """Whether documents show everything."""
        return bool(self.groups[Output].all)

    def question(self, *, trend: bool = False, headlines: int = 0, **changed: Any) -> Question:
        """What is asked for.

        Args:
            trend: Add the last twelve months to each KPI that has a date.
            headlines: So many KPIs at most where none is named; 0 for all.
            **changed: Options of the group ``Selection`` that are settled otherwise.

        Raises:
            SalesmetricsError: ``option_invalid``: a day that cannot be read.
        """
        selection = self.groups[Selection]._replace(**changed)
        segments, judging = self.groups.get(Segments), self.groups.get(Judging)
        return make_question(
            selection, self.settings, None, segments=segments, judging=judging, trend=trend, headlines=headlines
        )


def ask(function: str, options: Mapping[str, Any]) -> Asked:
    """Settle the options of a call.

    Names are hidden in what is refused already, where the call says so.

    Args:
        function: Its name.
        options: As they were given.

    Raises:
        SalesmetricsError: ``option_unknown``, ``option_invalid`` or ``option_idle``, as the command has them.
    """
    try:
        return _asked(function, options)
    except SalesmetricsError as error:
        if not (options.get("pseudonymize") or options.get("no_names")):
            raise
        from salesmetrics.privacy.details import hide_error
        from salesmetrics.privacy.names import Names

        raise hide_error(error, error, Names(None)) from None


def _asked(function: str, options: Mapping[str, Any]) -> Asked:
    takes, known = TAKES[function], {option.name: option for option in taken(function)}
    own = {option.name for option in takes.own}
    typed: dict[str, Any] = {}
    for name, value in options.items():
        if name not in known:
            raise _unknown(function, name)
        if value is not None:
            typed[name] = _value(known[name], value)
    given = from_options_and_variables(tuple(known.values()), typed, {}, seen=False)
    settings = no_settings()
    if "config" in given:
        from pathlib import Path

        from salesmetrics.settings.model import read_settings
        from salesmetrics.settings.sources import find_settings

        settings = read_settings(find_settings(given["config"].value, left_out=False) or Path())
    groups = (*takes.groups, *(() if Output in takes.groups else (Output,)), Speaking)
    settled = merge(options_of(*groups), given, settings, not_from_file={*takes.not_from_file, *own})
    settings = settings._replace(shaped=shaped_by(settled, SHAPING, settings))
    refuse_idle(tuple(known.values()), typed, settled, None, always=takes.always)
    made = {group: group(**{name: settled[name].value for name in group._fields}) for group in groups}
    if str(typed.get("as_of", "")).strip().casefold() == "today":
        cause, fix = Message("no_clock"), Message("pass_today")
        raise SalesmetricsError("option_invalid", option="--as-of", value="today", cause=cause, fix=fix)
    alone = {option.name: given.get(option.name, Settled(option.default)).value for option in takes.own}
    refuse_below("--horizon", alone.get("horizon"), 1, 90)
    read = tuple(option.flag for option in options_of(Reading, Resources, Privacy) if option.name in typed)
    reading = read_options(made[Reading], made[Privacy], made.get(Resources))
    if reading.names is not None:
        from salesmetrics.privacy.hiding import hidden_shaped

        settings = settings._replace(shaped=hidden_shaped(settings.shaped, reading.names))
    return Asked(made, alone, settings, reading, read, f"salesmetrics {function}")


def restated(error: SalesmetricsError, asked: Asked) -> SalesmetricsError:
    """A refusal in terms of the settings file, where the value stands there."""
    return named(error, asked.settings.values)


def _value(option: Option, value: Any) -> Any:
    """A value as the command line has it: text is read as typed text is, and everything is checked as text is."""
    if option.kind == "pairs":
        return [f"{k}={v}" for k, v in value.items()] if isinstance(value, Mapping) else texts_given(value)
    if option.kind == "list":
        return texts_given(value)
    if option.kind == "flag":
        return value if isinstance(value, bool) else read_typed(option, str(value))
    text = value.isoformat() if isinstance(value, date) else str(value)
    if option.choices and text not in option.choices:
        near = get_close_matches(text.casefold(), option.choices, n=1)
        fix = Message("option_example", option=option.flag, value=(*near, *option.choices)[0])
        cause = Message("not_one_of", known=option.choices)
        raise SalesmetricsError("option_invalid", option=option.flag, value=text, cause=cause, fix=fix)
    return read_typed(option, text)


def _unknown(function: str, name: str) -> SalesmetricsError:
    """A refusal of an option that there is not, with what was meant."""
    flag = f"--{name.replace('_', '-')}"
    if name in OF_A_COMMAND:
        cause, more = Message("only_of_a_command"), Message("use_a_result")
        return SalesmetricsError("option_idle", option=flag, cause=cause, fix=more)
    others = [f"salesmetrics {other}" for other in TAKES if any(option.name == name for option in taken(other))]
    flags = [option.flag for option in taken(function)]
    fix = Message("option_of_others", option=flag, commands=others) if others else near_option(flag, flags)
    if fix is None:
        near = get_close_matches(name, [option.name for option in taken(function)], n=1, cutoff=0)
        fix = Message("did_you_mean_this", near=f"--{near[0].replace('_', '-')}")
    return SalesmetricsError("option_unknown", command=f"salesmetrics {function}", option=flag, fix=fix)
