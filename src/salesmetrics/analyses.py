"""What is asked of analyses: from files to what is a table by nature. Own file: a function per command, with the facts that it needs.

The schedule is that of ``pipeline``: files are read and checked there, and nothing heavy is imported before they are on their way.
"""

from __future__ import annotations

import shlex
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from salesmetrics.pipeline import Files, columns_asked, load, request_of
from salesmetrics.resolving import typed_cell, without_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from salesmetrics.analysis.benchmark import BenchmarkTerms
    from salesmetrics.analysis.cohort import CohortFacts
    from salesmetrics.analysis.forecast import ForecastFacts
    from salesmetrics.analysis.funnel import FunnelFacts
    from salesmetrics.analysis.losses import LossFacts
    from salesmetrics.answers.benchmark import Benchmark
    from salesmetrics.answers.cohort import CohortOf, Cohorts
    from salesmetrics.answers.forecast import Forecast
    from salesmetrics.answers.funnel import Funnel
    from salesmetrics.answers.losses import Losses
    from salesmetrics.answers.rows import Rows
    from salesmetrics.engine.request import Question, Request
    from salesmetrics.ingest.dataset import Dataset, ReadOptions
    from salesmetrics.metrics.catalog import Catalog
    from salesmetrics.privacy.names import Names

__all__ = [
    "benchmark",
    "benchmark_of",
    "cohort",
    "cohort_facts",
    "cohort_of",
    "forecast",
    "forecast_facts",
    "forecast_of",
    "funnel",
    "funnel_facts",
    "funnel_of",
    "loss_facts",
    "losses",
    "losses_of",
    "separators_of",
]


def funnel(
    files: Files,
    options: ReadOptions,
    question: Question,
    *,
    cohort: bool = False,
    horizon: int | None = None,
    cell: str | None = None,
) -> tuple[Funnel | Rows, Dataset]:
    """How deals pass the stages of a pipeline.

    Args:
        files: The files.
        options: How they are read.
        question: What is asked for.
        cohort: The period is that of the creation of deals.
        horizon: Days within which a deal advances; the setting when left out.
        cell: List the deals behind this cell instead.

    Raises:
        SalesmetricsError: As :func:`load` and :func:`salesmetrics.analysis.funnel.build_funnel`; ``outcome_unsettled``.
    """
    options = replace(options, as_of=question.as_of)
    dataset = load(files, options)
    if cell is None:
        found = funnel_of(dataset, options, question, cohort=cohort, horizon=horizon)
        return replace(found, arguments=files.arguments), dataset
    from salesmetrics.analysis.funnel import funnel_rows

    request = request_of(question, dataset)
    facts = funnel_facts(dataset, options, request, cohort=cohort, horizon=horizon)
    return without_names(funnel_rows(request, dataset.records, facts, cell, dataset.inputs), dataset.names), dataset


def funnel_of(
    dataset: Dataset, options: ReadOptions, question: Question, *, cohort: bool = False, horizon: int | None = None
) -> Funnel:
    """The same of files that are read already.

    Args:
        dataset: The files.
        options: How they were read.
        question: What is asked for.
        cohort: The period is that of the creation of deals.
        horizon: Days within which a deal advances; the setting when left out.

    Raises:
        SalesmetricsError: As :func:`funnel`.
    """
    from salesmetrics.analysis.funnel import build_funnel

    request = request_of(question, dataset)
    facts = funnel_facts(dataset, options, request, cohort=cohort, horizon=horizon)
    found = build_funnel(request, dataset.records, facts, inputs=dataset.inputs, findings=dataset.findings)
    return without_names(found, dataset.names)


