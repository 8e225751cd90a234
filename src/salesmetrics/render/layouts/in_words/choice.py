"""Which sentences are said, and in which order. Own file: it knows neither KPIs nor analyses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.answers.report import Report
from salesmetrics.render.document import Document
from salesmetrics.render.layouts.in_words.analyses import SAID
from salesmetrics.render.layouts.in_words.reports import LEVEL, NOTHING, PLACES, Said, report_said, trend_said, usual_of
from salesmetrics.render.layouts.pages import said_once
from salesmetrics.render.page import Page, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from salesmetrics.answers.base import Answer
    from salesmetrics.render.layouts.in_words.reports import Usual

__all__ = ["worded", "words"]

_MOST = 5
_LATER = 100


def words(answer: Answer, sections: Iterable[Answer] | None = None) -> Words:
    """What an answer says in words, at most five sentences; none where it has no numbers.

    Args:
        answer: The answer that a page is about.
        sections: Other answers that stand on the same page: what they found is said too, and a trend says how usual a value is.
    """
    others = list(sections or ())
    found = list(_of(answer, usual_of(others)))
    for number, other in enumerate(others, start=1):
        # What a further answer says counts less than the same kind of sentence of the answer itself.
        further = (said for said in _of(other, {}) if said.rank not in (LEVEL, NOTHING))
        found += [said._replace(weight=said.weight + _LATER * number) for said in further]
    return Words(tuple(said.text for said in _chosen(found)))


def worded(answer: Answer, drawn: Document | Page) -> Document | Page:
    """A document or a page with what its answer says in words in front; a page that has words keeps its own."""
    if isinstance(drawn, Document):
        return replace(drawn, words=words(answer).sentences)
    said = words(answer)
    if not said.sentences or any(isinstance(block, Words) for block in drawn.blocks):
        return drawn
    return replace(drawn, blocks=(said, *said_once(drawn.blocks, said)))


def _chosen(found: Sequence[Said]) -> list[Said]:
    kept: dict[object, Said] = {}
    for said in sorted(found, key=lambda said: (said.rank, said.weight)):
        if len(kept) < _MOST:
            kept.setdefault(said.about, said)
    return sorted(kept.values(), key=lambda said: PLACES[said.rank] if said.place is None else said.place)


def _of(answer: Answer, usual: Usual) -> Iterator[Said]:
    """The sentences of an answer; of a catalogue or the settings there are none."""
    if isinstance(answer, Report):
        return trend_said(answer) if answer.command == "trend" else report_said(answer, usual)
    said = SAID.get(type(answer))
    return said(answer) if said else iter(())
