"""The public face: what the command line does, for a program and a notebook. Own file: it is imported when it is used.

Each function has the name, the options and the refusals of its command, and gives a :class:`salesmetrics.results.Result`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, overload

from msgspec.structs import replace

from salesmetrics import analyses, pipeline
from salesmetrics.asking import ask, path_given, paths_given, restated, source_given, texts_given, with_options
from salesmetrics.errors import SalesmetricsError
from salesmetrics.ingest.dataset import ReadOptions
from salesmetrics.questions import bar_named, make_beside, make_catalog, make_listing, settle_goals
from salesmetrics.resolving import shaped_for
from salesmetrics.results import Result
from salesmetrics.schema.message import Message
from salesmetrics.settings.options import Composing, Forecasting, Listed, Merging, Selection, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date
    from typing import Unpack

    from salesmetrics.answers.base import Answer
    from salesmetrics.answers.benchmark import Benchmark
    from salesmetrics.answers.catalog import Definition, Working
    from salesmetrics.answers.cohort import Cohorts
    from salesmetrics.answers.compare import Compare
    from salesmetrics.answers.demo import Demo
    from salesmetrics.answers.files import Check, Inspection
    from salesmetrics.answers.forecast import Forecast
    from salesmetrics.answers.funnel import Funnel
    from salesmetrics.answers.losses import Losses
    from salesmetrics.answers.report import Report
    from salesmetrics.answers.rows import Rows
    from salesmetrics.asking import (
        Asked,
        BenchmarkOptions,
        CheckOptions,
        CohortOptions,
        CompareOptions,
        ExplainOptions,
        FilePath,
        ForecastOptions,
        FunnelOptions,
        LossesOptions,
        ReadingOptions,
        ReportOptions,
        RowsOptions,
        TrendOptions,
    )
    from salesmetrics.calendar import Calendar
    from salesmetrics.engine.request import Question
    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.metrics.catalog import Catalog

__all__ = [
    "benchmark",
    "check",
    "cohort",
    "compare",
    "demo",
    "explain",
    "forecast",
    "funnel",
    "inspect",
    "load",
    "losses",
    "report",
    "report_on",
    "rows",
    "trend",
]

_FIRST = 12
"""KPIs that a table of the terminal shows first."""


# --- reading ---


@with_options
def load(*files: FilePath, **options: Unpack[ReadingOptions]) -> Dataset:
    """Read exports into canonical frames, to be asked several times.

    >>> dataset = load("deals.csv", date_order="dmy")  # doctest: +SKIP
    >>> dataset.frames["deals"]  # doctest: +SKIP

    Args:
        *files: Paths, patterns or folders, each optionally as ``KIND=FILE``.
        **options: How files are read.

    Returns:
        ``frames`` by kind, and ``files``, ``inputs``, ``findings`` and ``rejects`` that say how they were read.

    Raises:
        SalesmetricsError: A file cannot be read, or leaves something open that an option settles.
    """
    asked = ask("load", options)
    paths = paths_given(files, asked.command)
    with _placed(asked):
        found = pipeline.load(pipeline.Files(paths, hashed=True), asked.options)
    return replace(found, options=asked.options)


@with_options
def inspect(*files: FilePath | Dataset, **options: Unpack[CheckOptions]) -> Result[Inspection]:
    """What was recognised in files, and what they allow.

    >>> inspect("deals.csv").files[0].kind  # doctest: +SKIP
    'deals'

    Args:
        *files: Paths, or one dataset.
        **options: How files are read.

    Raises:
        SalesmetricsError: As for the command.
    """
    asked = ask("inspect", options)
    source, reading = _source(files, asked)
    settings = asked.settings
    with _placed(asked):
        found, _ = pipeline.inspect(
            source, reading, settings.thresholds, lambda: make_catalog(settings), settings.shaped
        )
    return Result(replace(found, everything=asked.all, arguments=source.arguments), language=asked.language)


@with_options
def check(*files: FilePath | Dataset, **options: Unpack[CheckOptions]) -> Result[Check]:
    """Data quality: findings by rule, with counts and rows.

    >>> check("deals.csv").to_polars()  # doctest: +SKIP

    Args:
        *files: Paths, or one dataset.
        **options: How files are read.

    Raises:
        SalesmetricsError: As for the command.
    """
    from salesmetrics.answers.files import Check
    from salesmetrics.answers.provenance import filters_of
    from salesmetrics.schema.provenance import Severity

    asked = ask("check", options)
    source, reading = _source(files, asked)
    with _placed(asked):
        dataset = pipeline.load(source, reading)
    errors = any(item.severity == Severity.ERROR for item in dataset.findings)
    answer = Check(
        passed=not (dataset.rejected or errors),
        inputs=list(dataset.inputs),
        findings=list(dataset.findings),
        filters=filters_of(shaped_for(dataset, asked.settings.shaped)),
        everything=asked.all,
        arguments=source.arguments,
    )
    return Result(answer, language=asked.language)


# --- KPIs ---


@with_options
def report(*files: FilePath | Dataset, **options: Unpack[ReportOptions]) -> Result[Report]:
    r"""Every KPI that the files allow, each with its counts and interval.

    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "deals.csv")
    ...     _ = path.write_text("Deal ID,Stage,Amount\n1,Closed won,12.50\n2,Closed lost,3\n3,Closed lost,4\n")
    ...     result = report(str(path), kpi="win_rate,revenue")
    >>> result.to_polars().select("id", "value", "value_exact", "n").rows()
    [('revenue', 12.5, Decimal('12.50'), 1), ('win_rate', 0.3333333333333333, None, 3)]
    >>> result.save("report.html")  # doctest: +SKIP

    Args:
        *files: Paths, or one dataset.
        **options: Those of the command.

    Raises:
        SalesmetricsError: As for the command.
    """
    asked = ask("report", options)
    source, reading = _source(files, asked, whole=True)
    watch, settings, known = asked.groups[Watch], asked.settings, make_catalog(asked.settings)
    terms: dict[str, Any] = {
        "accept": lambda _: None,
        "goals": lambda request: settle_goals(watch, settings, request, known),
        "goals_by": {name for tables in settings.goals.values() for table in tables for name in table.group},
    }

    def made(question: Question) -> Report:
        found, _ = pipeline.report(source, reading, question, known, **terms)
        return replace(found, everything=asked.all)

    def drawn(part: str) -> Answer:
        if part != "page":
            divided = bool(asked.groups[Selection].by)
            return made(asked.question(trend=not divided, headlines=0 if asked.all else _FIRST))
        from salesmetrics.sections import sections

        question = asked.question(trend=True)
        beside = make_beside(asked.groups[Composing], settings, question.shaped)
        return sections(source, reading, question, known, beside, **terms)[0]

    with _placed(asked):
        return Result(made(asked.question()), drawn, language=asked.language)


@with_options
def trend(kpi: str | Iterable[str], *files: FilePath | Dataset, **options: Unpack[TrendOptions]) -> Result[Report]:
    """A KPI over time: the value and counts of each period, and whether it is unusual.

    >>> trend("win_rate", "deals.csv", every="quarter").to_polars()  # doctest: +SKIP

    Args:
        kpi: Id of a KPI, or several.
        *files: Paths, or one dataset.
        **options: Those of the command.

    Raises:
        SalesmetricsError: As for the command.
    """
    asked = ask("trend", options)
    source, reading = _source(files, asked)
    kpis = tuple(word for name in texts_given(kpi) for part in name.split(",") if (word := part.strip()))
    with _placed(asked):
        question = asked.question(kpi=kpis, every=asked.own["every"])
        found, _ = pipeline.trend(source, reading, question, make_catalog(asked.settings))
    return Result(replace(found, everything=asked.all), language=asked.language)


@with_options
def rows(kpi: str, *files: FilePath | Dataset, **options: Unpack[RowsOptions]) -> Result[Rows]:
    """The records behind a KPI: numerator, denominator, excluded, with row numbers.

    >>> rows("lost_deals", "deals.csv", sort="amount", top=10).to_polars()  # doctest: +SKIP

    Args:
        kpi: Id of a KPI.
        *files: Paths, or one dataset.
        **options: Those of the command.

    Raises:
        SalesmetricsError: As for the command.
    """
    asked = ask("rows", options)
    source, reading = _source(files, asked)
    with _placed(asked):
        question = replace(asked.question(), kpis=(str(kpi),), families=(), by=())
        listing, known = make_listing(asked.groups[Listed]), make_catalog(asked.settings)
        found, _ = pipeline.rows(source, reading, question, known, listing)
    return Result(found, language=asked.language)


@overload
def explain(kpi: str) -> Result[Definition]: ...
@overload
def explain(
    kpi: str, file: FilePath | Dataset, /, *files: FilePath | Dataset, **options: Unpack[ExplainOptions]
) -> Result[Working]: ...
@with_options
def explain(kpi: str, *files: FilePath | Dataset, **options: Any) -> Result[Any]:
    """What a KPI means; with files, also its working.

    >>> print(explain("win_rate").kpis[0].formula)
    won / (won + lost)

    Args:
        kpi: Id of a KPI.
        *files: Paths, or one dataset.
        **options: Those of the command.

    Raises:
        SalesmetricsError: As for the command.
    """
    asked = ask("explain", options)
    with _placed(asked):
        known = make_catalog(asked.settings)
        (chosen,) = known.select([str(kpi)])
        if not files:
            from salesmetrics.drilldown.describe import define_kpi

            return Result(define_kpi(chosen, known), language=asked.language)
        source, reading = _source(files, asked)
        question = replace(asked.question(), kpis=(chosen.id,), families=(), by=())
        return Result(pipeline.explain(source, reading, question, known)[0], language=asked.language)


# --- analyses ---


@overload
def compare(*files: FilePath, rows: str, **options: Unpack[CompareOptions]) -> Result[Rows]: ...
@overload
def compare(*files: FilePath, rows: None = None, **options: Unpack[CompareOptions]) -> Result[Compare]: ...
@with_options
def compare(*files: FilePath, **options: Any) -> Result[Any]:
    """What changed between exports of one list: the bridge from the pipeline of each to that of the next.

    >>> compare("deals-2026-09-23.csv", "deals-2026-09-30.csv").to_polars()  # doctest: +SKIP

    Args:
        *files: Paths, patterns or folders of two exports or more, and rates where ``currency`` needs them.
        **options: Those of the command.

    Raises:
        SalesmetricsError: As for the command.
    """
    from salesmetrics.series import SHOWN_CHANGES, Exports, compare_exports

    asked = ask("compare", options)
    paths = paths_given(files, asked.command)
    on = [f"{file}={day}" for file, day in asked.own["on"].items()]

    def made(most: int | None) -> Answer:
        bar = None if asked.own["rows"] is None else bar_named(asked.own["rows"])
        exports = Exports(paths, asked.options, hashed=True)
        found, _ = compare_exports(exports, asked.question(), on, most=most, bar=bar)
        return found if bar else replace(found, everything=asked.all)

    with _placed(asked):
        return Result(made(None), lambda _: made(SHOWN_CHANGES), language=asked.language)


@overload
def funnel(*files: FilePath | Dataset, rows: str, **options: Unpack[FunnelOptions]) -> Result[Rows]: ...
@overload
def funnel(*files: FilePath | Dataset, rows: None = None, **options: Unpack[FunnelOptions]) -> Result[Funnel]: ...
@with_options
def funnel(*files: FilePath | Dataset, **options: Any) -> Result[Any]:
    """How deals pass the stages of a pipeline: conversion, time in stage, and where value waits.

    >>> funnel("deals.csv", "stages.csv", period="last-quarter").stages  # doctest: +SKIP

    Args:
        *files: Paths, or one dataset: deals and their stage history.
        **options: Those of the command.

    Raises:
        SalesmetricsError: As for the command.
    """
    asked = ask("funnel", options)
    own = asked.own
    return _analysed(
        files,
        asked,
        lambda source, reading: analyses.funnel(
            source, reading, asked.question(), cohort=own["cohort"], horizon=own["horizon"], cell=own["rows"]
        ),
    )


@overload
def cohort(*files: FilePath | Dataset, rows: str, **options: Unpack[CohortOptions]) -> Result[Rows]: ...
@overload
def cohort(*files: FilePath | Dataset, rows: None = None, **options: Unpack[CohortOptions]) -> Result[Cohorts]: ...
@with_options
def cohort(*files: FilePath | Dataset, **options: Any) -> Result[Any]:
    """Created deals or leads followed to their end: the share won within 30 to 365 days, and revenue per created deal.

    >>> cohort("deals.csv", every="quarter", by="team").to_polars("cohorts.horizons")  # doctest: +SKIP

    Args:
        *files: Paths, or one dataset.
        **options: Those of the command.

    Raises:
        SalesmetricsError: As for the command.
    """
    asked = ask("cohort", options)
    own = asked.own
    return _analysed(
        files,
        asked,
        lambda source, reading: analyses.cohort(
            source, reading, asked.question(every=own["every"]), of=own["of"], every=own["every"], cell=own["rows"]
        ),
    )


@overload
def forecast(*files: FilePath | Dataset, rows: str, **options: Unpack[ForecastOptions]) -> Result[Rows]: ...
@overload
def forecast(*files: FilePath | Dataset, rows: None = None, **options: Unpack[ForecastOptions]) -> Result[Forecast]: ...
@with_options
def forecast(*files: FilePath | Dataset, **options: Any) -> Result[Any]:
    """What will close in a period, with its range, and how good such forecasts were.

    >>> forecast("deals.csv", period="2026-Q4", target=900_000).to_polars()  # doctest: +SKIP

    Args:
        *files: Paths, or one dataset: deals, and their stage history and quotas where there are such.
        **options: Those of the command.

    Raises:
        SalesmetricsError: As for the command.
    """
    asked = ask("forecast", options)
    terms = asked.groups[Forecasting]
    return _analysed(
        files,
        asked,
        lambda source, reading: analyses.forecast(
            source,
            reading,
            asked.question(),
            target=terms.target,
            seed=terms.seed,
            draws=terms.draws,
            cell=asked.own["rows"],
        ),
    )


@overload
def benchmark(*files: FilePath | Dataset, rows: str, **options: Unpack[BenchmarkOptions]) -> Result[Rows]: ...
@overload
def benchmark(
    *files: FilePath | Dataset, rows: None = None, **options: Unpack[BenchmarkOptions]
) -> Result[Benchmark]: ...
@with_options
def benchmark(*files: FilePath | Dataset, **options: Any) -> Result[Any]:
    """Is anyone really different? Each segment against the team without it.

    >>> benchmark("deals.csv", by="owner").to_polars()  # doctest: +SKIP

    Args:
        *files: Paths, or one dataset.
        **options: Those of the command.

    Raises:
        SalesmetricsError: As for the command.
    """
    from salesmetrics.analysis.benchmark import BenchmarkTerms

    asked = ask("benchmark", options)
    question = asked.question()
    terms = BenchmarkTerms(question.accepted, asked.own["seed"], asked.own["every"])
    known = make_catalog(asked.settings)
    return _analysed(
        files,
        asked,
        lambda source, reading: analyses.benchmark(source, reading, question, known, terms, cell=asked.own["rows"]),
    )


@overload
def losses(*files: FilePath | Dataset, rows: str, **options: Unpack[LossesOptions]) -> Result[Rows]: ...
@overload
def losses(*files: FilePath | Dataset, rows: None = None, **options: Unpack[LossesOptions]) -> Result[Losses]: ...
@with_options
def losses(*files: FilePath | Dataset, **options: Any) -> Result[Any]:
    """Why and where deals are lost: by reason, stage, competitor, owner, product and age.

    >>> losses("deals.csv", period="last-quarter", compare="previous").to_polars()  # doctest: +SKIP

    Args:
        *files: Paths, or one dataset.
        **options: Those of the command.

    Raises:
        SalesmetricsError: As for the command.
    """
    asked = ask("losses", options)
    reasons = asked.groups[Merging].merge_reason
    return _analysed(
        files,
        asked,
        lambda source, reading: analyses.losses(
            source, reading, asked.question(), cell=asked.own["rows"], reasons=reasons
        ),
    )


# --- samples ---


def demo(folder: FilePath = "salesmetrics-demo") -> Result[Demo]:
    """Write sample exports of every kind into a new folder, with commands to try on them.

    >>> demo("samples").to_polars("files")  # doctest: +SKIP

    Args:
        folder: Where; an empty folder that exists is filled.

    Raises:
        SalesmetricsError: As for the command; nothing is left behind.
    """
    from salesmetrics.samples.demo import write_demo

    return Result(write_demo(path_given(folder, "salesmetrics demo")))


# --- how they are made ---


def _analysed(
    files: Sequence[FilePath | Dataset],
    asked: Asked,
    analysis: Callable[[pipeline.Files, ReadOptions], tuple[Any, Dataset]],
) -> Result[Any]:
    source, reading = _source(files, asked)
    with _placed(asked):
        found, _ = analysis(source, reading)
    return Result(
        replace(found, everything=asked.all) if hasattr(found, "everything") else found, language=asked.language
    )


def _source(
    files: Sequence[FilePath | Dataset], asked: Asked, *, whole: bool = False
) -> tuple[pipeline.Files, ReadOptions]:
    """What is asked, and how it is read; ``whole``: read once, for it is asked several times."""
    given = source_given(files, asked.command, asked.read)
    if not isinstance(given, list):
        return pipeline.HeldFiles(given), given.options or ReadOptions()
    files_read = pipeline.Files(given, hashed=True, memory=asked.options.memory)
    if not whole:
        return files_read, asked.options
    with _placed(asked):
        options = replace(asked.options, as_of=asked.question().as_of)
        return pipeline.HeldFiles(pipeline.load(files_read, options), given, files_read), options


@contextmanager
def _placed(asked: Asked) -> Iterator[None]:
    """What is refused within is told of the place that it is written in."""
    try:
        yield
    except SalesmetricsError as error:
        shown = restated(error, asked)
        if asked.options.names is None:
            raise shown from error
        from salesmetrics.privacy.details import hide_error

        raise hide_error(error, shown, asked.options.names) from None


# --- the older form ---


def report_on(
    *files: FilePath | Dataset,
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
    """Compute KPIs as a plain answer: the older form of :func:`report`, which has the options of the command.

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
    from salesmetrics.engine.build import build_report
    from salesmetrics.engine.request import Request
    from salesmetrics.metrics.catalog import catalog

    given = source_given(files, "salesmetrics report_on")
    names = {"kpi": kpis, "family": families, "by": by}
    asked = ask("report", {**names, "where": where, "period": period, "compare": compare, "as_of": as_of})
    if unknown := next((name for name in more if name not in Request.__struct_fields__), None):
        fix = Message("use_one_of", known=Request.__struct_fields__)
        raise SalesmetricsError("option_unknown", command="salesmetrics report_on", option=unknown, fix=fix)
    question = replace(asked.question(), as_of_source=None, calendar=calendar)
    if isinstance(given, list):
        given = pipeline.load(pipeline.Files(given, hashed=True), ReadOptions(as_of=question.as_of))
    request = replace(pipeline.request_of(question, given), **more)
    return build_report(request, given.records, known or catalog(), inputs=given.inputs, findings=given.findings)
