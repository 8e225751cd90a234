"""A dataset with its names hidden: the one gate between what files say and what is computed, listed or written of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.privacy.frames import hidden_frame

if TYPE_CHECKING:
    from salesmetrics.ingest.dataset import Dataset
    from salesmetrics.privacy.names import Names

__all__ = ["hidden"]


def hidden(dataset: Dataset, names: Names | None) -> Dataset:
    """A dataset in which pseudonyms stand in the place of names.

    Args:
        dataset: Read, and checked where it has been.
        names: What stands in the place of names; None where they are told.

    Raises:
        SalesmetricsError: ``pseudonyms_collide``.
    """
    if names is None:
        return dataset
    frames = {kind: hidden_frame(kind, frame, names) for kind, frame in dataset.frames.items()}
    history = None if dataset.history is None else hidden_frame("stages", dataset.history, names)
    return replace(dataset, frames=frames, history=history, names=names)
