"""The report as GitHub-flavoured Markdown, for an issue or a chat message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.render.below import finding_rows, findings, goals, left_out, not_computed
from salesmetrics.render.markup import (
    Block,
    Markup,
    bullets,
    code,
    heading,
    inline,
    markdown,
    paragraphs,
    prose,
    strong,
    table,
)
from salesmetrics.render.pivot import is_series, pivot
from salesmetrics.render.text import UNICODE, amount, change, fraction, interval, one_line
from salesmetrics.render.trend_words import trend_notes
from salesmetrics.render.words import (
    FEW,
    FEW_LEGEND,
    chance_note,
    families,
    few,
    headline,
    input_facts,
    interval_title,
    kept_apart,
    own_periods,
    period_legend,
    reason_words,
    title_of,
    undefined_counts,
    verdict_note,
    verdict_text,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from salesmetrics.answers.report import Metric, Report
    from salesmetrics.schema.provenance import Finding, Input

__all__ = ["render_markdown"]

_WORDS = frozenset({"KPI", "verdict", "why undefined"})


def render_markdown(report: Report) -> str:
    """Draw a report as Markdown: facts, a table (one per family when grouped), goals, findings, what was not computed.

    Names that come from a file are plain ``str``: none of them turns into a table cell, a link or a heading.
    """
    title, *facts = headline(report)
    parts = [heading(title), markdown(", ".join(facts)), bullets(map(_input, report.inputs))]
    if report.group_by or is_series(report):
        parts += _grouped(report)
    elif report.metrics:
        parts.append(_plain(report))
    parts.append(_notes(report))
    found = [inline(strong(goal.status), " ", goal.subject, ": ", goal.text) for goal in goals(report)]
    parts.append(_section("Goals", found))
    name_path = len(report.inputs) > 1
    parts.append(_section("Findings", [_finding(finding, name_path=name_path) for finding in findings(report)]))
    parts.append(_section("Left out of the numbers", _grouped_titles(left_out(report.metrics))))
    parts.append(_section("Not computed, and what would unlock it", _grouped_titles(not_computed(report))))
    return paragraphs(parts) + "\n"


def _plain(report: Report) -> Block:
    apart = kept_apart(report.metrics)
    headers = [
        "KPI",
        "value",
        interval_title(report.metrics),
        "k/n",
        "previous",
        "change",
        "verdict",
        "why undefined",
    ]
    rows = []
    for family, members in families(report.metrics):
        rows.append([strong(one_line(family).capitalize()), *[""] * (len(headers) - 1)])
        rows += [_cells(metric, apart) for metric in members]
    used = [index for index in range(len(headers)) if index < 2 or any(row[index] for row in rows)]
    left = [position for position, index in enumerate(used) if headers[index] in _WORDS]
    return table([headers[i] for i in used], [[row[i] for i in used] for row in rows], left=left)


def _cells(metric: Metric, apart: Collection[str]) -> list[str]:
    absolute, relative, _ = change(metric.change, metric.unit)
    has_previous = metric.previous is not None or metric.change is not None
    return [
        title_of(metric, apart=apart),
        _value(metric),
        interval(metric.interval, metric.unit),
        fraction(metric),
        amount(metric.previous, metric.unit) if has_previous else "",
        f"{absolute} ({relative})" if relative else absolute,
        verdict_text(metric),
        reason_words(metric) if metric.value is None else "",
    ]


def _value(metric: Metric) -> str:
    return amount(metric.value, metric.unit) + (FEW if few(metric) else "")


def _grouped(report: Report) -> list[Markup]:
    turned = pivot(report)
    parts: list[Markup] = []
    for family, kpis in families(turned.kpis):
        shown = [row for row in turned.rows if any(kpi.id in row.cells for kpi in kpis)]
        used = [index for index in range(len(turned.headers)) if any(row.labels[index] for row in shown)]
        headers = [*(turned.headers[index] for index in used), *(kpi.title for kpi in kpis)]
        rows = [
            [
                *(_label(row.labels[index], total=row.total) for index in used),
                *(_segment_value(row.cells.get(kpi.id)) for kpi in kpis),
            ]
            for row in shown
        ]
        parts += [strong(one_line(family).capitalize()), table(headers, rows, left=range(len(used)))]
    return parts


def _label(text: str, *, total: bool) -> str:
    return strong(text) if total else text


def _segment_value(metric: Metric | None) -> str:
    if metric is None:
        return ""
    absolute, relative, _ = change(metric.change, metric.unit)
    step = relative or absolute
    return _value(metric) + (f" ({step})" if step else "")


def _notes(report: Report) -> Block:
    notes = trend_notes(report, UNICODE) if report.command == "trend" else []
    if any(map(few, report.metrics)):
        notes = [*notes, FEW_LEGEND]
    notes = [*notes, *verdict_note(report), *chance_note(report)]
    notes += period_legend(own_periods(report)) if report.group_by else []
    undefined = undefined_counts(report.metrics) if report.group_by or is_series(report) else []
    if undefined:
        listed = ", ".join(f"{number:,} × {words}" for number, words in undefined)
        notes.append(f"{UNICODE.undefined} undefined: {listed}")
    return paragraphs(notes)


def _input(source: Input) -> Markup:
    kind, path, read = input_facts(source)
    return inline(kind, " ", code(path), " (", read, ")")


def _finding(finding: Finding, *, name_path: bool) -> Markup:
    where = finding_rows(finding, name_path=name_path)
    hint = inline(" Hint: ", prose(one_line(finding.hint))) if finding.hint else ""
    message = inline(strong(finding.severity.value), " ", prose(one_line(finding.message)))
    return inline(message, f" ({where})" if where else "", hint)


def _grouped_titles(groups: Sequence[tuple[str, list[str]]]) -> list[Markup]:
    return [inline(prose(lead), ": ", "; ".join(titles)) for lead, titles in groups]


def _section(title: str, lines: Sequence[str]) -> Block:
    return paragraphs([strong(title), bullets(lines)]) if lines else Block()
