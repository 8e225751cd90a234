"""What the stages of deals and of their history mean. Own file: asked by analyses of a dataset that is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.ingest.canonical.links import stage_definitions
from salesmetrics.ingest.recognise.index import FurtherWords, words_for
from salesmetrics.ingest.recognise.words import comparable

if TYPE_CHECKING:
    from salesmetrics.ingest.canonical.outcome import Classifier
    from salesmetrics.ingest.dataset import Dataset, ReadOptions

__all__ = ["stage_meanings"]


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
