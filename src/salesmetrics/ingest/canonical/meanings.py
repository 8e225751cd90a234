"""What the stages of deals and of their history mean. Own file: asked by analyses of a dataset that is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.ingest.canonical.links import stage_definitions
from salesmetrics.ingest.recognise.index import FurtherWords, load_profile, words_for
from salesmetrics.ingest.recognise.words import comparable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from salesmetrics.ingest.canonical.outcome import Classifier
    from salesmetrics.ingest.dataset import Dataset, ReadOptions

__all__ = ["crm_orders", "places_in", "stage_meanings"]


def stage_meanings(dataset: Dataset, options: ReadOptions) -> dict[str, str]:
    """Stage → outcome, for each stage that deals or their history name: ``won``, ``lost``, ``other`` or ``open``.

    Asked in this order: options, what was made of the words of the deals, definitions of stages, the words of the CRM and
    of every CRM. A stage that nobody knows is open.

    Args:
        dataset: The files.
        options: How they were read.
    """
    known: dict[str, str] = {}
    for file in dataset.files:
        known |= {comparable(w.word): w.outcome for w in file.stage_words if w.column == "stage" and w.how != "unknown"}
    defined = stage_definitions(dataset.frames.get("pipelines"), comparable).outcomes
    named = {"won": options.won, "lost": options.lost, "other": options.other, "open": options.open}
    asked = {comparable(word): outcome for outcome, words in named.items() for word in words}
    profiles = [file.recognition.profile for file in dataset.files if file.recognition.kind in ("deals", "stages")]
    vocabularies: list[Classifier] = [words_for(name, "deals") for name in dict.fromkeys(profiles)]
    vocabularies.append(FurtherWords("deals"))
    found = {}
    for kind in ("deals", "stages"):
        frame = dataset.frames.get(kind)
        if frame is None or "stage" not in frame.columns:
            continue
        for stage in frame["stage"].drop_nulls().unique().sort():
            key = comparable(stage)
            outcome = asked.get(key) or known.get(key) or defined.get(key)
            found[stage] = outcome or next(filter(None, (words.classify(stage) for words in vocabularies)), "open")
    return found


_OF_A_PIPELINE = re.compile(r"^c\d+:")
"""How Bitrix24 marks the stages of further pipelines: ``C6:NEW``."""


def places_in(stages: Iterable[str], order: Sequence[str]) -> dict[str, int]:
    """Stage → its place in an order, for the stages that it names, however they are written.

    >>> places_in(["Proposal", "Lead", "C6:NEW"], ["lead", "PROPOSAL", "new"])
    {'Proposal': 1, 'Lead': 0, 'C6:NEW': 2}
    """
    places = {comparable(name): place for place, name in enumerate(order)}
    found = {
        stage: places.get(comparable(stage), places.get(_OF_A_PIPELINE.sub("", comparable(stage)))) for stage in stages
    }
    return {stage: place for stage, place in found.items() if place is not None}


def crm_orders(dataset: Dataset, stages: Iterable[str]) -> tuple[dict[str, int], ...]:
    """Stage → its place, for each order of stages that the CRM of the files sets up by itself.

    Args:
        dataset: The files.
        stages: The stages that they name.
    """
    profiles = [file.recognition.profile for file in dataset.files if file.recognition.kind in ("deals", "stages")]
    named = list(stages)
    orders = [order for name in dict.fromkeys(profiles) for order in load_profile(name).order.values()]
    return tuple(places_in(named, order) for order in orders)