def funnel_facts(
    dataset: Dataset, options: ReadOptions, request: Request, *, cohort: bool, horizon: int | None
) -> FunnelFacts:
    """What the files say of their stages beside the records.

    Args:
        dataset: The files.
        options: How they were read.
        request: What is asked for.
        cohort: The period is that of the creation of deals.
        horizon: Days within which a deal advances; the setting when left out.

    Raises:
        SalesmetricsError: ``outcome_unsettled``: nobody knows yet which deals are won or lost.
    """
    from salesmetrics.analysis.funnel import FunnelFacts
    from salesmetrics.engine.unknown import refuse_unsettled_rows
    from salesmetrics.ingest.canonical.meanings import crm_orders, places_in, stage_meanings
    from salesmetrics.metrics.catalog import catalog

    refuse_unsettled_rows("win_rate", catalog(), dataset.withheld, lambda: dataset.findings, command="funnel")
    crm = next((file.recognition.profile for file in dataset.files if file.recognition.kind == "deals"), "")
    meanings = stage_meanings(dataset, options)
    days, order = horizon or request.settings.horizon_days, request.settings.stage_order
    return FunnelFacts(meanings, crm, cohort, days, places_in(meanings, order), crm_orders(dataset, meanings))


def losses(
    files: Files,
    options: ReadOptions,
    question: Question,
    *,
    cell: str | None = None,
    reasons: Mapping[str, str] | None = None,
) -> tuple[Losses | Rows, Dataset]:
    """Why and where deals are lost.

    Args:
        files: The files.
        options: How they are read.
        question: What is asked for.
        cell: List the deals behind this cell instead.
        reasons: Variant of a reason → the reason that it counts as.

    Raises:
        SalesmetricsError: As :func:`load` and :func:`salesmetrics.analysis.losses.build_losses`; ``outcome_unsettled``.
    """
    dataset = load(files, replace(options, as_of=question.as_of))
    if cell is None:
        return replace(losses_of(dataset, options, question, reasons), arguments=files.arguments), dataset
    from salesmetrics.analysis.losses import loss_rows

    request, facts = request_of(question, dataset), loss_facts(dataset, options, reasons)
    found = loss_rows(request, dataset.records, facts, typed_cell(cell, (), dataset), dataset.inputs)
    return without_names(found, dataset.names), dataset


def losses_of(
    dataset: Dataset, options: ReadOptions, question: Question, reasons: Mapping[str, str] | None = None
) -> Losses:
    """The same of files that are read already.

    Args:
        dataset: The files.
        options: How they were read.
        question: What is asked for.
        reasons: Variant of a reason → the reason that it counts as.

    Raises:
        SalesmetricsError: As :func:`losses`.
    """
    from salesmetrics.analysis.losses import build_losses

    request, facts = request_of(question, dataset), loss_facts(dataset, options, reasons)
    found = build_losses(request, dataset.records, facts, inputs=dataset.inputs, findings=dataset.findings)
    return without_names(_told(found, dataset.names), dataset.names)


def _told(found: Losses, names: Names | None) -> Losses:
    """Losses without the reasons to merge that no deal has: they are words of whoever wrote them, and none of the data."""
    if names is None:
        return found
    from salesmetrics.privacy.details import hidden_word

    merged = [
        item
        if item.count
        else replace(item, variant=hidden_word(item.variant, names), reason=hidden_word(item.reason, names))
        for item in found.merged
    ]
    return replace(found, merged=merged)


def loss_facts(dataset: Dataset, options: ReadOptions, reasons: Mapping[str, str] | None = None) -> LossFacts:
    """What the files say of their stages and cells beside the records.

    Raises:
        SalesmetricsError: ``outcome_unsettled``: nobody knows yet which deals are lost; ``option_invalid``: reasons that
            count as each other.
    """
    from salesmetrics.analysis.losses import LossFacts
    from salesmetrics.analysis.reasons import settled_reasons
    from salesmetrics.engine.unknown import refuse_unsettled_rows
    from salesmetrics.ingest.canonical.meanings import stage_meanings
    from salesmetrics.metrics.catalog import catalog

    refuse_unsettled_rows("lost_deals", catalog(), dataset.withheld, lambda: dataset.findings, command="losses")
    named = dataset.names is None or dataset.names.shown
    settled = settled_reasons(reasons or {})
    return LossFacts(stage_meanings(dataset, options), separators_of(dataset), settled, named=named)


def separators_of(dataset: Dataset) -> dict[int, str]:
    """The sign between several values of a cell, by the index of the file, where its CRM has one."""
    from salesmetrics.ingest.recognise.index import load_profile

    signs = {i: load_profile(file.recognition.profile).separator for i, file in enumerate(dataset.files)}
    return {i: sign for i, sign in signs.items() if sign is not None}


