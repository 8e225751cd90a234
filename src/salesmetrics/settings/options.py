"""Every option, declared once. Command line, settings file, variables, `config show`, `init` and completion derive from here.

A field of a group is an option: its name, type and default are those of the field, and the rest stands in the
:class:`Option` beside its type. A new option is one such field: it is then in the help, in `salesmetrics.toml` and its JSON
Schema, in the environment, and in the first settings file. Nothing heavy is imported here, for help and completion wait for it.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, NoneType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from salesmetrics.messages.languages import LANGUAGES
from salesmetrics.render.writers import WRITERS
from salesmetrics.settings import checks, completion
from salesmetrics.settings.option import PREFIX, Kind, Option, Table
from salesmetrics.settings.option_groups import (
    Composing,
    Forecasting,
    Judging,
    Listed,
    Merging,
    Privacy,
    Resources,
    Watch,
)

__all__ = [
    "GROUPS",
    "PANELS",
    "PREFIX",
    "SHAPING",
    "TABLES",
    "Compare",
    "Composing",
    "Diagnosis",
    "Every",
    "Forecasting",
    "Judging",
    "Listed",
    "Merging",
    "Option",
    "Output",
    "Privacy",
    "Reading",
    "Resources",
    "Segments",
    "Selection",
    "SettingsOptions",
    "Speaking",
    "Table",
    "Watch",
    "declared_options",
    "file_options",
    "options_of",
    "options_of_table",
]

Compare = Literal["previous", "year-ago"]
Every = Literal["week", "month", "quarter", "year"]
DateOrder = Literal["dmy", "mdy", "ymd"]
DecimalMark = Literal["point", "comma"]
Color = Literal["auto", "always", "never"]
Words = tuple[str, ...]
Pairs = Mapping[str, str]


class Reading(NamedTuple):
    """How to read what a file leaves open."""

    encoding: Annotated[
        str | None,
        Option(
            "Encoding, for example cp1251.",
            metavar="NAME",
            shown_default="detected",
            key="read.encoding",
            about="encoding of the files, for example cp1251",
            example="cp1251",
            complete=completion.complete_encodings,
        ),
    ] = None
    delimiter: Annotated[
        str | None,
        Option(
            "Delimiter: , ; | or tab.",
            metavar="CHAR",
            shown_default="detected",
            key="read.delimiter",
            about="delimiter: , ; | or tab",
            example=";",
            complete=completion.complete_delimiters,
        ),
    ] = None
    date_order: Annotated[
        DateOrder | None,
        Option(
            "Order of day, month and year in dates.",
            key="read.date_order",
            about="order of day, month and year",
            shown_default="detected",
            example="dmy",
        ),
    ] = None
    decimal: Annotated[
        DecimalMark | None,
        Option("Decimal mark.", key="read.decimal", about="decimal mark", shown_default="detected", example="comma"),
    ] = None
    profile: Annotated[
        str | None,
        Option(
            "CRM of the export, for example hubspot.",
            metavar="NAME",
            shown_default="detected",
            key="read.profile",
            about="CRM of the exports, for example hubspot",
            example="hubspot",
            complete=completion.complete_profiles,
        ),
    ] = None
    map: Annotated[
        Pairs,
        Option(
            "Column of a field (repeatable); docs/fields.md lists the fields.",
            metavar="FIELD=HEADER",
            key="map",
            about="field = header",
            adds=True,
            form="map_example",
            example=("amount", "Deal size"),
            complete=completion.complete_mapping,
        ),
    ] = MappingProxyType({})
    currency_symbol: Annotated[
        Pairs,
        Option(
            "Currency of a sign, for example '$=CAD' (repeatable).",
            metavar="SIGN=CODE",
            key="currency.symbols",
            about='currency of a sign or name, for example "$" = "USD"',
            adds=True,
            name_with_signs=True,
            form="symbol_example",
            check=checks.check_currency_symbol,
            example=("$", "USD"),
            complete=completion.complete_symbols,
        ),
    ] = MappingProxyType({})
    timezone: Annotated[
        str | None,
        Option(
            "Time zone in which days are counted, for example Europe/Berlin.",
            metavar="ZONE",
            key="read.timezone",
            about="time zone in which days are counted, for example Europe/Berlin",
            check=checks.check_zone,
            example="Europe/Berlin",
            complete=completion.complete_zones,
        ),
    ] = None
    won: Annotated[
        Words,
        Option(
            "Stage that means won (repeatable).",
            metavar="STAGE",
            key="stages.won",
            about="words that mean won",
            adds=True,
            complete=completion.complete_stages,
        ),
    ] = ()
    lost: Annotated[
        Words,
        Option(
            "Stage that means lost (repeatable).",
            metavar="STAGE",
            key="stages.lost",
            about="words that mean lost",
            adds=True,
            complete=completion.complete_stages,
        ),
    ] = ()
    other: Annotated[
        Words,
        Option(
            "Stage that means closed without a decision (repeatable).",
            metavar="STAGE",
            key="stages.other",
            about="words that mean closed without a decision",
            adds=True,
            complete=completion.complete_stages,
        ),
    ] = ()
    open: Annotated[
        Words,
        Option(
            "Stage that means still open (repeatable).",
            metavar="STAGE",
            key="stages.open",
            about="words that mean still open",
            adds=True,
            complete=completion.complete_stages,
        ),
    ] = ()


class SettingsOptions(NamedTuple):
    """Which settings file a command uses."""

    config: Annotated[
        str | None, Option("Settings file.", metavar="FILE", variable=False, shown_default="nearest salesmetrics.toml")
    ] = None
    no_config: Annotated[bool, Option("Ignore settings files.", variable=False)] = False


class Selection(NamedTuple):
    """What to report."""

    by: Annotated[
        Words,
        Option(
            "Group by owner, team, region, product, source, … or any header.",
            metavar="DIM[,DIM]",
            key="report.by",
            about="columns to group by",
            split=True,
            example=("owner",),
            complete=completion.complete_columns,
        ),
    ] = ()
    kpi: Annotated[
        Words,
        Option(
            "Compute only these KPIs.",
            metavar="ID[,ID]",
            key="report.kpi",
            about="ids of the KPIs to compute",
            split=True,
            rules_out="family",
            example=("revenue", "win_rate"),
            complete=completion.complete_kpis,
        ),
    ] = ()
    family: Annotated[
        Words,
        Option(
            "Compute only KPIs of these families.",
            metavar="NAME",
            key="report.family",
            about="families of the KPIs to compute",
            split=True,
            rules_out="kpi",
            example=("conversion",),
            complete=completion.complete_families,
        ),
    ] = ()
    where: Annotated[
        str | None,
        Option(
            "Use only records that match a condition, for example \"region = 'North'\".",
            metavar="SQL",
            key="report.where",
            about="SQL condition that records must match",
            example="region = 'North'",
        ),
    ] = None
    currency: Annotated[
        str | None,
        Option(
            "Convert all amounts to this currency (requires a rates file).",
            metavar="CODE",
            key="report.currency",
            about="currency to convert amounts to (requires a rates file)",
            behind=True,
            example="EUR",
            complete=completion.complete_currencies,
        ),
    ] = None
    as_of: Annotated[
        str | None,
        Option(
            "Report date: a date or `today`.",
            metavar="DATE|today",
            shown_default="the last event in the data",
            complete=completion.complete_days,
        ),
    ] = None
    period: Annotated[
        str,
        Option(
            "Period: all, this-month, last-quarter, ytd, 2026-Q1, 2026-W05, 2026-01-01..2026-03-31, …",
            metavar="P",
            key="report.period",
            about="period, for example last-month",
            complete=completion.complete_periods,
        ),
    ] = "all"
    compare: Annotated[
        Compare | None,
        Option(
            "Compare with the previous period of the same length, or with a year ago.",
            key="report.compare",
            about="earlier period to compare with",
            example="previous",
        ),
    ] = None
    every: Annotated[Every | None, Option("Add one value per week, month, quarter or year.")] = None
    level: Annotated[
        float,
        Option(
            "Confidence level of intervals.",
            metavar="LEVEL",
            key="report.level",
            about="confidence level of intervals",
            form="level_example",
            least=0.5,
            most=0.999,
            complete=completion.complete_levels,
        ),
    ] = 0.95
    min_n: Annotated[
        int,
        Option(
            "Values from fewer than N records are marked ~ and get no verdict.",
            metavar="N",
            key="report.min_n",
            about="values from fewer records are marked ~ and get no verdict",
            form="min_n_example",
            least=0,
        ),
    ] = 10


class Segments(NamedTuple):
    """Which segments stand where, and in which shape."""

    sort: Annotated[
        str | None,
        Option(
            "Sort segments by a KPI, highest first; KPI:asc for lowest first.",
            metavar="KPI[:asc]",
            key="report.sort",
            about="KPI that segments are sorted by, highest first; with :asc lowest first",
            beside=("by",),
            example="revenue",
            complete=completion.complete_order,
        ),
    ] = None
    top: Annotated[
        int | None,
        Option(
            "Keep the first N segments and combine the others.",
            metavar="N",
            key="report.top",
            about="how many segments to keep; the others are combined",
            form="top_example",
            beside=("by",),
            least=1,
            example=10,
        ),
    ] = None
    no_total: Annotated[
        bool,
        Option(
            "Omit total rows, for spreadsheets that sum.",
            key="report.no_total",
            about="omit total rows",
            beside=("by", "every"),
        ),
    ] = False
    wide: Annotated[
        bool,
        Option(
            "CSV with one column per period, or per segment.",
            key="report.wide",
            about="CSV with one column per period, or per segment",
            forms=("csv",),
            beside=("by", "every"),
        ),
    ] = False


class Output(NamedTuple):
    """Where the result goes, and how it looks."""

    format: Annotated[str | None, Option("Output format.", shown_default="table", choices=tuple(WRITERS))] = None
    output: Annotated[
        str | None,
        Option("Write to a file; the extension sets the format.", metavar="FILE", short="-o", variable=False),
    ] = None
    bom: Annotated[
        bool,
        Option(
            "Start CSV with a byte-order mark, which Excel needs to read UTF-8.",
            key="csv.bom",
            about="start CSV with a byte-order mark, which Excel needs to read UTF-8",
            forms=("csv",),
        ),
    ] = False
    locale: Annotated[
        str | None,
        Option(
            "Decimal mark and delimiter of CSV: de, fr, pt-BR, …",
            metavar="LOCALE",
            key="csv.locale",
            about="locale that sets the decimal mark and delimiter of CSV, for example de",
            forms=("csv",),
            check=checks.check_locale,
            complete=completion.complete_locales,
            example="de",
        ),
    ] = None
    all: Annotated[
        bool,
        Option(
            "Show everything, not only what fits on a screen.",
            key="report.all",
            about="whether everything is shown, not only what fits on a screen",
            behind=True,
        ),
    ] = False
    color: Annotated[Color, Option("When to colour the output.")] = "auto"
    quiet: Annotated[bool, Option("Print only errors to stderr.", short="-q")] = False


class Speaking(NamedTuple):
    """The language of the output; every command has it."""

    lang: Annotated[
        str | None,
        Option(
            "Language of labels and messages.",
            choices=tuple(LANGUAGES),
            shown_default="that of the locale",
            key="output.lang",
            about="language of labels and messages; CSV and JSON are in English always",
            example="ms",
        ),
    ] = None


class Diagnosis(NamedTuple):
    """What a command says of itself; every command has these."""

    verbose: Annotated[
        bool,
        Option(
            "Print to stderr which settings are in effect, from where, and the time taken.", short="-v", variable=False
        ),
    ] = False
    debug: Annotated[bool, Option("Show the traceback of an unexpected error.", variable=False)] = False


PANELS: Mapping[Any, str] = {
    Reading: "Reading files",
    Resources: "Reading files",
    Selection: "Report",
    Segments: "Report",
    Listed: "Report",
    Merging: "Report",
    Judging: "Report",
    Watch: "For scheduled runs",
    Forecasting: "Report",
    Composing: "Output",
    Privacy: "Output",
    Output: "Output",
    Speaking: "Output",
    Diagnosis: "Output",
}
"""The part of the help that the options of a group stand in."""

GROUPS: tuple[Any, ...] = (
    Reading,
    Resources,
    Selection,
    Segments,
    Judging,
    Merging,
    Watch,
    Forecasting,
    Composing,
    Privacy,
    Output,
    Speaking,
)
"""The groups whose options a variable or the settings file can give."""


SHAPING = (
    *(*Reading._fields, "where", "currency", "as_of", "period", "level", "min_n"),
    *(*Judging._fields, *Merging._fields, *Forecasting._fields),
)
"""The options that affect numbers: every answer shows the source of their values."""


TABLES = (
    Table("read", "How to read files that leave something open."),
    Table("map", "field = header", "Field = header. Recognised columns need no line."),
    Table(
        "stages",
        "Outcomes of stage and status words.",
        "Outcomes of words in stage and status columns.",
    ),
    Table("currency", "Currencies of ambiguous signs.", "Currency of a sign that several currencies use."),
    Table(
        "report",
        "Defaults of a report.",
        "Defaults of a report. Options override them.",
    ),
    Table("forecast", "What a forecast is to reach, and how it is simulated."),
    Table(
        "losses",
        "Loss reasons that count as one.",
        "Loss reasons that read alike. A line without # makes the first count as the second in `losses`.",
    ),
    Table(
        "output",
        "Language of an output, and names of people and companies in it.",
        "Language of labels and messages (CSV and JSON are in English always), and names of people and companies.",
    ),
    Table("csv", "How CSV is written.", "CSV for a spreadsheet: Excel needs both in most of Europe."),
    Table("calendar", "Weeks and fiscal years.", special=True),
    Table("settings", "Thresholds and external figures.", "Thresholds that some KPIs use.", special=True),
    Table("goals", "KPI = goal, or a list of goals", special=True),
    Table("kpi", "Custom KPIs", special=True),
)
"""In the order of the file, of its schema and of its page."""


@cache
def options_of(*groups: Any) -> tuple[Option, ...]:
    """The options of groups, in order.

    >>> [option.flag for option in options_of(Watch)]
    ['--goal', '--max-age']
    """
    found = []
    for group in groups:
        hints = get_type_hints(group, include_extras=True)
        for name in group._fields:
            hint, option = get_args(hints[name])
            kind, typed = _kind(hint)
            choices = option.choices or typed
            found.append(
                option._replace(
                    metavar=option.metavar or "|".join(choices) or None,
                    name=name,
                    kind=kind,
                    default={} if kind == "pairs" else group._field_defaults[name],
                    choices=choices,
                    panel=PANELS.get(group),
                )
            )
    return tuple(found)


def declared_options() -> tuple[Option, ...]:
    """Every option that a variable or the settings file can give."""
    return options_of(*GROUPS)


def file_options() -> tuple[Option, ...]:
    """Those that the settings file can give, in its order."""
    return tuple(option for table in TABLES for option in options_of_table(table.name))


def options_of_table(table: str) -> tuple[Option, ...]:
    """The options that have a key in a table of the settings file, in its order.

    >>> [option.key for option in options_of_table("stages")]
    ['stages.won', 'stages.lost', 'stages.other', 'stages.open']
    """
    found = []
    for group in GROUPS:
        own = [option for option in options_of(group) if option.table == table]
        found += sorted(own, key=lambda option: option.behind)
    return tuple(found)


def _kind(hint: Any) -> tuple[Kind, tuple[str, ...]]:
    """What an annotation stands for, and the choices that it leaves."""
    own = next((part for part in get_args(hint) if NoneType in get_args(hint) and part is not NoneType), hint)
    if get_origin(own) is Literal:
        return "text", get_args(own)
    plain: dict[Any, Kind] = {str: "text", float: "number", int: "whole number", bool: "flag", Words: "list"}
    return plain.get(own, "pairs"), ()
