"""From the options of a command to a request."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from salesmetrics.calendar import Calendar, parse_as_of
from salesmetrics.engine.resolve import ask
from salesmetrics.engine.where import named_columns
from salesmetrics.ingest.recognise.naming import headers_of, names_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salesmetrics.cli.options import Selection
    from salesmetrics.engine.request import Request
    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.settings.model import Config

__all__ = ["make_request", "split_list"]


def make_request(selection: Selection, config: Config, dataset: Dataset, *, trend: bool) -> Request:
    """What is asked of the dataset, with the as-of day and the period settled.

    Raises:
        SalesmetricsError: ``option_invalid``: a period or a day that cannot be read, or one that needs dates the data
            do not have.
    """
    table = config.report
    as_of, source = _as_of(selection.as_of, dataset)
    names, where = names_of(dataset), selection.where or table.where
    return ask(
        as_of,
        source,
        period=selection.period or table.period,
        compare=selection.compare.value if selection.compare else table.compare,
        calendar=Calendar(**config.calendar.model_dump(), timezone=dataset.timezone or config.read.timezone),
        kpis=split_list(selection.kpi or (() if selection.family else table.kpi)),
        families=split_list(selection.family or (() if selection.kpi else table.family)),
        by=tuple(dict.fromkeys(names.column(name) for name in split_list(selection.by or table.by))),
        where=where,
        renamed={name: column for name in named_columns(where) if (column := names.column(name)) != name},
        level=table.level if selection.level is None else selection.level,
        min_n=table.min_n if selection.min_n is None else selection.min_n,
        trend=trend,
        every=selection.every.value if selection.every else None,
        settings=config.settings,
        currency=_currency(selection.currency or table.currency),
        withheld=dataset.withheld,
        headers=headers_of(dataset),
        own=None if selection.as_of else {kind: day for kind, (day, _) in dataset.last_events.items()},
    )


def _currency(text: str | None) -> str | None:
    return text.strip().upper() if text and text.strip() else None


def _as_of(text: str | None, dataset: Dataset) -> tuple[date | None, str | None]:
    if text is not None:
        today = date.today()
        return parse_as_of(text, today=today), f"--as-of {text}"
    return dataset.last_event or (None, None)


def split_list(values: Iterable[str] | None) -> tuple[str, ...]:
    """The items of a repeatable option whose values may hold several, separated by commas.

    >>> split_list(["owner,team", "region"])
    ('owner', 'team', 'region')
    """
    return tuple(item.strip() for value in values or () for item in value.split(",") if item.strip())
