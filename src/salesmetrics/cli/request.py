"""From the options of a command to what the program is asked for: files, how they are read, the question, the known KPIs.

Nothing heavy is imported here before a file is on its way.
"""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.source.arguments import expand
from salesmetrics.messages import phrase
from salesmetrics.pipeline import Files
from salesmetrics.schema.message import Message
from salesmetrics.series import Exports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from datetime import date

    from salesmetrics.cli.environment import Environment
    from salesmetrics.drilldown.listing import Listing
    from salesmetrics.engine.request import Question
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.settings.options import Judging, Listed, Reading, Segments, Selection
    from salesmetrics.settings.sources import SettingsFile

__all__ = ["begin_files", "make_catalog", "make_listing", "make_question", "read_exports", "read_options"]

PLUGINS = "salesmetrics.kpis"
"""The entry-point group under which an installed package offers a module of measures and KPIs."""

LONG = 20_000_000
"""Bytes from which on reading takes long enough to say so."""


def begin_files(files: Sequence[str], environment: Environment, *, quiet: bool = False, hashed: bool = False) -> Files:
    """The files of a command, the first of which is read from now on; at a terminal a long read shows that it goes on.

    Args:
        files: As typed.
        environment: Where ``-`` reads from, and what was begun before the options were read.
        quiet: Show nothing.
        hashed: The output carries their hashes.
    """
    return Files(
        files,
        stdin=_piped(files, environment),
        during=None if quiet else _progress(files, environment),
        early=environment.begun,
        hashed=hashed,
    )


def read_exports(
    files: Sequence[str], options: ReadOptions, environment: Environment, *, hashed: bool = False
) -> Exports:
    """The exports of a comparison, each to be read by itself."""
    return Exports(files, options, stdin=_piped(files, environment), hashed=hashed)


def _piped(files: Sequence[str], environment: Environment) -> BinaryIO | None:
    """What ``-`` reads from."""
    stdin = environment.stdin
    if "-" in [name.rpartition("=")[2] for name in files] and (stdin is None or stdin.isatty()):
        raise SalesmetricsError("stdin_is_terminal")
    return None if stdin is None else stdin.buffer


def _progress(files: Sequence[str], environment: Environment) -> AbstractContextManager[object]:
    if environment.stderr is None or not environment.stderr.isatty():
        return nullcontext()
    paths = [Path(item.path) for item in expand(files)]
    size = sum(path.stat().st_size for path in paths if path.is_file())
    if size < LONG:
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(phrase("reading_large", megabytes=size / 1e6))


def read_options(reading: Reading) -> ReadOptions:
    """What settles the reading, as the reader takes it."""
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
    )


def make_question(
    selection: Selection,
    settings: SettingsFile,
    today: date,
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
        today: The day that it is, for ``--as-of today``.
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

    known = catalog()
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
