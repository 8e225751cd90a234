"""The options, each declared once. A command takes groups of them as frozen dataclasses.

``@with_groups`` turns a parameter annotated with one of these dataclasses into that dataclass's options, so that every
command that reads files has the same ones.
"""

from __future__ import annotations

import inspect
import os
from dataclasses import dataclass, fields, is_dataclass, replace
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_type_hints

import typer

from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "Debug",
    "Files",
    "Format",
    "OptionalFiles",
    "Output",
    "Reading",
    "Selection",
    "Watch",
    "Without",
    "with_groups",
]


class Format(StrEnum):
    """Forms of output."""

    table = "table"
    csv = "csv"
    json = "json"
    md = "md"


class Color(StrEnum):
    """When to use colour."""

    auto = "auto"
    always = "always"
    never = "never"


class Compare(StrEnum):
    """Which earlier stretch a period is compared with."""

    previous = "previous"
    year_ago = "year-ago"


class Every(StrEnum):
    """Stretches of the calendar that a series is cut into."""

    week = "week"
    month = "month"
    quarter = "quarter"
    year = "year"


class DateOrder(StrEnum):
    """Orders of day, month and year."""

    dmy = "dmy"
    mdy = "mdy"
    ymd = "ymd"


class Decimal(StrEnum):
    """Decimal marks."""

    point = "point"
    comma = "comma"


READING = "Reading the files"
SELECTING = "What to report"
WATCHING = "When nobody watches"
WRITING = "Output"

Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE",
        help="Exports: paths, patterns, folders, or - for standard input; KIND=FILE says what a file is.",
        show_default=False,
    ),
]
OptionalFiles = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE", help="Exports to show the working with.", show_default=False),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an unexpected error happened.", hidden=True)]


@dataclass(frozen=True, slots=True)
class Settling:
    """Which settings file a command that reads no exports uses."""

    config: Annotated[
        str | None, typer.Option(metavar="FILE", help="Settings file.", show_default="nearest salesmetrics.toml")
    ] = None
    no_config: Annotated[bool, typer.Option("--no-config", help="Read no settings file.")] = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What settles the things that a file leaves open."""

    encoding: Annotated[
        str | None, typer.Option(metavar="NAME", help="Encoding, for example cp1251.", rich_help_panel=READING)
    ] = None
    delimiter: Annotated[
        str | None, typer.Option(metavar="CHAR", help="Delimiter: , ; | or tab.", rich_help_panel=READING)
    ] = None
    date_order: Annotated[
        DateOrder | None,
        typer.Option(metavar="dmy|mdy|ymd", help="Order of day, month and year.", rich_help_panel=READING),
    ] = None
    decimal: Annotated[
        Decimal | None, typer.Option(metavar="point|comma", help="Decimal mark.", rich_help_panel=READING)
    ] = None
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="CRM that the export comes from.", rich_help_panel=READING)
    ] = None
    map: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=HEADER", help="Column of a field; repeatable.", rich_help_panel=READING),
    ] = None
    currency_symbol: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SIGN=CODE",
            help="Currency that a sign stands for, for example '$=CAD'; repeatable.",
            rich_help_panel=READING,
        ),
    ] = None
    timezone: Annotated[
        str | None,
        typer.Option(metavar="ZONE", help="Zone that days are counted in.", rich_help_panel=READING),
    ] = None
    won: Annotated[
        list[str] | None,
        typer.Option(metavar="STAGE", help="Stage that means won; repeatable.", rich_help_panel=READING),
    ] = None
    lost: Annotated[
        list[str] | None,
        typer.Option(metavar="STAGE", help="Stage that means lost; repeatable.", rich_help_panel=READING),
    ] = None
    other: Annotated[
        list[str] | None,
        typer.Option(metavar="STAGE", help="Stage that ends a deal neither way; repeatable.", rich_help_panel=READING),
    ] = None
    open: Annotated[
        list[str] | None,
        typer.Option(metavar="STAGE", help="Stage of deals that are still open; repeatable.", rich_help_panel=READING),
    ] = None
    config: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Settings file.", show_default="nearest salesmetrics.toml", rich_help_panel=READING
        ),
    ] = None
    no_config: Annotated[bool, typer.Option("--no-config", help="Read no settings file.", rich_help_panel=READING)] = (
        False
    )


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for."""

    by: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIM[,DIM]",
            help="Segments: owner, team, region, product, source, … or any header.",
            rich_help_panel=SELECTING,
        ),
    ] = None
    kpi: Annotated[
        list[str] | None, typer.Option(metavar="ID[,ID]", help="Only these KPIs.", rich_help_panel=SELECTING)
    ] = None
    family: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this family of KPIs.", rich_help_panel=SELECTING)
    ] = None
    where: Annotated[
        str | None,
        typer.Option(metavar="SQL", help="Only records that fulfil a condition.", rich_help_panel=SELECTING),
    ] = None
    currency: Annotated[
        str | None,
        typer.Option(
            metavar="CODE", help="All amounts in this currency, with a rates file.", rich_help_panel=SELECTING
        ),
    ] = None
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="DATE|today",
            help="Day the report speaks for.",
            show_default="last event in the data",
            rich_help_panel=SELECTING,
        ),
    ] = None
    period: Annotated[
        str | None,
        typer.Option(
            metavar="P",
            show_default="all",
            help="all, this-month, last-quarter, ytd, 2026-Q1, 2026-W05, 2026-01-01..2026-03-31, …",
            rich_help_panel=SELECTING,
        ),
    ] = None
    compare: Annotated[
        Compare | None,
        typer.Option(
            metavar="previous|year-ago",
            help="Beside the same stretch before, like for like.",
            rich_help_panel=SELECTING,
        ),
    ] = None
    every: Annotated[
        Every | None,
        typer.Option(
            metavar="week|month|quarter|year", help="Also one value per week, month, …", rich_help_panel=SELECTING
        ),
    ] = None
    level: Annotated[
        float | None,
        typer.Option(
            metavar="LEVEL",
            min=0.5,
            max=0.999,
            help="Level of intervals.",
            show_default="0.95",
            rich_help_panel=SELECTING,
        ),
    ] = None
    min_n: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            help="Fewer records make a value small: greyed.",
            show_default="10",
            rich_help_panel=SELECTING,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class Watch:
    """What a report that nobody watches has to fail for."""

    goal: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'KPI >= NUMBER'",
            help="Goal; repeatable. A missed one exits 1.",
            rich_help_panel=WATCHING,
        ),
    ] = None
    max_age: Annotated[
        str | None,
        typer.Option(
            metavar="7d",
            help="Age of the last event at which the export is stale, which exits 1.",
            rich_help_panel=WATCHING,
        ),
    ] = None


