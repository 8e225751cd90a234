"""The page of a report with its sections, in the order in which people ask. Own file: the order, apart from the parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from salesmetrics.calendar.steps import day_before
from salesmetrics.messages import phrase
from salesmetrics.render.document import Table, Text, Tone
from salesmetrics.render.layouts.footer import goal_blocks
from salesmetrics.render.layouts.head import days_of, report_head, rows_head
from salesmetrics.render.layouts.in_words import words
from salesmetrics.render.layouts.pages import facts_of, said_once
from salesmetrics.render.layouts.rows import rows_document
from salesmetrics.render.layouts.sections.analyses import analysis_sections
from salesmetrics.render.layouts.sections.below import absent_section, attention_section, input_section, quality_section
from salesmetrics.render.layouts.sections.kpis import family_sections
from salesmetrics.render.layouts.sections.segments import segment_section
from salesmetrics.render.layouts.sections.tiles import tiles
from salesmetrics.render.layouts.trend import series_of, trend_lines, trend_table
from salesmetrics.render.layouts.words import FEW, few_note, undefined_note
from salesmetrics.render.page import Fold, Page, Section
from salesmetrics.render.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from salesmetrics.answers.report import Period
    from salesmetrics.answers.rows import Rows
    from salesmetrics.answers.sections import Sections
    from salesmetrics.render.page import PageBlock

__all__ = ["sections_page"]


def sections_page(answer: Sections) -> Page:
    """Lay out a report with its sections."""
    report = answer.report
    label = report.period.label
    title = phrase("page_report") if report.period.start is None else phrase("page_report_of", period=one_line(label))
    first = tiles(answer)
    parts = (
        answer.trend,
        answer.benchmark,
        answer.compare,
        answer.funnel,
        answer.cohort,
        answer.forecast,
        answer.losses,
    )
    said = words(report, [part for part in parts if part is not None])
    top: list[PageBlock] = [said] if said.sentences else []
    blocks = [*top, *([first] if first else []), *_once(said_once(_sections(answer), said), {}, set())]
    days = days_of(report) if report.period.start is None else ""
    return Page(title, facts_of(report_head(report)), tuple(blocks), period=days)


def _sections(answer: Sections) -> Iterator[Section]:
    """Attention, goals, KPIs, segments, trend, analyses, records, and what the report rests on."""
    yield from _made(attention_section(answer))
    goals = goal_blocks(answer.report)
    if goals:
        yield Section("goals", goals[0].text, tuple(goals[1:]))  # type: ignore[union-attr, arg-type]
    if "kpis" in answer.wanted:
        yield from family_sections(answer)
    yield from _made(segment_section(answer), _trend(answer))
    yield from analysis_sections(answer)
    for rows in answer.rows:
        yield _rows(rows)
    yield from _made(absent_section(answer), quality_section(answer), input_section(answer))


def _made(*sections: Section | None) -> Iterator[Section]:
    yield from (section for section in sections if section is not None)


def _once(blocks: Iterable[PageBlock], names: dict[str, int], notes: set[str]) -> Iterator[PageBlock]:
    """Blocks in which a note below a table is not said again, and no two sections have the same name.

    Args:
        blocks: In order.
        names: How many sections have a name already: a second one has a number behind it.
        notes: What is said already. Signs keep their legend below each table.
    """
    for block in blocks:
        if isinstance(block, Table):
            kept = [n for n in block.notes if not isinstance(n, str) or n.startswith(FEW) or n not in notes]
            notes.update(n for n in kept if isinstance(n, str))
            yield replace(block, notes=tuple(kept))
        elif isinstance(block, Section | Fold):
            changed: dict[str, Any] = {"blocks": tuple(_once(block.blocks, names, notes))}
            if isinstance(block, Section):
                again = names[block.name] = names.get(block.name, 0) + 1
                changed["name"] = block.name if again == 1 else f"{block.name}-{again}"
            yield replace(block, **changed)
        else:
            yield block


def _days(period: Period) -> dict[str, date | None]:
    """The first and the last day of a period."""
    return {"first": period.start, "last": None if period.end is None else day_before(period.end)}


def _trend(answer: Sections) -> Section | None:
    """A drawing per KPI and currency, and all periods in numbers below a line that opens them; None without a trend."""
    report = answer.trend
    if report is None:
        return None
    series = list(series_of(report))
    lines = [line for title, metrics in series for line in trend_lines(title, metrics)]
    tables = [Section(f"trend-{place}", title, (trend_table(own),)) for place, (title, own) in enumerate(series, 1)]
    notes = [Text(note, Tone.MUTED) for note in (*few_note(report), *undefined_note(report.metrics))]
    folded = Fold(phrase("fold_periods"), (*tables, *notes))
    longer = answer.report.period.start is not None and report.period.start != answer.report.period.start
    said = [Text(phrase("trend_is_longer", **_days(report.period)), Tone.MUTED)] if longer else []
    title = phrase("section_trend", every=phrase(f"every_{answer.every}"))
    return Section("trend", title, (*said, *lines, folded))


def _rows(rows: Rows) -> Section:
    """The records behind a KPI."""
    blocks = rows_document(rows).blocks[len(rows_head(rows)) :]
    title = phrase("section_rows", kpi=one_line(rows.title or rows.kpi))
    return Section(f"rows-{rows.kpi.replace('_', '-')}", title, blocks)
