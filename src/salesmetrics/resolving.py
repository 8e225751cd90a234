"""From a question to what is asked of a dataset: its day, its period, its columns. Own file: it changes with what can be asked, not with the schedule.

Nothing heavy is imported before a file is on its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salesmetrics.engine.request import Question, Request
    from salesmetrics.ingest.dataset import Dataset

__all__ = ["columns_asked", "request_of"]


def columns_asked(question: Question, more: Iterable[str] = ()) -> frozenset[str] | None:
    """The columns that a question is about beside its KPIs; None where its condition cannot be read, which is told later."""
    from salesmetrics.engine.where import named_columns

    try:
        return frozenset({*question.by, *named_columns(question.where), *more})
    except SalesmetricsError:
        return None


def request_of(question: Question, dataset: Dataset) -> Request:
    """What is asked of a dataset, with the as-of day, the period and the columns by their canonical names.

    Raises:
        SalesmetricsError: ``option_invalid``: a period that cannot be read, or one that needs dates the data do not have;
            ``as_of_before_data``: on that day nothing had happened yet, so that nothing is known of it.
    """
    from salesmetrics.answers.provenance import Span
    from salesmetrics.engine.resolve import in_zone, resolve
    from salesmetrics.engine.where import named_columns
    from salesmetrics.ingest.canonical.as_of import refuse_before
    from salesmetrics.ingest.recognise.naming import headers_of, names_of
    from salesmetrics.schema.inspection import SURE

    named = question.as_of is not None
    if question.as_of is not None and dataset.span is not None and dataset.last_event is not None:
        refuse_before(question.as_of, dataset.frames, dataset.span[0], dataset.last_event[0])
    day, source = (question.as_of, question.as_of_source) if named else dataset.last_event or (None, None)
    names = names_of(dataset)
    return resolve(
        day,
        source,
        period=question.period,
        compare=question.compare,
        calendar=in_zone(question.calendar, dataset.timezone),
        kpis=question.kpis,
        families=question.families,
        by=tuple(dict.fromkeys(names.column(name) for name in question.by)),
        sort=question.sort,
        top=question.top,
        where=question.where,
        renamed={n: column for n in named_columns(question.where) if (column := names.column(n)) != n},
        level=question.level,
        min_n=question.min_n,
        fdr=question.fdr,
        trend=question.trend,
        every=question.every,
        settings=question.settings,
        currency=question.currency,
        withheld=dataset.withheld,
        headers=headers_of(dataset),
        headlines=question.headlines,
        shaped=question.shaped,
        guessed=tuple(
            (file.origin, str(file.recognition.kind), round(100 * file.recognition.confidence))
            for file in dataset.files
            if file.recognition.confidence < SURE and file.origin == file.source.path
        ),
        span=None if dataset.span is None else Span(first=dataset.span[0], last=dataset.span[1]),
        own=None if named else dataset.own_days,
    )