def forecast(
    files: Files,
    options: ReadOptions,
    question: Question,
    *,
    target: float | None = None,
    seed: int = 1,
    draws: int = 10_000,
    cell: str | None = None,
) -> tuple[Forecast | Rows, Dataset]:
    """What will close in a period, with its range, and how good such forecasts were.

    Args:
        files: The files.
        options: How they are read.
        question: What is asked for.
        target: What the total is to reach; the quotas of the period when left out.
        seed: Of the simulation.
        draws: Simulated outcomes.
        cell: List the deals behind this cell instead.

    Raises:
        SalesmetricsError: As :func:`load` and :func:`salesmetrics.analysis.forecast.build_forecast`; ``outcome_unsettled``.
    """
    options = replace(options, as_of=question.as_of)
    dataset = load(files, options)
    if cell is None:
        found = forecast_of(dataset, options, question, files.arguments, target=target, seed=seed, draws=draws)
        return replace(found, arguments=files.arguments), dataset
    from salesmetrics.analysis.forecast import forecast_rows

    request = request_of(question, dataset)
    facts = forecast_facts(dataset, options, files.arguments, target=target, seed=seed, draws=draws)
    return without_names(forecast_rows(request, dataset.records, facts, cell, dataset.inputs), dataset.names), dataset


def forecast_of(
    dataset: Dataset,
    options: ReadOptions,
    question: Question,
    arguments: Sequence[str],
    *,
    target: float | None = None,
    seed: int = 1,
    draws: int = 10_000,
) -> Forecast:
    """The same of files that are read already.

    Args:
        dataset: The files.
        options: How they were read.
        question: What is asked for.
        arguments: The files as they were typed.
        target: What the total is to reach; the quotas of the period when left out.
        seed: Of the simulation.
        draws: Simulated outcomes.

    Raises:
        SalesmetricsError: As :func:`forecast`.
    """
    from salesmetrics.analysis.forecast import build_forecast

    request = request_of(question, dataset)
    facts = forecast_facts(dataset, options, arguments, target=target, seed=seed, draws=draws)
    found = build_forecast(request, dataset.records, facts, inputs=dataset.inputs, findings=dataset.findings)
    return without_names(found, dataset.names)


def forecast_facts(
    dataset: Dataset, options: ReadOptions, arguments: Sequence[str], *, target: float | None, seed: int, draws: int
) -> ForecastFacts:
    """What is asked and known beside the records.

    Raises:
        SalesmetricsError: ``outcome_unsettled``: nobody knows yet which deals are won, or what their amounts are.
    """
    from salesmetrics.analysis.forecast import ForecastFacts
    from salesmetrics.engine.unknown import refuse_unsettled_rows
    from salesmetrics.ingest.canonical.meanings import stage_meanings
    from salesmetrics.metrics.catalog import catalog
    from salesmetrics.schema.provenance import HISTORY

    refuse_unsettled_rows("revenue", catalog(), dataset.withheld, lambda: dataset.findings, command="forecast")
    goal = None if target is None else Decimal(repr(target)).normalize() + Decimal(0)
    typed = " ".join(map(shlex.quote, arguments)) if "-" not in arguments else "FILE"
    exports = tuple(item.exported for item in dataset.inputs if item.kind == HISTORY and item.exported is not None)
    return ForecastFacts(stage_meanings(dataset, options), typed or "FILE", goal, draws, seed, exports)


