"""The analyses of a report, a section each: its first parts are open, those of more are folded. Own file: what is open, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from salesmetrics.messages import phrase
from salesmetrics.render.document import Code, Table, Text, Tone, plain
from salesmetrics.render.layouts.benchmark import benchmark_sections
from salesmetrics.render.layouts.cohort import cohort_sections
from salesmetrics.render.layouts.compare import compare_sections
from salesmetrics.render.layouts.forecast import forecast_sections
from salesmetrics.render.layouts.funnel import funnel_sections
from salesmetrics.render.layouts.head import files_typed
from salesmetrics.render.layouts.losses import losses_sections
from salesmetrics.render.layouts.words import field_name
from salesmetrics.render.page import Fold, Section
from salesmetrics.render.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from salesmetrics.answers.sections import Sections
    from salesmetrics.render.page import PageBlock

__all__ = ["analysis_sections"]

_OPEN = {"benchmark": 2, "compare": 2}
"""Parts of an analysis that are open; of others the first one."""
_LONG = 12
"""Rows of a table of cohorts from which on it is folded behind its curves."""


def analysis_sections(answer: Sections) -> Iterator[Section]:
    """Funnel, bridge, cohorts, forecast, benchmark and losses, as far as they are there."""
    if answer.funnel is not None:
        yield _whole("funnel", [*_of_all(answer, "funnel"), *funnel_sections(answer.funnel)])
    if answer.compare is not None:
        yield _whole("compare", [*_of_all(answer, "compare"), *compare_sections(answer.compare)])
    if answer.cohort is not None:
        parts = [_short(part) for part in cohort_sections(answer.cohort)]
        yield _whole("cohort", [*_of_all(answer, "cohort"), *parts])
    if answer.forecast is not None:
        yield _whole("forecast", [*_of_all(answer, "forecast"), *_later(answer), *forecast_sections(answer.forecast)])
    if answer.benchmark is not None:
        differing = [kpi.above or kpi.below for kpi in answer.benchmark.kpis]
        parts = list(benchmark_sections(answer.benchmark))
        shown = [place for place, differs in enumerate(differing) if differs][: _OPEN["benchmark"]] or [0]
        yield _whole("benchmark", [part if place in shown else _folded(part) for place, part in enumerate(parts)])
    if answer.losses is not None:
        yield _whole("losses", [*_of_all(answer, "losses"), *losses_sections(answer.losses)])


def _whole(name: str, parts: Sequence[PageBlock]) -> Section:
    """An analysis as one section, of which the first parts are open."""
    sections = [part for part in parts if isinstance(part, Section)]
    if len(parts) == 1 and sections:
        return sections[0]
    later = {id(section) for section in sections[_OPEN.get(name, 1) :]}
    blocks = tuple(
        Fold(part.title, part.blocks) if isinstance(part, Section) and id(part) in later else part for part in parts
    )
    return Section(f"part-{name}", phrase(f"section_{name}"), blocks)


def _folded(part: Section) -> Fold:
    """A part below its first sentence."""
    first, *rest = part.blocks
    return Fold(plain(first.text), tuple(rest)) if isinstance(first, Text) else Fold(part.title, part.blocks)


def _short(part: Section) -> Section:
    """A part whose long tables are folded."""
    blocks: list[PageBlock] = []
    for block in part.blocks:
        long = isinstance(block, Table) and len(block.rows) > _LONG
        blocks.append(Fold(phrase("fold_rows", n=len(block.rows)), (block,)) if long else block)  # type: ignore[union-attr]
    return replace(part, blocks=tuple(blocks))


def _later(answer: Sections) -> list[Text]:
    """That a forecast is of a later period than the report, whose own is over."""
    asked, found = answer.report.period, answer.forecast
    if found is None or asked.start is None or found.period.start == asked.start:
        return []
    labels = {"asked": one_line(asked.label), "period": one_line(found.period.label)}
    return [Text(phrase("forecast_is_later", **labels), Tone.MUTED)]


def _of_all(answer: Sections, name: str) -> list[Text]:
    """That an analysis is of all records where there are too many segments, with the command that divides it."""
    if not answer.undivided:
        return []
    files = files_typed(answer.report.arguments, answer.report.inputs)
    command = phrase("command_by", command=name, files=files, by=",".join(answer.by))
    n = len({tuple(metric.group.values()) for metric in answer.report.metrics if metric.group})
    return [Text((phrase("totals_only", n=n, names=list(map(field_name, answer.by))), Code(command)), Tone.MUTED)]
