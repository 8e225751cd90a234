"""The parts around the numbers of a table: what was read, goals, findings, and what would unlock more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesmetrics.render.below import finding_rows, findings, goals, left_out, most_useful, not_computed
from salesmetrics.render.layout import GAP, Cell, Column, row, width_of, wrap
from salesmetrics.render.text import one_line
from salesmetrics.render.words import headline, input_facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from salesmetrics.answers.report import Report
    from salesmetrics.render.text import Glyphs

__all__ = ["DIM", "STRONG", "footer_lines", "hanging", "header_lines", "title_line"]

STRONG = "bold"
DIM = "dim"
_UNLOCKS = 6
_PIPED = 100
_SEVERITY = {"error": "red", "warning": "yellow", "note": DIM}
_STATUS = {"met": "green", "missed": "red", "on track": "green"}


def title_line(text: str) -> list[Text]:
    """A heading, with an empty line above."""
    return [*wrap(Cell(), None), *wrap(Cell(text, STRONG), None)]


def hanging(lead: Cell, body: Cell, width: int | None, *, lead_width: int, indent: int = 2) -> list[Text]:
    """A short lead and a body beside it that wraps under itself."""
    rest = None if width is None else width - indent - lead_width - GAP
    if rest is not None and rest < 20:
        inner = max((width or 0) - indent - 2, 10)
        return [
            *row([lead], [Column(max((width or 0) - indent, 10))], indent=indent),
            *row([body], [Column(inner)], indent=indent + 2),
        ]
    body_width = rest if rest is not None else width_of([body.text])
    return row([lead, body], [Column(lead_width), Column(body_width)], indent=indent)


def header_lines(report: Report, width: int | None, glyphs: Glyphs) -> list[Text]:
    """What the report is, then a line per file."""
    lines = [text for line in _packed(headline(report, glyphs), width) for text in wrap(Cell(line, STRONG), width)]
    facts = [input_facts(source) for source in report.inputs]
    kind_width = width_of(kind for kind, _, _ in facts)
    path_width = width_of(path for _, path, _ in facts)
    for kind, path, read in facts:
        columns = [Column(kind_width), Column(path_width), Column(width_of([read]))]
        if width is None or kind_width + path_width + width_of([read]) + 2 * GAP <= width:
            lines += row([Cell(kind), Cell(path), Cell(read, DIM)], columns)
        else:
            lines += hanging(Cell(kind), Cell(path), width, lead_width=kind_width, indent=0)
            lines += hanging(Cell(), Cell(read, DIM), width, lead_width=kind_width, indent=0)
    return lines


def _packed(facts: Sequence[str], width: int | None) -> list[str]:
    lines: list[str] = []
    for fact in facts:
        joined = f"{lines[-1]}, {fact}" if lines else fact
        if lines and (width is None or width_of([joined]) <= width):
            lines[-1] = joined
        else:
            lines.append(fact)
    return lines


def footer_lines(report: Report, width: int | None, glyphs: Glyphs) -> list[Text]:
    """Goals, findings, what was left out and what was not computed; nothing where there is nothing to say."""
    return [
        *_goal_lines(report, width, glyphs),
        *_finding_lines(report, width, glyphs),
        *_group_lines("Left out of the numbers", left_out(report.metrics), width),
        *_unlock_lines(report, width, glyphs),
    ]


def _goal_lines(report: Report, width: int | None, glyphs: Glyphs) -> list[Text]:
    found = goals(report, glyphs)
    if not found:
        return []
    lead_width = width_of(goal.status for goal in found)
    lines = title_line("Goals")
    for goal in found:
        lead = Cell(goal.status, _STATUS.get(goal.status, ""))
        lines += hanging(lead, Cell(f"{goal.subject}: {goal.text}"), width, lead_width=lead_width)
    return lines


def _finding_lines(report: Report, width: int | None, glyphs: Glyphs) -> list[Text]:
    if not report.findings:
        return []
    lead_width = width_of(finding.severity.value for finding in report.findings)
    lines = title_line("Findings")
    for finding in findings(report):
        where = finding_rows(finding, name_path=len(report.inputs) > 1, glyphs=glyphs)
        message = one_line(finding.message) + (f" ({where})" if where else "")
        lead = Cell(finding.severity.value, _SEVERITY[finding.severity.value])
        lines += hanging(lead, Cell(message), width, lead_width=lead_width)
        if finding.hint:
            lines += hanging(Cell(), Cell(f"hint: {one_line(finding.hint)}", DIM), width, lead_width=lead_width)
    return lines


def _group_lines(title: str, groups: Sequence[tuple[str, list[str]]], width: int | None) -> list[Text]:
    if not groups:
        return []
    longest = width_of(lead for lead, _ in groups)
    lead_width = longest if width is None else min(longest, max(width * 2 // 5, 16))
    lines = title_line(title)
    for lead, titles in groups:
        lines += hanging(Cell(lead), Cell("; ".join(titles), DIM), width, lead_width=lead_width)
    return lines


def _unlock_lines(report: Report, width: int | None, glyphs: Glyphs) -> list[Text]:
    """The things that would unlock most, a line each; `inspect` is where all of them are listed."""
    groups = not_computed(report)
    shown = most_useful(groups, report, _UNLOCKS)
    if not shown:
        return []
    longest = width_of(lead for lead, _ in shown)
    lead_width = longest if width is None else min(longest, max(width * 2 // 5, 16))
    room = (width or max(_PIPED, lead_width + 2 * GAP + _PIPED // 2)) - lead_width - 2 * GAP
    lines = title_line("Not computed, and what would unlock it")
    for lead, titles in shown:
        lines += hanging(Cell(lead), Cell(_counted(titles, room, glyphs), DIM), width, lead_width=lead_width)
    if len(shown) < len(groups):
        more = f"{len(groups) - len(shown)} more: `salesmetrics inspect FILE` lists them all"
        lines += hanging(Cell(more, DIM), Cell(), width, lead_width=width_of([more]))
    return lines


def _counted(titles: Sequence[str], room: int, glyphs: Glyphs) -> str:
    """How many KPIs there are and as many of their titles as fit, the first in any case."""
    head = f"{len(titles)} {'KPI' if len(titles) == 1 else 'KPIs'}: "
    for number in range(len(titles), 0, -1):
        text = head + "; ".join([*titles[:number], *([glyphs.more] if number < len(titles) else [])])
        if width_of([text]) <= room:
            break
    return text
