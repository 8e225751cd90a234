"""From options to what the program is asked for: how files are read, the question, the known KPIs, the goals.

Where options come from, a command line or a call in Python, makes no difference here. Nothing heavy is imported before a file
is on its way.
"""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, get_args

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.source.bounds import bytes_of
from salesmetrics.schema.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from salesmetrics.answers.compare import BarId
    from salesmetrics.drilldown.listing import Listing
    from salesmetrics.engine.goals import Goal
    from salesmetrics.engine.request import PeriodTerms, Question, Request
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.privacy.names import Names
    from salesmetrics.schema.provenance import Shaped
    from salesmetrics.sections import Beside
    from salesmetrics.settings.options import (
        Composing,
        Forecasting,
        Judging,
        Listed,
        Merging,
        Privacy,
        Reading,
        Resources,
        Segments,
        Selection,
        Watch,
    )
    from salesmetrics.settings.sources import SettingsFile
    from salesmetrics.settings.tables import GoalTable

__all__ = [
    "bar_named",
    "make_beside",
    "make_catalog",
    "make_listing",
    "make_question",
    "names_hidden",
    "read_options",
    "refuse_below",
    "settle_goals",
]

PLUGINS = "salesmetrics.kpis"
"""The entry-point group under which an installed package offers a module of measures and KPIs."""


def read_options(reading: Reading, privacy: Privacy | None = None, resources: Resources | None = None) -> ReadOptions:
    """What settles the reading, as the reader takes it.

    Args:
        reading: Options.
        privacy: How names are told; as they are where nothing is said.
        resources: How much memory it may take, and what does it; what it takes, and this process, where nothing is said.

    Raises:
        SalesmetricsError: As :func:`names_hidden`.
    """
    delimiter = reading.delimiter or ""
    return ReadOptions(
        encoding=reading.encoding,
        delimiter={"tab": "\t", "\\t": "\t"}.get(delimiter, delimiter) or None,
        date_order=reading.date_order,
        decimal=reading.decimal,
        profile=reading.profile,
        mapping=reading.map,
        timezone=reading.timezone,
        symbols=reading.currency_symbol,
        won=reading.won,
        lost=reading.lost,
        other=reading.other,
        open=reading.open,
        names=None if privacy is None else names_hidden(privacy),
        memory=None if resources is None else bytes_of(resources.memory),
        engine="polars" if resources is None else resources.engine,
        master=None if resources is None else resources.master,
    )


def names_hidden(privacy: Privacy) -> Names | None:
    """What stands in the place of names; None where they are told.

    Raises:
        SalesmetricsError: ``option_idle``: they cannot be both replaced and left out; ``option_needed``: there is no key.
    """
    if not privacy.pseudonymize and not privacy.no_names:
        return None
    from salesmetrics.privacy.hiding import settled_now
    from salesmetrics.privacy.names import Names

    if (settled := settled_now()) is not None:
        return settled
    if privacy.pseudonymize and privacy.no_names:
        cause, fix = Message("names_left_out_anyway"), Message("one_of_two")
        raise SalesmetricsError("option_idle", option="--pseudonymize", cause=cause, fix=fix)
    if privacy.no_names:
        return Names(None)
    if privacy.key is None:
        fix = Message("key_example")
        raise SalesmetricsError("option_needed", command="--pseudonymize", option="SALESMETRICS_KEY", fix=fix)
    return Names(token_hex(32) if privacy.key == "random" else privacy.key)


def make_question(
    selection: Selection,
    settings: SettingsFile,
    today: date | None,
    *,
    segments: Segments | None = None,
    judging: Judging | None = None,
    trend: bool = False,
    headlines: int = 0,
) -> Question:
    """What is asked for.

    Args:
        selection: Options.
        settings: The settings file.
        today: The day that it is, for ``--as-of today``; None where nobody knows.
        segments: Options of segments.
        judging: Options of verdicts.
        trend: Add the last twelve months to each KPI that has a date.
        headlines: So many KPIs at most where none is named, those that come first; 0 for all.

    Raises:
        SalesmetricsError: ``option_invalid``: a day that cannot be read.
    """
    from salesmetrics.calendar import parse_as_of
    from salesmetrics.engine.request import Question

    asked = selection.as_of
    return Question(
        as_of=None if asked is None else parse_as_of(asked, today=today),
        as_of_source=Message("as_of_option", day=asked),
        period=selection.period,
        compare=selection.compare,
        calendar=settings.calendar,
        kpis=selection.kpi,
        families=selection.family,
        by=selection.by,
        sort=segments.sort if segments else None,
        top=segments.top if segments else None,
        no_total=segments.no_total if segments else False,
        where=selection.where,
        level=selection.level,
        min_n=selection.min_n,
        fdr=judging.fdr if judging else None,
        trend=trend,
        every=selection.every,
        settings=settings.thresholds,
        currency=_currency(selection.currency),
        headlines=headlines,
        shaped=settings.shaped,
    )