def benchmark(
    files: Files,
    options: ReadOptions,
    question: Question,
    catalog: Catalog,
    terms: BenchmarkTerms,
    *,
    cell: str | None = None,
) -> tuple[Benchmark | Rows, Dataset]:
    """Each segment against the team without it.

    Args:
        files: The files.
        options: How they are read.
        question: What is asked for; ``by`` divides records into segments.
        catalog: The KPIs that exist.
        terms: How segments are judged.
        cell: List the records behind this row instead, such as ``win_rate:Ann``.

    Raises:
        SalesmetricsError: As :func:`load` and :func:`salesmetrics.analysis.benchmark.build_benchmark`.
    """
    dataset = load(files, replace(options, as_of=question.as_of), columns_asked(question))
    if cell is None:
        return replace(benchmark_of(dataset, question, catalog, terms), arguments=files.arguments), dataset
    from salesmetrics.analysis.benchmark import benchmark_rows

    request = request_of(question, dataset)
    cell = typed_cell(cell, request.by, dataset)
    found = benchmark_rows(request, dataset.records, catalog, terms, cell, dataset.inputs)
    return without_names(found, dataset.names), dataset


def benchmark_of(dataset: Dataset, question: Question, catalog: Catalog, terms: BenchmarkTerms) -> Benchmark:
    """The same of files that are read already.

    Args:
        dataset: The files.
        question: What is asked for; ``by`` divides records into segments.
        catalog: The KPIs that exist.
        terms: How segments are judged.

    Raises:
        SalesmetricsError: As :func:`benchmark`.
    """
    from salesmetrics.analysis.benchmark import build_benchmark

    request = request_of(question, dataset)
    found = build_benchmark(request, dataset.records, catalog, terms, inputs=dataset.inputs, findings=dataset.findings)
    return without_names(found, dataset.names)


def cohort(
    files: Files,
    options: ReadOptions,
    question: Question,
    *,
    of: CohortOf = "deals",
    every: Literal["month", "quarter"] = "month",
    cell: str | None = None,
) -> tuple[Cohorts | Rows, Dataset]:
    """Follow created deals or leads to their end.

    Args:
        files: The files.
        options: How they are read.
        question: What is asked for.
        of: Which records are followed.
        every: The length of a cohort.
        cell: List the records behind this cell instead.

    Raises:
        SalesmetricsError: As :func:`load` and :func:`salesmetrics.analysis.cohort.build_cohorts`; ``outcome_unsettled``.
    """
    about = None if cell is not None else columns_asked(question)
    dataset = load(files, replace(options, as_of=question.as_of), about)
    if cell is None:
        return replace(cohort_of(dataset, question, of=of, every=every), arguments=files.arguments), dataset
    from salesmetrics.analysis.cohort import cohort_rows

    request, facts = request_of(question, dataset), cohort_facts(dataset, of, every)
    return without_names(cohort_rows(request, dataset.records, facts, cell, dataset.inputs), dataset.names), dataset


def cohort_of(
    dataset: Dataset, question: Question, *, of: CohortOf = "deals", every: Literal["month", "quarter"] = "month"
) -> Cohorts:
    """The same of files that are read already.

    Args:
        dataset: The files.
        question: What is asked for.
        of: Which records are followed.
        every: The length of a cohort.

    Raises:
        SalesmetricsError: As :func:`cohort`.
    """
    from salesmetrics.analysis.cohort import build_cohorts

    request, facts = request_of(question, dataset), cohort_facts(dataset, of, every)
    found = build_cohorts(request, dataset.records, facts, inputs=dataset.inputs, findings=dataset.findings)
    return without_names(found, dataset.names)


def cohort_facts(dataset: Dataset, of: CohortOf, every: Literal["month", "quarter"]) -> CohortFacts:
    """What the files leave so unsure that no number of a cohort may rest on it.

    Raises:
        SalesmetricsError: ``outcome_unsettled``: nobody knows yet which records were won.
    """
    from salesmetrics.analysis.cohort import CohortFacts
    from salesmetrics.engine.unknown import refuse_unsettled_rows, withheld_measures
    from salesmetrics.metrics.catalog import catalog

    known = catalog()
    kpi = "win_rate_horizon" if of == "deals" else "lead_conversion_rate"
    refuse_unsettled_rows(kpi, known, dataset.withheld, lambda: dataset.findings, command="cohort")

    def reason(*kpis: str) -> str | None:
        measures = [m for name in kpis for m in known.required_measures(known.kpis[name]).values()]
        return next(iter(withheld_measures(dataset.withheld, measures).values()), None)

    return CohortFacts(of, every, reason(kpi), reason("revenue"), reason("win_rate"))
