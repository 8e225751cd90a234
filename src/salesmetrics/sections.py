"""A report with what belongs beside it, of files that are read once. Own file: it asks each analysis what its own command asks.

A section is the answer of its command to the same options. Where the files or the options do not allow one, it is absent
with the refusal of that command, and the others are there all the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from msgspec.structs import replace

from salesmetrics import analyses, pipeline
from salesmetrics.errors import SalesmetricsError
from salesmetrics.resolving import without_names
from salesmetrics.schema.message import Message
from salesmetrics.schema.sections import SECTIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from concurrent.futures import Future

    from salesmetrics.answers.cohort import CohortOf
    from salesmetrics.answers.report import Report
    from salesmetrics.answers.rows import Rows
    from salesmetrics.answers.sections import Absent, Sections
    from salesmetrics.calendar import Every
    from salesmetrics.engine.goals import Goal
    from salesmetrics.engine.request import Question, Request
    from salesmetrics.ingest.dataset import Dataset, ReadOptions
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.pipeline import Files
    from salesmetrics.schema.provenance import Shaped
    from salesmetrics.schema.sections import SectionName

__all__ = ["Beside", "sections"]

_TILES = 8
"""KPIs that stand first: in tiles, by segment and over time."""
_UNITS: Mapping[Every, int] = {"week": 52, "month": 24, "quarter": 12, "year": 10}
"""So many periods a trend has that nobody asked to be longer; half of them are enough where a period is asked for."""
_DIVIDED = 24
"""Segments into which a funnel, a bridge, cohorts, a forecast and losses are divided at most: a table of more is for nobody."""
_FEWEST_EXPORTS = 2
_ROWS = 200
"""Records of a KPI that are listed."""
_DIMENSIONS = ("owner", "team", "region", "product", "source", "segment", "type", "pipeline")
"""What records are divided by where nobody says: the first of these that tells some of them apart."""


class Beside(NamedTuple):
    """What is asked of sections beside the question.

    Attributes:
        wanted: The sections; without any all but the records.
        reasons: Variant of a loss reason → the reason that it counts as.
        target: What a forecast is to reach; the quotas of its period when left out.
        seed: Of the simulation of a forecast.
        draws: Of the same.
        shaped: Section → what shapes its numbers, where that is more than what shapes the report.
    """

    wanted: tuple[SectionName, ...] = ()
    reasons: Mapping[str, str] = {}
    target: float | None = None
    seed: int = 1
    draws: int = 10_000
    shaped: Mapping[str, Shaped] = {}


def sections(
    files: Files,
    options: ReadOptions,
    question: Question,
    catalog: Catalog,
    beside: Beside,
    *,
    accept: Callable[[Dataset], None] = lambda _: None,
    goals: Callable[[Request], list[Goal]] = lambda _: [],
    goals_by: Iterable[str] = (),
) -> tuple[Sections, Dataset]:
    """A report with the sections that the files allow.

    Args:
        files: The files.
        options: How they are read.
        question: What is asked for.
        catalog: The KPIs that exist.
        beside: Which sections, and what only some of them take.
        accept: As for :func:`salesmetrics.pipeline.report`.
        goals: As there.
        goals_by: As there.

    Raises:
        SalesmetricsError: As :func:`salesmetrics.pipeline.report`; what stops a section alone does not stop the others.
    """
    plain = replace(question, no_total=False)
    report, dataset = pipeline.report(
        files, options, plain, catalog, accept=accept, goals=goals, goals_by=goals_by, whole=True
    )
    from salesmetrics.answers.sections import Sections

    wanted = tuple(name for name in SECTIONS if (name in beside.wanted if beside.wanted else name != "rows"))
    composed = _Composed(files, replace(options, as_of=question.as_of), plain, catalog, beside, report, dataset)
    made: dict[str, Any] = {}
    absent: list[Absent] = []
    begun: dict[str, Future[Any]] = {}
    if "benchmark" in wanted:  # what takes longest, beside all others
        records = max((frame.height for frame in dataset.frames.values()), default=0)
        begun["benchmark"] = pipeline.beside(composed.benchmark, records)
    for name in wanted:
        if name != "kpis":
            _try(name, begun[name].result if name in begun else getattr(composed, name), made, absent)
    answer = Sections(
        report=report,
        wanted=wanted,
        by=composed.by,
        by_default=not question.by,
        every=question.every or "month",
        headlines=composed.headlines,
        undivided=composed.undivided,
        no_total=question.no_total,
        absent=tuple(absent),
        definitions=_definitions([report, made.get("segments"), made.get("trend")], made.get("benchmark"), catalog),
        **made,
    )
    return answer, dataset


def _try(name: SectionName, make: Callable[[], Any], made: dict[str, Any], absent: list[Absent]) -> None:
    """Make a section, or note why it is absent."""
    from salesmetrics.answers.sections import Absent

    try:
        made[name] = make()
    except SalesmetricsError as error:
        absent.append(Absent(section=name, code=error.code, details=dict(error.details)))


class _Composed:
    """The sections over one dataset, each by its name."""

    def __init__(
        self,
        files: Files,
        options: ReadOptions,
        question: Question,
        catalog: Catalog,
        beside: Beside,
        report: Report,
        dataset: Dataset,
    ) -> None:
        self.files, self.options, self.catalog, self.beside = files, options, catalog, beside
        self.report, self.dataset = report, dataset
        self.question = replace(question, trend=False, headlines=0)
        self.by = question.by or _dimension(dataset)
        self.undivided = len({tuple(metric.group.values()) for metric in report.metrics if metric.group}) > _DIVIDED
        self.headlines = _headlines(report, question, catalog)

    def _asked(self, section: SectionName, **changed: Any) -> Question:
        """The question, as the command of a section has it."""
        shaped = self.beside.shaped.get(section, self.question.shaped)
        return replace(self.question, shaped=shaped, **changed)

    def _without_kpis(self, section: SectionName, **changed: Any) -> Question:
        """The same for an analysis, which has no KPIs; not divided into more segments than anybody reads."""
        by = () if self.undivided else self.question.by
        same: dict[str, Any] = {"kpis": (), "families": (), "sort": None, "top": None, "every": None, "compare": None}
        return self._asked(section, **{**same, "by": by, **changed})

    def segments(self) -> Report:
        """The headlines by the dimension; what was asked for, where that is by one already."""
        if self.question.by:
            return self.report
        self._need_dimension()
        from salesmetrics.engine.build import build_report

        question = self._asked("segments", by=self.by, headlines=_TILES, every=None)
        request, dataset = pipeline.request_of(question, self.dataset), self.dataset
        found = build_report(request, dataset.records, self.catalog, inputs=dataset.inputs, findings=dataset.findings)
        return replace(without_names(found, dataset.names), arguments=self.files.arguments)

    def _need_dimension(self) -> None:
        if not self.by:
            cause, fix = Message("no_column_divides", names=_DIMENSIONS), Message("by_another_column")
            raise SalesmetricsError("report_empty", cause=cause, fix=fix)

    def _need_deals(self) -> None:
        if "deals" not in self.dataset.frames:
            raise SalesmetricsError("report_empty", cause=Message("needs_deals"), fix=Message("add_deals_file"))

    def trend(self) -> Report:
        """The headlines by month, or as often as was asked for."""
        from salesmetrics.engine.series import has_series

        kpis = {metric.id: self.catalog.kpis[metric.id] for metric in self.report.metrics if metric.value is not None}
        dated = [name for name in self.headlines if name in kpis and has_series(kpis[name], self.catalog)]
        every = self.question.every or "month"
        period = self._span(every)
        while dated:
            question = self._asked(
                "trend", kpis=tuple(dated), families=(), by=(), compare=None, every=every, period=period
            )
            try:
                return replace(pipeline.trend_of(self.dataset, question, self.catalog), arguments=self.files.arguments)
            except SalesmetricsError as error:
                cause = error.details.get("cause")
                if not isinstance(cause, Message) or cause.code != "kpi_without_series":
                    raise
                dated.remove(cause.details["kpi"])
        raise SalesmetricsError("report_empty", cause=Message("no_kpi_over_time"), fix=Message("kpi_of_date"))

    def _span(self, every: Every) -> str:
        """The period of a trend: the one asked for where it is long enough to show what is usual, else so long before its end.

        Of all records it is all of them, as far as they are not older than that.
        """
        from salesmetrics.calendar import last_units

        asked, day, span = self.question.period, self.report.trend_to or self.report.as_of, self.report.span
        if day is None or span is None:
            return asked
        units = last_units(day, every, _UNITS[every], self._request().calendar)
        least, start = units[len(units) // 2].start, units[0].start
        begun = span.first if asked == "all" else self.report.period.start
        if start is None or least is None or begun is None or (begun >= start if asked == "all" else begun <= least):
            return asked
        known = next((unit.start for unit in units if unit.end > span.first), start)
        return f"{known or start}..{day}"

    def _request(self) -> Request:
        return pipeline.request_of(self.question, self.dataset)

    def funnel(self) -> Any:
        """How deals pass the stages."""
        question = self._without_kpis("funnel")
        found = analyses.funnel_of(self.dataset, self.options, question)
        return replace(found, arguments=self.files.arguments)

    def compare(self) -> Any:
        """The bridge between the exports that the history is made of; each is a dataset of its own."""
        from salesmetrics.ingest.source.arguments import expand
        from salesmetrics.series import SHOWN_CHANGES, Exports, compare_exports

        inputs = self.dataset.inputs
        days = {self._file_of(item.path): item.exported for item in inputs if item.exported is not None}
        if sum(item.exported is not None for item in inputs) < _FEWEST_EXPORTS or "" in days:
            self._need_deals()
            raise _no_changes(sum(item.kind == "deals" for item in inputs))
        aside = [self._file_of(item.path) for item in inputs if item.kind in ("rates", "pipelines")]
        # The order in which exports were typed says nothing here: a series has its days.
        paths = dict.fromkeys([*sorted(days, key=lambda path: days[path]), *aside])
        kinds = {item.path: item.kind for item in (expand(self.files.typed) if self.files.typed else ())}
        arguments = [f"{kind}={path}" if (kind := kinds.get(path)) else path for path in paths]
        hashed = any(item.sha256 is not None for item in self.dataset.inputs)
        exports = Exports(arguments, replace(self.options, as_of=None), hashed=hashed)
        question = self._without_kpis("compare", as_of=None)
        try:
            found, _ = compare_exports(exports, question, most=SHOWN_CHANGES, until=self.question.as_of)
        except SalesmetricsError as error:
            if error.code != "exports_too_few":
                raise
            raise _no_changes(len(error.details["paths"])) from error
        return found

    def _file_of(self, path: str) -> str:
        """The file that a table is in: of several tables of an archive, the archive."""
        return (self.files.path_of(path) or "").partition("!")[0]

    def cohort(self) -> Any:
        """Deals created together, followed to their end; without any, leads."""
        every: Literal["month", "quarter"] = "quarter" if self.question.every in ("quarter", "year") else "month"
        question = self._without_kpis("cohort", every=every)
        of: CohortOf = "leads" if "leads" in self.dataset.frames and "deals" not in self.dataset.frames else "deals"
        found = analyses.cohort_of(self.dataset, question, of=of, every=every)
        return replace(found, arguments=self.files.arguments)

    def forecast(self) -> Any:
        """What will close in the period asked for; where that is over, or of all records, in the one that runs after the day."""
        from salesmetrics.calendar import unit_period
        from salesmetrics.calendar.steps import day_after

        self._need_deals()
        period, day = self.question.period, self.report.as_of
        if period == "all" and day is not None:
            period = unit_period(day_after(day), "quarter", self._request().calendar).label
        try:
            return self._forecast(period)
        except SalesmetricsError as error:
            if error.code != "period_over":
                raise
            return self._forecast(error.details["running"])

    def _forecast(self, period: str) -> Any:
        question, typed = self._without_kpis("forecast", period=period), self.files.arguments
        target, seed, draws = self.beside.target, self.beside.seed, self.beside.draws
        found = analyses.forecast_of(self.dataset, self.options, question, typed, target=target, seed=seed, draws=draws)
        return replace(found, arguments=typed)

    def benchmark(self) -> Any:
        """Each segment against the team without it."""
        from salesmetrics.analysis.benchmark import BenchmarkTerms

        self._need_dimension()
        question = self._asked("benchmark", by=self.by, every=None, sort=None, top=None)
        terms = BenchmarkTerms(question.accepted)
        found = analyses.benchmark_of(self.dataset, question, self.catalog, terms)
        return replace(found, arguments=self.files.arguments)

    def losses(self) -> Any:
        """Why and where deals are lost."""
        question = self._without_kpis("losses", compare=self.question.compare)
        found = analyses.losses_of(self.dataset, self.options, question, self.beside.reasons)
        return replace(found, arguments=self.files.arguments)

    def rows(self) -> tuple[Rows, ...]:
        """The first records behind each headline that has some."""
        from salesmetrics.drilldown.listing import Listing

        found, refused = [], []
        for name in self.headlines:
            question = self._asked("rows", kpis=(name,), families=(), by=(), compare=None, every=None)
            try:
                found.append(pipeline.rows_of(self.dataset, question, self.catalog, Listing(top=_ROWS)))
            except SalesmetricsError as error:
                refused.append(error)
        if refused and not found:
            raise refused[0]
        return tuple(found)


def _no_changes(exports: int) -> SalesmetricsError:
    cause = Message("no_series_of_exports", n=exports)
    return SalesmetricsError("report_empty", cause=cause, fix=Message("add_earlier_export"))


def _dimension(dataset: Dataset) -> tuple[str, ...]:
    """The first dimension that tells records apart, those of deals where there are any; empty where none does."""
    frames = [dataset.frames["deals"]] if "deals" in dataset.frames else list(dataset.frames.values())
    for name in _DIMENSIONS:
        if name == "owner" and dataset.names is not None and not dataset.names.shown:
            continue
        if any(name in frame.columns and frame[name].drop_nulls().n_unique() > 1 for frame in frames):
            return (name,)
    return ()


def _headlines(report: Report, question: Question, catalog: Catalog) -> tuple[str, ...]:
    """The KPIs of the first tiles: those that were named, else those of the catalogue that come first, and those with a goal."""
    there = {metric.id for metric in report.metrics}
    ranked = [name for name in report.ranked if name in there]
    named = [name for name in question.kpis if name in there]
    first = named or [name for name in ranked if catalog.kpis[name].headline is not None] or ranked
    wanted = {metric.id for metric in report.metrics if metric.goal is not None} - set(first[:_TILES])
    kept = first[: max(_TILES - len(wanted), _TILES // 2)]
    return tuple(dict.fromkeys([*kept, *(name for name in ranked if name in wanted)]))


def _definitions(reports: Sequence[Report | None], benchmark: Any, catalog: Catalog) -> tuple[Any, ...]:
    """What the catalogue says of every KPI on the page, in its order."""
    from salesmetrics.drilldown.describe import describe_kpi

    there = {metric.id for report in reports if report is not None for metric in report.metrics}
    there |= set() if benchmark is None else {kpi.id for kpi in benchmark.kpis}
    return tuple(describe_kpi(kpi, catalog) for kpi in catalog.kpis.values() if kpi.id in there)
