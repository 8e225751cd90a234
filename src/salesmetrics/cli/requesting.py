"""From the options of a command to a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.ingest.read import last_event
from salesmetrics.report.build import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from salesmetrics.cli.options import Selection
    from salesmetrics.ingest.dataset import Dataset

__all__ = ["make_request", "split_list"]


def make_request(selection: Selection, dataset: Dataset, *, trend: bool) -> Request:
    """What is asked of the dataset, with the as-of date settled."""
    as_of, source = last_event(dataset) or (None, None)
    return Request(
        as_of=as_of,
        as_of_source=source,
        kpis=split_list(selection.kpi),
        families=split_list(selection.family),
        by=split_list(selection.by),
        where=selection.where,
        level=selection.level,
        min_n=selection.min_n,
        trend=trend,
    )


def split_list(values: Iterable[str] | None) -> tuple[str, ...]:
    """The items of a repeatable option whose values may hold several, separated by commas.

    >>> split_list(["owner,team", "region"])
    ('owner', 'team', 'region')
    """
    return tuple(item.strip() for value in values or () for item in value.split(",") if item.strip())
