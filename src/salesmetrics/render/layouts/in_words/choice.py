"""Which sentences are said, and in which order. Own file: it knows neither KPIs nor analyses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.answers.benchmark import Benchmark
from salesmetrics.answers.forecast import Forecast
from salesmetrics.answers.report import Report
from salesmetrics.render.document import Document, Text, plain
from salesmetrics.render.layouts.in_words.analyses import SAID
from salesmetrics.render.layouts.in_words.reports import (
    CHANGED,
    DOUBT,
    GOAL,
    HAND,
    LEVEL,
    NOTHING,
    PLACES,
    Said,
    report_said,
    trend_said,
    usual_of,
)
from salesmetrics.render.layouts.pages import said_once
from salesmetrics.render.page import Page, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from salesmetrics.answers.base import Answer
    from salesmetrics.render.layouts.in_words.reports import Usual

__all__ = ["worded", "words"]

_MOST = 5
_LEVELS = 2
_DIFFER, _EXPECTED = 8, 9
"""Where it is read who differs, and what is forecast."""


def words(answer: Answer, sections: Iterable[Answer] | None = None) -> Words:
    """What an answer says in words, at most five sentences; none where it has no numbers.

    Args:
        answer: The answer that a page is about.
        sections: Other answers that stand on the same page: what they found is said too, and a trend says how usual a value is.
    """
    others = list(sections or ())
    own = _ranked(_of(answer, usual_of(others)))
    chosen = _of_a_page(own, others) if others else own
    return Words(tuple(said.text for said in _in_order(chosen)))


def _ranked(found: Iterable[Said]) -> list[Said]:
    return sorted(found, key=lambda said: (said.rank, said.weight))


def _of_a_page(own: Sequence[Said], others: Sequence[Answer]) -> list[Said]:
    """Something of each kind: what changed or the levels, what needs a hand, what to doubt, who differs, what is forecast."""
    of = {rank: [said for said in own if said.rank == rank] for rank in PLACES}
    differ = [said for other in others if isinstance(other, Benchmark) for said in SAID[Benchmark](other)]
    expected = [said for other in others if isinstance(other, Forecast) for said in SAID[Forecast](other)]
    further = [said for other in others for said in _ranked(_of(other, {})) if said.rank == HAND]
    compared = [*of[LEVEL][:1], *of[NOTHING]] if of[NOTHING] else of[LEVEL][:_LEVELS]
    return [
        *(of[CHANGED][:_LEVELS] or compared),
        *of[GOAL],
        *of[HAND][:1],
        *of[DOUBT],
        *(said._replace(place=_DIFFER) for said in _ranked(differ)[:1] if said.rank == CHANGED),
        *(said._replace(place=_EXPECTED) for said in _ranked(expected)[:1]),
        *of[LEVEL],
        *of[HAND],
        *further,
    ]


def worded(answer: Answer, drawn: Document | Page) -> Document | Page:
    """A document or a page with what its answer says in words in front, and not again below; a page that has words keeps its own."""
    said = words(answer)
    if isinstance(drawn, Document):
        spoken = {plain(sentence) for sentence in said.sentences}
        kept = [block for block in drawn.blocks if not isinstance(block, Text) or plain(block.text) not in spoken]
        return replace(drawn, words=said.sentences, blocks=tuple(kept))
    if not said.sentences or any(isinstance(block, Words) for block in drawn.blocks):
        return drawn
    return replace(drawn, blocks=(said, *said_once(drawn.blocks, said)))


def _in_order(ranked: Sequence[Said]) -> list[Said]:
    """The first of them, one about each thing, as they are read."""
    kept: dict[object, Said] = {}
    for said in ranked:
        if len(kept) < _MOST:
            kept.setdefault(said.about, said)
    return sorted(kept.values(), key=lambda said: PLACES[said.rank] if said.place is None else said.place)


def _of(answer: Answer, usual: Usual) -> Iterator[Said]:
    """The sentences of an answer; of a catalogue or the settings there are none."""
    if isinstance(answer, Report):
        return trend_said(answer) if answer.command == "trend" else report_said(answer, usual)
    said = SAID.get(type(answer))
    return said(answer) if said else iter(())
