"""What stands at the end of a report: what is not in it, the quality of the data, and the files that it rests on. Own file: nothing in it is about a KPI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.messages import error_text, joined, phrase, text
from salesmetrics.render.document import Cell, Column, Item, Items, Kind, Prose, Row, Table, Text, Tone
from salesmetrics.render.layouts.digest import digest_items, digested
from salesmetrics.render.layouts.footer import not_computed, with_names
from salesmetrics.render.layouts.head import files_typed, shaped
from salesmetrics.render.layouts.words import crm_name, kind_name
from salesmetrics.render.page import Fold, Section
from salesmetrics.render.text import count, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from salesmetrics.answers.sections import Absent, Sections
    from salesmetrics.render.layouts.digest import Digest
    from salesmetrics.render.page import PageBlock
    from salesmetrics.schema.provenance import Finding

__all__ = ["absent_section", "attention_section", "input_section", "quality_section"]


_FINDINGS = 5
"""Findings that stand before the numbers."""
_FEW_FILES = 4
"""Of more files the table is folded."""


def absent_section(answer: Sections) -> Section | None:
    """The sections that these files do not allow, with their reasons, and the KPIs that need more; None without any."""
    blocks: list[PageBlock] = []
    if answer.absent:
        blocks.append(Items(tuple(map(_absent, answer.absent))))
    groups = not_computed(answer.report)
    if groups and "kpis" in answer.wanted:
        listed = Items(tuple(Item(lead, parts=tuple(titles)) for lead, titles in groups), tone=Tone.MUTED)
        blocks.append(Fold(phrase("fold_not_computed", n=len(answer.report.not_computed)), (listed,)))
    return Section("absent", phrase("section_absent"), tuple(blocks)) if blocks else None


def _absent(item: Absent) -> Item:
    """A section with its reason; of a refusal that there is nothing to report, as there is much here, what it says is behind that."""
    whole = error_text(item.code, item.details)
    bare = item.code == "report_empty"
    why = text(item.details["cause"]) if bare else whole.message
    return Item(phrase(f"section_name_{item.section}"), Prose(one_line(why)), hint=Prose(one_line(whole.hint)))


def _all_findings(answer: Sections) -> list[Finding]:
    """The findings of the report, and what a section found besides."""
    parts = (answer.funnel, answer.compare, answer.cohort, answer.forecast, answer.benchmark, answer.losses)
    found = [*answer.report.findings, *(item for part in parts if part is not None for item in part.findings)]
    kept: dict[tuple[str, str | None, str | None], Finding] = {}
    for item in found:
        kept.setdefault((item.code, item.path, item.column), item)
    return list(kept.values())


def attention_section(answer: Sections) -> Section | None:
    """The findings that touch the numbers, those that change one first; None without any."""
    shown, rest = _digests(answer)
    if not shown:
        return None
    more = [Text(phrase("findings_below", n=len(rest)), Tone.MUTED)] if rest else []
    return Section("attention", phrase("check_these"), (_listed(shown, answer), *more))


def quality_section(answer: Sections) -> Section:
    """All other findings, those of a kind as one, with what to do about each."""
    shown, rest = _digests(answer)
    above = [Text(phrase("findings_above", n=len(shown)), Tone.MUTED)] if shown else []
    listed: list[PageBlock] = [_listed(rest, answer)] if rest else []
    none = [Text(phrase("quality_clean"))] if not shown and not rest else []
    return Section("quality", phrase("section_quality"), (*above, *listed, *none))


def _digests(answer: Sections) -> tuple[list[Digest], list[Digest]]:
    """The findings that stand before the numbers, and the others; those of a kind as one."""
    report = answer.report
    found = digested(with_names(report.touching, report), {metric.reason for metric in report.metrics})
    shown = found[:_FINDINGS]
    told = {one.code for one in shown}
    rest = [item for item in _all_findings(answer) if item.code not in told]
    return shown, digested(with_names(rest, report))


def _listed(found: Sequence[Digest], answer: Sections) -> Items:
    files = files_typed(answer.report.arguments, answer.report.inputs)
    return digest_items(found, shown=len(found), hints=len(found), files=files)


def input_section(answer: Sections) -> Section:
    """The files with their rows and hashes, what else shaped the numbers, and the program."""
    report = answer.report
    columns = (
        Column(phrase("column_file"), Kind.LABEL, wraps=True),
        Column(phrase("column_kind_of_file")),
        Column(phrase("column_read_as"), wraps=True),
        Column(phrase("column_rows_read"), Kind.NUMBER),
        Column(phrase("column_rows_used"), Kind.NUMBER),
        Column(phrase("column_rows_rejected"), Kind.NUMBER),
        Column(phrase("column_rows_ignored"), Kind.NUMBER),
        Column(phrase("column_sha256"), Kind.CODE, wraps=True),
    )
    rows = []
    for item in report.inputs:
        tally = item.rows
        texts = (one_line(item.path), kind_name(item.kind), joined(filter(None, (crm_name(item.crm), item.encoding))))
        numbers = (tally.read, tally.used, tally.rejected, tally.ignored)
        cells = (*map(Cell, texts), *(Cell(count(n), value=n, unit="count") for n in numbers), Cell(item.sha256 or ""))
        rows.append(Row(cells))
    made = phrase("made_by", name=report.generator.name, version=report.generator.version)
    lines = [*_shaped(answer), made]
    table = Table(columns, tuple(rows))
    listed = Fold(phrase("fold_files", n=len(rows)), (table,)) if len(rows) > _FEW_FILES else table
    return Section("files", phrase("section_inputs"), (listed, *(Text(line) for line in lines)))


def _shaped(answer: Sections) -> Iterator[str]:
    """What shaped the numbers besides the files, of all parts, each once."""
    parts = (answer.report, answer.forecast, answer.losses)
    yield from dict.fromkeys(line for part in parts if part is not None for line in shaped(part.filters))
