"""The library face: what the command line does, for a program that imports salesmetrics."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.ingest.source.ahead import fetch_ahead, open_ahead

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from salesmetrics.answers.report import Report
    from salesmetrics.calendar import Calendar
    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.metrics.catalog import Catalog

__all__ = ["load", "report_on"]


def load(*files: str, **options: Any) -> Dataset:
    """Read exports into canonical frames.

    Args:
        *files: Paths, patterns or folders, each optionally as ``KIND=FILE``.
        **options: Fields of :class:`salesmetrics.ingest.dataset.ReadOptions`, for example ``date_order="dmy"``.

    Returns:
        ``frames`` by kind, and ``files``, ``inputs``, ``findings`` and ``rejects`` that say how they were read.

    Raises:
        SalesmetricsError: A file cannot be read, or leaves something open that an option settles.
    """
    settled = ReadOptions(**options)
    opened = open_ahead(fetch_ahead(files), settled)
    from salesmetrics.ingest.read import load as load_files  # while the file is being read

    dataset = load_files(files, settled, opened=opened)
    dataset.checks.result()  # what a check raises is raised here, also for who never asks for the findings
    return dataset


def report_on(
    *files: str | Dataset,
    kpis: Iterable[str] = (),
    families: Iterable[str] = (),
    by: Iterable[str] = (),
    where: str | None = None,
    period: str = "all",
    compare: Literal["previous", "year-ago"] | None = None,
    as_of: date | None = None,
    calendar: Calendar | None = None,
    known: Catalog | None = None,
    **more: Any,
) -> Report:
    """Compute KPIs of exports, or of a dataset that is read already.

    Args:
        *files: Paths, or one dataset.
        kpis: Ids wanted; with ``families`` empty too, all.
        families: Families wanted.
        by: Columns that records are grouped by.
        where: An SQL condition over canonical columns.
        period: Its name, for example ``last-quarter``.
        compare: Which earlier stretch stands beside each value.
        as_of: The day the report speaks for; the last event in the data when left out.
        calendar: How weeks and years are counted.
        known: Another catalogue than the one that ships.
        **more: Further fields of :class:`salesmetrics.engine.request.Request`.

    Raises:
        SalesmetricsError: As for the command.
    """
    from salesmetrics.engine.build import build_report
    from salesmetrics.engine.resolve import ask, in_zone
    from salesmetrics.engine.where import named_columns
    from salesmetrics.ingest.recognise.naming import headers_of, names_of
    from salesmetrics.metrics.catalog import catalog

    given = files[0] if len(files) == 1 else ""
    dataset = load(*map(str, files), as_of=as_of) if isinstance(given, str) else given
    last, source = dataset.last_event or (None, None)
    day, origin = (as_of, "as asked") if as_of is not None else (last, source)
    names = names_of(dataset)
    request = ask(
        day,
        origin,
        period=period,
        compare=compare,
        calendar=in_zone(calendar, dataset.timezone),
        kpis=tuple(kpis),
        families=tuple(families),
        by=tuple(dict.fromkeys(map(names.column, by))),
        where=where,
        renamed={name: column for name in named_columns(where) if (column := names.column(name)) != name},
        withheld=dataset.withheld,
        headers=headers_of(dataset),
        own={kind: event[0] for kind, event in dataset.last_events.items()} if as_of is None else None,
        **more,
    )
    frames = dataset.records
    return build_report(request, frames, known or catalog(), inputs=dataset.inputs, findings=dataset.findings)
