"""Groups of options that only some commands take. Own file: `options` declares those of all, and how all are found."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Literal, NamedTuple

from salesmetrics.settings import checks, completion
from salesmetrics.settings.option import Option

__all__ = ["Composing", "Forecasting", "Judging", "Listed", "Merging", "Privacy", "Resources", "Watch"]

Words = tuple[str, ...]
Pairs = Mapping[str, str]


class Listed(NamedTuple):
    """Which records stand where, and with what."""

    columns: Annotated[
        Words,
        Option(
            "Columns to list: fields or headers of the export.",
            metavar="COLUMN[,COLUMN]",
            split=True,
            variable=False,
            complete=completion.complete_columns,
        ),
    ] = ()
    sort: Annotated[
        str | None,
        Option(
            "Sort by a column: numbers and dates highest first, text from A to Z.",
            metavar="COLUMN[:asc|desc]",
            variable=False,
            complete=completion.complete_columns,
        ),
    ] = None
    top: Annotated[
        int | None,
        Option(
            "List the first N records; the totals are of all.", metavar="N", form="top_example", least=1, variable=False
        ),
    ] = None


class Resources(NamedTuple):
    """How much of the machine a command takes."""

    memory: Annotated[
        str,
        Option(
            "Memory for reading files; larger files are read in parts.",
            metavar="SIZE",
            key="read.memory",
            about="memory for reading files, for example 2GB or 500MB; larger files are read in parts",
            form="memory_example",
            check=checks.check_memory,
            complete=completion.complete_sizes,
        ),
    ] = "2GB"
    engine: Annotated[
        Literal["polars", "spark"],
        Option(
            "What reads the files: this machine, or the executors of Spark.",
            key="read.engine",
            about="what reads the files: `polars` on this machine, or the executors of `spark`",
        ),
    ] = "polars"
    master: Annotated[
        str | None,
        Option(
            "Where Spark runs, for example `spark://host:7077`.",
            metavar="URL",
            key="read.master",
            about="where Spark runs, for example `local[*]`; other machines only in a file that is named with `--config`",
            beside=("engine=spark",),
            example="local[*]",
            complete=completion.complete_masters,
        ),
    ] = None


class Merging(NamedTuple):
    """Which values count as one."""

    merge_reason: Annotated[
        Pairs,
        Option(
            "Count one loss reason as another, for example 'no budget=No budget' (repeatable).",
            metavar="VARIANT=REASON",
            key="losses.reasons",
            about='variant of a loss reason = the reason that it counts as, for example "no budget" = "No budget"',
            adds=True,
            name_with_signs=True,
            form="reason_example",
            check=checks.check_reason,
            example=("no budget", "No budget"),
            complete=completion.complete_reasons,
        ),
    ] = MappingProxyType({})


class Judging(NamedTuple):
    """When a change or a difference is called one."""

    fdr: Annotated[
        float | None,
        Option(
            "Accepted share of wrong verdicts.",
            metavar="SHARE",
            key="report.fdr",
            about="accepted share of wrong verdicts",
            form="fdr_example",
            least=0.0001,
            most=0.99,
            shown_default="1 - level",
            example=0.05,
        ),
    ] = None


class Watch(NamedTuple):
    """When a scheduled report fails."""

    goal: Annotated[
        Words,
        Option(
            "Goal for a KPI (repeatable). Exit 1 if missed.",
            metavar="'KPI >= NUMBER'",
            complete=completion.complete_one_kpi,
        ),
    ] = ()
    max_age: Annotated[
        str | None,
        Option(
            "Exit 1 if the last event is older than this, for example 7d or 2w.",
            metavar="7d",
            key="report.max_age",
            about="maximum age of the last event, for example 7d or 2w",
            check=checks.check_age,
            example="7d",
            complete=completion.complete_ages,
        ),
    ] = None


class Composing(NamedTuple):
    """What a report in pages is made of."""

    sections: Annotated[
        Words,
        Option(
            "Sections of a page, for example kpis,trend,funnel.",
            metavar="NAME[,NAME]",
            shown_default="all that the data allow, without rows",
            key="report.sections",
            about="sections of a report as HTML, XLSX or mail",
            split=True,
            forms=("html", "xlsx", "mail"),
            check=checks.check_section,
            example=("kpis", "trend"),
            complete=completion.complete_sections,
        ),
    ] = ()


class Privacy(NamedTuple):
    """How names of people and companies are told."""

    pseudonymize: Annotated[
        bool,
        Option(
            "Replace names of people and companies by pseudonyms, the same for the same key.",
            key="output.pseudonymize",
            about="replace names of people and companies by pseudonyms, the same for the same key",
            rules_out="no_names",
        ),
    ] = False
    no_names: Annotated[
        bool,
        Option(
            "Leave out names of people and companies.",
            key="output.no_names",
            about="leave out names of people and companies",
            rules_out="pseudonymize",
        ),
    ] = False
    key: Annotated[
        str | None,
        Option(
            "Key of the pseudonyms: random; one that is kept is in SALESMETRICS_KEY or the settings.",
            metavar="random",
            key="output.key",
            about="key of the pseudonyms, at least 16 characters; random for a new one in each run",
            beside=("pseudonymize",),
            spoken=("random",),
            check=checks.check_key,
            complete=completion.complete_key,
            example="random",
        ),
    ] = None


class Forecasting(NamedTuple):
    """What a forecast is to reach, and how it is simulated."""

    target: Annotated[
        float | None,
        Option(
            "Target of the period.",
            metavar="N",
            shown_default="the quotas of the period",
            key="forecast.target",
            about="target of the forecast period; default: the quotas of the period",
            form="target_example",
            least=0,
            most=10**15,
            example=900000,
        ),
    ] = None
    seed: Annotated[
        int,
        Option(
            "Seed of the simulation: the same seed gives the same output.",
            metavar="N",
            key="forecast.seed",
            about="seed of the simulation",
            form="simulation_seed_example",
            least=0,
            most=2**63 - 1,
        ),
    ] = 1
    draws: Annotated[
        int,
        Option(
            "Number of simulated outcomes.",
            metavar="N",
            key="forecast.draws",
            about="number of simulated outcomes",
            form="draws_example",
            least=10,
            most=1_000_000,
        ),
    ] = 10_000
