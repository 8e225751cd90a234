"""A dataset with its names hidden: the one gate between what files say and what is computed, listed or written of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.ingest.hidden import learn_records, plain_labels, told_hidden
from salesmetrics.ingest.recognise.naming import names_of
from salesmetrics.privacy.fields import CODES, sort_of
from salesmetrics.privacy.frames import hidden_frame

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.privacy.fields import Sort
    from salesmetrics.privacy.names import Names

__all__ = ["hidden", "sorts_in"]

_MADE: Mapping[str, Sort] = {"account_key": "account", "person": "text", "record": "text"}
"""Columns that are made of names later on, and of the ids of several kinds of records."""


def hidden(dataset: Dataset, names: Names | None) -> Dataset:
    """A dataset in which pseudonyms stand in the place of names, and which tells none beside its records.

    Args:
        dataset: Read, and checked where it has been.
        names: What stands in the place of names; None where they are told.

    Raises:
        SalesmetricsError: ``pseudonyms_collide``.
    """
    if names is None:
        return dataset
    learn_records(dataset, names)
    frames = {
        kind: plain_labels(kind, hidden_frame(kind, frame, names), names) for kind, frame in dataset.frames.items()
    }
    history = None if dataset.history is None else hidden_frame("stages", dataset.history, names)
    return replace(told_hidden(dataset, names), frames=frames, history=history, names=names)


def sorts_in(dataset: Dataset) -> Callable[[str], frozenset[Sort]]:
    """What gives the sorts of a column or header of a dataset; none where its values are shown."""
    import polars as pl

    column = names_of(dataset).column
    found: dict[str, set[Sort]] = {name: {sort} for name, sort in _MADE.items()}
    for kind, frame in dataset.frames.items():
        for name, dtype in frame.schema.items():
            if (kind, name) in CODES and frame[name].drop_nulls().is_in(list(CODES[kind, name])).all():
                continue
            if dtype == pl.String and (sort := sort_of(kind, name)) != "harmless":
                found.setdefault(name, set()).add(sort)
    return lambda name: frozenset(found.get(column(name), ()))
