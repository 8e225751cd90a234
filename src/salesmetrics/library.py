"""The public face: what the command line does, for a program. Own file: it is imported when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from msgspec.structs import replace

from salesmetrics import analyses, pipeline
from salesmetrics.ingest.dataset import ReadOptions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from salesmetrics.answers.benchmark import Benchmark
    from salesmetrics.answers.cohort import CohortOf, Cohorts
    from salesmetrics.answers.compare import Compare
    from salesmetrics.answers.demo import Demo
    from salesmetrics.answers.forecast import Forecast
    from salesmetrics.answers.funnel import Funnel
    from salesmetrics.answers.losses import Losses
    from salesmetrics.answers.report import Report
    from salesmetrics.calendar import Calendar, Every
    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.metrics.catalog import Catalog

__all__ = ["benchmark", "cohort", "compare", "demo", "forecast", "funnel", "load", "losses", "report_on"]


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
    return pipeline.load(pipeline.Files(files, hashed=True), ReadOptions(**options))


def _dataset(files: Sequence[str | Dataset], as_of: date | None) -> Dataset:
    """The one dataset that is given, or what the files hold."""
    given = files[0] if len(files) == 1 else ""
    return load(*map(str, files), as_of=as_of) if isinstance(given, str) else given


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
        compare: The earlier period to compare with.
        as_of: The report date; the last event in the data when left out.
        calendar: How weeks and years are counted.
        known: Another catalogue than the one that ships.
        **more: Further fields of :class:`salesmetrics.engine.request.Request`.

    Raises:
        SalesmetricsError: As for the command.
    """
    dataset = _dataset(files, as_of)
    from salesmetrics.engine.build import build_report
    from salesmetrics.engine.request import Question
    from salesmetrics.metrics.catalog import catalog

    question = Question(
        as_of=as_of,
        period=period,
        compare=compare,
        calendar=calendar,
        kpis=tuple(kpis),
        families=tuple(families),
        by=tuple(by),
        where=where,
    )
    request = replace(pipeline.request_of(question, dataset), **more)
    return build_report(request, dataset.records, known or catalog(), inputs=dataset.inputs, findings=dataset.findings)


def benchmark(
    *files: str | Dataset,
    by: Iterable[str],
    kpis: Iterable[str] = (),
    families: Iterable[str] = (),
    where: str | None = None,
    period: str = "all",
    compare: Literal["previous", "year-ago"] | None = None,
    as_of: date | None = None,
    calendar: Calendar | None = None,
    currency: str | None = None,
    min_n: int = 10,
    fdr: float = 0.05,
    seed: int = 1,
    every: Every | None = None,
    known: Catalog | None = None,
) -> Benchmark:
    """Is anyone really different? Each segment against the team without it.

    Args:
        *files: Paths, or one dataset.
        by: Columns that divide records into segments, for example ``["owner"]``.
        kpis: Ids wanted; with ``families`` empty too, the headline KPIs, one per idea.
        families: Families wanted.
        where: An SQL condition over canonical columns.
        period: Its name, for example ``last-quarter``.
        compare: The earlier period whose change is divided over segments.
        as_of: The report date; the last event in the data when left out.
        calendar: How weeks and years are counted.
        currency: Convert all amounts to this one, with the rates among the files.
        min_n: Segments with fewer records are not judged.
        fdr: Expected share of wrong ones among the segments that are called.
        seed: Of resampling.
        every: Length of the periods of each segment's own past, for example ``month``.
        known: Another catalogue than the one that ships.

    Raises:
        SalesmetricsError: As for the command.
    """
    dataset = _dataset(files, as_of)
    from salesmetrics.analysis.benchmark import BenchmarkTerms
    from salesmetrics.engine.request import Question
    from salesmetrics.metrics.catalog import catalog

    question = Question(
        as_of=as_of,
        period=period,
        compare=compare,
        calendar=calendar,
        kpis=tuple(kpis),
        families=tuple(families),
        by=tuple(by),
        where=where,
        currency=currency,
        min_n=min_n,
    )
    return analyses.benchmark_of(dataset, question, known or catalog(), BenchmarkTerms(fdr, seed, every))


def losses(
    *files: str | Dataset,
    by: Iterable[str] = (),
    where: str | None = None,
    period: str = "all",
    compare: Literal["previous", "year-ago"] | None = None,
    as_of: date | None = None,
    calendar: Calendar | None = None,
    currency: str | None = None,
    reasons: Mapping[str, str] | None = None,
) -> Losses:
    """Why and where deals are lost.

    Args:
        *files: Paths, or one dataset.
        by: Columns that deals are grouped by.
        where: An SQL condition over canonical columns.
        period: Its name, for example ``last-quarter``; deals are in it by the day they were lost.
        compare: The earlier period to compare with.
        as_of: The report date; the last event in the data when left out.
        calendar: How weeks and years are counted.
        currency: Convert all amounts to this one, with the rates among the files.
        reasons: Variant of a loss reason → the reason that it counts as.

    Raises:
        SalesmetricsError: As for the command.
    """
    dataset = _dataset(files, as_of)
    from salesmetrics.engine.request import Question

    question = Question(
        as_of=as_of, period=period, compare=compare, calendar=calendar, by=tuple(by), where=where, currency=currency
    )
    return analyses.losses_of(dataset, ReadOptions(), question, reasons)


