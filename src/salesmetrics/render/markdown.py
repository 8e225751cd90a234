"""The report as GitHub-flavoured Markdown, for an issue or a chat message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from salesmetrics.render.below import finding_rows, findings, goals, left_out, not_computed
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
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from salesmetrics.report.model import Metric, Report
    from salesmetrics.schema.provenance import Finding, Input

__all__ = ["render_markdown"]

_WORDS = frozenset({"KPI", "verdict", "why undefined"})
_SIGNS = re.compile(r"([\\`*_\[\]<>|~#])")


def render_markdown(report: Report) -> str:
    """Draw a report as Markdown: facts, a table (one per family when grouped), goals, findings, what was not computed.

    Names that come from a file are escaped, so that none of them turns into a table cell, a link or a heading.
    """
    title, *facts = headline(report)
    parts = [f"### {_escape(title)}", _escape(", ".join(facts)), _bullets(map(_input, report.inputs))]
    if report.group_by or is_series(report):
        parts += _grouped(report)
    elif report.metrics:
        parts.append(_plain(report))
    parts.append(_notes(report))
    found = [f"**{goal.status}** {_escape(goal.subject)}: {_escape(goal.text)}" for goal in goals(report)]
    parts.append(_section("Goals", found))
    name_path = len(report.inputs) > 1
    parts.append(_section("Findings", [_finding(finding, name_path=name_path) for finding in findings(report)]))
    parts.append(_section("Left out of the numbers", _grouped_titles(left_out(report.metrics))))
    parts.append(_section("Not computed, and what would unlock it", _grouped_titles(not_computed(report))))
    return "\n\n".join(part for part in parts if part) + "\n"


def _plain(report: Report) -> str:
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
        rows.append([f"**{_escape(one_line(family).capitalize())}**", *[""] * (len(headers) - 1)])
        rows += [_cells(metric, apart) for metric in members]
    used = [index for index in range(len(headers)) if index < 2 or any(row[index] for row in rows)]
    left = [position for position, index in enumerate(used) if headers[index] in _WORDS]
    return _table([headers[i] for i in used], [[row[i] for i in used] for row in rows], left=left)


def _cells(metric: Metric, apart: Collection[str]) -> list[str]:
    absolute, relative, _ = change(metric.change, metric.unit)
    has_previous = metric.previous is not None or metric.change is not None
    return [
        _escape(title_of(metric, apart=apart)),
        _value(metric),
        interval(metric.interval, metric.unit),
        fraction(metric),
        amount(metric.previous, metric.unit) if has_previous else "",
        f"{absolute} ({relative})" if relative else absolute,
        (metric.change.verdict if metric.change else None) or "",
        _escape(reason_words(metric)) if metric.value is None else "",
    ]


def _value(metric: Metric) -> str:
    return _escape(amount(metric.value, metric.unit)) + (_escape(FEW) if few(metric) else "")


def _grouped(report: Report) -> list[str]:
    turned = pivot(report)
    parts = []
    for family, kpis in families(turned.kpis):
        shown = [row for row in turned.rows if any(kpi.id in row.cells for kpi in kpis)]
        used = [index for index in range(len(turned.headers)) if any(row.labels[index] for row in shown)]
        headers = [*(_escape(turned.headers[index]) for index in used), *(_escape(kpi.title) for kpi in kpis)]
        rows = [
            [
                *(_label(row.labels[index], strong=row.total) for index in used),
                *(_segment_value(row.cells.get(kpi.id)) for kpi in kpis),
            ]
            for row in shown
        ]
        parts += [f"**{_escape(one_line(family).capitalize())}**", _table(headers, rows, left=range(len(used)))]
    return parts


def _label(text: str, *, strong: bool) -> str:
    return f"**{_escape(text)}**" if strong and text else _escape(text)


def _segment_value(metric: Metric | None) -> str:
    if metric is None:
        return ""
    absolute, relative, _ = change(metric.change, metric.unit)
    step = relative or absolute
    return _value(metric) + (f" ({step})" if step else "")


def _notes(report: Report) -> str:
    notes = [_escape(note) for note in trend_notes(report, UNICODE)] if report.command == "trend" else []
    if any(map(few, report.metrics)):
        notes.append(_escape(FEW_LEGEND))
    notes += [_escape(note) for note in (*verdict_note(report), *chance_note(report))]
    notes += [_escape(text) for text in period_legend(own_periods(report))] if report.group_by else []
    undefined = undefined_counts(report.metrics) if report.group_by or is_series(report) else []
    if undefined:
        listed = ", ".join(f"{number:,} × {_escape(words)}" for number, words in undefined)
        notes.append(f"{UNICODE.undefined} undefined: {listed}")
    return "\n\n".join(notes)


def _input(source: Input) -> str:
    kind, path, read = input_facts(source)
    return f"{_escape(kind)} {_code(path)} ({_escape(read)})"


def _finding(finding: Finding, *, name_path: bool) -> str:
    where = finding_rows(finding, name_path=name_path)
    hint = f" Hint: {_prose(finding.hint)}" if finding.hint else ""
    return f"**{finding.severity.value}** {_prose(finding.message)}" + (f" ({_escape(where)})" if where else "") + hint


def _grouped_titles(groups: Sequence[tuple[str, list[str]]]) -> list[str]:
    return [f"{_prose(lead)}: {'; '.join(map(_escape, titles))}" for lead, titles in groups]


def _section(title: str, lines: Sequence[str]) -> str:
    return f"**{title}**\n\n{_bullets(lines)}" if lines else ""


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]], *, left: Collection[int]) -> str:
    marks = ["---" if index in left else "---:" for index in range(len(headers))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (headers, marks, *rows))


def _escape(text: str) -> str:
    return _SIGNS.sub(r"\\\1", text)


def _code(text: str) -> str:
    return _escape(text) if "`" in text or "|" in text else f"`{text}`"


def _prose(text: str) -> str:
    """Our own sentences: backticks are meant as code, what stands in them and around them cannot become HTML or a cell."""
    pieces = one_line(text).split("`")
    if len(pieces) % 2 == 0:
        return _escape(one_line(text))
    return "`".join(piece if index % 2 else _escape(piece) for index, piece in enumerate(pieces))