@dataclass(frozen=True, slots=True)
class Output:
    """Where the result goes, and how it looks."""

    format: Annotated[
        Format | None,
        typer.Option(
            "--format",
            metavar="table|csv|json|md",
            help="Form of the output.",
            show_default="table",
            rich_help_panel=WRITING,
        ),
    ] = None
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write to a file; its name decides the form.",
            rich_help_panel=WRITING,
        ),
    ] = None
    color: Annotated[
        Color, typer.Option(metavar="auto|always|never", help="When to use colour.", rich_help_panel=WRITING)
    ] = Color.auto
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Nothing on stderr but errors.", rich_help_panel=WRITING)
    ] = False
    debug: Debug = False


ENVIRONMENT = "SALESMETRICS_"


_LISTS = frozenset({"by", "kpi", "family", "map", "won", "lost", "other", "open", "goal", "currency_symbol"})


def _listed(name: str) -> list[str] | None:
    """The items of a repeatable option in its variable: one per line, or separated by commas; blanks belong to an item."""
    text = os.environ.get(f"{ENVIRONMENT}{name.upper()}", "")
    items = text.splitlines() if "\n" in text else text.split(",")
    return [item.strip() for item in items if item.strip()] or None


def _with_variable(name: str, annotation: Any) -> Any:
    """Let an option be given by an environment variable too: SALESMETRICS_DATE_ORDER for --date-order."""
    option = next((item for item in annotation.__metadata__ if hasattr(item, "envvar")), None)
    if option is not None and name not in {"debug", "config", "no_config", "output", *_LISTS}:
        option.envvar = f"{ENVIRONMENT}{name.upper()}"
        option.show_envvar = False
    return annotation


class Without(tuple[str, ...]):
    """Names of fields of a group that make no sense for a command."""

    __slots__ = ()


def _left_out(hint: Any) -> tuple[str, ...]:
    return next((item for item in getattr(hint, "__metadata__", ()) if isinstance(item, Without)), ())


def with_groups(command: Callable[..., None]) -> Callable[..., None]:
    """Make a command take the fields of its dataclass parameters as options of its own.

    A parameter of the command takes the place of a field of the same name, and ``Annotated[Group, Without(...)]`` leaves
    fields out; both then keep their defaults.
    """
    hints = get_type_hints(command, include_extras=True)
    left_out = {name for hint in hints.values() for name in _left_out(hint)}
    hints = {name: get_args(hint)[0] if _left_out(hint) else hint for name, hint in hints.items()}
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind)}
    own_names = (hints.keys() - groups.keys()) | left_out
    parameters = []
    for name, parameter in inspect.signature(command).parameters.items():
        if name not in groups:
            parameters.append(parameter.replace(annotation=hints[name], kind=inspect.Parameter.KEYWORD_ONLY))
            continue
        kinds = get_type_hints(groups[name], include_extras=True)
        parameters += [
            inspect.Parameter(
                f.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=f.default,
                annotation=_with_variable(f.name, kinds[f.name]),
            )
            for f in fields(groups[name])
            if f.name not in own_names
        ]

    @wraps(command)
    def expanded(**values: Any) -> None:
        from salesmetrics.cli.guarding import guard

        own = {
            name: kind(**{f.name: values.pop(f.name) for f in fields(kind) if f.name not in own_names})
            for name, kind in groups.items()
        }
        for name, group in own.items():
            said = {f.name: _listed(f.name) for f in fields(group) if f.name in _LISTS - own_names}
            own[name] = replace(
                group, **{key: items for key, items in said.items() if items and not getattr(group, key)}
            )
        settled = {f.name: getattr(group, f.name) for group in own.values() for f in fields(group)}
        guard(command.__name__, values | settled)
        try:
            command(**values, **own)
        except SalesmetricsError as error:
            from salesmetrics.cli.error_origin import blamed

            raise blamed(error, list(own.values())) from error

    expanded.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    expanded.__annotations__ = {p.name: p.annotation for p in parameters}
    return expanded
