"""From a question to what is asked of a dataset: its day, its period, its columns. Own file: it changes with what can be asked, not with the schedule.

Nothing heavy is imported before a file is on its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from salesmetrics.errors import SalesmetricsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.drilldown.listing import Listing
    from salesmetrics.engine.goals import Goal
    from salesmetrics.engine.request import Question, Request
    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.privacy.names import Names
    from salesmetrics.schema.provenance import Shaped

__all__ = [
    "columns_asked",
    "refuse_listing",
    "request_of",
    "shaped_for",
    "typed_cell",
    "typed_goals",
    "with_hidden_names",
    "without_names",
]

A = TypeVar("A")


def columns_asked(question: Question, more: Iterable[str] = ()) -> frozenset[str] | None:
    """The columns that a question is about beside its KPIs; None where its condition cannot be read, which is told later."""
    from salesmetrics.engine.where import named_columns

    try:
        return frozenset({*question.by, *named_columns(question.where), *more})
    except SalesmetricsError:
        return None


def with_hidden_names(question: Question, dataset: Dataset) -> Question:
    """A question of a dataset whose names are hidden, with pseudonyms in the place of the names in its condition.

    Raises:
        SalesmetricsError: ``where_invalid``, ``option_invalid``: it asks for what is not shown.
    """
    if dataset.names is None or not (question.where or question.by):
        return question
    from salesmetrics.engine.typed_names import hidden_condition, refuse_unnamed, told_condition
    from salesmetrics.ingest.hiding import sorts_in

    sorts = sorts_in(dataset)
    refuse_unnamed("--by", question.by, sorts, dataset.names)
    where = question.where and hidden_condition(question.where, sorts, dataset.names)
    return replace(question, where=where, told_where=where and told_condition(where, dataset.names))


def typed_cell(cell: str, dimensions: Sequence[str], dataset: Dataset) -> str:
    """A cell that was typed, with pseudonyms in the place of names where these are hidden.

    Args:
        cell: A cell of a table.
        dimensions: What stands behind its colon; without any, it is said before it.
        dataset: The files.
    """
    if dataset.names is None:
        return cell
    from salesmetrics.engine.typed_names import hidden_cell
    from salesmetrics.ingest.hiding import sorts_in

    return hidden_cell(cell, dimensions, sorts_in(dataset), dataset.names)


def typed_goals(goals: list[Goal], dataset: Dataset) -> list[Goal]:
    """Goals, with pseudonyms in the place of names where these are hidden.

    Raises:
        SalesmetricsError: ``option_invalid``: one is for a segment by name, and names are left out.
    """
    if dataset.names is None:
        return goals
    from salesmetrics.engine.typed_names import hidden_goal
    from salesmetrics.ingest.hiding import sorts_in

    sorts = sorts_in(dataset)
    return [hidden_goal(goal, sorts, dataset.names) for goal in goals]


def refuse_listing(listing: Listing, dataset: Dataset) -> None:
    """Refuse to list names, or to sort by them, where they are left out.

    Raises:
        SalesmetricsError: ``option_invalid``.
    """
    from salesmetrics.engine.typed_names import refuse_unnamed
    from salesmetrics.ingest.hiding import sorts_in

    if dataset.names is not None:
        sorts = sorts_in(dataset)
        refuse_unnamed("--columns", listing.columns, sorts, dataset.names)
        refuse_unnamed("--sort", (listing.sort,) if listing.sort else (), sorts, dataset.names)


def without_names(answer: A, names: Names | None) -> A:
    """An answer in which nothing stands in the place of a name, where names are left out; else the answer itself."""
    if names is None or names.shown:
        return answer
    from salesmetrics.privacy.answers import without_names as bare

    return bare(answer, names)


def shaped_for(dataset: Dataset, shaped: Shaped) -> Shaped:
    """What shapes numbers without standing in the command, without names where those of the dataset are hidden."""
    if dataset.names is None:
        return shaped
    from salesmetrics.privacy.hiding import hidden_shaped

    return hidden_shaped(shaped, dataset.names)


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

    question = with_hidden_names(question, dataset)
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
        told_where=question.told_where,
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
        shaped=shaped_for(dataset, question.shaped),
        guessed=tuple(
            (
                file.origin if dataset.names is None else dataset.names.file(file.origin),
                str(file.recognition.kind),
                round(100 * file.recognition.confidence),
            )
            for file in dataset.files
            if file.recognition.confidence < SURE and file.origin == file.source.path
        ),
        span=None if dataset.span is None else Span(first=dataset.span[0], last=dataset.span[1]),
        own=None if named else dataset.own_days,
    )