def make_beside(composing: Composing, settings: SettingsFile, shaped: Shaped) -> Beside:
    """What is asked of the sections of a page beside the question: what the settings file says to their own commands.

    Args:
        composing: Options.
        settings: The settings file.
        shaped: What shapes the numbers of all of them.
    """
    from msgspec.structs import replace

    from salesmetrics.schema.sections import SECTIONS
    from salesmetrics.sections import Beside
    from salesmetrics.settings.options import Forecasting, Merging

    filed = {
        name: settings.values[name] for name in (*Forecasting._fields, *Merging._fields) if name in settings.values
    }

    def more(group: type[Forecasting | Merging]) -> Shaped:
        sources = [source.name for name in group._fields if name in filed for source in filed[name].sources]
        return replace(shaped, settings=(*shaped.settings, *dict.fromkeys(sources)))

    reasons = filed["merge_reason"].value if "merge_reason" in filed else {}
    return Beside(
        wanted=tuple(name for name in SECTIONS if name in composing.sections),
        reasons=reasons,
        shaped={"forecast": more(Forecasting), "losses": more(Merging)},
        **{name: item.value for name, item in filed.items() if name in Forecasting._fields},
    )


def make_listing(listed: Listed) -> Listing:
    """Which records are listed, and with what."""
    from salesmetrics.drilldown.listing import Listing

    name, sign, direction = (listed.sort or "").rpartition(":")
    directions = {"asc": True, "desc": False}
    if sign and direction.strip() in directions:
        return Listing(listed.columns, name.strip(), directions[direction.strip()], listed.top)
    return Listing(listed.columns, listed.sort, None, listed.top)


def _currency(text: str | None) -> str | None:
    return text.strip().upper() if text and text.strip() else None


def make_catalog(settings: SettingsFile) -> Catalog:
    """The KPIs that ship, those of installed plugins, and those that the settings file defines.

    Args:
        settings: The settings file.

    Raises:
        SalesmetricsError: ``plugin_invalid`` or ``kpi_invalid``.
    """
    from importlib.metadata import entry_points

    from salesmetrics.metrics.catalog import catalog
    from salesmetrics.privacy.hiding import settled_now

    known = catalog()
    if (names := settled_now()) is not None:
        names.learn(known.kpis)
    for point in entry_points(group=PLUGINS):
        try:
            known = known.with_modules([point.load()])
        except Exception as error:
            cause = Message("library_error", type=type(error).__name__, error=str(error))
            raise SalesmetricsError("plugin_invalid", name=point.name, cause=cause) from error
    if not settings.kpis:
        return known
    from salesmetrics.metrics.user import UserKpi, with_user_kpis

    own = [
        UserKpi(
            name,
            table.expression,
            table.title or name.replace("_", " ").capitalize(),
            table.unit,
            table.direction,
            table.description,
            table.headline,
        )
        for name, table in settings.kpis.items()
    ]
    return with_user_kpis(known, own, str(settings.path))


def settle_goals(watch: Watch, settings: SettingsFile, request: Request, catalog: Catalog) -> list[Goal]:
    """The goals of the settings file and of the options; an option takes the place of goals of that KPI for the total.

    Raises:
        SalesmetricsError: ``option_invalid`` or ``kpi_unknown``; ``config_invalid`` for a goal of the settings file.
    """
    from salesmetrics.engine.goals import Goal, parse_goal

    given = []
    for words in watch.goal:
        kpi, target = parse_goal(words, catalog)
        given.append(Goal(kpi, target, " ".join(words.split())))
    said = {goal.kpi for goal in given}
    own = [goal for goal in _of_file(settings, request, catalog) if goal.kpi not in said or goal.group or goal.period]
    return [*own, *given]


def _of_file(settings: SettingsFile, request: Request, catalog: Catalog) -> Iterator[Goal]:
    from salesmetrics.engine.goals import Goal, parse_goal
    from salesmetrics.settings.sources import name_source

    for name, tables in settings.goals.items():
        for table in tables:
            words = f"{name} {' '.join(table.goal.split())}"
            with name_source(settings.source("goals", name)):
                kpi, target = parse_goal(words, catalog)
            with name_source(settings.source("goals", name, "period")):
                period = _terms(table, request)
            yield Goal(kpi, target, words, table.group, period, table.by, table.owner, table.note)


def _terms(table: GoalTable, request: Request) -> PeriodTerms | None:
    from salesmetrics.engine.resolve import terms_of

    return None if table.period is None else terms_of(table.period, request.as_of, request.calendar)


def refuse_below(option: str, value: int | None, least: int, example: int) -> None:
    """Refuse a number of an option that one command alone has.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    if value is not None and value < least:
        cause, fix = (
            Message("has_to_be_at_least", least=least),
            Message("write_for_example", example=f"{option} {example}"),
        )
        raise SalesmetricsError("option_invalid", option=option, value=value, cause=cause, fix=fix)


def bar_named(word: str) -> BarId:
    """The bar of a bridge that a word stands for.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    from salesmetrics.answers.compare import BarId

    known: dict[str, BarId] = {bar: bar for bar in get_args(BarId)}
    bar = known.get(word.strip().casefold().replace("-", "_").replace(" ", "_"))
    if bar is None:
        cause, fix = Message("no_such_bar"), Message("use_one_of", known=list(known))
        raise SalesmetricsError("option_invalid", option="--rows", value=word, cause=cause, fix=fix)
    return bar