def compare(
    *files: str,
    by: Iterable[str] = (),
    where: str | None = None,
    period: str = "all",
    currency: str | None = None,
    on: Mapping[str, date | str] | None = None,
    calendar: Calendar | None = None,
    **options: Any,
) -> Compare:
    """What changed between exports of one list: the bridge from the pipeline of each to that of the next.

    Args:
        *files: Paths, patterns or folders of two exports or more, and rates where ``currency`` needs them.
        by: Columns that deals are grouped by.
        where: An SQL condition over canonical columns.
        period: Only deals expected to close in it, for example ``2026-Q3``.
        currency: Convert all amounts to this one, at the rates of the last export's day.
        on: The days of exports, by file; else the date in its name, else its last event.
        calendar: How weeks and years are counted.
        **options: Fields of :class:`salesmetrics.ingest.dataset.ReadOptions`, for example ``date_order="dmy"``.

    Raises:
        SalesmetricsError: As for the command.
    """
    from salesmetrics.answers.compare import Compare
    from salesmetrics.engine.request import Question
    from salesmetrics.series import Exports, compare_exports

    question = Question(by=tuple(by), where=where, period=period, currency=currency, calendar=calendar)
    exports = Exports(files, ReadOptions(**options), hashed=True)
    answer, _ = compare_exports(exports, question, [f"{file}={day}" for file, day in (on or {}).items()])
    assert isinstance(answer, Compare)
    return answer


def funnel(
    *files: str | Dataset,
    by: Iterable[str] = (),
    where: str | None = None,
    period: str = "all",
    as_of: date | None = None,
    calendar: Calendar | None = None,
    currency: str | None = None,
    cohort: bool = False,
    horizon: int | None = None,
) -> Funnel:
    """How deals pass the stages of a pipeline: conversion, time in stage, and where value waits.

    Args:
        *files: Paths, or one dataset: deals and their stage history.
        by: Columns that deals are grouped by.
        where: An SQL condition over canonical columns.
        period: Its name, for example ``last-quarter``; deals are in it by the day they entered a stage.
        as_of: The report date; the last event in the data when left out.
        calendar: How weeks and years are counted.
        currency: Convert all amounts to this one, with the rates among the files.
        cohort: The period is that of the creation of deals.
        horizon: Days within which a deal advances; 180 when left out.

    Raises:
        SalesmetricsError: As for the command.
    """
    dataset = _dataset(files, as_of)
    from salesmetrics.engine.request import Question

    question = Question(as_of=as_of, period=period, calendar=calendar, by=tuple(by), where=where, currency=currency)
    return analyses.funnel_of(dataset, ReadOptions(), question, cohort=cohort, horizon=horizon)


def forecast(
    *files: str | Dataset,
    period: str,
    by: Iterable[str] = (),
    where: str | None = None,
    as_of: date | None = None,
    calendar: Calendar | None = None,
    currency: str | None = None,
    target: float | None = None,
    seed: int = 1,
    draws: int = 10_000,
) -> Forecast:
    """What will close in a period, with its range, and how good such forecasts were.

    Args:
        *files: Paths, or one dataset: deals, and their stage history and quotas where there are such.
        period: Its name, for example ``2026-Q4``: one that is not over on the report date.
        by: Columns that deals are grouped by.
        where: An SQL condition over canonical columns.
        as_of: The report date; the last event in the data when left out.
        calendar: How weeks and years are counted.
        currency: Convert all amounts to this one, with the rates among the files.
        target: What the total is to reach; the quotas of the period when left out.
        seed: Of the simulation: the same seed gives the same answer.
        draws: Simulated outcomes.

    Raises:
        SalesmetricsError: As for the command.
    """
    dataset = _dataset(files, as_of)
    from salesmetrics.engine.request import Question

    question = Question(as_of=as_of, period=period, calendar=calendar, by=tuple(by), where=where, currency=currency)
    typed = [str(file) for file in files if isinstance(file, str)]
    return analyses.forecast_of(dataset, ReadOptions(), question, typed, target=target, seed=seed, draws=draws)


def cohort(
    *files: str | Dataset,
    every: Literal["month", "quarter"] = "month",
    of: CohortOf = "deals",
    by: Iterable[str] = (),
    where: str | None = None,
    period: str = "all",
    as_of: date | None = None,
    calendar: Calendar | None = None,
    currency: str | None = None,
) -> Cohorts:
    """Follow created deals or leads to their end: the share won within 30 to 365 days, and revenue per created deal.

    Args:
        *files: Paths, or one dataset.
        every: The length of a cohort.
        of: Which records are followed.
        by: Columns that records are grouped by.
        where: An SQL condition over canonical columns.
        period: Its name, for example ``2026``; records are in it by the day they were created.
        as_of: The report date; the last event in the data when left out.
        calendar: How weeks and years are counted.
        currency: Convert all amounts to this one, with the rates among the files.

    Raises:
        SalesmetricsError: As for the command.
    """
    dataset = _dataset(files, as_of)
    from salesmetrics.engine.request import Question

    question = Question(
        as_of=as_of, period=period, calendar=calendar, by=tuple(by), where=where, currency=currency, every=every
    )
    return analyses.cohort_of(dataset, question, of=of, every=every)


def demo(folder: str = "salesmetrics-demo") -> Demo:
    """Write sample exports of every kind into a new folder, with commands to try on them.

    Args:
        folder: Where; an empty folder that exists is filled.

    Raises:
        SalesmetricsError: As for the command; nothing is left behind.
    """
    from salesmetrics.samples.demo import write_demo

    return write_demo(folder)
